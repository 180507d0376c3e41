"""Agreements: written as drafts, put in force, replaced, withdrawn; and confirmed by everybody."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from vierogen.learning.models import Agreement, CardPicture, Confirmation
from vierogen.learning.models.agreements import FIXED
from vierogen.learning.quiz import said
from vierogen.learning.states import AgreementState
from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.people.actions import insist
from vierogen.people.arriving import settle
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right

# What a new version takes from the one before.
_TAKEN = (
    "picture",
    "own_picture_id",
    "picture_alt",
    "language",
    "title",
    "does",
    "does_not",
    "why",
    "example",
    "question",
    "days",
    "position",
)
MOST_DAYS = 365


@transaction.atomic
def draft(organisation: Organisation, values: Mapping[str, Any], *, by: Member, key: str = "") -> Agreement:
    """Write a new card; ``values`` are its words, and under ``own_picture`` a ``Cleaned`` where it has one.

    ``key`` only for cards that checks refer to.
    """
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=organisation.pk)
    # One after the other, so that two cards get two keys.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    taken = set(Agreement.objects.filter(organisation=organisation).values_list("key", flat=True))
    card = Agreement(
        organisation=organisation,
        key=key or _free_key(str(values["title"]), taken),
        position=values.get("position", len(taken)),
        written_by=by,
        **{name: value for name, value in _kept(organisation.pk, values).items() if name != "position"},
    )
    card.save()
    record(organisation.pk, "draft_agreement", subject_of(card), by=by, facts={"card": card.key})
    return card


def _kept(organisation_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as columns: a picture that was drawn anew becomes a row."""
    cleaned = values.get("own_picture")
    if cleaned is None:
        return dict(values)
    made, _new = CardPicture.objects.get_or_create(
        organisation_id=organisation_id,
        sha256=cleaned.sha256,
        defaults={"data": cleaned.data, "mime": cleaned.mime},
    )
    return {**values, "own_picture": made}


def _forget_pictures(organisation_id: int) -> None:
    """What no version shows, and none ever showed, is not kept."""
    CardPicture.objects.filter(organisation=organisation_id, agreements=None).delete()


def _free_key(title: str, taken: set[str]) -> str:
    wanted = slugify(title)[:30] or "card"
    return next(key for number in range(1, len(taken) + 3) if (key := _numbered(wanted, number)) not in taken)


def _numbered(key: str, number: int) -> str:
    return key if number == 1 else f"{key}-{number}"


@transaction.atomic
def draft_anew(card: Agreement, *, by: Member) -> Agreement:
    """The draft of the next version of a card: the one that exists, or a new one with the words as they are."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=card.organisation_id)
    versions = Agreement.objects.select_for_update(no_key=True).filter(organisation=card.organisation_id, key=card.key)
    newest = versions.order_by("-number")[0]
    if newest.is_draft:
        return newest
    made = Agreement(
        organisation_id=card.organisation_id,
        key=card.key,
        number=newest.number + 1,
        written_by=by,
        **{name: getattr(card, name) for name in _TAKEN},
    )
    made.save()
    record(card.organisation_id, "draft_agreement", subject_of(made), by=by, facts={"card": card.key})
    return made


@transaction.atomic
def rewrite(card: Agreement, values: Mapping[str, Any], *, by: Member) -> None:
    """Change the words of a draft, and its picture; as in ``draft``, with None for the drawing."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=card.organisation_id)
    rows, columns = (
        Agreement.objects.filter(pk=card.pk, state=AgreementState.DRAFT),
        _kept(card.organisation_id, values),
    )
    if not set(values) <= {*FIXED, "own_picture"} or not rows.update(**columns):
        raise WrongStateError("rewrite", subject_of(card))
    _forget_pictures(card.organisation_id)
    record(card.organisation_id, "rewrite_agreement", subject_of(card), by=by, facts={"card": card.key})


@transaction.atomic
def throw_away(card: Agreement, *, by: Member) -> None:
    """Throw a draft away; nobody ever had to do anything with it."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=card.organisation_id)
    subject = subject_of(card)
    if not Agreement.objects.filter(pk=card.pk, state=AgreementState.DRAFT).delete()[0]:
        raise WrongStateError("throw_away", subject)
    _forget_pictures(card.organisation_id)
    record(card.organisation_id, "throw_away_agreement", subject, by=by, facts={"card": card.key})


@transaction.atomic
def put_in_force(card: Agreement, *, material: bool, days: int, by: Member) -> None:
    """Let a draft count from now on; the version before it is replaced.

    ``material``: everybody confirms it anew, within so many ``days``. Otherwise who confirmed the version before, or
    still has time to, need do nothing more; a first version is always material.
    """
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=card.organisation_id)
    if not 0 <= days <= MOST_DAYS:
        raise ValidationError(_("Choose a number of days from 0 to %(most)d.") % {"most": MOST_DAYS})
    versions = Agreement.objects.select_for_update(no_key=True).filter(organisation=card.organisation_id, key=card.key)
    before = versions.filter(state=AgreementState.IN_FORCE).first()
    now = timezone.now()
    changes: dict[str, Any] = {"in_force_by": by, "in_force_at": now, "material": True, "days": days}
    if material or before is None:
        changes |= {"counts_from": card.number, "asked_at": now, "due_at": now + timedelta(days=days)}
    else:
        kept = {name: getattr(before, name) for name in ("counts_from", "asked_at", "due_at", "days")}
        changes |= {"material": False, **kept}
    if before is not None:
        move(before, "replace", by=by, changes={"ended_at": now})
    facts = {"card": card.key, "number": card.number, "material": changes["material"], "days": changes["days"]}
    move(card, "put_in_force", by=by, changes=changes, facts=facts)


@transaction.atomic
def retire(card: Agreement, *, by: Member) -> None:
    """Withdraw an agreement: nobody has to confirm it any more."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=card.organisation_id)
    move(card, "retire", by=by, changes={"ended_at": timezone.now()}, facts={"card": card.key})


@transaction.atomic
def confirm(card: Agreement, *, answer: str, by: Member) -> Confirmation:
    """Confirm the version that somebody read, with the answer to its question.

    Raises ``ValidationError`` with the explanation for a wrong answer, ``WrongStateError`` where another version came
    in force meanwhile.
    """
    insist(by, Right.SEE, organisation_id=card.organisation_id)
    heard = said(card.asks, answer)
    if not heard.is_right:
        raise ValidationError(heard.tell or _("Choose an answer."))
    rows = Agreement.objects.select_for_update(no_key=True).filter(pk=card.pk, state=AgreementState.IN_FORCE)
    if not rows.exists():
        raise WrongStateError("confirm", subject_of(card))
    confirmed, new = Confirmation.objects.get_or_create(member=by, agreement=card)
    if new:
        facts = {"card": card.key, "number": card.number}
        record(card.organisation_id, "agree", subject_of(card), by=by, facts=facts)
        settle(by)
    return confirmed
