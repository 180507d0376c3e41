"""Reads feeds: RSS 0.9x and 2.0, RSS 1.0 (RDF), Atom and JSON Feed, also broken ones.

What is well-formed goes to the quick parser; it loses words of what is not. So the usual mistakes are mended, and what
is still broken goes to the tolerant parser, which takes thirty times as long. Documents that define entities are
refused before anything parses them.
"""

import calendar
import html
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import fastfeedparser
import feedparser
from lxml import etree

from vierogen.listening.sources.documents.markup import text_of

# Messages that one reading looks at; a feed with more is an archive.
MOST = 1_000
LONGEST_TEXT = 20_000
LONGEST_TITLE = 500
# The tolerant parser takes 20 seconds for more.
LONGEST_BROKEN = 3_000_000
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*>", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_TTL = re.compile(r"<ttl>\s*(\d{1,6})\s*</ttl>", re.IGNORECASE)
_PERIOD = re.compile(r"<sy:updatePeriod>\s*(\w+)\s*</sy:updatePeriod>", re.IGNORECASE)
_FREQUENCY = re.compile(r"<sy:updateFrequency>\s*(\d{1,4})\s*</sy:updateFrequency>", re.IGNORECASE)
_LANGUAGE = re.compile(
    r"""<(?:dc:)?language>\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*)\s*<|"""
    r"""<(?:feed|rss)\b[^>]*\bxml:lang=["']([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)["']"""
)
_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[a-zA-Z][a-zA-Z0-9]{1,31};)")
_NAMED = re.compile(r"&([a-zA-Z][a-zA-Z0-9]{1,31});")
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_HEAD = 20_000


class Unreadable(Exception):  # noqa: N818 - says what it is
    """It is not what was asked for. ``code`` is one that the other side has a sentence for."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_feed(text: str) -> dict[str, Any]:
    """``title``, ``language``, ``ttl`` (seconds or None) and ``entries``. Raises ``Unreadable``."""
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        return _json_feed(text)
    markup = without_doctype(text)
    start = markup[:_HEAD]
    if not re.search(r"<(?:\w+:)?(rss|feed|RDF|channel)\b", start):
        raise Unreadable("no_feed")
    found = _quickly(markup)
    if found is None:
        mended = _mended(markup)
        found = _quickly(mended) or _patiently(mended)
    language = _LANGUAGE.search(start)
    return {**found, "language": (language[1] or language[2]) if language else "", "ttl": _ttl(start)}


def without_doctype(text: str) -> str:
    """XML without its document type and its declaration. Raises ``Unreadable`` where it defines entities."""
    root = re.search(r"<[A-Za-z_]", text)
    prologue = text[: root.start()] if root else text
    if re.search(r"<!(ENTITY|ELEMENT|ATTLIST|NOTATION)", text, re.IGNORECASE) and _defines(text, prologue):
        raise Unreadable("entities")
    return _DOCTYPE.sub("", _DECLARATION.sub("", text, count=1), count=1)


def _defines(text: str, prologue: str) -> bool:
    # An article about XML may show such a line, as CDATA; a document type stands before the first element.
    doctype = re.search(r"<!DOCTYPE[^>]*\[", text, re.IGNORECASE)
    return "<!ENTITY" in prologue.upper() or (doctype is not None and doctype.start() <= len(prologue))


def _ttl(start: str) -> float | None:
    if match := _TTL.search(start):
        return int(match[1]) * 60.0
    if (match := _PERIOD.search(start)) and match[1].lower() in _PERIODS:
        times = _FREQUENCY.search(start)
        return _PERIODS[match[1].lower()] / max(1, int(times[1]) if times else 1)
    return None


def is_well_formed(markup: str) -> bool:
    """Does an XML parser take it as it is? Resolves nothing and stops at a depth of 256."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        etree.fromstring(markup.encode(), parser)
    except (etree.LxmlError, ValueError):
        return False
    return True


def _quickly(markup: str) -> dict[str, Any] | None:
    if not is_well_formed(markup):
        return None
    try:
        found = fastfeedparser.parse(markup.encode())
    except Exception:  # noqa: BLE001 - whatever it trips over, the other one has its turn
        return None
    entries = [_quick_entry(entry) for entry in found.entries[:MOST]]
    return {"title": _title(found.feed.get("title")), "entries": entries}


def _quick_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    said = [each.get("value") for each in entry.get("content") or ()] + [entry.get("description")]
    return _entry(
        entry,
        said=said,
        link=entry.get("link") or _first_link(entry),
        published=_moment(entry.get("published") or entry.get("updated")),
    )


def _mended(markup: str) -> str:
    """With what is wrong most often put right: an ampersand that is only that, and the names that HTML has."""
    return _NAMED.sub(_as_xml, _AMPERSAND.sub("&amp;", markup))


def _as_xml(match: re.Match[str]) -> str:
    return match[0] if match[1] in {"amp", "lt", "gt", "quot", "apos"} else html.unescape(match[0])


def _patiently(markup: str) -> dict[str, Any]:
    if len(markup) > LONGEST_BROKEN:
        raise Unreadable("broken")
    # As bytes in a file: of a string it would think that it may be an address.
    found = feedparser.parse(
        io.BytesIO(markup.encode()), response_headers={"content-type": "application/xml; charset=utf-8"}
    )
    if not found.get("version") and not found.entries:
        raise Unreadable("broken")
    entries = [_patient_entry(entry) for entry in found.entries[:MOST]]
    return {"title": _title(found.feed.get("title")), "entries": entries}


def _patient_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    said = [each.get("value") for each in entry.get("content") or ()] + [entry.get("summary")]
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    moment = None
    if parsed:
        try:
            moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            moment = None
    return _entry(entry, said=said, link=entry.get("link") or "", published=moment)


def _entry(entry: Mapping[str, Any], *, said: Iterable[object], link: object, published: str | None) -> dict[str, Any]:
    """One message, all of it text. The longest of what it says is its words: a feed may give a summary beside."""
    texts = [each for each in said if isinstance(each, str)]
    markup = max(texts, key=len, default="")
    author = entry.get("author")
    return {
        "id": str(entry.get("id") or "")[:2_000],
        "title": _title(entry.get("title")),
        "text": text_of(markup)[:LONGEST_TEXT],
        "link": str(link or "")[:4_000],
        "author": text_of(author if isinstance(author, str) else "", lines=False)[:200],
        "published": published,
        "has": _has(entry, markup),
    }


def _has(entry: Mapping[str, Any], markup: str) -> list[str]:
    kinds = " ".join(
        f"{each.get('type') or ''} {each.get('medium') or ''}"
        for name in ("enclosures", "media_content")
        for each in entry.get(name) or ()
        if isinstance(each, Mapping)
    ).lower()
    found = {name for name in ("image", "video") if name in kinds}
    if "<img" in markup or entry.get("media_thumbnail"):
        found.add("image")
    return sorted(found | ({"video"} if "<video" in markup or "<iframe" in markup else set()))


def _title(title: object) -> str:
    return text_of(title if isinstance(title, str) else "", lines=False)[:LONGEST_TITLE]


def _first_link(entry: Mapping[str, Any]) -> str:
    return next((str(each["href"]) for each in entry.get("links") or () if each.get("href")), "")


def _moment(said: object) -> str | None:
    try:
        moment = datetime.fromisoformat(str(said))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


# JSON Feed, https://www.jsonfeed.org/version/1.1/


def _json_feed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("broken") from None
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in str(found.get("version", "")):
        raise Unreadable("no_feed")
    entries = [_json_entry(item) for item in items[:MOST] if isinstance(item, dict)]
    language = found.get("language")
    return {
        "title": _title(found.get("title")),
        "entries": entries,
        "language": language if isinstance(language, str) else "",
        "ttl": None,
    }


def _json_entry(item: dict[str, Any]) -> dict[str, Any]:
    authors = item.get("authors") or [item.get("author")]
    author = authors[0] if isinstance(authors, list) and authors and isinstance(authors[0], dict) else {}
    files = [{"type": each.get("mime_type")} for each in _listed(item.get("attachments")) if isinstance(each, dict)] + (
        [{"type": "image"}] if item.get("image") or item.get("banner_image") else []
    )
    known = {
        "id": item.get("id") or item.get("url"),
        "title": item.get("title"),
        "author": author.get("name"),
        "enclosures": files,
    }
    said = [item.get("content_html"), item.get("content_text"), item.get("summary")]
    moment = _moment(item.get("date_published") or item.get("date_modified"))
    return _entry(known, said=said, link=item.get("url") or item.get("external_url"), published=moment)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
