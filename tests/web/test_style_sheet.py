"""Colours that people can read: contrasts of the tokens, by the formula of WCAG 2.2."""

import re
from pathlib import Path

import pytest

import vierogen
from vierogen.channels.models import Colour

SHEET = (Path(vierogen.__file__).parent / "web" / "static" / "web" / "vierogen.css").read_text()
LIGHT, DARK = re.findall(r":root \{(.*?)\n *\}", SHEET, re.DOTALL)[:2]
SURFACES = ["utrecht-document-background-color", "utrecht-surface-background-color"]
BUTTONS = ["primary-action", "secondary-action", "primary-action-ready", "primary-action-danger"]
# Text and what it stands on: at least 4.5 (success criterion 1.4.3).
TEXT = [
    *((text, surface) for surface in SURFACES for text in ("utrecht-document-color", "vierogen-soft-color")),
    *((text, surface) for surface in SURFACES for text in ("utrecht-link-color", "utrecht-link-hover-color")),
    *((f"utrecht-button-{kind}-color", f"utrecht-button-{kind}-background-color") for kind in BUTTONS),
    *((f"utrecht-button-{kind}-color", f"utrecht-button-{kind}-hover-background-color") for kind in BUTTONS),
    *((f"vierogen-{s}-color", f"vierogen-{s}-background-color") for s in ("ok", "look", "stop", "info")),
    *((f"vierogen-{s}-color", surface) for s in ("ok", "look", "stop", "info") for surface in SURFACES),
    *(("utrecht-document-color", f"vierogen-{s}-background-color") for s in ("ok", "look", "stop", "info", "off")),
    *(("vierogen-soft-color", f"vierogen-{s}-background-color") for s in ("look", "stop", "off")),
    ("utrecht-surface-background-color", "vierogen-stop-color"),
]
# Edges that show where something is: at least 3 (1.4.11 and 2.4.13).
EDGES = [
    *(("utrecht-form-control-border-color", surface) for surface in SURFACES),
    *(("utrecht-focus-outline-color", surface) for surface in SURFACES),
    *(("utrecht-form-control-invalid-border-color", surface) for surface in SURFACES),
]


def luminance(colour: str) -> float:
    """Relative luminance of #rgb or #rrggbb, 0 to 1."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def token(theme: str, name: str) -> str:
    """The value of a token in a theme."""
    found = re.search(rf"--{name}: (#[0-9a-f]+);", theme)
    assert found, f"{name} is missing"
    return found.group(1)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read(theme: str, text: str, ground: str) -> None:
    assert contrast(token(theme, text), token(theme, ground)) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_can_be_seen(theme: str, edge: str, ground: str) -> None:
    assert contrast(token(theme, edge), token(theme, ground)) >= 3


@pytest.mark.parametrize("colour", Colour.values)
def test_each_colour_of_a_channel_carries_white_letters(colour: str) -> None:
    found = re.search(rf'\[data-colour="{colour}"\] {{ --channel: (#[0-9a-f]{{6}}); }}', SHEET)
    assert found, f"the style sheet has no colour {colour}"
    assert contrast(found.group(1), "#ffffff") >= 4.5


def test_the_sheet_fetches_nothing_from_elsewhere() -> None:
    assert "@import" not in SHEET
    assert re.findall(r"url\((.*?)\)", SHEET)
    assert all(address.startswith('"fonts/') for address in re.findall(r"url\((.*?)\)", SHEET))
