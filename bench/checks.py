"""Measures the checks: how much of what they look for they find, how often they cry wolf, how long they take.

python -m bench.checks [--sentences FILE] [--markdown]

At the level of a post: the kinds that were found against those that people wrote down. The naive peer is what one
writes in an afternoon: one pattern per kind, and the 11-proof.
"""

import json
import re
import resource
import sys
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.machine import facts
from vierogen.posts.check_program import Anywhere
from vierogen.posts.checks.base import Draft, Target, Tier
from vierogen.posts.checks.running import run
from vierogen.posts.names import name_finder

SETS = Path(__file__).with_name("sets")
EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "data" / "pii_sentences.json"
PERSONAL = (
    "BSN", "IBAN", "CARD", "PHONE", "EMAIL", "ADDRESS", "PLATE", "NAME", "DOB", "HEALTH", "IDDOC", "SECRET",
)  # fmt: skip
# What the text itself shows to be a number or an address of its kind.
STRUCTURED = ("BSN", "IBAN", "CARD", "PHONE", "EMAIL", "ADDRESS", "PLATE", "DOB", "IDDOC")
NOW = datetime(2026, 6, 10, 14, tzinfo=ZoneInfo("Europe/Amsterdam"))
Kinds = frozenset[str]


@dataclass(frozen=True)
class Post:
    """A text, what people wrote down about it, and when it goes out."""

    text: str
    kinds: Kinds
    at: datetime = NOW


@dataclass
class Score:
    """How a set went: per kind the hits, false alarms and misses, and what the clean posts got."""

    hits: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    clean: int = 0
    clean_stopped: int = 0
    clean_looked: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def note(self, post: Post, tiers: dict[str, set[Tier]]) -> None:
        """Count one post in; ``tiers`` are those of the findings by their kinds."""
        found = frozenset(tiers)
        self.hits.update(found & post.kinds)
        self.false.update(found - post.kinds)
        self.missed.update(post.kinds - found)
        if not post.kinds:
            weights = {tier for each in tiers.values() for tier in each}
            self.clean += 1
            self.clean_stopped += Tier.STOP in weights
            self.clean_looked += bool(weights)

    def of(self, kinds: Iterable[str]) -> str:
        """Precision / recall over ``kinds`` together, and how many there were to find."""
        wanted = tuple(kinds)
        hits, false, missed = (sum(each[kind] for kind in wanted) for each in (self.hits, self.false, self.missed))
        if not hits + missed:
            return f"– ({false} false)" if false else "–"
        precision = f"{hits / (hits + false):.2f}" if hits + false else "–"
        return f"{precision} / {hits / (hits + missed):.2f} ({hits + missed})"

    def p95(self) -> str:
        """Milliseconds below which 95 % of the posts took."""
        return f"{sorted(self.milliseconds)[int(len(self.milliseconds) * 0.95)]:.1f} ms" if self.milliseconds else "–"


Finder = Callable[[Post], dict[str, set[Tier]]]


def ours(find_names: object) -> Finder:
    """All checks of Vierogen that look at a text."""

    def found(post: Post) -> dict[str, set[Tier]]:
        draft = Draft(post.text, (Target("", Anywhere, post.text),), now=post.at, find_names=find_names)  # type: ignore[arg-type]
        tiers: dict[str, set[Tier]] = {}
        for finding in run(draft):
            # Whether the first of twenty links is one's own depends on a list that these sets do not have.
            if finding.check not in {"links", "unlisted", "mentions"}:
                tiers.setdefault(finding.kind, set()).add(finding.tier)
        return tiers

    return found


def eleven_proof(digits: str) -> bool:
    """BSN and RSIN: https://nl.wikipedia.org/wiki/Elfproef."""
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return weighed % 11 == 0


_NAIVE = {
    "IBAN": r"\b[A-Z]{2}\d{2}\s?[A-Z]{4}[\s\d]{10,14}\b",
    "CARD": r"\b(?:\d{4}[ -]?){3}\d{4}\b",
    "PHONE": r"(?:\+31|0031|\b0)[\s-]?\d(?:[\s-]?\d){8}\b",
    "EMAIL": r"[\w.+-]+@[\w-]+\.\w+",
    "ADDRESS": r"\b\d{4}\s?[A-Z]{2}\b",
    "PLATE": r"\b[A-Z0-9]{1,3}-[A-Z0-9]{2,3}-[A-Z0-9]{1,2}\b",
    "DOB": r"\b\d{1,2}-\d{1,2}-\d{4}\b",
    "NAME": r"\b(?:[Mm]evrouw|[Mm]eneer|[Dd]hr\.?|[Mm]w\.?|Mr\.?|Mrs\.?|Ms\.?) [A-Z]\w+",
    "HEALTH": r"\b(?:depressie|schuld\w*|bijstand|ggz|diagnose|depression|debts?|benefits?)\b",
    "SECRET": r"\b(?:wachtwoord|password|pincode|code|token)\b",
    "IDDOC": r"\b(?:paspoort|passport|rijbewijs|identiteitskaart)\w*\b",
}


def naive(post: Post) -> dict[str, set[Tier]]:
    """One pattern per kind."""
    found = {kind for kind, pattern in _NAIVE.items() if re.search(pattern, post.text)}
    if any(eleven_proof(digits) for digits in re.findall(r"\b\d{9}\b", post.text)):
        found.add("BSN")
    return {kind: {Tier.LOOK} for kind in found}


def measured(posts: Sequence[Post], finder: Finder) -> Score:
    """Show every post to ``finder``; the first goes in once before, so that no loading is timed."""
    score = Score()
    finder(posts[0])
    for post in posts:
        began = time.perf_counter()
        tiers = finder(post)
        score.milliseconds.append((time.perf_counter() - began) * 1000)
        score.note(post, tiers)
    return score


def read(path: Path) -> list[Post]:
    """The posts of a set: ours have ``kinds``, sets of sentences ``pii``."""
    rows = json.loads(path.read_text("utf-8"))
    return [Post(row["text"], frozenset(row.get("kinds", row.get("pii", []))), _moment(row.get("now"))) for row in rows]


def _moment(told: str | None) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=NOW.tzinfo) if told else NOW


def main(arguments: Sequence[str]) -> int:
    """Print the tables; returns 0."""
    asked = _asked(arguments)
    sets = {
        "tuned on": SETS / "tuning.json",
        "never looked at": SETS / "held_out.json",
        "never looked at, later": SETS / "unseen.json",
        "examples": asked.sentences,
    }
    posts = {name: read(path) for name, path in sets.items() if path.is_file()}
    finders = {"naive peer": naive, "without names": ours(None)}
    if with_names := name_finder():
        finders["with names"] = ours(with_names)
    scores = {name: {who: measured(each, finder) for who, finder in finders.items()} for name, each in posts.items()}
    print(f"\nChecks of texts: precision / recall (how many there were), on {facts()}.\n")
    for line in _lines(scores):
        print(line)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nMemory of the process at its most: {peak:.0f} MB.")
    return 0


def _asked(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m bench.checks", description=__doc__)
    parser.add_argument("--sentences", type=Path, default=EXAMPLES, help="JSON list of {text, pii}")
    return parser.parse_args(arguments)


def _lines(scores: dict[str, dict[str, Score]]) -> Iterator[str]:
    """A table per set: a row per kind, a column per finder."""
    for name, by_finder in scores.items():
        yield f"| {name} | " + " | ".join(by_finder) + " |"
        yield "|---" * (len(by_finder) + 1) + "|"
        others = sorted({kind for score in by_finder.values() for kind in (score.hits | score.missed | score.false)})
        groups = {kind: (kind,) for kind in [*PERSONAL, *(kind for kind in others if kind not in PERSONAL)]}
        groups = {"**personal data**": PERSONAL, "**structured**": STRUCTURED, **groups}
        for label, kinds in groups.items():
            yield f"| {label} | " + " | ".join(score.of(kinds) for score in by_finder.values()) + " |"
        for label, told in _OF_CLEAN.items():
            yield f"| {label} | " + " | ".join(told(score) for score in by_finder.values()) + " |"
        yield ""


_OF_CLEAN: dict[str, Callable[[Score], str]] = {
    "clean posts stopped": lambda score: f"{score.clean_stopped} of {score.clean}",
    "clean posts with a line": lambda score: f"{score.clean_looked} of {score.clean}",
    "time per post, p95": Score.p95,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
