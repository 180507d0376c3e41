"""Two texts beside each other: what is new, and what is gone."""

import difflib
import re
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def changed(old: str, new: str) -> SafeString:
    """The new text with insertions and deletions marked, word by word."""
    before, after = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (old, new))
    pieces: list[tuple[Any]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        if kind == "equal":
            pieces.append((come,))
            continue
        pieces.append((format_html("<del>{}</del>", gone) if gone else "",))
        pieces.append((format_html("<ins>{}</ins>", come) if come else "",))
    return format_html_join("", "{}", pieces)
