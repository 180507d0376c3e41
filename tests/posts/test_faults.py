"""Kill it at every step, on every network: never two posts, never a lost one, *uncertain* where it must."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from itertools import count
from urllib.parse import quote

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from PIL import Image

from tests.posts.conftest import TEXT
from tests.servers.faulty import Fault, FaultyProxy, cut_after, cut_before, error_after, late, limited, refused
from tests.servers.pds import PDS
from vierogen.channels.models import Channel
from vierogen.core.http import guarded_client
from vierogen.ledger.actions import verify
from vierogen.people.models import Member, Organisation
from vierogen.posts import jobs
from vierogen.posts.actions import looking, removing
from vierogen.posts.actions.reviewing import approve, publish_now
from vierogen.posts.actions.writing import Content, add_picture, begin, submit
from vierogen.posts.models import Delivery, Evidence, TakeDown
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.practice.server import PracticeServer
from vierogen.vault import actions as vault
from vierogen.vault.actions import connect, seal

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [
    "in the claim",
    "after the claim",
    "before the call",
    "after the call",
    "before recording",
    "in the recording",
    "after recording",
]
ACCEPTED = {"after the call", "before recording", "in the recording", "after recording"}
LOOKING = ["in the doubt", "before looking", "after looking", "before settling", "after settling"]
REMOVING = [
    "before the deletion",
    "after the deletion",
    "in its recording",
    "after its recording",
    "in the confirmation",
    "in the withdrawal",
]
NAMES = count(1)
PUT, UPLOAD = "/xrpc/com.atproto.repo.putRecord", "/xrpc/com.atproto.repo.uploadBlob"


@dataclass
class Net:
    """A network with our account on it; ``texts`` says what anybody sees there now."""

    key: str
    channel: Channel
    texts: Callable[[], list[str]]
    proxy: FaultyProxy | None = None


def on_bluesky(pds: PDS, proxy: FaultyProxy, town: Organisation, cora: Member) -> Net:
    """A real server, reached through a proxy that can go wrong."""
    account = pds.create_account(f"faults{next(NAMES)}")
    given = {"handle": account.handle, "app_password": account.password}
    channel = connect(town, "bluesky", server=proxy.base_url, credentials=given, by=cora)
    # The address of the repository was learned from the server itself.
    seal(channel, {"pds": proxy.base_url})

    def texts() -> list[str]:
        listed = account.ask("com.atproto.repo.listRecords", repo=account.did, collection="app.bsky.feed.post")
        return [record["value"]["text"] for record in listed["records"]]

    return Net("bluesky", channel, texts, proxy)


@pytest.fixture(params=["mastodon", pytest.param("bluesky", marks=pytest.mark.pds)])
def net(request: pytest.FixtureRequest, practice: PracticeServer, town: Organisation, cora: Member) -> Net:
    """Each network in turn."""
    if request.param == "bluesky":
        return request.getfixturevalue("bluesky")  # type: ignore[no-any-return]
    channel = request.getfixturevalue("channel")
    return Net("mastodon", channel, lambda: [status.text for status in practice.network.timeline()])


@pytest.fixture
def bluesky(request: pytest.FixtureRequest, transactional_db: None, town: Organisation, cora: Member) -> Net:
    """Bluesky."""
    pds: PDS = request.getfixturevalue("pds")
    proxy = FaultyProxy(pds.port).__enter__()
    request.addfinalizer(lambda: proxy.__exit__(None, None, None))
    return on_bluesky(pds, proxy, town, cora)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than half a second for a network."""
    monkeypatch.setattr(vault, "guarded_client", partial(guarded_client, timeout=httpx.Timeout(0.5)))


def due_on(channel: Channel, anna: Member, ben: Member, *, pictures: int = 0) -> Delivery:
    """A delivery to this channel whose time has come."""
    media = [add_picture(channel.organisation, png(place), name=f"{place}.png", by=anna) for place in range(pictures)]
    shown = tuple((each.pk, "Een opgebroken straat") for each in media)
    version = begin(channel.organisation, Content(TEXT, (channel,), pictures=shown), by=anna)
    submit(version, by=anna)
    approve(version, by=ben, digest=version.digest)
    publish_now(version, by=ben)
    return Delivery.objects.get(version=version)


def png(shade: int) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 30), (shade * 40, 90, 90)).save(buffer, "PNG")
    return buffer.getvalue()


def database_url() -> str:
    """The address of this test's own database, for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    who = f"{quote(known['USER'])}:{quote(known['PASSWORD'])}@" if known["USER"] else ""
    host, port = known["HOST"], known["PORT"]
    if host.startswith("/"):
        return f"postgres://{who}/{known['NAME']}?host={quote(host)}"
    return f"postgres://{who}{host}:{port}/{known['NAME']}"


def work_and_die(step: str, network: str = "mastodon", *, job: str = "deliver") -> None:
    environment = os.environ | {
        "VIEROGEN_DATABASE_URL": database_url(),
        "VIEROGEN_HOME": str(settings.HOME),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-m", "tests.posts.dying_worker", job, step, network]
    done = subprocess.run(command, env=environment, timeout=60, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def let_time_pass() -> None:
    """Leases of the dead end, and whatever waits for a moment gets its turn."""
    now = timezone.now()
    for model in (Delivery, TakeDown):
        model.objects.exclude(lease_until=None).update(lease_until=now - timedelta(seconds=1))
    Delivery.objects.exclude(next_look_at=None).update(next_look_at=now)
    Delivery.objects.exclude(next_try_at=None).update(next_try_at=now)
    TakeDown.objects.update(next_at=now)


def settle_down(delivery: Delivery) -> Delivery:
    """Another worker does all it can: deliver, look as often as it wants, verify."""
    for _round in range(20):
        let_time_pass()
        if not (jobs.look("other") or jobs.deliver("other") or jobs.verify("other")):
            break
    return Delivery.objects.get(pk=delivery.pk)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("keys_ignored", [False, True], ids=["keys honoured", "keys ignored"])
def test_a_worker_killed(step: str, keys_ignored: bool, due: Delivery, practice: PracticeServer) -> None:
    practice.api.keys_ignored = keys_ignored
    work_and_die(step)
    end = settle_down(due)
    there = [status.text for status in practice.network.timeline()]
    # Killed in the claim, nothing was committed: it goes out as if nothing happened.
    if step == "in the claim" or step in ACCEPTED:
        assert (end.state, there) == (DeliveryState.VERIFIED, [TEXT])
    else:  # it was never sent, which nobody can know: a person decides
        assert end.needs_a_person
        assert there == []
    assert verify()[1] == []


@pytest.mark.pds
@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_where_the_network_knows_our_key_asks_nobody(
    step: str, bluesky: Net, anna: Member, ben: Member
) -> None:
    delivery = due_on(bluesky.channel, anna, ben)
    work_and_die(step, "bluesky")
    end = settle_down(delivery)
    assert (end.state, bluesky.texts()) == (DeliveryState.VERIFIED, [TEXT])
    assert verify()[1] == []


def test_a_worker_killed_between_two_pictures(net: Net, anna: Member, ben: Member) -> None:
    delivery = due_on(net.channel, anna, ben, pictures=2)
    work_and_die("after the first picture", net.key)
    assert net.texts() == []
    end = settle_down(delivery)
    if end.needs_a_person:
        assert net.key == "mastodon"
        assert net.texts() == []
    else:
        assert (end.state, net.texts()) == (DeliveryState.VERIFIED, [TEXT])


@pytest.mark.parametrize("step", LOOKING)
def test_a_worker_killed_while_it_looks(step: str, net: Net, anna: Member, ben: Member) -> None:
    delivery = due_on(net.channel, anna, ben)
    work_and_die("after the call", net.key)
    let_time_pass()
    work_and_die(step, net.key, job="look")
    end = settle_down(delivery)
    assert (end.state, net.texts()) == (DeliveryState.VERIFIED, [TEXT])


@pytest.mark.parametrize("step", ["after the claim", "after the call"])
def test_a_person_decides_after_a_kill(step: str, due: Delivery, practice: PracticeServer, dirk: Member) -> None:
    work_and_die(step)
    end = settle_down(due)
    if end.needs_a_person:
        looking.decide(end, by=dirk, send_it_again=True)
        end = settle_down(due)
    assert end.state == DeliveryState.VERIFIED
    assert len(practice.network.timeline()) == 1


def test_the_other_worker_waits_for_the_lease(due: Delivery) -> None:
    work_and_die("after the claim")
    assert not jobs.look("other")
    assert not jobs.deliver("other")


@pytest.mark.parametrize("fault", ["error_after_accepting", "cut_after_accepting"])
def test_kill_while_looking_for_a_lost_answer(fault: str, due: Delivery, practice: PracticeServer) -> None:
    practice.faults.next(fault)  # type: ignore[arg-type]
    jobs.deliver("one")
    work = Delivery.objects.get(pk=due.pk)
    assert work.state == DeliveryState.UNCERTAIN
    let_time_pass()
    assert looking.claim_doubtful("looks and dies") is not None
    end = settle_down(due)
    assert end.state == DeliveryState.VERIFIED
    assert len(practice.network.timeline()) == 1


# A network in trouble


def test_an_answer_that_comes_too_late(due: Delivery, practice: PracticeServer, impatient: None) -> None:
    practice.faults.next("late", seconds=2)
    jobs.deliver("one")
    assert Delivery.objects.get().state == DeliveryState.UNCERTAIN
    assert settle_down(due).state == DeliveryState.VERIFIED
    assert len(practice.network.timeline()) == 1


def test_what_is_accepted_long_after_we_gave_up_is_found(
    due: Delivery, practice: PracticeServer, impatient: None
) -> None:
    practice.faults.next("late_accepting", seconds=1.0)
    jobs.deliver("one")
    let_time_pass()
    assert jobs.look("one")
    assert Delivery.objects.get().state == DeliveryState.UNCERTAIN
    assert practice.network.timeline() == []
    while not practice.network.timeline():
        pass
    assert settle_down(due).state == DeliveryState.VERIFIED
    assert len(practice.network.timeline()) == 1


TROUBLES = {
    "late": late(2),
    "500 after accepting": error_after(500),
    "502 after accepting": error_after(502),
    "cut after accepting": cut_after(),
    "cut before": cut_before(),
    "500 before": refused(500),
    "429": limited(1),
}


@pytest.mark.pds
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
@pytest.mark.parametrize("times", [1, 3])
def test_trouble_with_a_real_server_leaves_one_post_and_asks_nobody(
    trouble: Fault, times: int, bluesky: Net, anna: Member, ben: Member, impatient: None
) -> None:
    delivery = due_on(bluesky.channel, anna, ben)
    assert bluesky.proxy is not None
    for _time in range(times):
        bluesky.proxy.next(trouble, method="POST", path=PUT)
    end = settle_down(delivery)
    assert (end.state, bluesky.texts()) == (DeliveryState.VERIFIED, [TEXT])


@pytest.mark.pds
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_trouble_with_a_picture_is_never_an_unknown_outcome(
    trouble: Fault, bluesky: Net, anna: Member, ben: Member, impatient: None
) -> None:
    delivery = due_on(bluesky.channel, anna, ben, pictures=1)
    assert bluesky.proxy is not None
    bluesky.proxy.next(trouble, method="POST", path=UPLOAD)
    jobs.deliver("one")
    assert Delivery.objects.get().state == DeliveryState.WAITING
    assert bluesky.texts() == []
    end = settle_down(delivery)
    assert (end.state, bluesky.texts()) == (DeliveryState.VERIFIED, [TEXT])
    assert bluesky.proxy.count(f"POST {PUT}") == 1


# Taking down


def taken_down(delivery: Delivery, dirk: Member) -> TakeDown:
    """It is out, and somebody asked for its removal."""
    jobs.deliver("one")
    return removing.withdraw(Delivery.objects.get(pk=delivery.pk), by=dirk, reason="Verkeerde straat.")


def remove_all() -> TakeDown:
    for _round in range(10):
        let_time_pass()
        if not jobs.remove("other"):
            break
    return TakeDown.objects.get()


@pytest.mark.parametrize("step", REMOVING)
def test_a_worker_killed_while_it_takes_down(step: str, net: Net, anna: Member, ben: Member, dirk: Member) -> None:
    delivery = due_on(net.channel, anna, ben)
    taken_down(delivery, dirk)
    work_and_die(step, net.key, job="remove")
    end = remove_all()
    assert (end.state, net.texts()) == (TakeDownState.GONE, [])
    assert Delivery.objects.get().state == DeliveryState.WITHDRAWN
    kept = removing.open_for(Evidence.objects.get(), by=dirk, reason="Nakijken.")
    assert kept["text"] == TEXT
    assert verify()[1] == []


def test_a_worker_killed_between_evidence_and_deletion_keeps_each_picture_once(
    net: Net, anna: Member, ben: Member, dirk: Member
) -> None:
    delivery = due_on(net.channel, anna, ben, pictures=2)
    taken_down(delivery, dirk)
    work_and_die("after the evidence", net.key, job="remove")
    assert net.texts() == [TEXT]
    assert remove_all().state == TakeDownState.GONE
    kept = removing.open_for(Evidence.objects.get(), by=dirk, reason="Nakijken.")
    assert len(kept["pictures"]) == 2
