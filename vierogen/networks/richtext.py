"""Finds links, mentions and hashtags in plain text and marks them the way Bluesky wants: as facets.

A facet points at bytes of the UTF-8 text (https://docs.bsky.app/docs/advanced-guides/post-richtext). What
counts as a link, a mention or a hashtag follows Bluesky's own apps, so a post looks as it would from there;
but a link needs ``https://``, ``http://`` or ``www.`` in front: no list of all endings of names is complete.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import regex

from vierogen.networks.counting import graphemes

_LINK = regex.compile(r"(?:^|(?<=[\s(]))(?:https?://|www\.)[^\s<>\"]+", regex.IGNORECASE)
# The name is a domain name: https://atproto.com/specs/handle
_MENTION = regex.compile(
    r"(?:^|(?<=[\s(]))@((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?)", regex.I
)
_TAG = regex.compile(r"(?:^|(?<=\s))[##](?!\ufe0f)([^\s\u00ad\u2060\u200a-\u200d\u20e2]+)")
_PUNCTUATION = regex.compile(r"\p{P}")
_ENDS_SENTENCE = ".,;:!?'\"»”’…"
# In graphemes, as the lexicon app.bsky.richtext.facet says.
_LONGEST_TAG = 64

Resolve = Callable[[str], str | None]


def facets(text: str, resolve: Resolve) -> list[dict[str, Any]]:
    """Return the facets of ``text``; ``resolve`` gives the DID of a handle, or None: then it stays text."""
    resolve = cache(resolve)
    found = [*_links(text), *_mentions(text, resolve), *_tags(text)]
    return [_facet(text, *place) for place in sorted(found, key=lambda place: place[0])]


_Place = tuple[int, int, dict[str, str]]


def _links(text: str) -> Iterator[_Place]:
    for match in _LINK.finditer(text):
        shown = match.group().rstrip(_ENDS_SENTENCE)
        if shown.endswith(")") and "(" not in shown:
            shown = shown[:-1].rstrip(_ENDS_SENTENCE)
        uri = f"https://{shown}" if shown.lower().startswith("www.") else shown
        yield match.start(), match.start() + len(shown), {"$type": "app.bsky.richtext.facet#link", "uri": uri}


def _mentions(text: str, resolve: Resolve) -> Iterator[_Place]:
    for match in _MENTION.finditer(text):
        did = resolve(match.group(1).lower())
        if did:
            yield *match.span(), {"$type": "app.bsky.richtext.facet#mention", "did": did}


def _tags(text: str) -> Iterator[_Place]:
    for match in _TAG.finditer(text):
        tag = _without_ending(match.group(1))
        # "#1" is a number, not a subject.
        if regex.search(r"[^\d\p{P}]", tag) and graphemes(tag) <= _LONGEST_TAG:
            end = match.start(1) + len(tag)
            yield match.start(), end, {"$type": "app.bsky.richtext.facet#tag", "tag": tag}


def _without_ending(tag: str) -> str:
    end = len(tag)
    while end and _PUNCTUATION.match(tag[end - 1]):
        end -= 1
    return tag[:end]


def _facet(text: str, start: int, end: int, feature: dict[str, str]) -> dict[str, Any]:
    first = len(text[:start].encode())
    place = {"byteStart": first, "byteEnd": first + len(text[start:end].encode())}
    return {"index": place, "features": [feature]}
