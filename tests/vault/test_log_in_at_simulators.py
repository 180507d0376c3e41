"""The whole way in the browser at every network that has people log in, as it is simulated."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.networks.walk.stage import LogsIn, Stage
from vierogen.channels.models import Channel
from vierogen.core.plugins import found_in
from vierogen.networks.abilities import Refreshes
from vierogen.people.models import Member
from vierogen.vault import jobs
from vierogen.vault.actions import opened
from vierogen.vault.models import KeyLife

Visit = Callable[[Member], Client]
STAGES = {
    key: stage
    for key, stage in found_in("tests.networks.stages", Stage).items()  # type: ignore[type-abstract]
    if issubclass(stage, LogsIn)
}


def body(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().replace("<wbr>", "").split())


@pytest.fixture(params=sorted(STAGES))
def stage(request: pytest.FixtureRequest, settings: Any) -> Iterator[Any]:
    """A simulated network in the place of the live one, at which our app is known."""
    made: Any = STAGES[request.param]()
    made.start(request.getfixturevalue)
    key = made.network.key
    settings.NETWORK_CLIENTS = {key: (made.client.id, made.client.secret)}
    settings.NETWORK_SERVERS = {key: f"http://127.0.0.1:{made.port}"}
    yield made
    made.stop()


def begun(client: Client, url: str) -> str:
    """Where the browser goes when the button is pressed."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', client.post(url).content.decode())
    assert found
    return found.group(1).replace("&amp;", "&")


def choice(client: Client, stage: Any, url: str) -> str:
    """Log in there and come back; returns the address of the choice."""
    back = stage.agree(begun(client, url))
    path = re.sub(r"^https?://[^/]+", "", back)
    page = client.get(path)
    told = dict(re.findall(r'type="hidden" name="(state|code)" value="([^"]*)"', body(page)))
    answer = client.post(path.partition("?")[0], told)
    assert answer.status_code == 302, body(answer)
    return str(answer.headers["Location"])


def test_an_account_is_connected_by_logging_in_and_can_be_read(visit: Visit, cora: Member, stage: Any) -> None:
    client = visit(cora)
    address = choice(client, stage, reverse("vault:connect_to", args=[stage.network.key]))
    page = body(client.get(address))
    assert all(handle in page for handle in stage.handles)
    assert "checked" not in page
    assert "data:image/" in page
    numbers = re.findall(r'name="account" value="([^"]+)"', page)
    assert len(numbers) == len(stage.handles)
    answer = client.post(address, {"account": numbers[-1]}, follow=True)
    assert "is connected and watched from now on." in body(answer)
    channel = Channel.objects.get()
    with opened(channel) as network:
        assert network.me().account_id == channel.account_id == numbers[-1]
    assert channel.can_take_down
    assert KeyLife.objects.get().channel == channel


def test_a_refusal_there_is_told_and_nothing_is_connected(visit: Visit, cora: Member, stage: Any) -> None:
    client = visit(cora)
    back = stage.decline(begun(client, reverse("vault:connect_to", args=[stage.network.key])))
    answer = client.get(re.sub(r"^https?://[^/]+", "", back))
    assert answer.status_code == 422
    assert "the rights that were asked for were not given" in body(answer)
    assert not Channel.objects.exists()


def test_a_known_account_is_connected_again_and_only_that_one(visit: Visit, cora: Member, stage: Any) -> None:
    client = visit(cora)
    address = choice(client, stage, reverse("vault:connect_to", args=[stage.network.key]))
    (number, *others) = re.findall(r'name="account" value="([^"]+)"', body(client.get(address)))
    client.post(address, {"account": number})
    channel = Channel.objects.get()
    address = choice(client, stage, reverse("vault:reconnect", args=[channel.pk]))
    for other in others:
        assert "only" in body(client.post(address, {"account": other}))
    client.post(address, {"account": number})
    assert Channel.objects.get() == channel


def test_the_key_is_renewed_by_itself(visit: Visit, cora: Member, stage: Any) -> None:
    if not issubclass(stage.network, Refreshes):
        pytest.skip("its keys have no end")
    client = visit(cora)
    address = choice(client, stage, reverse("vault:connect_to", args=[stage.network.key]))
    number = re.findall(r'name="account" value="([^"]+)"', body(client.get(address)))[0]
    client.post(address, {"account": number})
    life = KeyLife.objects.get()
    KeyLife.objects.update(next_try_at=life.renewed_at, ends_at=life.ends_at - (life.ends_at - life.renewed_at) / 2)
    assert jobs.renew("worker")
    after = KeyLife.objects.get()
    assert (after.problem, after.warned) == ("", None)
    assert after.renewed_at > life.renewed_at
    with opened(Channel.objects.get()) as network:
        assert network.me().account_id == number
