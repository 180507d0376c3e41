"""Hostile and honest uploads, all through the real worker process."""

import hashlib
import io
import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageChops, ImageCms, ImageDraw, PngImagePlugin

from vierogen.core import pictures
from vierogen.core.pictures import Cleaned, PictureRefused, reencode

SIZE = (64, 40)
# What must never survive: a camera's serial number, a person's name, and a place.
SECRETS = ("SERIAL-8812-XQ", "Jannie de Fotograaf", "GPSLatitude")
PLACE: dict[int, Any] = {
    ExifTags.GPS.GPSLatitudeRef: "N",
    ExifTags.GPS.GPSLatitude: (52.0, 5.0, 26.44),
    ExifTags.GPS.GPSLongitudeRef: "E",
    ExifTags.GPS.GPSLongitude: (5.0, 7.0, 17.3),
}
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="52,5.44N" exif:GPSLongitude="5,7.28E"/>
</rdf:RDF></x:xmpmeta>"""


def scene() -> Image.Image:
    """A picture whose four corners differ, so that every turn shows."""
    image = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(image)
    for corner, colour in zip(((0, 0), (48, 0), (0, 28), (48, 28)), ("red", "green", "blue", "black"), strict=True):
        draw.rectangle((*corner, corner[0] + 15, corner[1] + 11), fill=colour)
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(*, orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[ExifTags.Base.Orientation] = orientation
    made[ExifTags.Base.Artist] = SECRETS[1]
    made.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:05:04 19:58:00"
    made.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = SECRETS[0]
    made.get_ifd(ExifTags.IFD.GPSInfo).update(PLACE)
    return made


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with a header of our choice."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


def opened(cleaned: Cleaned) -> Image.Image:
    image = Image.open(io.BytesIO(cleaned.data))
    image.load()
    return image


def refused(data: bytes) -> str:
    with pytest.raises(PictureRefused) as caught:
        reencode(data, name="bestand.bin")
    assert caught.value.name == "bestand.bin"
    return caught.value.reason


def looks_like(one: Image.Image, other: Image.Image) -> bool:
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).resize((8, 5))
    return max(difference.tobytes()) < 40


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "MPO"])
class TestEveryKind:
    def test_becomes_a_jpeg_that_looks_the_same(self, kind: str) -> None:
        cleaned = reencode(saved(scene(), kind), name="foto")
        assert (cleaned.mime, cleaned.width, cleaned.height) == ("image/jpeg", *SIZE)
        assert looks_like(opened(cleaned), scene())
        assert cleaned.sha256 == hashlib.sha256(cleaned.data).hexdigest()
        assert not cleaned.has_place
        assert not cleaned.animated
        assert cleaned.taken_at == ""

    def test_is_refused_when_it_is_cut_off(self, kind: str) -> None:
        whole = saved(Image.effect_noise((200, 200), 90).convert("RGB"), kind)
        assert "damaged or incomplete" in refused(whole[: len(whole) // 2])

    def test_is_refused_when_only_its_signature_is_there(self, kind: str) -> None:
        assert "damaged or incomplete" in refused(saved(scene(), kind)[:16])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
class TestMetadata:
    def test_place_and_moment_are_told_and_nothing_of_them_survives(self, kind: str) -> None:
        upload = saved(scene(), kind, exif=exif())
        assert all(secret.encode() in upload for secret in SECRETS[:2])
        cleaned = reencode(upload, name="foto")
        assert cleaned.has_place
        assert cleaned.taken_at == "2026-05-04 19:58:00"
        assert not any(secret.encode() in cleaned.data for secret in SECRETS)
        # The place itself, as EXIF writes it: degrees and minutes as fractions of 32 bits.
        for order in "<>":
            assert struct.pack(f"{order}II", 52, 1) not in cleaned.data
        assert dict(opened(cleaned).getexif()) == {}
        assert set(opened(cleaned).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}

    @pytest.mark.parametrize("orientation", range(2, 9))
    def test_the_picture_stands_upright_without_its_orientation_tag(self, kind: str, orientation: int) -> None:
        turn = {
            2: Image.Transpose.FLIP_LEFT_RIGHT,
            3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_90,
            7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270,
        }[orientation]
        upload = saved(scene().transpose(turn), kind, exif=exif(orientation=orientation))
        cleaned = reencode(upload, name="foto")
        assert (cleaned.width, cleaned.height) == SIZE
        assert looks_like(opened(cleaned), scene())


def test_a_place_in_xmp_is_told_and_gone() -> None:
    cleaned = reencode(saved(scene(), "JPEG", xmp=XMP), name="foto.jpg")
    assert cleaned.has_place
    assert b"xmpmeta" not in cleaned.data
    assert b"GPSLatitude" not in cleaned.data


def test_comments_and_text_chunks_are_gone() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRETS[1], zip=False)
    notes.add_itxt("Comment", SECRETS[0])
    for upload in (saved(scene(), "JPEG", comment=SECRETS[1].encode()), saved(scene(), "PNG", pnginfo=notes)):
        assert SECRETS[1].encode() in upload
        cleaned = reencode(upload, name="foto")
        assert not any(secret.encode() in cleaned.data for secret in SECRETS)


def test_a_transparent_png_loses_its_texts_too() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRETS[1])
    see_through = Image.new("RGBA", SIZE, (255, 0, 0, 100))
    cleaned = reencode(saved(see_through, "PNG", pnginfo=notes, exif=exif()), name="logo.png")
    assert cleaned.mime == "image/png"
    assert not any(secret.encode() in cleaned.data for secret in SECRETS)
    kinds = [cleaned.data[at + 4 : at + 8] for at in chunk_starts(cleaned.data)]
    assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}


def chunk_starts(data: bytes) -> list[int]:
    starts, at = [], 8
    while at < len(data):
        starts.append(at)
        at += 12 + struct.unpack(">I", data[at : at + 4])[0]
    return starts


def test_unreadable_metadata_is_thrown_away_with_the_rest() -> None:
    broken = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff" + os.urandom(500)
    cleaned = reencode(saved(scene(), "JPEG", exif=broken), name="foto.jpg")
    assert looks_like(opened(cleaned), scene())
    assert b"Exif" not in cleaned.data


def test_a_moment_that_is_no_moment_is_not_told() -> None:
    made = Image.Exif()
    made[ExifTags.Base.DateTime] = "<script>alert(1)</script>"
    assert reencode(saved(scene(), "JPEG", exif=made), name="foto.jpg").taken_at == ""


def test_what_follows_the_picture_is_gone() -> None:
    for kind in ("JPEG", "PNG", "GIF"):
        upload = saved(scene(), kind) + b"PK\x03\x04 and a whole archive <script>alert(1)</script>"
        cleaned = reencode(upload, name="foto.jpg")
        assert b"archive" not in cleaned.data


def test_a_picture_that_is_also_a_script_becomes_a_picture_only() -> None:
    gif = bytearray(saved(scene(), "GIF"))
    gif[6:8] = b"/*"  # a width of 10799; as a script, the start of a comment
    script = b"*/=1;alert(document.domain)//"
    for upload in (bytes(gif) + script, saved(scene(), "JPEG", comment=script)):
        assert b"alert" in upload
        assert b"alert" not in reencode(upload, name="foto.gif").data


def test_colours_outside_srgb_are_converted_and_the_profile_goes() -> None:
    # A profile in which red and blue have changed places: whoever ignores it shows the wrong colour.
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {profile[at : at + 4].decode(): at for at in range(132, 132 + 12 * profile[131], 12)}
    one, other = tags["rXYZ"] + 4, tags["bXYZ"] + 4
    profile[one : one + 8], profile[other : other + 8] = profile[other : other + 8], profile[one : one + 8]
    cleaned = reencode(saved(Image.new("RGB", SIZE, "red"), "JPEG", icc_profile=bytes(profile)), name="foto.jpg")
    colour = opened(cleaned).getpixel((30, 20))
    assert isinstance(colour, tuple)
    red, _green, blue = colour
    assert blue > 200
    assert red < 60
    assert "icc_profile" not in opened(cleaned).info


def test_a_broken_profile_is_ignored() -> None:
    cleaned = reencode(saved(scene(), "PNG", icc_profile=os.urandom(600)), name="foto.png")
    assert looks_like(opened(cleaned), scene())


def test_transparency_is_kept() -> None:
    half = scene().convert("RGBA")
    half.putalpha(128)
    cleaned = reencode(saved(half, "PNG"), name="logo.png")
    assert cleaned.mime == "image/png"
    assert opened(cleaned).getchannel("A").getextrema() == (128, 128)


def test_colours_under_full_transparency_are_gone() -> None:
    hidden = scene().convert("RGBA")
    hidden.paste((9, 200, 9, 0), (0, 0, 32, 40))
    cleaned = opened(reencode(saved(hidden, "PNG"), name="logo.png"))
    assert cleaned.getpixel((5, 5)) == (0, 0, 0, 0)
    assert cleaned.getpixel((60, 35)) == (0, 0, 0, 255)


def test_of_an_animation_the_first_frame_stays_and_the_writer_can_be_told() -> None:
    others = [Image.new("RGB", SIZE, colour) for colour in ("lime", "navy")]
    for kind in ("GIF", "WEBP", "PNG"):
        upload = saved(scene(), kind, save_all=True, append_images=others)
        cleaned = reencode(upload, name="beweegt.gif")
        assert cleaned.animated
        assert looks_like(opened(cleaned), scene())
        assert getattr(opened(cleaned), "n_frames", 1) == 1


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_way_of_storing_colours_is_understood(mode: str) -> None:
    grey = Image.new("I;16", SIZE, 40_000) if mode == "I;16" else Image.new("L", SIZE, 156).convert(mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    shown = opened(reencode(saved(grey, kind), name="foto")).convert("L").tobytes()
    assert abs(min(shown) - 156) < 6
    assert abs(max(shown) - 156) < 6


def test_a_large_picture_becomes_4096_pixels_at_most() -> None:
    cleaned = reencode(saved(Image.new("RGB", (6000, 1500), "teal"), "PNG"), name="panorama.png")
    assert (cleaned.width, cleaned.height) == (4096, 1024)


def test_a_picture_of_many_bytes_is_made_to_fit() -> None:
    noise = Image.frombytes("RGBA", (1500, 1500), os.urandom(4 * 1500 * 1500))
    cleaned = reencode(saved(noise, "PNG", compress_level=1), name="ruis.png")
    assert len(cleaned.data) <= 8_000_000
    assert cleaned.width == cleaned.height > 1000


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><!-- x --><svg onload="alert(1)"/>', "SVG"),
        (b"<!DOCTYPE html><html><body>", "web page"),
        (b"\n\n<script>alert(1)</script>", "web page"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2", "film"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1", "Only JPEG"),
        (b"MZ\x90\x00" + b"\x00" * 60, "Only JPEG"),
        (b"II*\x00\x08\x00\x00\x00", "Only JPEG"),
        (b"\x1f\x8b\x08svgz", "Only JPEG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "Only JPEG"),
        (b"\x00" * 5000, "Only JPEG"),
        (b"\xff\xd8\xff" + b"\x00" * 40 * 1024 * 1024, "larger than 25 MB"),
        (b"\xff\xd8\xff" + b"\x00" * 5000, "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 5000, "damaged"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 " + b"\x00" * 500, "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:12].hex(),
)
def test_what_is_no_picture_of_ours_is_refused_with_the_reason(data: bytes, words: str) -> None:
    assert words in refused(data)


def test_a_bomb_is_refused_before_it_is_decoded() -> None:
    # 10,000,000,000 pixels in 100 bytes; and just over 50 megapixels.
    for width, height in ((100_000, 100_000), (8000, 6251), (2**31 - 1, 1)):
        bomb = png(width, height, (b"IDAT", zlib.compress(b"\x00" * 100)))
        assert "more than 50 megapixels" in refused(bomb)


def test_a_bomb_in_a_text_chunk_does_no_harm() -> None:
    packed = zlib.compress(b"a" * 100_000_000, 9)
    bomb = png(1, 1, (b"zTXt", b"Comment\x00\x00" + packed), (b"IDAT", zlib.compress(b"\x00\x01\x02\x03")))
    assert "damaged" in refused(bomb)


def test_the_largest_allowed_picture_fits_in_the_workers_memory() -> None:
    upload = saved(Image.new("RGBA", (8160, 6120), (2, 3, 4, 5)), "PNG", compress_level=1)
    assert reencode(upload, name="groot.png").width == 4096


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Puts other code in the worker's place."""

    def put(code: str) -> None:
        (tmp_path / "worker.py").write_text(code, encoding="utf-8")
        monkeypatch.setattr(pictures, "WORKER", tmp_path / "worker.py")

    return put


def test_the_worker_inherits_no_environment_and_no_folder(
    instead: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIEROGEN_SECRET_KEY", "do not tell")
    told = tmp_path / "told.json"
    instead(
        "import json, os, sys; from pathlib import Path\n"
        f"Path({str(told)!r}).write_text(json.dumps([dict(os.environ), os.getcwd(), sys.flags.isolated]))"
    )
    refused(saved(scene(), "PNG"))
    environment, folder, isolated = json.loads(told.read_text())
    assert "VIEROGEN_SECRET_KEY" not in environment
    assert set(environment) <= {"LC_CTYPE"}  # Python sets this one itself (PEP 538)
    assert folder == "/"
    assert isolated == 1


def test_the_worker_sees_no_open_file_of_ours(instead: Callable[[str], None], tmp_path: Path) -> None:
    told = tmp_path / "told"
    secret = tmp_path / "secret"
    secret.write_text("x")
    instead(
        "import os; from pathlib import Path\n"
        "held = [f'/proc/self/fd/{at}' for at in range(3, 256)]\n"
        "names = [os.readlink(at) for at in held if os.path.exists(at)]\n"
        f"Path({str(told)!r}).write_text(' '.join(names))"
    )
    with secret.open() as held:
        os.set_inheritable(held.fileno(), True)
        refused(saved(scene(), "PNG"))
    assert str(secret) not in told.read_text()


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.exit(1)",
        "import os; os.kill(os.getpid(), 11)",
        "",
        "print('not json')",
        "print('{}')",
        "print('[]')",
        'print(\'{"refused": "something new"}\')',
        'print(\'{"mime": "text/html", "width": 1, "height": 1}\'); print("<script>")',
        'print(\'{"mime": "image/png", "width": 1, "height": 1}\'); print("<script>")',
        "import os; os.write(1, bytes([255]) * 100)",
    ],
)
def test_a_worker_that_fails_or_lies_is_not_believed(instead: Callable[[str], None], code: str) -> None:
    instead(code)
    assert "could not be read safely" in refused(saved(scene(), "PNG"))


def test_a_worker_that_hangs_is_ended(instead: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "TIMEOUT", 0.5)
    instead("import time; time.sleep(60)")
    assert "too long" in refused(saved(scene(), "PNG"))


def test_a_worker_that_uses_up_its_processor_time_is_told_as_slow(instead: Callable[[str], None]) -> None:
    whole = pictures.WORKER.read_text(encoding="utf-8").partition("def answer(")[0]
    instead(f"{whole}\nCPU_SECONDS = 1\nconfine()\nwhile True: pass")
    assert "too long" in refused(saved(scene(), "PNG"))
