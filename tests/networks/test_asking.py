"""Every way in which a call can fail, told in the connectors' terms, with a proxy that goes wrong."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.servers.faulty import FaultyProxy, cut_after, cut_before, error_after, late, limited, refused
from tests.servers.mastodon import MastodonServer
from vierogen.core.http import guarded_client
from vierogen.networks.asking import Forbidden, Missing, ask, body_as, body_of
from vierogen.networks.base import Disconnected, Limited, NetworkError, Unknown

PATH = "/api/v1/instance"
LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
def proxy(mastodon: MastodonServer) -> Iterator[FaultyProxy]:
    with FaultyProxy(mastodon.port) as started:
        yield started


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with guarded_client(allowed=LOOPBACK, timeout=httpx.Timeout(2, read=1)) as opened:
        yield opened


def test_a_success_is_given_back(client: httpx.Client, proxy: FaultyProxy) -> None:
    assert body_as(ask(client, "GET", proxy.base_url + PATH), dict)["title"]


@pytest.mark.parametrize("fault", [late(3), error_after(), error_after(503), cut_after(), cut_before()])
def test_a_call_that_may_have_been_accepted_is_unknown(client: httpx.Client, proxy: FaultyProxy, fault: object) -> None:
    proxy.next(fault)  # type: ignore[arg-type]
    with pytest.raises(Unknown):
        ask(client, "GET", proxy.base_url + PATH, accepting=True)


@pytest.mark.parametrize("fault", [late(3), error_after(), error_after(503), cut_after(), cut_before()])
def test_the_same_for_a_call_that_accepts_nothing_may_be_tried_again(
    client: httpx.Client, proxy: FaultyProxy, fault: object
) -> None:
    proxy.next(fault)  # type: ignore[arg-type]
    with pytest.raises(NetworkError) as caught:
        ask(client, "GET", proxy.base_url + PATH)
    assert caught.value.may_retry
    assert not isinstance(caught.value, Unknown)


def test_too_many_requests_says_how_long_to_wait(client: httpx.Client, proxy: FaultyProxy) -> None:
    proxy.next(limited(17))
    with pytest.raises(Limited) as caught:
        ask(client, "GET", proxy.base_url + PATH, accepting=True)
    assert caught.value.seconds == 17
    proxy.next(limited(0))
    with pytest.raises(Limited) as caught:
        ask(client, "GET", proxy.base_url + PATH)
    assert caught.value.seconds == 1  # nobody asks again in the same second


def test_only_the_networks_own_401_means_that_our_access_ended(client: httpx.Client, proxy: FaultyProxy) -> None:
    proxy.next(refused(401, "The access token is invalid"))
    with pytest.raises(Disconnected):
        ask(client, "GET", proxy.base_url + PATH, accepting=True)
    proxy.next(refused(401, ["a proxy's page"]))
    with pytest.raises(NetworkError) as caught:
        ask(client, "GET", proxy.base_url + PATH, accepting=True)
    assert not isinstance(caught.value, Disconnected | Unknown)
    assert caught.value.may_retry


@pytest.mark.parametrize(
    ("status", "family"),
    [
        (400, NetworkError),
        (403, Forbidden),
        (404, Missing),
        (410, Missing),
        (413, NetworkError),
        (422, NetworkError),
    ],
)
def test_a_clear_no_is_final_even_for_a_call_that_publishes(
    client: httpx.Client, proxy: FaultyProxy, status: int, family: type[NetworkError]
) -> None:
    proxy.next(refused(status, "No"))
    with pytest.raises(NetworkError) as caught:
        ask(client, "GET", proxy.base_url + PATH, accepting=True)
    assert type(caught.value) is family
    assert not caught.value.may_retry
    assert caught.value.detail == f'{status} {{"error": "No"}}'


def test_a_redirect_is_no_success(client: httpx.Client, proxy: FaultyProxy) -> None:
    proxy.next(refused(302, "Elsewhere", headers={"Location": "/elsewhere"}))
    with pytest.raises(NetworkError) as caught:
        ask(client, "GET", proxy.base_url + PATH, accepting=True)
    assert not caught.value.may_retry


def test_nobody_there_means_that_nothing_was_accepted(client: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NetworkError) as caught:
        ask(client, "POST", f"http://127.0.0.1:{port}/", accepting=True)
    assert caught.value.may_retry
    assert not isinstance(caught.value, Unknown)


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "ftp://127.0.0.1/", "http://[::1/", "//"])
def test_an_address_that_cannot_be_used_is_not_tried_again(client: httpx.Client, url: str) -> None:
    with pytest.raises(NetworkError) as caught:
        ask(client, "GET", url, accepting=True)
    assert not caught.value.may_retry
    assert not isinstance(caught.value, Unknown)


@pytest.mark.parametrize("token", ["secret\nline", "secret-é"])
def test_a_token_that_cannot_be_sent_is_told_without_the_token(
    client: httpx.Client, proxy: FaultyProxy, token: str
) -> None:
    with pytest.raises(NetworkError) as caught:
        ask(client, "GET", proxy.base_url, headers={"Authorization": f"Bearer {token}"}, accepting=True)
    error = caught.value
    assert "secret" not in f"{error!r} {error.reason} {error.detail}"
    assert error.__suppress_context__
    assert proxy.seen == []


def test_an_answer_that_makes_no_sense_is_unknown_only_where_it_matters(
    client: httpx.Client, proxy: FaultyProxy
) -> None:
    proxy.next(refused(200, ["a list"]))
    answer = ask(client, "GET", proxy.base_url + PATH)
    assert body_as(answer, list) == ["a list"]
    with pytest.raises(Unknown):
        body_as(answer, dict, accepting=True)
    with pytest.raises(NetworkError, match="did not answer properly"):
        body_as(answer, dict)


def test_an_answer_that_lacks_what_is_needed_makes_no_sense() -> None:
    answer = httpx.Response(200, json={"id": "1"})
    assert body_as(answer, dict, "id") == {"id": "1"}
    with pytest.raises(NetworkError, match="did not answer properly"):
        body_as(answer, dict, "id", "name")


def test_an_answer_without_json_has_no_body() -> None:
    assert body_of(httpx.Response(200, text="<html>")) is None
