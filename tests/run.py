"""Runs the whole test-suite on both databases, SQLite and PostgreSQL, and adds up: what `make test` does.

python -m tests.run [arguments for pytest]
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest

from tests.servers import needs
from tests.servers.postgres import postgres
from tests.servers.prepare import prepare

# One process per core of the smallest machine that the suite is planned for. Tests that share a server stay
# together in one of them (see tests/plugins/needed.py).
PARALLEL = ("-n", "2", "--dist", "loadgroup")
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


def main(arguments: list[str]) -> int:
    """Returns 0 when every test passed on every database, and something was tested."""
    without = needs.left_out()
    for name in sorted(without):
        _say(f"LEFT OUT because WITHOUT says so: everything that needs {name}")
    prepare(without=without)
    results = {"SQLite": _run_on("SQLite", address=None, arguments=arguments)}
    if "postgresql" not in without:
        with postgres() as address:
            results["PostgreSQL"] = _run_on("PostgreSQL", address=address, arguments=arguments)
    for database, (total, _) in results.items():
        _say(f"{database}: {total}")
    print(sum((total for total, _ in results.values()), Total()), flush=True)
    return int(any(status for _, status in results.values()))


def _run_on(database: str, *, address: str | None, arguments: list[str]) -> tuple[Total, int]:
    """Runs pytest once. Without an address the product uses its own default: SQLite."""
    with _timed(f"running on {database}"), TemporaryDirectory(prefix="vierogen-test-") as folder:
        report = Path(folder) / "report.xml"
        environment = _own_environment() | {"VIEROGEN_HOME": folder}
        if address:
            environment["VIEROGEN_DATABASE_URL"] = address
        command = [sys.executable, "-m", "pytest", *PARALLEL, f"--junitxml={report}", *arguments]
        status = subprocess.run(command, env=environment, check=False).returncode
        total = _counted(report)
        failed = _failures(report)
        if status == pytest.ExitCode.TESTS_FAILED and len(failed) <= A_FEW and all(failed.values()):
            return _alone(list(failed), total, environment)
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
    """The machine's, without an operator's settings: tests do not depend on them, nor touch their data."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("VIEROGEN_") or name == "VIEROGEN_CACHE"
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
