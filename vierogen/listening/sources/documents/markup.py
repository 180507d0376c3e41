"""From bytes to text, and from HTML to what people read of it. Whatever comes out is plain text without markup."""

import codecs
import re
from typing import Any

from lxml import etree, html

# HTML of one message; what is beyond is cut off before it is parsed.
LONGEST_HTML = 400_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""")
# WHATWG Encoding: what calls itself Latin-1 is windows-1252.
_REALLY = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}
# They hide ASCII in other bytes (UTF-7), or are no encodings of text at all.
_NEVER = frozenset({"utf-7", "utf7", "unicode-1-1-utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape"})
# XML 1.0, section 2.2: no document can hold these, and no database keeps the first.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_LIKE_HTML = re.compile(
    r"</?[a-zA-Z][^<>]{0,2000}>|<!--|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
)
# fmt: off
_BLOCKS = frozenset({
    "p", "div", "br", "li", "ul", "ol", "dl", "dt", "dd", "tr", "table", "blockquote", "pre", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "article", "section", "header", "footer", "aside", "figure", "figcaption", "main",
    "nav", "form", "fieldset", "address", "details", "summary",
})
# fmt: on
# Only these: where the end of another is forgotten, it would swallow all that follows.
_SILENT = frozenset({"script", "style", "template"})


def decoded(body: bytes, content_type: str = "") -> str:
    """Return the text of ``body``, whatever is said of its encoding: what is valid UTF-8 is UTF-8.

    Signs that no document may hold (NUL, halves of a sign) become spaces.
    """
    return _FORBIDDEN.sub(" ", _text(body, content_type).replace("\r\n", "\n").replace("\r", "\n"))


def _text(body: bytes, content_type: str) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace")
    if body[:2] in {b"<\x00", b"{\x00"} or body[:2] in {b"\x00<", b"\x00{"}:
        return body.decode("utf-16-le" if body[1:2] == b"\x00" else "utf-16-be", "replace")
    said = _said(content_type.encode(errors="replace")) or _said(body[:2_000])
    if said and said.startswith("iso-2022"):  # made of ASCII alone, so it would pass for UTF-8
        return body.decode(said, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode(said, "replace") if said else body.decode("utf-8", "as western")


def _said(where: bytes) -> str:
    """The encoding that is declared there, if Python knows it."""
    match = _DECLARED.search(where)
    name = match[1].decode().lower() if match else ""
    name = _REALLY.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    is_text = getattr(info, "_is_text_encoding", True)
    return "" if not is_text or name in _NEVER or info.name in _NEVER or info.name.startswith("utf-8") else info.name


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """The bytes that are no UTF-8 as windows-1252: whole documents are, or a line that somebody pasted."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("as western", _as_western)


def text_of(markup: str, *, lines: bool = True) -> str:
    """Return what people read of ``markup``, which may also be plain text already.

    Blocks begin on a new line; with ``lines=False`` all is one line.
    """
    markup = markup[:LONGEST_HTML]
    text = _read(markup) if _LOOKS_LIKE_HTML.search(markup) else markup
    found = [" ".join(line.split()) for line in text.split("\n")]
    return ("\n" if lines else " ").join(line for line in found if line)


def _read(markup: str) -> str:
    """The words of HTML. libxml2 mends whatever it is given, and stops at a depth of 256 by itself."""
    try:
        tree = html.document_fromstring(f"<div>{markup}</div>", parser=parser())
    except (etree.LxmlError, ValueError):
        return re.sub(r"<[^<>]*>", " ", markup)
    return words(tree)


def parser() -> html.HTMLParser:
    """A parser that asks nobody and keeps within bounds."""
    return html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)


def words(tree: Any) -> str:
    """The text below an element, without what browsers do not show; without recursion, however deep it is."""
    parts: list[str] = []
    walk, skipping = etree.iterwalk(tree, events=("start", "end")), 0
    for event, element in walk:
        silent = element.tag in _SILENT
        skipping += (1 if event == "start" else -1) if silent else 0
        if element.tag in _BLOCKS:
            parts.append("\n")
        said = element.text if event == "start" else element.tail
        if said and not skipping:
            # Where the source has an end of line, a browser shows a space.
            parts.append(said.replace("\n", " "))
    return "".join(parts)
