"""The same walk with the whole house around each connector: vault, gateway, watch and take-down, on every stage.

What a connector promises alone is in test_contract.py. This is what people get of it, on both databases.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.utils import timezone, translation

from tests.networks.test_contract import on_stages
from tests.networks.walk.running import Running, picture
from tests.networks.walk.stage import Edits, Stage, Stories
from tests.posts.killing import let_time_pass, settle_down
from tests.posts.nets import due_on
from tests.servers.faulty import Fault, cut_after, error_after, limited
from tests.waiting import eventually
from tests.watch.conftest import watching
from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.networks.base import Deletes, Streams
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.models import Delivery, Evidence, TakeDown
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.vault.actions import connect, opened, seal
from vierogen.watch import jobs as watch_jobs
from vierogen.watch.actions.answering import take_down
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import Mode, Origin, State, What
from vierogen.watch.watching import ChannelWatch, keep_pictures

pytestmark = pytest.mark.django_db(transaction=True)

NUMBERS = count(1)
WRONG = "not-the-secret-at-all"
Start = Callable[[type[Stage]], Running]


@pytest.fixture(scope="module")
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """Starts each stage once, when the first test asks for it."""
    started: dict[type[Stage], Running] = {}
    with ExitStack() as stack:

        def find(stage: type[Stage]) -> Running:
            if stage not in started:
                started[stage] = stack.enter_context(Running(stage(), request.getfixturevalue))
            return started[stage]

        yield find


@pytest.fixture
def running(request: pytest.FixtureRequest, start: Start) -> Running:
    return start(request.param)


class House:
    """A channel on the stage, connected through the proxy, and the people who work with it."""

    def __init__(self, running: Running, people: dict[str, Member]) -> None:
        self.running, self.stage, self.people = running, running.stage, people
        self.channel = self.connect()

    def connect(self) -> Channel:
        """Connect the account, or connect it again."""
        server, cora = self.running.proxy.base_url, self.people["cora"]
        given = {name: value for name, value in self.stage.remembered(server).items() if name != "server"}
        return connect(cora.organisation, self.stage.network.key, server=server, credentials=given, by=cora)

    def due(self) -> Delivery:
        """Something written, approved by somebody else, and due."""
        pictures = 1 if self.stage.network.needs_picture else 0
        text = f"Morgen dicht, bericht {next(NUMBERS)} {timezone.now():%f}"
        return due_on(self.channel, self.people["anna"], self.people["ben"], pictures=pictures, text=text)

    def goes_wrong(self, fault: Fault) -> None:
        self.running.goes_wrong(fault)

    def look(self) -> list[Stray]:
        """One look of the watch."""
        enrol()
        row = Watched.objects.select_related("channel__organisation").get(channel=self.channel)
        with opened(self.channel) as network:
            return look(row, network)

    def copies(self, delivery: Delivery) -> int:
        """How often it stands on the network."""
        return self.running.standing(delivery.version.text)


@pytest.fixture
def house(
    running: Running,
    anna: Member,
    ben: Member,
    cora: Member,
    dirk: Member,
    live_server: Any,
    settings: Any,
) -> House:
    # Where the network fetches what it is offered.
    settings.PUBLIC_URL = live_server.url
    if client := running.stage.client:
        settings.NETWORK_CLIENTS = {running.stage.network.key: (client.id, client.secret)}
    return House(running, {"anna": anna, "ben": ben, "cora": cora, "dirk": dirk})


def fresh(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


def removed(asked: TakeDown) -> bool:
    """Do the next step; is it done?"""
    TakeDown.objects.update(next_at=timezone.now())
    jobs.remove("test")
    return TakeDown.objects.get(pk=asked.pk).state == TakeDownState.GONE


@on_stages()
def test_what_two_people_saw_goes_out_once_and_is_no_stray(house: House) -> None:
    house.look()
    delivery = house.due()
    assert jobs.deliver("test")
    end = settle_down(delivery)
    assert (end.state, house.copies(delivery)) == (DeliveryState.VERIFIED, 1)
    eventually(lambda: house.look() or RemotePost.objects.filter(delivery=delivery).exists())
    assert RemotePost.objects.get(delivery=delivery).origin == Origin.EXPLAINED
    assert not Stray.objects.exists()


@on_stages()
def test_what_somebody_posts_with_the_app_rings_and_leaves_evidence(house: House) -> None:
    house.look()
    remote_id = house.stage.post(f"Feestje! {next(NUMBERS)}")
    (stray,) = eventually(house.look)
    assert stray.what in {What.POST, What.STORY}
    assert stray.remote is not None
    assert stray.remote.remote_id == remote_id
    assert stray.evidence is not None
    assert Message.objects.filter(alarm=stray.alarm).exists()
    assert house.look() == []


@on_stages(Streams)
def test_it_rings_by_itself_within_seconds_where_the_network_tells(house: House) -> None:
    with watching():
        eventually(lambda: Watched.objects.filter(mode=Mode.STREAMED).exclude(polled_at=None).exists(), seconds=15)
        remote_id = house.stage.post(f"Live van de telefoon {next(NUMBERS)}")
        eventually(lambda: Stray.objects.filter(remote__remote_id=remote_id).exists())


@on_stages(Edits)
def test_what_somebody_edits_rings(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    remote_id = house.stage.post(f"Zoals het was {next(NUMBERS)}")
    eventually(lambda: house.look() or RemotePost.objects.filter(remote_id=remote_id).exists())
    Stray.objects.update(state=State.ADOPTED, reason="Van ons")
    house.stage.edit(remote_id, "Zoals het werd")  # type: ignore[attr-defined]
    (stray,) = eventually(house.look)
    assert stray.what == What.EDIT


@on_stages(Stories)
def test_a_story_rings_and_its_evidence_outlives_it(house: House) -> None:
    house.look()
    remote_id = house.stage.story(picture("").data)  # type: ignore[attr-defined]
    (stray,) = eventually(house.look)
    assert (stray.what, stray.remote.remote_id) == (What.STORY, remote_id)
    keep_pictures(stray.evidence)
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        assert house.look() == [], "a story that ends by itself is no deletion"
        assert not house.stage.stories()  # type: ignore[attr-defined]
    kept = Evidence.objects.get(pk=stray.evidence.pk)
    assert kept.media_complete
    assert kept.media.count() == 1


@on_stages(Deletes)
def test_a_stray_is_taken_down_and_seen_to_be_gone(house: House) -> None:
    if house.stage.keeps_pictures and house.stage.network.needs_picture:
        pytest.skip("this server never lets a picture go")
    house.look()
    house.stage.post(f"Weg ermee {next(NUMBERS)}")
    (stray,) = eventually(house.look)
    asked = take_down(stray, by=house.people["dirk"])
    eventually(lambda: removed(asked))
    eventually(lambda: watch_jobs.settle("test") or not Stray.objects.exclude(state=State.TAKEN_DOWN).exists())
    assert Stray.objects.get(pk=stray.pk).state == State.TAKEN_DOWN
    assert RemotePost.objects.get(strays=stray).gone_at is not None


@on_stages()
@pytest.mark.parametrize("fault", [cut_after(), error_after(500)], ids=["cut", "error"])
def test_a_lost_answer_makes_no_second_post(house: House, fault: Fault) -> None:
    delivery = house.due()
    house.goes_wrong(fault)
    assert jobs.deliver("test")
    assert fresh(delivery).state == DeliveryState.UNCERTAIN
    end = eventually(lambda: _verified(delivery))
    assert (end.state, house.copies(delivery)) == (DeliveryState.VERIFIED, 1)


def _verified(delivery: Delivery) -> Delivery | None:
    end = settle_down(delivery)
    return end if end.state == DeliveryState.VERIFIED else None


@on_stages()
def test_a_limit_lets_it_wait_and_then_it_goes_out_once(house: House) -> None:
    delivery = house.due()
    house.goes_wrong(limited(7))
    assert jobs.deliver("test")
    waits = fresh(delivery)
    assert waits.state == DeliveryState.WAITING
    assert waits.next_try_at is not None
    assert 4 <= (waits.next_try_at - timezone.now()).total_seconds() <= 8
    assert house.copies(delivery) == 0
    assert_told_in_dutch(waits.problem)
    let_time_pass()
    assert jobs.deliver("test")
    assert house.copies(delivery) == 1


@on_stages()
def test_a_refused_key_disconnects_and_connecting_again_keeps_the_history(house: House) -> None:
    house.look()
    before = house.channel.pk
    secrets = [field.name for field in house.stage.network.fields if field.secret]
    seal(house.channel, dict.fromkeys([*secrets, *house.stage.tokens], WRONG))
    watch = ChannelWatch(Watched.objects.select_related("channel__organisation").get(), pictures=None)  # type: ignore[arg-type]
    watch._look()
    assert Channel.objects.get().is_connected, "one refusal may be a moment's"
    watch._look()
    channel = Channel.objects.get()
    assert channel.state == ChannelState.DISCONNECTED
    assert_told_in_dutch(Watched.objects.get().problem)
    again = house.connect()
    assert (again.pk, again.is_connected) == (before, True)
    assert house.look() == []


def assert_told_in_dutch(sentence: str) -> None:
    """People read it in their own language."""
    with translation.override("nl"):
        told: Any = translation.gettext(sentence)
    assert sentence
    assert told != sentence, f"no Dutch for {sentence!r}"
