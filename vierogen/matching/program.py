"""``vierogen match``: alerts against posts for a shell or another program, without an installation or a database."""

import gc
import gettext
import json
import os
import re
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import NoReturn
from unicodedata import category

from vierogen.core.words import gettext_noop as _
from vierogen.matching.breadth import Rarity
from vierogen.matching.errors import QueryError
from vierogen.matching.lines import Lines, posts_of
from vierogen.matching.matcher import Matcher
from vierogen.matching.parsing import parse
from vierogen.matching.posts import documents
from vierogen.matching.tree import Query

# The last four are of sysexits.h: EX_USAGE, EX_DATAERR, EX_NOINPUT and EX_IOERR.
FINE, SOME_WRONG, WRONG_USAGE, WRONG_QUERY, NO_INPUT, NO_OUTPUT = 0, 1, 64, 65, 66, 74
# The words of so many posts say which ones are frequent.
SAMPLE = 2_000
# So many wrong lines are told in full, and so many characters of each.
MOST_TOLD, WIDTH = 20, 100
LOCALES = Path(__file__).resolve().parents[1] / "locale"
_STATUS = Path("/proc/self/status")
_NOT_UTF8 = _("This line is not UTF-8.")
_MORE = _("There is more of this: {number} lines in all.")


class _Arguments(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USAGE, f"{self.prog}: {message}\n")


class _NotWrittenError(Exception):
    """The hits could not be written: for example a disk that is full."""


class _WrongQueriesError(Exception):
    """Some queries cannot be read, and whoever asked was told so."""


def _asked(arguments: Sequence[str]) -> Namespace:
    parser = _Arguments(
        prog="vierogen match",
        description="Print the line numbers, from 1, of each post and each alert that it is a hit for.",
        epilog="Exit status: 0 all posts were matched; 1 they were, but some were not written as they should be; 64 "
        "wrong usage; 65 a query cannot be read; 66 a file cannot be read; 74 the hits cannot be written.",
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
    parser.add_argument("--language", choices=["nl", "en"], help="of the messages; usually that of your shell")
    asked = parser.parse_args(arguments)
    if asked.alerts == asked.posts == "-":
        parser.error("standard input (-) can be read once")
    return asked


@contextmanager
def _opened(name: str) -> Iterator[Lines]:
    if name == "-":
        yield Lines(sys.stdin.fileno())
        return
    with Path(name).open("rb", buffering=0) as file:
        yield Lines(file.fileno())


class _Complaints:
    """What is wrong with lines, told on standard error in the reader's language; not a million times."""

    def __init__(self, language: str | None) -> None:
        self._translate = gettext.translation("django", LOCALES, language and [language], fallback=True).gettext
        self.number = 0

    def tell(self, where: str, sentence: str, *more: str) -> None:
        """Tell one."""
        self.number += 1
        if self.number <= MOST_TOLD:
            sys.stderr.write("\n".join([f"vierogen match: {where}: {self._translate(sentence)}", *more]) + "\n")

    def tell_query(self, where: str, text: str, error: QueryError) -> None:
        """Tell what is wrong with a query, with a mark below the character."""
        sentences = [self._translate(each).format(**error.values) for each in (error.sentence, error.proposal) if each]
        start = max(0, error.at - WIDTH // 2)
        before = _harmless(text[start : error.at])
        pointed = (f"    {before}{_harmless(text[error.at : start + WIDTH])}", f"    {' ' * len(before)}^")
        self.tell(f"{where}:{error.at + 1}", _harmless(" ".join(sentences)), *pointed)

    def end(self) -> None:
        """Say so if not all were told."""
        if self.number > MOST_TOLD:
            sys.stderr.write(f"vierogen match: {self._translate(_MORE).format(number=self.number)}\n")


def _harmless(text: str) -> str:
    """Without signs that a terminal would obey; they show as \\x1b."""
    return "".join(
        sign.encode("unicode_escape").decode() if category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else sign
        for sign in text
    )


def _queries(name: str, complaints: _Complaints) -> Iterator[tuple[int, Query]]:
    """The queries by the number of their line. Raises _WrongQueriesError after the last if one cannot be read."""
    with _opened(name) as lots:
        for number, line in enumerate(chain.from_iterable(lots), start=1):
            try:
                text = line.decode()
                if text.strip():
                    yield number, parse(text)
            except UnicodeDecodeError as error:
                complaints.tell(f"{name}:{number}:{len(line[: error.start].decode()) + 1}", _NOT_UTF8)
            except QueryError as error:
                complaints.tell_query(f"{name}:{number}", text, error)
    if complaints.number:
        raise _WrongQueriesError


@dataclass
class _Stats:
    alerts: int = 0
    posts: int = 0
    hits: int = 0
    build_seconds: float = 0.0
    match_seconds: float = 0.0
    started: float = field(default_factory=perf_counter)

    def line(self) -> str:
        """The figures."""
        told = {
            "alerts": self.alerts,
            "posts": self.posts,
            "hits": self.hits,
            "build_seconds": round(self.build_seconds, 3),
            "match_seconds": round(self.match_seconds, 3),
            "peak_mb": round(peak_mb(), 1),
        }
        return json.dumps(told) + "\n"


def peak_mb() -> float:
    """The most memory that this process had so far. Linux counts the program that started it along, but tells both."""
    if _STATUS.exists():
        told = re.search(r"^VmHWM:\s*(\d+) kB", _STATUS.read_text(), re.MULTILINE)
        if told:
            return int(told[1]) / 1024
    # Here Linux tells kilobytes, and macOS bytes.
    return getrusage(RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def _rarity(lots: Lines) -> tuple[Rarity, list[list[bytes]]]:
    """How rare words are, from the posts that are there already; and those lots, which are still to be matched."""
    taken: list[list[bytes]] = []
    while sum(map(len, taken)) < SAMPLE and not lots.is_done and lots.is_ready():
        taken.append(lots.lot())
    sample = [read.post for read in posts_of([line for lot in taken for line in lot][:SAMPLE])]
    return Rarity(documents(sample)), taken


def _match(matcher: Matcher, lines: Sequence[bytes], stats: _Stats, complaints: _Complaints) -> None:
    """Match some posts and print their hits at once: whoever waits for them may write no more until they come."""
    reads = posts_of(lines)
    start = perf_counter()
    found = matcher.match_many([read.post for read in reads])
    stats.match_seconds += perf_counter() - start
    for number, read in enumerate(reads, start=stats.posts + 1):
        if read.wrong:
            complaints.tell(f"posts:{number}", read.wrong)
    told = [
        f"{number}\t{alert}\n" for number, hits in enumerate(found, start=stats.posts + 1) for alert in sorted(hits)
    ]
    stats.posts += len(reads)
    stats.hits += len(told)
    if told:
        _print("".join(told))


def _print(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _NotWrittenError(error.strerror) from error


def _run(asked: Namespace, complaints: _Complaints) -> int:
    stats = _Stats()
    with _opened(asked.posts) as lots:
        rarity, taken = _rarity(lots)
        matcher = Matcher(_queries(asked.alerts, complaints), rarity=rarity)
        stats.alerts, stats.build_seconds = len(matcher), perf_counter() - stats.started
        # What was made until now stays to the end, and need not be looked through time and again.
        gc.freeze()
        gc.enable()
        for lot in chain(taken, lots):
            _match(matcher, lot, stats, complaints)
    complaints.end()
    if asked.stats:
        sys.stderr.write(stats.line())
    return SOME_WRONG if complaints.number else FINE


def _print_no_more() -> None:
    """What is still in the buffer must not complain at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run_while_written(asked: Namespace, complaints: _Complaints) -> int:
    try:
        return _run(asked, complaints)
    except BrokenPipeError:
        # Whoever read this has seen enough.
        _print_no_more()
        return 128 + signal.SIGPIPE
    except _NotWrittenError as error:
        _print_no_more()
        sys.stderr.write(f"vierogen match: standard output: {error}\n")
        return NO_OUTPUT


def main(arguments: Sequence[str]) -> int:
    """Run the program and return its exit status."""
    try:
        asked = _asked(arguments)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else FINE
    collecting = gc.isenabled()
    # Small things are made by the million while alerts are compiled: to look through them time and again takes long.
    gc.disable()
    complaints = _Complaints(asked.language)
    try:
        return _run_while_written(asked, complaints)
    except _WrongQueriesError:
        complaints.end()
        return WRONG_QUERY
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except OSError as error:
        sys.stderr.write(f"vierogen match: {error.filename}: {error.strerror}\n")
        return NO_INPUT
    finally:
        gc.unfreeze()
        (gc.enable if collecting else gc.disable)()
