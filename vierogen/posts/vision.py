"""Has pictures looked at by ``vision_worker.py``, a process without rights that is begun when it is first needed.

Knows no Django: ``vierogen check`` uses it as it is. One process for all threads of a program; it ends by itself when
nobody asked anything for some minutes, and when the program ends. Where one hangs or dies it is ended, and the next
picture gets a new one.
"""

import atexit
import contextlib
import json
import logging
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Lock, Timer
from time import monotonic
from typing import IO, Any
from unicodedata import normalize

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Seen

logger = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("vision_worker.py")
# Seconds on the clock: to load everything on a slow or busy machine, and for one picture.
START_TIMEOUT = 90.0
TIMEOUT = 30.0
_LONGEST_ANSWER = 2_000_000
_MOST_LETTERS = 20_000

_SLOW = _("Looking at it took too long.")
_BROKEN = _("Looking at it broke off.")
_TOO_LARGE = _("It takes too much memory to look at.")
_ABSENT = _("The program that looks at pictures does not start. Its packages are missing or of another version.")


class VisionError(Exception):
    """Nobody could look at the picture. ``reason`` is a translatable English sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def look_at_clean(data: bytes) -> Seen:
    """What is to be seen in a picture that ``posts.pictures`` has drawn anew. Raises ``VisionError``."""
    with _one_at_a_time:
        said = _asked(data)
    if failure := said.get("failed"):
        logger.warning("a picture could not be looked at: %s", failure)
        raise VisionError(_TOO_LARGE if failure == "memory" else _BROKEN)
    try:
        return _seen(said)
    except (KeyError, TypeError, ValueError):
        raise VisionError(_BROKEN) from None


def stop() -> None:
    """End the process, where there is one; the next picture begins another."""
    with _one_at_a_time:
        _end()


def _seen(said: dict[str, Any]) -> Seen:
    """The worker's answer, believed only as far as it can be checked: it has read what strangers made."""
    # NFKC: readers of several scripts write a colon or a digit as wide as a Chinese sign.
    text = normalize("NFKC", "\n".join(str(line) for line in said["lines"]))
    return Seen(
        faces=min(int(said["faces"]), 10_000),
        text=_keepable(text)[:_MOST_LETTERS],
        codes=tuple(_keepable(str(code))[:2000] for code in said["codes"][:20]),
    )


def _keepable(text: str) -> str:
    """Without what no database keeps: signs that are none, and halves of one."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


_one_at_a_time = Lock()
_running: list["subprocess.Popen[bytes]"] = []


def _asked(data: bytes) -> dict[str, Any]:
    """What the worker says of a picture; a second time where the first had just ended for want of work."""
    for last in (False, True):
        process = _started()
        try:
            return _conversed(process, data, seconds=TIMEOUT)
        except VisionError:
            _end()
            if last or process.returncode != 0:
                raise
    raise VisionError(_BROKEN)


def _started() -> "subprocess.Popen[bytes]":
    if _running and _running[0].poll() is None:
        return _running[0]
    _end()
    # Isolated (-I): no module of the current folder, and no PYTHON* variable.
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", str(WORKER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Nothing of our environment; only that nothing is reported to the makers of a library.
        env={"ORT_DISABLE_TELEMETRY": "1"},
        cwd="/",
    )
    _running.append(process)
    try:
        ready = _conversed(process, None, seconds=START_TIMEOUT)
    except VisionError:
        _end()
        raise VisionError(_ABSENT) from None
    if not ready.get("ready"):
        logger.error("the program that looks at pictures does not start: %s", ready.get("failed"))
        _end()
        raise VisionError(_ABSENT)
    return process


def _conversed(process: "subprocess.Popen[bytes]", data: bytes | None, *, seconds: float) -> dict[str, Any]:
    """One answer, after one question where ``data`` is given. Raises ``VisionError`` where none comes in time."""
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise VisionError(_BROKEN)
    started = monotonic()
    with _patience(process, seconds):
        try:
            if data is not None:
                stdin.write(struct.pack(">I", len(data)) + data)
                stdin.flush()
            said = json.loads(_frame(stdout))
        except (OSError, ValueError, struct.error):
            raise VisionError(_SLOW if monotonic() - started >= seconds else _BROKEN) from None
    if not isinstance(said, dict):
        raise VisionError(_BROKEN)
    return said


def _frame(source: IO[bytes]) -> bytes:
    length = struct.unpack(">I", source.read(4))[0]
    if length > _LONGEST_ANSWER:
        raise ValueError("too long")
    return source.read(length)


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


def _end() -> None:
    while _running:
        process = _running.pop()
        # A process that ended by itself keeps its own code: 0 for want of work.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.2 if process.poll() is None else 0)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe and pipe.close()


atexit.register(stop)
