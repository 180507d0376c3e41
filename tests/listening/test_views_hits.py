"""Pages of hits, spikes and hand-overs."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.listening.found import heard, listening_for
from vierogen.listening.actions.grouping import group
from vierogen.listening.actions.sourcing import add_webhook
from vierogen.listening.actions.wording import author_of
from vierogen.listening.models import Alert, Count, HandOver, Hit, Source, Spike, Subscription
from vierogen.listening.states import Mark
from vierogen.people.models import Member, Organisation

Enter = Callable[[Member], Client]


@pytest.fixture
def alert(town: Organisation) -> Alert:
    return listening_for(town, "brand")


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def test_a_line_says_what_was_found_where_and_why(alert: Alert, anna: Member, enter: Enter) -> None:
    source = Source.objects.create(kind="feed", address="https://nos.example/rss", title="NOS nieuws")
    Subscription.objects.create(organisation=anna.organisation, source=source)
    found = heard(
        alert,
        "Er is <b>brand</b> in een loods",
        link="https://www.nos.example/1",
        author="@nos",
        language="nl",
        source=source,
    )
    Hit.objects.filter(pk=found.pk).update(clause="brand", spam=0.7, spam_why="shop")
    shown = page(enter(anna), "/listening/")
    assert "Er is &lt;b&gt;<mark>brand</mark>&lt;/b&gt; in een loods" in shown
    assert 'href="https://www.nos.example/1" target="_blank" rel="noopener noreferrer"' in shown
    for words in ("NOS nieuws", "@nos", "language: Dutch", "nos.example", "It has the words of a shop."):
        assert words in shown


def test_a_number_of_bluesky_is_nobody_s_name(alert: Alert, anna: Member, enter: Enter) -> None:
    did = "did:plc:z72i7hdynmk6r22z27h6tvur"
    link = f"https://bsky.app/profile/{did}/post/3l6"
    hit = heard(alert, "Er is brand in een loods", link=link, author=did)
    shown = page(enter(anna), "/listening/")
    assert "Somebody on Bluesky" in shown
    assert shown.count(did) == shown.count(link)
    assert author_of(hit.item) == "Somebody on Bluesky"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "ftp://x.example/a", ""])
def test_only_addresses_of_the_web_become_links(alert: Alert, anna: Member, enter: Enter, link: str) -> None:
    heard(alert, "Brand", link=link)
    shown = page(enter(anna), "/listening/")
    assert f'href="{link}"' not in shown
    assert "Brand" in shown


def test_forty_copies_are_one_line_that_leads_to_them(alert: Alert, anna: Member, enter: Enter) -> None:
    for number in range(40):
        heard(alert, "De brand in de loods is onder controle, meldt de veiligheidsregio.", author=f"site {number}")
    group([alert.pk])
    client, first = enter(anna), Hit.objects.leading().get()
    shown = page(client, "/listening/")
    assert shown.count('class="hit"') == 1
    assert "and 39 more that say the same" in shown
    assert "39 more say the same" in page(client, f"/listening/hits/{first.pk}/")
    copy = first.copies.first()
    assert client.get(f"/listening/hits/{copy.pk}/").headers["Location"] == f"/listening/hits/{first.pk}/"


def test_hits_are_shown_by_alert_language_and_source(
    alert: Alert, town: Organisation, anna: Member, enter: Enter
) -> None:
    source = Source.objects.create(kind="feed", address="https://a.example/rss", for_everybody=True)
    other = listening_for(town, "water")
    heard(alert, "Eerste", language="nl", source=source)
    heard(other, "Second", language="en")
    client = enter(anna)
    for query, there, absent in (
        (f"alert={other.pk}", "Second", "Eerste"),
        ("language=nl", "Eerste", "Second"),
        (f"source={source.pk}", "Eerste", "Second"),
        ("order=useful", "Second", "Nothing like this"),
    ):
        shown = page(client, f"/listening/?{query}")
        assert there in shown
        assert absent not in shown
    assert "Nothing like this was found" in page(client, f"/listening/?alert={alert.pk}&language=en")
    assert "Eerste" in page(client, "/listening/?alert=x&language=9&source=0&page=no&order=best")
    # One field that cannot be read says so, and takes nothing away from the others.
    shown = page(client, f"/listening/?alert={other.pk}&source=0")
    assert "Eerste" not in shown
    assert "errorlist" in shown


def test_who_has_nothing_yet_is_told_what_to_do(town: Organisation, anna: Member, enter: Enter) -> None:
    client = enter(anna)
    Alert.objects.all().delete()
    assert "No alert yet" in page(client, "/listening/")
    listening_for(town)
    assert "Nothing to listen to yet" in page(client, "/listening/")
    add_webhook(town, "monitor", by=anna)
    assert "Nothing found yet" in page(client, "/listening/")
    assert "No spikes yet" in page(client, "/listening/spikes/")
    assert "Nothing was handed on" in page(client, "/listening/handed-on/")


def test_the_chart_says_in_words_and_in_a_table_what_it_shows(alert: Alert, anna: Member, enter: Enter) -> None:
    now = timezone.now()
    for days, number in ((1, 3), (2, 40), (90, 7)):
        Count.objects.create(alert=alert, hour=now - timedelta(days=days), number=number)
    shown = page(enter(anna), "/listening/")
    assert "43 mentions in the last 30 days, most of them (40) on" in shown
    assert shown.count("<rect") == 30
    assert '<td class="number">40</td>' in shown
    assert "style=" not in shown


def test_marking_works_with_and_without_a_script(alert: Alert, anna: Member, enter: Enter) -> None:
    found, client = heard(alert, "Brand"), enter(anna)
    back = f"/listening/?alert={alert.pk}"
    answer = client.post(f"/listening/hits/{found.pk}/mark/", {"mark": "useful", "back": back})
    assert answer.headers["Location"] == back
    found.refresh_from_db()
    assert found.mark == Mark.USEFUL
    answer = client.post(f"/listening/hits/{found.pk}/mark/", {"mark": ""}, headers={"HX-Request": "true"})
    assert "Taken back." in answer.content.decode()
    answer = client.post(f"/listening/hits/{found.pk}/mark/", {"mark": "not_useful"}, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<li class="hit"')
    assert "Not useful" in answer.content.decode()
    odd = client.post(f"/listening/hits/{found.pk}/mark/", {"mark": "x"}, headers={"HX-Request": "true"})
    assert odd.status_code == 422
    away = client.post(f"/listening/hits/{found.pk}/mark/", {"mark": "", "back": "https://evil.example/"})
    assert away.headers["Location"] == "/listening/"


def test_a_spike_is_handed_on_with_one_click(alert: Alert, anna: Member, dirk: Member, enter: Enter) -> None:
    top = heard(alert, "Brand in de loods", link="https://nos.example/1")
    spike = Spike.objects.create(
        organisation=anna.organisation, alert=alert, hour=timezone.now(), number=40, total=55, expected=3.2, top=top
    )
    client = enter(anna)
    assert "40 mentions, where 3 is usual" in page(client, "/listening/spikes/")
    answer = client.get(f"/listening/spikes/{spike.pk}/")
    proposed = answer.context["form"].initial
    assert proposed["owner"] == dirk.pk
    done = client.post(f"/listening/spikes/{spike.pk}/", proposed)
    assert done.headers["Location"] == "/listening/handed-on/"
    handed = HandOver.objects.get()
    assert (handed.spike, handed.owner, handed.link) == (spike, dirk, "https://nos.example/1")
    assert "55 mentions of “brand”, where 3 is usual" in page(client, "/listening/handed-on/")
    assert "Spike of brand" in page(client, "/listening/handed-on/")


def test_a_hit_is_handed_on_with_a_reason(alert: Alert, anna: Member, ben: Member, otto: Member, enter: Enter) -> None:
    found, client = heard(alert, "Brand in de loods"), enter(anna)
    where = f"/listening/hits/{found.pk}/hand-on/"
    assert "Brand in de loods" in page(client, where)
    assert client.post(where, {"owner": ben.pk, "reason": " "}).status_code == 200
    assert client.post(where, {"owner": otto.pk, "reason": "x"}).status_code == 200
    assert not HandOver.objects.exists()
    assert client.post(where, {"owner": ben.pk, "reason": "Kijk eens"}).status_code == 302
    assert "Kijk eens" in page(client, f"/listening/hits/{found.pk}/")


def test_noise_is_left_out_with_one_click(alert: Alert, anna: Member, enter: Enter) -> None:
    for number in range(4):
        bad = heard(alert, f"Brand nieuw spelletje {number}")
        Hit.objects.filter(pk=bad.pk).update(mark=Mark.NOT_USEFUL)
        heard(alert, f"Brand gemeld in straat {number}")
    client, where = enter(anna), f"/listening/alerts/{alert.pk}/noise/"
    shown = page(client, where)
    assert "It would have left out 4 hits of the last 30 days." in shown
    words = client.get(where).context["proposals"][0].words
    client.post(where, {"words": words})
    alert.refresh_from_db()
    assert alert.query.startswith("(brand) -")
    client.post(where, {"words": "straat"})
    assert "straat" not in Alert.objects.get().query


def test_the_days_are_changed_by_who_manages(town: Organisation, cora: Member, anna: Member, enter: Enter) -> None:
    client = enter(cora)
    assert "How long we keep them" in page(client, "/listening/")
    assert 'value="90"' in page(client, "/listening/keeping/")
    assert client.post("/listening/keeping/", {"days": 5}).status_code == 200
    assert client.post("/listening/keeping/", {"days": 45}).status_code == 302
    assert 'value="45"' in page(client, "/listening/keeping/")
    assert enter(anna).get("/listening/keeping/").status_code == 403


def test_what_is_another_organisation_s_is_not_there(
    alert: Alert, town: Organisation, otto: Member, enter: Enter
) -> None:
    found = heard(alert, "Ons geheim")
    spike = Spike.objects.create(organisation=town, alert=alert, hour=timezone.now(), number=9, expected=1, top=found)
    client = enter(otto)
    for path in ("", "spikes/", "handed-on/", f"?alert={alert.pk}"):
        shown = page(client, f"/listening/{path}")
        assert "Ons geheim" not in shown
        assert "brand" not in shown
    for path in (f"hits/{found.pk}/", f"hits/{found.pk}/hand-on/", f"spikes/{spike.pk}/", f"alerts/{alert.pk}/noise/"):
        assert client.get(f"/listening/{path}").status_code == 404
    assert client.post(f"/listening/hits/{found.pk}/mark/", {"mark": "useful"}).status_code == 404


@pytest.mark.parametrize("path", ["", "?order=useful", "spikes/", "handed-on/", "alerts/{alert}/noise/", "hits/{hit}/"])
def test_a_page_asks_as_often_for_one_as_for_many(
    alert: Alert, town: Organisation, anna: Member, dirk: Member, enter: Enter, path: str
) -> None:
    client = enter(anna)

    def more(number: int) -> None:
        for _ in range(number):
            source = Source.objects.create(kind="feed", address=f"https://s{Source.objects.count()}.example/")
            hit = heard(alert, f"Brand {Hit.objects.count()}", author="@a", language="nl", source=source)
            Hit.objects.filter(pk=hit.pk).update(mark=Mark.NOT_USEFUL, marked_by=anna, marked_at=timezone.now())
            Hit.objects.create(
                organisation=town, alert=alert, item=heard(listening_for(town), "x").item, copy_of=Hit.objects.first()
            )
            hour = timezone.now() - timedelta(hours=Spike.objects.count())
            spike = Spike.objects.create(organisation=town, alert=alert, hour=hour, number=9, expected=1, top=hit)
            for what in ({"hit": hit}, {"spike": spike}):
                HandOver.objects.create(organisation=town, reason="x", owner=dirk, made_by=anna, **what)

    def asked() -> int:
        where = path.format(alert=alert.pk, hit=Hit.objects.earliest("pk").pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client, f"/listening/{where}")
        return len(queries)

    more(2)
    asked()
    few = asked()
    more(8)
    assert asked() == few <= 20
