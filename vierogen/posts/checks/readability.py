"""Are the sentences short enough to follow?

Counts words and letters, and says no more than that. No formula tells whether somebody understands a text: what
level a reader needs for it stays a judgement of people.
"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import shown, texts

# A full stop inside "i.v.m." or "19.30" ends no sentence; a colon, a semicolon and a new line give the reader rest.
_END = re.compile(r"(?<=[.!?…])[\"”’')\]]*\s+(?=[^a-z])|[\n;]+|:\s")
_WORD = re.compile(r"(?<![\w@#/.])[^\W\d_][\w'’-]*|\d[\w.,:]*")
_LETTERS = re.compile(r"(?<![\w@#/.-])[^\W\d_]{31,}(?![\w@/.-])")
# Half as long again as what guides for plain writing advise at most (15 to 25 words).
_MOST_WORDS = 35


class Readability(Check):
    """Looks at: sentences of more than 35 words, and words of more than 30 letters."""

    key = "readability"
    title = _("Long sentences")
    why = _("Halfway through a long sentence many readers have lost its beginning.")
    todo = _("Make two sentences of it. Say who does what, and when.")
    agreement = "readable-for-everyone"
    kind = "LONG"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding: about the longest sentence, else about the first long word."""
        for text, channel in texts(draft):
            for finding in self._judged(text, channel):
                yield finding
                return

    def _judged(self, text: str, channel: str) -> Iterator[Finding]:
        count, start, end = max(_counted(text), default=(0, 0, 0))
        if count > _MOST_WORDS:
            message = _("One sentence has %(count)s words: “%(found)s”.")
            values: dict[str, str | int] = {"count": count, "found": shown(text[start:end])}
            yield Finding(self.key, Tier.LOOK, message, values, channel, start=start, end=end)
        elif (match := _LETTERS.search(text)) and len(set(match.group().casefold())) > 5:
            message = _("“%(found)s” is a very long word.")
            values = {"found": shown(match.group())}
            yield Finding(self.key, Tier.LOOK, message, values, channel, start=match.start(), end=match.end())


def _counted(text: str) -> Iterator[tuple[int, int, int]]:
    """How many words each sentence has, and its place."""
    start = 0
    for end in [match.start() for match in _END.finditer(text)] + [len(text)]:
        yield len(_WORD.findall(text, start, end)), start, end
        start = end
