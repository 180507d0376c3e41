"""Takes an uploaded picture in: refused, or drawn anew without anything but its pixels.

Following OWASP's *File Upload Cheat Sheet*: kinds are allowed by signature, size is limited before anything
is read, and decoding happens in a process without rights (``picture_worker.py``).
"""

import hashlib
import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from vierogen.core.words import gettext_noop as _

logger = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("picture_worker.py")
MAX_UPLOAD = 25 * 1024 * 1024
# Pixels; networks show no more.
MAX_SIDE = 4096
# Seconds on the clock; the worker has its own limit of processor time.
TIMEOUT = 40.0
# A large picture takes some hundreds of megabytes: two at once at most.
_SLOTS = BoundedSemaphore(2)
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_64_BITS = 2**64 - 1
_MOST_HASHES = 20
_MIMES = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
# ISO/IEC 23008-12: the brands of HEIC and its sequences.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

_EMPTY = _("This file is empty.")
TOO_BIG = _("This file is larger than 25 MB. Make it smaller first.")
_SVG = _("SVG drawings can carry hidden programs, so we do not take them. Save it as PNG and add that.")
_HTML = _("This is a web page, not a picture.")
_PDF = _("This is a PDF, not a picture. Save the page as PNG and add that.")
_HEIC = _(
    "This photo is in Apple's HEIC form, which most networks cannot show. Save it as JPEG and add that. "
    "On an iPhone: Settings, Camera, Formats, Most compatible."
)
NO_FILMS = _("This looks like a film. Only pictures can be added.")
_OTHER = _("Only JPEG, PNG, WebP and GIF pictures can be added.")
UNSAFE = _("This picture could not be read safely. Save it again with another program and try once more.")
_SLOW = _("This picture takes too long to read. Make it smaller first.")
_REFUSALS: Mapping[str, str] = {
    "pixels": _("This picture has more than 50 megapixels. Make it smaller first."),
    "heavy": _("This picture takes too much memory to read. Make it smaller first."),
    "damaged": _("This picture is damaged or incomplete. Save it again and try once more."),
}


class PictureRefused(Exception):  # noqa: N818 - says what was done
    """The picture is not taken. ``reason`` is a translatable English sentence, ``name`` the file's."""

    def __init__(self, reason: str, *, name: str = "") -> None:
        super().__init__(reason)
        self.reason, self.name = reason, name


@dataclass(frozen=True)
class Cleaned:
    """A picture drawn anew: JPEG or PNG in sRGB, upright, without metadata, at most 8 MB. Or a film (``films.py``).

    ``has_place``, ``place`` (latitude and longitude in degrees), ``taken_at`` ("2026-05-04 19:58:00", the camera's
    clock, or "") and ``animated`` tell what the upload had and ``data`` has no more. ``sha256`` is the hex digest of
    ``data``; by its ``hashes`` (64 bits each, the whole first) copies are known. ``reduced``: so many times smaller
    than the upload it was drawn; 1 for the same size.
    """

    data: bytes
    mime: str
    width: int
    height: int
    has_place: bool
    taken_at: str
    sha256: str
    animated: bool = False
    seconds: float = 0.0
    place: tuple[float, float] | None = None
    hashes: tuple[int, ...] = ()
    reduced: float = 1.0


def reencode(data: bytes, *, name: str, side: int = MAX_SIDE) -> Cleaned:
    """Draw the uploaded picture anew; of an animation the first frame. No side gets longer than ``side`` pixels.

    Raises ``PictureRefused``.
    """
    if reason := _refusal(data):
        raise PictureRefused(reason, name=name)
    said = worked_on(data, worker=WORKER, slow=_SLOW, name=name, words=(str(side),))
    try:
        return _cleaned(said)
    except PictureRefused as refused:
        raise PictureRefused(refused.reason, name=name) from None
    except (ValueError, KeyError, TypeError):
        raise PictureRefused(UNSAFE, name=name) from None


def _refusal(data: bytes) -> str:
    """Why these bytes are refused before anything decodes them, "" where they may be decoded."""
    if not data:
        return _EMPTY
    if len(data) > MAX_UPLOAD:
        return TOO_BIG
    if is_picture(data):
        return ""
    return _other_kind(data)


def is_picture(data: bytes) -> bool:
    """Does it begin as the pictures do that we take?"""
    return data.startswith(_SIGNATURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def _other_kind(data: bytes) -> str:
    """What these bytes are instead, in a sentence."""
    if data[4:8] == b"ftyp":
        return _HEIC if data[8:12] in HEIC_BRANDS else _OTHER if data[8:12] == b"avif" else NO_FILMS
    if reason := drawn_or_printed(data):
        return reason
    start = data[:4096].lower()
    if b"<!doctype html" in start or b"<html" in start or b"<script" in start:
        return _HTML
    return _OTHER


def drawn_or_printed(data: bytes) -> str:
    """Why a drawing (SVG) or a PDF is not taken, "" for anything else. Both can be made of letters alone."""
    start = data[:4096].lower()
    if b"%pdf-" in start:
        return _PDF
    return _SVG if b"<svg" in start else ""


def digest(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def worked_on(data: bytes, *, worker: Path, slow: str, name: str, words: Sequence[str] = ()) -> bytes:
    """What the worker, started with these ``words``, says. Its output is a file, so that its limit on bytes counts.

    Raises ``PictureRefused``, with the sentence ``slow`` where it takes too long.
    """
    # Isolated (-I): no module of the current folder, no PYTHON* variable, and nothing of our environment.
    command = [sys.executable, "-I", "-B", str(worker), *words]
    with _SLOTS, tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(
                command,
                input=data,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PictureRefused(slow, name=name) from None
        output.seek(0)
        said = output.read()
    if done.returncode:
        logger.warning("%s ended with %s", worker.name, done.returncode)
        raise PictureRefused(slow if done.returncode == -signal.SIGXCPU else UNSAFE, name=name)
    return said


def _cleaned(said: bytes) -> Cleaned:
    """The worker's answer, believed only as far as it can be checked: it has read hostile bytes."""
    line, _newline, data = said.partition(b"\n")
    facts: dict[str, Any] = json.loads(line)
    if "refused" in facts:
        raise PictureRefused(_REFUSALS[facts["refused"]])
    if not data.startswith(_MIMES[facts["mime"]]):
        raise PictureRefused(UNSAFE)
    return Cleaned(
        data=data,
        mime=facts["mime"],
        width=int(facts["width"]),
        height=int(facts["height"]),
        has_place=facts["has_place"] is True,
        taken_at=str(facts["taken_at"])[:19],
        sha256=digest(data),
        animated=facts["animated"] is True,
        place=_place(facts["place"]),
        hashes=tuple(int(str(each), 16) & _64_BITS for each in facts["hashes"][:_MOST_HASHES]),
        reduced=float(facts["reduced"]),
    )


def _place(said: Any) -> tuple[float, float] | None:
    return (float(said[0]), float(said[1])) if said else None
