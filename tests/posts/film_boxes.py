"""Films for tests, built box by box (ISO/IEC 14496-12): well formed, but their samples show nothing."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

SCALE = 1000
# 4 May 2026, 17:58:00 UTC, in seconds since 1904.
MADE = 3_860_762_280
UPRIGHT = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
# A quarter turn to the right, as a phone held upright writes it.
TURNED = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
PLACE = b"+52.0907+005.1214/"
SECRETS = (PLACE, b"Jannie de Filmer", b"PHONE-8812-XQ", b"Hoofdstuk een", b"GPSLatitude", b"CAMCODER 3")


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def ints(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


@dataclass
class Kind:
    """A track: what it is for, how its samples are described, and the samples, each a chunk of its own."""

    handler: bytes
    entry: bytes
    samples: list[bytes]
    duration: int = 2000
    matrix: tuple[int, ...] = UPRIGHT
    size: tuple[int, int] = (0, 0)
    more: bytes = b""


def avc(width: int = 640, height: int = 360, *, coding: bytes = b"avc1", more: bytes = b"") -> bytes:
    fixed = bytes(6) + struct.pack(">H", 1) + bytes(16) + struct.pack(">HH", width, height)
    fixed += ints(0x480000, 0x480000, 0) + struct.pack(">H", 1)
    named = bytes([10]) + b"CAMCODER 3".ljust(31, b"\0")
    return box(coding, fixed, named, struct.pack(">Hh", 24, -1), box(b"avcC", b"\x01\x42\xc0\x1e\xff\xe0\0"), more)


def aac(*, coding: bytes = b"mp4a") -> bytes:
    fixed = bytes(6) + struct.pack(">H", 1) + bytes(8) + struct.pack(">HHHHI", 2, 16, 0, 0, 44100 << 16)
    return box(coding, fixed, full(b"esds", b"\x03\x19"))


def picture(**more: object) -> Kind:
    told = {"size": (640, 360), "samples": [b"PICTURE-1!", b"PICTURE-2!"]}
    return Kind(b"vide", avc(), **{**told, **more})  # type: ignore[arg-type]


def sound() -> Kind:
    return Kind(b"soun", aac(), [b"SOUND-1!", b"SOUND-2!"])


def chapters() -> Kind:
    return Kind(b"text", box(b"text", bytes(52)), [b"\x00\x0dHoofdstuk een"])


def places() -> Kind:
    """What a phone writes of where it goes, every second (Apple's timed metadata)."""
    key = box(b"keys", b"com.apple.quicktime.location.ISO6709")
    return Kind(b"meta", box(b"mebx", bytes(6), b"\0\1", key), [PLACE, PLACE])


def told() -> list[bytes]:
    """What phones and programs say beside the film."""
    return [
        box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7", PLACE), box(b"\xa9mod", b"PHONE-8812-XQ")),
        full(b"meta", box(b"keys", b"Jannie de Filmer")),
        box(b"uuid", bytes(16), b"<x:xmpmeta exif:GPSLatitude='52,5.44N'/>"),
    ]


@dataclass
class Made:
    """How a film is put together."""

    tracks: list[Kind] = field(default_factory=lambda: [picture(), sound()])
    brand: bytes = b"isom"
    in_moov: list[bytes] = field(default_factory=list)
    after: list[bytes] = field(default_factory=list)
    duration: int = 2000
    moov_last: bool = False
    long: bool = False

    def whole(self) -> bytes:
        """The film."""
        ftyp = box(b"ftyp", self.brand, ints(512), self.brand, b"mp42")
        samples = b"".join(sample for track in self.tracks for sample in track.samples)
        mdat = box(b"mdat", samples)
        start = len(ftyp) + 8
        if not self.moov_last:
            start += len(self._moov(0))
        moov = self._moov(start)
        return b"".join([ftyp, *((mdat, moov) if self.moov_last else (moov, mdat)), *self.after])

    def _moov(self, start: int) -> bytes:
        traks = []
        for number, track in enumerate(self.tracks, 1):
            traks.append(self._trak(track, number, start))
            start += sum(map(len, track.samples))
        mvhd = full(
            b"mvhd", *self._clock(self.duration), ints(0x10000), bytes(12 + 36 + 24), ints(9), version=self.long
        )
        return box(b"moov", mvhd, *traks, *self.in_moov)

    def _clock(self, duration: int) -> list[bytes]:
        if self.long:
            return [struct.pack(">QQIQ", MADE, MADE, SCALE, duration)]
        return [ints(MADE, MADE, SCALE, duration)]

    def _trak(self, track: Kind, number: int, start: int) -> bytes:
        width, height = track.size
        shown = struct.pack(">9i2I", *track.matrix, width << 16, height << 16)
        times = struct.pack(">QQIIQ", MADE, MADE, number, 0, track.duration)
        if not self.long:
            times = ints(MADE, MADE, number, 0, track.duration)
        tkhd = full(b"tkhd", times, bytes(16), shown, version=self.long, flags=3)
        mdhd = full(b"mdhd", *self._clock(track.duration), ints(0), version=self.long)
        hdlr = full(b"hdlr", b"mhlr", track.handler, bytes(12), b"Core Media PHONE-8812-XQ\0")
        dref = full(b"dref", ints(1), full(b"url ", flags=1))
        minf = box(b"minf", full(b"vmhd", bytes(8), flags=1), box(b"dinf", dref), self._stbl(track, start))
        return box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, minf), track.more)

    def _stbl(self, track: Kind, start: int) -> bytes:
        sizes = [len(sample) for sample in track.samples]
        offsets = [start + sum(sizes[:place]) for place in range(len(sizes))]
        each = track.duration // len(sizes)
        return box(
            b"stbl",
            full(b"stsd", ints(1), track.entry),
            full(b"stts", ints(1, len(sizes), each)),
            full(b"stsc", ints(1, 1, 1, 1)),
            full(b"stsz", ints(0, len(sizes), *sizes)),
            self._table(offsets),
        )

    def _table(self, offsets: Iterable[int]) -> bytes:
        offsets = list(offsets)
        if self.long:
            return full(b"co64", ints(len(offsets)), struct.pack(f">{len(offsets)}Q", *offsets))
        return full(b"stco", ints(len(offsets), *offsets))


def film(**more: object) -> bytes:
    """A film with picture and sound of two seconds, of 640 x 360."""
    return Made(**more).whole()  # type: ignore[arg-type]


def chatty() -> bytes:
    """A film that says everything that a film can say beside its picture."""
    more = box(b"udta", box(b"name", b"Jannie de Filmer"))
    tracks = [picture(more=more), sound(), chapters(), places()]
    return film(tracks=tracks, brand=b"qt  ", in_moov=told(), after=[*told(), box(b"free", b"PHONE-8812-XQ")])
