"""Turns what a writer typed into the HTML that Mastodon makes of it, so that connectors meet the real thing.

https://docs.joinmastodon.org/spec/activitypub/#sanitization and Mastodon's own text formatter:
paragraphs, line breaks, shortened links, mentions as h-cards, hashtags.
"""

import re
from collections.abc import Callable
from html import escape
from itertools import groupby

from vierogen.networks.counting import graphemes

# A link ends before punctuation that closes the sentence rather than the address.
URL = r"(?<![\w@#/])(?P<url>https?://(?:[\w-]+\.)+[^\W\d_][\w-]+(?::\d+)?(?:[/?#][^\s<>\"“”«»]*)?)"
MENTION = r"(?<![=/\w])@(?P<handle>[a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?(?:@[\w.-]*\w)?)"
HASHTAG = r"(?<![=/)\w])#(?P<tag>\w*[^\W\d_]\w*)"
ENTITY = re.compile(f"{URL}|{MENTION}|{HASHTAG}", re.IGNORECASE)
CLOSING = ".,;:!?'*"
SHOWN_OF_A_LINK = 30

# https://docs.joinmastodon.org/user/posting/#text: every link counts as 23 characters,
# a mention without its server.
LINK_LENGTH = 23
ProfileOf = Callable[[str], str | None]


def html(text: str, *, base: str, profile_of: ProfileOf) -> str:
    """Mastodon's HTML of ``text``; ``profile_of`` gives the address of a known handle, else None."""
    if not text.strip():
        return ""
    pieces, done = [], 0
    for found in ENTITY.finditer(text):
        start, end = _span(found)
        pieces += [_escaped(text[done:start]), _entity(found, base=base, profile_of=profile_of)]
        done = end
    return _paragraphs("".join(pieces) + _escaped(text[done:]))


def length(text: str) -> int:
    """Count ``text`` against the limit: characters as seen, links as 23, mentions without their server."""
    return graphemes(ENTITY.sub(_counted, text))


def mentions(text: str) -> list[str]:
    """The handles that ``text`` mentions, in order, each once."""
    return list(dict.fromkeys(found["handle"] for found in ENTITY.finditer(text) if found["handle"]))


def tags(text: str) -> list[str]:
    """The hashtags of ``text``, without their sign, in order, each once."""
    return list(dict.fromkeys(found["tag"] for found in ENTITY.finditer(text) if found["tag"]))


def _escaped(text: str) -> str:
    return escape(text).replace("&#x27;", "&#39;")


def _span(found: re.Match[str]) -> tuple[int, int]:
    url = found["url"]
    return (found.start(), found.start() + len(_address(url))) if url else found.span()


def _address(url: str) -> str:
    """``url`` without the punctuation of the sentence around it; brackets stay where they are a pair."""
    while url[-1] in CLOSING or (url[-1] == ")" and url.count("(") < url.count(")")):
        url = url[:-1]
    return url


def _entity(found: re.Match[str], *, base: str, profile_of: ProfileOf) -> str:
    if found["url"]:
        return _link(_address(found["url"]))
    if found["tag"]:
        tag = _escaped(found["tag"])
        return f'<a href="{base}/tags/{tag}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    profile = profile_of(found["handle"])
    if profile is None:
        return f"@{_escaped(found['handle'])}"
    handle = _escaped(found["handle"].partition("@")[0])
    return (
        f'<span class="h-card" translate="no">'
        f'<a href="{_escaped(profile)}" class="u-url mention">@<span>{handle}</span></a></span>'
    )


def _link(url: str) -> str:
    """A link shows thirty characters; the rest is there but invisible, so that copying gives all of it."""
    start = re.match(r"https?://(?:www\.)?", url, re.IGNORECASE)
    prefix = start[0] if start else ""
    shown, rest = url[len(prefix) :][:SHOWN_OF_A_LINK], url[len(prefix) :][SHOWN_OF_A_LINK:]
    return (
        f'<a href="{_escaped(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{_escaped(prefix)}</span>'
        f'<span class="{"ellipsis" if rest else ""}">{_escaped(shown)}</span>'
        f'<span class="invisible">{_escaped(rest)}</span></a>'
    )


def _paragraphs(markup: str) -> str:
    """An empty line starts a paragraph, however many there are; one line end is a ``<br />``."""
    lines = markup.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks = ["<br />".join(block) for filled, block in groupby(lines, key=bool) if filled]
    return "".join(f"<p>{block}</p>" for block in blocks)


def _counted(found: re.Match[str]) -> str:
    if found["url"]:
        address = _address(found["url"])
        return "x" * LINK_LENGTH + found["url"][len(address) :]
    return f"@{found['handle'].partition('@')[0]}" if found["handle"] else found[0]
