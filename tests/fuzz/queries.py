"""Queries and posts that nobody would write: python -m tests.fuzz.queries SECONDS

With the wheel ``atheris``, which requirements/dev.txt has for Linux on x86-64 with a Python before 3.12, guided by
which lines of the parser run. What it finds it leaves as a file in the working directory. The suite tries some
hundreds without it.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.matching import naive
from vierogen.matching.breadth import required
from vierogen.matching.errors import QueryError
from vierogen.matching.matcher import Matcher
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import Query

MOST_LETTERS = 400
SEEDS = (
    b'"jan de vries" OR piet\nJan de Vries',
    b"brand AND (rook OR ~vuur) -oefening\nBrand! Rook, vuurwerk",
    b"(a OR =ING) NEAR/3 school* lang:nl\nDe ING op schoolplein",
    '#brand* @gemeente from:"jan" foto\'s ü\nfotos #brandweer @gemeente@a.nl ue'.encode(),
    "NOT NOT -(-東京)\n私は東京".encode(),
)
DICTIONARY = (
    "AND",
    "OR",
    "NOT",
    "NEAR/3",
    "lang:",
    "from:",
    "source:",
    "has:image",
    "is:reply",
    '"',
    "(",
    ")",
    "~",
    "=",
)


def one(data: bytes) -> None:
    """Read a query from the first line and hold it against the rest; anything but what is promised is an error."""
    text, _feed, post = data.decode(errors="surrogateescape").partition("\n")
    try:
        query = parse(text)
    except QueryError as error:
        _is_plain(error, text)
    else:
        _is_true(query, Post(post[:MOST_LETTERS]))


def _is_plain(error: QueryError, text: str) -> None:
    assert 0 <= error.at <= len(text)
    assert error.sentence.format(**error.values)
    error.proposal.format(**error.values)


def _is_true(query: Query, post: Post) -> None:
    [document] = documents([post])
    extras = [part.strip() for part in document.split("|") if part.strip()[:1] in {"#", "@"}]
    held = [number for number, node in enumerate(query.clauses) if naive.holds(node, post.text, extras)]
    assert Matcher({7: query}).match(post) == ({7: held[0]} if held else {})
    assert query.first(post, document) == (held[0] if held else None)
    assert all(query.worded(number).strip() for number in range(len(query.clauses)))
    pieces = required(query)
    assert pieces
    assert not held or any(piece in document for piece in pieces)


def main() -> int:
    """Try for so many seconds."""
    import atheris

    atheris.instrument_all()
    with TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS):
            Path(folder, str(number)).write_bytes(seed)
        limits = [f"-max_total_time={sys.argv[1]}", f"-max_len={MOST_LETTERS}", "-timeout=30"]
        atheris.Setup([sys.argv[0], folder, *limits], one)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
