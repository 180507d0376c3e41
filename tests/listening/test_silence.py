"""A source that fell silent is told of once, to whoever cares, and again when it lives."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone

from vierogen.listening.actions import silence
from vierogen.listening.actions.sourcing import Proposal, add, add_webhook, change
from vierogen.listening.caring import HUSHED, Care
from vierogen.listening.inbox import Inbox
from vierogen.listening.models import Source, Subscription
from vierogen.listening.sources.base import Found, Reading
from vierogen.listening.sources.fetching import NotYet
from vierogen.notices.models import Message
from vierogen.people.models import Member

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def then() -> object:
    """A Tuesday."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def subscription(anna: Member) -> Subscription:
    """A feed that anna added a hundred days ago, with a message each day until just now."""
    added = add(anna.organisation, Proposal("feed", "https://krant.example/rss", "De Krant"), by=anna)
    past = NOW - timedelta(days=100)
    Source.objects.update(added_at=past, items=100, item_at=NOW, read_at=NOW, tried_at=NOW)
    return Subscription.objects.select_related("source").get(pk=added.pk)


def later(**time: float) -> int:
    """Mind the sources then; returns how many are told of."""
    with time_machine.travel(NOW + timedelta(**time), tick=False):
        return silence.mind()


def titles() -> list[str]:
    """What was written to people, in order."""
    return list(Message.objects.order_by("pk").values_list("title", flat=True))


def test_much_longer_than_its_own_rhythm_is_silence_and_is_told_once(subscription: Subscription) -> None:
    assert later(days=9) == 0
    assert later(days=11) == 1
    assert later(days=12) == 0
    assert titles() == ["Nothing comes from De Krant any more"]
    message = Message.objects.get()
    assert message.email == "anna@voorbeeld.example"
    assert "much longer than usual" in message.text
    assert f"/listening/sources/{subscription.pk}/" in message.text


@pytest.mark.parametrize("more", [0, 4])
def test_what_stood_there_when_it_was_added_tells_no_rhythm(anna: Member, more: int) -> None:
    add(anna.organisation, Proposal("feed", "https://krant.example/rss", "De Krant"), by=anna)
    care = Care(Source.objects.get(), inbox=Inbox())
    backlog = [Found(str(number), "x", published_at=NOW - timedelta(hours=3 + number)) for number in range(12)]
    care._was_read(Reading(tuple(backlog)))
    news = care.news()
    Source.objects.update(item_at=news["item_at"], items=news["items"], backlog=news["backlog"], read_at=NOW)
    if more:
        Source.objects.update(items=F("items") + more, item_at=NOW + timedelta(minutes=10))
    assert later(hours=13) == 0
    assert later(days=6) == 0
    assert later(days=31) == 1


def test_a_busy_first_morning_tells_no_rhythm(anna: Member) -> None:
    add(anna.organisation, Proposal("feed", "https://krant.example/rss", "De Krant"), by=anna)
    Source.objects.update(items=30, item_at=NOW + timedelta(hours=2), read_at=NOW, tried_at=NOW)
    assert later(days=3) == 0
    assert later(days=8) == 1


def test_it_is_told_when_it_lives_again(subscription: Subscription) -> None:
    later(days=11)
    Source.objects.update(item_at=NOW + timedelta(days=11), items=101)
    assert later(days=11, hours=1) == 1
    assert titles() == ["Nothing comes from De Krant any more", "De Krant is heard again"]
    assert Source.objects.get().silent_since is None
    assert later(days=30) == 1


def test_a_source_that_fails_for_a_day_is_told_of_with_the_reason(subscription: Subscription) -> None:
    Source.objects.update(failures=9, problem="The site took too long to answer.")
    assert later(hours=23) == 0
    assert later(hours=25) == 1
    assert "could not be read for a day" in Message.objects.get().text
    assert "What went wrong: The site took too long to answer." in Message.objects.get().text
    Source.objects.update(failures=0, problem="", read_at=NOW + timedelta(hours=26))
    assert later(hours=26) == 1
    assert titles()[-1] == "De Krant is heard again"


def test_a_source_that_never_worked_is_told_of(anna: Member) -> None:
    add(anna.organisation, Proposal("feed", "https://krant.example/rss"), by=anna)
    Source.objects.update(failures=9, problem="There is no feed at this address.")
    assert later(hours=25) == 1
    assert "There never was a message." in Message.objects.get().text


@pytest.mark.parametrize(
    ("seconds", "quiet", "silent"),
    [(0.03, 50, 70), (60, 8 * 60, 10 * 60), (6 * 3_600, 59 * 60, 61 * 60), (30 * 86_400, 59 * 1_440, 61 * 1_440)],
)
def test_how_long_is_too_long_depends_on_how_often_it_speaks(seconds: float, quiet: int, silent: int) -> None:
    """Of a stream, a busy feed, a quiet one, and one that speaks once a month; in minutes."""
    source = Source(kind="feed", items=1_000, item_at=NOW, added_at=NOW - timedelta(seconds=1_000 * seconds))
    assert not silence.why_silent(source, now=NOW + timedelta(minutes=quiet))
    assert silence.why_silent(source, now=NOW + timedelta(minutes=silent))


def test_who_set_a_limit_has_that_one() -> None:
    source = Source(kind="feed", items=1_000, item_at=NOW, added_at=NOW - timedelta(days=1), quiet_after=600)
    assert silence.why_silent(source, now=NOW + timedelta(minutes=11))


def test_a_webhook_that_waits_for_its_program_is_not_silent(anna: Member) -> None:
    add_webhook(anna.organisation, "Monitor", by=anna)
    assert later(days=90) == 0


def test_what_nobody_listens_to_is_not_told_of(subscription: Subscription, anna: Member) -> None:
    change(subscription, "pause", by=anna)
    assert later(days=90) == 0


def test_each_organisation_that_listens_is_told(subscription: Subscription, otto: Member) -> None:
    add(otto.organisation, Proposal("feed", "https://krant.example/rss"), by=otto)
    assert later(days=30) == 1
    assert set(Message.objects.values_list("email", flat=True)) == {"anna@voorbeeld.example", "otto@voorbeeld.example"}


def test_where_whoever_added_it_left_the_administrators_are_told(
    subscription: Subscription, anna: Member, ben: Member, cora: Member
) -> None:
    Member.objects.filter(pk=anna.pk).update(ends_on=NOW.date() - timedelta(days=3))
    later(days=30)
    assert list(Message.objects.values_list("email", flat=True)) == [cora.user.email]


def test_a_reader_gets_it_in_their_language(subscription: Subscription, anna: Member) -> None:
    anna.user.language = "nl"
    anna.user.save()
    later(days=30)
    assert Message.objects.get().language == "nl"


def test_a_second_worker_tells_nothing_more(subscription: Subscription) -> None:
    now = NOW + timedelta(days=30)
    stale = Source.objects.get()
    with time_machine.travel(now, tick=False):
        assert silence._told(stale, "x", now=timezone.now()) == 1
        assert silence._told(stale, "x", now=timezone.now()) == 0
    assert Message.objects.count() == 1


@pytest.mark.parametrize(("wait", "told"), [(60.0, ""), (86_400.0, HUSHED)])
def test_a_site_that_wants_to_be_left_alone_for_long_is_no_source_that_is_heard(
    subscription: Subscription, monkeypatch: pytest.MonkeyPatch, wait: float, told: str
) -> None:
    def not_yet(_care: Care) -> Reading:
        raise NotYet(wait)

    monkeypatch.setattr(Care, "_reading", not_yet)
    care = Care(subscription.source, inbox=Inbox())
    care.read()
    assert care.news().get("problem", "") == told
