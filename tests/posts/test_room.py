"""How many posts a network still takes: asked by a job, shown by pages, and told before anybody reviews."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.posts.gallery import Gallery
from vierogen.channels.models import Channel, Room
from vierogen.networks.abilities import Allowance
from vierogen.networks.base import NetworkError
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions.writing import Content, begin, discard, submit
from vierogen.posts.models import Version


@pytest.fixture
def draft(gallery: Channel, anna: Member) -> Version:
    """A draft for the gallery. It has no picture yet."""
    return begin(gallery.organisation, Content("De brug gaat open.", (gallery,)), by=anna)


def test_a_network_is_asked_for_what_is_being_written_and_its_answer_kept(draft: Version, gallery: Channel) -> None:
    assert jobs.ask_for_room("test")
    room = Room.objects.get(channel=gallery)
    assert (room.used, room.total, room.seconds, room.left, room.full_until) == (53, 100, 86_400, 47, None)


def test_nobody_is_asked_while_nothing_is_written_for_them(gallery: Channel, channel: Channel, anna: Member) -> None:
    begin(channel.organisation, Content("Alleen elders.", (channel,)), by=anna)
    assert not jobs.ask_for_room("test")
    assert Gallery.asked == 0


def test_a_draft_that_was_thrown_away_or_forgotten_is_no_reason_to_ask(draft: Version, anna: Member) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert not jobs.ask_for_room("test")
    discard(draft.post, by=anna)
    assert not jobs.ask_for_room("test")


def test_each_account_is_asked_once_in_five_minutes_however_many_ask(draft: Version) -> None:
    start = timezone.now()
    for minutes, expected in ((0, 1), (1, 1), (4, 1), (6, 2), (8, 2), (12, 3)):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            jobs.ask_for_room("one")
            jobs.ask_for_room("other")
        assert Gallery.asked == expected


def test_a_network_that_does_not_answer_is_not_asked_at_once_again(
    draft: Version, gallery: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gallery, "says", NetworkError("Not now."))
    assert jobs.ask_for_room("test")
    assert not jobs.ask_for_room("test")
    assert Gallery.asked == 1
    assert not Room.objects.exists()


def test_pages_ask_no_network(draft: Version, visit: Callable[[Member], Client], anna: Member) -> None:
    client = visit(anna)
    for url in (reverse("posts:detail", args=[draft.post_id]), reverse("posts:edit", args=[draft.post_id])):
        assert client.get(url).status_code == 200
    assert Gallery.asked == 0


def full(channel: Channel) -> Room:
    return Room.objects.create(channel=channel, used=100, total=100, seconds=86_400)


def test_a_full_account_is_a_stop_until_there_is_room(gallery: Channel, anna: Member) -> None:
    full(gallery)
    version = begin(gallery.organisation, Content("Dag", (gallery,)), by=anna)
    assert "room" in {stop.check_key for stop in version.stops()}
    later = Content("Dag", (gallery,), not_before=timezone.now() + timedelta(days=2))
    version = begin(gallery.organisation, later, by=anna)
    assert "room" not in {stop.check_key for stop in version.stops()}


def test_a_full_account_needs_a_reason_and_a_missing_picture_none_helps(
    channel: Channel, gallery: Channel, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(gallery)
    monkeypatch.setattr(Gallery, "needs_picture", False)
    version = begin(gallery.organisation, Content("Dag", (gallery,)), by=anna)
    with pytest.raises(ValidationError, match="say for each stop"):
        submit(version, by=anna)
    submit(version, by=anna, reasons={stop.pk: "Straks is er plaats." for stop in version.stops()})
    monkeypatch.setattr(Gallery, "needs_picture", True)
    version = begin(gallery.organisation, Content("Dag", (gallery,)), by=anna)
    with pytest.raises(ValidationError, match="takes nothing without a picture"):
        submit(version, by=anna, reasons={stop.pk: "Toch." for stop in version.stops()})


def test_an_account_that_got_full_after_saving_is_told_when_the_post_is_offered(
    gallery: Channel, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Gallery, "needs_picture", False)
    version = begin(gallery.organisation, Content("Dag", (gallery,)), by=anna)
    room = full(gallery)
    with pytest.raises(ValidationError, match="takes no more posts"):
        submit(version, by=anna)
    Room.objects.filter(pk=room.pk).update(used=99)
    submit(version, by=anna)


def test_an_answer_of_long_ago_means_nothing(gallery: Channel, anna: Member) -> None:
    room = full(gallery)
    Room.objects.filter(pk=room.pk).update(read_at=timezone.now() - timedelta(days=2))
    version = begin(gallery.organisation, Content("Dag", (gallery,)), by=anna)
    assert "room" not in {stop.check_key for stop in version.stops()}


def test_the_job_is_on_the_timetable() -> None:
    assert "ask for room" in {job.name for job in jobs.JOBS}


def test_what_it_says_counts_from_when_it_was_said(monkeypatch: pytest.MonkeyPatch, draft: Version) -> None:
    monkeypatch.setattr(Gallery, "says", Allowance(used=100, total=100, seconds=3600))
    start = timezone.now().replace(microsecond=0)
    with time_machine.travel(start, tick=False):
        assert jobs.ask_for_room("test")
    assert Room.objects.get().full_until == start + timedelta(hours=1)
