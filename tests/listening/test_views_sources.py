"""The pages of sources, as members use them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.listening.sources.site import DOCUMENTS, Site
from tests.listening.test_sourcing import site  # noqa: F401 - a fixture
from vierogen.listening.actions import bringing, giving
from vierogen.listening.actions.sourcing import Proposal, add, add_webhook
from vierogen.listening.models import Source, Subscription
from vierogen.listening.sources.mastodon import UNLISTED
from vierogen.people.models import Member

Enter = Callable[[Member], Client]
NEW = "/listening/sources/new/"


def test_a_feed_is_added_with_one_field(enter: Enter, anna: Member, site: Site) -> None:  # noqa: F811
    answer = enter(anna).post(NEW, {"address": site.document("atom.xml", "/any")}, follow=True)
    subscription = Subscription.objects.get()
    assert answer.redirect_chain == [(f"/listening/sources/{subscription.pk}/", 302)]
    assert "Buurtblog" in answer.content.decode()
    assert "Is read for the first time in a moment" in answer.content.decode()


def test_a_page_gives_a_choice(enter: Enter, anna: Member, site: Site) -> None:  # noqa: F811
    client = enter(anna)
    page = client.post(NEW, {"address": site.put("/", (DOCUMENTS / "page.html").read_bytes(), "text/html")})
    assert "What do you want to hear?" in page.content.decode()
    assert not Source.objects.exists()
    # What a browser is made to send names nothing: others may hear this source too.
    chosen = {"address": f"{site.url}/feed.xml", "kind": "feed", "title": "Leugens van de gemeente"}
    client.post(NEW, chosen)
    assert (Source.objects.get().kind, str(Source.objects.get())) == ("feed", f"{site.url}/feed.xml")
    again = client.post(NEW, chosen)
    assert "You listen to this source already." in again.content.decode()


@pytest.mark.parametrize(
    "posted",
    [
        {},
        {"address": ""},
        {"address": "krant"},
        {"address": "https://nowhere.invalid/"},
        {"address": "https://krant.example/", "kind": "webhook"},
        {"address": "https://krant.example/", "kind": "x" * 50},
        {"address": "javascript:alert(1)", "kind": "feed"},
    ],
)
def test_what_cannot_be_added_adds_nothing(enter: Enter, anna: Member, posted: dict[str, str]) -> None:
    answer = enter(anna).post(NEW, posted)
    assert answer.status_code in {200, 302}
    assert not Source.objects.exists()


def test_a_stream_that_cannot_be_read_back_says_so(enter: Enter, anna: Member) -> None:
    subscription = add(anna.organisation, Proposal("mastodon_stream", "https://m.example/public"), by=anna)
    Source.objects.update(tried_at=subscription.made_at, read_at=subscription.made_at, memory={UNLISTED: True})
    page = enter(anna).get(f"/listening/sources/{subscription.pk}/").content.decode()
    assert "could be read afterwards" in page


def test_how_a_source_is_stands_in_plain_words(enter: Enter, anna: Member) -> None:
    subscription = add(anna.organisation, Proposal("feed", "https://krant.example/rss", "De <b>Krant</b>"), by=anna)
    problem = "The site took too long to answer."
    Source.objects.update(problem=problem, failures=3, tried_at=subscription.made_at, lag=7_300, items=12)
    client = enter(anna)
    for path in ("/listening/sources/", f"/listening/sources/{subscription.pk}/"):
        told = client.get(path).content.decode()
        assert problem in told
        assert "De &lt;b&gt;" in told
        assert "<b>Krant" not in told
    assert "2 hours" in told


def test_pausing_resuming_and_ending(enter: Enter, anna: Member) -> None:
    subscription = add(anna.organisation, Proposal("feed", "https://krant.example/rss"), by=anna)
    client, path = enter(anna), f"/listening/sources/{subscription.pk}/change/"
    for do, state in (("pause", "paused"), ("nonsense", "paused"), ("resume", "active"), ("end", "ended")):
        client.post(path, {"do": do})
        assert Subscription.objects.get().state == state
    client.post(path, {"do": "pause"})
    assert Subscription.objects.get().state == "ended"
    assert "krant.example" not in client.get("/listening/sources/").content.decode()


def entered(member: Member) -> Client:
    """A browser of their own."""
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def brought_to(page: str) -> int:
    """What a program hears at the secret address that stands on a page."""
    path = "/listening/hook/" + page.partition("/listening/hook/")[2].partition("<")[0]
    return Client(enforce_csrf_checks=True).post(path, {"text": "Hallo"}, content_type="application/json").status_code


def test_a_secret_address_and_its_key_are_shown_once_and_to_who_made_it(anna: Member, ben: Member) -> None:
    hers, his = entered(anna), entered(ben)
    made = hers.post("/listening/sources/program/", {"title": "Monitor"})
    source, secret = Source.objects.get(), bringing.secret_of(Source.objects.get())
    before = his.get(made.url).content.decode()
    shown = hers.get(made.url)
    assert "no-store" in shown["Cache-Control"]
    assert bringing.address_of(source) in shown.content.decode()
    assert secret in shown.content.decode()
    assert brought_to(shown.content.decode()) == 202
    for later in (before, hers.get(made.url).content.decode(), his.get(made.url).content.decode()):
        assert "/listening/hook/" not in later
        assert secret not in later
        assert "Anna made the secret address today" in later


def test_a_new_address_is_shown_to_who_asked_for_it_and_is_theirs_when_they_leave(anna: Member, ben: Member) -> None:
    hers, his = entered(anna), entered(ben)
    page = hers.post("/listening/sources/program/", {"title": "Monitor"}, follow=True).content.decode()
    subscription = Subscription.objects.get()
    assert [giving.webhooks_known_to(who) for who in (anna, ben)] == [[subscription], []]
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        renewed = his.post(f"/listening/sources/{subscription.pk}/address/", follow=True).content.decode()
        assert (brought_to(page), brought_to(renewed)) == (404, 202)
        assert "/listening/hook/" not in hers.get(f"/listening/sources/{subscription.pk}/").content.decode()
        told = his.get(f"/listening/sources/{subscription.pk}/").content.decode()
    assert "Ben made the secret address today" in told
    assert [giving.webhooks_known_to(who) for who in (anna, ben)] == [[], [subscription]]


def test_who_made_an_address_that_somebody_renewed_since_sees_neither(anna: Member, ben: Member) -> None:
    hers, his = entered(anna), entered(ben)
    made = hers.post("/listening/sources/program/", {"title": "Monitor"})
    subscription = Subscription.objects.get()
    his.post(f"/listening/sources/{subscription.pk}/address/")
    assert "/listening/hook/" not in hers.get(made.url).content.decode()
    assert "/listening/hook/" in his.get(made.url).content.decode()


def test_nobody_sees_another_organisation_s_sources(enter: Enter, anna: Member, otto: Member) -> None:
    subscription = add_webhook(anna.organisation, "Geheim", by=anna)
    client = enter(otto)
    assert "Geheim" not in client.get("/listening/sources/").content.decode()
    assert client.get(f"/listening/sources/{subscription.pk}/").status_code == 404
    assert client.post(f"/listening/sources/{subscription.pk}/change/", {"do": "end"}).status_code == 404
    assert client.post(f"/listening/sources/{subscription.pk}/address/").status_code == 404


def test_sources_of_everybody_are_shown_and_not_to_be_changed(enter: Enter, anna: Member) -> None:
    Source.objects.create(kind="feed", address="https://land.example/rss", title="Landelijk", for_everybody=True)
    told = enter(anna).get("/listening/sources/").content.decode()
    assert "Landelijk" in told
    assert "For everybody here" in told


def test_the_list_asks_the_database_as_often_for_one_as_for_many(
    enter: Enter, anna: Member, django_assert_num_queries: Any
) -> None:
    client = enter(anna)

    def queries() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get("/listening/sources/").status_code == 200
        return len(caught)

    add(anna.organisation, Proposal("feed", "https://krant.example/0"), by=anna)
    queries()
    few = queries()
    for number in range(1, 20):
        add(anna.organisation, Proposal("feed", f"https://krant.example/{number}"), by=anna)
    assert queries() == few
