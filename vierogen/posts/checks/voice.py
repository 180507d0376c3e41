"""Does this read like the channel's own earlier posts, or like somebody's private account?

Everything is measured by the channel's history alone: how ordinary its groups of three signs are there (character
n-grams), and whether it shows habits of private accounts that are rare there, such as "ik", a kiss, or no capital.
Each earlier post is judged by all others first; this one has to stand out more than those do. Unusual words alone
are not enough, since a new subject brings them.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log
from statistics import fmean, pstdev

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import LONGEST, own_words

# With fewer posts chance decides. A channel that posts every working day has these in four weeks.
FEWEST = 20
# What a text of a word or two looks like says nothing.
_FEWEST_WORDS = 3
_SIZE = 3
_MOST_SIGNS = 400
# So many of the newest are judged by all others, to know how far apart they are.
_JUDGED = 60
# Never-seen groups count as a tenth of one, among as many as Dutch and English have about.
_UNSEEN = 0.1
_POSSIBLE = 20_000
# Standard deviations that unusual words count for at most, and how far a text has to stand out at least.
_MOST_UNUSUAL = 2.5
_FAR = 3.0
_HABITS = 0.8
_I = r"(?<!\w)(?:ik|'k|m'n|mn|mij|me|i|i'm|my|i've|mijn(?! (?-i:[A-Z])))(?!\w)"
_LAUGH = r"[😂😍😘🥰🤣😎🍻🍺🍷🥂😴❤😜🥴🙈😭😅]|haha|hihi|(?<!\w)(?:lol|omg|lmao|xx+|doei+|doeg|xoxo|dankje|thx)(?!\w)"
_CHATTY = (
    r"(?<!\w)(?:zeg|hoor|joh|ff|effe|lekker|echt|zo'n|gister|nou|pf+f?|pfoe|net|eindelijk|(?:kan"
    r"|heeft) iemand|iemand (?:zin|nog|een)|wat een"
    r"|tho|so|bro|just|omg|gonna|wanna)(?!\w)"
)
_HOME = (
    r"(?<!\w)(?:schat|lieverd|mams?|paps?|mum|mom|dad|bro|zusje|broer|vriendin|babe|kat|puppy|bier\w*"
    r"|wijn\w*|beers?|wine|pizza|netflix"
    r"|op de bank|in bed|couch|sofa|oppas\w*|terrasje|terrace|kroeg|pub|hangover|kater|sportschool|gym)(?!\w)"
)
# Habits of private accounts, and how much one that never occurs in the history weighs beside the others.
_MARKS = tuple(
    (re.compile(pattern, flags), weight)
    for pattern, flags, weight in (
        (_I, re.IGNORECASE, 1.0),
        (_LAUGH, re.IGNORECASE, 1.0),
        (r"^\W*[a-z]", 0, 0.7),
        (_CHATTY, re.IGNORECASE, 0.4),
        (r"([^\W\d])\1{2,}|[!?]{2,}|\.{3}", 0, 0.5),
        (r"[\w,]\s*$", 0, 0.5),
        (_HOME, re.IGNORECASE, 1.0),
    )
)


@dataclass(frozen=True)
class _Profile:
    """How a channel writes: how often each group of signs, the usual surprise and its spread, and rare habits.

    ``habits`` holds per mark in how many posts it occurs; ``far`` is how far a text has to stand out.
    """

    groups: Counter[str]
    size: int
    posts: int
    usual: float
    spread: float
    habits: tuple[int, ...]
    far: float = 0.0

    def stands_out(self, text: str, marks: tuple[bool, ...], *, without: Counter[str] | None = None) -> float:
        """How far a text is from the others; ``without`` are its own groups, where it is one of them itself."""
        own = without if without is not None else Counter[str]()
        surprise = _surprise(without or _groups(text), self.groups, self.size, without=own)
        unusual = min(_MOST_UNUSUAL, max(0.0, (surprise - self.usual) / self.spread))
        mine = 0 if without is None else 1
        rare = (
            weight * max(0.0, -log((count - mine + 0.5) / (self.posts + 0.5)) - 1)
            for (_pattern, weight), count, present in zip(_MARKS, self.habits, marks, strict=True)
            if present
        )
        return unusual + _HABITS * sum(rare)


class Voice(Check):
    """Looks at: a text that reads more like a private account than like this channel's own earlier posts.

    Silent while the channel has fewer than 20 earlier posts.
    """

    key = "voice"
    title = _("Sounds like another account")
    why = _("A phone holds private and official accounts side by side. One wrong tap, and it is public.")
    todo = _("Look at the account above once more. If it is the right one, all is well.")
    agreement = "right-account"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding per channel with another voice."""
        for target in draft.targets:
            if len(target.history) >= FEWEST and not target.is_textless and _is_foreign(target.text, target.history):
                message = _("This does not sound like what %(channel)s posted before.")
                yield Finding(self.key, Tier.LOOK, message, {"channel": target.channel}, target.channel)


def _is_foreign(text: str, history: tuple[str, ...]) -> bool:
    if len(text.split()) < _FEWEST_WORDS:
        return False
    profile = _profile(history)
    return profile.stands_out(text, _marks(text)) > profile.far


@lru_cache(maxsize=64)
def _profile(history: tuple[str, ...]) -> _Profile:
    """What the channel's voice is; made anew when its history changes."""
    each = [_groups(text) for text in history]
    marks = [_marks(text) for text in history]
    groups: Counter[str] = Counter()
    for own in each:
        groups.update(own)
    size = groups.total()
    surprises = [_surprise(own, groups, size, without=own) for own in each[:_JUDGED]]
    habits = tuple(sum(column) for column in zip(*marks, strict=True))
    # A history of one sentence over and over has no spread.
    spread = max(pstdev(surprises), 0.05)
    profile = _Profile(groups, size, len(history), fmean(surprises), spread, habits)
    newest = list(zip(history, marks, each, strict=True))[:_JUDGED]
    apart = [profile.stands_out(text, shown, without=own) for text, shown, own in newest]
    # The second farthest: one stray in a history must not hide the next.
    far = max(_FAR, sorted(apart)[-2], fmean(apart) + 2 * pstdev(apart))
    return replace(profile, far=far)


def _groups(text: str) -> Counter[str]:
    line = f" {' '.join(text[:_MOST_SIGNS].lower().split())} "
    return Counter(line[at : at + _SIZE] for at in range(len(line) - _SIZE + 1))


def _surprise(mine: Counter[str], groups: Counter[str], size: int, *, without: Counter[str]) -> float:
    """Mean surprise in nats per group of signs."""
    total = log(size - without.total() + _UNSEEN * _POSSIBLE)
    seen = sum(count * log(groups[group] - without[group] + _UNSEEN) for group, count in mine.items())
    return total - seen / max(1, mine.total())


def _marks(text: str) -> tuple[bool, ...]:
    """Which habits of private accounts the text shows."""
    own = own_words(text[:LONGEST]).strip()
    return tuple(bool(pattern.search(own)) for pattern, _weight in _MARKS)
