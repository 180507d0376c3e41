"""A post on its way: written by anna for the practice channel."""

from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from tests.posts.gallery import hang
from tests.posts.nets import TEXT, Net, on_bluesky, on_x
from tests.servers.faulty import FaultyProxy
from tests.servers.pds import PDS
from vierogen.channels.models import Channel
from vierogen.core.http import guarded_client
from vierogen.people.models import Member, Organisation
from vierogen.posts.actions.reviewing import approve, publish_now
from vierogen.posts.actions.writing import Content, begin, submit
from vierogen.posts.models import Delivery, Version
from vierogen.practice.server import PracticeServer
from vierogen.practice.simulators.x import XSimulator
from vierogen.vault import reaching


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


@pytest.fixture(params=["mastodon", pytest.param("bluesky", marks=pytest.mark.pds), "x"])
def net(request: pytest.FixtureRequest) -> Net:
    """Each network in turn; a fixture of its name makes it."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture
def mastodon(channel: Channel, practice: PracticeServer) -> Net:
    """The practice network, which speaks Mastodon."""
    return Net("mastodon", channel, lambda: [status.text for status in practice.network.timeline()])


@pytest.fixture
def simulated_x() -> Iterator[XSimulator]:
    """X as its documents say it is."""
    with XSimulator() as simulator:
        yield simulator


@pytest.fixture
def x(simulated_x: XSimulator, transactional_db: None, town: Organisation, cora: Member) -> Net:
    """X."""
    return on_x(simulated_x, town, cora)


@pytest.fixture
def bluesky(pds: PDS, transactional_db: None, town: Organisation, cora: Member) -> Iterator[Net]:
    """Bluesky."""
    with FaultyProxy(pds.port) as proxy:
        yield on_bluesky(pds, proxy, town, cora)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than half a second for a network."""
    monkeypatch.setattr(reaching, "guarded_client", partial(guarded_client, timeout=httpx.Timeout(0.5)))


@pytest.fixture
def gallery(town: Organisation, cora: Member, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """An account on a network that wants everything."""
    return hang(town, cora, monkeypatch)
