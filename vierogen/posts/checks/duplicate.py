"""Did this go out already?"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier

_WORD = re.compile(r"\w+")
_REMEMBERED = timedelta(days=30)
_AT_ONCE = timedelta(days=1)
# Shorter texts ("Goedemorgen allemaal") resemble each other by nature.
_FEWEST_WORDS = 5
# Comparing takes the product of both lengths; what differs later in a text differs.
_MOST_WORDS = 400
_NEARLY = 0.9


class Duplicate(Check):
    """Stops: exactly a text of the last 24 hours. Looks at: exactly or nearly a text of the last 30 days."""

    key = "duplicate"
    title = _("Said before")
    why = _("A post that appears twice looks careless, and readers take the second one for news.")
    todo = _("See whether the earlier post already went out. If this is meant as a reminder, say so in the text.")
    agreement = "finished-posts"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding, about the heaviest resemblance."""
        texts = {words for text in _texts(draft) if (words := _words(text))}
        found = [
            (tier, message, days, earlier)
            for earlier, days in _remembered(draft)
            if (judged := _heaviest(texts, _words(earlier), days))
            for tier, message in [judged]
        ]
        found.sort(key=lambda each: (each[0] is not Tier.STOP, each[2]))
        for tier, message, days, earlier in found[:1]:
            yield Finding(self.key, tier, message, {"days": days, "earlier": _shown(earlier)})


def _texts(draft: Draft) -> list[str]:
    return [draft.text, *(target.text for target in draft.targets)]


def _remembered(draft: Draft) -> Iterator[tuple[str, int]]:
    """Earlier texts with the whole days between them and this one; two days where no time is known."""
    moment = _moment(draft)
    for text, when in draft.recent:
        apart = abs(moment - when) if moment else 2 * _AT_ONCE
        if apart <= _REMEMBERED:
            yield text, apart // _AT_ONCE


def _moment(draft: Draft) -> datetime | None:
    """When it goes out: at its due time, or now where that has passed."""
    times = [time for time in (draft.due_at, draft.now) if time]
    return max(times, default=None)


def _heaviest(texts: set[tuple[str, ...]], earlier: tuple[str, ...], days: int) -> tuple[Tier, str] | None:
    if earlier in texts:
        if days == 0:
            return Tier.STOP, _("Exactly this text went out less than a day ago: “%(earlier)s”.")
        return Tier.LOOK, _("Exactly this text went out before (days ago: %(days)s): “%(earlier)s”.")
    if any(_nearly(text, earlier) for text in texts):
        return Tier.LOOK, _("Nearly this text went out before (days ago: %(days)s): “%(earlier)s”.")
    return None


def _nearly(text: tuple[str, ...], earlier: tuple[str, ...]) -> bool:
    """Alike but for a few words. Another number makes another message: "nog 3 dagen" is not "nog 2 dagen"."""
    if min(len(text), len(earlier)) < _FEWEST_WORDS or _numbers(text) != _numbers(earlier):
        return False
    matcher = SequenceMatcher(None, text[:_MOST_WORDS], earlier[:_MOST_WORDS], autojunk=False)
    return matcher.real_quick_ratio() >= _NEARLY and matcher.quick_ratio() >= _NEARLY and matcher.ratio() >= _NEARLY


def _words(text: str) -> tuple[str, ...]:
    """The text as a reader takes it: without capitals, signs, layout and ways of writing the same letter."""
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _numbers(words: tuple[str, ...]) -> list[str]:
    return sorted(word for word in words if any(sign.isdigit() for sign in word))


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
