"""Tells whether two pictures show the same, when a network packed one of them anew."""

from io import BytesIO

from PIL import Image

# Pictures are compared as so many by so many coloured squares.
SQUARES = 16
# Mean difference of a colour value, of 255. Packing anew changes 1 to 3, another photo 30 and more.
ALIKE = 8.0
# Width to height may differ by this part: networks round to whole pixels.
SHAPE = 0.03
# No network shows larger ones; what is larger is not opened here.
MOST_BYTES, MOST_PIXELS = 12_000_000, 30_000_000


def alike(ours: bytes, theirs: bytes) -> bool:
    """Do both show the same? ``theirs`` comes from outside: only JPEG, PNG and WebP of bounded size are read."""
    seen, wanted = _squares(theirs), _squares(ours)
    if seen is None or wanted is None or abs(seen[0] / wanted[0] - 1) > SHAPE:
        return False
    differences = (abs(one - other) for one, other in zip(seen[1], wanted[1], strict=True))
    return sum(differences) / len(seen[1]) <= ALIKE


def _squares(data: bytes) -> tuple[float, bytes] | None:
    """Width to height, and the colours; None where it cannot be read."""
    if len(data) > MOST_BYTES:
        return None
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.draft("RGB", (4 * SQUARES, 4 * SQUARES))
            shape = picture.width / picture.height
            return shape, picture.convert("RGB").resize((SQUARES, SQUARES), Image.Resampling.BOX).tobytes()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
