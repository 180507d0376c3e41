"""Two people and a sealed export: an administrator asks for it, a custodian agrees, and either takes it, once.

An administrator alone could name two keys of their own, and read everything that way.
"""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right
from vierogen.vault.actions import VAULT
from vierogen.vault.exporting import checked, export
from vierogen.vault.models import Export
from vierogen.vault.revealing import ALLOWED_FOR, WAITS_FOR, insist_on_proof
from vierogen.web.proof import Proof


def may_agree(member: Member, asked: Export) -> bool:
    """May ``member`` be the second person: a custodian by role, arrived and here to stay, and not the one who asked?"""
    same = member.organisation_id == asked.organisation_id and member.pk != asked.asked_by_id
    return same and member.ends_on is None and member.arriving_since is None and member.may(Right.REVEAL)


def may_stop(member: Member, asked: Export) -> bool:
    """May ``member`` stop it: custodians by role, administrators, and who asked?"""
    is_told = member.may(Right.REVEAL) or member.may(Right.MANAGE_ORGANISATION) or member.pk == asked.asked_by_id
    return member.organisation_id == asked.organisation_id and is_told


@transaction.atomic
def ask(organisation: Organisation, *, to: list[str], by: Member, proof: Proof | None) -> Export:
    """Ask for an export that these recipients can open. Raises ``ValidationError``, ``PermissionDenied``."""
    insist_on_proof(by, proof)
    insist(by, Right.EXPORT_KEYS, organisation_id=organisation.pk)
    recipients, now = checked(to), timezone.now()
    asked = Export.objects.create(
        organisation=organisation, recipients=recipients, asked_by=by, asked_at=now, ends_at=now + WAITS_FOR
    )
    others = organisation.members.exclude(pk=by.pk)
    told = [*others.who_may(Right.REVEAL), *others.who_may(Right.MANAGE_ORGANISATION)]
    _tell(asked, told, "vault/mail/export_asked", by=by)
    record(organisation.pk, "ask_export", subject_of(asked), by=by, facts={"recipients": recipients})
    return asked


def _tell(asked: Export, members: Iterable[Member], template: str, *, by: Member) -> None:
    values = {"organisation": asked.organisation.name, "who": by.name}
    link = reverse("vault:export", args=[asked.pk])
    tell(asked.organisation_id, addressees(members), template=template, values=values, link=link)


@transaction.atomic
def agree(asked: Export, *, by: Member, proof: Proof | None) -> None:
    """Agree as a custodian; it can be taken for ten minutes."""
    insist_on_proof(by, proof)
    insist(by, Right.REVEAL, organisation_id=asked.organisation_id)
    if not may_agree(Member.objects.select_related("user", "organisation").get(pk=by.pk), asked):
        raise PermissionDenied(
            _("A custodian who has got started and is here to stay has to agree, and not the one who asked.")
        )
    now = timezone.now()
    changes = {"allowed_by": by, "ends_at": now + ALLOWED_FOR}
    move(asked, "allow_export", by=by, changes=changes, only_if={"ends_at__gt": now})


@transaction.atomic
def veto(asked: Export, *, by: Member) -> None:
    """Stop it before it is taken. Raises ``WrongStateError`` where that is too late."""
    insist(by, Right.SEE_VAULT, organisation_id=asked.organisation_id)
    if not may_stop(Member.objects.select_related("user", "organisation").get(pk=by.pk), asked):
        raise PermissionDenied(_("Custodians and administrators can stop this."))
    move(asked, "veto_export", by=by)
    _tell(asked, [one for one in _the_two(asked) if one.pk != by.pk], "vault/mail/export_stopped", by=by)


def _the_two(asked: Export) -> list[Member]:
    """Who asked, and who agreed where somebody did, as they are now and stay until the transaction ends."""
    pair = Export.objects.values_list("asked_by", "allowed_by").get(pk=asked.pk)
    rows = Member.objects.select_for_update(of=("self",), no_key=True).select_related("user", "organisation")
    found = {one.pk: one for one in rows.filter(pk__in=[pk for pk in pair if pk]).order_by("pk")}
    return [found[pk] for pk in pair if pk]


def _insist_on_both(asked: Export) -> None:
    """Both may still do what they did: what one of them asked or agreed to in a lost role counts for nothing."""
    asker, *agreers = _the_two(asked)
    if not asker.may(Right.EXPORT_KEYS) or not all(may_agree(one, asked) for one in agreers):
        raise PermissionDenied(_("One of the two who asked and agreed may not do that any more. Ask for it anew."))


def take(asked: Export, *, by: Member, proof: Proof | None) -> bytes:
    """The export, for one of the two, once; all of it stands in the ledger first.

    The keys themselves are in it only where this is the one organisation: they open every organisation's secrets.
    """
    insist_on_proof(by, proof)
    if by.pk not in {asked.asked_by_id, asked.allowed_by_id}:
        raise PermissionDenied(_("Only the two who asked and agreed can take it."))
    with transaction.atomic(durable=True):
        _insist_on_both(asked)
        insist(by, Right.SEE_VAULT, organisation_id=asked.organisation_id)
        alone = Organisation.objects.count() == 1
        sealed = export([asked.organisation], to=asked.recipients, by=by, with_keys=alone)
        now = timezone.now()
        move(asked, "make_export", by=by, changes={"made_at": now}, only_if={"ends_at__gt": now})
    return sealed


def lapse() -> int:
    """Let those lapse that nobody took in time."""
    ended = 0
    for asked in Export.objects.over(timezone.now()):
        try:
            move(asked, "let_export_lapse", by=VAULT)
        except WrongStateError:  # taken a moment ago
            continue
        ended += 1
    return ended
