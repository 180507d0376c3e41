"""``make bench-listening``: this matcher beside its peers on the same posts and alerts, one core, one process each.

python -m bench.listening [--alerts 1000,10000,100000,1000000] [--posts 10000] [--markdown] [--svg FILE]
"""

import json
import math
import os
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.listening.drawing import curve
from bench.listening.run import BRUTE_POSTS, LONGEST, hits_file
from bench.machine import Meanwhile, facts
from bench.table import as_markdown, as_text

PROJECT = Path(__file__).resolve().parents[2]
SIZES = (1_000, 10_000, 100_000, 1_000_000)
NAMES = {
    "vierogen": "Vierogen",
    "bare": "daachorse alone, on folded posts, its hits thrown away",
    "second": "Vierogen on ahocorasick_rs",
    "pyahocorasick": "Vierogen on pyahocorasick",
    "regexes": "a regular expression per word or phrase",
    "postgresql": "PostgreSQL, a table of tsquery",
    "brute": f"every alert on {BRUTE_POSTS} posts",
}
# Building included; far more than any needs that is not given up on.
LONGEST_RUN = 600
# Expected of Vierogen, posts a second at a number of alerts; and of a million megabytes, seconds to build, to change.
EXPECTED = {10_000: 100_000, 100_000: 70_000, 1_000_000: 30_000}
MOST_MB, MOST_BUILD, MOST_CHANGE, LEAST_OF_BARE = 2_000, 30.0, 1.0, 0.5
# Further programs that tell about listening, run after the table.
PARTS: tuple[str, ...] = ("bench.listening_end",)
LEGEND = """\
Posts a second: from decoded text to hits, folding included, in processor time of one core, for each lot of 500 posts
the best of five rounds; PostgreSQL by the clock. Seconds to build: from the texts of the queries. A peer is given up on
after {longest:.0f} s of building, and matches for {longest:.0f} s at most. PostgreSQL and the regular expressions get
posts that are folded by us, so that all can find the same. Lucene's Monitor is not run: it needs Java and its jars; it
reached 6,100 posts a second at 10,000 alerts and 160 at a million, measured once by hand on other posts of that
kind."""

Told = dict[str, float]
Table = dict[tuple[str, int], Told]


def main() -> int:
    """Returns 0 if all found the same."""
    asked, meanwhile = _asked(), Meanwhile()
    if hasattr(os, "sched_setaffinity"):
        # The last core: the first is the one that machines give to everything else.
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sizes = [int(size) for size in asked.alerts.split(",")]
    with TemporaryDirectory(prefix="vierogen-bench-listening-") as name:
        folder = Path(name)
        _write(folder, alerts=max(sizes), posts=asked.posts)
        measured = {(engine, size): _run(engine, size, folder) for size in sizes for engine in _engines(size, sizes)}
        differing = [each for each in measured if not _agrees(*each, folder)]
    print(f"\n{asked.posts:,} posts, measured {meanwhile}, on {facts()}.\n")
    _print(measured, sizes, markdown=asked.markdown)
    _print_more(measured, sizes)
    if asked.svg:
        asked.svg.write_text(curve(_rates(measured, sizes)), encoding="utf-8")
    compared = [each for each in measured if "posts" in measured[each]]
    print("all agree" if not differing else f"DIFFERENT HITS: {differing}", f"({len(compared)} runs beside Vierogen's)")
    print(f"\n{LEGEND.format(longest=LONGEST)}")
    for part in PARTS:
        subprocess.run([sys.executable, "-m", part], cwd=PROJECT, check=True)
    return 1 if differing else 0


def _asked() -> Namespace:
    parser = ArgumentParser(prog="bench.listening", description=__doc__, allow_abbrev=False)
    parser.add_argument("--alerts", default=",".join(map(str, SIZES)), help="how many, some numbers with commas")
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--markdown", action="store_true", help="print the table for a page")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw what a post costs by the number of alerts")
    return parser.parse_args()


def _write(folder: Path, *, alerts: int, posts: int) -> None:
    """As a program of its own: what this one takes would be counted with those that it starts."""
    numbers = ("--alerts", str(alerts), "--posts", str(posts))
    subprocess.run([sys.executable, "-m", "bench.listening.words", str(folder), *numbers], cwd=PROJECT, check=True)


def _engines(size: int, sizes: Sequence[int]) -> list[str]:
    return [engine for engine in NAMES if engine != "brute" or size == max(sizes)]


def _run(engine: str, size: int, folder: Path) -> dict[str, float]:
    print(f"{NAMES[engine]}, {size:,} alerts", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "bench.listening.run", engine, str(size), str(folder)]
    ran = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, check=True, timeout=LONGEST_RUN)
    return dict(json.loads(ran.stdout))


def _agrees(engine: str, size: int, folder: Path) -> bool:
    """Whether its hits are ours, for the posts that it came to."""
    file = hits_file(folder, engine, size)
    if not file.exists():
        return True
    lines = file.read_text().splitlines()
    ours = hits_file(folder, "vierogen", size).read_text().splitlines()
    return bool(lines) and lines == ours[: len(lines)]


def _rates(measured: Table, sizes: Sequence[int]) -> dict[str, list[tuple[int, float]]]:
    """Posts a second by the number of alerts."""
    lines = {}
    for engine, name in NAMES.items():
        told = [(size, measured.get((engine, size), {})) for size in sizes]
        lines[name] = [(size, float(each.get("rate") or each["folded"])) for size, each in told if _has_rate(each)]
    return {name: line for name, line in lines.items() if len(line) > 1}


def _has_rate(told: Told) -> bool:
    return "rate" in told or "folded" in told


def _print(measured: Table, sizes: Sequence[int], *, markdown: bool) -> None:
    last = f"at {sizes[-1]:,}"
    head = ["", *(f"{size:,} alerts: posts/s" for size in sizes), f"build s {last}", f"MB {last}"]
    rows = [[name, *_cells(measured, sizes, engine)] for engine, name in NAMES.items()]
    expected = [f"{EXPECTED[size]:,}" if size in EXPECTED else "" for size in sizes]
    rows.insert(0, ["expected of Vierogen, at least", *expected, f"< {MOST_BUILD:.0f}", f"< {MOST_MB:,}"])
    print(as_markdown([head, *rows]) if markdown else as_text([head, *rows]), "\n")


def _cells(measured: Table, sizes: Sequence[int], engine: str) -> list[str]:
    told = [measured.get((engine, size), {}) for size in sizes]
    cells = [_rate(each) for each in told]
    building, memory = (told[-1].get(each) for each in ("build", "mb"))
    return [*cells, f"{building:.1f}" if building else "", f"{memory:,}" if memory else ""]


def _rate(told: Told) -> str:
    if "reason" in told:
        return f"left out: {told['reason']}"
    if not _has_rate(told):
        return ""
    rate = told.get("rate") or told["folded"]
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


def _print_more(measured: Table, sizes: Sequence[int]) -> None:
    for size in sizes:
        ours, bare = measured["vierogen", size], measured["bare", size]
        print(
            f"{size:,} alerts: without parsing and folding {ours['folded']:,.0f} posts/s, "
            f"{ours['folded'] / bare['folded']:.2f} of daachorse alone (expected: {LEAST_OF_BARE}); "
            f"built in {ours['build']:.1f} s ({ours['build_wall']:.1f} by the clock); "
            f"a change in effect after {ours['change'] * 1000:.0f} ms, "
            f"during a merge of all after {ours['change_merging'] * 1000:.0f} ms (expected: {MOST_CHANGE * 1000:.0f}); "
            f"that merge took {ours['merge']:.1f} s, the longest wait of 64 posts meanwhile was "
            f"{ours['wait'] * 1000:.0f} ms, {ours['mb_merging']:,} MB at most"
        )
    print("\nmicroseconds for a post")
    for name, line in _rates(measured, sizes).items():
        print(f"  {name}")
        for size, rate in line:
            print(f"    {size:>9,}  {'#' * round(8 * max(0.1, math.log10(1e6 / rate) + 0.5))} {1e6 / rate:,.1f}")
    print()


if __name__ == "__main__":
    sys.exit(main())
