"""Posts of a real Bluesky server, told on as Jetstream tells them: records as the network really makes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Event, Thread
from typing import Any

import pytest
from PIL import Image

from tests.listening.conftest import alert, listening
from tests.listening.jetstream import JetstreamServer, event
from tests.servers.pds import PDS, Account
from tests.waiting import eventually
from vierogen.core.http import guarded_client
from vierogen.listening.models import Hit, Source
from vierogen.networks.firehose import Firehose
from vierogen.networks.streaming import frames
from vierogen.networks.taming import tamed
from vierogen.people.models import Organisation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick")]


@contextmanager
def bridged(account: Account, stream: JetstreamServer) -> Iterator[None]:
    """From the server's own firehose to Jetstream's JSON, as Jetstream itself does."""
    firehose, stop, connected = Firehose(account.server, account.did), Event(), Event()

    def go() -> None:
        with guarded_client(allowed=["127.0.0.0/8"]) as client:
            for frame in frames(client, firehose.address(""), stop=stop):
                connected.set()
                news = firehose.news(frame) if frame else None
                for change in news.changes if news else ():
                    stream.tell(told(change.uri, change.operation, tamed(change.record)))

    thread = Thread(target=go, daemon=True)
    thread.start()
    assert connected.wait(20)
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def told(uri: str, operation: str, record: Any) -> dict[str, Any]:
    did, collection, rkey = uri.removeprefix("at://").split("/")
    one = event("")
    one["commit"] |= {"operation": operation, "collection": collection, "rkey": rkey, "record": record}
    return one | {"did": did}


def png() -> bytes:
    with BytesIO() as file:
        Image.new("RGB", (8, 8), "red").save(file, "PNG")
        return file.getvalue()


def test_posts_of_a_real_server_are_found(
    pds: PDS, source: Source, stream: JetstreamServer, town: Organisation
) -> None:
    alert(town, "brand lang:nl")
    alert(town, "brand has:image")
    account = pds.create_account("listened")
    with bridged(account, stream), listening():
        eventually(lambda: stream.listeners)
        plain = account.post("Brand in de school", langs=["nl"])
        account.post("Niets", langs=["nl"])
        image = {"alt": "rook", "image": account.upload(png(), "image/png")}
        account.post("Fire? Brand!", langs=["en"], embed={"$type": "app.bsky.embed.images", "images": [image]})
        eventually(lambda: Hit.objects.count() == 2)
    links = set(Hit.objects.values_list("item__link", flat=True))
    assert f"https://bsky.app/profile/{account.did}/post/{plain.rpartition('/')[2]}" in links
    assert set(Hit.objects.values_list("item__has", flat=True)) == {"", "image"}
