"""What a channel posted before is remembered: its words only, the newest, and only while it stands there."""

from datetime import UTC, datetime, timedelta

from vierogen.channels.actions import close
from vierogen.channels.models import Channel
from vierogen.networks.base import Shown
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions.checking import MOST_EARLIER
from vierogen.posts.actions.voices import forget, forget_all, remember
from vierogen.posts.models import EarlierText

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def post(number: int, text: str = "De markt is op vrijdag.") -> Shown:
    return Shown(f"post-{number}", text, created_at=NOON + timedelta(minutes=number))


def ids() -> list[str]:
    return list(EarlierText.objects.order_by("-at").values_list("remote_id", flat=True))


def test_a_post_is_remembered_once_and_as_it_reads_now(channel: Channel) -> None:
    remember(channel, [post(1), post(1)])
    remember(channel, [post(1, "De markt is op zaterdag.")])
    [kept] = EarlierText.objects.all()
    assert (kept.text, kept.at) == ("De markt is op zaterdag.", NOON + timedelta(minutes=1))


def test_what_has_no_words_or_is_no_post_says_nothing(channel: Channel) -> None:
    remember(
        channel, [post(1, "  \n"), Shown("a", "Van iemand anders", kind="repost"), Shown("b", "Even", kind="story")]
    )
    assert ids() == []


def test_only_the_newest_of_each_channel_stay(channel: Channel) -> None:
    remember(channel, [post(number) for number in range(MOST_EARLIER)])
    remember(channel, [post(MOST_EARLIER), post(-1)])
    assert len(ids()) == MOST_EARLIER
    assert (ids()[0], ids()[-1]) == (f"post-{MOST_EARLIER}", "post-1")


def test_what_is_gone_is_forgotten(channel: Channel) -> None:
    remember(channel, [post(1), post(2), post(3)])
    forget(channel, ["post-2", "never seen"])
    assert ids() == ["post-3", "post-1"]
    forget_all(channel)
    assert ids() == []


def test_the_voice_of_a_closed_channel_is_forgotten(channel: Channel, cora: Member) -> None:
    remember(channel, [post(1)])
    assert not jobs.forget_voices("test")
    close(channel, by=cora)
    assert jobs.forget_voices("test")
    assert ids() == []
