"""The watch tells the gateway which posts are the channel's own; a stray is not, until somebody adopts it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from vierogen.channels.models import Channel
from vierogen.networks.base import Network
from vierogen.people.models import Member
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.models import Delivery, EarlierText
from vierogen.practice.network import Account, Draft
from vierogen.practice.server import PracticeServer
from vierogen.watch import jobs
from vierogen.watch.actions.answering import adopt, take_down
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.actions.reconciling import deleted
from vierogen.watch.models import Stray, Watched

Look = Callable[[], list[Stray]]
Phone = Callable[..., str]
HISTORY = json.loads((Path(__file__).parent / "voice.json").read_text(encoding="utf-8"))
PRIVATE = "haha lekker bezig, ik lig nu in bad met een wijntje 😂"


def remembered() -> list[str]:
    return list(EarlierText.objects.order_by("-at", "-pk").values_list("text", flat=True))


def baseline(channel: Channel, network: Network) -> None:
    enrol()
    look(Watched.objects.select_related("channel__organisation").get(channel=channel), network)


def test_the_baseline_is_remembered(
    channel: Channel, network: Network, practice: PracticeServer, official: Account
) -> None:
    practice.network.post_by_phone(official, "De markt is op vrijdag.")
    Channel.objects.filter(pk=channel.pk).update(connected_at=practice.network.timeline()[0].created_at)
    channel.refresh_from_db()
    baseline(channel, network)
    assert remembered() == ["De markt is op vrijdag."]


def test_an_own_post_is_remembered(watched: Watched, look_again: Look, due: Delivery) -> None:
    posts_jobs.deliver("test")
    assert look_again() == []
    assert remembered() == [due.version.text]


def test_a_stray_is_remembered_when_it_was_adopted_and_not_before(
    look_again: Look, by_phone: Phone, dirk: Member
) -> None:
    by_phone("Gezellig op het strand!")
    [stray] = look_again()
    look_again()
    assert remembered() == []
    adopt(stray, by=dirk, reason="Van de wethouder, met haar eigen telefoon.")
    look_again()
    assert remembered() == ["Gezellig op het strand!"]


def test_an_edit_by_somebody_else_changes_nothing_until_it_was_adopted(
    look_again: Look, due: Delivery, practice: PracticeServer, official: Account, dirk: Member
) -> None:
    posts_jobs.deliver("test")
    look_again()
    [status] = practice.network.timeline()
    practice.network.edit(official, status.id, Draft("Heel iets anders."))
    [stray] = look_again()
    look_again()
    assert remembered() == [due.version.text]
    adopt(stray, by=dirk, reason="Een typefout, hersteld door Anna.")
    look_again()
    assert remembered() == ["Heel iets anders."]


def test_what_was_deleted_or_taken_down_is_forgotten(
    channel: Channel,
    look_again: Look,
    by_phone: Phone,
    practice: PracticeServer,
    official: Account,
    dirk: Member,
) -> None:
    ids = [by_phone("Eerste."), by_phone("Tweede.")]
    for stray in look_again():
        adopt(stray, by=dirk, reason="Van ons.")
    look_again()
    assert len(remembered()) == 2
    practice.network.delete(official, ids[0])
    deleted(channel, ids[0])
    assert remembered() == ["Tweede."]
    take_down(Stray.objects.get(remote__remote_id=ids[1]), by=dirk, reason="Toch maar niet.")
    while posts_jobs.remove("test"):
        pass
    jobs.settle("test")
    assert remembered() == []


@pytest.fixture
def lively(channel: Channel, network: Network, practice: PracticeServer, official: Account) -> Channel:
    """The channel with a baseline of forty posts."""
    for text in HISTORY:
        practice.network.post_by_phone(official, text)
    newest = max(status.created_at for status in practice.network.timeline())
    Channel.objects.filter(pk=channel.pk).update(connected_at=newest)
    channel.refresh_from_db()
    baseline(channel, network)
    return channel


def test_a_private_sentence_stands_out_while_it_is_typed(
    lively: Channel, visit: Callable[[Member], Client], anna: Member
) -> None:
    assert len(remembered()) == len(HISTORY) == 40
    writer = visit(anna)
    url, told = reverse("posts:check"), {"channels": lively.pk, "text": PRIVATE}
    page = " ".join(writer.post(url, told).content.decode().replace("<wbr>", "").split())
    assert f"This does not sound like what {lively.handle} posted before." in page
    usual = writer.post(
        url, {**told, "text": "De balie is vrijdagmiddag gesloten wegens een storing."}
    ).content.decode()
    assert "does not sound like" not in usual
