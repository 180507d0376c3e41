"""What a network takes in which form: three networks of our own, with every rule once."""

from typing import Any

import pytest

from tests.posts.checks.conftest import NETWORKS
from vierogen.networks.base import Format, Network
from vierogen.posts.checks.base import Draft, PictureFacts, Target, Tier
from vierogen.posts.checks.form import Form
from vierogen.posts.checks.length import Length
from vierogen.posts.checks.missing_alt import MissingAlt
from vierogen.posts.checks.place_in_picture import PlaceInPicture

ALONE = "On Eigen a film goes out alone, without pictures or a second film beside it."
PHOTO = PictureFacts("Twee gele borden langs de weg.", "borden.jpg", "00", mime="image/jpeg")


def rules(**own: Any) -> type[Network]:
    """A network with these rules."""
    plain = {"key": "eigen", "name": "Eigen", "text_limit": 100, "picture_limit": 10, "alt_limit": 100}
    return type("Eigen", (Network,), {**plain, "length": classmethod(lambda _cls, text: len(text)), **own})


GALLERY = rules(
    formats=("post", "reel", "story"), textless=("story",), needs_picture=True, film_limit=10, film_seconds=90.0
)
CINEMA = rules(film_limit=1, film_seconds=140.0, film_alone=True)


def film(seconds: float = 12.0, *, alt: str = "De brug gaat open.") -> PictureFacts:
    return PictureFacts(alt, "brug.mp4", "01", mime="video/mp4", seconds=seconds, width=720, height=1280)


def told(network: type[Network], *pictures: PictureFacts, form: Format = "post", text: str = "") -> list[str]:
    """What stops it there."""
    draft = Draft(text, (Target("@gemeente", network, text, form),), pictures)
    found = list(Form().findings(draft))
    assert all(each.channel == "@gemeente" for each in found)
    return [each.message % each.values for each in found if each.tier is Tier.STOP]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.key)
def test_a_post_of_words_is_fine_unless_the_network_wants_a_picture(network: type[Network]) -> None:
    assert bool(told(network, text="Dag")) == network.needs_picture


@pytest.mark.parametrize(
    ("network", "pictures", "form"),
    [
        (GALLERY, (PHOTO,), "post"),
        (GALLERY, (PHOTO, film()), "post"),
        (GALLERY, (film(90.0),), "reel"),
        (GALLERY, (PHOTO,), "story"),
        (GALLERY, (film(),), "story"),
        (CINEMA, (film(140.0),), "post"),
        (CINEMA, (PHOTO, PHOTO), "post"),
        (CINEMA, (), "post"),
    ],
)
def test_what_the_network_takes_is_not_stopped(
    network: type[Network], pictures: tuple[PictureFacts, ...], form: Format
) -> None:
    assert told(network, *pictures, form=form) == []


@pytest.mark.parametrize(
    ("network", "pictures", "form", "sentence"),
    [
        (GALLERY, (), "post", "Eigen takes nothing without a picture or a film."),
        (GALLERY, (), "reel", "A reel on Eigen is exactly one film, without pictures."),
        (GALLERY, (PHOTO,), "reel", "A reel on Eigen is exactly one film, without pictures."),
        (GALLERY, (film(), PHOTO), "reel", "A reel on Eigen is exactly one film, without pictures."),
        (GALLERY, (film(), film()), "reel", "A reel on Eigen is exactly one film, without pictures."),
        (GALLERY, (), "story", "A story on Eigen is exactly one picture or one film."),
        (GALLERY, (PHOTO, PHOTO), "story", "A story on Eigen is exactly one picture or one film."),
        (GALLERY, (PHOTO, film(90.1)), "post", "Film 2 is too long for Eigen: 91 of at most 90 seconds."),
        (GALLERY, (film(),) * 11, "post", "Too many films for Eigen: 11 of at most 10."),
        (CINEMA, (film(), PHOTO), "post", ALONE),
        (CINEMA, (PHOTO,), "story", "Eigen does not take this form (any more)."),
        (rules(), (film(),), "post", "Eigen takes no films from here."),
    ],
)
def test_what_the_network_refuses_is_a_stop_that_says_why(
    network: type[Network], pictures: tuple[PictureFacts, ...], form: Format, sentence: str
) -> None:
    assert told(network, *pictures, form=form) == [sentence]


def test_no_reason_lets_through_what_the_network_refuses() -> None:
    assert Form.passable is False


def test_words_that_readers_do_not_see_are_told_and_not_counted() -> None:
    draft = Draft("e" * 101, (Target("@gemeente", GALLERY, "e" * 101, "story"),), (PHOTO,))
    [look] = Form().findings(draft)
    assert look.tier is Tier.LOOK
    assert "see no text" in look.message
    assert list(Length().findings(draft)) == []
    seen = Draft("e" * 101, (Target("@gemeente", GALLERY, "e" * 101),), (PHOTO,))
    assert list(Form().findings(seen)) == []
    assert len(list(Length().findings(seen))) == 1


def test_an_alt_text_is_asked_where_anybody_can_hear_it() -> None:
    story, post = (Target("@gemeente", GALLERY, "", form) for form in ("story", "post"))
    bare = PictureFacts("", "borden.jpg", "00", mime="image/jpeg")
    assert list(MissingAlt().findings(Draft("", (story,), (bare,)))) == []
    assert [one.tier for one in MissingAlt().findings(Draft("", (story, post), (bare,)))] == [Tier.STOP]
    assert [one.tier for one in MissingAlt().findings(Draft("", (post,), (film(alt=""),)))] == [Tier.LOOK]


def test_a_film_that_told_where_it_was_taken_is_called_a_film() -> None:
    moved = PictureFacts("x", "brug.mp4", "01", has_place=True, mime="video/mp4")
    [look] = PlaceInPicture().findings(Draft("", (), (moved,)))
    assert (look.message % look.values).startswith("Film 1 (brug.mp4)")
