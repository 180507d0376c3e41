"""An exercise in real browsers: begun by one, seen and taken down by another, ended, and looked back at."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import prove
from tests.journeys.walking import HEIGHTS, Stop, Walk
from vierogen.channels.models import Channel
from vierogen.people.models import Member, Organisation, User
from vierogen.practice.actions import drilling
from vierogen.practice.actions.hosting import Hosts
from vierogen.practice.models import Drill
from vierogen.practice.states import Why
from vierogen.vault.actions import opened
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.models import Stray, Watched
from vierogen.watch.states import Mode

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_exercise_from_its_beginning_to_what_was_learned(
    person: Callable[..., Page], channel: Channel, cora: Member, dirk: Member, anna: Member
) -> None:
    leader, officer = person(cora), person(dirk, viewport={"width": 390, "height": 844})
    leader.goto(leader.url.rstrip("/") + "/learning/")
    leader.get_by_role("link", name="Practise an accident together").click()
    leader.get_by_role("link", name=re.compile("A password that everybody can read")).click()
    expect(leader.locator("main")).to_contain_text("EXERCISE · Our new front desk is ready!")
    expect(leader.locator("main")).to_contain_text("Dirk")
    leader.get_by_role("button", name="Begin the exercise").click()
    expect(leader.locator("#drill-live")).to_contain_text("The watch saw the post and rang", timeout=40_000)
    expect(leader.get_by_label("Your first statement")).to_be_visible()  # the page came anew by itself

    officer.goto(officer.url.rstrip("/") + "/")
    attention = officer.locator(".attention").filter(has_text="Exercise: Stray post")
    expect(attention).to_contain_text("EXERCISE Gemeente Voorbeeld")
    attention.get_by_role("link").click()
    expect(officer.locator("#stray-live")).to_contain_text("This is an exercise: nobody outside can see it")
    officer.get_by_role("button", name="I am looking at it").click()
    officer.get_by_role("link", name="Take down from").click()
    prove(officer)
    officer.locator("main form button[type=submit]").click()
    prove(officer)
    expect(leader.locator("#drill-live")).to_contain_text("It was seen to be gone", timeout=40_000)

    officer.goto(leader.url)
    officer.get_by_role("button", name=re.compile("The password that could be read is changed")).click()
    expect(officer.locator("#drill-live")).to_contain_text("by A")
    officer.get_by_label("Your first statement").fill("Sorry: a password could be read. It is changed.")
    officer.get_by_role("button", name="Write it down").click()
    expect(officer.locator("#drill-live")).to_contain_text("The first statement was written")
    leader.reload()
    leader.get_by_role("button", name="End the exercise").click()
    expect(leader.locator("#drill-live")).to_contain_text("What appeared was practice, and is gone")
    expect(leader.locator("#drill-live")).to_contain_text("Did not happen: The privacy officer knows")
    expect(leader.locator("main")).to_contain_text("Talk about it together")
    assert Drill.objects.get().why == Why.PERSON
    assert not Channel.objects.watched().filter(is_exercise=True).exists()


@pytest.fixture
def practised(town: Organisation, cora: Member, dirk: Member, channel: Channel) -> Organisation:
    """One that is over, with a result, and one that is being prepared; everybody reads Dutch."""
    User.objects.update(language="nl")
    Organisation.objects.update(language="nl")
    over = drilling.begin(town, "insensitive_moment", by=cora)
    told = [
        ("seen", 1.4, ""),
        ("answered", 41.0, "A"),
        ("asked", 63.2, "A"),
        ("gone", 66.0, ""),
        ("statement", 312.5, "B"),
    ]
    drilling.end(over, by=cora)
    result = [{"key": key, "seconds": seconds, "who": who} for key, seconds, who in told]
    Drill.objects.filter(pk=over.pk).update(
        result=result,
        started_at=over.asked_at,
        statement="We leven mee met wie op de markt was. Ons bericht van net had er niet moeten staan. Sorry.",
    )
    return town


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_every_page_of_an_exercise_is_for_everybody(
    practised: Organisation, cora: Member, dirk: Member, anna: Member, walk: Walk, width: int
) -> None:
    over = Drill.objects.get()
    places = [
        Stop("exercises", cora, "/learning/exercises/", "main a.button"),
        Stop("exercise-begin", cora, "/learning/exercises/begin/stray_post/", "main form button", shown=False),
        Stop("exercise-over", anna, f"/learning/exercises/{over.pk}/"),
    ]
    assert walk(places, width) == []
    going_on = drilling.begin(practised, "leaked_password", by=cora)
    page = f"/learning/exercises/{going_on.pk}/"
    assert walk([Stop("exercise-preparing", cora, page, shown=False)], width) == []
    with worked(going_on) as stray:
        places = [
            Stop("exercise-running", dirk, page, "main form .buttons button"),
            Stop("exercise-stray", dirk, f"/watch/strays/{stray.pk}/", "main a.button", shown=False),
            Stop("exercise-today", dirk, "/", "main .attention a.button", shown=False),
        ]
        assert walk(places, width) == []


@contextmanager
def worked(drill: Drill) -> Iterator[Stray]:
    """A worker and a watcher brought it so far that its post was seen."""
    hosts = Hosts()
    hosts.turn("a worker")
    enrol()
    watched = Watched.objects.select_related("channel__organisation").get(channel__drill=drill)
    with opened(watched.channel) as network:
        look(watched, network)
        Watched.objects.filter(pk=watched.pk).update(mode=Mode.STREAMED)
        hosts.turn("a worker")
        look(watched, network)
    yield Stray.objects.get(channel__drill=drill)
    hosts.close()
