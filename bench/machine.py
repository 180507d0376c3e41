"""What a reader has to know of the machine on which something was measured."""

import os
import platform
import sqlite3
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile

WRITES = 20
STAT = Path("/proc/stat")


def facts() -> str:
    """Date, processor, memory, disk and versions."""
    return ", ".join(
        [
            f"{datetime.now(UTC):%Y-%m-%d}",
            f"{os.cpu_count()} cores ({_processor()})",
            f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
            f"a write reaches the disk in {_commit() * 1000:.1f} ms",
            f"Python {platform.python_version()}",
            f"SQLite {sqlite3.sqlite_version}",
        ]
    )


class Footprint:
    """Memory and processor time of one running program; only Linux tells."""

    def __init__(self, pid: int) -> None:
        told = Path(f"/proc/{pid}/status").read_text().splitlines()
        resident = next(line for line in told if line.startswith("VmRSS:"))
        # The name may have spaces; what follows it has none.
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        self.megabytes = int(resident.split()[1]) / 1024
        self.seconds, self.at = sum(map(int, times[11:13])) / os.sysconf("SC_CLK_TCK"), time.monotonic()

    def processor_since(self, before: "Footprint") -> float:
        """The share of one core that it took since then."""
        return (self.seconds - before.seconds) / (self.at - before.at)


class Meanwhile:
    """How busy the machine was with other things while something was measured."""

    def __init__(self) -> None:
        self._began, self._ours, self._all = time.monotonic(), _ours(), _all()

    def __str__(self) -> str:
        """Part of all its processors that went to other programs; only Linux tells."""
        seconds = time.monotonic() - self._began
        others = max(0.0, (_all() - self._all) - (_ours() - self._ours)) / (seconds * (os.cpu_count() or 1))
        told = f", in which other programs took {others:.0%} of its processors" if STAT.exists() else ""
        return f"in {seconds / 60:.1f} minutes{told}"


def _ours() -> float:
    """Seconds of processor time of this program and of those that it started and that have ended."""
    return sum(os.times()[:4])


def _all() -> float:
    """Seconds of processor time of everything since the machine started, without idling and waiting for disks."""
    if not STAT.exists():
        return 0.0
    user, nice, system, _idle, _iowait, *others = map(int, STAT.read_text().split()[1:9])
    return (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _commit() -> float:
    """Seconds until a small write is really on the disk: what each commit costs at least."""
    took = []
    with TemporaryFile() as file:
        for _write in range(WRITES):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took)
