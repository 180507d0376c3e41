"""What strangers wrote, made fit for one line of a mail, a feed or a table: short, and only what can be read."""

import re
from urllib.parse import urlsplit

from vierogen.listening.models import Hit, Item

# What no XML 1.0 document may hold, and what turns around the direction of all that follows.
UNFIT = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
TITLE = 140
WORDS = 220


def clean(text: str) -> str:
    """Without characters that can be neither shown nor written down."""
    return UNFIT.sub("", text)


def one_line(text: str, most: int) -> str:
    """At most so many letters, on one line; what is cut ends after a word, with "…"."""
    line = " ".join(clean(text).split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    whole, _space, rest = cut.rpartition(" ")
    return f"{whole if whole and len(rest) < 30 else cut}…"


def title_of(item: Item) -> str:
    """Its title, or else how its text begins; perhaps empty."""
    return one_line(item.title or item.words, TITLE)


def words_of(item: Item) -> str:
    """The first words of its text, after what is in the title already; perhaps empty."""
    line, title = " ".join(clean(item.words).split()), title_of(item).removesuffix("…")
    if not line.startswith(title):
        return one_line(line, WORDS)
    rest = line.removeprefix(title).lstrip(" .:;,!?-–—")
    return one_line(rest if item.title or not rest else f"…{rest}", WORDS)


def web_address(item: Item) -> str:
    """Its link if that is one of the web; else empty, for whatever else a source may have sent."""
    link = clean(item.link).strip()
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    is_web = parts.scheme in {"http", "https"} and parts.netloc and not re.search(r"[\s<>\"\\^`{|}]", link)
    return link if is_web else ""


def source_of(hit: Hit) -> str:
    """Where it stood: the name of the source, else the site, else the network."""
    if hit.source and hit.source.title:
        return one_line(hit.source.title, 80)
    host = urlsplit(web_address(hit.item)).hostname or ""
    return host.removeprefix("www.") or hit.item.network


def author_of(item: Item) -> str:
    """Who wrote it, if that is known."""
    return one_line(item.writer, 80)
