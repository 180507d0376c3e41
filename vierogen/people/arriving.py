"""Arriving: whoever was invited takes a few steps first; with the last one their rights become active by themselves.

Rooms offer the steps (steps.py). Until they are done ``learning.standing`` refuses what makes a post go
out, and the vault shows no secret. Drafting, *Stop*, taking down and every emergency stay open.
"""

from django.db import transaction
from django.urls import reverse

from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.notices.actions import Addressee, tell
from vierogen.people.actions import addressees
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.people.steps import steps_of


def settle(member: Member) -> bool:
    """Let ``member`` arrive if nothing is left to do, at most once. Call it in the action that did a step."""
    if member.arriving_since is None:
        return False
    with transaction.atomic():
        rows = Member.objects.select_for_update(of=("self",), no_key=True)
        now = rows.select_related("user", "organisation").get(pk=member.pk)
        if now.arriving_since is None or now.is_awaited or not now.is_current:
            return False
        steps = steps_of(now)
        if not all(step.is_done for step in steps):
            return False
        Member.objects.filter(pk=now.pk).update(arriving_since=None)
        record(now.organisation_id, "arrive", subject_of(now), by=now)
        if steps:  # somebody of whom nothing is asked noticed nothing of it either
            _tell(now)
    member.arriving_since = None
    return True


def settle_all() -> int:
    """Let everybody arrive of whom nothing is asked any more; returns how many."""
    rows = Member.objects.current().exclude(arriving_since=None).select_related("user", "organisation").order_by("pk")
    return sum(settle(member) for member in rows)


def _tell(member: Member) -> None:
    values = {"member": member.name, "organisation": member.organisation.name}
    mine, others = "people/mail/my_arrival", "people/mail/arrival"
    tell(member.organisation_id, addressees([member]), template=mine, values=values, link=reverse("home:today"))
    tell(member.organisation_id, _who_wait_for(member), template=others, values=values, link=reverse("people:list"))


def _who_wait_for(member: Member) -> list[Addressee]:
    """Whoever guides them, and who stands in for the guide today; for others those who look after people."""
    if member.guide and member.guide.is_current:
        return addressees([member.guide], standing_in=Right.SEE)
    officers = member.organisation.members.all().who_may(Right.MANAGE_PEOPLE)
    return addressees([each for each in officers if each.pk != member.pk])
