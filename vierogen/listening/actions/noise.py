"""Noise: what could be left out of an alert, learnt from what members marked and from spam. Only a member decides."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.listening.actions import alerting
from vierogen.listening.actions.previewing import as_post
from vierogen.listening.likeness import Told
from vierogen.listening.models import Alert, Hit
from vierogen.listening.models.alerts import LONGEST_QUERY
from vierogen.listening.spam import SPAM
from vierogen.listening.states import About, Mark
from vierogen.matching.errors import QueryError
from vierogen.matching.folding import fold
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post
from vierogen.people.models import Member

LATELY = timedelta(days=30)
# Hits that are looked at, the newest first.
MOST = 2_000
# It takes so many bad hits to propose anything, they are so much of what would go, and so many proposals are shown.
FEWEST, SHARE, SHOWN = 3, 0.75, 3
_SHORTEST = 4


@dataclass(frozen=True)
class Proposal:
    """Exclude ``words`` (one, or two beside each other). It would have removed ``removes`` of the last 30 days' hits,
    ``bad`` of which were marked as not useful or look like spam, and none of which were marked useful."""

    words: str
    removes: int
    bad: int
    query: str


@dataclass(frozen=True)
class _Look:
    """A hit: what is in it, and what is thought of it."""

    post: Post
    grams: frozenset[str]
    is_bad: bool
    is_useful: bool


def proposals(alert: Alert, *, now: datetime | None = None) -> list[Proposal]:
    """What could be excluded, what removes most noise first. Two queries."""
    looks = [_looked_at(hit) for hit in _lately(alert, now or timezone.now())]
    bad = [look for look in looks if look.is_bad]
    if len(bad) < FEWEST:
        return []
    found = (_proposal(alert, words, looks) for words in _candidates(alert, looks))
    best = sorted((each for each in found if each), key=lambda each: (each.bad, -each.removes), reverse=True)
    return _others(best)[:SHOWN]


def accept(alert: Alert, *, words: str, by: Member) -> Proposal:
    """Exclude these words from now on. Raises ``ValidationError`` where that is not proposed (any more), and whatever
    ``alerting.change`` refuses."""
    wanted = next((each for each in proposals(alert) if each.words == words), None)
    if wanted is None:
        raise ValidationError(_("This is not proposed any more. Look at it again."))
    wish = alerting.Wish(
        query=wanted.query,
        about=About(alert.about),
        name=alert.name,
        reason=alert.reason,
        inside_words=alert.inside_words,
        spikes=alert.spikes,
    )
    alerting.change(alert, wish, by=by, revision=alert.revision)
    return wanted


def _lately(alert: Alert, now: datetime) -> list[Hit]:
    rows = Hit.objects.filter(alert=alert).since(now - LATELY).with_source().select_related("copy_of")
    return list(rows.order_by("-found_at")[:MOST])


def _looked_at(hit: Hit) -> _Look:
    # A copy was seen with its leading hit, and is thought of in the same way.
    mark = hit.mark or (hit.copy_of.mark if hit.copy_of else "")
    is_bad = mark == Mark.NOT_USEFUL or (hit.spam >= SPAM and mark != Mark.USEFUL)
    told = Told(hit.item.words, title=hit.item.title)
    return _Look(as_post(hit), _grams(told.whole), is_bad, mark == Mark.USEFUL)


def _grams(text: str) -> frozenset[str]:
    """Words, and two that stand beside each other."""
    words = fold([text])[0].partition("|")[0].split()
    long = {word for word in words if len(word) >= _SHORTEST and not word.isdigit()}
    pairs = pairwise(words)
    return frozenset(long | {f"{one} {two}" for one, two in pairs if one in long and two in long})


def _candidates(alert: Alert, looks: Sequence[_Look]) -> list[str]:
    """What bad hits have and useful ones have not, the most telling first."""
    bad: dict[str, int] = defaultdict(int)
    other: dict[str, int] = defaultdict(int)
    useful = frozenset().union(*(look.grams for look in looks if look.is_useful))
    asked = _grams(alert.query)
    for look in looks:
        for gram in look.grams - useful - asked:
            (bad if look.is_bad else other)[gram] += 1
    fitting = [gram for gram, n in bad.items() if n >= FEWEST and n >= SHARE * (n + other[gram])]
    # A word of the query with another beside it says best what it is about; then fewer words.
    about = [(bad[gram], bool(asked & set(gram.split())), -len(gram), gram) for gram in fitting]
    return [gram for *_rank, gram in sorted(about, reverse=True)[:20]]


def _proposal(alert: Alert, words: str, looks: Sequence[_Look]) -> Proposal | None:
    """What excluding these words would really do, by the matcher's own rules; None where that is not what we want."""
    query = f'({alert.query}) -"{words}"' if " " in words else f"({alert.query}) -{words}"
    try:
        excluded = parse(f'"{words}"')
        parse(query)
    except QueryError:
        return None
    removed = [look for look in looks if excluded.first(look.post) is not None]
    bad = sum(look.is_bad for look in removed)
    is_good = bad >= FEWEST and bad >= SHARE * len(removed) and len(removed) < len(looks)
    if not is_good or len(query) > LONGEST_QUERY or any(look.is_useful for look in removed):
        return None
    return Proposal(words, len(removed), bad, query)


def _others(found: Iterable[Proposal]) -> list[Proposal]:
    """Without those that say the same as one before: that remove as many, with a word in common."""
    kept: list[Proposal] = []
    for each in found:
        same = (one for one in kept if one.removes == each.removes and set(one.words.split()) & set(each.words.split()))
        if next(same, None) is None:
            kept.append(each)
    return kept
