"""A sign that PostgreSQL does not keep is told to whoever sent it, on every page that takes text without a form."""

import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.people.conftest import Prove, prove  # noqa: F401 - a session of who proved who they are
from tests.posts.conftest import approved, delivery, offered, version  # noqa: F401 - a post on its way
from vierogen.channels.models import Channel, Declared
from vierogen.people.models import Member, Partnership
from vierogen.posts.actions import stopping
from vierogen.posts.models import Delivery, FoundThing, Version
from vierogen.posts.states import PostState
from vierogen.vault import taking_over
from vierogen.web.proof import Proof

Visit = Callable[[Member], Client]
NUL = "Omdat het \x00 zo is"
TOLD = "Null characters are not allowed."


def refused(client: Client, page: str, **told: str) -> bool:
    """Does the page say so? A fault of ours would be raised here."""
    return TOLD in client.post(page, told, follow=True).content.decode()


def test_what_is_declared_of_an_account(visit: Visit, channel: Channel, cora: Member) -> None:
    page = reverse("channels:declare", args=[channel.pk, "mfa"])
    assert refused(visit(cora), page, so="yes", note=NUL)
    assert not Declared.objects.exists()


def test_the_name_of_a_colleague_organisation(visit: Visit, prove: Prove, cora: Member) -> None:  # noqa: F811
    client = visit(cora)
    prove(client, cora)
    assert refused(client, reverse("people:partner_ask"), name=NUL)
    assert not Partnership.objects.exists()


def test_the_reason_for_which_a_stop_is_passed(visit: Visit, version: Version, anna: Member) -> None:  # noqa: F811
    found = FoundThing.objects.create(version=version, check_key="secret", tier="stop", message="A password.")
    page = reverse("posts:submit", args=[version.post_id])
    assert refused(visit(anna), page, **{f"reason_{found.pk}": NUL})
    version.post.refresh_from_db()
    assert version.post.state == PostState.DRAFT


def test_the_reason_for_which_a_delivery_is_released(
    visit: Visit,
    ben: Member,
    approved: Version,  # noqa: F811
    delivery: Delivery,  # noqa: F811
) -> None:
    stopping.stop_everything(ben.organisation, by=ben)
    stopping.lift(ben.organisation, by=ben)
    assert refused(visit(ben), reverse("posts:release", args=[delivery.pk]), reason=NUL)
    delivery.refresh_from_db()
    assert delivery.state == "held"


def test_the_name_of_somebody_who_gave_consent(visit: Visit, anna: Member) -> None:
    answer = visit(anna).get(reverse("posts:consents"), {"q": NUL})
    assert (answer.status_code, TOLD in answer.content.decode()) == (200, True)


def test_the_reason_for_which_a_step_of_a_takeover_is_passed_over(
    visit: Visit,
    prove: Prove,  # noqa: F811
    channel: Channel,
    cora: Member,
) -> None:
    takeover = taking_over.begin(channel, by=cora, proof=Proof(cora.user_id, "totp", time.time()))
    step = taking_over.current(takeover)
    assert step is not None
    client = visit(cora)
    prove(client, cora, kind="totp")
    assert refused(client, reverse("vault:takeover_skip", args=[takeover.pk, step.key]), why=NUL)
    assert taking_over.current(takeover) == step


@pytest.mark.parametrize("odd", ["²", "9" * 39, "9" * 5000])
def test_a_guide_of_no_number_is_nobody(visit: Visit, cora: Member, anna: Member, odd: str) -> None:
    answer = visit(cora).post(reverse("people:guide", args=[anna.pk]), {"guide": odd})
    assert answer.status_code == 302
