"""From the text of a query to its tree. The grammar stands in docs/reference/query-language.md."""

import re

from vierogen.core.words import gettext_noop as _
from vierogen.matching.breadth import LEAST_BEGINNING, LEAST_INSIDE, is_too_wide, is_wide
from vierogen.matching.errors import QueryError
from vierogen.matching.leaves import leaf
from vierogen.matching.tokens import RESERVED, Token, tokens
from vierogen.matching.tree import Exact, Near, Node, Query, Term, every, negated, some

MOST_DEEP, MOST_APART = 20, 50
# By far the most alerts are a name: those need no parser.
_NAME = re.compile(r'"[A-Za-z0-9]{2,}(?: [A-Za-z0-9]+)+"|[A-Za-z0-9]{2,}')
_STARTS = {"open", "minus", "filter", "quoted", "word"}
# Begins what is no word of the text: a tag, a name, a filter.
_NO_WORD = re.compile(r" [#@A-Z]")


def parse(text: str) -> Query:
    """The query in this text. Raises QueryError, and nothing else, for what cannot be read or finds too much."""
    if _NAME.fullmatch(text) and text not in RESERVED:
        pattern = " " + text.strip('"').lower() + " "
        if not is_wide(pattern):
            return Query(text, (Term((pattern,)),))
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._next = 0
        self._deep = 0
        self._leaves: list[tuple[Token, Term | Exact]] = []

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _is(self, operator: str) -> bool:
        return self._token.kind == "operator" and self._token.text == operator

    def query(self) -> Query:
        """The whole of it: clauses with OR between them."""
        if self._token.kind == "end":
            raise QueryError(_("There is nothing to search for yet."), at=0, proposal=_("Write a word or a name."))
        clauses, spans = [], []
        while True:
            start = self._token.at
            clauses.append(self._every())
            spans.append((start, self._tokens[self._next - 1].end))
            if not self._is("OR"):
                break
            self._take()
        if self._token.kind != "end":
            raise self._unexpected()
        for clause, span in zip(clauses, spans, strict=True):
            self._refuse_wide(clause, span, alone=len(clauses) == 1)
        return Query(self._text, tuple(clauses), tuple(spans))

    def _some(self) -> Node:
        nodes = [self._every()]
        while self._is("OR"):
            self._take()
            nodes.append(self._every())
        return some(nodes)

    def _every(self) -> Node:
        nodes = [self._near()]
        while self._is("AND") or self._is("NOT") or self._token.kind in _STARTS:
            if self._is("AND"):
                self._take()
            nodes.append(self._near())
        return every(nodes)

    def _near(self) -> Node:
        start = self._token
        left = self._maybe_not()
        found = []
        while self._token.kind == "near":
            within = _within(self._take())
            after = self._token
            right = self._maybe_not()
            found.append(Near(_side(left, start), _side(right, after), within))
            left, start = right, after
        return every(found) if found else left

    def _maybe_not(self) -> Node:
        opposite = False
        while self._is("NOT") or self._token.kind == "minus":
            opposite = not opposite
            self._take()
        node = self._one()
        return negated(node) if opposite else node

    def _one(self) -> Node:
        if self._token.kind not in _STARTS:
            raise self._unexpected()
        token = self._take()
        if token.kind == "open":
            return self._bracketed(token)
        node = leaf(token)
        self._leaves.append((token, node))
        return node

    def _bracketed(self, opening: Token) -> Node:
        self._deep += 1
        if self._deep > MOST_DEEP:
            raise QueryError(
                _("There are more than {most} brackets within each other."),
                at=opening.at,
                proposal=_("Make two alerts of it."),
                most=MOST_DEEP,
            )
        node = self._some()
        if self._token.kind == "end":
            raise QueryError(
                _("The bracket that opens here is not closed."),
                at=opening.at,
                proposal=_("Put a closing bracket where this part ends."),
            )
        if self._token.kind != "close":
            raise self._unexpected()
        self._take()
        self._deep -= 1
        return node

    def _unexpected(self) -> QueryError:
        token = self._token
        if token.kind == "close" and not self._deep:
            return QueryError(
                _("This closing bracket has no opening one before it."), at=token.at, proposal=_("Leave it out.")
            )
        if token.kind == "end":
            return QueryError(
                _("After the last word something is missing."),
                at=token.at,
                proposal=_("Write what it is, or leave out what stands last."),
            )
        is_word = any(map(str.isalnum, token.text))
        literally = _("To search for the word “{part}” itself, put it between quotation marks.")
        return QueryError(
            _("Before “{part}” a word is missing."),
            at=token.at,
            proposal=literally if is_word else _("Write a word there, or leave out the brackets."),
            part=token.text,
        )

    def _refuse_wide(self, clause: Node, span: tuple[int, int], *, alone: bool) -> None:
        if not is_too_wide(clause):
            return
        start, end = span
        for token, node in self._leaves:
            if start <= token.at < end and not _is_filter(node) and is_too_wide(node):
                raise _too_wide(token, node.patterns[0])
        part = self._text[start:end]
        raise QueryError(
            _("“{part}” says nothing that must be in a message: nearly every message would be a hit."),
            at=start,
            proposal=_("Add a word that must be in it, for example: {example}"),
            part=part,
            example=f"{'' if alone else '('}belastingdienst {part}{'' if alone else ')'}",
        )


def _is_filter(node: Node) -> bool:
    return isinstance(node, Term) and node.patterns[0][1:2].isupper()


def _too_wide(token: Token, pattern: str) -> QueryError:
    if not pattern.startswith(" "):
        return QueryError(
            _("“{part}” is too short to search inside words: nearly every message would be a hit."),
            at=token.at,
            proposal=_("Write at least {least} letters after the “~”."),
            part=token.text,
            least=LEAST_INSIDE,
        )
    if not pattern.endswith(" ") and len(pattern.rsplit(maxsplit=1)[-1]) >= LEAST_BEGINNING:
        return QueryError(
            _("“{part}” also finds words that nearly every message has."),
            at=token.at,
            proposal=_(
                "Write more letters before the star, or add a word that must be there too, for example: {example}"
            ),
            part=token.text,
            example=f"{token.text} belastingdienst",
        )
    if not pattern.endswith(" "):
        return QueryError(
            _("“{part}” is too short a beginning: nearly every message would be a hit."),
            at=token.at,
            proposal=_("Write at least {least} letters before the star."),
            part=token.text,
            least=LEAST_BEGINNING,
        )
    return QueryError(
        _("“{part}” is in nearly every message."),
        at=token.at,
        proposal=_("Add a word that must be there too, for example: {example}"),
        # Of “C++” the letter is what counts.
        part=pattern.strip(),
        example=f"{token.text} belastingdienst",
    )


def _within(token: Token) -> int:
    number = token.text.removeprefix("NEAR").removeprefix("/")
    if number.isascii() and number.isdigit() and len(number) < 4 and 1 <= int(number) <= MOST_APART:
        return int(number)
    raise QueryError(
        _("After NEAR comes how many words apart they may be, from 1 to {most}."),
        at=token.at,
        proposal=_("For example: {example}"),
        most=MOST_APART,
        example="brand NEAR/5 school",
    )


def _side(node: Node, token: Token) -> tuple[str, ...]:
    """The patterns on one side of NEAR: words, or a choice of words in brackets."""
    patterns = node.patterns if isinstance(node, Term) else ()
    if not patterns or any(map(_NO_WORD.match, patterns)):
        raise QueryError(
            _("On both sides of NEAR only words and phrases can stand, or a choice of them in brackets."),
            at=token.at,
            proposal=_("For example: {example}"),
            example="(brand OR rook) NEAR/5 school",
        )
    return patterns
