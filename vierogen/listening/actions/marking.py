"""Useful or not useful: members judge hits, and that tunes the order of others. It hides nothing, and can be undone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.listening.likeness import Told
from vierogen.listening.models import Hit
from vierogen.listening.states import Mark
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right

# What was judged longer ago, or before so many others, says nothing any more.
LATELY, MOST = timedelta(days=180), 500
# A word says something about a hit from three judgements on; short words never do.
_JUDGEMENTS, _SHORTEST = 3, 4
# So much lower, on a scale of about -1 to 1, is told on the page.
TOLD_FROM = -0.3


@transaction.atomic
def mark(hit: Hit, as_: str, *, by: Member) -> None:
    """A hit is useful or not; ``Mark.NONE`` takes that back. Raises ``PermissionDenied``, ``ValidationError``."""
    insist(by, Right.LISTEN, organisation_id=hit.organisation_id)
    if as_ not in Mark.values:
        raise ValidationError(_("Choose useful or not useful."))
    hit.mark = as_
    hit.marked_by, hit.marked_at = (by, timezone.now()) if as_ else (None, None)
    hit.save(update_fields=["mark", "marked_by", "marked_at"])


@dataclass
class _Tally:
    """How often something was judged useful, and how often not."""

    useful: int = 0
    not_useful: int = 0

    def add(self, mark: str) -> None:
        """Count one judgement."""
        self.useful += mark == Mark.USEFUL
        self.not_useful += mark == Mark.NOT_USEFUL

    def weight(self) -> float:
        """From -1 to 1; two imagined judgements of each kind keep the first from deciding."""
        return (self.useful - self.not_useful) / (self.useful + self.not_useful + 4)

    @property
    def says_something(self) -> bool:
        """Were there enough?"""
        return self.useful + self.not_useful >= _JUDGEMENTS


@dataclass(frozen=True)
class Leaning:
    """Why a hit is shown lower or higher: ``weight`` from -1 to 1, and what its author, source or words have to do
    with it. ``why`` is a sentence in the reader's language, "" where there is nothing to tell."""

    weight: float = 0.0
    why: str = ""


@dataclass
class Taste:
    """What an organisation's members found of hits, by author, source and words."""

    authors: dict[str, _Tally] = field(default_factory=lambda: defaultdict(_Tally))
    sources: dict[int, _Tally] = field(default_factory=lambda: defaultdict(_Tally))
    words: dict[str, _Tally] = field(default_factory=lambda: defaultdict(_Tally))

    def learn(self, hits: Iterable[Hit]) -> None:
        """Take these judgements along."""
        for hit in hits:
            if hit.item.author:
                self.authors[hit.item.author].add(hit.mark)
            if hit.item.source_id:
                self.sources[hit.item.source_id].add(hit.mark)
            for word in telling(hit):
                self.words[word].add(hit.mark)

    def of(self, hit: Hit) -> Leaning:
        """Where this hit stands: the author weighs most, then what is said, then the source."""
        words = {word: self.words[word].weight() for word in telling(hit) if self._knows(word)}
        said = sorted(words, key=lambda word: (-abs(words[word]), word))[:5]
        by_words = sum(words[word] for word in said) / max(len(said), 3)
        by_author = self._weight(self.authors, hit.item.author)
        by_source = self._weight(self.sources, hit.item.source_id)
        weight = max(-1.0, min(1.0, by_author + by_words + by_source / 2))
        least = [word for word in said if words[word] < 0][:2]
        return Leaning(weight, _why(hit, by_author, by_source, least) if weight <= TOLD_FROM else "")

    def _knows(self, word: str) -> bool:
        return word in self.words and self.words[word].says_something

    @staticmethod
    def _weight(tallies: Mapping[Any, _Tally], key: object) -> float:
        return tallies[key].weight() if key in tallies else 0.0


def _why(hit: Hit, by_author: float, by_source: float, words: list[str]) -> str:
    """The strongest reason first; a sentence for each."""
    if by_author < 0:
        return _("Shown lower because you marked others of %(author)s as not useful.") % {"author": hit.item.writer}
    if words:
        told = ", ".join(f"“{word}”" for word in words)
        return _("Shown lower because you marked similar ones as not useful, with %(words)s.") % {"words": told}
    if by_source < 0 and hit.source:
        return _("Shown lower because you marked others of %(source)s as not useful.") % {"source": hit.source}
    return ""


def telling(hit: Hit) -> frozenset[str]:
    """The words of a hit that can say something about it, folded."""
    words = Told(hit.item.words, title=hit.item.title).words
    return frozenset(word for word in words if len(word) >= _SHORTEST)


def taste_of(organisation_id: int, *, now: datetime | None = None) -> Taste:
    """What this organisation's members judged lately. One query."""
    since = (now or timezone.now()) - LATELY
    rows = Hit.objects.filter(organisation_id=organisation_id, marked_at__gte=since).exclude(mark=Mark.NONE)
    taste = Taste()
    taste.learn(rows.select_related("item").order_by("-marked_at")[:MOST])
    return taste


def usefulness(hit: Hit, leaning: Leaning, *, now: datetime, copies: int = 0) -> float:
    """What hits are sorted by, the highest first: judgements, spam, age in days, and how much it is copied."""
    age = (now - hit.found_at) / timedelta(days=1)
    own = {Mark.USEFUL.value: 1.0, Mark.NOT_USEFUL.value: -1.0}.get(hit.mark, 0.0)
    return own + leaning.weight - hit.spam - age / 3 + min(copies, 20) / 20
