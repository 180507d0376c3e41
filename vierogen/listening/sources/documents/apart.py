"""Has documents read by ``worker.py``, a process without rights that is begun when it is first needed.

A thread cannot be ended while a parser is busy in it, a process can: so time and memory are really limited. One
process for all threads of a program; it ends with the program, when nobody asked anything for some minutes, after some
hundreds of documents (parsers do not give back all memory), and where it hangs or dies. The next document then gets a
new one.
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

from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources.base import SourceError
from vierogen.networks.taming import tamed

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[4]
# Seconds on the clock: to load everything on a slow or busy machine, and for one document.
START_TIMEOUT = 60.0
TIMEOUT = 10.0
DOCUMENTS = 500
_LONGEST_ANSWER = 60_000_000
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from vierogen.listening.sources.documents.worker import main; main()"
)

_SLOW = _("It takes too long to read what this address gives.")
_BROKEN = _("What this address gives is damaged and cannot be read.")
_REASONS = {
    "entities": _("What this address gives has definitions in it that can be an attack, so it is not read."),
    "no_feed": _("There is no feed at this address."),
    "no_page": _("There is no web page at this address."),
    "no_text": _("No text was found on this page. Some pages only show text to browsers that run programs."),
    "no_map": _("There is no site map at this address."),
    "heavy": _("What this address gives takes too much memory to read."),
}


def read_apart(what: str, body: bytes, content_type: str = "") -> dict[str, Any]:
    """What is in a document: ``what`` is "feed", "page", "links" or "map". Raises ``SourceError``."""
    with _one_at_a_time:
        said = _asked(what, body, content_type)
    if code := said.get("failed"):
        if code == "unprepared":
            logger.error("the program that reads documents has no rights for what it needs: %s", said.get("detail"))
        raise SourceError(_REASONS.get(str(code), _BROKEN), detail=f"{what}: {code} {said.get('detail', '')}")
    return dict(tamed(said))


def stop() -> None:
    """End the process, where there is one; the next document begins another."""
    with _one_at_a_time:
        _end()


_one_at_a_time = Lock()
_running: list["subprocess.Popen[bytes]"] = []
_read = [0]


def _asked(what: str, body: bytes, content_type: str) -> dict[str, Any]:
    question = json.dumps({"what": what, "content_type": content_type[:200]}).encode()
    for last in (False, True):
        process = _started()
        _read[0] += 1
        try:
            return _conversed(process, _framed(question) + _framed(body), seconds=TIMEOUT)
        except SourceError:
            _end()
            # A second time where the first had just ended for want of work.
            if last or process.returncode != 0:
                raise
    raise SourceError(_BROKEN)


def _framed(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _started() -> "subprocess.Popen[bytes]":
    if _running and _running[0].poll() is None and _read[0] < DOCUMENTS:
        return _running[0]
    _end()
    # Isolated (-I): no module of the current folder, no PYTHON* variable, and nothing of our environment.
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-c", _START, str(ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
    )
    _running.append(process)
    _read[0] = 0
    try:
        _conversed(process, b"", seconds=START_TIMEOUT)
    except SourceError:
        _end()
        logger.exception("the program that reads documents does not start")
        raise
    return process


def _conversed(process: "subprocess.Popen[bytes]", question: bytes, *, seconds: float) -> dict[str, Any]:
    """One answer. Raises ``SourceError`` where none comes in time."""
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise SourceError(_BROKEN)
    started = monotonic()
    with _patience(process, seconds):
        try:
            stdin.write(question)
            stdin.flush()
            said = json.loads(_frame(stdout))
        except (OSError, ValueError, struct.error):
            reason = _SLOW if monotonic() - started >= seconds else _BROKEN
            raise SourceError(reason, detail="the reading process ended") from None
    if not isinstance(said, dict):
        raise SourceError(_BROKEN)
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
