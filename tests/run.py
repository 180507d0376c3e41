"""Runs the whole test-suite on both databases at once, SQLite and PostgreSQL, and adds up: what `make test` does.

What is said of the run on PostgreSQL is shown when both are through.

python -m tests.run [arguments for pytest]
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest

from tests.servers import needs
from tests.servers.postgres import postgres
from tests.servers.prepare import prepare

# The smallest machine that the suite is planned for has two cores, and tests wait for servers and browsers for much of
# their time. SQLite has more to do: what needs no database runs there. Those that share a server stay together in one
# process, and those that take longest begin first (see tests/plugins/needed.py and longest.py).
PROCESSES = {"SQLite": 3, "PostgreSQL": 2}
PARALLEL = ("--dist", "loadgroup", "--no-loadscope-reorder")
# More failures than this are no accident of a busy machine.
A_FEW = 25


@dataclass(frozen=True)
class Total:
    """How many tests ended how."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Total") -> "Total":
        return Total(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
        )

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


@dataclass(frozen=True)
class Run:
    """The suite on one database. Without an address the product uses its own default: SQLite."""

    database: str
    folder: Path
    address: str | None = None

    @property
    def report(self) -> Path:
        return self.folder / "report.xml"

    @property
    def environment(self) -> dict[str, str]:
        own = _own_environment() | {"VIEROGEN_HOME": str(self.folder)}
        return own | ({"VIEROGEN_DATABASE_URL": self.address} if self.address else {})


def main(arguments: list[str]) -> int:
    """Returns 0 when every test passed on every database, and something was tested."""
    without = needs.left_out()
    for name in sorted(without):
        _say(f"LEFT OUT because WITHOUT says so: everything that needs {name}")
    prepare(without=without)
    server = nullcontext() if "postgresql" in without else postgres()
    with TemporaryDirectory(prefix="vierogen-test-") as name, server as address:
        runs = [Run("SQLite", Path(name) / "sqlite")]
        runs += [Run("PostgreSQL", Path(name) / "postgresql", address)] if address else []
        results = _side_by_side(runs, arguments)
    for database, (total, _) in results.items():
        _say(f"{database}: {total}")
    print(sum((total for total, _ in results.values()), Total()), flush=True)
    return int(any(status for _, status in results.values()))


def _side_by_side(runs: list[Run], arguments: list[str]) -> dict[str, tuple[Total, int]]:
    """Runs on all databases at once; what failed there for want of time runs alone afterwards, when all is quiet."""
    first, *others = runs
    with ThreadPoolExecutor() as beside:
        later = [(run, beside.submit(_run, run, arguments, aside=True)) for run in others]
        statuses = {first.database: _run(first, arguments)}
        statuses |= {run.database: status.result() for run, status in later}
    for run in others:
        sys.stdout.write((run.folder / "said").read_text(errors="replace"))
    return {run.database: _judged(run, statuses[run.database]) for run in runs}


def _run(run: Run, arguments: list[str], *, aside: bool = False) -> int:
    """Runs pytest once and returns its status; aside, what it says goes into a file."""
    run.folder.mkdir()
    spread = ["-n", str(PROCESSES[run.database]), *PARALLEL]
    command = [sys.executable, "-m", "pytest", *spread, f"--junitxml={run.report}", *arguments]
    with _timed(f"running on {run.database}"), (run.folder / "said").open("wb") as said:
        out = said if aside else None
        return subprocess.run(command, env=run.environment, stdout=out, stderr=out, check=False).returncode


def _judged(run: Run, status: int) -> tuple[Total, int]:
    total, failed = _counted(run.report), _failures(run.report)
    if status == pytest.ExitCode.TESTS_FAILED and len(failed) <= A_FEW and all(failed.values()):
        return _alone(list(failed), total, run.environment)
    return total, status


def _alone(failed: list[str], total: Total, environment: dict[str, str]) -> tuple[Total, int]:
    """Runs what failed beside others once more, by itself and in one process, and says which passed then.

    Only where every failure is of a test with a browser or a server of another language: two of those can starve
    one another on two cores. Anything else that fails once has failed: it may be a race.
    """
    _say(f"failed beside others, now alone: {', '.join(failed)}")
    report = Path(environment["VIEROGEN_HOME"]) / "alone.xml"
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *failed]
    status = subprocess.run(command, env=environment, check=False).returncode
    again = _counted(report)
    if again.passed + again.failed < len(failed):
        status = status or pytest.ExitCode.NO_TESTS_COLLECTED
    _say(f"alone: {again}")
    return Total(total.passed + again.passed, again.failed, total.skipped), status


def _failures(report: Path) -> dict[str, bool]:
    """The tests that failed, and whether each needs another program, such as a browser."""
    if not report.exists():
        return {}
    cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314 - pytest wrote it a moment ago
    broken = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return {_address(case.get("classname", ""), case.get("name", "")): _needs_more(case) for case in broken}


def _needs_more(case: ElementTree.Element) -> bool:
    found = {each.get("value") for each in case.iter("property") if each.get("name") == "needs"}
    return bool(found & {"chromium", "node"})


def _address(place: str, name: str) -> str:
    """What pytest takes for ``tests.posts.test_faults.TestX`` and ``test_y[z]@group`` of its report."""
    parts = place.split(".")
    file = next((number for number, part in enumerate(parts) if part.startswith("test_")), len(parts) - 1)
    name = re.sub(r"@[\w-]+(/[\w./-]+)?$", "", name)
    return "::".join(["/".join(parts[: file + 1]) + ".py", *parts[file + 1 :], name])


def _own_environment() -> dict[str, str]:
    """The machine's, without an operator's settings: tests do not depend on them, nor touch their data.

    Where Python may not keep what it compiled, each process that a test starts would compile the product anew.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE" and (not name.startswith("VIEROGEN_") or name == "VIEROGEN_CACHE")
    }


def _counted(report: Path) -> Total:
    """Adds up pytest's own JUnit report; nothing ran when there is none."""
    if not report.exists():
        return Total()
    suites = ElementTree.parse(report).getroot().iter("testsuite")  # noqa: S314 - pytest wrote it a moment ago
    counts = [
        {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")} for suite in suites
    ]
    tests = sum(count["tests"] for count in counts)
    failed = sum(count["failures"] + count["errors"] for count in counts)
    skipped = sum(count["skipped"] for count in counts)
    return Total(passed=tests - failed - skipped, failed=failed, skipped=skipped)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    _say(what)
    begun = time.monotonic()
    yield
    _say(f"{what}: took {time.monotonic() - begun:.0f} s")


def _say(text: str) -> None:
    print(f"test: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
