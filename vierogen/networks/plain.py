"""Turns the HTML that networks give into the plain text that people typed."""

import re
from html.parser import HTMLParser

_PARAGRAPHS = frozenset({"p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES = frozenset({"br", "li"})
_SILENT = frozenset({"script", "style", "template"})


def plain(html: str) -> str:
    """Return the text of ``html``: paragraphs apart by an empty line, links as their whole address.

    Mastodon shows a link shortened with hidden spans around it, other servers cut it off with an ellipsis;
    both become the address again (https://docs.joinmastodon.org/spec/activitypub/#sanitization).
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = "".join(reader.parts).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.href = ""
        self.link_at: int | None = None
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")
        elif tag in _SILENT:
            self.silent += 1
        elif tag == "a":
            self.href, self.link_at = dict(attrs).get("href") or "", len(self.parts)

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "a" and self.link_at is not None:
            shown = "".join(self.parts[self.link_at :])
            self.parts[self.link_at :] = [_address(shown, self.href)]
            self.link_at = None

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data.replace("\r", "").replace("\n", " "))


def _address(shown: str, href: str) -> str:
    """Give ``href`` where ``shown`` is its shortened form; else what is shown (a mention, a hashtag)."""
    start = _bare(shown.strip().removesuffix("…").removesuffix("..."))
    return href if len(start) >= 4 and _bare(href).startswith(start) else shown


def _bare(url: str) -> str:
    return re.sub(r"^https?://(www\.)?|^www\.", "", url)
