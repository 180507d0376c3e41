"""What is wrong with a query, in the reader's language and with its place in the text."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from vierogen.matching.errors import QueryError

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
