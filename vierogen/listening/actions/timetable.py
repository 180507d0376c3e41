"""When a bulletin is due: a reader's own hour, by the clock where they are, also on the days that the clock changes.

An hour that does not exist that day (the clock goes forward) becomes the moment at which it would have begun: where
02:00 is skipped, that is 03:00. Of an hour that exists twice (the clock goes back) the first one counts.
PEP 495 describes the arithmetic.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from logging import getLogger
from zoneinfo import ZoneInfo

from vierogen.listening.models import Reader
from vierogen.listening.states import Rhythm

log = getLogger(__name__)

A_DAY = timedelta(days=1)
# Enough to meet each day of the week, and the days beside it, whatever a time zone does.
DAYS = range(10)


@dataclass(frozen=True)
class Clock:
    """At which hour (0 to 23), on which day (0 is Monday) and where."""

    zone: ZoneInfo
    hour: int
    weekday: int

    @classmethod
    def of(cls, reader: Reader) -> "Clock":
        """The reader's."""
        return cls(zone_of(reader), reader.hour, reader.weekday)

    def after(self, moment: datetime, rhythm: str) -> datetime:
        """The first time that it is due after ``moment``, in UTC."""
        first = moment.astimezone(self.zone).date() - A_DAY
        return next(due for due in self._on((first + number * A_DAY for number in DAYS), rhythm) if due > moment)

    def latest(self, moment: datetime, rhythm: str) -> datetime:
        """The last time that it was due, at ``moment`` or before, in UTC."""
        last = moment.astimezone(self.zone).date() + A_DAY
        return next(due for due in self._on((last - number * A_DAY for number in DAYS), rhythm) if due <= moment)

    def _on(self, days: Iterator[date], rhythm: str) -> Iterator[datetime]:
        for day in days:
            if rhythm == Rhythm.DAILY or day.weekday() == self.weekday:
                yield datetime.combine(day, time(self.hour), tzinfo=self.zone).astimezone(UTC)


def zone_of(reader: Reader) -> ZoneInfo:
    """Where the reader is; where their organisation is, if nobody knows that time zone any more."""
    try:
        return ZoneInfo(reader.time_zone)
    except (KeyError, ValueError, OSError):
        log.warning("Reader %s has an unknown time zone: %s", reader.pk, reader.time_zone)
        return reader.member.organisation.zone
