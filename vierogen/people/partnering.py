"""Colleague organisations: asking one to be the second pair of eyes, saying yes, and ending it."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from vierogen.ledger.actions import Actor, record
from vierogen.ledger.moves import move, subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member, Organisation, Partnership
from vierogen.people.roles import Right
from vierogen.people.states import PartnershipState


def lock_both(one: int, other: int) -> None:
    """Lock two organisations, always in the same order: what writes in both ledgers comes one by one."""
    rows = Organisation.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[one, other])
    list(rows.order_by("pk"))


def record_there(
    organisation_id: int, verb: str, subject: str, *, by: Actor, facts: Mapping[str, Any] | None = None
) -> None:
    """The same thing in the ledger of the other organisation. After ``lock_both``, and last."""
    record(organisation_id, verb, subject, by=by, facts=facts)


@transaction.atomic
def ask(name: str, *, by: Member) -> Partnership:
    """Ask the organisation of exactly this name. Raises ``ValidationError`` where there is none, or it was asked."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=by.organisation_id)
    partner = Organisation.objects.filter(name__iexact=name.strip()).exclude(pk=by.organisation_id).first()
    if partner is None:
        raise ValidationError(_("No other organisation here has exactly this name. Ask them how it is written."))
    lock_both(by.organisation_id, partner.pk)
    known = Partnership.objects.visible_to(by).of(partner.pk).exclude(state=PartnershipState.ENDED)
    if known.exists():
        raise ValidationError(_("There is an agreement with %(name)s, or it was asked.") % {"name": partner.name})
    asked = Partnership.objects.create(organisation=by.organisation, partner=partner, asked_by=by)
    tell(
        partner.pk,
        addressees(partner.members.all().who_may(Right.MANAGE_ORGANISATION)),
        template="people/mail/partner_asks",
        values={"organisation": by.organisation.name},
        link="/people/partners/",
    )
    for organisation_id in sorted((by.organisation_id, partner.pk)):
        record(organisation_id, "ask_partner", subject_of(asked), by=by)
    return asked


@transaction.atomic
def agree(partnership: Partnership, *, by: Member) -> None:
    """Say yes. Only an administrator of the organisation that was asked."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=partnership.partner_id)
    lock_both(partnership.organisation_id, partnership.partner_id)
    move(partnership, "agree", by=by, changes={"agreed_by": by})
    record_there(partnership.partner_id, "agree", subject_of(partnership), by=by)


@transaction.atomic
def end(partnership: Partnership, *, by: Member) -> None:
    """End it, or say no. An administrator of either; what was asked and not decided cannot be seen any more."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=by.organisation_id)
    if by.organisation_id not in {partnership.organisation_id, partnership.partner_id}:
        raise PermissionDenied(_("This belongs to another organisation."))
    lock_both(partnership.organisation_id, partnership.partner_id)
    move(partnership, "end", by=by, changes={"ended_by": by})
    record_there(partnership.partner_id, "end", subject_of(partnership), by=by)


def partners_of(organisation_id: int) -> list[Partnership]:
    """The agreed ones, with both organisations."""
    return list(Partnership.objects.of(organisation_id).agreed().select_related("organisation", "partner"))
