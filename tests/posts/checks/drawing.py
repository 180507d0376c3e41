"""Draws the pictures that people put online by mistake, and ordinary ones, in several letters.

The letters and the photos are package data of what requirements/drawing.in names. What a camera adds (noise, a slant,
a shadow) is added here too; a real photo of a real board is still harder to read.
"""

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SANS, MONO, SERIF, NARROW, HAND = "sans", "mono", "serif", "narrow", "hand"
_FILES = {
    MONO: ("fontpkg_jetbrains_mono", "JetBrainsMono[wght].ttf"),
    SERIF: ("fontpkg_crimson_text", "CrimsonText-Regular.ttf"),
    NARROW: ("fontpkg_oswald", "Oswald[wght].ttf"),
    HAND: ("fontpkg_caveat", "Caveat[wght].ttf"),
}
Colour = str | tuple[int, int, int]


def _folder(package: str) -> Path:
    found = find_spec(package)
    assert found is not None, f"{package} is not installed: make setup-dev"
    assert found.origin is not None
    return Path(found.origin).parent


def letters(name: str, size: int) -> Any:
    """One of the fonts; SANS is the one that Pillow brings."""
    if name == SANS:
        return ImageFont.load_default(size)
    package, file = _FILES[name]
    return ImageFont.truetype(str(_folder(package) / "files" / file), size)


def photo(name: str, *, size: tuple[int, int] | None = None) -> Image.Image:
    """A photo of scikit-image, such as "coffee"; there are people in "astronaut" and "camera" only."""
    folder = _folder("skimage") / "data"
    found = next(file for file in (folder / f"{name}.png", folder / f"{name}.jpg") if file.exists())
    image = Image.open(found).convert("RGB")
    return image.resize(size, Image.Resampling.LANCZOS) if size else image


def small(image: Image.Image) -> Image.Image:
    """As it is sent by a messenger: quicker to look at."""
    image.thumbnail((1000, 1000), Image.Resampling.LANCZOS)
    return image


def jpeg(image: Image.Image, *, quality: int = 88, exif: Image.Exif | None = None) -> bytes:
    """As a camera or a telephone keeps it."""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=quality, exif=Image.Exif() if exif is None else exif)
    return buffer.getvalue()


def written(
    lines: Sequence[str],
    *,
    font: str = SANS,
    size: int = 40,
    paper: Colour = "white",
    ink: Colour = "black",
    to: tuple[int, int] = (1200, 900),
) -> Image.Image:
    """Lines of text on paper."""
    image = Image.new("RGB", to, paper)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((size, size * (1 + 1.7 * number)), line, font=letters(font, size), fill=ink)
    return image


def chat(balloons: Sequence[tuple[str, str, bool]], *, font: str = SANS, dark: bool = False) -> Image.Image:
    """A messenger's screen of (words, time, mine) balloons."""
    image = Image.new("RGB", (1080, 300 + 190 * len(balloons)), "#0b141a" if dark else "#efeae2")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1080, 130), fill="#202c33" if dark else "#008069")
    draw.text((150, 45), "Marieke", font=letters(font, 44), fill="white")
    for number, (words, at, mine) in enumerate(balloons):
        top, wide = 180 + 190 * number, max(300, 60 + int(draw.textlength(words, letters(font, 38))))
        left = 1040 - wide if mine else 40
        colour = ("#005c4b" if mine else "#202c33") if dark else ("#d9fdd3" if mine else "white")
        draw.rounded_rectangle((left, top, left + wide, top + 150), 24, fill=colour)
        draw.text((left + 30, top + 20), words, font=letters(font, 38), fill="white" if dark else "#111b21")
        draw.text((left + wide - 110, top + 100), at, font=letters(font, 28), fill="#aaaaaa" if dark else "#667781")
    return image


def card(title: str, fields: Sequence[tuple[str, str]], *, font: str = SANS, tint: Colour = "#e8d5e0") -> Image.Image:
    """An identity card on a table."""
    image = Image.new("RGB", (1600, 1100), "#7a5c44")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((150, 120, 1450, 960), 40, fill=tint)
    draw.text((220, 160), title, font=letters(font, 56), fill="#1a2a5a")
    draw.rectangle((220, 300, 540, 720), fill="#b0b0b8")
    for number, (label, value) in enumerate(fields):
        draw.text((600, 290 + 130 * number), label, font=letters(font, 26), fill="#555577")
        draw.text((600, 325 + 130 * number), value, font=letters(font, 46), fill="black")
    return image


def board(lines: Sequence[str], *, font: str = HAND, slant: float = 2.0) -> Image.Image:
    """A whiteboard in a room, photographed a little aslant."""
    sheet = written(lines, font=font, size=84, paper="#f4f6f4", ink="#203a8f", to=(1500, 950))
    room = Image.new("RGB", (2000, 1500), "#b9b2a3")
    turned = sheet.rotate(slant, expand=True, fillcolor="#b9b2a3", resample=Image.Resampling.BICUBIC)
    room.paste(turned, (220, 200))
    return noisy(room)


def street(plate: str, *, font: str = NARROW) -> Image.Image:
    """A car with a yellow plate, before a coffee-coloured wall."""
    image = photo("gravel", size=(1600, 1200)).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((350, 300, 1250, 900), 80, fill="#2c3e60")
    draw.rounded_rectangle((570, 640, 1030, 760), 10, fill="#f5c400", outline="black", width=4)
    draw.text((640, 640), plate, font=letters(font, 88), fill="black")
    return noisy(image)


def code(text: str, *, words: str = "Scan de code", to: tuple[int, int] = (1200, 1200)) -> Image.Image:
    """A poster with a QR code."""
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    square = Image.fromarray(zxingcpp.write_barcode_to_image(drawn, scale=1)).convert("RGB")
    side = min(to) // 2
    poster = Image.new("RGB", to, "#dfeee0")
    poster.paste(square.resize((side, side), Image.Resampling.NEAREST), (to[0] // 4, to[1] // 3))
    ImageDraw.Draw(poster).text((to[0] // 4, to[1] // 8), words, font=letters(SANS, to[1] // 16), fill="#123a1a")
    return poster


def noisy(image: Image.Image, *, seed: int = 4, strength: float = 9) -> Image.Image:
    """With the noise and the slight blur of a telephone."""
    random.seed(seed)
    noise = Image.effect_noise(image.size, strength).convert("RGB")
    return Image.blend(image.filter(ImageFilter.GaussianBlur(0.6)), noise, 0.06)


@dataclass(frozen=True)
class Case:
    """A picture with what must be found in it: ``words`` that can be read, and kinds of findings."""

    name: str
    draw: Callable[[], Image.Image]
    words: tuple[str, ...] = ()
    kinds: frozenset[str] = field(default_factory=frozenset)


def _case(name: str, draw: Callable[[], Image.Image], *kinds: str, words: tuple[str, ...] = ()) -> Case:
    return Case(name, draw, words, frozenset(kinds))


_TALK = [("Heb je het gehoord van Kees?", "10:42", False), ("Nee wat dan??", "10:43", True)]
_TALK += [("Zit weer in de schuldsanering", "10:43", False), ("Niet verder vertellen he", "10:47", False)]
_CARD = [("Naam / Surname", "De Bruijn"), ("Geboortedatum / Date of birth", "12-03-1984")]
_CARD += [("Documentnummer", "SPECI2014"), ("BSN", "999990019")]
_WIFI = "WIFI:T:WPA;S:Stadskantoor;P:Zomer2026!;;"
_DOSSIER = ["Dossier WMO 2026/118", "Client: dhr. J. de Vries", "BSN: 111222333"]
_DOSSIER += ["Geboren: 03-07-1961", "Diagnose: depressie", "Tel. 06-12345678"]

PROBLEMS = [
    _case("chat", lambda: chat(_TALK), "CHAT", words=("Zit weer in de schuldsanering",)),
    _case("dark chat", lambda: chat(_TALK, dark=True, font=NARROW), "CHAT", words=("Niet verder vertellen he",)),
    _case("chat in mono", lambda: chat(_TALK[1:], font=MONO), "CHAT", words=("Nee wat dan??",)),
    _case("identity card", lambda: card("IDENTITEITSKAART", _CARD), "BSN", words=("999990019", "12-03-1984")),
    _case("card, narrow", lambda: card("RIJBEWIJS", _CARD, font=NARROW, tint="#f3c9d0"), "BSN", words=("999990019",)),
    _case("card, serif", lambda: noisy(card("PASPOORT", _CARD, font=SERIF)), "BSN", words=("999990019",)),
    _case(
        "board with a password",
        lambda: board(["Overleg maandag", "wifi gasten", "Wachtwoord: Zomer2026!"], font=HAND),
        "SECRET",
        words=("Zomer2026!",),
    ),
    _case(
        "board with a pin",
        lambda: board(["Teams", "Meeting ID: 812 3456 7890", "Pincode: 483920"], font=SANS, slant=-3),
        "SECRET",
        words=("483920",),
    ),
    _case(
        "note on a screen",
        lambda: written(["inlog balie", "wachtwoord: Welkom01", "niet delen"], font=MONO, paper="#fff3a0"),
        "SECRET",
        words=("Welkom01",),
    ),
    _case("plate", lambda: street("GB-001-B"), "PLATE", words=("GB-001-B",)),
    _case("old plate", lambda: street("12-XTR-3", font=SANS), "PLATE", words=("12-XTR-3",)),
    _case("dossier", lambda: written(_DOSSIER, font=SERIF, size=52), "BSN", "PHONE", words=("111222333", "de Vries")),
    _case("dossier, mono", lambda: noisy(written(_DOSSIER, font=MONO)), "BSN", "PHONE", words=("111222333",)),
    _case("code elsewhere", lambda: code("https://prijswinnen.example/abc"), "QR"),
    _case("imitating code", lambda: code("https://gemeente-voorbee1d.nl/betalen"), "QR"),
    _case("code of wifi", lambda: code(_WIFI), "SECRET"),
    _case("a ticket", lambda: code("TICKET 2026-118 RIJ 4 STOEL 12"), "QR"),
    _case("a person", lambda: photo("astronaut"), "FACES"),
    _case("somebody from afar", lambda: photo("camera"), "FACES"),
]
_SPECTRUM = Image.radial_gradient("L")
CLEAN = [
    _case("coffee", lambda: photo("coffee")),
    _case("a cat", lambda: photo("chelsea")),
    _case("a rocket", lambda: photo("rocket")),
    _case("grass", lambda: photo("grass", size=(2000, 1500))),
    _case("coins", lambda: photo("coins")),
    _case("a horse", lambda: photo("horse")),
    _case("a motorcycle", lambda: photo("motorcycle_left")),
    _case("the moon", lambda: photo("moon")),
    _case("a gradient", lambda: _SPECTRUM.convert("RGB").resize((1200, 900))),
    _case("own code", lambda: code("https://gemeente-voorbeeld.nl/afval")),
    _case(
        "programme",
        lambda: written(["Programma open dag", "10:00 Ontvangst", "10:45 Rondleiding", "12:15 Lunch", "13:30 Markt"]),
        words=("Rondleiding",),
    ),
    _case(
        "opening hours",
        lambda: written(["Stadskantoor open", "ma - vr  9:00 - 17:00", "do tot 20:00", "za 10:00 - 13:00"], font=SERIF),
        words=("Stadskantoor open",),
    ),
    _case(
        "announcement",
        lambda: written(["Wegwerkzaamheden", "Stationsweg", "4 t/m 15 mei 2026", "Volg de gele borden"], font=NARROW),
        words=("Wegwerkzaamheden",),
    ),
    _case(
        "order number",
        lambda: written(["Bestelling 2026-000118", "KvK 12345678", "Ordernummer 123456782"], font=MONO),
        words=("123456782",),
    ),
    _case("quote", lambda: written(["“Samen houden we", "de wijk schoon”"], font=HAND, size=110)),
    _case("buses", lambda: written(["Bus 12 naar Centrum", "vertrek 8:07 8:22 8:37", "halte Dorpsplein"], font=SANS)),
]
