"""Reads one hostile film and copies only what shows and sounds, in a process of its own with hardly any rights.

``films.py`` starts it as a script with an empty environment; it imports nothing of the house and decodes nothing.
A film is a tree of boxes (ISO/IEC 14496-12, and https://developer.apple.com/documentation/quicktime-file-format).
Those that a player needs are copied. Every other one, and every byte that no sample of picture or sound needs,
becomes nothing: a ``free`` box of the same size, so that all offsets stay right. What was said of place, maker,
device, people and chapters stands in those. Standard output is one line of JSON, ``{"refused": CODE}`` or what is
known of the film, and then the clean bytes.
"""

import json
import resource
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

CPU_SECONDS = 20
# The film as it is read, its clean copy, and the tables of its samples.
MEMORY_BYTES = 600_000_000
WRITTEN_BYTES = 60_000_000
MAX_SIDE = 4096
MAX_SECONDS = 6 * 3600
MAX_DEPTH = 8
# Enough for an hour of every kind of film; each takes a few bytes of tables and some steps here.
MAX_SAMPLES = 2_000_000

# What a player needs, per box that holds others. Anything else is emptied.
KEPT: dict[bytes, frozenset[bytes]] = {
    b"": frozenset({b"ftyp", b"moov", b"mdat"}),
    b"moov": frozenset({b"mvhd", b"trak"}),
    b"trak": frozenset({b"tkhd", b"edts", b"mdia"}),
    b"edts": frozenset({b"elst"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"vmhd", b"smhd", b"dinf", b"stbl", b"hdlr"}),
    b"dinf": frozenset({b"dref"}),
    b"stbl": frozenset(
        {b"stsd", b"stts", b"ctts", b"cslg", b"stss", b"stsc", b"stsz", b"stco", b"co64", b"sdtp", b"sgpd", b"sbgp"}
    ),
}
# The boxes within the description of H.264 pictures and of AAC sound.
IN_ENTRY = {
    b"avc1": frozenset({b"avcC", b"pasp", b"colr", b"clap", b"btrt", b"fiel"}),
    b"avc3": frozenset({b"avcC", b"pasp", b"colr", b"clap", b"btrt", b"fiel"}),
    b"mp4a": frozenset({b"esds", b"wave", b"chan", b"btrt"}),
}
# How a place is written: QuickTime's user data, 3GPP's, Apple's and Google's metadata, XMP, action cameras.
PLACES = (b"\xa9xyz", b"loci", b"location.ISO6709", b"GPSLatitude", b"GPSCoordinates", b"gpmd", b"camm")
# Other sound than AAC (QuickTime File Format, sound sample descriptions).
SOUNDS = frozenset({b"lpcm", b"sowt", b"twos", b"alac", b"ac-3", b"ec-3", b"Opus", b"samr", b"sawb", b".mp3", b"fl32"})
# From when these files count (14496-12, 8.2.2.3), in UTC.
EPOCH = datetime(1904, 1, 1)  # noqa: DTZ001


class Refused(Exception):  # noqa: N818 - says what was done
    """This film is not taken, by a code that ``films.py`` has a sentence for."""


@dataclass
class Box:
    """A box from ``start`` to ``end``; its content begins at ``body``."""

    kind: bytes
    start: int
    body: int
    end: int
    inner: list["Box"] = field(default_factory=list)

    def all(self, kind: bytes) -> list["Box"]:
        """The boxes of that kind right within this one."""
        return [box for box in self.inner if box.kind == kind]

    def one(self, *path: bytes) -> "Box":
        """The only box at the end of ``path``; a film without it, or with two, is damaged."""
        found = self
        for kind in path:
            [found] = found.all(kind)
        return found


@dataclass
class Track:
    """One track: what it is for ("vide", "soun", ...), and where its samples are."""

    box: Box
    handler: bytes
    chunks: list[tuple[int, int]] = field(default_factory=list)


def confine() -> None:
    """Give up what reading does not need; a child cannot get it back. As in ``picture_worker.py``."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(limit, (most, most))


def answer(upload: bytes) -> tuple[bytes, bytes | bytearray]:
    """The line of JSON, and the clean bytes (none where it is refused)."""
    try:
        film = Film(upload)
        facts, clean = film.facts(), film.copied()
    except Refused as refusal:
        return _line({"refused": str(refusal)}), b""
    except MemoryError:
        return _line({"refused": "heavy"}), b""
    except Exception:  # noqa: BLE001 - hostile bytes break every expectation, and all of it means the same
        return _line({"refused": "damaged"}), b""
    return _line(facts), clean


def _line(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts).encode() + b"\n"


class Film:
    """An uploaded film, read but not yet copied."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.root = Box(b"", 0, 0, len(data))
        self.dropped: list[Box] = []
        self._read_into(self.root, depth=0)
        self.moov = self.root.one(b"moov")
        self.tracks = [self._track(box) for box in self.moov.all(b"trak")]
        [self.picture] = self._of(b"vide")
        self.kept = [self.picture, *self._of(b"soun")]
        self.dropped += [track.box for track in self.tracks if track not in self.kept]
        for track in self.kept:
            track.chunks = list(self._chunks(track.box.one(b"mdia", b"minf", b"stbl")))

    def _read_into(self, parent: Box, *, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Refused("damaged")
        for box in self._boxes(parent.body, parent.end):
            if box.kind in {b"moof", b"mvex", b"sidx"}:
                # In pieces for streaming (14496-12, 8.8): its length and samples stand elsewhere.
                raise Refused("pieces")
            if box.kind not in KEPT[parent.kind]:
                self.dropped.append(box)
                continue
            parent.inner.append(box)
            if box.kind in KEPT:
                self._read_into(box, depth=depth + 1)

    def _boxes(self, start: int, end: int) -> Iterator[Box]:
        """The boxes that fill ``start`` to ``end`` exactly (14496-12, 4.2)."""
        while start < end:
            size, kind = struct.unpack_from(">I4s", self.data, start)
            body = start + 8
            if size == 1:
                [size] = struct.unpack_from(">Q", self.data, body)
                body += 8
            elif size == 0 and end == len(self.data):
                size = end - start
            if size < body - start or start + size > end:
                raise Refused("damaged")
            yield Box(kind, start, body, start + size)
            start += size

    def _track(self, box: Box) -> Track:
        hdlr = box.one(b"mdia", b"hdlr")
        return Track(box, self.data[hdlr.body + 8 : hdlr.body + 12])

    def _of(self, handler: bytes) -> list[Track]:
        found = [track for track in self.tracks if track.handler == handler]
        if handler == b"vide" and len(found) != 1:
            raise Refused("no picture" if not found else "damaged")
        return found

    def _table(self, box: Box, row: str, *, skip: int = 4) -> list[tuple[int, ...]]:
        """The rows of a table: their number stands after ``skip`` bytes of version and flags."""
        [count] = struct.unpack_from(">I", self.data, box.body + skip)
        size = struct.calcsize(f">{row}")
        start = box.body + skip + 4
        if count > MAX_SAMPLES or start + count * size > box.end:
            raise Refused("damaged")
        return list(struct.iter_unpack(f">{row}", self.data[start : start + count * size]))

    def _sizes(self, stbl: Box) -> list[int]:
        """The size of each sample (14496-12, 8.7.3)."""
        stsz = stbl.one(b"stsz")
        same, count = struct.unpack_from(">II", self.data, stsz.body + 4)
        if count > MAX_SAMPLES:
            raise Refused("damaged")
        return [same] * count if same else [size for (size,) in self._table(stsz, "I", skip=8)]

    def _chunks(self, stbl: Box) -> Iterator[tuple[int, int]]:
        """Where each chunk of samples begins and ends (14496-12, 8.7.4 and 8.7.5); all of it within an ``mdat``."""
        offsets = [offset for (offset,) in self._table(*self._offsets(stbl))]
        runs = self._table(stbl.one(b"stsc"), "III")
        sizes, sample = self._sizes(stbl), 0
        firsts = [first for first, _many, _entry in runs] + [len(offsets) + 1]
        if firsts[0] != 1 or any(one >= other for one, other in pairwise(firsts)):
            raise Refused("damaged")
        for (first, many, _entry), after in zip(runs, firsts[1:], strict=True):
            for chunk in range(first - 1, after - 1):
                start, end = offsets[chunk], offsets[chunk] + sum(sizes[sample : sample + many])
                if not any(box.body <= start and end <= box.end for box in self.root.all(b"mdat")):
                    raise Refused("damaged")
                yield start, end
                sample += many
        if not 0 < len(sizes) <= sample:
            raise Refused("damaged")

    def _offsets(self, stbl: Box) -> tuple[Box, str]:
        """The table of where chunks begin, with 32 or 64 bits each."""
        [table] = stbl.all(b"stco") + stbl.all(b"co64")
        return table, "I" if table.kind == b"stco" else "Q"

    def facts(self) -> dict[str, Any]:
        """Size, length, and what the film said of place and time."""
        width, height = self._size()
        seconds = self._seconds()
        if not (width and height and seconds):
            raise Refused("damaged")
        if width > MAX_SIDE or height > MAX_SIDE or seconds > MAX_SECONDS:
            raise Refused("big")
        return {
            "mime": "video/mp4",
            "width": width,
            "height": height,
            "seconds": round(seconds, 3),
            "has_place": self._had_place(),
            "taken_at": self._taken_at(),
        }

    def _size(self) -> tuple[int, int]:
        """As it is shown: the track's size, turned by its matrix (14496-12, 8.3.2)."""
        tkhd = self.picture.box.one(b"tkhd")
        a, b, _u, c, d, _v, _x, _y, _w, width, height = struct.unpack_from(">9i2I", self.data, tkhd.end - 44)
        shown = (width >> 16, height >> 16)
        turned = abs(a) < abs(b) and abs(d) < abs(c)
        return shown[::-1] if turned else shown

    def _seconds(self) -> float:
        """The longest of what the film and its picture say, so that nothing looks shorter than it is."""
        scale, duration = self._clock(self.moov.one(b"mvhd"))
        media = self.picture.box.one(b"mdia")
        rate, _said = self._clock(media.one(b"mdhd"))
        frames = sum(many * each for many, each in self._table(media.one(b"minf", b"stbl", b"stts"), "II"))
        return max(duration / scale, frames / rate)

    def _clock(self, box: Box) -> tuple[int, int]:
        """Time scale and duration of an ``mvhd`` or ``mdhd`` (14496-12, 8.2.2 and 8.4.2)."""
        if self.data[box.body] == 1:
            scale, duration = struct.unpack_from(">IQ", self.data, box.body + 20)
        else:
            scale, duration = struct.unpack_from(">II", self.data, box.body + 12)
        unknown = duration in {0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
        return scale, 0 if unknown else duration

    def _had_place(self) -> bool:
        told = [self.data[box.start : box.end] for box in self.dropped if box.end - box.start < 10_000_000]
        return any(sign in each for each in told for sign in PLACES)

    def _taken_at(self) -> str:
        """When it was made, in UTC by the camera's own clock; "" where it does not say."""
        mvhd = self.moov.one(b"mvhd")
        [made] = struct.unpack_from(">Q" if self.data[mvhd.body] == 1 else ">I", self.data, mvhd.body + 4)
        return str(EPOCH + timedelta(seconds=made)) if 0 < made < 2**33 else ""

    def copied(self) -> bytearray:
        """All zeroes, and on them what is kept: no box and no sample that is not named here gets through."""
        clean = bytearray(len(self.data))
        for box in self.root.inner:
            self._copy(box, clean)
        for box in self.dropped:
            self._free(box, clean)
        for track in self.kept:
            for start, end in track.chunks:
                clean[start:end] = self.data[start:end]
        return self._description_first(clean)

    def _description_first(self, clean: bytearray) -> bytearray:
        """With ``moov`` before the samples: who fetches a film wants to know it first, and Instagram asks for it.

        https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
        """
        if all(self.moov.start < box.start for box in self.root.all(b"mdat")):
            return clean
        place, start, end = self.root.one(b"ftyp").end, self.moov.start, self.moov.end
        for track in self.kept:
            table, row = self._offsets(track.box.one(b"mdia", b"minf", b"stbl"))
            shifted = [at + end - start if at < start else at for (at,) in self._table(table, row)]
            struct.pack_into(f">{len(shifted)}{row}", clean, table.body + 8, *shifted)
        whole = clean[start:end]
        del clean[start:end]
        clean[place:place] = whole
        return clean

    def _copy(self, box: Box, clean: bytearray) -> None:
        if any(box is other for other in self.dropped):
            return
        clean[box.start : box.body] = self._header(box)
        if box.kind in KEPT:
            for inner in box.inner:
                self._copy(inner, clean)
        elif box.kind != b"mdat":
            clean[box.body : box.end] = CLEANERS.get(box.kind, bytes)(self.data[box.body : box.end])

    def _free(self, box: Box, clean: bytearray) -> None:
        """The same size, nothing in it (14496-12, 8.1.2)."""
        clean[box.start : box.end] = self._header(box) + bytes(box.end - box.body)
        clean[box.start + 4 : box.start + 8] = b"free"

    def _header(self, box: Box) -> bytes:
        """Size and kind; where it says 0 for "to the end", the size: it may not stay the last one."""
        told = self.data[box.start : box.body]
        return told if any(told[:4]) else struct.pack(">I", box.end - box.start) + told[4:]


def _without_times(body: bytes) -> bytes:
    """Of ``mvhd``, ``tkhd`` and ``mdhd``: when it was made and changed."""
    size = 16 if body[0] == 1 else 8
    return body[:4] + bytes(size) + body[4 + size :]


def _without_name(body: bytes) -> bytes:
    """Of ``hdlr``: the name of what made it, and QuickTime's maker (14496-12, 8.4.3)."""
    return body[:12] + bytes(len(body) - 12)


def _only_here(body: bytes) -> bytes:
    """Of ``dref``: all samples are in this very file, or the film is refused (14496-12, 8.7.2)."""
    [count] = struct.unpack_from(">I", body, 4)
    clean, start = bytearray(body), 8
    for _reference in range(count):
        size, _kind, flags = struct.unpack_from(">I4sI", body, start)
        if size < 12 or start + size > len(body) or not flags & 1:
            raise Refused("damaged")
        clean[start + 12 : start + size] = bytes(size - 12)
        start += size
    return bytes(clean[:start]) + bytes(len(body) - start)


def _described(body: bytes) -> bytes:
    """Of ``stsd``: H.264 pictures and AAC sound, and only what describes those (14496-12, 8.5.2)."""
    [count] = struct.unpack_from(">I", body, 4)
    clean, start = bytearray(body[:8]), 8
    for _entry in range(count):
        size, kind = struct.unpack_from(">I4s", body, start)
        entry = body[start : start + size]
        if size < 16 or len(entry) < size:
            raise Refused("damaged")
        if kind not in IN_ENTRY:
            raise Refused("sound" if kind in SOUNDS else "coding")
        clean += _entry_cleaned(entry, kind)
        start += size
    return bytes(clean) + bytes(len(body) - start)


def _entry_cleaned(entry: bytes, kind: bytes) -> bytes:
    if kind == b"mp4a":
        [version] = struct.unpack_from(">H", entry, 16)
        fixed = 36 + {0: 0, 1: 16, 2: 36}[version]
        clean = bytearray(entry)
    else:
        fixed, clean = 86, bytearray(entry)
        # The name of the coder, and sometimes of the camera.
        clean[50:82] = bytes(32)
    start = fixed
    while start + 8 <= len(entry):
        size, inner = struct.unpack_from(">I4s", entry, start)
        if size < 8 or start + size > len(entry):
            break
        if inner not in IN_ENTRY[kind]:
            clean[start + 4 : start + size] = b"free" + bytes(size - 8)
        start += size
    # QuickTime may end with a zero of 32 bits; what is no box is nothing.
    clean[start:] = bytes(len(entry) - start)
    return bytes(clean)


CLEANERS = {
    b"mvhd": _without_times,
    b"tkhd": _without_times,
    b"mdhd": _without_times,
    b"hdlr": _without_name,
    b"dref": _only_here,
    b"stsd": _described,
}


def main() -> None:
    """Answer the one upload on standard input."""
    confine()
    sys.stdout.buffer.writelines(answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
