"""Who confirmed what: for the whole organisation and for each role."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from vierogen.learning.models import Agreement
from vierogen.learning.standing import Standing, newest_confirmed, standings_of
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role


@dataclass(frozen=True)
class Share:
    """How much of what was asked of a team is confirmed: ``done`` of ``asked``."""

    name: str
    done: int
    asked: int

    @property
    def percent(self) -> int:
        """Rounded down: a hundred means all of it."""
        return self.done * 100 // self.asked if self.asked else 100


@dataclass(frozen=True)
class Line:
    """A member: which cards they confirmed, and how they stand."""

    member: Member
    confirmed: tuple[bool, ...]
    standing: Standing

    @property
    def done(self) -> int:
        """How many cards they confirmed."""
        return sum(self.confirmed)


@dataclass(frozen=True)
class Coverage:
    """The whole picture. ``shares`` begins with the whole organisation; ``by_card`` says it of each card."""

    cards: tuple[Agreement, ...]
    shares: tuple[Share, ...]
    by_card: tuple[tuple[Agreement, Share], ...]
    lines: tuple[Line, ...]


def coverage_of(organisation: Organisation) -> Coverage:
    """Everybody who belongs to the organisation now, by what is in force now. Few queries, however many there are."""
    cards = tuple(Agreement.objects.filter(organisation=organisation).in_force())
    standings, known = standings_of(organisation), newest_confirmed(organisation.members.all())
    rows = organisation.members.filter(pk__in=standings).select_related("user", "organisation").prefetch_related("held")
    lines = tuple(
        Line(
            member,
            tuple(known.get((member.pk, card.key), (0, None))[0] >= card.counts_from for card in cards),
            standings[member.pk],
        )
        for member in sorted(rows, key=lambda one: one.name.lower())
    )
    roles = [(str(role.label), [line for line in lines if role in line.member.roles]) for role in Role]
    shares = (_share(_("Everybody"), lines), *(_share(name, some) for name, some in roles if some))
    by_card = tuple((card, _on(card, place, lines)) for place, card in enumerate(cards))
    return Coverage(cards, shares, by_card, lines)


def _share(name: str, lines: Iterable[Line]) -> Share:
    every = list(lines)
    return Share(name, sum(line.done for line in every), sum(len(line.confirmed) for line in every))


def _on(card: Agreement, place: int, lines: Iterable[Line]) -> Share:
    every = [line.confirmed[place] for line in lines]
    return Share(card.title, sum(every), len(every))
