"""Pictures in the form that Instagram takes.

https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/media, "Image
Specifications": JPEG, at most 8 MB, 320 to 1440 pixels wide, 4:5 to 1.91:1 in the feed. "Story Image
Specifications": the same, and 9:16 recommended.
"""

from dataclasses import replace
from io import BytesIO

from PIL import Image

from vierogen.core.words import gettext_noop as _
from vierogen.networks.base import Format, NetworkError, Picture

MOST_BYTES = 8 * 1000 * 1000
NARROWEST, WIDEST = 320, 1440
# Width to height, from the steepest to the flattest; a story a little more than 9:16, as pixels are whole.
_FEED, _STORY = (0.8, 1.91), (0.56, 1.91)
_QUALITIES = (90, 80, 70, 50)


def fitted(picture: Picture, form: Format) -> Picture:
    """``picture`` as a JPEG that Instagram takes, with white at its sides where its shape would be refused.

    The same picture always gives the same bytes, and a picture that was fitted stays as it is; a film too.
    """
    if picture.is_film or _fits(picture, form):
        return picture
    with Image.open(BytesIO(picture.data)) as opened:
        image = _sized(_padded(_on_white(opened), *(_STORY if form == "story" else _FEED)))
    for quality in _QUALITIES:
        packed = BytesIO()
        image.save(packed, "JPEG", quality=quality)
        if packed.tell() <= MOST_BYTES:
            width, height = image.size
            return replace(picture, data=packed.getvalue(), mime="image/jpeg", width=width, height=height)
    raise NetworkError(_("This picture is too large for the network, even when it is made smaller."))


def _fits(picture: Picture, form: Format) -> bool:
    steepest, flattest = _STORY if form == "story" else _FEED
    shape = picture.width / max(1, picture.height)
    fits = steepest <= shape <= flattest and NARROWEST <= picture.width <= WIDEST
    return fits and picture.mime == "image/jpeg" and len(picture.data) <= MOST_BYTES


def _on_white(image: Image.Image) -> Image.Image:
    """JPEG knows no transparency; what shines through becomes white, as on a page."""
    seen = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")


def _padded(image: Image.Image, steepest: float, flattest: float) -> Image.Image:
    """Nothing is cut off: it may be what the post is about."""
    width, height = image.size
    wanted = (max(width, -int(-height * steepest // 1)), max(height, -int(-width / flattest // 1)))
    if wanted == image.size:
        return image
    canvas = Image.new("RGB", wanted, "white")
    canvas.paste(image, ((wanted[0] - width) // 2, (wanted[1] - height) // 2))
    return canvas


def _sized(image: Image.Image) -> Image.Image:
    width, height = image.size
    wanted = min(max(width, NARROWEST), WIDEST)
    if wanted == width:
        return image
    # Rounded to the side that keeps the shape within what is taken.
    return image.resize((wanted, max(1, round(height * wanted / width))), Image.Resampling.LANCZOS)
