import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import PictureFacts, Tier
from vierogen.posts.checks.missing_alt import MissingAlt


def tiers(drafted: Drafted, alt: str, name: str = "opening.jpg") -> list[Tier]:
    draft = drafted(pictures=(PictureFacts(alt, name, "00"),))
    return [finding.tier for finding in MissingAlt().findings(draft)]


@pytest.mark.parametrize("alt", ["", "   ", "\n", ".", "-", "…"])
def test_an_empty_alt_text_is_a_stop(drafted: Drafted, alt: str) -> None:
    assert tiers(drafted, alt) == [Tier.STOP]


@pytest.mark.parametrize(
    "alt",
    [
        "opening.jpg",
        "Opening",
        "IMG_1234",
        "img-20260504-wa0007.jpg",
        "DSC00042",
        "PXL_20260504_101112",
        "WhatsApp Image 2026-05-04 at 10.11.12",
        "Schermafbeelding 2026-05-04 om 10.11.12",
        "foto 3",
        "logo_nieuw_def2.png",
    ],
)
def test_a_file_name_in_place_of_an_alt_text_is_shown(drafted: Drafted, alt: str) -> None:
    assert tiers(drafted, alt) == [Tier.LOOK]


@pytest.mark.parametrize("alt", ["foto", "Afbeelding.", "image", "Plaatje"])
def test_an_alt_text_that_says_only_that_there_is_a_picture_is_shown(drafted: Drafted, alt: str) -> None:
    assert tiers(drafted, alt) == [Tier.LOOK]


@pytest.mark.parametrize(
    "alt",
    [
        "De wethouder knipt een lint door voor het nieuwe jongerencentrum.",
        "Foto van 3 kinderen op een schommel",
        "Kaart van de omleiding via de N201",
        "Twee borden.",
        "Photo 51 of the exhibition: a diffraction pattern",
        "👏 Applaus in de raadzaal",
    ],
)
def test_a_description_passes(drafted: Drafted, alt: str) -> None:
    assert tiers(drafted, alt) == []


def test_the_finding_says_which_picture(drafted: Drafted) -> None:
    pictures = (PictureFacts("Een bord.", "a.jpg", "00"), PictureFacts("", "b.jpg", "01"))
    [finding] = MissingAlt().findings(drafted(pictures=pictures))
    assert finding.message % finding.values == "Picture 2 (b.jpg) has no alt text."
