"""Keeps every test on this machine: a connection to anywhere else fails the test, whatever the code does."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

# RFC 6761: these never exist, so asking for them is a fair test of "no such host".
NEVER_EXIST = ("invalid", "test", "example")


class OutsideCallError(BaseException):
    """A test tried to reach another machine. Not an Exception, so that no `except` swallows it."""


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: localhost, 127.0.0.0/8 or ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_outside(address: Any) -> None:
    if isinstance(address, tuple) and not is_loopback(str(address[0])):
        raise OutsideCallError(f"a test tried to connect to {address[0]}: only this machine is allowed")


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        _refuse_outside(address)
        return connect(self, address)

    return guarded


def _guarded_look_up(look_up: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and name.rstrip(".").rpartition(".")[2] in NEVER_EXIST:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if name and not is_loopback(name) and not _is_address(name):
            raise OutsideCallError(f"a test tried to look up {name}: only this machine is allowed")
        return look_up(host, *rest, **options)

    return guarded


def _is_address(name: str) -> bool:
    """An address needs no name server, so looking one up goes nowhere."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


@pytest.fixture(autouse=True, scope="session")
def only_this_machine() -> Iterator[None]:
    """In force for the whole session, servers and fixtures included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", _guarded_look_up(socket.getaddrinfo))
        yield
