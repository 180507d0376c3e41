"""Pages of alerts."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.listening.wishes import NAME, WHY, again, find, make
from tests.plugins.house import make_member
from vierogen.listening.actions import alerting, beginning
from vierogen.listening.actions.previewing import prepare
from vierogen.listening.models import Alert
from vierogen.listening.states import About, AlertState
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role

pytestmark = pytest.mark.django_db
Enter = Callable[[Member], Client]
NEW, TYPING = "/listening/alerts/new/", "/listening/alerts/preview/"


@pytest.fixture
def fleur(town: Organisation) -> Member:
    """Guards privacy."""
    return make_member(town, "Fleur", Role.PRIVACY_OFFICER)


def filled(query: str, **more: str) -> dict[str, str]:
    return {"query": query, "about": "subject", "rhythm": "daily", "spikes": "on", "do": "save", **more}


def test_an_alert_is_saved_and_shown(anna: Member, enter: Enter) -> None:
    answer = enter(anna).post(NEW, filled("zwembad", rhythm="at_once"), follow=True)
    page = answer.content.decode()
    assert "From now on we listen for this." in page
    alert = Alert.objects.get()
    assert f"/listening/alerts/{alert.pk}/edit/" in page
    assert alert.readings.get().rhythm == "at_once"


def test_without_a_choice_of_what_it_is_about_nothing_is_saved(anna: Member, enter: Enter) -> None:
    answer = enter(anna).post(NEW, filled("zwembad", about=""))
    assert answer.status_code == 422
    assert not Alert.objects.exists()


@pytest.mark.parametrize("query", ["(zwembad", "de", "", "zwembad AND", "x" * 5_000])
def test_what_is_wrong_stands_beside_the_query(anna: Member, enter: Enter, query: str) -> None:
    answer = enter(anna).post(NEW, filled(query))
    assert answer.status_code == 422
    assert 'id="id_query_error"' in answer.content.decode()
    assert not Alert.objects.exists()


def test_a_name_without_a_reason_is_asked_for_one(anna: Member, fleur: Member, enter: Enter) -> None:
    client = enter(anna)
    answer = client.post(NEW, filled(NAME))
    assert answer.status_code == 422
    assert "it counts as an alert about a person" in answer.content.decode()
    answer = client.post(NEW, filled(NAME, reason=WHY), follow=True)
    assert "The privacy officer got a mail." in answer.content.decode()


def test_where_nobody_can_agree_the_page_says_what_to_do(anna: Member, enter: Enter) -> None:
    answer = enter(anna).post(NEW, filled(NAME, reason=WHY), follow=True)
    assert "has to make somebody privacy officer" in answer.content.decode()
    assert "Nobody can decide about this" in answer.content.decode()


def test_without_a_script_the_boxes_write_the_query_when_asked(anna: Member, enter: Enter) -> None:
    boxes = {"do": "compose", "all_words": "school", "any_words": "brand rook", "query": ""}
    page = enter(anna).post(NEW, boxes).content.decode()
    assert "school (brand OR rook)</textarea>" in page
    assert "error-summary" not in page
    assert not Alert.objects.exists()


def test_a_page_that_is_old_changes_nothing(anna: Member, ben: Member, enter: Enter) -> None:
    alert = make(anna)
    path = f"/listening/alerts/{alert.pk}/edit/"
    alerting.pause(again(alert), by=ben)
    answer = enter(anna).post(path, filled("sporthal", revision="1"))
    assert "a moment ago" in answer.content.decode()
    assert again(alert).query == "zwembad"
    assert enter(anna).post(path, filled("sporthal", revision="2")).status_code == 302
    assert again(alert).query == "sporthal"


def test_pause_go_on_and_end(anna: Member, enter: Enter) -> None:
    alert, client, states = make(anna), enter(anna), []
    for step in ("pause", "resume", "end"):
        client.post(f"/listening/alerts/{alert.pk}/{step}/")
        states.append(again(alert).state)
    assert states == [AlertState.PAUSED, AlertState.ACTIVE, AlertState.ENDED]
    assert "zwembad" not in client.get("/listening/alerts/").content.decode()
    assert "zwembad" in client.get("/listening/alerts/?ended").content.decode()


def test_the_privacy_officer_decides_on_the_page_of_the_mail(anna: Member, fleur: Member, enter: Enter) -> None:
    alert = make(anna, NAME, about=About.PERSON, reason=WHY)
    client, path = enter(fleur), f"/listening/alerts/{alert.pk}/permit/"
    page = client.get(path).content.decode()
    assert WHY in page
    assert client.post(path, {"do": "permit", "reason": "", "revision": alert.revision}).status_code == 422
    assert again(alert).state == AlertState.WAITING
    client.post(path, {"do": "refuse", "reason": "Niet nodig.", "revision": alert.revision})
    assert again(alert).state == AlertState.REFUSED
    assert client.get(path).status_code == 302


def test_the_asker_cannot_open_the_page_of_the_decision(town: Organisation, fleur: Member, enter: Enter) -> None:
    alert = make(fleur, NAME, about=About.PERSON, reason=WHY)
    path = f"/listening/alerts/{alert.pk}/permit/"
    assert enter(fleur).get(path).status_code == 403
    enter(fleur).post(path, {"do": "permit", "reason": "Nodig.", "revision": alert.revision})
    assert again(alert).state == AlertState.WAITING


def test_a_proposal_fills_in_the_page_and_changes_nothing_by_itself(
    town: Organisation, cora: Member, enter: Enter
) -> None:
    beginning.begin_all()
    Organisation.objects.filter(pk=town.pk).update(name="Gemeente Nieuwland")
    alert = Alert.objects.get(origin=f"organisation:{town.pk}")
    client = enter(cora)
    assert "Add the new name?" in client.get(f"/listening/alerts/{alert.pk}/").content.decode()
    page = client.get(f"/listening/alerts/{alert.pk}/edit/?proposal").content.decode()
    assert "OR &quot;Gemeente Nieuwland&quot;</textarea>" in page
    assert "Nieuwland" not in again(alert).query


def test_while_typing_hits_are_shown_and_nothing_is_written(anna: Member, enter: Enter) -> None:
    alert = make(anna)
    find(alert, "Zwembad <b>dicht</b>", link="https://voorbeeld.example/1")
    prepare()
    page = enter(anna).post(TYPING, {"query": "zwembad dicht"}).content.decode()
    assert "1 message." in page
    assert "&lt;b&gt;dicht" in page
    assert Alert.objects.count() == 1


def test_of_somebody_s_name_only_the_number_is_shown_before_anybody_agreed(anna: Member, enter: Enter) -> None:
    find(make(anna), "Fatima Yilmaz verhuist naar een geheim adres")
    prepare()
    page = enter(anna).post(TYPING, {"query": NAME}).content.decode()
    assert "1 message." in " ".join(page.split())
    assert "geheim adres" not in page
    assert "The newest" not in page


def test_where_nothing_was_found_yet_the_preview_says_so(anna: Member, enter: Enter) -> None:
    page = enter(anna).post(TYPING, {"query": "zwembad dicht"}).content.decode()
    assert "nothing yet to try it on" in page
    assert "We looked at" not in page


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("brand of rook", "OR"), ("brand en rook", "AND"), ('"brand" niet (rook OR as)', "NOT"),
        ("(brand) or rook", "OR"),
        ('"brand of rook"', ""), ("brand OR rook", ""), ("of brand", ""), ("brand of", ""), ("brand -of rook", ""),
    ],
)  # fmt: skip
def test_a_small_word_that_may_be_meant_as_an_operator_is_asked_about(
    anna: Member, enter: Enter, query: str, meant: str
) -> None:
    shown = enter(anna).post(TYPING, {"query": query}).content.decode()
    assert ("Did you mean" in shown) == bool(meant)
    assert f"Did you mean {meant}" in shown or not meant


def test_while_typing_too_wide_a_query_is_refused_with_what_to_do(anna: Member, enter: Enter) -> None:
    page = enter(anna).post(TYPING, {"query": "de"}).content.decode()
    assert "is in nearly every message" in page
    assert "Add a word that must be there too" in page


def test_the_boxes_write_the_query_while_typing(anna: Member, enter: Enter) -> None:
    sent = {"query": "old", "all_words": "brand", "none_words": "oefening", "language": "nl"}
    page = enter(anna).post(f"{TYPING}?boxes", sent).content.decode()
    assert "brand -oefening lang:nl</textarea>" in page
    assert 'hx-swap-oob="outerMorph"' in page


@pytest.mark.parametrize("path", ["/listening/alerts/", "alert", "preview"])
def test_a_page_asks_as_often_however_many_alerts_there_are(
    town: Organisation, anna: Member, enter: Enter, path: str
) -> None:
    client, counts = enter(anna), []
    first = make(anna, "zwembad")
    for number in (1, 8):
        for each in range(number):
            alert = make(anna, f"zwembad school{each}")
            find(alert, "Zwembad dicht")
        prepare()
        with CaptureQueriesContext(connection) as asked:
            if path == "preview":
                client.post(TYPING, {"query": "zwembad"})
            else:
                client.get(f"/listening/alerts/{first.pk}/" if path == "alert" else path)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_own_name_is_mine_to_choose(anna: Member, enter: Enter) -> None:
    client = enter(anna)
    assert "first name and surname" in client.get("/listening/my-name/").content.decode()
    client.post("/listening/my-name/", {"do": "listen"})
    assert not Alert.objects.exists()
    anna.user.name = "Anna Jansen"
    anna.user.save()
    client.post("/listening/my-name/", {"do": "listen"})
    assert Alert.objects.get().origin == anna.actor
    client.post("/listening/my-name/", {"do": "stop"})
    assert not Alert.objects.kept().exists()


@pytest.mark.parametrize("state", [AlertState.WAITING, AlertState.REFUSED, AlertState.PAUSED])
def test_my_own_name_is_said_to_be_listened_for_only_while_it_is(anna: Member, enter: Enter, state: str) -> None:
    anna.user.name = "Anna Jansen"
    anna.user.save()
    alert = beginning.listen_for_me(anna)
    client = enter(anna)
    assert "We listen for your name" in client.get("/listening/my-name/").content.decode()
    Alert.objects.filter(pk=alert.pk).update(state=state)
    page = client.get("/listening/my-name/").content.decode()
    assert "We listen for your name" not in page
    assert str(again(alert).get_state_display()) in page
