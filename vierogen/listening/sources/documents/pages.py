"""Reads web pages: the main text without menus and advertisements, and which feeds a page says that it has."""

import re
from typing import Any

import trafilatura
from lxml import etree, html

from vierogen.listening.sources.documents.feeds import Unreadable
from vierogen.listening.sources.documents.markup import parser, text_of

# Characters of a page that are looked at, paragraphs, and characters of one.
LONGEST_PAGE = 3_000_000
MOST_PARAGRAPHS = 1_000
LONGEST_PARAGRAPH = 5_000
LONG = 600
MOST_FEEDS = 10
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[A-Z0-9\"“‘'(])")
_FEED_TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/json",
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def read_page(text: str) -> dict[str, Any]:
    """``title``, ``language`` and ``paragraphs`` of the main text. Raises ``Unreadable``."""
    tree = _tree(text)
    found = trafilatura.extract(
        text[:LONGEST_PAGE],
        output_format="txt",
        include_comments=False,
        include_tables=True,
        include_links=False,
        favor_recall=True,
        deduplicate=False,
        with_metadata=False,
    )
    lines = [part for line in (found or "").split("\n") for part in _parts(" ".join(line.split()))]
    paragraphs = [line[:LONGEST_PARAGRAPH] for line in lines if re.search(r"\w", line)][:MOST_PARAGRAPHS]
    if not paragraphs:
        raise Unreadable("no_text")
    return {**_head(tree), "paragraphs": paragraphs}


def _parts(paragraph: str) -> list[str]:
    """A very long paragraph in sentences: else one new word would make all of it new."""
    return [paragraph] if len(paragraph) <= LONG else _SENTENCE.split(paragraph)


def read_links(text: str) -> dict[str, Any]:
    """``title``, ``language``, and ``feeds``: a list of (address as written, title). Raises ``Unreadable``.

    As HTML says: ``<link rel="alternate" type="application/rss+xml" href=…>``.
    """
    tree = _tree(text)
    feeds = [
        [str(link.get("href"))[:2_000], text_of(str(link.get("title") or ""), lines=False)[:200]]
        for link in tree.iter("link")
        if "alternate" in str(link.get("rel") or "").lower().split() and link.get("href")
        if str(link.get("type") or "").partition(";")[0].strip().lower() in _FEED_TYPES
    ]
    return {**_head(tree), "feeds": feeds[:MOST_FEEDS]}


def _tree(text: str) -> Any:
    if "<" not in text[:20_000]:
        raise Unreadable("no_page")
    # A declaration of its encoding is over once it is text.
    markup = re.sub(r"^\s*<\?xml[^>]*\?>", "", text[:LONGEST_PAGE])
    try:
        return html.document_fromstring(markup, parser=parser())
    except (etree.LxmlError, ValueError):
        raise Unreadable("no_page") from None


def _head(tree: Any) -> dict[str, Any]:
    title = next((each.text or "" for each in tree.iter("title")), "")
    language = str(tree.get("lang") or "") if tree.tag == "html" else ""
    return {
        "title": " ".join(title.split())[:200],
        "language": language if _LANGUAGE.fullmatch(language) else "",
    }
