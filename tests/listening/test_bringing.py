"""Webhooks: a secret address, limits, signatures, and a queue that the listener drains."""

import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from vierogen.ledger.models import Entry
from vierogen.listening.actions import bringing
from vierogen.listening.actions.sourcing import add_webhook, change
from vierogen.listening.models import Brought, Source, Subscription
from vierogen.people.models import Member


@pytest.fixture
def subscription(anna: Member) -> Subscription:
    """The secret address of another program."""
    cache.clear()
    return add_webhook(anna.organisation, "Monitor", by=anna)


@pytest.fixture
def path(subscription: Subscription) -> str:
    """Where that program sends to."""
    address = bringing.address_of(subscription.source)
    return "/listening/" + address.partition("/listening/")[2]


def bring(path: str, told: Any, **more: Any) -> Any:
    """Send it, as a program does: without any cookie, and with the check of forms on."""
    body = told if isinstance(told, (bytes, str)) else json.dumps(told)
    return Client(enforce_csrf_checks=True).post(path, body, content_type="application/json", **more)


def test_what_is_brought_waits_for_the_listener_and_is_then_forgotten(path: str) -> None:
    answer = bring(path, [{"text": "Hallo gemeente", "url": "https://a.example/1"}, {"text": "Nog een"}])
    assert (answer.status_code, answer.json()) == (202, {"messages": 2})
    (delivered,) = bringing.take_up()
    assert [found.text for found in delivered.found] == ["Hallo gemeente", "Nog een"]
    # What another program, or the web, calls the same is another message.
    assert all(found.key.startswith(f"hook:{delivered.source.pk}:") for found in delivered.found)
    assert bringing.take_up() == []
    bringing.done(delivered)
    bringing.done(delivered)
    assert not Brought.objects.exists()
    source = Source.objects.get()
    assert (source.items, source.failures, source.problem) == (2, 0, "")
    assert source.item_at is not None


def test_what_a_listener_that_died_took_up_is_taken_up_again(path: str) -> None:
    bring(path, {"text": "a"})
    assert len(bringing.take_up()) == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert len(bringing.take_up()) == 1


def test_a_wrong_address_is_not_there(path: str, subscription: Subscription) -> None:
    number, _dot, signature = path.rstrip("/").rpartition("/")[2].partition(".")
    for token in (
        "1",
        "x",
        "1-1",
        f"{number}.{signature[:-1]}",
        f"9{number}.{signature}",
        f"{number}.",
        "%00",
        "1-1.é",
    ):
        assert bring(f"/listening/hook/{token}/", {"text": "a"}).status_code == 404
    assert not Brought.objects.exists()


def test_it_only_takes(path: str) -> None:
    for method in ("get", "put", "delete", "head"):
        assert getattr(Client(), method)(path).status_code == 405


def test_a_paused_or_ended_one_takes_nothing(path: str, subscription: Subscription, anna: Member) -> None:
    change(subscription, "pause", by=anna)
    assert bring(path, {"text": "a"}).status_code == 404
    change(subscription, "resume", by=anna)
    assert bring(path, {"text": "a"}).status_code == 202


def test_a_new_address_makes_the_old_one_void(path: str, subscription: Subscription, anna: Member) -> None:
    bringing.renew_address(subscription, by=anna)
    assert bring(path, {"text": "a"}).status_code == 404
    subscription.source.refresh_from_db()
    new = "/listening/" + bringing.address_of(subscription.source).partition("/listening/")[2]
    assert bring(new, {"text": "a"}).status_code == 202
    assert Entry.objects.filter(verb="renew_address").count() == 1


def test_who_signs_must_sign_well(path: str, subscription: Subscription) -> None:
    body = b'{"text": "a"}'
    good = hmac.new(bringing.secret_of(subscription.source).encode(), body, "sha256").hexdigest()
    for signature in ("sha256=" + "0" * 64, "x", "sha256=" + good[:-1], "é"):
        assert bring(path, body, HTTP_X_HUB_SIGNATURE_256=signature).status_code == 400
    assert bring(path, body, HTTP_X_HUB_SIGNATURE_256=f"sha256={good}").status_code == 202


@pytest.mark.parametrize("body", [b"", b"hello", b'{"a": 1}', b"\xff\xfe\x00", b"[" * 50_000])
def test_what_cannot_be_read_is_refused_in_words(path: str, body: bytes) -> None:
    answer = bring(path, body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not Brought.objects.exists()


def test_too_large_and_too_much_are_refused(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bring(path, json.dumps({"text": "x" * 1_000_001})).status_code == 413
    monkeypatch.setattr(bringing, "A_MINUTE", 3)
    with time_machine.travel(timezone.now(), tick=False):
        answers = [bring(path, {"text": "a"}) for _time in range(5)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
    assert answers[-1]["Retry-After"] == "60"
    cache.clear()
    monkeypatch.setattr(bringing, "WAITING", 3)
    assert bring(path, {"text": "a"}).status_code == 429


def test_an_empty_list_is_a_sign_of_life_that_keeps_nothing(path: str) -> None:
    assert bring(path, {"items": []}).json() == {"messages": 0}
    assert not Brought.objects.exists()
