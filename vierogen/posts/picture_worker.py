"""Decodes one hostile picture and draws it anew, in a process of its own with hardly any rights.

``pictures.py`` starts this file as a script with an empty environment. It imports nothing of the house, so
that a flaw in a decoder meets no settings, no database and no secrets. Standard input is the upload; standard
output is one line of JSON, ``{"refused": CODE}`` or what is known of the picture, and then the clean bytes.
"""

import io
import json
import math
import resource
import sys
from contextlib import suppress
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, ImageCms
from PIL.MpoImagePlugin import MpoImageFile

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# A pixel takes four bytes to decode, and as much again while it is drawn anew.
MAX_PIXELS = 50_000_000
MAX_SIDE = 4096
# No photo of this size needs more; noise drawn as PNG would take 67 MB.
MAX_BYTES = 8_000_000
QUALITY = 88
CPU_SECONDS = 20
MEMORY_BYTES = 1_200_000_000
WRITTEN_BYTES = 9_000_000
# EXIF 2.32, tag 0x0112: how the camera was held, and what undoes it.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Refused(Exception):  # noqa: N818 - says what was done
    """This picture is not taken; ``code`` is one that ``pictures.py`` has a sentence for."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def rehearse() -> None:
    """Use every decoder once on a picture of our own.

    Python and Pillow load some of their parts at first use, and after ``confine`` no file can be opened.
    """
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = "2026:05:04 19:58:00"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind, mode in (("JPEG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGBA"), ("GIF", "P")):
        buffer = io.BytesIO()
        Image.new(mode, (2, 2)).save(buffer, kind, exif=exif, icc_profile=profile)
        answer(buffer.getvalue())


def confine() -> None:
    """Give up what decoding does not need; a child cannot get it back.

    With three descriptors at most, all in use, no file and no connection can be opened from here on.
    """
    # A second between the two, in which the kernel says SIGXCPU: at the hard limit it says only SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(limit, (most, most))


def answer(upload: bytes) -> bytes:
    """The whole answer to ``upload``: the line of JSON and, unless refused, the clean bytes."""
    try:
        facts, clean = _redrawn(upload)
    except Refused as refusal:
        return _line({"refused": refusal.code})
    except MemoryError:
        return _line({"refused": "heavy"})
    except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes, and all of it means the same
        return _line({"refused": "damaged"})
    return _line(facts) + clean


def _line(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts).encode() + b"\n"


def _redrawn(upload: bytes) -> tuple[dict[str, Any], bytes]:
    opened = _opened(upload)
    opened.load()
    exif = _exif(opened)
    image = _plain(opened)
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    image = _in_srgb(image, opened.info.get("icc_profile"))
    if exif.get("orientation") in TURNS:
        image = image.transpose(TURNS[exif["orientation"]])
    image, mime, clean = _fitted(_without_hidden_colours(image))
    facts = {
        "mime": mime,
        "width": image.width,
        "height": image.height,
        "has_place": exif.get("has_place", False) or b"GPSLatitude" in upload,  # the second is XMP's spelling
        "taken_at": exif.get("taken_at", ""),
        # Several pictures in a JPEG are views or depths of one, not an animation.
        "animated": not isinstance(opened, MpoImageFile) and getattr(opened, "is_animated", False),
    }
    return facts, clean


def _opened(upload: bytes) -> Image.Image:
    """The picture with its size known and nothing decoded yet."""
    try:
        opened = Image.open(io.BytesIO(upload), formats=FORMATS)
    except Image.DecompressionBombError:
        raise Refused("pixels") from None
    if opened.width * opened.height > MAX_PIXELS:
        raise Refused("pixels")
    return opened


def _exif(image: Image.Image) -> dict[str, Any]:
    """What people are told before all EXIF is thrown away; unreadable EXIF tells nothing and goes too."""
    with suppress(Exception):
        exif = image.getexif()
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        moment = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        return {
            "orientation": exif.get(ExifTags.Base.Orientation),
            "has_place": ExifTags.GPS.GPSLatitude in place and ExifTags.GPS.GPSLongitude in place,
            "taken_at": _moment(str(moment or exif.get(ExifTags.Base.DateTime, ""))),
        }
    return {}


def _moment(text: str) -> str:
    """EXIF's "2026:05:04 19:58:00" as "2026-05-04 19:58:00", "" where it is anything else."""
    try:
        return str(datetime.fromisoformat(text[:10].replace(":", "-") + text[10:19]))
    except ValueError:
        return ""


def _plain(image: Image.Image) -> Image.Image:
    """As L, RGB, CMYK or RGBA, the modes that can be scaled and whose colours can be converted."""
    if image.mode.startswith("I"):
        # 16 bits a pixel; Pillow would cut off what is above 255.
        image = image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.copy() if image.mode in {"L", "RGB", "CMYK"} else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        # A broken or unfitting profile says nothing about the colours.
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode=mode)
            if converted:
                return converted
    return image.convert(mode)


def _without_hidden_colours(image: Image.Image) -> Image.Image:
    """Without alpha where all is opaque; what is fully transparent keeps no colour that could be revealed."""
    if image.mode != "RGBA":
        return image
    alpha = image.getchannel("A")
    lowest, _highest = alpha.getextrema()
    if lowest == 255:
        return image.convert("RGB")
    nothing = Image.new("RGBA", image.size)
    return Image.composite(image, nothing, alpha.point(lambda value: 255 if value else 0))


def _fitted(image: Image.Image) -> tuple[Image.Image, str, bytes]:
    """Saved without any metadata, and smaller until it fits."""
    while True:
        mime, clean = _saved(image)
        if len(clean) <= MAX_BYTES:
            return image, mime, clean
        # Bytes go with the surface, so with the square of the side; a little less, so that this ends soon.
        scale = max(0.5, 0.95 * math.sqrt(MAX_BYTES / len(clean)))
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS)


def _saved(image: Image.Image) -> tuple[str, bytes]:
    # Savers take comments and profiles over from here.
    image.info = {}
    buffer = io.BytesIO()
    if image.mode == "RGBA":
        image.save(buffer, "PNG")
        return "image/png", buffer.getvalue()
    # Full colour resolution: posters and screenshots have small coloured letters.
    image.save(buffer, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return "image/jpeg", buffer.getvalue()


def main() -> None:
    """Answer the one upload on standard input."""
    rehearse()
    confine()
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
