"""The administrator's pages about the checks, and how findings are shown to writers and reviewers."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from vierogen.channels.models import Channel
from vierogen.people.actions import change_settings
from vierogen.people.models import Member, Organisation
from vierogen.posts.actions.checking import MOST_EARLIER
from vierogen.posts.actions.heeding import ENOUGH
from vierogen.posts.actions.reviewing import approve, publish_in_emergency
from vierogen.posts.actions.settling import set_levels
from vierogen.posts.actions.writing import Content, begin, submit
from vierogen.posts.checks import extras
from vierogen.posts.checks.base import Extra, Finding, Level, Tier
from vierogen.posts.checks.gibberish import Gibberish
from vierogen.posts.checks.running import checks
from vierogen.posts.models import CheckLevel, EarlierText, FoundThing, OwnDetails, Version
from vierogen.posts.views.noticed import in_context, noticed_while_writing

Visit = Callable[[Member], Client]
UNFINISHED = "Zaterdag is de buurtbarbecue op het Plein. Begint om [tijd invullen]."
PAGE = "/posts/checks/"
OWN = "/posts/checks/own/"
BEGUN = datetime(2026, 1, 2, tzinfo=UTC)
# A bank account that ISO 13616 and every bank give as an example.
IBAN = "NL91 ABNA 0417 1643 00"


@pytest.fixture
def desk(visit: Visit, cora: Member) -> Client:
    """Cora at her desk."""
    return visit(cora)


@pytest.fixture
def no_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """One check needs an extra that is not installed here."""
    for check in checks().values():
        monkeypatch.setattr(type(check), "needs", None)
    monkeypatch.setattr(Gibberish, "needs", Extra.NAMES)
    monkeypatch.setattr(extras, "is_installed", lambda _extra: False)
    monkeypatch.setattr("vierogen.posts.views.checking.is_installed", lambda _extra: False)


def body(answer: HttpResponse) -> str:
    """The page in one line, without the places where a long name may be broken."""
    return " ".join(answer.content.decode().replace("<wbr>", "").split())


def write(channel: Channel, by: Member, text: str = UNFINISHED) -> Version:
    return begin(channel.organisation, Content(text, (channel,)), by=by)


def submitted(page: str) -> dict[str, str]:
    """What the form of the page sends when nothing is changed."""
    hidden = re.findall(r'<input type="hidden" name="(initial-level_\w+)"(?: value="(\w*)")?', page)
    told = dict(hidden)
    return told | {name.removeprefix("initial-"): value for name, value in told.items()}


class TestTheChecks:
    def test_every_check_stands_there_with_a_choice_or_the_reason_why_there_is_none(self, desk: Client) -> None:
        page = body(desk.get(PAGE))
        for key, check in checks().items():
            assert f'id="about_{key}"' in page
            assert (f'name="level_{key}"' in page) == check.passable
        assert "the network itself refuses such a post" in page
        assert "As usual: stops, or points out" in page

    def test_a_choice_is_kept_and_shown_again(self, desk: Client, town: Organisation) -> None:
        told = submitted(body(desk.get(PAGE))) | {"level_placeholder": "look"}
        assert desk.post(PAGE, told, follow=True).status_code == 200
        assert list(CheckLevel.objects.values_list("check_key", "level")) == [("placeholder", "look")]
        page = body(desk.get(PAGE))
        assert re.search(r'name="level_placeholder"[^>]*>.*?value="look" selected', page)
        desk.post(PAGE, submitted(page) | {"level_placeholder": ""})
        assert not CheckLevel.objects.exists()

    def test_a_page_that_stood_open_undoes_nothing(self, desk: Client, town: Organisation, cora: Member) -> None:
        told = submitted(body(desk.get(PAGE))) | {"level_links": "stop"}
        set_levels(town, {"placeholder": Level.OFF}, by=cora)
        desk.post(PAGE, told)
        levels = dict(CheckLevel.objects.values_list("check_key", "level"))
        assert levels == {"placeholder": "off", "links": "stop"}

    def test_an_unknown_choice_is_refused(self, desk: Client) -> None:
        answer = desk.post(PAGE, {"level_placeholder": "loud"})
        assert answer.status_code == 422
        assert not CheckLevel.objects.exists()

    def test_the_figures_stand_there_and_what_is_mostly_overridden_can_be_demoted(
        self, desk: Client, channel: Channel, anna: Member, ben: Member
    ) -> None:
        for number in range(ENOUGH):
            version = write(channel, anna, f"{UNFINISHED} Deel {number}.")
            stops = [stop.pk for stop in version.stops()]
            submit(version, by=anna, reasons=dict.fromkeys(stops, "Dat hoort zo."))
            approve(version, by=ben, digest=version.digest, passed=stops)
        page = body(desk.get(PAGE))
        assert f"Noticed in {ENOUGH} posts in 90 days: changed 0, approved all the same {ENOUGH}" in page
        assert "Let it only point out" in page
        told = {"check": "placeholder:look"}
        assert f'value="{told["check"]}"' in page
        answer = desk.post(reverse("posts:demote_check"), told, follow=True)
        assert "“Leftovers” from now on: points out." in body(answer)
        assert "Let it only point out" not in body(answer)
        assert CheckLevel.objects.get().level == "look"
        again = desk.post(reverse("posts:demote_check"), told, follow=True)
        assert "This was changed meanwhile." in body(again)
        assert CheckLevel.objects.get().level == "look"

    @pytest.mark.parametrize("key", ["", ":", "length:off", "no_such_check:off"])
    def test_what_cannot_be_demoted_is_refused_in_words(self, desk: Client, key: str) -> None:
        answer = desk.post(reverse("posts:demote_check"), {"check": key}, follow=True)
        assert "This check" in body(answer)
        assert not CheckLevel.objects.exists()

    def test_nothing_is_proposed_while_there_is_little_to_go_by(self, desk: Client, version: Version) -> None:
        assert "More than half of these posts" not in body(desk.get(PAGE))

    def test_what_is_not_installed_is_said_with_what_to_do(self, desk: Client, no_extras: None) -> None:
        page = body(desk.get(PAGE))
        assert "Not checked here: names of people in a text" in page
        assert "These checks see nothing, or less: Gibberish" in page or "see nothing, or less: " in page
        assert "requirements/setup run names" in page

    def test_the_page_takes_as_many_queries_however_much_there_is(
        self, desk: Client, channel: Channel, anna: Member, django_assert_max_num_queries: Any
    ) -> None:
        desk.get(PAGE)
        with django_assert_max_num_queries(25) as first:
            desk.get(PAGE)
        for number in range(3):
            write(channel, anna, f"{UNFINISHED} Deel {number}.")
        with django_assert_max_num_queries(len(first)):
            desk.get(PAGE)

    def test_the_settings_lead_to_it(self, desk: Client) -> None:
        assert f'href="{PAGE}"' in body(desk.get(reverse("people:settings")))


class TestOurOwn:
    TOLD = {"languages": ["nl", "en"], "days": ["1", "2"]}

    def test_what_is_told_is_kept_one_a_line(self, desk: Client, town: Organisation) -> None:
        told = {
            "phones": "030 123 45 67\r\n\r\n14 030\r\n+31 (0)6-12345678\r\n14 030",
            "emails": "info@voorbeeld.example",
            "ibans": IBAN,
            "addresses": "Stadhuisplein 1, 1234 AB Voorbeeld",
            "names": "Wim de Vries-van 't Hof",
            "opens": "09:00",
            "closes": "17:30",
            "latitude": "52.0907",
            "longitude": "5.1214",
        }
        answer = desk.post(OWN, self.TOLD | told)
        assert answer.status_code == 302
        details = OwnDetails.objects.get(organisation=town)
        assert details.phones == "030 123 45 67\n14 030\n+31 (0)6-12345678"
        assert (details.ibans, details.languages, details.days) == (IBAN, "nl en", "12")
        assert (details.latitude, details.longitude) == (52.0907, 5.1214)
        page = body(desk.get(OWN))
        assert 'value="09:00"' in page
        assert "Wim de Vries" in page

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("phones", "bel ons", "“bel ons” is not a telephone number."),
            ("phones", "12", "“12” is not a telephone number."),
            ("phones", "1" * 16, "is not a telephone number."),
            ("emails", "info at voorbeeld", "“info at voorbeeld” is not an e-mail address."),
            ("ibans", "NL92 ABNA 0417 1643 00", "is not a bank account number (IBAN)."),
            ("ibans", "0417164300", "is not a bank account number (IBAN)."),
            ("addresses", "Stadhuisplein", "has no street or no number."),
            ("names", "123", "“123” is not a name."),
            ("opens", "9 uur", "Enter a valid time."),
            ("latitude", "91", "less than or equal to 90"),
            ("languages", [], "Choose at least one language."),
            ("languages", ["xx"], "not one of the available choices"),
        ],
    )
    def test_what_is_not_right_is_said_beside_it_and_stays(
        self, desk: Client, field: str, value: Any, words: str
    ) -> None:
        answer = desk.post(OWN, self.TOLD | {field: value})
        assert answer.status_code == 422
        assert words in body(answer).replace("&quot;", '"')
        assert f'href="#id_{field}' in body(answer)
        assert not OwnDetails.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value", "missing"),
        [
            ("opens", "09:00", "closes"),
            ("closes", "09:00", "opens"),
            ("latitude", "52", "longitude"),
            ("longitude", "5", "latitude"),
        ],
    )
    def test_what_belongs_together_is_asked_for_together(
        self, desk: Client, field: str, value: str, missing: str
    ) -> None:
        page = body(desk.post(OWN, self.TOLD | {field: value}))
        assert re.search("Fill in both (times|numbers), or none.", page)
        assert f'href="#id_{missing}"' in page

    def test_an_hour_that_ends_before_it_begins_and_one_without_days_are_refused(self, desk: Client) -> None:
        late = desk.post(OWN, self.TOLD | {"opens": "17:00", "closes": "09:00"})
        assert "This time has to be later than the first one." in body(late)
        none = desk.post(OWN, {"languages": ["nl"], "opens": "09:00", "closes": "17:00"})
        assert "Choose the days for these times." in body(none)

    def test_nothing_at_all_is_fine_too(self, desk: Client, town: Organisation) -> None:
        assert desk.post(OWN, {"languages": ["nl"]}).status_code == 302
        assert OwnDetails.objects.get(organisation=town).days == ""

    def test_the_web_addresses_stand_there_with_the_way_to_change_them(
        self, desk: Client, town: Organisation, cora: Member
    ) -> None:
        assert "every link is pointed out" in body(desk.get(OWN))
        change_settings(town, by=cora, own_domains="voorbeeld.example")
        page = body(desk.get(OWN))
        assert "<li>voorbeeld.example</li>" in page
        assert 'href="/people/settings/#id_own_domains"' in page


class TestWhatWasFound:
    def test_the_words_stand_there_marked_between_their_neighbours(self) -> None:
        text = "Bel mevrouw Jansen morgen op 06 12345678, want zij wil graag weten hoe het gaat met <b>alles</b>."
        start = text.index("06 12")
        assert in_context(text, start, start + 11) == (
            "Bel mevrouw Jansen morgen op <mark>06 12345678</mark>, want zij wil graag weten hoe…"
        )
        assert in_context(text, text.index("<b>"), text.index("<b>") + 8).startswith("…")
        assert "&lt;b&gt;" in in_context(text, text.index("<b>"), text.index("<b>") + 8)

    @pytest.mark.parametrize(("start", "end"), [(0, 0), (3, 2), (5, 99), (-1, 4)])
    def test_what_is_no_place_in_the_text_is_not_shown(self, start: int, end: int) -> None:
        assert in_context("Kort.", start, end) == ""

    def test_a_long_find_is_cut_and_lines_become_one(self) -> None:
        assert in_context("a\n" + "x" * 200, 2, 202) == "a <mark>" + "x" * 80 + "…</mark>"

    def test_a_place_is_one_in_the_text_of_the_channel_it_concerns(self, channel: Channel) -> None:
        content = Content("Voor allen", (channel,), texts={channel.pk: "Alleen hier"})
        found = [
            Finding("links", Tier.LOOK, "x", channel=channel.handle, start=0, end=6),
            Finding("links", Tier.LOOK, "x", start=0, end=4),
        ]
        words = [one.words for one in noticed_while_writing(found, content)]
        assert words == ["<mark>Alleen</mark> hier", "<mark>Voor</mark> allen"]

    def test_three_look_lines_are_shown_and_the_others_can_be_reached(
        self, version: Version, visit: Visit, anna: Member, ben: Member
    ) -> None:
        FoundThing.objects.filter(version=version).delete()
        for number in range(5):
            FoundThing.objects.create(version=version, check_key="links", tier="look", message=f"Find {number}.")
        page = body(visit(anna).get(reverse("posts:detail", args=[version.post_id])))
        assert "And 2 more" in page
        before, after = page.split("<details", maxsplit=page.count("<details"))[0], page.rpartition("And 2 more")[2]
        assert "Find 4." not in before
        assert "Find 3." in after
        assert "Find 4." in after
        submit(version, by=anna)
        review = body(visit(ben).get(reverse("posts:review", args=[version.post_id])))
        assert "The checks noticed 5 things" in review
        assert "And 2 more" in review

    def test_a_finding_names_its_agreement_and_leads_nowhere(
        self, channel: Channel, anna: Member, visit: Visit
    ) -> None:
        version = write(channel, anna)
        page = body(visit(anna).get(reverse("posts:detail", args=[version.post_id])))
        assert 'data-agreement="finished-posts"' in page

    def test_where_a_link_leads_is_said_aloud(self, channel: Channel, anna: Member, visit: Visit) -> None:
        write(channel, anna, "Lees meer op https://anders.example/a.")
        answer = visit(anna).post(
            reverse("posts:check"), {"channels": channel.pk, "text": "Lees meer op https://anders.example/a."}
        )
        assert "leads to <strong>anders.example</strong>" in body(answer)

    def test_who_let_a_stop_pass_stands_on_every_page(
        self, channel: Channel, anna: Member, ben: Member, visit: Visit
    ) -> None:
        version = write(channel, anna)
        [stop] = version.stops()
        submit(version, by=anna, reasons={stop.pk: "Dat is een voorbeeld."})
        review, detail = (reverse(f"posts:{name}", args=[version.post_id]) for name in ("review", "detail"))
        client = visit(ben)
        for url in (review, detail):
            page = body(client.get(url))
            assert "Anna says: “Dat is een voorbeeld.”" in page
            assert "agreed that it may go out" not in page
        approve(version, by=ben, digest=version.digest, passed=[stop.pk])
        for url in (review, detail):
            assert "Ben agreed that it may go out." in body(client.get(url))

    def test_who_looks_back_reads_the_reason_too(
        self, channel: Channel, anna: Member, ben: Member, dirk: Member, visit: Visit
    ) -> None:
        version = write(channel, anna)
        [stop] = version.stops()
        submit(version, by=anna, reasons={stop.pk: "Dat is een voorbeeld."})
        publish_in_emergency(version, by=dirk, reason="Er is brand.")
        page = body(visit(ben).get(reverse("posts:look_back", args=[version.post_id])))
        assert "Anna says: “Dat is een voorbeeld.”" in page

    @pytest.mark.parametrize("where", ["detail", "edit", "review", "emergency"])
    def test_what_is_not_checked_here_is_said_where_people_decide(
        self, version: Version, visit: Visit, anna: Member, dirk: Member, no_extras: None, where: str
    ) -> None:
        client = visit(dirk if where == "emergency" else anna)
        page = body(client.get(reverse(f"posts:{where}", args=[version.post_id])))
        assert "Not checked here, so look at it yourself:" in page

    def test_where_everything_is_installed_nothing_is_said(
        self, version: Version, visit: Visit, anna: Member, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(extras, "is_installed", lambda _extra: True)
        assert "Not checked here" not in body(visit(anna).get(reverse("posts:detail", args=[version.post_id])))

    def test_checking_while_typing_takes_as_many_queries_however_much_there_is(
        self, channel: Channel, anna: Member, visit: Visit, django_assert_max_num_queries: Any
    ) -> None:
        client, told = visit(anna), {"channels": channel.pk, "text": UNFINISHED}
        client.post(reverse("posts:check"), told)
        with django_assert_max_num_queries(20) as first:
            client.post(reverse("posts:check"), told)
        OwnDetails.objects.create(organisation=channel.organisation, phones="112\n" * 50)
        for number in range(MOST_EARLIER + 50):
            EarlierText.objects.create(channel=channel, remote_id=str(number), text=f"Eerder {number}.", at=BEGUN)
        for number in range(3):
            write(channel, anna, f"{UNFINISHED} Deel {number}.")
        with django_assert_max_num_queries(len(first)):
            client.post(reverse("posts:check"), told)
