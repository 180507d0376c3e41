"""A query that was read: a tree whose leaves are patterns to be found in a folded post."""

from collections.abc import Sequence
from dataclasses import dataclass

from vierogen.matching.folding import spaced
from vierogen.matching.nearness import are_near
from vierogen.matching.posts import Post, documents


class View:
    """One post while queries look at it. What few of them ask for is made when the first does."""

    __slots__ = ("_spaced", "folded", "text")

    def __init__(self, text: str, folded: str) -> None:
        self.text, self.folded = text, folded
        self._spaced = ""

    @property
    def spaced(self) -> str:
        """The words with their own case and accents."""
        if not self._spaced:
            self._spaced = spaced(self.text)
        return self._spaced


@dataclass(frozen=True, slots=True)
class Term:
    """A word, phrase, beginning, part of a word, tag, name or filter: one of its spellings is in the post."""

    patterns: tuple[str, ...]

    def holds(self, view: View) -> bool:
        """Whether it is so in this post."""
        folded = view.folded
        # A loop: making a generator takes longer than the search does.
        for pattern in self.patterns:  # noqa: SIM110
            if pattern in folded:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Exact:
    """Words with exactly this case and these accents."""

    patterns: tuple[str, ...]
    words: str

    def holds(self, view: View) -> bool:
        """Whether it is so in this post."""
        # Looking for its first word is quick; in plain text nothing else can become it.
        if view.text.isascii() and self.words.split(" ", 2)[1] not in view.text:
            return False
        return any(pattern in view.folded for pattern in self.patterns) and self.words in view.spaced


@dataclass(frozen=True, slots=True)
class Near:
    """Two of them at most so many words apart, in either order; 1 is side by side."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    within: int

    def holds(self, view: View) -> bool:
        """Whether it is so in this post."""
        folded = view.folded
        if not any(each in folded for each in self.left) or not any(each in folded for each in self.right):
            return False
        return are_near(folded, self.left, self.right, within=self.within)


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there: a leaf, for ``negated`` pushes it down to those."""

    node: "Term | Exact | Near"

    def holds(self, view: View) -> bool:
        """Whether it is so in this post."""
        return not self.node.holds(view)


@dataclass(frozen=True, slots=True)
class Every:
    """All of these."""

    nodes: "tuple[Node, ...]"

    def holds(self, view: View) -> bool:
        """Whether it is so in this post."""
        for node in self.nodes:  # noqa: SIM110
            if not node.holds(view):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these."""

    nodes: "tuple[Node, ...]"

    def holds(self, view: View) -> bool:
        """Whether it is so in this post."""
        for node in self.nodes:  # noqa: SIM110
            if node.holds(view):
                return True
        return False


Node = Term | Exact | Near | Not | Every | Some


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody asked, as clauses of which one is enough; ``spans`` says where each stands in the text."""

    text: str
    clauses: tuple[Node, ...]
    spans: tuple[tuple[int, int], ...] = ()
    # What gives these clauses when it is parsed, where ``text`` does not.
    again: str = ""

    def worded(self, clause: int) -> str:
        """That clause as it was written."""
        start, end = self.span(clause)
        return self.text[start:end]

    def span(self, clause: int) -> tuple[int, int]:
        """Where in the text that clause begins and ends."""
        return self.spans[clause] if self.spans else (0, len(self.text))

    def first(self, post: Post, document: str = "") -> int | None:
        """The number of the first clause that this post fulfils, if any; quicker with its stored document."""
        view = View(post.text, document or documents([post])[0])
        return next((number for number, node in enumerate(self.clauses) if node.holds(view)), None)


def negated(node: Node) -> Node:
    """The opposite, with every "not" at a leaf."""
    match node:
        case Not(inner):
            return inner
        case Every(nodes):
            return Some(tuple(negated(each) for each in nodes))
        case Some(nodes):
            return Every(tuple(negated(each) for each in nodes))
        case _:
            return Not(node)


def every(nodes: Sequence[Node]) -> Node:
    """All of these, as flat as can be."""
    flat = [each for node in nodes for each in (node.nodes if isinstance(node, Every) else (node,))]
    return flat[0] if len(flat) == 1 else Every(tuple(flat))


def some(nodes: Sequence[Node]) -> Node:
    """At least one of these, as flat as can be: several terms are one with more patterns, which is quicker."""
    flat = [each for node in nodes for each in (node.nodes if isinstance(node, Some) else (node,))]
    patterns = [pattern for each in flat if isinstance(each, Term) for pattern in each.patterns]
    others = [each for each in flat if not isinstance(each, Term)]
    all_terms = [Term(tuple(dict.fromkeys(patterns)))] if patterns else []
    return (all_terms + others)[0] if len(all_terms + others) == 1 else Some((*all_terms, *others))
