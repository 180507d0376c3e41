"""Reads site maps and their indexes (https://www.sitemaps.org/protocol.html), also those of news."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from vierogen.listening.sources.documents.feeds import Unreadable, without_doctype

# The protocol's own limit.
MOST = 50_000
LONGEST_ADDRESS = 2_000


def read_map(text: str) -> dict[str, Any]:
    """``maps`` and ``pages``: lists of (address, moment as ISO 8601 or None). Raises ``Unreadable``."""
    text = text.lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return _plain(text)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(without_doctype(text).encode(), parser)
    except (etree.LxmlError, ValueError):
        root = None
    kind = _name(root) if root is not None else ""
    if kind not in {"urlset", "sitemapindex"}:
        raise Unreadable("no_map")
    lines = [line for line in (_line(each) for each in root[:MOST]) if line]
    return {"maps": lines, "pages": []} if kind == "sitemapindex" else {"maps": [], "pages": lines}


def _plain(text: str) -> dict[str, Any]:
    """A list of addresses, one a line."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines or not all(line.startswith(("http://", "https://")) for line in lines[:20]):
        raise Unreadable("no_map")
    return {"maps": [], "pages": [[line[:LONGEST_ADDRESS], None] for line in lines[:MOST]]}


def _line(element: Any) -> list[str | None] | None:
    said: dict[str, str] = {}
    for each in element.iter():
        if each is not element and each.text:
            said.setdefault(_name(each), each.text.strip())
    if not said.get("loc"):
        return None
    return [said["loc"][:LONGEST_ADDRESS], _moment(said.get("lastmod") or said.get("publication_date"))]


def _name(element: Any) -> str:
    """The element's name without its namespace; "" for a comment."""
    return str(element.tag).rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _moment(said: str | None) -> str | None:
    """W3C Datetime, to the day or to the second."""
    try:
        moment = datetime.fromisoformat(said or "")
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat() if moment < datetime.now(UTC) + timedelta(days=1) else None
