"""From the text of an alert to the query that is held against what comes in."""

import re

from vierogen.matching.errors import QueryError
from vierogen.matching.parsing import parse
from vierogen.matching.tokens import MOST_LETTERS, tokens
from vierogen.matching.tree import Query

# Shorter ones are inside nearly every text (matching.breadth).
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")


def compiled(text: str, *, inside_words: bool) -> Query:
    """The query of an alert; with ``inside_words`` its words of four letters and more are also found within words.

    What must not be there, phrases and what stands beside NEAR stay whole words. Clauses are worded as written.
    Raises ``QueryError``.
    """
    if len(text) > MOST_LETTERS:  # a single word is read without being cut into parts, which looks at its length
        tokens(text)
    query = parse(text)
    if not inside_words:
        return query
    try:
        tilded = _with_tildes(text)
        wider = parse(tilded)
    except QueryError:  # what may stand on its own may not always stand inside words
        return query
    spans = query.spans or ((0, len(text)),)
    return Query(text, wider.clauses, spans, again=tilded)


def _with_tildes(text: str) -> str:
    found = tokens(text)
    places = []
    for before, token, after in zip([None, *found], found, [*found[1:], None], strict=False):
        beside = {each.kind for each in (before, after) if each}
        is_not = before is not None and (before.kind == "minus" or before.text == "NOT")
        if token.kind == "word" and _LONG_WORD.fullmatch(token.text) and not is_not and "near" not in beside:
            places.append(token.at)
    for place in reversed(places):
        text = f"{text[:place]}~{text[place:]}"
    return text
