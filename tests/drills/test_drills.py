"""Drills: prepared, seen by the ordinary watch, measured from the ledger, ended; and never on a real account."""

import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from threading import Barrier, Thread
from typing import Any

import pytest
from django.conf import settings as house
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone, translation

from tests import nursery
from tests.drills.dying_host import PLACES
from tests.plugins.house import make_member
from tests.posts.killing import environment
from tests.watch.conftest import watching
from vierogen.channels.models import Channel, networks
from vierogen.incidents.actions import open_incident
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.networks.base import Shown
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.actions.stopping import stop_everything
from vierogen.posts.forms import ComposerForm
from vierogen.posts.models import TakeDown
from vierogen.practice import guard
from vierogen.practice.actions import drilling, hosting
from vierogen.practice.actions.hosting import Hosts, folder
from vierogen.practice.measuring import moments, strays
from vierogen.practice.models import Drill
from vierogen.practice.network import TEXT_LIMIT
from vierogen.practice.rendering import length
from vierogen.practice.scenario import account_name, marked, scenarios
from vierogen.practice.states import State, Why
from vierogen.vault.actions import opened
from vierogen.vault.models import Secret
from vierogen.watch.actions import answering
from vierogen.watch.actions.raising import raise_stray
from vierogen.watch.models import Stray
from vierogen.watch.states import State as StrayState
from vierogen.watch.states import What

SOON = 25.0


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    """A worker that runs drills."""
    hosts = Hosts()
    yield hosts
    hosts.close()


def until(true: Callable[[], object], *, seconds: float = SOON) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def turned(hosts: Hosts, drill: Drill, state: str) -> bool:
    """One turn; is the drill there now?"""
    hosts.turn("a worker")
    drill.refresh_from_db()
    return bool(drill.state == state)


def stray_of(drill: Drill) -> Stray:
    (stray,) = strays(drill)
    return stray


@pytest.fixture
def going_on(transactional_db: None, cora: Member, dirk: Member, hosts: Hosts, settings: Any) -> Iterator[Drill]:
    """A drill whose post stands there and was seen, with worker and watcher at work, in an ordinary installation."""
    settings.PRACTICE = False
    drill = drilling.begin(cora.organisation, "leaked_password", by=cora)
    with watching():
        until(lambda: turned(hosts, drill, State.RUNNING))
        until(lambda: strays(drill))
        yield drill


def keys(drill: Drill) -> list[str]:
    return [moment.key for moment in moments(drill)]


def test_an_accident_is_played_seen_taken_down_and_measured(
    going_on: Drill, hosts: Hosts, anna: Member, dirk: Member, cora: Member, settings: Any
) -> None:
    settings.ALLOW_PRIVATE = []  # as in an installation that permits no private network at all
    stray = stray_of(going_on)
    assert keys(going_on) == ["seen"]
    answering.acknowledge(stray, by=dirk)
    answering.take_down(stray, by=dirk)
    drilling.do_measure(going_on, "changed", by=anna)
    drilling.do_measure(going_on, "changed", by=dirk)
    drilling.state_first(going_on, "Er stond een wachtwoord op. Het is veranderd.", by=anna)
    until(lambda: [posts_jobs.remove("worker"), answering.finish_take_downs(), "gone" in keys(going_on)][-1])
    drilling.end(going_on, by=cora)
    hosts.turn("a worker")
    told = moments(Drill.objects.get(pk=going_on.pk))
    assert [(moment.key, moment.who) for moment in told] == [
        ("seen", ""),
        ("answered", "A"),
        ("asked", "A"),
        ("changed", "B"),
        ("statement", "B"),
        ("gone", ""),
    ]
    assert all(0 <= moment.seconds < 60 for moment in told)
    assert not [name for name in ("Anna", "Dirk", "Cora") if name in str(going_on.result)]
    assert (hosts.here, list(folder().glob(f"{going_on.pk}.*"))) == ({}, [])
    assert verify(going_on.organisation_id)[1] == []


def test_everything_of_it_says_that_it_is_an_exercise(going_on: Drill, dirk: Member) -> None:
    channel = going_on.channel
    assert channel is not None
    assert channel.handle == "EXERCISE Gemeente Voorbeeld"
    with opened(channel) as network:
        (shown,) = network.recent()
        assert shown.text.startswith("EXERCISE ·")
        assert shown.text.endswith("· EXERCISE")
        assert network.me().name.startswith("EXERCISE")
    mail = Message.objects.get(email=dirk.user.email)
    assert "EXERCISE Gemeente Voorbeeld" in mail.title


def test_ending_it_leaves_nothing_that_asks_and_tells_who_was_called(
    going_on: Drill, cora: Member, dirk: Member, hosts: Hosts
) -> None:
    stray, key = stray_of(going_on), Secret.objects.filter(channel=going_on.channel)
    assert key.exists()
    drilling.end(going_on, by=cora)
    stray.refresh_from_db()
    assert stray.alarm is not None
    assert (stray.state, stray.alarm.is_ringing, stray.asks) == (StrayState.VANISHED, False, False)
    assert not key.exists()
    assert not Channel.objects.watched().filter(is_exercise=True).exists()
    told = Message.objects.filter(title="The exercise is over").values_list("email", flat=True)
    assert sorted(told) == [cora.user.email, dirk.user.email]
    with pytest.raises(WrongStateError):
        drilling.end(going_on, by=cora)
    with pytest.raises(WrongStateError):
        drilling.state_first(going_on, "Too late", by=cora)
    assert all(mail.text.startswith("PRACTICE.") for mail in Message.objects.all())
    assert not hosts.turn("a worker")
    assert drilling.begin(cora.organisation, "stray_post", by=cora).pk != going_on.pk


def test_something_real_ends_it(going_on: Drill, channel: Channel, hosts: Hosts) -> None:
    raise_stray(channel, What.POST, Shown("1", "A real one"))
    until(lambda: turned(hosts, going_on, State.ENDED))
    assert going_on.why == Why.REAL


def test_it_ends_by_itself_after_an_hour(going_on: Drill, hosts: Hosts) -> None:
    Drill.objects.filter(pk=going_on.pk).update(started_at=timezone.now() - timedelta(minutes=61))
    until(lambda: turned(hosts, going_on, State.ENDED))
    assert going_on.why == Why.TIME


def test_where_nobody_watches_it_never_begins(cora: Member, hosts: Hosts) -> None:
    drill = drilling.begin(cora.organisation, "stray_post", by=cora)
    assert not turned(hosts, drill, State.RUNNING)
    assert drill.channel is not None
    Drill.objects.filter(pk=drill.pk).update(asked_at=timezone.now() - timedelta(minutes=4))
    assert turned(hosts, drill, State.ENDED)
    assert (drill.why, drill.started_at, drill.result) == (Why.UNPREPARED, None, [])


def test_it_never_begins_while_something_real_asks(cora: Member, channel: Channel) -> None:
    incident = open_incident("Something went wrong", by=make_member(cora.organisation, "Dora", Role.DUTY_OFFICER))
    with pytest.raises(ValidationError, match="Something real"):
        drilling.begin(cora.organisation, "stray_post", by=cora)
    incident.delete()
    raise_stray(channel, What.POST, Shown("1", "A real one"))
    with pytest.raises(ValidationError, match="Something real"):
        drilling.begin(cora.organisation, "stray_post", by=cora)


def test_one_at_a_time_and_only_by_who_may(cora: Member, anna: Member, otto: Member) -> None:
    for member in (anna, otto):
        with pytest.raises(PermissionDenied):
            drilling.begin(cora.organisation, "stray_post", by=member)
    with pytest.raises(ValidationError, match="no such"):
        drilling.begin(cora.organisation, "something_else", by=cora)
    drill = drilling.begin(cora.organisation, "stray_post", by=cora)
    with pytest.raises(ValidationError, match="already"):
        drilling.begin(cora.organisation, "leaked_password", by=cora)
    for act in (
        lambda: drilling.end(drill, by=otto),
        lambda: drilling.end(drill, by=anna),
        lambda: drilling.state_first(drill, "Sorry", by=otto),
        lambda: drilling.do_measure(drill, "changed", by=otto),
    ):
        with pytest.raises(PermissionDenied):
            act()
    drilling.begin(otto.organisation, "leaked_password", by=otto)


@pytest.mark.parametrize("key", sorted(networks()))
def test_no_real_account_gets_into_a_drill(town: Organisation, cora: Member, key: str) -> None:
    """Refused by the database itself, whichever network the account is on, and whatever the code tries."""
    real = Channel.objects.create(organisation=town, network_key=key, server="https://social.example", account_id="1")
    drill = drilling.begin(town, "stray_post", by=cora)
    with pytest.raises(DatabaseError), transaction.atomic():
        Drill.objects.filter(pk=drill.pk).update(channel=real)
    with pytest.raises(DatabaseError), transaction.atomic():
        Drill.objects.create(organisation=town, scenario="stray_post", led_by=cora, channel=real, state=State.ENDED)
    with pytest.raises(DatabaseError), transaction.atomic():
        Channel.objects.filter(pk=real.pk).update(is_exercise=True)
    for number, server in enumerate(("https://social.example", "http://127.0.0.1:80@social.example"), start=2):
        told = {"network_key": key, "server": server, "account_id": str(number), "is_exercise": True}
        with pytest.raises(IntegrityError), transaction.atomic():
            Channel.objects.create(organisation=town, **told)
    drill.refresh_from_db()
    assert drill.channel is None


def test_an_exercise_account_is_nobody_s_to_post_to_or_to_keep(
    cora: Member, anna: Member, hosts: Hosts, visit: Callable[[Member], Client]
) -> None:
    drill = drilling.begin(cora.organisation, "stray_post", by=cora)
    hosts.turn("a worker")
    drill.refresh_from_db()
    assert drill.channel is not None
    assert not ComposerForm(member=anna).known
    for path in ("/channels/", "/channels/vault/"):
        assert drill.channel.handle not in visit(cora).get(path).content.decode()
    with pytest.raises(DatabaseError), transaction.atomic():
        Channel.objects.filter(pk=drill.channel.pk).update(is_exercise=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Channel.objects.filter(pk=drill.channel.pk).update(server="https://social.example")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("key", sorted(scenarios()))
def test_every_scenario_fits_and_is_marked(key: str, language: str) -> None:
    scenario = scenarios()[key]
    with translation.override(language):
        mark = "OEFENING" if language == "nl" else "EXERCISE"
        text = marked(scenario.text())
        assert text.startswith(mark)
        assert text.endswith(mark)
        assert length(text) <= TEXT_LIMIT
        assert account_name("Gemeente Voorbeeld").startswith(mark)
        assert all(str(words).strip() for words in (scenario.title, scenario.situation, scenario.hint))
    assert scenario.questions
    assert len(key) <= (Drill._meta.get_field("scenario").max_length or 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", PLACES)
def test_a_worker_killed_on_the_way_posts_once_and_another_goes_on(
    cora: Member, dirk: Member, hosts: Hosts, place: str
) -> None:
    drill = drilling.begin(cora.organisation, "stray_post", by=cora)
    with watching():
        ended = nursery.run("tests.drills.dying_host", place, env=environment())
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        Drill.objects.filter(pk=drill.pk).update(lease_until=timezone.now())  # ten seconds later
        until(lambda: turned(hosts, drill, State.RUNNING))
        until(lambda: strays(drill))
        assert drill.channel is not None
        with opened(drill.channel) as network:
            assert [shown.remote_id for shown in network.recent()] == [drill.remote_id]
    assert Channel.objects.filter(is_exercise=True).count() == 1
    assert Entry.objects.filter(verb="start_drill").count() == 1
    drilling.end(drill, by=cora)
    hosts.turn("a worker")
    assert not list((house.HOME / "exercises").glob(f"{drill.pk}.*"))


def test_pages_of_a_drill(going_on: Drill, cora: Member, anna: Member, visit: Callable[[Member], Client]) -> None:
    client = visit(anna)
    page = client.get(f"/learning/exercises/{going_on.pk}/").content.decode()
    assert "The watch saw the post and rang" in page
    assert "Also to be done" in page
    assert "End the exercise" not in page
    # She writes, and others take down: she reads what she can do, and no button that refuses her.
    assert "Warn a colleague who can take it down" in page
    assert "Look and take down" not in page
    assert 'href="/learning/" aria-current="true"' in page
    assert client.post(f"/learning/exercises/{going_on.pk}/measure/changed/").status_code == 302
    empty = client.post(f"/learning/exercises/{going_on.pk}/statement/", {"text": " "})
    assert empty.status_code == 422
    client.post(f"/learning/exercises/{going_on.pk}/statement/", {"text": "Sorry! Bel Jan op 06 12345678."})
    visit(cora).post(f"/learning/exercises/{going_on.pk}/end/")
    over = client.get(f"/learning/exercises/{going_on.pk}/").content.decode()
    assert "Did not happen:" in over
    assert "Talk about it together" in over
    assert "06 12345678" in over
    assert "A password that everybody can read" in client.get("/learning/exercises/").content.decode()


@pytest.mark.parametrize("read", ["before its account", "before its post"])
def test_a_page_that_read_it_too_early_ends_it_whole(
    transactional_db: None, cora: Member, dirk: Member, hosts: Hosts, read: str
) -> None:
    drill = drilling.begin(cora.organisation, "stray_post", by=cora)
    with watching():
        if read == "before its post":
            hosts.turn("a worker")
        early = Drill.objects.select_related("channel", "organisation", "led_by__user").get(pk=drill.pk)
        until(lambda: turned(hosts, drill, State.RUNNING))
        until(lambda: strays(drill))
        drilling.end(early, by=cora)
    assert early.took("seen") is not None
    stray = stray_of(drill)
    assert stray.alarm is not None
    assert (stray.asks, stray.alarm.is_ringing) == (False, False)
    assert not Channel.objects.watched().filter(is_exercise=True).exists()


def test_a_take_down_that_is_under_way_is_dropped_and_troubles_nobody(
    going_on: Drill, cora: Member, dirk: Member
) -> None:
    answering.take_down(stray_of(going_on), by=dirk)
    drilling.end(going_on, by=cora)
    assert not TakeDown.objects.under_way().exists()
    told = Message.objects.count()
    for _turn in range(3):
        posts_jobs.remove("worker")
    assert Message.objects.count() == told
    assert not TakeDown.objects.in_hands().exists()


def test_a_look_that_comes_too_late_raises_nothing(going_on: Drill, cora: Member) -> None:
    channel = going_on.channel
    assert channel is not None
    drilling.end(going_on, by=cora)
    known = Stray.objects.count()
    assert raise_stray(channel, What.POST, Shown("17", "Seen a moment after the end")) is None
    assert Stray.objects.count() == known


def test_players_and_who_ends_it_never_wait_for_each_other_in_a_circle(going_on: Drill, cora: Member) -> None:
    """Each locks the drill first and the ledger last; on PostgreSQL a circle would be refused with an error."""
    wrong: list[BaseException] = []
    together = Barrier(3)

    def act(action: Callable[[], object]) -> None:
        together.wait(10)
        try:
            action()
        except WrongStateError:
            pass
        except DatabaseError as error:
            wrong.append(error)
        finally:
            connection.close()

    acts = (
        lambda: [drilling.do_measure(going_on, key, by=cora) for key in ("changed", "told")],
        lambda: [drilling.state_first(going_on, f"Sorry {number}", by=cora) for number in range(5)],
        lambda: drilling.end(Drill.objects.get(pk=going_on.pk), by=cora),
    )
    threads = [Thread(target=act, args=(action,)) for action in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert (wrong, Drill.objects.get(pk=going_on.pk).state) == ([], State.ENDED)


def test_one_that_cannot_go_on_holds_up_no_other_and_ends_in_time(
    cora: Member, otto: Member, hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = drilling.begin(cora.organisation, "stray_post", by=cora)
    good = drilling.begin(otto.organisation, "stray_post", by=otto)
    seal = hosting.seal

    def broken(channel: Channel, credentials: Any) -> None:
        if channel.organisation_id == cora.organisation_id:
            raise RuntimeError
        seal(channel, credentials)

    monkeypatch.setattr(hosting, "seal", broken)
    hosts.turn("a worker")
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.channel is not None, bad.channel) == (True, None)
    Drill.objects.filter(pk=bad.pk).update(asked_at=timezone.now() - timedelta(minutes=4))
    assert turned(hosts, bad, State.ENDED)
    assert bad.why == Why.UNPREPARED


def test_a_real_stop_ends_it(going_on: Drill, hosts: Hosts, anna: Member) -> None:
    stop_everything(anna.organisation, by=anna, reason="Something real")
    until(lambda: turned(hosts, going_on, State.ENDED))
    assert going_on.why == Why.REAL


def test_afterwards_nobody_s_name_stands_at_its_stray(
    going_on: Drill, dirk: Member, anna: Member, cora: Member, visit: Callable[[Member], Client]
) -> None:
    stray = stray_of(going_on)
    answering.acknowledge(stray, by=dirk)
    page = f"/watch/strays/{stray.pk}/"
    assert "Dirk is looking at it." in visit(anna).get(page).content.decode()
    drilling.end(going_on, by=cora)
    over = visit(anna).get(page).content.decode()
    assert "Somebody is looking at it." in over
    assert "Dirk" not in over


def test_every_page_says_that_one_is_going_on(
    cora: Member, anna: Member, otto: Member, visit: Callable[[Member], Client]
) -> None:
    drill = drilling.begin(cora.organisation, "stray_post", by=cora)
    assert "An exercise is going on." in visit(anna).get("/posts/").content.decode()
    assert "An exercise is going on." not in visit(otto).get("/posts/").content.decode()
    drilling.end(drill, by=cora)
    assert "An exercise is going on." not in visit(anna).get("/posts/").content.decode()


def test_who_is_called_is_said_where_nobody_is_on_duty(cora: Member, visit: Callable[[Member], Client]) -> None:
    page = visit(cora).get("/learning/exercises/begin/stray_post/")
    assert page.status_code == 200
    assert "rings for: Cora" in page.content.decode()


def test_an_auditor_looks_on(cora: Member) -> None:
    drill = drilling.begin(cora.organisation, "leaked_password", by=cora)
    auditor = make_member(cora.organisation, "Ada", Role.AUDITOR)
    with pytest.raises(PermissionDenied):
        drilling.state_first(drill, "Sorry", by=auditor)
    with pytest.raises(PermissionDenied):
        drilling.do_measure(drill, "changed", by=auditor)


def test_better_words_keep_the_time_of_the_first(going_on: Drill, anna: Member) -> None:
    drilling.state_first(going_on, "asdf", by=anna)
    first = {moment.key: moment.seconds for moment in moments(going_on)}["statement"]
    drilling.state_first(going_on, "Sorry. The password is changed.", by=anna)
    assert {moment.key: moment.seconds for moment in moments(going_on)}["statement"] == first
    assert Drill.objects.get(pk=going_on.pk).statement == "Sorry. The password is changed."


def test_its_connector_reaches_this_machine_and_nothing_else(cora: Member, hosts: Hosts, settings: Any) -> None:
    drill = drilling.begin(cora.organisation, "stray_post", by=cora)
    hosts.turn("a worker")
    drill.refresh_from_db()
    assert drill.channel is not None
    settings.ALLOW_PRIVATE = ["10.0.0.0/8"]
    with opened(drill.channel) as network:
        guard = network.opened.http.guard  # type: ignore[attr-defined]
        assert guard.permits("127.0.0.1")
        assert not [address for address in ("93.184.216.34", "10.1.2.3", "127.0.0.2") if guard.permits(address)]


def test_init_puts_the_triggers_back(cora: Member, channel: Channel) -> None:
    guard.remove(connection)
    call_command("init", verbosity=0, stdout=StringIO())
    drill = drilling.begin(cora.organisation, "stray_post", by=cora)
    with pytest.raises(DatabaseError), transaction.atomic():
        Drill.objects.filter(pk=drill.pk).update(channel=channel)


def test_one_whose_network_does_not_start_ends_in_time(
    cora: Member, hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_named: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(hosting, "PracticeServer", full)
    drill = drilling.begin(cora.organisation, "stray_post", by=cora)
    assert not turned(hosts, drill, State.ENDED)
    Drill.objects.filter(pk=drill.pk).update(asked_at=timezone.now() - timedelta(minutes=4), lease_until=None)
    assert turned(hosts, drill, State.ENDED)
    assert drill.why == Why.LOST
