"""What tests of deliveries do and ask again and again."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions.reviewing import approve, publish_now
from vierogen.posts.actions.writing import Content, begin, submit
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def shown_texts(practice: PracticeServer) -> list[str]:
    return [status.text for status in practice.network.timeline()]


def look_now(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(next_look_at=timezone.now())
    assert jobs.look("test")


def another(channel: Channel, anna: Member, ben: Member, *, text: str) -> Delivery:
    """One more that is due."""
    version = begin(channel.organisation, Content(text, (channel,)), by=anna)
    stops = [found.pk for found in version.stops()]  # the same words as before
    submit(version, by=anna, reasons=dict.fromkeys(stops, "Nogmaals."))
    approve(version, by=ben, digest=version.digest, passed=stops)
    publish_now(version, by=ben)
    return Delivery.objects.get(version=version)


def raising(error: Exception) -> Callable[..., Any]:
    def raises(*_args: Any) -> Any:
        raise error

    return raises


def doubtful(due: Delivery, practice: PracticeServer) -> None:
    practice.faults.next("cut_before")
    jobs.deliver("test")
    assert fresh(due).state == DeliveryState.UNCERTAIN
