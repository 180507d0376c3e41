"""Pictures that nobody took: drawn, so that an exercise needs nobody's photos."""

from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from math import cos, pi, sin

from PIL import Image, ImageDraw, ImageFont

from vierogen.core.words import gettext_noop as _

SIZE = (800, 800)
INK = "#14213d"
Draw = ImageDraw.ImageDraw


def with_words(words: str) -> bytes:
    """A PNG of a note on a board with ``words`` on it, or an empty board."""
    picture, draw = _canvas("#e9e2d2")
    draw.rounded_rectangle((50, 60, 750, 740), 18, fill="#fffdf7", outline="#b9ab8c", width=4)
    for x in (90, 710):
        draw.ellipse((x - 14, 86, x + 14, 114), fill="#b3261e")
    # The largest letters with which everything fits; beyond that the end is cut off, as on a real photo.
    for size in (44, 36, 28, 22, 17):
        font = ImageFont.load_default(size)
        lines = _wrapped(words, font, width=600)
        if len(lines) * size * 1.35 < 570:
            break
    draw.multiline_text((100, 140), "\n".join(lines[:26]), fill=INK, font=font, spacing=size * 0.35)
    return _png(picture)


def _wrapped(words: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, *, width: int) -> list[str]:
    """Lines no wider than ``width`` pixels; a word that is wider is broken."""
    lines: list[str] = []
    for paragraph in words.splitlines():
        line = ""
        for word in paragraph.split():
            for piece in _pieces(word, font, width=width):
                longer = f"{line} {piece}".strip()
                if font.getlength(longer) > width:
                    lines.append(line)
                    longer = piece
                line = longer
        lines.append(line)
    return lines


def _pieces(word: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, *, width: int) -> list[str]:
    if font.getlength(word) <= width:
        return [word]
    most = max(1, int(len(word) * width / font.getlength(word)) - 1)
    return [word[start : start + most] for start in range(0, len(word), most)]


def _beach(draw: Draw) -> None:
    draw.rectangle((0, 0, 800, 420), fill="#9bd4f0")
    draw.ellipse((580, 60, 720, 200), fill="#ffd35c")
    draw.rectangle((0, 380, 800, 540), fill="#2f7fb5")
    for y in range(400, 530, 34):
        draw.line([(x, y + 6 * sin(x / 25)) for x in range(0, 801, 8)], fill="#8cc4e6", width=4)
    draw.rectangle((0, 530, 800, 800), fill="#f0d9a6")
    draw.line((180, 300, 180, 690), fill="#f7f2e6", width=12)
    draw.pieslice((20, 190, 340, 510), 180, 360, fill="#d1495b")
    for start in (216, 288):
        draw.pieslice((20, 190, 340, 510), start, start + 36, fill="#fff3df")
    _person(draw, (470, 330), skin="#e3a57f", shirt="#e3a57f", trousers="#7b2d8b")
    draw.rounded_rectangle((430, 352, 510, 376), 10, fill=INK)
    draw.polygon([(590, 470), (630, 470), (610, 540)], fill="#c98a4b")
    draw.ellipse((580, 420, 640, 480), fill="#f6a5c0")


def _party(draw: Draw) -> None:
    draw.rectangle((0, 0, 800, 800), fill="#3d2352")
    colours = ("#ffd35c", "#6fd08c", "#f6a5c0", "#8cc1f7")
    for number in range(60):
        x, y = (number * 137) % 800, (number * number * 53 + number * 29) % 520
        draw.rectangle((x, y, x + 12, y + 12), fill=colours[number % 4])
    draw.ellipse((340, 40, 460, 160), fill="#d9dee8")
    for angle in range(0, 180, 20):
        ends = (400 + 600 * cos(pi * angle / 180), 100 + 600 * sin(pi * angle / 180))
        draw.line((400, 100, *ends), fill="#5d3a7a", width=6)
    _person(draw, (240, 350), skin="#8d5a3b", shirt="#f6a5c0", trousers="#14213d")
    _person(draw, (540, 350), skin="#f1c9a5", shirt="#6fd08c", trousers="#0a66b0")
    draw.polygon([(180, 350), (300, 350), (240, 210)], fill="#ffd35c")
    draw.polygon([(480, 350), (600, 350), (540, 210)], fill="#d1495b")
    draw.polygon([(360, 480), (430, 480), (408, 560), (382, 560)], fill="#e8f3fb")
    draw.line((395, 560, 395, 640), fill="#e8f3fb", width=8)


def _hall(draw: Draw) -> None:
    draw.rectangle((0, 0, 800, 800), fill="#cfe6f5")
    draw.rectangle((0, 640, 800, 800), fill="#9fc08a")
    draw.rectangle((140, 340, 660, 660), fill="#c9745a")
    draw.polygon([(110, 350), (690, 350), (400, 190)], fill="#7a4a3c")
    draw.rectangle((365, 110, 435, 260), fill="#b9654d")
    draw.polygon([(350, 115), (450, 115), (400, 30)], fill="#46536b")
    draw.ellipse((378, 150, 422, 194), fill="#fffdf7", outline=INK, width=4)
    draw.line((400, 172, 400, 158), fill=INK, width=4)
    draw.line((400, 172, 410, 178), fill=INK, width=4)
    for x in (180, 280, 460, 560):
        draw.rectangle((x, 400, x + 60, 490), fill="#fffdf7", outline=INK, width=4)
        draw.line((x + 30, 400, x + 30, 490), fill=INK, width=4)
    draw.rounded_rectangle((360, 520, 440, 662), 36, fill="#5b3a29")
    draw.rectangle((330, 660, 470, 690), fill="#b9ab8c")


def _person(draw: Draw, head: tuple[int, int], *, skin: str, shirt: str, trousers: str) -> None:
    """Somebody, from head to knee; ``head`` is the middle of the head."""
    x, y = head
    draw.rounded_rectangle((x - 85, y + 70, x + 85, y + 290), 60, fill=shirt)
    draw.line((x - 75, y + 110, x - 120, y + 230), fill=skin, width=34)
    draw.line((x + 75, y + 110, x + 140, y + 170), fill=skin, width=34)
    draw.rounded_rectangle((x - 85, y + 260, x + 85, y + 370), 30, fill=trousers)
    for side in (-45, 45):
        draw.line((x + side, y + 360, x + side, y + 470), fill=skin, width=46)
    draw.rectangle((x - 20, y + 50, x + 20, y + 90), fill=skin)
    draw.ellipse((x - 62, y - 70, x + 62, y + 70), fill=skin)
    draw.arc((x - 30, y - 10, x + 30, y + 45), 20, 160, fill=INK, width=6)


# What lies in the phone's album: the words for people, and how to draw it. The first two are nobody's business.
ALBUM: dict[str, tuple[str, Callable[[Draw], None]]] = {
    "beach": (_("Private: on the beach"), _beach),
    "party": (_("Private: at a party"), _party),
    "hall": (_("For work: the town hall"), _hall),
}


@lru_cache(maxsize=8)
def photo(key: str) -> bytes:
    """The photo of the album as a PNG of 800 x 800 pixels. Raises ``KeyError``."""
    _words, drawn = ALBUM[key]
    picture, draw = _canvas("#ffffff")
    drawn(draw)
    return _png(picture)


def _canvas(colour: str) -> tuple[Image.Image, Draw]:
    picture = Image.new("RGB", SIZE, colour)
    return picture, ImageDraw.Draw(picture)


def _png(picture: Image.Image) -> bytes:
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
