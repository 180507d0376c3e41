"""Whoever still gets started sees no secret of an account, except in an emergency and in a takeover."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.vault.test_exporting import Holder
from tests.vault.test_revealing import (  # noqa: F401 - fixtures
    PASSWORD,
    WHY,
    body,
    careful,
    kees,
    kim,
    proof_of,
    prove,
    secret,
)
from vierogen.home.vaults import vaults
from vierogen.people.models import Member
from vierogen.vault import sharing, taking_over
from vierogen.vault.models import Kept, Reveal
from vierogen.vault.revealing import Revealed, allow, break_glass, reveal, show

Enter = Callable[[Member], Client]


def starts(member: Member) -> None:
    """They still get started, whatever a page read before."""
    Member.objects.filter(pk=member.pk).update(arriving_since=timezone.now())


def arrives(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(arriving_since=None)


def read(member: Member) -> Member:
    return Member.objects.select_related("user", "organisation").get(pk=member.pk)


def test_a_newcomer_sees_a_secret_after_the_last_step(secret: Kept, kees: Member) -> None:  # noqa: F811
    starts(kees)
    with pytest.raises(PermissionDenied, match="First get started"):
        reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))
    assert not Reveal.objects.exists()
    arrives(kees)
    shown = reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(shown, Revealed)
    assert shown.value == PASSWORD


def test_a_newcomer_is_no_second_person(careful: Kept, kees: Member, kim: Member) -> None:  # noqa: F811
    wish = reveal(careful, by=kim, reason=WHY, proof=proof_of(kim))
    assert isinstance(wish, Reveal)
    starts(kees)
    with pytest.raises(PermissionDenied, match="First get started"):
        allow(wish, by=kees, proof=proof_of(kees))
    assert not list(vaults(read(kees)))
    arrives(kees)
    assert len(list(vaults(read(kees)))) == 1
    allow(wish, by=kees, proof=proof_of(kees))


def test_what_was_allowed_waits_for_who_starts_again(careful: Kept, kees: Member, kim: Member) -> None:  # noqa: F811
    wish = reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(wish, Reveal)
    allow(wish, by=kim, proof=proof_of(kim))
    starts(kees)
    with pytest.raises(PermissionDenied, match="First get started"):
        show(wish, by=kees, proof=proof_of(kees))
    arrives(kees)
    assert show(wish, by=kees, proof=proof_of(kees)).value == PASSWORD


def test_in_a_takeover_nobody_is_too_early(secret: Kept, kees: Member, cora: Member) -> None:  # noqa: F811
    starts(kees)
    exercise = taking_over.begin(secret.channel, by=cora, is_drill=True)
    with pytest.raises(PermissionDenied, match="First get started"):
        reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))
    taking_over.stop(exercise, by=cora)
    takeover = taking_over.begin(secret.channel, by=cora, proof=proof_of(cora))
    assert isinstance(reveal(secret, by=kees, reason=WHY, proof=proof_of(kees)), Revealed)
    taking_over.stop(takeover, by=cora)
    with pytest.raises(PermissionDenied, match="First get started"):
        reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))


def test_a_newcomer_breaks_the_glass(secret: Kept, kees: Member) -> None:  # noqa: F811
    starts(kees)
    assert break_glass(secret, by=kees, reason=WHY, proof=proof_of(kees)).is_emergency


def test_a_newcomer_agrees_to_no_export(secret: Kept, kees: Member, cora: Member) -> None:  # noqa: F811
    asked = sharing.ask(kees.organisation, to=[Holder().public, Holder().public], by=cora, proof=proof_of(cora))
    starts(kees)
    with pytest.raises(PermissionDenied, match="has got started"):
        sharing.agree(asked, by=kees, proof=proof_of(kees))
    arrives(kees)
    sharing.agree(asked, by=kees, proof=proof_of(kees))


def test_the_pages_lead_to_the_steps_and_to_the_emergency(secret: Kept, kees: Member, enter: Enter) -> None:  # noqa: F811
    starts(kees)
    client, address = enter(kees), reverse("vault:see", args=[secret.channel_id, "password"])
    prove(client, kees)
    page = body(client.get(address))
    assert "First get started" in page
    assert reverse("people:arriving") in page
    assert "Show it to me" not in page
    secrets = body(client.get(reverse("vault:secrets", args=[secret.channel_id])))
    assert address not in secrets
    assert reverse("vault:emergency", args=[secret.channel_id, "password"]) in secrets
    arrives(kees)
    assert "Show it to me" in body(client.get(address))


def test_a_takeover_that_was_left_open_lets_newcomers_in_for_a_day(
    secret: Kept,  # noqa: F811
    kees: Member,  # noqa: F811
    cora: Member,
) -> None:
    starts(kees)
    begun = taking_over.begin(secret.channel, by=cora, proof=proof_of(cora))
    with time_machine.travel(begun.begun_at + timedelta(hours=23, minutes=59), tick=False):
        assert isinstance(reveal(secret, by=kees, reason=WHY, proof=proof_of(kees)), Revealed)
    with time_machine.travel(begun.begun_at + timedelta(days=1), tick=False):
        with pytest.raises(PermissionDenied, match="First get started"):
            reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))
        arrives(kees)
        assert isinstance(reveal(secret, by=kees, reason=WHY, proof=proof_of(kees)), Revealed)
