"""Hits and spikes in the browser: read, judged and handed on, with a mouse, a thumb or the keyboard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from tests.journeys.walking import HEIGHTS, Stop, Walk, Window
from tests.listening.found import heard, listening_for
from vierogen.listening.actions.grouping import group
from vierogen.listening.actions.handing import hand_on
from vierogen.listening.actions.spiking import look
from vierogen.listening.models import Alert, Count, Hit, Source, Spike
from vierogen.listening.states import Mark
from vierogen.people.models import Member, Organisation, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A Tuesday in autumn.
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
NEWS = (
    "De brand in een loods op het industrieterrein van Voorbeeld is onder controle, meldt de veiligheidsregio. "
    "Er zijn geen gewonden. Bewoners wordt gevraagd ramen en deuren dicht te houden."
)
POSTS = (
    ("Weet iemand waarom het stinkt in de wijk? Is er brand?", "@buurman"),
    ("Brand in de Kerkstraat: twee auto's uitgebrand, politie zoekt getuigen", "@p2000regio"),
    ("Speel het brand spelletje nu! Bestel direct met 20% korting https://spel.example https://spel.example", "@spel"),
    ("Brand spelletje, ronde 2. Speel mee!", "@spel"),
    ("Brand spelletje, ronde 3. Speel mee!", "@spel"),
    ("De brandweer zoekt vrijwilligers. Brand is van alle tijden.", "@brandweer"),
)


@dataclass
class Morning:
    """Who looks, and at what."""

    anna: Member
    cora: Member
    dirk: Member
    alert: Alert
    spike: Spike


@pytest.fixture
def morning(transactional_db: None, town: Organisation, anna: Member, cora: Member, dirk: Member) -> Iterator[Morning]:
    """There is a fire, and everybody writes of it."""
    with time_machine.travel(NOW, tick=True):
        User.objects.update(language="nl")
        begun = NOW - timedelta(weeks=5)
        alert = listening_for(town, "brand*", name="Brand in Voorbeeld", made_at=begun, changed_at=begun)
        for hour in range(5 * 168):
            Count.objects.create(
                alert=alert, hour=begun.replace(minute=0) + timedelta(hours=hour), number=int(hour % 9 == 0)
            )
        for number in range(12):
            site = f"https://nieuws{number}.example"
            source = Source.objects.create(kind="feed", address=f"{site}/rss", title=f"Nieuws {number}")
            title = "Brand in loods onder controle"
            heard(alert, NEWS, at=NOW - timedelta(minutes=30 - number), title=title, source=source, language="nl",
                  author=f"redactie {number}", link=f"{site}/brand-onder-controle")  # fmt: skip
        for number, (text, author) in enumerate(POSTS):
            heard(alert, text, at=NOW - timedelta(hours=number), author=author, language="nl",
                  link=f"https://sociaal.example/{author}/{number}")  # fmt: skip
        Hit.objects.update(clause="brand*")
        group([alert.pk])
        marked = Hit.objects.filter(item__author="@spel")
        marked.update(mark=Mark.NOT_USEFUL, marked_by=anna, marked_at=NOW)
        heard(alert, "Brand spelletje, ronde 4!", author="@spel", language="nl")
        Count.objects.create(alert=alert, hour=NOW.replace(minute=0), number=19)
        (spike,) = look()
        hand_on(Hit.objects.leading().earliest("found_at"), reason="Wil jij reageren?", owner=dirk, by=anna)
        yield Morning(anna, cora, dirk, alert, spike)


def stops(morning: Morning) -> list[Stop]:
    """Each page: who opens it, where it is, and its main button."""
    group_of = Hit.objects.leading().get(copies__isnull=False, copies__pk=Hit.objects.exclude(copy_of=None)[0].pk)
    alert, spike = morning.alert.pk, morning.spike.pk
    return [
        Stop("hits", morning.anna, "/listening/", "button[name=mark][value=useful]"),
        Stop("hits-useful", morning.anna, f"/listening/?order=useful&alert={alert}", ".filters button", shown=False),
        Stop("hit", morning.anna, f"/listening/hits/{group_of.pk}/", "a[href$='/hand-on/']"),
        Stop(
            "hand-on", morning.anna, f"/listening/hits/{group_of.pk}/hand-on/", "main form .buttons button", shown=False
        ),
        Stop("noise", morning.anna, f"/listening/alerts/{alert}/noise/", "button[name=words]"),
        Stop("spikes", morning.anna, "/listening/spikes/", "main .rows a"),
        Stop("spike", morning.anna, f"/listening/spikes/{spike}/", "main form .buttons button"),
        Stop("handed-on", morning.dirk, "/listening/handed-on/", "main .rows a", shown=False),
        Stop("keeping", morning.cora, "/listening/keeping/", "main form .buttons button", shown=False),
    ]


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_the_pages_of_hits_are_for_everybody(morning: Morning, walk: Walk, width: int) -> None:
    assert walk(stops(morning), width) == []


def test_a_hit_is_judged_where_it_stands_and_taken_back(morning: Morning, window: Window) -> None:
    User.objects.update(language="en")
    page = window(morning.anna, 390)
    page.goto("/listening/")
    line = page.locator(".hit", has_text="waarom het stinkt")
    line.get_by_role("button", name="Useful").first.click()
    expect(line.get_by_role("status")).to_contain_text("Useful")
    assert Hit.objects.get(item__author="@buurman").mark == Mark.USEFUL
    line.get_by_role("button", name="Take it back").click()
    expect(line.get_by_role("button", name="Not useful")).to_be_visible()
    assert Hit.objects.get(item__author="@buurman").mark == ""


def test_a_spike_is_handed_on_with_one_click(morning: Morning, window: Window) -> None:
    User.objects.update(language="en")
    page = window(morning.anna)
    page.goto(f"/listening/spikes/{morning.spike.pk}/")
    page.get_by_role("button", name="Hand on").click()
    expect(page.locator("main")).to_contain_text("19 mentions of “Brand in Voorbeeld”")
    assert morning.spike.hand_overs.get().owner == morning.dirk
