"""From a form to a query, and back: for people who want no language.

``all_words`` must all be there, ``phrase`` word by word, one of ``any_words``, none of ``none_words``; ``language`` and
``network`` are values of filters. Words and phrases between quotation marks count as one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vierogen.matching.errors import QueryError
from vierogen.matching.parsing import parse
from vierogen.matching.tokens import RESERVED, Token, tokens

_PIECE = re.compile(r'[“”„"]([^“”„"]*)[“”„"]?|([^\s,;“”„"]+)')
# What is a word of a query as it stands: also a tag, a name, a beginning.
_PLAIN = re.compile(r"[#@]?[^\W_][\w'’.@-]*\*?|~\w+")


@dataclass(frozen=True)
class Parts:
    """The boxes of the form."""

    all_words: str = ""
    phrase: str = ""
    any_words: str = ""
    none_words: str = ""
    language: str = ""
    network: str = ""

    def __bool__(self) -> bool:
        return any((self.all_words, self.phrase, self.any_words, self.none_words, self.language, self.network))


def compose(parts: Parts) -> str:
    """The query; whether it can be saved is for ``parse`` to say."""
    every, some, none = (_pieces(words) for words in (parts.all_words, parts.any_words, parts.none_words))
    phrase = " ".join(parts.phrase.translate(dict.fromkeys(map(ord, '"“”„'), " ")).split())
    terms = [*every, *([f'"{phrase}"'] if any(map(str.isalnum, phrase)) else [])]
    rest = [*(f"-{piece}" for piece in none)]
    rest += [f"lang:{parts.language}"] if parts.language else []
    rest += [f"network:{parts.network}"] if parts.network else []
    either = " OR ".join(some)
    if len(some) > 1 and (terms or rest):
        either = f"({either})"
    return " ".join([*terms, *([either] if either else []), *rest])


def _pieces(words: str) -> list[str]:
    found = (match[1] if match[2] is None else match[2] for match in _PIECE.finditer(words))
    pieces = (" ".join(piece.split()) for piece in found)
    return [_quoted(piece) for piece in pieces if any(map(str.isalnum, piece))]


def _quoted(piece: str) -> str:
    is_plain = _PLAIN.fullmatch(piece) and piece not in RESERVED
    return piece if is_plain else f'"{piece}"'


def decompose(query: str) -> Parts | None:
    """The boxes that write this query; None where it says what the form cannot."""
    try:
        parse(query)
        found = tokens(query)[:-1]
    except QueryError:
        return None
    parts = _sorted(found)
    return parts if parts is not None and _same(compose(parts), query) else None


def _same(one: str, other: str) -> bool:
    """The same parts, in whatever order those of equal standing are."""
    return sorted(token.text for token in tokens(one)) == sorted(token.text for token in tokens(other))


def _sorted(found: list[Token]) -> Parts | None:
    every: list[str] = []
    none: list[str] = []
    filters: dict[str, str] = {}
    some, rest = _choice(found)
    is_not = False
    for token in rest:
        if token.kind == "filter" and not is_not:
            name, _colon, value = token.text.partition(":")
            filters[name] = value
        elif token.kind in {"word", "quoted"}:
            (none if is_not else every).append(token.text)
        elif token.kind != "minus":
            return None
        is_not = token.kind == "minus"
    phrases = [text for text in every if text[0] == '"']
    phrase = phrases[-1] if phrases else ""
    if filters.keys() - {"lang", "network"}:
        return None
    return Parts(
        all_words=" ".join(text for text in every if text != phrase),
        phrase=phrase.strip('"'),
        any_words=" ".join(some),
        none_words=" ".join(none),
        language=filters.get("lang", ""),
        network=filters.get("network", ""),
    )


def _choice(found: list[Token]) -> tuple[list[str], list[Token]]:
    """The words with OR between, in brackets or alone, and what remains; no words where there is no one choice."""
    kinds = [token.kind for token in found]
    if "open" in kinds and "close" in kinds and kinds.count("open") == 1:
        start, end = kinds.index("open"), kinds.index("close")
        inside, rest = found[start + 1 : end], found[:start] + found[end + 1 :]
        is_negated = start > 0 and kinds[start - 1] == "minus"
    else:
        inside, rest, is_negated = found, [], False
    if len(inside) > 1 and not is_negated and _is_choice(inside):
        return [token.text for token in inside[::2]], rest
    return [], found


def _is_choice(inside: list[Token]) -> bool:
    words, between = inside[::2], inside[1::2]
    is_words = all(token.kind in {"word", "quoted"} for token in words)
    return len(inside) % 2 == 1 and is_words and _texts(between) == {"OR"}


def _texts(found: Iterable[Token]) -> set[str]:
    return {token.text for token in found}
