"""Turns the HTML that networks give into the plain text that people typed.

Each sign is looked at a bounded number of times, whatever strangers write. Python's own ``HTMLParser`` (3.11.7) took
minutes for a megabyte that opens tags and never closes them; what is closed is read the same.
"""

import re
from collections.abc import Iterator
from html import unescape

_PARAGRAPHS = frozenset({"p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = frozenset({"br", "li"})
_SILENT = frozenset({"script", "style", "template"})
# Of these nothing is read as a tag until their own end.
_RAW = frozenset({"script", "style"})
_NAME = re.compile(r"/?([a-zA-Z][^\s/>]*)")
# Up to the end of a tag, or to a value in quotes. https://html.spec.whatwg.org/multipage/parsing.html#tokenization
_TO_QUOTE = re.compile(r"""[^>=]*(?:=+\s*(["'])?|>)""")
_ATTRIBUTE = re.compile(r"""([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")


def plain(html: str) -> str:
    """Return the text of ``html``: paragraphs apart by an empty line, links as their whole address.

    Mastodon shows a link shortened with hidden spans around it, other servers cut it off with an ellipsis;
    both become the address again (https://docs.joinmastodon.org/spec/activitypub/#sanitization).
    """
    reader = _Reader()
    for tag, words in _pieces(html):
        reader.take(tag, words)
    lines = "".join(reader.parts).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()


def _pieces(html: str) -> Iterator[tuple[str, str]]:
    """Tags as (name, all that stands in it), with ``/`` before the name of an end; text as ("", text)."""
    at = 0
    while 0 <= at < len(html):
        opens = html.find("<", at)
        if opens != at:
            yield "", html[at : opens if opens > 0 else None]
            at = opens
        elif named := _NAME.match(html, at + 1):
            name, at = named[0].lower(), _end_of_tag(html, named.end())
            # What never ends is no text either, as in browsers.
            if at > 0:
                yield name, html[named.end() : at - 1]
            at = _end_of_raw(html, name, at) if at > 0 and name in _RAW else at
        elif html[at + 1 : at + 2] in {"!", "?", "/"}:
            at = _end_of_comment(html, at)
        else:
            yield "", "<"
            at += 1


def _end_of_tag(html: str, at: int) -> int:
    """Behind its ``>``; one within a value in quotes is none. -1: there is no end."""
    while found := _TO_QUOTE.match(html, at):
        if found[0].endswith(">"):
            return found.end()
        at = found.end()
        if found[1] and (at := html.find(found[1], at) + 1) == 0:
            return -1
    return -1


def _end_of_raw(html: str, name: str, at: int) -> int:
    found = re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE).search(html, at)
    return found.start() if found else -1


def _end_of_comment(html: str, at: int) -> int:
    ending = "-->" if html.startswith("<!--", at) else ">"
    end = html.find(ending, at + 2)
    return end + len(ending) if end >= 0 else -1


class _Reader:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.href = ""
        self.link_at: int | None = None
        self.silent = 0

    def take(self, tag: str, words: str) -> None:
        """A piece of the document."""
        if not tag:
            if not self.silent:
                self.parts.append(unescape(words).replace("\r", "").replace("\n", " "))
        elif tag.startswith("/"):
            self._end(tag[1:])
        else:
            self._begin(tag, words)

    def _begin(self, tag: str, words: str) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")
        elif tag in _SILENT:
            self.silent += 1
        elif tag == "a":
            self.href, self.link_at = _href(words), len(self.parts)

    def _end(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.link_at is not None:
            shown = "".join(self.parts[self.link_at :])
            self.parts[self.link_at :] = [_address(shown, self.href)]
            self.link_at = None


def _href(words: str) -> str:
    for name, *values in _ATTRIBUTE.findall(words):
        if name.lower() == "href":
            return unescape("".join(values))
    return ""


def _address(shown: str, href: str) -> str:
    """Give ``href`` where ``shown`` is its shortened form; else what is shown (a mention, a hashtag)."""
    start = _bare(shown.strip().removesuffix("…").removesuffix("..."))
    return href if len(start) >= 4 and _bare(href).startswith(start) else shown


def _bare(url: str) -> str:
    return re.sub(r"^https?://(www\.)?|^www\.", "", url)
