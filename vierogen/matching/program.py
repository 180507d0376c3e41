"""``vierogen match``: alerts against posts for a shell or another program, without an installation or a database."""

import gc
import json
import os
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any, NoReturn, TextIO

from vierogen.matching.breadth import Rarity
from vierogen.matching.errors import QueryError
from vierogen.matching.matcher import Matcher
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents
from vierogen.matching.tree import Query

# sysexits.h: EX_USAGE, EX_DATAERR and EX_NOINPUT.
WRONG_USAGE, WRONG_QUERY, NO_INPUT = 64, 65, 66
BATCH = 500
# Their words say which ones are frequent.
SAMPLE = 2_000


class _Arguments(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USAGE, f"{self.prog}: {message}\n")


def _asked(arguments: Sequence[str]) -> Namespace:
    parser = _Arguments(
        prog="vierogen match",
        description="Print the line numbers, from 1, of each post and each alert that it is a hit for.",
        epilog="Ends in 0; in 64 for wrong usage, in 65 when a query cannot be read, in 66 when a file cannot.",
        allow_abbrev=False,
    )
    parser.add_argument("--alerts", required=True, metavar="FILE", help="one query per line; an empty line is none")
    parser.add_argument(
        "--posts",
        required=True,
        metavar="FILE",
        help="one post per line, or an object of JSON with text, lang, author, source, network, has and reply; - reads "
        "standard input",
    )
    parser.add_argument("--stats", action="store_true", help="print figures as a last line of JSON on standard error")
    return parser.parse_args(arguments)


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    """The file as text. A byte that is no UTF-8 becomes a sign of its own: one of those must not stop a stream."""
    if name == "-":
        with open(sys.stdin.fileno(), encoding="utf-8-sig", errors="replace", newline="\n", closefd=False) as lines:
            yield lines
        return
    with Path(name).open(encoding="utf-8-sig", errors="replace", newline="\n") as lines:
        yield lines


def _word(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def post_of(line: str) -> Post:
    """The post in a line: the line itself, unless that is an object of JSON with a text."""
    line = line.rstrip("\r\n")
    if not line.startswith("{"):
        return Post(line)
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return Post(line)
    if not isinstance(told, dict) or not isinstance(told.get("text"), str):
        return Post(line)
    has = told.get("has")
    return Post(
        told["text"],
        lang=_word(told, "lang"),
        author=_word(told, "author"),
        source=_word(told, "source"),
        network=_word(told, "network"),
        has=frozenset(each for each in has if isinstance(each, str)) if isinstance(has, list) else frozenset(),
        is_reply=told.get("reply") is True,
    )


def _queries(name: str) -> tuple[dict[int, Query], list[str]]:
    """The queries by the number of their line, and what is wrong with the others, a line for each."""
    queries, wrong = {}, []
    with _opened(name) as lines:
        for number, line in enumerate(lines, start=1):
            text = line.rstrip("\r\n")
            if not text.strip():
                continue
            try:
                queries[number] = Query("", parse(text).clauses)  # the text is not asked for any more
            except QueryError as error:
                wrong.append(f"vierogen match: {name}, line {number}, character {error.at + 1}: {error}\n")
    return queries, wrong


@dataclass
class _Stats:
    alerts: int = 0
    posts: int = 0
    hits: int = 0
    build_seconds: float = 0.0
    match_seconds: float = 0.0
    started: float = field(default_factory=perf_counter)

    def line(self) -> str:
        """The figures. Linux tells the peak in kilobytes, macOS in bytes."""
        unit = 1024 if sys.platform != "darwin" else 1024 * 1024
        told = {
            "alerts": self.alerts,
            "posts": self.posts,
            "hits": self.hits,
            "build_seconds": round(self.build_seconds, 3),
            "match_seconds": round(self.match_seconds, 3),
            "peak_mb": round(getrusage(RUSAGE_SELF).ru_maxrss / unit, 1),
        }
        return json.dumps(told) + "\n"


def _matched(matcher: Matcher, posts: Iterator[Post], stats: _Stats) -> Iterator[str]:
    while batch := list(islice(posts, BATCH)):
        start = perf_counter()
        found = matcher.match_many(batch)
        stats.match_seconds += perf_counter() - start
        lines = [
            f"{number}\t{alert}\n"
            for number, hits in enumerate(found, start=stats.posts + 1)
            for alert, _clause in hits
        ]
        stats.posts += len(batch)
        stats.hits += len(lines)
        yield "".join(lines)


def _run(asked: Namespace) -> int:
    stats = _Stats()
    queries, wrong = _queries(asked.alerts)
    if wrong:
        sys.stderr.write("".join(wrong))
        return WRONG_QUERY
    stats.alerts = len(queries)
    stats.build_seconds = perf_counter() - stats.started
    with _opened(asked.posts) as lines:
        posts = map(post_of, lines)
        sample = list(islice(posts, SAMPLE))
        start = perf_counter()
        matcher = Matcher(queries, rarity=Rarity(documents(sample)))
        stats.build_seconds += perf_counter() - start
        del queries
        for part in _matched(matcher, chain(sample, posts), stats):
            sys.stdout.write(part)
        sys.stdout.flush()
    if asked.stats:
        sys.stderr.write(stats.line())
    return 0


def main(arguments: Sequence[str]) -> int:
    """Run the program and return its exit status."""
    try:
        asked = _asked(arguments)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    collecting = gc.isenabled()
    # A million small things are made here that live to the end: to look through them time and again takes a minute.
    gc.disable()
    try:
        return _run(asked)
    except BrokenPipeError:
        # Whoever read this has seen enough. What is still in the buffer must not complain at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except OSError as error:
        sys.stderr.write(f"vierogen match: {error.filename}: {error.strerror}\n")
        return NO_INPUT
    finally:
        if collecting:
            gc.enable()
