from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import PictureFacts, Tier
from vierogen.posts.checks.place_in_picture import PlaceInPicture

STREET = PictureFacts("Een straat.", "straat.jpg", "00")
HOME = PictureFacts("Een tuin.", "tuin.jpg", "01", has_place=True, taken_at="2026-05-04 19:58:00")


def test_the_writer_is_told_which_picture_carried_a_place_and_that_it_is_gone(drafted: Drafted) -> None:
    [finding] = PlaceInPicture().findings(drafted(pictures=(STREET, HOME)))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values == (
        "Picture 2 (tuin.jpg) carried the place where it was taken. We removed that."
    )


def test_a_picture_without_a_place_passes(drafted: Drafted) -> None:
    assert list(PlaceInPicture().findings(drafted(pictures=(STREET,)))) == []
