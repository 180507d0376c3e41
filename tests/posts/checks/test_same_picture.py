"""The check of pictures that come back."""

from tests.posts.checks.conftest import Drafted
from tests.posts.checks.pictures import AT, findings, picture, told
from vierogen.posts.checks.base import Alike, Tier
from vierogen.posts.checks.same_picture import SamePicture


def test_a_picture_that_was_posted_before_is_pointed_out(drafted: Drafted) -> None:
    (found,) = findings(SamePicture(), drafted(pictures=(picture(alike=(Alike("posted", AT),)),)))
    assert found.tier is Tier.LOOK
    assert told(found) == "Picture 1 (dag.jpg) was posted before, on 11-04-2026."


def test_one_that_was_taken_down_is_a_stop_and_says_only_that(drafted: Drafted) -> None:
    alike = (Alike("posted", AT), Alike("taken_down", AT))
    (found,) = findings(SamePicture(), drafted(pictures=(picture(alike=alike),)))
    assert found.tier is Tier.STOP
    assert "taken down on 11-04-2026" in told(found)


def test_a_new_picture_is_fine(drafted: Drafted) -> None:
    assert not findings(SamePicture(), drafted(pictures=(picture(),)))
