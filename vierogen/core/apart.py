"""A process of its own for work on what strangers made: it can be ended in the middle, a thread cannot.

It is begun when it is first asked, serves all threads one after the other, and gets nothing of our environment. Where
it hangs or dies it is ended, and the next question gets a new one. Questions are bytes; answers and the first word,
``{"ready": true}``, are JSON after their length in four bytes.
"""

import atexit
import contextlib
import json
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock, Timer
from time import monotonic
from typing import IO, Any


class ApartError(Exception):
    """No answer came. ``detail`` is for the log."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class AbsentError(ApartError):
    """The process does not start."""


class TooSlowError(ApartError):
    """The process took longer than it may."""


class BrokenError(ApartError):
    """The process ended, or said what cannot be understood."""


def framed(data: bytes) -> bytes:
    """With its length before it, as both sides of the conversation read it."""
    return struct.pack(">I", len(data)) + data


class Apart:
    """One such process. ``arguments`` are Python's own; times are in seconds on the clock, sizes in bytes."""

    def __init__(  # noqa: PLR0913 - limits, each by its name
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        to_start: float,
        to_answer: float,
        longest_answer: int,
        most_questions: int = sys.maxsize,
    ) -> None:
        self.arguments, self._environment = tuple(arguments), dict(environment)
        self._to_start, self.to_answer = to_start, to_answer
        self._longest, self._most = longest_answer, most_questions
        self._turn = Lock()
        self._asked = 0
        self.process: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)

    def ask(self, question: bytes) -> dict[str, Any]:
        """The answer. Raises ``ApartError``: one of the three above."""
        with self._turn:
            for last in (False, True):
                process = self._started()
                self._asked += 1
                try:
                    return self._conversed(process, question, seconds=self.to_answer)
                except ApartError:
                    self._end()
                    # A second time where the first had just ended for want of work.
                    if last or process.returncode != 0:
                        raise
            raise BrokenError

    def stop(self) -> None:
        """End the process, where there is one; the next question begins another."""
        with self._turn:
            self._end()

    def _started(self) -> "subprocess.Popen[bytes]":
        if self.process and self.process.poll() is None and self._asked < self._most:
            return self.process
        self._end()
        # Isolated (-I): no module of the current folder, and no PYTHON* variable.
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", *self.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            cwd="/",
        )
        self.process, self._asked = process, 0
        try:
            said = self._conversed(process, b"", seconds=self._to_start)
        except ApartError as error:
            self._end()
            raise AbsentError(error.detail) from None
        if not said.get("ready"):
            self._end()
            raise AbsentError(str(said.get("failed")))
        return process

    def _conversed(self, process: "subprocess.Popen[bytes]", question: bytes, *, seconds: float) -> dict[str, Any]:
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise BrokenError
        started = monotonic()
        with _patience(process, seconds):
            try:
                stdin.write(question)
                stdin.flush()
                said = json.loads(self._frame(stdout))
            except (OSError, ValueError, struct.error):
                kind = TooSlowError if monotonic() - started >= seconds else BrokenError
                raise kind("the process ended") from None
        if not isinstance(said, dict):
            raise BrokenError
        return said

    def _frame(self, source: IO[bytes]) -> bytes:
        length = struct.unpack(">I", source.read(4))[0]
        if length > self._longest:
            raise ValueError("too long")
        return source.read(length)

    def _end(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        # A process that ended by itself keeps its own code: 0 for want of work.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.2 if process.poll() is None else 0)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe and pipe.close()


@contextlib.contextmanager
def _patience(process: "subprocess.Popen[bytes]", seconds: float) -> Iterator[None]:
    """Kill the process when it takes longer: whoever reads or writes there then hears that it is over."""
    alarm = Timer(seconds, process.kill)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
