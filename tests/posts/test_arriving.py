"""Every right, and every action of the gateway, of somebody who still gets started and of the same person later."""

import ast
from pathlib import Path

import pytest
from django.utils import timezone

import vierogen
from tests.posts.test_stale_rights import ACTIONS, World, built, everything, hold, world  # noqa: F401 - fixtures
from vierogen.learning.standing import Suspended
from vierogen.ledger.models import Entry
from vierogen.ledger.words import said
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.actions import stopping

# What makes a post go out. All else is open: drafting, asking for changes, Stop, taking down, the emergency path.
WAITS = {"submit", "approve", "ask a partner", "publish now", "release", "send again"}
# What the ledger says to be done by somebody who had not got started.
RECORDED = {"emergency": "publish_in_emergency", "stop": "revoke", "stop everything": "stop_everything"}


def new(member: Member) -> None:
    """They still get started, whatever a page read before."""
    Member.objects.filter(pk=member.pk).update(arriving_since=timezone.now())


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("right", Right)
def test_a_right_itself_is_never_taken_away(everything: Member, right: Right, is_new: bool) -> None:  # noqa: F811
    if is_new:
        new(everything)
    insist(everything, right, organisation_id=everything.organisation_id)


@pytest.mark.parametrize("action", ACTIONS)
def test_only_what_makes_a_post_go_out_waits(action: str, world: World, everything: Member) -> None:  # noqa: F811
    new(everything)
    if action == "release":
        hold(world)
    before = Entry.objects.count()
    if action not in WAITS:
        ACTIONS[action](world, everything)
        return
    with pytest.raises(Suspended, match="Get started") as refusal:
        ACTIONS[action](world, everything)
    assert refusal.value.url == "/welcome/"
    assert Entry.objects.count() == before
    Member.objects.filter(pk=everything.pk).update(arriving_since=None)
    ACTIONS[action](world, everything)


@pytest.mark.parametrize("action", RECORDED)
def test_what_stays_open_is_recorded(action: str, world: World, everything: Member) -> None:  # noqa: F811
    new(everything)
    ACTIONS[action](world, everything)
    entry = Entry.objects.filter(verb=RECORDED[action]).latest("number")
    assert entry.facts["without_standing"] == [f"arrival:{everything.pk}"]
    assert "still getting started" in said(entry)


def test_a_stop_is_lifted_by_a_newcomer_too(world: World, everything: Member) -> None:  # noqa: F811
    stopping.stop_everything(world.channel.organisation, by=everything)
    new(everything)
    stopping.lift(world.channel.organisation, by=everything)
    assert not stopping.is_halted(world.channel.organisation_id)


def test_the_table_names_every_action_that_asks() -> None:
    """A new place that asks for standing belongs in ``WAITS``."""
    room = Path(vierogen.__file__).parent
    calls = [
        node
        for path in room.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "require"
    ]
    assert len(calls) == len(WAITS)
