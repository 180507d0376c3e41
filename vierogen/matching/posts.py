"""A post as the matcher takes it, and the folded document that queries look at."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from vierogen.matching.folding import fold, opaque, readings


class Post(NamedTuple):
    """What a source tells. ``lang`` are codes of languages with spaces between, ``has`` words such as "image", ``link``
    is where the message stands. All but the text may be unknown.
    """

    text: str
    lang: str = ""
    author: str = ""
    source: str = ""
    network: str = ""
    has: frozenset[str] = frozenset()
    is_reply: bool = False
    link: str = ""


# Both begin with a letter of their own, so that the search for them is one for a single byte.
_TAG, _NAME = re.compile(r"#(\w+)"), re.compile(r"@(\w[\w.@-]*)")
# What may not stand before: then it is within an address of mail or of the web, or the number of an entity.
_BEFORE = re.compile(r"[\w&/]")
# What is longer nobody asks for, and strangers write it: it is not remembered. A host has 253 letters at most.
_LONGEST = 300
# No host that anybody asks for has more parts.
_MOST_PARTS = 6


@lru_cache(10_000)
def tags(name: str) -> tuple[str, ...]:
    """The spellings of a tag, without ``#``: case, accents and low lines make no difference."""
    if name.isascii() and name.isalnum():
        return ("#" + name.lower(),)
    return tuple(dict.fromkeys("#" + each.replace(" ", "") for each in readings(name)))


def names(name: str) -> tuple[str, ...]:
    """An account's name as it is, without its server, and without Bluesky's own domain."""
    whole = unicodedata.normalize("NFC", name).lstrip("@").rstrip(".-@").casefold()
    short = (whole, whole.partition("@")[0], whole.removesuffix(".bsky.social"))
    return tuple(dict.fromkeys(opaque(each) for each in short if each))


def _marked(text: str) -> list[str]:
    found: list[str] = []
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    for match in _TAG.finditer(text):
        if not _BEFORE.match(text, max(match.start() - 1, 0)):
            found += [each for each in tags(match[1][:_LONGEST]) if each != "#"]
    for match in _NAME.finditer(text) if "@" in text else ():
        if not _BEFORE.match(text, max(match.start() - 1, 0)):
            found += ["@" + each for each in names(match[1][:_LONGEST])]
    return found


@lru_cache(10_000)
def sources(source: str) -> tuple[str, ...]:
    """A source by its whole address or name, and by its domains."""
    whole = source.strip()
    names = (whole, whole.casefold(), *_domains(whole.partition("//")[2] or whole))
    return tuple(dict.fromkeys(opaque(each) for each in names if each))


@lru_cache(10_000)
def _sites(place: str) -> tuple[str, ...]:
    return tuple("SOURCE:" + opaque(each) for each in _domains(place))


def _domains(place: str) -> list[str]:
    """The host in what follows ``//`` in an address, and the domains that it lies in: feeds.nos.nl and nos.nl.

    Of example.co.uk that is co.uk too: nobody who asks for that can expect anything else.
    """
    try:
        host = urlsplit(f"//{place}").hostname or ""
    except ValueError:  # it only looked like an address
        return []
    parts = host.split(".")
    return [".".join(parts[start:]) for start in range(max(0, len(parts) - _MOST_PARTS), len(parts) - 1)]


@lru_cache(1_000)
def languages(lang: str) -> tuple[str, ...]:
    """Languages, with spaces between, each with and without its region."""
    wholes = lang.casefold().replace("_", "-").split()
    return tuple(dict.fromkeys(opaque(each) for whole in wholes for each in (whole, whole.partition("-")[0]) if each))


def _fields(post: Post) -> list[str]:
    found = ["LANG:" + each for each in languages(post.lang[:_LONGEST])] if post.lang else []
    if post.author:
        found += ["FROM:" + each for each in names(post.author[:_LONGEST])]
    if post.source:
        found += ["SOURCE:" + each for each in sources(post.source)]
    if post.link:
        _scheme, *rest = post.link.split("/", 3)
        if len(rest) > 1 and not rest[0] and len(rest[1]) <= _LONGEST:
            found += _sites(rest[1])
    if post.network:
        found.append("NETWORK:" + opaque(post.network))
    found += ["HAS:" + opaque(each) for each in sorted(post.has)]
    if post.is_reply:
        found.append("IS:" + opaque("reply"))
    return found


def documents(posts: Sequence[Post]) -> list[str]:
    """Each post's readings, tags, names and fields, apart from each other: ``" een | #tag | FROM:AB "``."""
    folded = fold([post.text for post in posts])
    for number, post in enumerate(posts):
        text = post[0]
        found = _marked(text) if "#" in text or "@" in text else []
        if any(post[1:]):
            found += _fields(post)
        if found:
            folded[number] += "| " + " | ".join(found) + " "
    return folded
