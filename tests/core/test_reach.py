"""Whether a network can fetch something from this installation: judged by its public address alone."""

import socket

import pytest

from vierogen.core.reach import INSIDE, NO_NAME, NOT_ENCRYPTED, UNKNOWN_NAME, why_unreachable

LIVE = "https://graph.example"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the name server knows."""
    known = {"vierogen.voorbeeld.example": "93.184.215.14", "intranet.voorbeeld.example": "10.1.2.3"}

    def looked_up(host: str, port: int, **_more: object) -> list[tuple[object, ...]]:
        if host.replace(".", "").isdigit():
            return [(0, 0, 0, "", (host, port))]
        if host not in known:
            raise socket.gaierror(f"{host} is unknown")
        return [(0, 0, 0, "", (known[host], port))]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return known


@pytest.mark.parametrize(
    ("public_url", "why"),
    [
        ("https://vierogen.voorbeeld.example", ""),
        ("https://vierogen.voorbeeld.example:8443", ""),
        ("http://vierogen.voorbeeld.example", NOT_ENCRYPTED),
        ("http://localhost:8000", NOT_ENCRYPTED),
        ("https://localhost", NO_NAME),
        ("https://93.184.215.14", NO_NAME),
        ("https://[2606:2800:21f::1]", NO_NAME),
        ("https://intranet.voorbeeld.example", INSIDE),
        ("https://2130706433.1", INSIDE),
        ("https://nergens.voorbeeld.example", UNKNOWN_NAME),
    ],
)
def test_only_an_encrypted_public_name_can_be_reached(names: dict[str, str], public_url: str, why: str) -> None:
    assert why_unreachable(public_url, server=LIVE, allowed=[]) == why
    assert why_unreachable(public_url, server=LIVE, allowed=["127.0.0.0/8"]) == why


def test_a_server_in_the_operators_own_networks_reaches_us_wherever_we_are(names: dict[str, str]) -> None:
    at_home = {"server": "http://127.0.0.1:8100", "allowed": ["127.0.0.0/8"]}
    assert why_unreachable("http://localhost:8000", **at_home) == ""  # type: ignore[arg-type]
    assert why_unreachable("http://localhost:8000", server="http://127.0.0.1:8100", allowed=[]) == NOT_ENCRYPTED
    elsewhere = {"server": "http://10.9.9.9", "allowed": ["127.0.0.0/8"]}
    assert why_unreachable("http://localhost:8000", **elsewhere) == NOT_ENCRYPTED  # type: ignore[arg-type]
