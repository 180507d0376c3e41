"""The programs under measurement: real ``vierogen`` processes, ended and killed by their own process ids."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from bench.clock import TooLongError, until

# What the command ``vierogen`` does.
VIEROGEN = (
    "-c",
    "from vierogen.config.cli import main; main()",
)
START_SECONDS = 60
STOP_SECONDS = 40
# So much of what the programs complain of is shown when a measurement does not come to its end.
LINES = 20


class Program:
    """One running program, ready from the moment that this exists."""

    def __init__(self, *command: str, ready: str) -> None:
        """Start ``command`` and wait for the line that contains ``ready``."""
        self._folder = TemporaryDirectory(prefix="vierogen-bench-program-")
        self.name, self.said = command[-1], Path(self._folder.name, "said")
        with self.said.open("wb") as said:
            self.process = subprocess.Popen([sys.executable, "-u", *command], stdout=said, stderr=said)
        try:
            until(lambda: self._is_ready(ready), seconds=START_SECONDS, what=f"the start of {self.name}", pause=0.02)
        except TooLongError:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def _is_ready(self, line: str) -> bool:
        if self.process.poll() is not None:
            raise TooLongError(f"{self.name} ended by itself: {self.said.read_text()[-2000:]}")
        return line in self.said.read_text()

    def kill(self) -> None:
        """``kill -9``: it cannot put anything down."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it, and forget what it said."""
        self.end()
        self._folder.cleanup()

    def end(self) -> None:
        """Ask it to end, as an operator does; kill it if it does not."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()


class Staff:
    """Workers and watchers; all of them are gone when the block ends."""

    def __init__(self) -> None:
        self.programs: list[Program] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error:
            print("\n".join(self.complaints()[-LINES:]), file=sys.stderr)
        for program in self.programs:
            program.stop()

    def start(self, part: str) -> Program:
        """Start ``vierogen worker`` or ``vierogen watch``."""
        program = Program(*VIEROGEN, part, ready="running")
        self.programs.append(program)
        return program

    def end(self, part: str) -> None:
        """Ask every program that does this part to end, and wait until it did."""
        for program in [program for program in self.programs if program.name == part]:
            program.end()

    def holder(self, lease_owner: str) -> Program:
        """The program that holds a lease, by the process id in its name (see ``core.leases.worker_name``)."""
        return next(program for program in self.programs if f":{program.pid}:" in lease_owner)

    def complaints(self) -> list[str]:
        """What the programs wrote in their logs that points to something going wrong inside."""
        lines = [line for program in self.programs for line in program.said.read_text().splitlines()]
        return [line for line in lines if " ERROR " in line]
