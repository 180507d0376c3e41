"""A query cut into its parts: brackets, operators, words."""

import re
from typing import NamedTuple

from vierogen.core.words import gettext_noop as _
from vierogen.matching.errors import QueryError

_QUOTE, _PLAIN = '"“”„', r"[^\s()\"“”„]"
FILTERS = ("lang", "source", "network", "from", "has", "is")
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<open>\()
    | (?P<close>\))
    | (?P<operator>AND|OR|NOT)(?!{_PLAIN})
    | (?P<near>NEAR(?:/{_PLAIN}*)?)(?!{_PLAIN})
    | (?P<minus>-)(?=[^\s)-])
    # "let op: brand" has no filter.
    | (?P<filter>(?:(?i:{"|".join(FILTERS)}):|[A-Za-z]+:(?={_PLAIN}|[{_QUOTE}]))
        (?!//)(?:[{_QUOTE}][^{_QUOTE}]*[{_QUOTE}]|{_PLAIN}*))
    | (?P<quoted>[=~]?[{_QUOTE}][^{_QUOTE}]*[{_QUOTE}])
    | (?P<unclosed>[=~]?[{_QUOTE}])
    | (?P<word>{_PLAIN}+)
    | (?P<end>$)
    )""",
    re.VERBOSE,
)
MOST_LETTERS = 4_000
# What a Dutch hand writes; in capitals nobody means the word, and as an operator it would surprise "BANK OF AMERICA".
DUTCH = {"EN": "AND", "OF": "OR", "NIET": "NOT"}
RESERVED = frozenset({"AND", "OR", "NOT", "NEAR", *DUTCH})


class Token(NamedTuple):
    """A part of the query: its kind, itself, and where it stands."""

    kind: str
    text: str
    at: int
    end: int


def tokens(query: str) -> list[Token]:
    """The parts, with one of the kind "end" after the last. Raises QueryError for a quote that is not closed."""
    if len(query) > MOST_LETTERS:
        raise QueryError(
            _("This question is longer than {most} characters."),
            at=MOST_LETTERS,
            proposal=_("Make two alerts of it."),
            most=MOST_LETTERS,
        )
    found = []
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup or "end"
        found.append(Token(kind, match[kind], match.start(kind), match.end()))
        if kind == "unclosed":
            raise QueryError(
                _("The quotation mark that opens here is not closed."),
                at=match.end() - 1,
                proposal=_("Put a quotation mark after the last word of the phrase."),
            )
        if kind == "end":
            break
    return found
