"""The ways in which a message can fulfil a query: for each, the parts that must be there together.

``(brand OR rook) school -oefening`` has two: brand and school, rook and school. What says nothing more beside another
part is left out: ``~yilm`` beside ``"fatima yilmaz"``.
"""

from collections.abc import Iterable, Mapping
from itertools import chain, product

from vierogen.matching.leaves import leaf
from vierogen.matching.tokens import Token, tokens

Way = tuple[Token, ...]
# Parts of all ways together: more take too long while somebody types.
MOST = 5_000


class _TooManyError(Exception):
    """There are more ways than anybody looks at."""


def ways(query: str) -> list[Way] | None:
    """The ways of a query that can be read; None where there are too many to look at."""
    try:
        found = _Reader(tokens(query)).some(is_not=False)
    except _TooManyError:
        return None
    patterns = {token: leaf(token).patterns for token in dict.fromkeys(chain.from_iterable(found))}
    return [_telling(way, patterns) for way in found]


class _Reader:
    """Reads as the parser does, which accepted the text before; what must not be there gives no parts."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens, self._next = found, 0

    def some(self, *, is_not: bool) -> list[Way]:
        """What stands between brackets. The opposite of a choice is that none of it is there."""
        found = [self._every(is_not=is_not)]
        while _is(self._tokens[self._next], "OR"):
            self._next += 1
            found.append(self._every(is_not=is_not))
        return _together(found) if is_not else _one_of(found)

    def _every(self, *, is_not: bool) -> list[Way]:
        found, opposite = list[list[Way]](), is_not
        while (token := self._tokens[self._next]).kind not in {"close", "end"} and not _is(token, "OR"):
            self._next += 1
            if token.kind == "minus" or _is(token, "NOT"):
                opposite = not opposite
            elif token.kind == "open":
                found.append(self.some(is_not=opposite))
                self._next += 1
                opposite = is_not
            elif token.kind not in {"near", "operator"}:
                found.append([() if opposite else (token,)])
                opposite = is_not
        return _one_of(found) if is_not else _together(found)


def _is(token: Token, operator: str) -> bool:
    return token.kind == "operator" and token.text == operator


def _one_of(choices: Iterable[list[Way]]) -> list[Way]:
    return _bounded(way for choice in choices for way in choice)


def _together(parts: Iterable[list[Way]]) -> list[Way]:
    found: list[Way] = [()]
    for part in parts:
        found = _bounded((*one, *other) for one, other in product(found, part))
    return found


def _bounded(found: Iterable[Way]) -> list[Way]:
    kept, number = dict[Way, None](), 0
    for way in found:
        number += 0 if way in kept else len(way) + 1
        if number > MOST:
            raise _TooManyError
        kept[way] = None
    return list(kept)


def _telling(way: Way, patterns: Mapping[Token, tuple[str, ...]]) -> Way:
    """Without what lies within another part, as the matcher reads them."""
    kept, text = set[Token](), "|"
    for token in sorted(way, key=lambda each: -len(patterns[each][0])):
        if not any(pattern in text for pattern in patterns[token]):
            kept.add(token)
            text += f"{patterns[token][0]}|"
    return tuple(token for token in way if token in kept)
