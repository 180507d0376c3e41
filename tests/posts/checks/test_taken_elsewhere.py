"""The check of pictures that were taken far away or at night."""

import pytest

from tests.posts.checks.conftest import Drafted
from tests.posts.checks.pictures import findings, picture, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.taken_elsewhere import TakenElsewhere


@pytest.mark.parametrize(
    ("taken_at", "km", "said"),
    [
        ("2026-05-02 15:00:00", 40, "taken on a Saturday, 40 km away"),
        ("2026-05-04 21:00:00", 40, "taken on a Monday outside office hours, 40 km away"),
        ("2026-05-04 11:00:00", 40, "taken 40 km away"),
        ("", 1200, "taken 1200 km away"),
        ("2026-05-02 23:40:00", None, "taken at night, at 23:40"),
        ("2026-05-02 03:15:00", 2, "taken at night, at 03:15"),
    ],
)
def test_a_picture_that_may_be_private_is_pointed_out(
    drafted: Drafted, taken_at: str, km: int | None, said: str
) -> None:
    (found,) = findings(TakenElsewhere(), drafted(pictures=(picture(taken_at=taken_at, km_away=km),)))
    assert found.tier is Tier.LOOK
    assert said in told(found)


@pytest.mark.parametrize(
    ("taken_at", "km"),
    [("2026-05-02 15:00:00", 3), ("2026-05-02 15:00:00", None), ("", None), ("2026-05-02 00:00:00", 2), ("nacht", 0)],
)
def test_a_picture_from_here_is_not(drafted: Drafted, taken_at: str, km: int | None) -> None:
    assert not findings(TakenElsewhere(), drafted(pictures=(picture(taken_at=taken_at, km_away=km),)))
