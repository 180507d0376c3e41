"""What the tests of listening share: sources, alerts, servers that tell, and a listener that goes its rounds."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from django.utils import timezone

from tests.listening.jetstream import JetstreamServer, jetstream_server
from vierogen.listening import listener as module
from vierogen.listening.listener import Listener
from vierogen.listening.models import Alert, Source, Subscription
from vierogen.people.models import Organisation


@pytest.fixture
def stream() -> Iterator[JetstreamServer]:
    """A Jetstream server."""
    with jetstream_server() as server:
        yield server


def heard(kind: str, address: str, *organisations: Organisation, **more: Any) -> Source:
    """A source that these organisations listen to."""
    source = Source.objects.create(kind=kind, address=address, **more)
    for organisation in organisations:
        Subscription.objects.create(organisation=organisation, source=source)
    return source


@pytest.fixture
def source(stream: JetstreamServer, town: Organisation) -> Source:
    """That server, which the organisation of anna listens to."""
    return heard("jetstream", stream.address, town)


def alert(organisation: Organisation, query: str, **more: Any) -> Alert:
    """An alert that is active."""
    return Alert.objects.create(organisation=organisation, name=query[:100], query=query, **more)


def changed(row: Alert, **values: Any) -> None:
    """Change an alert as the rules say: with the next revision, and when."""
    Alert.objects.filter(pk=row.pk).update(**values, revision=row.revision + 1, changed_at=timezone.now())
    row.refresh_from_db()


@contextmanager
def listening(**more: Any) -> Iterator[Listener]:
    """A listener that goes its rounds."""
    listener, stop = Listener(**more), Event()
    thread = Thread(target=listener.run, args=(stop,), name="listener of a test")
    thread.start()
    try:
        yield listener
    finally:
        stop.set()
        thread.join(timeout=20)
        assert not thread.is_alive()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beats follow each other sooner than in earnest."""
    monkeypatch.setattr(module, "ROUND", 0.05)
    monkeypatch.setattr(module, "BEAT", 0.1)
    monkeypatch.setattr(module, "APART", 0.0)
    monkeypatch.setattr("vierogen.listening.caring.NOTES", 0.1)
