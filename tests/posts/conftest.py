"""A post on its way: written by anna for the practice channel."""

import pytest

from vierogen.channels.models import Channel
from vierogen.people.models import Member
from vierogen.posts.actions.reviewing import approve, publish_now
from vierogen.posts.actions.writing import Content, begin, submit
from vierogen.posts.models import Delivery, Version

TEXT = "Morgen beginnen de werkzaamheden aan de Stationsweg."


@pytest.fixture
def version(channel: Channel, anna: Member) -> Version:
    """A first version by anna."""
    return begin(channel.organisation, Content(TEXT, (channel,)), by=anna)


@pytest.fixture
def offered(version: Version, anna: Member) -> Version:
    """Offered for review."""
    submit(version, by=anna)
    return version


@pytest.fixture
def approved(offered: Version, ben: Member) -> Version:
    """Approved by ben, in its cooling-off."""
    approve(offered, by=ben, digest=offered.digest)
    return offered


@pytest.fixture
def delivery(approved: Version) -> Delivery:
    """Its only delivery."""
    return Delivery.objects.get(version=approved)


@pytest.fixture
def due(delivery: Delivery, approved: Version, ben: Member) -> Delivery:
    """A delivery whose time has come."""
    publish_now(approved, by=ben)
    return Delivery.objects.get(pk=delivery.pk)
