"""The benchmarks run to their end and print every row; how fast anything is, is not a test's business."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.results import Results, part_below
from bench.table import ROWS, as_markdown, as_text, cells

PROJECT = Path(__file__).parents[2]


@pytest.mark.node
def test_a_quick_run_measures_every_row_and_finds_nothing_that_must_never_happen() -> None:
    command = [sys.executable, "-m", "bench", "--quick", "--database", "sqlite", "--markdown"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    lines = {line.split(" | ")[0].removeprefix("| "): line.split(" | ") for line in done.stdout.splitlines()}
    assert not [row.label for row in ROWS if lines[row.label][2] == "–"]


@pytest.mark.parametrize(
    ("numbers", "median", "nearly_all"),
    [([3.0], 3.0, 3.0), ([4.0, 1.0, 3.0, 2.0], 2.0, 4.0), (list(map(float, range(1, 101))), 50.0, 95.0)],
)
def test_percentiles_are_measurements(numbers: list[float], median: float, nearly_all: float) -> None:
    assert (part_below(numbers, 0.5), part_below(numbers, 0.95)) == (median, nearly_all)


def test_a_duplicate_is_broken_and_a_slow_run_is_only_missed() -> None:
    results = Results({"copies.plain": [0, 1], "publish.practice": [9.0], "burst.rate": [0.8]})
    broken = [row.name for row in ROWS if row.is_broken(results)]
    missed = [row.name for row in ROWS if row.cell(results, judged=True).endswith("MISSED")]
    assert broken == ["copies.plain"]
    assert missed == ["publish.practice", "burst.rate", "copies.plain"]


def test_the_peer_is_not_judged() -> None:
    results = Results({"burst.rate": [0.8]})
    row = next(
        line for line in cells({"SQLite": results, "peer": results}, unjudged={"peer"}) if "per second" in line[0]
    )
    assert row[1:] == ["≥ 20", "0.8 MISSED", "0.8"]


def test_results_survive_the_way_between_two_processes() -> None:
    results = Results({"lost": [0.0, 1.5]}, ["SQLite: something"])
    assert Results.from_json(results.as_json()) == results


def test_a_table_for_a_page_and_one_for_a_terminal() -> None:
    lines = [["", "SQLite"], ["late", "3 s"]]
    assert as_markdown(lines) == "|  | SQLite |\n|---|---|\n| late | 3 s |"
    assert as_text(lines) == "      SQLite\nlate  3 s"
