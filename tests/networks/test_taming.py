"""Whatever a network sends can be compared and stored afterwards."""

import json
import time
import unicodedata
from typing import Any

import httpx
import libipld
import pytest

from vierogen.core.marks import unpiled
from vierogen.networks import mastodon
from vierogen.networks.asking import answered, body_as
from vierogen.networks.base import NetworkError
from vierogen.networks.taming import DEEPEST, composed, tamed, tamed_text, web_address


def test_what_a_database_cannot_hold_is_replaced_at_every_depth() -> None:
    told = {"a\x00": ["b\ud800", {"c": "d\udfff"}], "n": [1, 1.5, True, None, float("inf"), float("nan")]}
    assert tamed(told) == {"a\ufffd": ["b\ufffd", {"c": "d\ufffd"}], "n": [1, 1.5, True, None, None, None]}


def test_what_is_fine_stays_as_it_is() -> None:
    told = {"text": "👨‍👩‍👧‍👦 é e\u0301 \n\t 𝄞", "more": [[], {}, 0, False]}
    assert tamed(told) == told


def test_what_lies_too_deep_is_left_out() -> None:
    deep: Any = "bottom"
    for _ in range(900):
        deep = [deep]
    assert json.dumps(tamed(deep)).count("[") == DEEPEST


def test_decoded_cbor_becomes_what_the_api_says_in_json() -> None:
    cid = "bafkreie76ylmvyourrcr6ebgnhyiqjee7m7h4r65xgube4n7tfziggtfyq"
    value = {"ref": libipld.decode_multibase(cid)[1], "bytes": b"\x00\x01"}
    assert tamed(value) == {"ref": {"$link": cid}, "bytes": {"$bytes": "AAE"}}


def test_marks_are_not_piled_up_without_end() -> None:
    piled = "e" + "\u0301" * 50 + "x" + "\u0327" * 30
    assert unpiled(piled) == "e" + "\u0301" * 30 + "x" + "\u0327" * 30
    assert tamed_text(piled) == unpiled(piled)
    assert composed("e\u0301") == unicodedata.normalize("NFC", "e\u0301") == "é"


def test_composing_takes_no_strange_time() -> None:
    start = time.monotonic()
    composed("a" + "\u0301\u0327" * 100_000)
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "data:text/html,x", "//example.org", "", None, 7, ["http://a.nl"]]
)
def test_only_web_addresses_can_be_linked_to(value: Any) -> None:
    assert web_address(value) == ""
    assert web_address("https://example.org/@anna/1") == "https://example.org/@anna/1"


def test_answers_and_refusals_are_tamed() -> None:
    assert body_as(httpx.Response(200, json={"a": "\x00"}), dict) == {"a": "\ufffd"}
    with pytest.raises(NetworkError) as refused:
        answered(httpx.Response(400, text="no\x00no"))
    assert refused.value.detail == "400 no\ufffdno"


@pytest.mark.parametrize("content", ["[" * 200_000, "[" * 200_000 + "]" * 200_000, '{"a": 1e999}'])
def test_an_answer_that_nobody_can_read_is_no_crash(content: str) -> None:
    with pytest.raises(NetworkError) as refused:
        body_as(httpx.Response(200, text=content), list)
    assert refused.value.may_retry


def test_what_mastodon_streams_is_tamed() -> None:
    status = json.dumps({"id": "1\x00", "content": "a\x00", "account": {"id": "7"}, "url": "javascript:alert(1)"})
    seen = mastodon._happened("update", status, own="7")
    assert seen is not None
    assert seen.shown is not None
    assert (seen.remote_id, seen.shown.url, seen.shown.raw["content"]) == ("1\ufffd", "", "a\ufffd")
    deleted = mastodon._happened("delete", "12\x00", own="7")
    assert deleted is not None
    assert deleted.remote_id == "12\ufffd"
    assert mastodon._happened("update", "[" * 200_000, own="7") is None
