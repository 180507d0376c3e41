"""The SSRF guard, against a listener that would notice; bounds, redirects and rate limits."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vierogen.core import http
from vierogen.core.http import Refused, TooLarge, follow, guarded_client, open_socket, rate_of

PUBLIC = "93.184.216.34"
LOOPBACK = ("127.0.0.0/8",)
real_connect, real_look_up = socket.socket.connect, socket.getaddrinfo


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.headers["Host"], dict(self.headers)))  # type: ignore[attr-defined]
        name, _slash, rest = self.path.removeprefix("/").partition("/")
        getattr(self, f"answer_{name or 'ok'}")(rest)

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for header, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(header.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_ok(self, _rest: str) -> None:
        self.say(200, b"hello")

    def answer_large(self, size: str) -> None:
        self.say(200, b"x" * int(size))

    def answer_packed(self, _rest: str) -> None:
        self.say(200, b"\x1f\x8b", Content_Encoding="gzip")

    def answer_to(self, where: str) -> None:
        self.say(302, Location=where)

    def answer_round(self, _rest: str) -> None:
        self.say(302, Location="/round")

    def log_message(self, *_args: Any) -> None:
        pass


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    seen: list[tuple[str, dict[str, str]]]

    @property
    def port(self) -> int:
        return self.server_address[1]


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener(("127.0.0.1", 0), Handler) as server:
        server.seen = []
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def contacted(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Makes every address in the world lead to the listener, and lists the addresses that were contacted."""
    addresses: list[str] = []

    def connect(sock: socket.socket, address: Any) -> None:
        addresses.append(address[0])
        here = "127.0.0.1" if sock.family == socket.AF_INET else "::ffff:127.0.0.1"
        real_connect(sock, (here, listener.port))

    monkeypatch.setattr(socket.socket, "connect", connect)
    return addresses


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A name server: each name's answers, one an asking, the last for ever. Other names as always."""
    known: dict[str, list[str]] = {"public.example": [PUBLIC]}

    def look_up(host: str, port: int, *_args: Any, **_options: Any) -> list[Any]:
        if host not in known:
            return real_look_up(host, port, type=socket.SOCK_STREAM)
        answer = known[host].pop(0) if len(known[host]) > 1 else known[host][0]
        return [found for address in answer.split() for found in real_look_up(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


HOSTILE_LITERALS = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://127.1:{port}/",  # short
    "http://2130706433:{port}/",  # one number
    "http://0177.0.0.1:{port}/",  # octal
    "http://0x7f.0.0.1:{port}/",  # hexadecimal
    "http://0x7f000001:{port}/",
    "http://127.0.0.1.:{port}/",  # with the dot of the root
    "http://0.0.0.0:{port}/",  # leads to this machine
    "http://0:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",  # IPv4-mapped
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",  # IPv4-compatible
    "http://public.example@127.0.0.1:{port}/",  # looks like another host
    "http://127.0.0.1:{port}@public.example/",  # a user name that looks like an address
    "http://public.example:{port}\\@127.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",  # metadata of clouds
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://168.63.129.16/",
    "http://100.100.100.200/",
]
HOSTILE_ADDRESSES = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",  # carrier-grade NAT
    "192.0.2.1",  # documentation
    "198.18.0.1",  # benchmarks
    "192.88.99.1",  # 6to4 relay
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "2001:db8::1",
    "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
    "2002:7f00:1::1",  # 6to4 of 127.0.0.1
    "2001:0:7f00:1::1",  # Teredo
]


@pytest.mark.parametrize("url", HOSTILE_LITERALS)
@pytest.mark.usefixtures("names")
def test_a_hostile_address_is_reached_0_times(url: str, listener: Listener, contacted: list[str]) -> None:
    with guarded_client(plain=True) as client:
        with pytest.raises((httpx.TransportError, httpx.InvalidURL)):
            client.get(url.format(port=listener.port))
        assert (contacted, listener.seen) == ([], [])
        # The same set-up reaches what it may, so the refusal above is the guard's.
        assert client.get("http://public.example/").text == "hello"


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_a_name_that_leads_to_a_hostile_address_is_reached_0_times(
    address: str, listener: Listener, contacted: list[str], names: dict[str, list[str]]
) -> None:
    names["hostile.example"] = [address]
    with guarded_client(plain=True) as client, pytest.raises(Refused, match="not on the public internet"):
        client.get("http://hostile.example/")
    assert (contacted, listener.seen) == ([], [])


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_address_is_reached(address: str, contacted: list[str], names: dict[str, list[str]]) -> None:
    names["other.example"] = [address]
    with guarded_client(plain=True) as client:
        assert client.get("http://other.example/").status_code == 200
    assert contacted == [address]


def test_a_name_that_changes_after_it_was_judged_changes_nothing(
    listener: Listener, contacted: list[str], names: dict[str, list[str]]
) -> None:
    names["rebinding.example"] = [PUBLIC, "127.0.0.1"]
    with guarded_client(plain=True) as client:
        assert client.get("http://rebinding.example/", headers={"Connection": "close"}).text == "hello"
        assert contacted == [PUBLIC]
        # The second connection is judged anew.
        with pytest.raises(Refused):
            client.get("http://rebinding.example/")
    assert contacted == [PUBLIC]
    assert listener.seen[0][0] == "rebinding.example"


def test_of_a_name_with_good_and_hostile_addresses_only_the_good_ones_are_contacted(
    contacted: list[str], names: dict[str, list[str]]
) -> None:
    names["mixed.example"] = [f"127.0.0.1 ::1 {PUBLIC} 10.0.0.1"]
    with guarded_client(plain=True) as client:
        client.get("http://mixed.example/")
    assert contacted == [PUBLIC]


def test_the_next_address_is_tried_where_one_does_not_answer(listener: Listener, names: dict[str, list[str]]) -> None:
    names["two.example"] = ["127.0.0.2 127.0.0.1"]  # nobody listens at the first
    with guarded_client(allowed=LOOPBACK) as client:
        assert client.get(f"http://two.example:{listener.port}/").text == "hello"


def test_what_the_operator_allows_is_reached_and_nothing_beside_it(listener: Listener) -> None:
    with guarded_client(allowed=["127.0.0.1/32"]) as client:
        assert client.get(f"http://127.0.0.1:{listener.port}/").text == "hello"
        with pytest.raises(Refused):
            client.get(f"http://127.0.0.2:{listener.port}/")


def test_a_hidden_form_of_an_allowed_address_is_refused_too(listener: Listener) -> None:
    with guarded_client(allowed=LOOPBACK) as client, pytest.raises(Refused, match="unusual way"):
        client.get(f"http://2130706433:{listener.port}/")
    assert listener.seen == []


def test_unencrypted_http_does_not_leave_the_allowed_networks(
    contacted: list[str], names: dict[str, list[str]]
) -> None:
    with guarded_client(allowed=LOOPBACK) as client, pytest.raises(Refused):
        client.get("http://public.example/")
    assert contacted == []


@pytest.mark.parametrize("url", ["ftp://public.example/", "file:///etc/passwd", "gopher://public.example/"])
def test_other_schemes_are_refused(url: str) -> None:
    with guarded_client(plain=True) as client, pytest.raises(httpx.UnsupportedProtocol):
        client.get(url)


def test_the_proxy_of_the_environment_cannot_lead_around_the_guard(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{listener.port}")
    with guarded_client(plain=True) as client:
        for scheme in ("http", "https"):
            with pytest.raises(httpx.ConnectError, match="resolve"):
                client.get(f"{scheme}://nowhere.invalid/")
    assert listener.seen == []


def test_a_network_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        guarded_client(allowed=["everything"])


def test_requests_say_honestly_who_asks(listener: Listener) -> None:
    with guarded_client(allowed=LOOPBACK, headers={"X-More": "yes"}) as client:
        client.get(f"http://127.0.0.1:{listener.port}/")
    _host, headers = listener.seen[0]
    assert headers["User-Agent"].startswith("Vierogen/")
    assert headers["X-More"] == "yes"


def certificate(name: str, tmp_path: Any) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(secret)
    return str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")


@pytest.fixture
def asked_names(listener: Listener, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Puts TLS for safe.example on the listener; lists the server names (SNI) that clients asked for."""
    cert, key = certificate("safe.example", tmp_path)
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.sni_callback = lambda _sock, name, _context: asked.append(name)
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    monkeypatch.setattr(http, "tls_context", lambda: ssl.create_default_context(cafile=cert))
    return asked


@pytest.mark.usefixtures("contacted")
def test_tls_and_host_keep_the_name_while_the_connection_goes_to_the_judged_address(
    listener: Listener, asked_names: list[str | None], names: dict[str, list[str]], contacted: list[str]
) -> None:
    names["safe.example"] = [PUBLIC, "127.0.0.1"]
    with guarded_client() as client:
        assert client.get("https://safe.example/").text == "hello"
    assert asked_names == ["safe.example"]
    assert listener.seen[0][0] == "safe.example"
    assert contacted == [PUBLIC]


@pytest.mark.usefixtures("contacted", "asked_names")
def test_a_certificate_of_another_name_is_not_accepted(listener: Listener, names: dict[str, list[str]]) -> None:
    names["other.example"] = [PUBLIC]
    with guarded_client() as client, pytest.raises(httpx.ConnectError, match="certificate"):
        client.get("https://other.example/")
    assert listener.seen == []


def test_a_socket_is_opened_through_the_same_guard(listener: Listener) -> None:
    with guarded_client(allowed=LOOPBACK) as client:
        sock = open_socket(client, "127.0.0.1", listener.port, encrypted=False)
        assert sock.getpeername() == ("127.0.0.1", listener.port)
        sock.close()
    with guarded_client() as client, pytest.raises(Refused):
        open_socket(client, "127.0.0.1", listener.port, encrypted=True)


def test_a_socket_without_encryption_stays_within_the_allowed_networks(
    contacted: list[str], names: dict[str, list[str]]
) -> None:
    with guarded_client(allowed=LOOPBACK) as client:
        with pytest.raises(Refused):
            open_socket(client, "public.example", 80, encrypted=False)
        open_socket(client, "public.example", 443, encrypted=True).close()
    assert contacted == [PUBLIC]


def test_a_client_without_guard_opens_no_socket(listener: Listener) -> None:
    with httpx.Client(trust_env=False) as client, pytest.raises(TypeError):
        open_socket(client, "127.0.0.1", listener.port, encrypted=True)


def test_a_socket_to_nobody_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with guarded_client(allowed=LOOPBACK) as client, pytest.raises(httpx.ConnectError):
        open_socket(client, "127.0.0.1", free, encrypted=False)


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with guarded_client(allowed=LOOPBACK) as opened:
        yield opened


def test_an_answer_that_is_too_large_is_not_read_to_its_end(client: httpx.Client, listener: Listener) -> None:
    url = f"http://127.0.0.1:{listener.port}/large/5000"
    assert len(client.get(url, extensions={"max_bytes": 5000}).content) == 5000
    with pytest.raises(TooLarge, match="too large"):
        client.get(url, extensions={"max_bytes": 4999})


def test_an_answer_that_takes_too_long_in_all_is_given_up(client: httpx.Client, listener: Listener) -> None:
    url = f"http://127.0.0.1:{listener.port}/"
    with pytest.raises(TooLarge, match="too long"):
        client.get(url, extensions={"max_seconds": 0.0})
    assert client.get(url, extensions={"max_seconds": None}).text == "hello"


def test_a_packed_answer_is_refused_because_it_could_be_a_bomb(client: httpx.Client, listener: Listener) -> None:
    with pytest.raises(TooLarge, match="packed"):
        client.get(f"http://127.0.0.1:{listener.port}/packed")
    assert listener.seen[0][1]["Accept-Encoding"] == "identity"


def test_redirects_are_not_followed_unasked(client: httpx.Client, listener: Listener) -> None:
    answer = client.get(f"http://127.0.0.1:{listener.port}/to//ok")
    assert answer.status_code == 302
    assert len(listener.seen) == 1


def test_a_link_is_followed_to_its_end(client: httpx.Client, listener: Listener) -> None:
    base = f"http://127.0.0.1:{listener.port}"
    ended = follow(client, f"{base}/to//to//ok")
    assert (ended.url, ended.status) == (f"{base}/ok", 200)


def test_a_link_check_reads_no_body(client: httpx.Client, listener: Listener) -> None:
    assert follow(client, f"http://127.0.0.1:{listener.port}/packed").status == 200


def test_a_redirect_to_a_hostile_address_is_refused(
    listener: Listener, contacted: list[str], names: dict[str, list[str]]
) -> None:
    names["inside.example"] = ["10.0.0.1"]
    with guarded_client(plain=True) as client, pytest.raises(Refused):
        follow(client, "http://public.example/to/http://inside.example/")
    assert contacted == [PUBLIC]
    assert len(listener.seen) == 1


def test_a_link_that_leads_on_and_on_is_given_up(client: httpx.Client, listener: Listener) -> None:
    with pytest.raises(httpx.TooManyRedirects):
        follow(client, f"http://127.0.0.1:{listener.port}/round", limit=3)
    assert len(listener.seen) == 4


NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "remaining", "seconds"),
    [
        ({}, None, 60),
        ({"Retry-After": "7"}, None, 7),
        ({"Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT"}, None, 30),
        ({"Retry-After": "Sat, 21 Nov 2026 11:00:00 GMT"}, None, 0),
        ({"Retry-After": "soon"}, None, 60),
        # Mastodon
        ({"X-RateLimit-Remaining": "12", "X-RateLimit-Reset": "2026-11-21T12:05:00.123456Z"}, 12, 300.123456),
        # Bluesky
        (
            {
                "RateLimit-Limit": "30",
                "RateLimit-Remaining": "0",
                "RateLimit-Reset": str(int(NOW.timestamp()) + 120),
            },
            0,
            120,
        ),
        # IETF drafts
        ({"RateLimit-Remaining": "3", "RateLimit-Reset": "50"}, 3, 50),
        ({"RateLimit": '"default";r=4;t=20'}, 4, 20),
        # the most explicit one wins
        ({"Retry-After": "5", "X-RateLimit-Reset": "2026-11-21T13:00:00Z"}, None, 5),
    ],
)
def test_every_way_to_say_wait_is_understood(headers: dict[str, str], remaining: int | None, seconds: float) -> None:
    rate = rate_of(httpx.Headers(headers), now=NOW)
    assert rate.remaining == remaining
    assert rate.seconds == pytest.approx(seconds)
