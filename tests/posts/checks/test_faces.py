"""The check of faces in pictures."""

import pytest

from tests.posts.checks.conftest import Drafted
from tests.posts.checks.pictures import findings, picture, showing, told
from vierogen.posts.checks.base import Seen, Tier
from vierogen.posts.checks.faces import Faces


@pytest.mark.parametrize(("faces", "said"), [(1, "There is a face in"), (3, "There are 3 faces in")])
def test_faces_ask_for_a_declaration_of_consent(drafted: Drafted, faces: int, said: str) -> None:
    (found,) = findings(Faces(), drafted(pictures=(showing(), showing(faces=faces))))
    assert found.tier is Tier.LOOK
    assert told(found).startswith(said)
    assert "consent" in told(found)


def test_a_kept_declaration_is_enough(drafted: Drafted) -> None:
    assert not findings(Faces(), drafted(pictures=(picture(seen=Seen(faces=3), consents=1),)))


def test_a_picture_at_which_nobody_looked_is_not_its_business(drafted: Drafted) -> None:
    assert not findings(Faces(), drafted(pictures=(picture(unseen="Nobody has looked at it yet."),)))
