"""Does the same sentence stand in it twice?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, sentences, texts

_WORD = re.compile(r"\w+")
# "Doe mee!" may well be said twice.
_FEWEST_WORDS = 5
# A text pasted twice without a full stop between; a slogan may have three words.
_FEWEST_IN_HALF = 4


class Doubled(Check):
    """Looks at: a sentence or a paragraph that stands twice in one post."""

    key = "doubled"
    title = _("Pasted twice")
    why = _("A text that was pasted twice looks careless, and a screen reader reads it twice.")
    todo = _("Take out the second one, if that is not what you meant.")
    agreement = "finished-posts"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the first sentence that comes again, at its second place."""
        message = _("“%(found)s” stands in this text twice.")
        yield from line(self.key, message, _found(draft), tier=Tier.LOOK)


def _found(draft: Draft) -> Iterator[Words]:
    for text, channel in texts(draft):
        place = _again(text) or _half(text)
        if place:
            start, end = place
            yield Words(text[start:end].strip(), start, end, channel)


def _again(text: str) -> tuple[int, int] | None:
    """The place of the first sentence that was there before."""
    seen: set[tuple[str, ...]] = set()
    for sentence in sentences(text):
        words = tuple(_WORD.findall(sentence.group().casefold()))
        if len(words) < _FEWEST_WORDS or len(set(words)) < 3:
            continue
        if words in seen:
            return sentence.start(), sentence.end()
        seen.add(words)
    return None


def _half(text: str) -> tuple[int, int] | None:
    """The place of the second half, where it repeats the first."""
    words = list(_WORD.finditer(text))
    middle = len(words) // 2
    if len(words) % 2 or middle < _FEWEST_IN_HALF:
        return None
    said = [match.group().casefold() for match in words]
    if said[:middle] != said[middle:] or len(set(said)) < 3:
        return None
    return words[middle].start(), words[-1].end()
