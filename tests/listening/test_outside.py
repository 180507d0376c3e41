"""Doors without a log-in: stopping mails, feeds; and the table for a spreadsheet."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.listening.newsroom import make_alert, make_hit, make_source
from tests.plugins.house import SETUP
from vierogen.ledger.moves import move
from vierogen.listening.actions.feeding import FORMULA, harmless
from vierogen.listening.actions.links import FEED, UNSUBSCRIBE, bearer, token
from vierogen.listening.actions.reading import follow, renew_addresses, stop_mail
from vierogen.listening.actions.wording import clean, one_line, title_of, web_address, words_of
from vierogen.listening.models import Alert, Item, Reader, Reading
from vierogen.listening.states import AlertState, Rhythm
from vierogen.people.models import Member, Organisation, RoleHeld
from vierogen.people.roles import Role

ATOM = "{http://www.w3.org/2005/Atom}"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def alert(town: Organisation, anna: Member) -> Alert:
    """An alert that anna follows."""
    alert = make_alert(town)
    follow(alert, Rhythm.DAILY, by=anna)
    Reader.objects.update(no_news=True)
    return alert


@pytest.fixture
def reader(alert: Alert) -> Reader:
    """Anna's settings."""
    return Reader.objects.get()


def unsubscribe(reader: Reader, alert_id: int = 0) -> str:
    return reverse("listening:unsubscribe", args=[token(reader, UNSUBSCRIBE, alert_id=alert_id)])


def feed(reader: Reader, alert_id: int = 0) -> str:
    return reverse("listening:feed", args=[token(reader, FEED, alert_id=alert_id)])


# Stopping mails


def test_opening_the_link_only_shows(client: Client, reader: Reader, alert: Alert) -> None:
    for address in (unsubscribe(reader), unsubscribe(reader, alert.pk)):
        for method in (client.get, client.head):
            assert method(address).status_code == 200
    assert Reading.objects.get().rhythm == Rhythm.DAILY
    assert "zwembad" in client.get(unsubscribe(reader, alert.pk)).content.decode()


def test_a_mail_program_stops_them_with_one_request_without_cookies_or_token(reader: Reader, alert: Alert) -> None:
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(
        unsubscribe(reader), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    reader.refresh_from_db()
    assert (Reading.objects.get().rhythm, reader.no_news, reader.daily_at) == (Rhythm.NEVER, False, None)


def test_it_may_come_as_multipart_too(client: Client, reader: Reader) -> None:
    client.post(unsubscribe(reader), ONE_CLICK)
    assert Reading.objects.get().rhythm == Rhythm.NEVER


def test_one_alert_is_stopped_alone(
    client: Client, reader: Reader, alert: Alert, town: Organisation, anna: Member
) -> None:
    other = make_alert(town, "bibliotheek")
    follow(other, Rhythm.WEEKLY, by=anna)
    answer = client.post(unsubscribe(reader, alert.pk), ONE_CLICK)
    assert "You get no more mail about “zwembad”." in answer.content.decode()
    assert dict(Reading.objects.values_list("alert", "rhythm")) == {alert.pk: Rhythm.NEVER, other.pk: Rhythm.WEEKLY}
    client.post(unsubscribe(reader, alert.pk), ONE_CLICK | {"which": "all"})
    assert not Reading.objects.exclude(rhythm=Rhythm.NEVER).exists()


def test_any_other_post_stops_nothing(client: Client, reader: Reader) -> None:
    for told in ({}, {"List-Unsubscribe": "no"}):
        assert client.post(unsubscribe(reader), told).status_code == 200
    assert Reading.objects.get().rhythm == Rhythm.DAILY


def test_a_link_that_was_changed_or_renewed_stops_nothing(client: Client, reader: Reader, anna: Member) -> None:
    good = unsubscribe(reader)
    changed = good.replace("/unsubscribe/1-", "/unsubscribe/2-").replace(f"/{anna.pk}-1-0.", f"/{anna.pk}-1-1.")
    of_the_feed = reverse("listening:unsubscribe", args=[token(reader, FEED)])
    renew_addresses(anna)
    for address in (good, changed, of_the_feed, reverse("listening:unsubscribe", args=["x"])):
        assert client.post(address, ONE_CLICK).status_code == 410
    assert Reading.objects.get().rhythm == Rhythm.DAILY


def test_the_page_is_in_the_language_of_the_reader(client: Client, reader: Reader, anna: Member) -> None:
    anna.user.language = "nl"
    anna.user.save()
    assert 'lang="nl"' in client.get(unsubscribe(reader)).content.decode()


# Feeds


def read(client: Client, address: str) -> ElementTree.Element:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    check_atom(root)
    return root


def check_atom(feed: ElementTree.Element) -> None:
    """What RFC 4287 demands of a feed and its entries (4.1.1, 4.1.2, 4.2.6, 4.2.7, 3.3)."""
    assert feed.tag == f"{ATOM}feed"
    links = [(link.get("rel", "alternate"), link.get("href", "")) for link in feed.findall(f"{ATOM}link")]
    assert [rel for rel, _href in links].count("self") == 1
    for each in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (one,) = each.findall(f"{ATOM}{name}")
            assert one.text
        assert re.fullmatch(r"[a-z]+:\S+", each.findtext(f"{ATOM}id", ""))
        assert datetime.fromisoformat(each.findtext(f"{ATOM}updated", "")).tzinfo
        assert len(each.findall(f"{ATOM}published")) <= 1
        assert len(each.findall(f"{ATOM}summary")) <= 1
        assert all(link.get("href") for link in each.findall(f"{ATOM}link"))
        assert len([link for link in each.findall(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]) <= 1
        assert all(author.findtext(f"{ATOM}name") for author in each.findall(f"{ATOM}author"))
        assert all(category.get("term") for category in each.findall(f"{ATOM}category"))
    assert feed.findall(f"{ATOM}author")
    identities = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(identities) == len(set(identities))


def titles(feed: ElementTree.Element) -> list[str | None]:
    return [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]


def test_a_feed_shows_what_was_found_newest_first(client: Client, reader: Reader, alert: Alert) -> None:
    now = datetime.now(UTC)
    first = make_hit(
        alert, "Oudste", at=now - timedelta(hours=2), source=make_source(), published_at=now - timedelta(days=2)
    )
    make_hit(alert, "Nieuwste & mooiste", at=now)
    make_hit(alert, "Kopie", copy_of=first)
    make_hit(alert, "Nog niet gegroepeerd", grouped_at=None)
    root = read(client, feed(reader))
    assert titles(root) == ["Nieuwste & mooiste", "Oudste"]
    assert root.findtext(f"{ATOM}title") == "What I follow · Gemeente Voorbeeld"
    oldest = root.findall(f"{ATOM}entry")[1]
    assert [link.get("href") for link in oldest.findall(f"{ATOM}link")] == [first.item.link]
    assert oldest.findtext(f"{ATOM}author/{ATOM}name") == "Omroep Voorbeeld"


def test_each_alert_has_a_feed_of_its_own_followed_or_not(
    client: Client, reader: Reader, alert: Alert, town: Organisation
) -> None:
    other = make_alert(town, "bibliotheek")
    make_hit(alert, "Zwemmen")
    make_hit(other, "Lezen")
    assert titles(read(client, feed(reader))) == ["Zwemmen"]
    assert titles(read(client, feed(reader, other.pk))) == ["Lezen"]


def test_an_empty_feed_is_a_feed_and_stays_the_same(client: Client, reader: Reader) -> None:
    assert titles(read(client, feed(reader))) == []
    assert client.get(feed(reader)).content == client.get(feed(reader)).content


def test_what_strangers_wrote_cannot_break_a_feed(client: Client, reader: Reader, alert: Alert) -> None:
    nasty = "]]><script>\x01\x0b\ufffe\u202e&bogus;"
    make_hit(alert, nasty, text=nasty, author=nasty, link="javascript:alert(1)", language=nasty[:10])
    make_hit(alert, "", text="", link="", author="")
    root = read(client, feed(reader))
    assert len(titles(root)) == 2
    links = [link.get("href", "") for link in root.iter(f"{ATOM}link")]
    assert all(href.startswith("http://localhost:8000/") for href in links)


def test_who_has_the_newest_gets_no_more_than_that_word(client: Client, reader: Reader, alert: Alert) -> None:
    make_hit(alert, at=datetime.now(UTC) - timedelta(hours=1))
    first = client.get(feed(reader))
    again = {"HTTP_IF_NONE_MATCH": first["ETag"], "HTTP_IF_MODIFIED_SINCE": first["Last-Modified"]}
    answer = client.get(feed(reader), **again)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == first["ETag"]
    assert client.get(feed(reader), HTTP_IF_MODIFIED_SINCE=first["Last-Modified"]).status_code == 304
    make_hit(alert, "Nieuw")
    assert client.get(feed(reader), **again).status_code == 200


def test_what_was_edited_is_news_to_who_has_the_feed(client: Client, reader: Reader, alert: Alert) -> None:
    hit = make_hit(alert, "")
    first = client.get(feed(reader))
    later = hit.found_at + timedelta(hours=3)
    Item.objects.filter(pk=hit.item_id).update(later="Het zwembad blijft toch dicht.", edited_at=later)
    answer = client.get(feed(reader), HTTP_IF_NONE_MATCH=first["ETag"])
    assert answer.status_code == 200
    assert "blijft toch dicht" in answer.content.decode()
    assert client.get(feed(reader), HTTP_IF_MODIFIED_SINCE=first["Last-Modified"]).status_code == 200
    (entry,) = read(client, feed(reader)).findall(f"{ATOM}entry")
    assert datetime.fromisoformat(str(entry.findtext(f"{ATOM}updated"))) == later


def test_a_feed_is_titled_in_the_language_of_its_reader(client: Client, reader: Reader, anna: Member) -> None:
    anna.user.language = "nl"
    anna.user.save()
    assert read(client, feed(reader)).findtext(f"{ATOM}title") == "Wat ik volg · Gemeente Voorbeeld"


def test_what_has_no_address_on_the_web_leads_to_its_page_here(client: Client, reader: Reader, alert: Alert) -> None:
    hit = make_hit(alert, "Gebracht", link="")
    (entry,) = read(client, feed(reader)).findall(f"{ATOM}entry")
    (link,) = entry.findall(f"{ATOM}link")
    assert link.get("href") == f"http://localhost:8000/listening/hits/{hit.pk}/"


def test_a_feed_neither_sets_nor_needs_cookies_and_is_kept_by_nobody_else(reader: Reader) -> None:
    answer = Client().get(feed(reader))
    assert not answer.cookies
    assert "Set-Cookie" not in answer
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert Client().post(feed(reader)).status_code == 405


def test_the_right_is_asked_at_each_fetch(client: Client, reader: Reader, alert: Alert, anna: Member) -> None:
    addresses = (feed(reader), feed(reader, alert.pk))
    assert {client.get(address).status_code for address in addresses} == {200}
    Member.objects.filter(pk=anna.pk).update(ends_on=date(2020, 1, 1))
    assert {client.get(address).status_code for address in addresses} == {404}
    Member.objects.filter(pk=anna.pk).update(ends_on=None)
    RoleHeld.objects.filter(member=anna).delete()
    assert {client.get(address).status_code for address in addresses} == {404}


def test_who_only_sees_has_a_feed_of_their_own_name_alone(
    client: Client, reader: Reader, alert: Alert, anna: Member
) -> None:
    own = make_alert(anna.organisation, "Anna Jansen", origin=anna.actor)
    follow(own, Rhythm.DAILY, by=anna)
    make_hit(alert, "Van allen")
    make_hit(own, "Van mij")
    RoleHeld.objects.filter(member=anna).update(role=Role.AUDITOR)
    assert titles(read(client, feed(reader))) == ["Van mij"]
    assert titles(read(client, feed(reader, own.pk))) == ["Van mij"]
    assert client.get(feed(reader, alert.pk)).status_code == 404


def test_new_addresses_make_the_old_ones_void(client: Client, reader: Reader, anna: Member) -> None:
    old = feed(reader)
    renew_addresses(anna)
    assert client.get(old).status_code == 404
    reader.refresh_from_db()
    assert client.get(feed(reader)).status_code == 200


def test_nobody_can_make_an_address_themselves(
    client: Client, reader: Reader, otto: Member, elsewhere: Organisation
) -> None:
    theirs = make_alert(elsewhere, "jeugdzorg")
    make_hit(theirs, "Geheim")
    assert client.get(feed(reader, theirs.pk)).status_code == 404, "an alert of another organisation"
    for secret in ("x", "1-1-0", "1-1-0.x", token(reader, UNSUBSCRIBE), token(reader, FEED)[:-1]):
        assert client.get(reverse("listening:feed", args=[secret])).status_code == 404


def test_an_alert_that_waits_for_the_privacy_officer_is_in_no_feed(
    client: Client, reader: Reader, alert: Alert
) -> None:
    make_hit(alert)
    move(alert, "ask", by=SETUP)
    assert titles(read(client, feed(reader))) == []
    assert client.get(feed(reader, alert.pk)).status_code == 404


def test_a_feed_goes_on_when_mail_is_stopped(client: Client, reader: Reader, alert: Alert) -> None:
    make_hit(alert, "Zwemmen")
    stop_mail(reader)
    assert titles(read(client, feed(reader))) == ["Zwemmen"]


@given(st.text(max_size=60))
def test_no_secret_but_a_signed_one_is_anybody_s(secret: str) -> None:
    assert bearer(secret, FEED) is None


# The table


def rows(answer: Any) -> list[list[str]]:
    text = answer.getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_table_holds_what_was_found(enter: Callable[[Member], Client], alert: Alert, anna: Member) -> None:
    at = datetime(2027, 7, 1, 10, 30, tzinfo=UTC)
    first = make_hit(alert, at=at, published_at=at, author="Jan", source=make_source())
    make_hit(alert, "Kopie\nmet regel; en, komma", at=at + timedelta(days=1), copy_of=first)
    answer = enter(anna).get("/listening/hits.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'attachment; filename="vierogen-' in answer["Content-Disposition"]
    assert answer.streaming
    head, one, two = rows(answer)
    assert head[:4] == ["Found", "Published", "Alert", "Title"]
    assert one[:4] == ["2027-07-01 12:30:00", "2027-07-01 12:30:00", "zwembad", "Zwembad gaat open"]
    assert two[3] == "Kopie\nmet regel; en, komma"
    assert two[11] == one[12] == str(first.pk)


def test_the_table_can_be_narrowed(
    enter: Callable[[Member], Client], alert: Alert, town: Organisation, anna: Member
) -> None:
    other = make_alert(town, "bibliotheek")
    # Half past midnight in the Netherlands is the day before in Greenwich.
    first = make_hit(alert, "Een", at=datetime(2027, 6, 30, 22, 30, tzinfo=UTC))
    make_hit(alert, "Twee", at=datetime(2027, 7, 2, 12, tzinfo=UTC), copy_of=first)
    make_hit(other, "Drie", at=datetime(2027, 7, 1, 12, tzinfo=UTC))
    browser = enter(anna)

    def found(query: str) -> list[str]:
        return [row[3] for row in rows(browser.get(f"/listening/hits.csv?{query}"))[1:]]

    assert found("") == ["Een", "Drie", "Twee"]
    assert found(f"alert={alert.pk}") == ["Een", "Twee"]
    assert found("from=2027-07-01&until=2027-07-01") == ["Een", "Drie"]
    assert found("copies=no") == ["Een", "Drie"]
    assert browser.get("/listening/hits.csv?from=gisteren").status_code == 400


def test_the_table_shows_nobody_somebody_else_s(enter: Callable[[Member], Client], alert: Alert, otto: Member) -> None:
    make_hit(alert)
    assert len(rows(enter(otto).get("/listening/hits.csv"))) == 1
    assert enter(otto).get(f"/listening/hits.csv?alert={alert.pk}").status_code == 400


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.AUDITOR])
def test_the_table_is_for_who_may_listen(
    enter: Callable[[Member], Client], alert: Alert, anna: Member, role: Role
) -> None:
    RoleHeld.objects.filter(member=anna).update(role=role)
    assert enter(anna).get("/listening/hits.csv").status_code == 403


def test_what_waits_for_the_privacy_officer_or_was_refused_is_in_no_table(
    enter: Callable[[Member], Client], alert: Alert, anna: Member
) -> None:
    make_hit(alert)
    browser = enter(anna)
    for state in (AlertState.WAITING, AlertState.REFUSED):
        Alert.objects.filter(pk=alert.pk).update(state=state)
        for query in ("", f"?alert={alert.pk}"):
            assert len(rows(browser.get(f"/listening/hits.csv{query}"))) == 1


def test_dutch_excel_gets_semicolons(enter: Callable[[Member], Client], alert: Alert, anna: Member) -> None:
    anna.user.language = "nl"
    anna.user.save()
    make_hit(alert)
    browser = enter(anna)
    assert '";"' in browser.get("/listening/hits.csv").getvalue().decode()
    assert '","' in browser.get("/listening/hits.csv?separator=comma").getvalue().decode()


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+31", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", '=HYPERLINK("https://x.example")', "\x01=1"],
)
def test_no_cell_is_taken_for_a_formula(
    enter: Callable[[Member], Client], alert: Alert, anna: Member, cell: str
) -> None:
    make_hit(alert, cell, text=cell, author=cell)
    _head, row = rows(enter(anna).get("/listening/hits.csv"))
    assert {row[3][0], row[4][0], row[6][0]} == {"'"}


@given(st.text())
def test_a_harmless_cell_loses_nothing_but_what_cannot_be_written(cell: str) -> None:
    kept = harmless(cell)
    assert kept.removeprefix("'") == clean(cell).removeprefix("'")
    assert not kept.startswith(FORMULA)


# Words


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_a_line_is_one_line_of_that_length(text: str, most: int) -> None:
    line = one_line(text, most)
    assert len(line) <= most
    assert "\n" not in line
    assert line == line.strip() or len(line) == most


def test_words_follow_after_the_title() -> None:
    assert words_of(Item(title="Pool opens", text="Pool opens. Everybody swims.")) == "Everybody swims."
    assert words_of(Item(title="Pool opens", text="Everybody swims.")) == "Everybody swims."
    assert words_of(Item(title="Pool opens", text="Pool opens")) == ""
    long = Item(text=" ".join(f"word{number}" for number in range(40)))
    assert title_of(long).endswith(" word20…")
    assert words_of(long).startswith("…word21 word22")


@pytest.mark.parametrize(
    ("link", "fit"),
    [
        ("https://a.example/b?c=d#e", True),
        ("http://münchen.example/", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example", False),
        ("https://", False),
        ("https://[", False),
        ("https://a.example/\nX", False),
        ('https://a.example/"x', False),
        ("", False),
    ],
)
def test_only_an_address_of_the_web_is_a_link(link: str, fit: bool) -> None:
    assert bool(web_address(Item(link=link))) == fit
