"""Decodes one hostile picture and draws it anew, in a process of its own with hardly any rights.

``pictures.py`` starts this file as a script with an empty environment and, as its only word, how long a side may be.
It imports nothing of the house, so that a flaw in a decoder meets no settings, no database and no secrets. Standard
input is the upload; standard output is one line of JSON, ``{"refused": CODE}`` or what is known of the picture, and
then the clean bytes.
"""

import io
import json
import math
import resource
import sys
from contextlib import suppress
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, ImageChops, ImageCms
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
# Left, top, right and bottom of the cuts by which copies are known, as parts of width and height.
CUTS = (
    (0.0, 0.0, 1.0, 1.0),
    (0.075, 0.075, 0.925, 0.925),
    *((left, top, left + 0.85, top + 0.85) for left in (0.0, 0.15) for top in (0.0, 0.15)),
    (0.0, 0.15, 1.0, 1.0),
    (0.0, 0.0, 1.0, 0.85),
    # A square of 4:3, as networks make them.
    (0.125, 0.0, 0.875, 1.0),
    (0.0, 0.125, 1.0, 0.875),
)
# Of 255: a difference in brightness that is none to the eye.
SAME = 12


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


def answer(upload: bytes, *, side: int = MAX_SIDE) -> bytes:
    """The whole answer to ``upload``: the line of JSON and, unless refused, the clean bytes.

    No side is longer than ``side`` pixels.
    """
    try:
        facts, clean = _redrawn(upload, side)
    except Refused as refusal:
        return _line({"refused": refusal.code})
    except MemoryError:
        return _line({"refused": "heavy"})
    except Exception:  # noqa: BLE001 - decoders raise anything on hostile bytes, and all of it means the same
        return _line({"refused": "damaged"})
    return _line(facts) + clean


def _line(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts).encode() + b"\n"


def _redrawn(upload: bytes, side: int) -> tuple[dict[str, Any], bytes]:
    opened = _opened(upload)
    opened.load()
    exif = _exif(opened)
    image, widest = _plain(opened), max(opened.size)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    image = _in_srgb(image, opened.info.get("icc_profile"))
    if exif.get("orientation") in TURNS:
        image = image.transpose(TURNS[exif["orientation"]])
    image, mime, clean = _fitted(_without_hidden_colours(image))
    facts = {
        "mime": mime,
        "reduced": widest / max(image.size),
        "width": image.width,
        "height": image.height,
        "has_place": exif.get("has_place", False) or b"GPSLatitude" in upload,  # the second is XMP's spelling
        "place": exif.get("place"),
        "taken_at": exif.get("taken_at", ""),
        # Several pictures in a JPEG are views or depths of one, not an animation.
        "animated": not isinstance(opened, MpoImageFile) and getattr(opened, "is_animated", False),
        "hashes": hashes(image),
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
            "place": _place(place),
            "taken_at": _moment(str(moment or exif.get(ExifTags.Base.DateTime, ""))),
        }
    return {}


def _place(said: dict[int, Any]) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, south and west below 0; None where they are not to be had."""
    with suppress(Exception):
        latitude = _degrees(said[ExifTags.GPS.GPSLatitude], said.get(ExifTags.GPS.GPSLatitudeRef) == "S")
        longitude = _degrees(said[ExifTags.GPS.GPSLongitude], said.get(ExifTags.GPS.GPSLongitudeRef) == "W")
        if -90 <= latitude <= 90 and -180 <= longitude <= 180:
            return latitude, longitude
    return None


def _degrees(parts: Any, below: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return (degrees + minutes / 60 + seconds / 3600) * (-1 if below else 1)


def hashes(image: Image.Image) -> list[str]:
    """Twenty hashes of 64 bits, hexadecimal: of the whole first, of cuts of it, and of all these mirrored.

    Bars of one colour at the edges do not count. [] for what has next to nothing in it, such as one colour.
    """
    grey = _without_bars(image.convert("L").resize((256, 256), Image.Resampling.BOX))
    if _spread(grey) < 2 * SAME:
        return []
    both = (grey, grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    return [_hash(side.resize((9, 8), Image.Resampling.BOX, box=_cut(side, cut))) for side in both for cut in CUTS]


def _hash(tiny: Image.Image) -> str:
    """Of each of 8 x 8 places, whether the next one to the right is brighter (a "difference hash")."""
    rows = [list(tiny.tobytes()[start : start + 9]) for start in range(0, 72, 9)]
    bits = ["1" if row[x + 1] > row[x] else "0" for row in rows for x in range(8)]
    return f"{int(''.join(bits), 2):016x}"


def _cut(image: Image.Image, cut: tuple[float, ...]) -> tuple[float, float, float, float]:
    left, top, right, bottom = cut
    return left * image.width, top * image.height, right * image.width, bottom * image.height


def _without_bars(grey: Image.Image) -> Image.Image:
    """Without edges of one colour, as players, screenshots and frames add them; at least half of each side stays."""
    corner = Image.new("L", grey.size, grey.getpixel((0, 0)))
    box = ImageChops.difference(grey, corner).point(lambda value: 255 if value > SAME else 0).getbbox()
    if box and box[2] - box[0] >= grey.width // 2 and box[3] - box[1] >= grey.height // 2:
        return grey.crop(box)
    return grey


def _spread(grey: Image.Image) -> int:
    """How far the brightest of 8 x 8 places is from the darkest."""
    places = grey.resize((8, 8), Image.Resampling.BOX).tobytes()
    return max(places) - min(places)


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
    side = int(sys.argv[1]) if len(sys.argv) > 1 else MAX_SIDE
    rehearse()
    confine()
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(), side=side))


if __name__ == "__main__":
    main()
