"""Does it shout?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, texts

# Words in capitals with nothing between them but spaces and marks of exclamation. A comma makes it a list.
_RUN = re.compile(r"(?<![\w@#/.-])[^\W\d_a-z]{1,40}(?:[!?'’:-]{0,3}[ \n][!]{0,3}[^\W\d_a-z]{1,40})+(?![\w@.-])")
_WORD = re.compile(r"\w+")
# "LET OP", "NS, ProRail en GGD": neither shouts.
_FEWEST_WORDS = 4
_FEWEST_LONG = 3
_LONG = 4


class Capitals(Check):
    """Looks at: four or more words in a row in capitals, where they are no abbreviations."""

    key = "capitals"
    title = _("Capitals")
    why = _("A text in capitals reads as shouting, and it is hard to read for people with dyslexia.")
    todo = _("Write it in small letters. Put what matters most in the first sentence.")
    agreement = "readable-for-everyone"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the first such words."""
        message = _("“%(found)s” stands in capitals.")
        yield from line(self.key, message, _found(draft), tier=Tier.LOOK)


def _found(draft: Draft) -> Iterator[Words]:
    for text, channel in texts(draft):
        for match in _RUN.finditer(text):
            if _shouts(match.group()):
                yield Words(match.group(), match.start(), match.end(), channel)


def _shouts(run: str) -> bool:
    words = [word for word in _WORD.findall(run) if word.isupper()]
    long = {word for word in words if len(word) >= _LONG}
    # A small word among them shows that it is a sentence.
    return len(words) >= _FEWEST_WORDS and len(long) >= _FEWEST_LONG - (len(words) > _FEWEST_WORDS)
