"""Web push, against a real push service that decrypts as a browser does."""

import json
import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.utils import timezone

from tests.servers.push import PushService, Subscription
from vierogen.notices import actions, push
from vierogen.notices.actions import Addressee, tell
from vierogen.notices.jobs import PUSH_LASTS, next_due, send_due
from vierogen.notices.models import Push, PushSubscription

ANNA = Addressee(1, "anna@voorbeeld.example", "Anna", "en")
# RFC 8291, section 5: the example's keys of a browser.
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_mail_server(mailbox: Any) -> None:
    """Mails go somewhere too."""


@pytest.fixture
def device(push_service: PushService) -> Subscription:
    """Anna's browser."""
    told = push_service.subscribe(public_key=push.public_key())
    actions.subscribe(ANNA.user_id, endpoint=told.endpoint, p256dh=told.p256dh, auth=told.auth)
    return told


def tell_anna() -> None:
    tell(1, [ANNA], template="notices/mail/test", values={}, link="/notices/", urgent=True)


@contextmanager
def answering(status: int) -> Iterator[list[tuple[dict[str, str], bytes]]]:
    """A push service that always answers ``status``, and one device of Anna's there."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        add_device(f"http://127.0.0.1:{server.server_port}/1")
        try:
            yield received
        finally:
            server.shutdown()
            thread.join()


def add_device(endpoint: str) -> PushSubscription:
    return actions.subscribe(ANNA.user_id, endpoint=endpoint, p256dh=P256DH, auth=AUTH)


def test_a_push_arrives_in_the_browser_with_title_and_path_only(
    push_service: PushService, device: Subscription
) -> None:
    tell_anna()
    assert send_due("worker") == 2
    told = json.loads(push_service.received(device)[0])
    assert told == {"title": "Test: warnings from Vierogen reach you", "url": "/notices/", "tag": "/notices/"}
    assert not Push.objects.exists()
    known = PushSubscription.objects.get()
    assert known.reached_at
    assert not known.failed_at


def test_a_browser_that_withdrew_its_permission_is_forgotten(push_service: PushService, device: Subscription) -> None:
    push_service.expire(device)
    tell_anna()
    tell_anna()
    assert send_due("worker") == 2, "the mails"
    assert not PushSubscription.objects.exists()
    assert next_due() is None


def test_the_push_service_learns_nothing_but_who_sends() -> None:
    with answering(201) as received:
        tell_anna()
        send_due("worker")
    headers, body = received[0]
    assert headers["Authorization"].startswith("vapid t=")
    assert headers["Urgency"] == "high"
    assert headers["TTL"] == "86400"
    assert b"Vierogen" not in body
    assert "Cookie" not in headers


@pytest.mark.parametrize("status", [404, 410])
def test_an_address_that_is_gone_is_forgotten(status: int) -> None:
    with answering(status):
        tell_anna()
        send_due("worker")
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_push_service_is_tried_again(status: int) -> None:
    with answering(status) as received:
        tell_anna()
        send_due("worker")
        assert len(received) == 1
        assert PushSubscription.objects.get().failed_at
        waiting = Push.objects.get()
        assert waiting.next_at
        assert waiting.next_at > timezone.now()
        Push.objects.update(next_at=timezone.now(), created_at=timezone.now() - PUSH_LASTS)
        send_due("worker")
        assert len(received) == 2
    assert not Push.objects.exists(), "a day later it makes no sense any more"


@pytest.mark.parametrize("status", [301, 400, 403])
def test_a_push_refused_for_good_is_not_repeated_and_shows_on_the_device(status: int) -> None:
    with answering(status) as received:
        tell_anna()
        send_due("worker")
    assert len(received) == 1
    assert not Push.objects.exists()
    assert PushSubscription.objects.get().failed_at


def test_a_push_service_that_is_away_is_tried_again(nobody_listens: int) -> None:
    add_device(f"http://127.0.0.1:{nobody_listens}/1")
    tell_anna()
    assert send_due("worker") == 1, "the mail"
    assert next_due() == Push.objects.get().next_at


@pytest.mark.parametrize("address", ["https://10.0.0.1/x", "https://169.254.169.254/x", "https://[::]/x", "https:///x"])
def test_an_address_inside_our_walls_is_never_contacted(settings: Any, address: str) -> None:
    settings.ALLOW_PRIVATE = []
    add_device(address)
    tell_anna()
    assert send_due("worker") == 1, "the mail"
    assert not Push.objects.exists()
    assert PushSubscription.objects.get().failed_at


def test_a_contact_that_push_services_cannot_use_loses_no_mail(settings: Any) -> None:
    settings.PUSH_CONTACT = "nobody"
    with answering(201) as received:
        tell_anna()
        assert send_due("worker") == 1, "the mail"
    assert received == []


def test_a_device_that_comes_back_is_shown_as_reached() -> None:
    with answering(201):
        PushSubscription.objects.update(failed_at=timezone.now() - timedelta(days=1))
        tell_anna()
        send_due("worker")
    assert not PushSubscription.objects.get().failed_at


@pytest.mark.parametrize(
    ("p256dh", "auth", "usable"),
    [
        (P256DH, AUTH, True),
        (P256DH + "=", AUTH + "==", True),
        (P256DH, AUTH[:-4], False),
        (P256DH[:-4] + "AAAA", AUTH, False),
        ("", "", False),
        ("é", AUTH, False),
    ],
)
def test_only_keys_that_a_browser_makes_are_usable(p256dh: str, auth: str, usable: bool) -> None:
    assert push.are_keys(p256dh, auth) is usable


def test_the_key_is_made_once_for_its_owner_only_and_kept(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path / "home"
    first = push.public_key()
    file = settings.HOME / "push.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in settings.HOME.iterdir()] == ["push.key"]
    push._read.cache_clear()
    assert push.public_key() == first


def _key_made_in(home: Path) -> bytes:
    push._make(home / "push.key")
    return (home / "push.key").read_bytes()


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert len(set(pool.map(_key_made_in, [tmp_path] * 8))) == 1


def test_a_file_that_holds_another_kind_of_key_is_refused(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "push.key").write_bytes(pem)
    with pytest.raises(TypeError, match=r"push\.key"):
        push.public_key()
