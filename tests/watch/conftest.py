"""What the tests of the watch share: a watched channel, its network, and looking at it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from tests.posts.conftest import approved, delivery, due, offered, simulated_x, version, x  # noqa: F401 - on its way
from vierogen.channels.models import Channel
from vierogen.networks.base import Network
from vierogen.people.models import Member
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import opened
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.models import Stray, Watched
from vierogen.watch.watching import Watcher


@pytest.fixture
def network(channel: Channel) -> Iterator[Network]:
    """The channel's connector, opened."""
    with opened(channel) as connector:
        yield connector


@pytest.fixture
def watched(channel: Channel, network: Network, dirk: Member) -> Watched:
    """The channel with its baseline written down, and dirk on duty."""
    enrol()
    row = Watched.objects.select_related("channel__organisation").get(channel=channel)
    look(row, network)
    return row


@pytest.fixture
def look_again(watched: Watched, network: Network) -> Callable[[], list[Stray]]:
    """One more look."""
    return lambda: look(watched, network)


@pytest.fixture
def by_phone(practice: PracticeServer, official: Account) -> Callable[..., str]:
    """Post with the ordinary app, past Vierogen; gives the remote id."""
    return lambda text, **more: practice.network.post_by_phone(official, text, **more).id


@contextmanager
def watching() -> Iterator[Watcher]:
    """A watcher that goes its rounds."""
    watcher, stop = Watcher(), Event()
    thread = Thread(target=watcher.run, args=(stop,), name="watcher of a test")
    thread.start()
    try:
        yield watcher
    finally:
        stop.set()
        thread.join(timeout=15)
        assert not thread.is_alive()
