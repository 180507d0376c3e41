"""Days and hours of remembrance, for the whole of a country, and where each is written down.

Only what a whole country keeps, at an hour that everybody knows. Left out on purpose, because nobody minds an
ordinary post then: days without an hour of silence (27 January, 17 July, Good Friday, All Souls' Day), other
countries' days (11 September), what one town remembers, and what happened once. Those are for the organisation's
own quiet moments. Liberation Day (5 May) is festive, and Veterans' Day thanks the living: neither is quiet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Moment


@dataclass(frozen=True)
class Remembrance:
    """A remembrance on ``day`` of a year, in local time. ``silence`` and ``hours`` are (from, until).

    During ``hours`` a cheerful post hurts; around ``silence`` any post that is about something else does.
    ``source`` says where the hours come from.
    """

    title: str
    day: Callable[[int], date]
    hours: tuple[time, time]
    silence: tuple[time, time] | None
    source: str

    def moments(self, year: int, zone: ZoneInfo) -> tuple[Moment, Moment | None]:
        """Its hours, and the minutes around the silence where there are such, in that year."""
        day = self.day(year)
        return _between(self.title, day, self.hours, zone), self.silence and _between(
            self.title, day, self.silence, zone
        )


def _between(title: str, day: date, hours: tuple[time, time], zone: ZoneInfo) -> Moment:
    start, end = hours
    return Moment(title, datetime.combine(day, start, zone), datetime.combine(day, end, zone))


def _second_sunday_of_november(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7)


# By time zone: what everybody around the readers keeps.
REMEMBRANCES: dict[str, tuple[Remembrance, ...]] = {
    "Europe/Amsterdam": (
        Remembrance(
            _("Remembrance of the Dead (4 May)"),
            lambda year: date(year, 5, 4),
            hours=(time(18), time(22)),
            silence=(time(19, 45), time(20, 15)),
            source="4en5mei.nl: two minutes of silence at 20:00; flags at half-mast from 18:00 until sunset "
            "(flag instruction of the national government, rijksoverheid.nl)",
        ),
        Remembrance(
            _("Remembrance of the war in the Dutch East Indies (15 August)"),
            lambda year: date(year, 8, 15),
            hours=(time(19), time(20, 30)),
            silence=None,
            source="15augustus1945.nl: since 2022 the national ceremony begins at 19:00 and ends about 20:20",
        ),
    ),
    "Europe/Brussels": (
        Remembrance(
            _("Armistice Day (11 November)"),
            lambda year: date(year, 11, 11),
            hours=(time(10, 30), time(12)),
            silence=(time(10, 50), time(11, 10)),
            source="belgium.be, public holidays; the national ceremony is at 11:00 at the Congress Column",
        ),
    ),
    "Europe/London": (
        Remembrance(
            _("Armistice Day (11 November)"),
            lambda year: date(year, 11, 11),
            hours=(time(10, 30), time(12)),
            silence=(time(10, 55), time(11, 10)),
            source="britishlegion.org.uk: two minutes of silence at 11:00",
        ),
        Remembrance(
            _("Remembrance Sunday"),
            _second_sunday_of_november,
            hours=(time(10, 30), time(12)),
            silence=(time(10, 55), time(11, 10)),
            source="gov.uk, the national service: the second Sunday of November, silence at 11:00",
        ),
    ),
}
