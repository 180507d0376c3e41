"""What looks like a number and is none that a database holds is a wrong choice or nothing, never a fault of ours."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.posts.conftest import offered, version  # noqa: F401 - a post that waits for review
from vierogen.channels.models import Channel
from vierogen.people.models import Member
from vierogen.posts.models import Post, Version
from vierogen.posts.states import PostState

Visit = Callable[[Member], Client]

pytestmark = pytest.mark.parametrize("odd", ["²", "٣", "9" * 19, "9" * 39])


def test_a_stray_of_that_number_is_not_there(visit: Visit, dirk: Member, odd: str) -> None:
    assert visit(dirk).get(reverse("incidents:open"), {"stray": odd}).status_code == 404


def test_an_account_of_that_number_is_a_wrong_choice(visit: Visit, channel: Channel, anna: Member, odd: str) -> None:
    client = visit(anna)
    assert client.post(reverse("posts:new"), {"channels": [odd], "text": "Hallo"}).status_code == 422
    assert client.post(reverse("posts:new"), {"channels": [channel.pk], "text": "Hallo"}).status_code == 302
    assert Post.objects.count() == 1


def test_so_it_is_while_somebody_writes(visit: Visit, channel: Channel, anna: Member, odd: str) -> None:
    answer = visit(anna).post(reverse("posts:check"), {"channels": [odd], "picture": [odd], "text": "Hallo"})
    assert answer.status_code == 200


def test_a_picture_of_that_number_is_left_out(visit: Visit, channel: Channel, anna: Member, odd: str) -> None:
    told = {"channels": [channel.pk], "text": "Hallo", "picture": [odd]}
    assert visit(anna).post(reverse("posts:new"), told).status_code == 302
    assert not Post.objects.get().latest.attachments.exists()


def test_a_reason_of_that_number_was_not_read(visit: Visit, offered: Version, ben: Member, odd: str) -> None:  # noqa: F811
    address = reverse("posts:approve", args=[offered.post_id])
    visit(ben).post(address, {"digest": offered.digest, "passed": [odd]})
    assert Post.objects.get().state == PostState.APPROVED


def test_a_custodian_of_that_number_is_a_wrong_choice(visit: Visit, channel: Channel, cora: Member, odd: str) -> None:
    address = reverse("channels:channel", args=[channel.pk])
    assert visit(cora).post(address, {"colour": "blue", "custodians": [odd]}).status_code == 422
    assert not channel.custodians.exists()
