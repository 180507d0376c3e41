"""A short run of mutated documents through the readers, always the same ones. tests/fuzz has a guided one."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vierogen.core.http import rate_of
from vierogen.listening.sources.addresses import typed
from vierogen.listening.sources.base import SourceError
from vierogen.listening.sources.documents import apart
from vierogen.listening.sources.links import clean
from vierogen.listening.sources.webhook import Webhook

DOCUMENTS = [path.read_bytes() for path in sorted(Path(__file__).with_name("documents").iterdir())]
PIECES = [
    b"<", b">", b"&", b"\x00", b"]]>", b"<![CDATA[", b"<!--", b"<!DOCTYPE x [", b"\xff\xfe", b"&#0;", b"&#xD800;",
    b"<item>", b"</item>", b"<entry/>", b"xmlns='", b"\xe2\x82", b"{", b"[", b'"', b"<script>", b"\x1f\x8b",
    b"&amp;amp;",
    b"<link href='javascript:x'/>", b"<pubDate>", b"<?xml version='1.0' encoding='utf-7'?>", b"\r\n\r\n",
]  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """One of the documents, with pieces put in, cut out and doubled."""
    body = draw(st.sampled_from(DOCUMENTS))
    for _change in range(draw(st.integers(1, 8))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 200)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=20) | st.just(body[start:end] * 3))
        body = body[:start] + piece + body[draw(st.sampled_from([start, end])) :]
    return body


def said(read: Callable[[], str]) -> str:
    """What came out, or the refusal."""
    try:
        return read()
    except SourceError as refusal:
        return f"refused: {refusal.reason} {refusal.detail}"


@pytest.mark.parametrize("what", ["feed", "page", "links", "map"])
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(body=documents())
def test_mutated_documents_are_read_or_refused(what: str, body: bytes) -> None:
    told = said(lambda: json.dumps(apart.read_apart(what, body, "text/xml; charset=utf-8")))
    assert "unprepared" not in told
    assert "process ended" not in told
    assert "\\u0000" not in told


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=200) | st.from_regex(r"(https?|ftp)://[a-z.@:\[\]%/?&=#-]{0,60}"))
def test_any_text_is_a_link_or_none(text: str) -> None:
    link = clean(text, base="https://a.example/b")
    assert link == "" or link.startswith(("https://", "http://"))
    assert clean(link) == link
    assert said(lambda: typed(text)).startswith(("https://", "http://", "refused: "))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["text", "title", "url", "id", "author", "date", "items", "lang", "x"]), inner
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(JSON)
def test_any_json_is_read_or_refused(told: object) -> None:
    body = json.dumps(told).encode()
    said(lambda: "".join(one.key + one.text for one in Webhook().unpack(body, "application/json"))).encode()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(alphabet="0123456789:-+.eE TZGM,", max_size=40))
def test_any_retry_after_is_a_number_of_seconds(text: str) -> None:
    assert rate_of(httpx.Headers({"Retry-After": text})).seconds >= 0
