"""A stray where Vierogen may not delete: shown how to remove it, and seen to be gone, by the watch first."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from tests.posts.quiet import STEPS, STORY_STEPS, Counted, Quiet, use
from tests.posts.steps import raising
from tests.practice.conftest import picture
from vierogen.channels.actions import change
from vierogen.channels.models import Channel
from vierogen.core.sealing import SealError
from vierogen.networks.asking import Missing
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.actions import by_hand, pursuing, removing
from vierogen.posts.models import Evidence, TakeDown
from vierogen.posts.states import TakeDownState
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import opened
from vierogen.watch import jobs
from vierogen.watch.actions import raising as raising_module
from vierogen.watch.actions.answering import adopt, take_down
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import State, What

pytestmark = pytest.mark.django_db(transaction=True)

Phone = Callable[..., str]


@pytest.fixture
def quiet(channel: Channel, dirk: Member, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """The channel on a network without take-down, watched."""
    use(Quiet, monkeypatch)
    enrol()
    row = Watched.objects.select_related("channel__organisation").get()
    see(row)
    return row


def see(row: Watched) -> list[Stray]:
    with opened(row.channel) as network:
        return look(row, network)


@pytest.fixture
def stray(quiet: Watched, by_phone: Phone) -> Stray:
    """A photo by phone, seen, with its picture kept."""
    by_phone("Gezellig op het strand!", picture=picture())
    [found] = see(quiet)
    assert found.evidence
    removing.fetch_media(found.evidence)
    return found


@pytest.fixture
def gone_media(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network gives no picture of what was removed."""
    monkeypatch.setattr(by_hand, "fetch_picture", raising(Missing("Not there.")))


def test_the_stray_s_page_offers_the_road_and_then_shows_it(stray: Stray, dirk: Member, visit: Any) -> None:
    client, url = visit(dirk), reverse("watch:stray", args=[stray.pk])
    assert "Show me how to remove it" in client.get(url).content.decode()
    question = client.get(reverse("watch:take_down", args=[stray.pk])).content.decode()
    assert "Vierogen may not remove it on Quietgram" in question
    asked = take_down(stray, by=dirk)
    assert client.get(reverse("watch:by_hand", args=[asked.pk]))["Location"] == url
    page = client.get(url).content.decode()
    assert [step in page for step in STEPS] == [True] * 3
    assert f'data-since="{timezone.localtime(stray.posted_at).isoformat()[:19]}' in page
    assert "1 picture or film is kept with it" in page
    # It can still turn out to be ours, and the page follows what happens.
    assert reverse("watch:adopt", args=[stray.pk]) in page
    assert 'hx-trigger="every 2s"' in client.get(reverse("watch:stray_live", args=[stray.pk])).content.decode()


def test_the_watch_sees_it_gone_first_and_the_take_down_is_confirmed_at_once(
    stray: Stray, quiet: Watched, dirk: Member, practice: PracticeServer, official: Account, gone_media: None
) -> None:
    asked = take_down(stray, by=dirk)
    TakeDown.objects.update(next_at=timezone.now() + timedelta(minutes=50))
    assert not posts_jobs.remove("test")
    practice.network.delete(official, asked.remote_id)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert see(quiet) == []
        assert posts_jobs.remove("test")
        jobs.settle("test")
    found = Stray.objects.get()
    assert (TakeDown.objects.get().state, found.state) == (TakeDownState.GONE, State.TAKEN_DOWN)
    assert found.alarm is not None
    assert not found.alarm.is_ringing


def test_the_page_says_afterwards_that_a_person_removed_it(
    stray: Stray, dirk: Member, practice: PracticeServer, official: Account, gone_media: None, visit: Any
) -> None:
    asked = take_down(stray, by=dirk)
    practice.network.delete(official, asked.remote_id)
    posts_jobs.remove("test")
    jobs.settle("test")
    page = visit(dirk).get(reverse("watch:stray", args=[stray.pk])).content.decode()
    assert "Somebody removed it in the network&#x27;s own app." in page
    assert "data-since" not in page


def test_what_is_ours_after_all_shows_no_road_any_more(stray: Stray, dirk: Member, visit: Any) -> None:
    take_down(stray, by=dirk)
    adopt(stray, by=dirk, reason="Onze fotograaf")
    assert STEPS[0] not in visit(dirk).get(reverse("watch:stray", args=[stray.pk])).content.decode()
    assert "Somebody has to remove this" not in visit(dirk).get("/").content.decode()


def test_nothing_is_taken_down_by_itself_where_vierogen_may_not_delete(
    quiet: Watched, by_phone: Phone, cora: Member
) -> None:
    change(quiet.channel, by=cora, colour="blue", automatic_take_down_after=60)
    by_phone("Gezellig op het strand!")
    [found] = see(quiet)
    assert (found.automatic_at, found.will_be_taken_down_at) == (None, None)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert not jobs.take_down_by_itself("test")


def test_nobody_is_told_that_it_was_taken_down_by_itself_when_a_person_did_it(
    stray: Stray, practice: PracticeServer, official: Account, gone_media: None
) -> None:
    remote = RemotePost.objects.get(strays=stray)
    Stray.objects.update(take_down=removing.take_down(stray.channel, shown(remote), by=removing.WORKER, reason=""))
    practice.network.delete(official, remote.remote_id)
    posts_jobs.remove("test")
    jobs.settle("test")
    assert Stray.objects.get().state == State.TAKEN_DOWN
    assert not Message.objects.filter(title__startswith="Taken down from").exists()


def shown(remote: RemotePost) -> Any:
    with opened(remote.channel) as network:
        return network.read(remote.remote_id)


def test_a_key_that_lost_its_permission_changes_what_the_page_offers(
    watched: Watched, by_phone: Phone, dirk: Member, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(Counted, monkeypatch)
    by_phone("Gezellig op het strand!")
    [found] = see(watched)
    url = reverse("watch:stray", args=[found.pk])
    assert "Take down from" in visit(dirk).get(url).content.decode()
    Channel.objects.update(may_delete=False)
    assert "Show me how to remove it" in visit(dirk).get(url).content.decode()


# It is ours after all


@pytest.mark.parametrize("state", [TakeDownState.BY_HAND, TakeDownState.STUCK])
def test_what_is_ours_after_all_is_never_removed_later_and_can_be_taken_down_after_a_change_of_mind(
    state: TakeDownState, stray: Stray, dirk: Member, practice: PracticeServer, monkeypatch: pytest.MonkeyPatch,
    visit: Any,
) -> None:  # fmt: skip
    asked = take_down(stray, by=dirk)
    TakeDown.objects.update(state=state)
    adopt(stray, by=dirk, reason="Onze fotograaf")
    asked.refresh_from_db()
    assert (asked.state, asked.problem) == (TakeDownState.CANCELLED, "")
    # The account is connected again, with the right to delete.
    use(Counted, monkeypatch)
    TakeDown.objects.update(next_at=timezone.now())
    assert not posts_jobs.delete_after_all("test")
    assert not posts_jobs.remove("test")
    assert len(practice.network.timeline()) == 1
    page = visit(dirk).get(reverse("watch:stray", args=[stray.pk])).content.decode()
    assert reverse("watch:take_down", args=[stray.pk]) in page
    again = take_down(Stray.objects.get(), by=dirk)
    assert (again.state, again != asked) == (TakeDownState.ASKED, True)


def test_while_a_worker_may_be_deleting_it_nobody_says_that_it_is_ours(
    stray: Stray, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_down(stray, by=dirk)
    held = pursuing.claim_take_down("one")
    use(Counted, monkeypatch)
    with pytest.raises(ValidationError, match="being taken down at this moment"):
        adopt(stray, by=dirk, reason="Onze fotograaf")
    assert held is not None
    pursuing.pursue(held)
    assert (TakeDown.objects.get().deleted_at is not None, Stray.objects.get().state) == (True, State.OPEN)


def test_a_worker_that_only_looks_does_not_keep_anybody_from_saying_that_it_is_ours(stray: Stray, dirk: Member) -> None:
    take_down(stray, by=dirk)
    held = pursuing.claim_take_down("one")
    adopt(stray, by=dirk, reason="Onze fotograaf")
    assert held is not None
    pursuing.pursue(held)
    assert TakeDown.objects.get().state == TakeDownState.CANCELLED


def test_what_was_adopted_is_minded_again_like_any_other_post(
    stray: Stray, quiet: Watched, dirk: Member, practice: PracticeServer, official: Account
) -> None:
    asked = take_down(stray, by=dirk)
    adopt(stray, by=dirk, reason="Onze fotograaf")
    practice.network.delete(official, asked.remote_id)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        [found] = see(quiet)
    assert found.what == What.DELETION


# The steps, before anybody asked


def test_the_steps_for_a_story_stand_on_its_page_at_once_and_the_first_in_the_mail(
    quiet: Watched, by_phone: Phone, dirk: Member, visit: Any
) -> None:
    by_phone("Vrijdagmiddag!", story=True, picture=picture())
    [found] = see(quiet)
    page = visit(dirk).get(reverse("watch:stray", args=[found.pk])).content.decode()
    handle = found.channel.handle
    assert "This is how somebody removes it" in page
    assert f"Open the app as {handle}." in page
    assert STORY_STEPS[1] in page
    assert STEPS[0] not in page
    assert reverse("watch:take_down", args=[found.pk]) in page
    [mail] = Message.objects.filter(email=dirk.user.email)
    assert f"Open the app as {handle}." in mail.text
    take_down(found, by=dirk)
    told = Message.objects.filter(title__contains="Remove it by hand").first()
    assert told is not None
    assert f"1. Open the app as {handle}.\n2. {STORY_STEPS[1]}" in told.text


def test_where_vierogen_may_delete_no_steps_are_shown(
    channel: Channel, dirk: Member, by_phone: Phone, visit: Any
) -> None:
    enrol()
    row = Watched.objects.select_related("channel__organisation").get()
    see(row)
    by_phone("Gezellig op het strand!")
    [found] = see(row)
    page = visit(dirk).get(reverse("watch:stray", args=[found.pk])).content.decode()
    assert "This is how somebody removes it" not in page
    assert "in the app" not in Message.objects.filter(email=dirk.user.email).get().text


# Evidence


def test_what_could_not_be_sealed_is_sealed_at_the_next_look(
    quiet: Watched, by_phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_phone("Gezellig op het strand!", picture=picture())
    with monkeypatch.context() as patch:
        refuse = raising(SealError("no key"))
        patch.setattr(raising_module, "capture", lambda *_args, **_named: refuse())
        [found] = see(quiet)
    assert found.evidence is None
    see(quiet)
    kept = Stray.objects.get().evidence
    assert kept is not None
    see(quiet)
    assert Evidence.objects.count() == 1


def test_a_film_that_was_kept_is_shown_to_who_opens_it_with_a_reason(stray: Stray, dirk: Member, visit: Any) -> None:
    evidence = stray.evidence
    assert evidence is not None
    removing._keep_media(evidence, b"a film", url="https://voorbeeld.example/film.mp4", mime="video/mp4")
    address = reverse("watch:evidence", args=[evidence.pk])
    client = visit(dirk)
    assert "data:" not in client.get(address)["Content-Security-Policy"].split("media-src")[1].split(";")[0]
    answer = client.post(address, {"reason": "Nakijken."})
    assert f'src="data:video/mp4;base64,{b64encode(b"a film").decode()}"' in answer.content.decode()
    assert "media-src 'self' data:;" in answer["Content-Security-Policy"]
