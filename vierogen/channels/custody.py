"""How well an account is kept: by at least two custodians, none of whom leaves."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vierogen.channels.models import Custodian
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right

ENOUGH = 2


@dataclass(frozen=True)
class Custody:
    """Who answers for one channel today; somebody who left, or may not connect accounts any more, does not.

    Nor does who was invited and never came in: they are ``awaited``, and count for nobody yet.
    """

    keepers: tuple[Member, ...] = ()
    awaited: tuple[Member, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[Custodian]) -> "Custody":
        """From the ``able`` rows of one channel, with their members, users and organisations."""
        members = [row.member for row in rows if row.member.is_current]
        keepers = tuple(member for member in members if not member.is_awaited)
        return cls(keepers, tuple(member for member in members if member.is_awaited))

    @property
    def look(self) -> str:
        """``ok``, or ``look`` when they are too few or one of them leaves."""
        return "look" if len(self.keepers) < ENOUGH or self._leaving() else "ok"

    def counted(self) -> str:
        """How many there are, and how many of them leave."""
        words = {0: _("No custodian yet"), 1: _("Only 1 custodian")}
        told = words.get(len(self.keepers), _("%(count)d custodians") % {"count": len(self.keepers)})
        if not self._leaving():
            return told
        return _("%(custodians)s, %(count)d with a last day") % {"custodians": told, "count": self._leaving()}

    def named(self) -> str:
        """Who they are, and until when."""
        words = {0: _("No custodian yet"), 1: _("Only 1 custodian: %(names)s")}
        told = words.get(len(self.keepers), _("Custodians: %(names)s"))
        named = told % {"names": ", ".join(map(_named, self.keepers))}
        if not self.awaited:
            return named
        names = ", ".join(member.name for member in self.awaited)
        return _("%(custodians)s; invited and not in yet: %(names)s") % {"custodians": named, "names": names}

    def _leaving(self) -> int:
        return sum(keeper.ends_on is not None for keeper in self.keepers)


def _named(keeper: Member) -> str:
    if keeper.ends_on is None:
        return keeper.name
    return _("%(name)s (until %(day)s)") % {"name": keeper.name, "day": date_format(keeper.ends_on)}


def may_keep(member: Member) -> bool:
    """Can ``member`` answer for an account: able to take it over today, and here to stay?"""
    return member.ends_on is None and member.may(Right.CONNECT)


def candidates(organisation: Organisation) -> list[Member]:
    """Everybody who can answer for an account of ``organisation``."""
    return [member for member in organisation.members.all().who_may(Right.CONNECT) if may_keep(member)]
