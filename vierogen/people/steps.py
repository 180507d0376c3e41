"""The steps that are asked of whoever was invited. Rooms offer theirs in ``offers.py``; people knows none of them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone

from vierogen.core.plugins import offered
from vierogen.people.models import Member


@dataclass(frozen=True)
class Step:
    """One step in the newcomer's language: ``text`` says what it is about, ``url`` is where it is done, and ``action``
    the words on the button that leads there.
    """

    title: str
    text: str
    url: str
    action: str
    is_done: bool


class Steps(ABC):
    """The steps of one room, in its ``offers.py``; ``place`` says which room comes first."""

    key: ClassVar[str]
    place: ClassVar[int]

    @abstractmethod
    def of(self, member: Member) -> list[Step]:
        """Those that are asked of ``member``, done or not; always as many queries."""


def steps_of(member: Member) -> list[Step]:
    """Everything that is asked of ``member`` before their rights become active, in order."""
    offers = offered(Steps)  # type: ignore[type-abstract]
    rooms = sorted(offers.values(), key=lambda each: (each.place, each.key))
    return [step for room in rooms for step in room().of(member)]


def asked_of(member: Member) -> set[str]:
    """The titles of the steps of their roles at this moment; they cannot arrive until the transaction ends."""
    rows = Member.objects.select_for_update(of=("self",), no_key=True).select_related("user", "organisation")
    now = rows.get(pk=member.pk)
    return {step.title for step in steps_of(now)} if now.invited_at else set()


def start_again(member: Member, *, before: set[str]) -> bool:
    """Let who was invited get started again if their new roles ask what they never did and was not asked ``before``.

    Otherwise whoever gives roles could pass a step over: take the role away, and give it back.
    """
    now = Member.objects.select_related("user", "organisation").get(pk=member.pk)
    if now.invited_at is None or now.arriving_since is not None:
        return False
    if all(step.is_done or step.title in before for step in steps_of(now)):
        return False
    member.arriving_since = timezone.now()
    member.save(update_fields=["arriving_since"])
    return True
