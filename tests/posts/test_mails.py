"""What the gateway's mails say: the subject names the account and the deadline, and never the content."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from tests.posts.nets import TEXT
from vierogen.channels.models import Channel
from vierogen.ledger.moves import move
from vierogen.notices.models import Message
from vierogen.people.models import Member, User
from vierogen.posts.actions import delivering, reviewing, stopping, writing
from vierogen.posts.models import AfterReview, Delivery, Version

MAILS = Path(delivering.__file__).parents[1] / "templates" / "posts" / "mail"
# A Monday in winter, at ten o'clock in the Netherlands.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_a_monday() -> Iterator[None]:
    """Deadlines are words in what is tested."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def written(channel: Channel, anna: Member, ben: Member, dirk: Member) -> Version:
    """To go out on Tuesday at half past eight."""
    at = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    return writing.begin(channel.organisation, writing.Content(TEXT, (channel,), not_before=at), by=anna)


def last(to: Member) -> Message:
    """The newest mail to somebody; it says nothing of the content in its title."""
    message = Message.objects.filter(email=to.user.email).latest("pk")
    assert "Stationsweg" not in message.title
    return message


def asked(version: Version, by: Member) -> None:
    writing.submit(version, by=by)


def test_a_reviewer_reads_where_and_before_when(written: Version, anna: Member, ben: Member, channel: Channel) -> None:
    asked(written, anna)
    message = last(ben)
    assert message.title == f"Your eyes, please: {channel.handle}, before 24 November 08:30"
    assert "Tuesday 24 November 2026 08:30" in message.text
    assert f"/posts/{written.post_id}/review/" in message.text


def test_a_writer_reads_what_to_change_and_before_when(
    written: Version, anna: Member, ben: Member, channel: Channel
) -> None:
    asked(written, anna)
    reviewing.ask_for_changes(written, by=ben, text="Noem de dag.")
    message = last(anna)
    assert message.title == f"Ben asks you to change your post for {channel.handle}, before 24 November 08:30"
    assert "Noem de dag." in message.text


def test_a_writer_reads_that_it_was_stopped(written: Version, anna: Member, ben: Member, channel: Channel) -> None:
    asked(written, anna)
    reviewing.approve(written, by=ben, digest=written.digest)
    stopping.stop(written.post, by=ben)
    assert last(anna).title == f"Ben stopped your post for {channel.handle}"


def test_a_writer_reads_that_it_expired(written: Version, anna: Member, ben: Member, channel: Channel) -> None:
    asked(written, anna)
    reviewing.expire_due(NOW + timedelta(days=2))
    assert last(anna).title == f"Expired: your post for {channel.handle} of 24 November 08:30"


def test_an_emergency_names_the_account_and_the_deadline(
    written: Version, ben: Member, dirk: Member, channel: Channel
) -> None:
    reviewing.publish_in_emergency(written, by=dirk, reason="De storm komt eraan.")
    message = last(ben)
    assert message.title == f"Published in an emergency on {channel.handle}: look before 24 November 10:00"
    assert "De storm komt eraan." in message.text
    AfterReview.objects.update(due_at=timezone.now() - timedelta(hours=1))
    reviewing.remind_of_after_reviews(timezone.now())
    assert last(ben).title == f"Overdue since 23 November 09:00: look back at the emergency on {channel.handle}"


def test_a_refusal_by_the_network_is_told_in_the_readers_language(
    written: Version, anna: Member, ben: Member, channel: Channel
) -> None:
    asked(written, anna)
    reviewing.approve(written, by=ben, digest=written.digest)
    delivery = Delivery.objects.get()
    move(delivery, "fail", by=delivering.WORKER)
    delivering._tell_writer(delivery, "posts/mail/failed", reason="The network did not accept this post.")
    message = last(anna)
    assert message.title == f"Not published on {channel.handle}"
    assert "The network did not accept this post." in message.text


@pytest.mark.parametrize("subject", sorted(MAILS.glob("*.subject.txt")), ids=lambda path: path.name)
def test_every_subject_names_the_account_and_no_subject_the_content(subject: Path) -> None:
    source = subject.read_text()
    # A declaration of consent is about a picture, which belongs to no account.
    assert "channel" in source or subject.name.startswith("consent_")
    assert not [word for word in ("text", "summary", "reason") if f"{{{{ {word}" in source]


def test_times_are_written_as_the_netherlands_do(written: Version, anna: Member, ben: Member) -> None:
    User.objects.update(language="nl")
    asked(written, anna)
    assert "24 november 08:30" in last(ben).title
