"""Tells whether two pictures show the same, when a network packed one of them anew.

Wrong either way costs something, but not the same: to take somebody's private picture for ours hides it, and not to
recognise ours asks a person. So whatever is not certain is not alike.
"""

from io import BytesIO
from math import sqrt

from PIL import Image

# Pictures are compared as so many by so many coloured squares: fine enough for the words on a card.
SQUARES = 64
# Mean difference of a colour value, of 255: packing anew changes 1, another photo 30 and more.
ALIKE = 5.0
# Of the one square that differs most: packing anew changes 5, another word on a white card 40.
MOST = 12.0
# How far both go up and down together, 1.0 for always. Dark and flat pictures differ little in everything else.
TOGETHER = 0.95
# How far red, green and blue are from the mean of each. Of an even surface nobody can tell whose it is.
CONTRAST = 2.0
# Width to height may differ by this part: networks round to whole pixels.
SHAPE = 0.03
# No network shows larger ones; what is larger is not opened here.
MOST_BYTES, MOST_PIXELS = 12_000_000, 30_000_000


def alike(ours: bytes, theirs: bytes) -> bool:
    """Do both show the same? ``theirs`` comes from outside: only JPEG, PNG and WebP of bounded size are read."""
    seen, wanted = _squares(theirs), _squares(ours)
    if seen is None or wanted is None or abs(seen[0] / wanted[0] - 1) > SHAPE:
        return False
    return _differ_little(seen[1], wanted[1]) and _go_together(seen[1], wanted[1])


def _differ_little(one: bytes, other: bytes) -> bool:
    differences = [abs(mine - yours) for mine, yours in zip(one, other, strict=True)]
    worst = max(map(sum, zip(*[iter(differences)] * 3, strict=True))) / 3
    return worst <= MOST and sum(differences) / len(differences) <= ALIKE


def _go_together(one: bytes, other: bytes) -> bool:
    """Pearson's correlation of both, each from its own mean."""
    mine, yours = _from_mean(one), _from_mean(other)
    spread, also = (sqrt(sum(each * each for each in colours) / len(colours)) for colours in (mine, yours))
    if min(spread, also) < CONTRAST:
        return False
    both = sum(here * there for here, there in zip(mine, yours, strict=True)) / len(mine)
    return both / (spread * also) >= TOGETHER


def _from_mean(colours: bytes) -> list[float]:
    means = [sum(colours[colour::3]) * 3 / len(colours) for colour in range(3)]
    return [value - means[place % 3] for place, value in enumerate(colours)]


def _squares(data: bytes) -> tuple[float, bytes] | None:
    """Width to height, and the colours; None where it cannot be read."""
    if len(data) > MOST_BYTES:
        return None
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            # Read smaller where that is as good: the squares must not depend on where its pixels happen to end.
            picture.draft("RGB", (16 * SQUARES, 16 * SQUARES))
            shape = picture.width / picture.height
            return shape, picture.convert("RGB").resize((SQUARES, SQUARES), Image.Resampling.HAMMING).tobytes()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
