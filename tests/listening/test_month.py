"""A month in which the clock changes, with outages, crashes and two workers.

Each bulletin comes once, and each hit is in one of them.

When a bulletin is due is not asked of the code that is tested, but read off a wall clock, step by step.
"""

from bisect import bisect_right
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from tests.listening.newsroom import make_alert, make_hit
from tests.plugins.house import make_member
from tests.servers.smtp import Mailbox
from vierogen.listening.actions import bulletins
from vierogen.listening.actions.reading import Times, choose
from vierogen.listening.models import Alert, Bulletin, Hit, Line, Reader
from vierogen.listening.states import Rhythm
from vierogen.notices import jobs as notices
from vierogen.notices.mail import hang_up
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role

pytestmark = pytest.mark.django_db

# Clocks change on a whole or half hour.
STEP = timedelta(minutes=10)
# Each holds the change in the Netherlands and, on another Sunday, that of Lord Howe Island (by half an hour).
MONTHS = {
    "to summer time": (datetime(2027, 3, 14, 10, tzinfo=UTC), datetime(2027, 4, 14, 10, tzinfo=UTC)),
    "to winter time": (datetime(2026, 10, 2, 10, tzinfo=UTC), datetime(2026, 11, 2, 10, tzinfo=UTC)),
}
ZONES = ("Europe/Amsterdam", "Australia/Lord_Howe")
# Where a worker dies: each function, before it or after it.
PLACES = ("_write_lines", "tell_news", "tell_no_news", "_keep", "move_on", "_plan_next")


class Killed(BaseException):
    """The worker is gone."""


@dataclass
class Subscriber:
    """A reader, when they want bulletins, and which of those somebody looked at: (due, when)."""

    member: Member
    rhythm: str
    due: list[datetime]
    handled: list[tuple[datetime, datetime]] = field(default_factory=list)


def off_the_wall(zone: str, hour: int, weekday: int | None, *, first: datetime, last: datetime) -> list[datetime]:
    """The first moment of each day at which a wall clock shows this hour, or one beyond it."""
    found: dict[Any, datetime] = {}
    moment = first - timedelta(days=2)
    while moment <= last:
        local = moment.astimezone(ZoneInfo(zone))
        if local.hour >= hour and weekday in {None, local.weekday()}:
            found.setdefault(local.date(), moment)
        moment += STEP
    return [due for due in sorted(found.values()) if first < due <= last]


def subscribers(town: Organisation, alerts: list[Alert], *, first: datetime, last: datetime) -> list[Subscriber]:
    """In each time zone: at once, daily and weekly, also in the hour that is odd twice a year."""
    wanted = [
        (Rhythm.AT_ONCE, 8, 0),
        (Rhythm.DAILY, 2, 0),
        (Rhythm.WEEKLY, 2, 6),
        (Rhythm.WEEKLY, 9, 1),
    ]
    made = []
    for zone in ZONES:
        for rhythm, hour, weekday in wanted:
            member = make_member(town, f"{rhythm}-{hour}-{zone.partition('/')[2]}", Role.WRITER)
            choose(member, Times(hour, weekday, zone, no_news=hour == 9), dict.fromkeys(alerts, rhythm))
            due = off_the_wall(zone, hour, weekday if rhythm == Rhythm.WEEKLY else None, first=first, last=last)
            made.append(Subscriber(member, rhythm, due))
    return made


@dataclass
class Killer:
    """Lets a worker die at the place ``planned``, once; counts where it did."""

    planned: str = ""
    done: Counter[str] = field(default_factory=Counter)

    def pass_by(self, place: str) -> None:
        """A worker comes here."""
        if place == self.planned:
            self.planned = ""
            self.done[place] += 1
            raise Killed


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Killer:
    """Waits at each step of making a bulletin, before it and after it."""
    waiting = Killer()

    def deadly(name: str, usual: Any) -> Any:
        def called(*args: Any, **named: Any) -> Any:
            waiting.pass_by(f"before {name}")
            answer = usual(*args, **named)
            waiting.pass_by(f"after {name}")
            return answer

        return called

    for name in PLACES:
        monkeypatch.setattr(bulletins, name, deadly(name, getattr(bulletins, name)))
    return waiting


@dataclass
class Month:
    """The simulation: news comes in, gets grouped, and workers make what is due, while they live."""

    alerts: list[Alert]
    people: list[Subscriber]
    chance: Random
    killer: Killer
    grouped: dict[int, datetime] = field(default_factory=dict)

    def news(self, now: datetime) -> None:
        """Hits since the last step; some are copies, some wait to be grouped."""
        Hit.objects.filter(grouped_at=None).update(grouped_at=now)
        for _ in range(self.chance.choice([0, 0, 1, 1, 2])):
            alert = self.chance.choice(self.alerts)
            copied = Hit.objects.filter(alert=alert, copy_of=None).order_by("-pk").first()
            is_copy = copied is not None and self.chance.random() < 0.3
            at = now - timedelta(seconds=self.chance.randrange(600))
            grouped_at = now if is_copy or self.chance.random() < 0.8 else None
            make_hit(alert, f"Bericht {now}", at=at, copy_of=copied if is_copy else None, grouped_at=grouped_at)

    def work(self, now: datetime) -> None:
        """Two workers, one after the other; the first is sometimes killed on its way."""
        if self.chance.random() < 0.5:
            self.killer.planned = f"{self.chance.choice(['before', 'after'])} {self.chance.choice(PLACES)}"
        with suppress(Killed):
            bulletins.make_due()
        self.killer.planned = ""
        bulletins.make_due()
        self.note(now)

    def note(self, now: datetime) -> None:
        """Which due moments were looked at by now."""
        for person in self.people:
            place = bisect_right(person.due, now)
            if place and (not person.handled or person.handled[-1][0] != person.due[place - 1]):
                person.handled.append((person.due[place - 1], now))


# On PostgreSQL one of the two: between what is due and when, it is the clock that differs.
@pytest.mark.parametrize("name", [pytest.param("to summer time", marks=pytest.mark.once), "to winter time"])
def test_each_bulletin_comes_once_and_each_hit_is_in_one_of_them(
    name: str, town: Organisation, killer: Killer, mailbox: Mailbox
) -> None:
    first, last = MONTHS[name]
    with time_machine.travel(first, tick=False) as clock:
        alerts = [make_alert(town, word) for word in ("zwembad", "bibliotheek", "station")]
        people = subscribers(town, alerts, first=first, last=last + timedelta(days=9))
        month = Month(alerts, people, Random(name), killer)  # noqa: S311 - no secret
        now = first
        while now < last:
            now += timedelta(minutes=month.chance.choice([1, 2, 3, 5, 20, 60, 90, 120, 150, 180]))
            if month.chance.random() < 0.01:  # everything is down
                now += timedelta(hours=month.chance.randrange(1, 60))
            clock.move_to(now)
            month.news(now)
            month.work(now)
        finish(month, clock, until=last + timedelta(days=9))
        check(month, last=last)
        sent = notices.send_due("test")
        hang_up()
    assert sent == Bulletin.objects.count() == len({mail.message["Message-ID"] for mail in mailbox.mails})
    assert sum(killer.done.values()) > 50, "workers did die"
    assert len(killer.done) > 8, "in many places"


def finish(month: Month, clock: Any, *, until: datetime) -> None:
    """Nobody dies any more, until everything was told; one last piece of news takes the late copies along."""
    Hit.objects.filter(grouped_at=None).update(grouped_at=Hit.objects.latest("found_at").found_at)
    for alert in month.alerts:
        make_hit(alert, "Het laatste nieuws")
    now = Hit.objects.latest("pk").found_at
    while now < until:
        now += timedelta(hours=2)
        clock.move_to(now)
        bulletins.make_due()
        month.note(now)


def check(month: Month, *, last: datetime) -> None:
    """What is asked of bulletins."""
    hits = {hit.pk: hit for hit in Hit.objects.all()}
    assert len(hits) > 200
    assert Message.objects.count() == Bulletin.objects.count()
    assert Bulletin.objects.filter(message=None).count() == 0
    for person in month.people:
        lines = list(Line.objects.filter(member=person.member).select_related("bulletin"))
        assert Counter(line.hit_id for line in lines) == Counter(hits.keys()), "each hit once, none missing"
        if person.rhythm == Rhythm.AT_ONCE:
            check_pace(person)
        else:
            check_moments(person, lines, hits)


def check_pace(person: Subscriber) -> None:
    made = list(Bulletin.objects.filter(member=person.member).order_by("due_at").values_list("due_at", flat=True))
    assert all(later - earlier >= bulletins.GROUPED for earlier, later in pairwise(made))
    pairs = zip(made, made[bulletins.AN_HOUR_AT_MOST :], strict=False)
    assert all(later - earlier >= bulletins.AN_HOUR for earlier, later in pairs)


def check_moments(person: Subscriber, lines: list[Line], hits: dict[int, Hit]) -> None:
    """Each is due when the wall clock says so, and tells news at the first opportunity, never from its future."""
    made = Counter(Bulletin.objects.filter(member=person.member).values_list("due_at", flat=True))
    assert set(made.values()) == {1}
    assert set(made) <= set(person.due)
    for line in lines:
        hit = hits[line.hit_id]
        assert hit.found_at < line.bulletin.due_at
        if hit.copy_of_id is None:
            assert hit.grouped_at
            possible = (due for due, at in person.handled if due > hit.found_at and at >= hit.grouped_at)
            assert line.bulletin.due_at == next(possible)


def test_who_wants_to_hear_of_no_news_hears_so_each_week(town: Organisation, anna: Member) -> None:
    first, last = MONTHS["to winter time"]
    with time_machine.travel(first, tick=False) as clock:
        alert = make_alert(town)
        choose(anna, Times(2, 6, "Europe/Amsterdam", no_news=True), {alert: Rhythm.DAILY})
        now = first
        while now < last:
            now += timedelta(minutes=237)
            clock.move_to(now)
            bulletins.make_due()
    wanted = off_the_wall("Europe/Amsterdam", 2, 6, first=first, last=last)
    assert list(Bulletin.objects.order_by("due_at").values_list("due_at", flat=True)) == wanted
    assert len(wanted) == 5
    assert {mail.title for mail in Message.objects.all()} == {"No news this week"}
    assert Reader.objects.get().weekly_at
