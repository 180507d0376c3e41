"""What a single part of a query asks for: a word, phrase, beginning, part of a word, tag, name or filter."""

import re
from collections.abc import Callable

from vierogen.core.words import gettext_noop as _
from vierogen.matching.breadth import LEAST_INSIDE
from vierogen.matching.errors import QueryError
from vierogen.matching.folding import opaque, readings, spaced
from vierogen.matching.posts import languages, names, sources, tags
from vierogen.matching.tokens import DUTCH, FILTERS, Token
from vierogen.matching.tree import Exact, Term

# Letters of a word or phrase, and of what is searched inside words. No longer ones are needed, and each place of a text
# ends at most so many patterns.
MOST_WORDED, MOST_INSIDE = 200, 40
CHOICES = {"has": ("image", "video", "link"), "is": ("reply",)}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]+)*", re.IGNORECASE)
_QUOTES = '"“”„'
# Words that have one reading only: most of all words.
_SIMPLE = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")


def leaf(token: Token) -> Term | Exact:
    """The leaf that this part asks for. Raises QueryError for what nothing can be searched by."""
    if token.kind == "filter":
        return _filter(token)
    text = token.text
    _refuse(token)
    if text[0] == "=":
        return _exact(token)
    if text[0] == "~":
        return Term(_inside(token))
    if text[0] == "#":
        return Term(_tag(token))
    if text[0] == "@":
        found = names(text)
        if not found:
            raise _nothing(token)
        return Term((" @" + found[0] + " ",))
    return Term(_words(token))


def _refuse(token: Token) -> None:
    """Raise QueryError for a slip of the pen, and for what is too long."""
    text = token.text
    if token.kind == "word" and text in DUTCH:
        raise QueryError(
            _("“{part}” is not understood as “{operator}”."),
            at=token.at,
            proposal=_("Write {operator} for that. To search for the word itself, put it between quotation marks."),
            part=text,
            operator=DUTCH[text],
        )
    most = MOST_INSIDE if text[0] == "~" else MOST_WORDED
    if len(text) > most:
        raise QueryError(
            _("“{part}…” is longer than {most} letters."),
            at=token.at,
            proposal=_("Take the few words of it that say most."),
            part=text[:20],
            most=most,
        )


def _nothing(token: Token) -> QueryError:
    return QueryError(
        _("“{part}” has no letters or figures to search for."),
        at=token.at,
        proposal=_("Leave it out, or write a word instead."),
        part=token.text,
    )


def _without_star(token: Token, text: str) -> tuple[str, bool]:
    """The text without the star at its end, and whether it had one; a star elsewhere is an error."""
    bare = text.removesuffix("*")
    if "*" in bare:
        piece = max(text.strip("~=*").split("*"), key=len)
        raise QueryError(
            _("A star can only stand at the end of a word."),
            at=token.at + token.text.index("*"),
            proposal=_("To search inside words, write ~ before the word: {example}"),
            example=f"~{piece if len(piece) >= LEAST_INSIDE else 'dienst'}",
        )
    return bare, bare != text


def _spellings(token: Token, text: str) -> tuple[str, ...]:
    if _SIMPLE.fullmatch(text):
        return (" " + text.lower() + " ",)
    found = tuple(each for each in readings(text) if each != " ")
    if not found:
        raise _nothing(token)
    return found


def _words(token: Token) -> tuple[str, ...]:
    bare, is_beginning = _without_star(token, token.text.strip(_QUOTES))
    found = _spellings(token, bare)
    return tuple(each[:-1] for each in found) if is_beginning else found


def _exact(token: Token) -> Exact:
    bare, has_star = _without_star(token, token.text[1:].strip(_QUOTES))
    if has_star:
        raise QueryError(
            _("A star and “=” do not go together."),
            at=token.at + token.text.index("*"),
            proposal=_("Leave out one of the two."),
        )
    found, words = _spellings(token, bare), spaced(bare)
    if words.isspace():
        raise _nothing(token)
    return Exact(found, words)


def _inside(token: Token) -> tuple[str, ...]:
    bare, _has_star = _without_star(token, token.text[1:].strip(_QUOTES))
    found = tuple(each.strip() for each in _spellings(token, bare) if each.count(" ") == 2)
    if not found:
        raise QueryError(
            _("“~” searches inside words, and takes one word."),
            at=token.at,
            proposal=_("Leave out the “~” to search for these words as a phrase."),
        )
    return found


def _tag(token: Token) -> tuple[str, ...]:
    bare, is_beginning = _without_star(token, token.text[1:])
    found = tuple(each for each in tags(bare) if each != "#")
    if not found:
        raise _nothing(token)
    return tuple(" " + each + ("" if is_beginning else " ") for each in found)


def _filter(token: Token) -> Term:
    name, _colon, value = token.text.partition(":")
    name, value = name.casefold(), value.strip(_QUOTES).strip()
    if name not in FILTERS:
        raise QueryError(
            _("There is no filter “{name}:”. These exist: {known}."),
            at=token.at,
            proposal=_("To search for the words themselves, put them between quotation marks."),
            name=name,
            known=", ".join(f"{each}:" for each in FILTERS),
        )
    _check_value(token, name, value)
    found = _VALUES.get(name, _itself)(value)
    if not found:
        raise _nothing(token)
    return Term((" " + name.upper() + ":" + found[0] + " ",))


def _check_value(token: Token, name: str, value: str) -> None:
    at = token.at + len(name) + 1
    if not value:
        raise QueryError(
            _("After “{name}:” something has to follow, without a space between."),
            at=at,
            proposal=_("For example: {example}"),
            name=name,
            example={"lang": "lang:nl", "from": "from:nos", "source": "source:nos.nl"}.get(name, f"{name}:…"),
        )
    if name in CHOICES and value.casefold() not in CHOICES[name]:
        raise QueryError(
            _("“{name}:” knows these words only: {known}."),
            at=at,
            proposal=_("For example: {example}"),
            name=name,
            known=", ".join(CHOICES[name]),
            example=f"{name}:{CHOICES[name][0]}",
        )
    if name == "lang" and not _LANGUAGE.fullmatch(value):
        raise QueryError(
            _("“lang:” takes the short code of a language."),
            at=at,
            proposal=_("For example: {example}"),
            example="lang:nl",
        )


def _itself(value: str) -> tuple[str, ...]:
    return (opaque(value),)


_VALUES: dict[str, Callable[[str], tuple[str, ...]]] = {"lang": languages, "from": names, "source": sources}
