"""What is wrong with a query, or may not be meant, in the reader's language and with its place in the text."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from vierogen.matching.errors import QueryError
from vierogen.matching.tokens import tokens

# Signs around the place that are shown.
AROUND = 40


@dataclass(frozen=True)
class Told:
    """A sentence, what to do, and the query with the place: ``before``, ``here`` (one sign, or a gap), ``after``."""

    sentence: str
    proposal: str
    before: str
    here: str
    after: str
    number: int

    @property
    def whole(self) -> str:
        """Sentence and proposal, for where only words fit."""
        return " ".join(part for part in (self.sentence, self.proposal) if part)


# What people write in small letters where they mean an operator.
_MEANT = {"of": "OR", "or": "OR", "en": "AND", "and": "AND", "niet": "NOT", "not": "NOT"}
_PARTS = {"word", "quoted", "filter"}


def doubt(query: str) -> tuple[str, str] | None:
    """A word of a query that can be read which may have been meant as an operator, and that operator; the first one."""
    found = tokens(query)
    for before, token, after in zip(found, found[1:], found[2:], strict=False):
        meant = _MEANT.get(token.text) if token.kind == "word" else None
        if meant and before.kind in {*_PARTS, "close"} and after.kind in {*_PARTS, "open"}:
            return token.text, meant
    return None


def told(error: QueryError, query: str) -> Told:
    """What ``error`` says of ``query``; ``number`` is the place of the character, from 1 as people count."""
    at = min(error.at, len(query))
    before, after = query[:at], query[at + 1 :]
    return Told(
        sentence=_(error.sentence).format(**error.values),
        proposal=_(error.proposal).format(**error.values) if error.proposal else "",
        before=before if len(before) <= AROUND else "…" + before[-AROUND:],
        here=query[at : at + 1],
        after=after if len(after) <= AROUND else after[:AROUND] + "…",
        number=at + 1,
    )
