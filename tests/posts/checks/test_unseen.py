"""The check of pictures at which nobody looked."""

from tests.posts.checks.conftest import Drafted
from tests.posts.checks.pictures import findings, picture, showing, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.unseen import Unseen


def test_a_picture_at_which_nobody_could_look_is_not_checked(drafted: Drafted) -> None:
    (found,) = findings(Unseen(), drafted(pictures=(showing(), picture(unseen="Looking at it took too long."))))
    assert found.tier is Tier.NOT_CHECKED
    assert told(found).startswith("Picture 2 (dag.jpg) was not checked")
    assert told(found).endswith("Looking at it took too long.")


def test_a_film_is_called_a_film(drafted: Drafted) -> None:
    (found,) = findings(Unseen(), drafted(pictures=(picture(mime="video/mp4", unseen="Films are not looked at."),)))
    assert told(found).startswith("Film 1")


def test_where_pictures_are_not_looked_at_it_says_nothing(drafted: Drafted) -> None:
    assert not findings(Unseen(), drafted(pictures=(picture(), picture(mime="video/mp4"))))
