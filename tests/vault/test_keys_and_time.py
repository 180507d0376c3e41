"""Keys that end by time at the simulated X and Instagram, and workers that die while they renew one."""

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as house
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests import nursery
from tests.networks.stages.instagram import SimulatedInstagram
from tests.networks.stages.x import XStage
from tests.posts.killing import database_url
from tests.vault.dying_renewal import STEPS
from vierogen.channels.models import Channel
from vierogen.networks.base import NetworkError
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.vault import actions, jobs, log_in, renewing
from vierogen.vault.actions import opened
from vierogen.vault.models import Handshake, KeyLife, Secret
from vierogen.watch.actions.minding import lose_connection

STAGES: dict[str, Any] = {"x": XStage, "instagram": SimulatedInstagram}
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def stage(request: pytest.FixtureRequest, settings: Any) -> Iterator[Any]:
    """The simulated network that the test names, in the place of the live one."""
    made = STAGES[request.param]()
    made.start(request.getfixturevalue)
    settings.NETWORK_CLIENTS = {request.param: (made.client.id, made.client.secret)}
    settings.NETWORK_SERVERS = {request.param: f"http://127.0.0.1:{made.port}"}
    yield made
    made.stop()


def connect(stage: Any, cora: Member, *, channel: Channel | None = None) -> Channel:
    """Log in there and choose the first account, the official one."""
    key = stage.network.key
    begun = log_in.begin(cora, key, channel=channel)
    told = dict(re.findall(r"[?&](state|code)=([^&#]+)", stage.agree(begun.address)))
    handshake = log_in.waiting(cora, key, sent=told["state"], among=[begun.handshake.pk])
    log_in.answer(handshake, sent=told["state"], code=told["code"])
    return log_in.finish(handshake, account_id=stage.account.id, by=cora)


def read_with(channel: Channel) -> dict[str, str]:
    """Read the account, and say which keys it was read with in the end."""
    with opened(channel) as network:
        assert network.me().account_id == channel.account_id
    with opened(channel) as network:
        return dict(network.opened.credentials)


def use(channel: Channel) -> None:
    """Read the account as the watch does: who is recognisably refused is disconnected."""
    try:
        read_with(channel)
    except NetworkError as error:
        if type(error).__name__ == "Disconnected":
            lose_connection(channel, why=error.reason)
    channel.refresh_from_db()


def mails() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("title", flat=True))


# By time


@pytest.mark.parametrize("stage", ["x"], indirect=True)
def test_a_key_of_x_that_ended_after_two_hours_is_renewed_silently_as_it_is_used(stage: Any, cora: Member) -> None:
    channel = connect(stage, cora)
    before = read_with(channel)
    with time_machine.travel(datetime.now(UTC) + 2 * HOURS + timedelta(minutes=1)):
        after = read_with(channel)
        assert after["access_token"] != before["access_token"]
        assert after["refresh_token"] != before["refresh_token"]
        assert jobs.renew("worker") is False  # that was the renewal
        assert renewing.warn() == 0
    with time_machine.travel(datetime.now(UTC) + 5 * HOURS):
        assert read_with(channel)["refresh_token"] != after["refresh_token"]
    channel.refresh_from_db()
    assert channel.is_connected
    assert mails() == []


@pytest.mark.parametrize("stage", ["instagram"], indirect=True)
def test_a_key_of_instagram_is_warned_of_and_ends_after_sixty_days_and_its_history_stays(
    stage: Any, cora: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = connect(stage, cora)
    began, kept = datetime.now(UTC), read_with(channel)
    ends_at = KeyLife.objects.get().ends_at
    assert abs(ends_at - began - 60 * DAYS) < timedelta(minutes=1)
    # Meta has a bad time of it for as long as that key lives.
    monkeypatch.setattr(stage.network, "renew", _in_trouble)
    for days in (29, 31, 45, 46.5, 50, 53.5, 56, 57.5, 58, 59.5):
        with time_machine.travel(began + days * DAYS):
            jobs.renew("worker")
            jobs.mind("worker")
            use(channel)
        assert channel.is_connected
    assert mails() == [
        f"The key of @gemeente_x ends within {days}" for days in ("14 days", "7 days", "3 days", "1 day")
    ]
    assert read_with(channel) == kept
    with time_machine.travel(began + 60 * DAYS + timedelta(minutes=5)):
        stage.simulator.faults.next("error_before", on=f"GET /v23.0/{stage.account.id}")
        use(channel)
        assert channel.is_connected  # trouble there is no refusal
        use(channel)
        use(channel)
        assert not channel.is_connected
        assert mails()[4:] == ["@gemeente_x is disconnected"]
        assert KeyLife.objects.get().ends_at == ends_at
        again = connect(stage, cora, channel=channel)
        assert (again.pk, again.is_connected) == (channel.pk, True)
        assert read_with(again)["token"] != kept["token"]
        life = KeyLife.objects.get()
        assert (life.warned, life.problem) == (None, "")
        assert life.ends_at > ends_at + 59 * DAYS


def _in_trouble(_network: Any) -> None:
    raise NetworkError("Something went wrong at Instagram. It is tried again.", may_retry=True)


@pytest.mark.parametrize("stage", ["x", "instagram"], indirect=True)
def test_a_log_in_that_nobody_finished_is_forgotten_by_the_worker(stage: Any, cora: Member) -> None:
    begun = log_in.begin(cora, stage.network.key)
    told = dict(re.findall(r"[?&](state|code)=([^&#]+)", stage.agree(begun.address)))
    handshake = log_in.waiting(cora, stage.network.key, sent=told["state"], among=[begun.handshake.pk])
    log_in.answer(handshake, sent=told["state"], code=told["code"])
    log_in.begin(cora, stage.network.key)
    (forget,) = [job for job in jobs.JOBS if job.name == "forget log-ins"]
    assert not forget.run("worker")
    assert Handshake.objects.count() == 2
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10, seconds=1)):
        assert forget.run("worker")
    assert not Handshake.objects.exists()


# Several at once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", [0, 1], ids=["the worker is first", "the watch is first"])
@pytest.mark.parametrize("stage", ["x"], indirect=True)
def test_who_is_refused_by_a_network_that_answers_the_other_one_slowly_takes_nothing_away(
    stage: Any, cora: Member, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = connect(stage, cora)
    for key in stage.server.login.keys.values():
        key.ends_at = datetime.now(UTC)
    KeyLife.objects.update(next_try_at=datetime.now(UTC) - timedelta(seconds=1))
    stage.server.faults.next("late", seconds=1.5, on="POST /2/oauth2/token")
    monkeypatch.setattr(actions, "LOOK_AGAIN", 0.5)

    def work(what: Callable[[], object]) -> None:
        try:
            what()
        finally:
            connection.close()

    both = [lambda: jobs.renew("worker"), lambda: use(Channel.objects.get())]
    one, other = (threading.Thread(target=work, args=(both[turn],)) for turn in (first, 1 - first))
    one.start()
    while stage.server.faults.waiting():  # until the first is being answered
        time.sleep(0.01)
    other.start()
    one.join(timeout=30)
    other.join(timeout=30)
    channel.refresh_from_db()
    assert channel.is_connected
    assert mails() == []
    assert all(read_with(channel).values())


# Dying


def renew_and_die(stage: Any, step: str) -> None:
    environment = os.environ | {
        "VIEROGEN_DATABASE_URL": database_url(),
        "VIEROGEN_HOME": str(house.HOME),
        "VIEROGEN_PUBLIC_URL": house.PUBLIC_URL,
        "VIEROGEN_NETWORK_CLIENTS": f"{stage.network.key}={stage.client.id}:{stage.client.secret}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    done = nursery.run("tests.vault.dying_renewal", step, env=environment)
    assert done.returncode == -signal.SIGKILL, done.stderr


def sealed() -> dict[str, int]:
    return dict(Secret.objects.values_list("field", "version"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("stage", ["x", "instagram"], indirect=True)
def test_a_worker_that_dies_while_it_renews_leaves_a_whole_key_or_says_that_there_is_none(
    stage: Any, cora: Member, step: str, visit: Callable[[Member], Client]
) -> None:
    channel = connect(stage, cora)
    before, versions = read_with(channel), sealed()
    KeyLife.objects.update(next_try_at=datetime.now(UTC) - timedelta(seconds=1))
    renew_and_die(stage, step)
    is_written = step == "after its writing"
    # All of the new key or all of the old one, and never nothing.
    assert {name: version > versions[name] for name, version in sealed().items()} == dict.fromkeys(
        before, is_written
    ) | ({name: False for name in ("account_id", "scopes") if name in before})
    assert jobs.renew("other") is False  # not before the claim of the dead ends
    KeyLife.objects.update(next_try_at=datetime.now(UTC) - timedelta(seconds=1))
    assert jobs.renew("other") is True
    channel.refresh_from_db()
    is_lost = stage.network.key == "x" and step in {"after its answer", "between two values", "in its writing"}
    assert channel.is_connected is not is_lost
    assert mails() == (["@gemeente_x is disconnected"] if is_lost else [])
    assert set(sealed()) == set(versions)
    if is_lost:
        page = visit(cora).get(reverse("channels:channel", args=[channel.pk])).content.decode()
        assert reverse("vault:reconnect", args=[channel.pk]) in page
        channel = connect(stage, cora, channel=channel)
    assert all(read_with(channel).values())
