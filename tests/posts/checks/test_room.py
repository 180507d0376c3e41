from datetime import datetime, timedelta

import pytest

from tests.posts.checks.conftest import NOW
from tests.posts.checks.test_form import GALLERY
from vierogen.posts.checks.base import Draft, Target, Tier
from vierogen.posts.checks.room import RoomLeft


@pytest.mark.parametrize(
    ("until", "due", "found"),
    [
        (None, None, []),
        (NOW + timedelta(hours=1), None, [Tier.STOP]),
        (NOW - timedelta(hours=1), None, []),
        (NOW + timedelta(hours=1), NOW + timedelta(hours=2), []),
        (NOW + timedelta(hours=3), NOW + timedelta(hours=2), [Tier.STOP]),
    ],
)
def test_what_goes_out_when_there_is_room_is_not_stopped(
    until: datetime | None, due: datetime | None, found: list[Tier]
) -> None:
    target = Target("@gemeente", GALLERY, "Dag", full_until=until)
    assert [one.tier for one in RoomLeft().findings(Draft("Dag", (target,), now=NOW, due_at=due))] == found
