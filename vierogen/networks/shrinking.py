"""Makes a picture fit a network that takes only so many bytes."""

from dataclasses import replace
from io import BytesIO

from PIL import Image

from vierogen.core.words import gettext_noop as _
from vierogen.networks.base import NetworkError, Picture

# Longest edge in pixels and JPEG quality, from the best to what is still decent on a phone.
_STEPS = tuple((edge, quality) for edge in (4000, 2000, 1400, 1000) for quality in (90, 80, 70))


def shrunk(picture: Picture, *, limit: int) -> Picture:
    """Return ``picture``, as a smaller JPEG where it has more than ``limit`` bytes.

    The same picture always gives the same bytes, so that a second attempt sends what the first one sent.
    Raises ``NetworkError`` where nothing helps.
    """
    if len(picture.data) <= limit:
        return picture
    for edge, quality in _STEPS:
        smaller = _as_jpeg(picture, edge=edge, quality=quality)
        if len(smaller.data) <= limit:
            return smaller
    raise NetworkError(_("This picture is too large for the network, even when it is made smaller."))


def _as_jpeg(picture: Picture, *, edge: int, quality: int) -> Picture:
    with Image.open(BytesIO(picture.data)) as opened:
        image = _on_white(opened)
    image.thumbnail((edge, edge))
    packed = BytesIO()
    image.save(packed, "JPEG", quality=quality, optimize=True)
    width, height = image.size
    return replace(picture, data=packed.getvalue(), mime="image/jpeg", width=width, height=height)


def _on_white(image: Image.Image) -> Image.Image:
    """JPEG knows no transparency; what shines through becomes white, as on a page."""
    seen = image.convert("RGBA")
    white = Image.new("RGBA", seen.size, "white")
    return Image.alpha_composite(white, seen).convert("RGB")
