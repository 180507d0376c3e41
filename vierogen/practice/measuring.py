"""What a drill measures, read from the ledger: when the stray was seen, answered, taken down and spoken of.

Nobody's name is in the result: whoever did something is A, B or C, in the order in which they came in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from django.utils.translation import gettext as _

from vierogen.ledger.actions import Machine
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import subject_of
from vierogen.practice.models import Drill
from vierogen.watch.models import Stray

# By verb: what it tells of how the drill goes. A measure of the scenario has its own key.
TELLS = {
    "see_stray": "seen",
    "acknowledge": "answered",
    "take_down": "asked",
    "remove": "gone",
    "adopt": "mistaken",
    "hand_on": "incident",
    "state_first": "statement",
    "do_measure": "",
}
MACHINE = Machine("").actor


@dataclass(frozen=True)
class Moment:
    """Something that happened for the first time, so many ``seconds`` after the post; ``who`` is "" for Vierogen."""

    key: str
    seconds: float
    who: str

    def kept(self) -> dict[str, Any]:
        """As the result of a drill keeps it."""
        return {"key": self.key, "seconds": self.seconds, "who": self.who}


def moments(drill: Drill) -> list[Moment]:
    """What happened so far, in its order; of one that is over, what was kept."""
    if not drill.is_open:
        return [Moment(**kept) for kept in drill.result]
    return list(_read(drill))


def _read(drill: Drill) -> Iterator[Moment]:
    if drill.started_at is None:
        return
    known: set[str] = set()
    letters: dict[str, str] = {}
    for entry in _entries(drill):
        key = TELLS[entry.verb] or str(entry.facts["measure"])
        who = _letter(entry.actor, letters)
        if key not in known:
            known.add(key)
            yield Moment(key, round(max(0.0, (entry.at - drill.started_at).total_seconds()), 1), who)


def _entries(drill: Drill) -> Iterator[Entry]:
    subjects = [subject_of(drill)]
    for stray in strays(drill):
        subjects += [subject_of(row) for row in (stray, stray.alarm, stray.take_down) if row is not None]
    rows = Entry.objects.filter(organisation_id=drill.organisation_id, subject__in=subjects, verb__in=TELLS)
    yield from rows.order_by("number")


def strays(drill: Drill) -> list[Stray]:
    """What the watch made of the post."""
    rows = Stray.objects.filter(channel=drill.channel_id, remote__remote_id=drill.remote_id)
    return (
        list(rows.select_related("alarm", "take_down", "remote", "channel__organisation")) if drill.channel_id else []
    )


def _letter(actor: str, letters: dict[str, str]) -> str:
    if actor.startswith(MACHINE):
        return ""
    return letters.setdefault(actor, ascii_uppercase[len(letters) % len(ascii_uppercase)])


def words(drill: Drill) -> Mapping[str, str]:
    """What each moment means, by key, in the reader's language."""
    usual = {
        "seen": _("The watch saw the post and rang"),
        "answered": _("Somebody answered the alarm"),
        "asked": _("Somebody had it taken down"),
        "gone": _("It was seen to be gone"),
        "mistaken": _("Somebody said that it is ours. It was not."),
        "incident": _("Somebody opened an incident"),
        "statement": _("The first statement was written"),
    }
    return usual | {one.key: str(one.asks) for one in (drill.plays.measures if drill.plays else ())}
