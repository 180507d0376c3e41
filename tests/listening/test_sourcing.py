"""Choosing sources: what stands behind an address, adding it, and what each organisation does with it."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from tests.listening.sources.site import DOCUMENTS, Site, served
from tests.plugins.house import make_member
from vierogen.channels.actions import disconnect
from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.ledger.words import sentence
from vierogen.listening.actions import sourcing
from vierogen.listening.actions.sourcing import Proposal, add, change, look
from vierogen.listening.models import Source, Subscription
from vierogen.listening.sources import politeness
from vierogen.listening.sources.politeness import HOSTS
from vierogen.listening.sources.robots import ROBOTS
from vierogen.listening.states import SourceState
from vierogen.people.models import Member
from vierogen.people.roles import Role
from vierogen.vault.actions import VAULT

FEED = Proposal("feed", "https://krant.example/rss", "De Krant")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Site]:
    """A web site, of which nobody knows anything yet."""
    settings.ALLOW_PRIVATE = ["127.0.0.1/32"]
    monkeypatch.setattr(politeness, "PAUSE", 0.0)
    HOSTS.forget()
    ROBOTS.forget()
    with served() as site:
        yield site


def test_a_feed_is_surely_meant(site: Site) -> None:
    looked = look(site.document("atom.xml", "/any"))
    assert looked.proposals == (Proposal("feed", f"{site.url}/any", "Buurtblog", sure=True),)


def test_a_site_map_is_surely_meant(site: Site) -> None:
    address = site.put("/map", "<urlset><url><loc>https://a.example/</loc></url></urlset>")
    assert look(address).proposals == (Proposal("sitemap", address, sure=True),)


def test_a_page_tells_which_feeds_it_has_and_the_site_which_maps(site: Site) -> None:
    site.put("/robots.txt", f"Sitemap: {site.url}/sitemap.xml\nSitemap: javascript:x\n", "text/plain")
    looked = look(site.put("/", (DOCUMENTS / "page.html").read_bytes(), "text/html"))
    assert [(each.kind, each.address, each.title) for each in looked.proposals] == [
        ("feed", f"{site.url}/feed.xml", "Alle nieuws"),
        ("feed", "https://elders.example/atom", ""),
        ("page", f"{site.url}/", "Nieuws van de wijkraad"),
        ("sitemap", f"{site.url}/sitemap.xml", "127.0.0.1"),
    ]
    assert not looked.problem


def test_what_cannot_be_read_is_told_and_what_looks_like_a_feed_can_still_be_added(site: Site) -> None:
    assert look(f"{site.url}/nothing").problem
    assert look(f"{site.url}/nothing").proposals == ()
    assert look(f"{site.url}/feed.xml").proposals == (Proposal("feed", f"{site.url}/feed.xml"),)


@pytest.mark.parametrize(
    "address", ["krant", "javascript:alert(1)", "https://a:b@krant.example/", "ftp://krant.example/"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        look(address)


def test_no_inside_address_is_looked_at(site: Site) -> None:
    with served("127.0.0.2") as inside:
        for address in (f"{inside.url}/feed", site.put("/go", status=302, headers={"Location": inside.url})):
            assert "public internet" in look(address).problem
        assert inside.asked == []


def test_adding_is_recorded_without_the_secret_in_the_address(anna: Member) -> None:
    alerts = Proposal("feed", "https://www.google.com/alerts/feeds/0123/4567")
    subscription = add(anna.organisation, alerts, by=anna)
    entry = Entry.objects.get(verb="listen_to")
    assert (entry.facts, entry.actor) == ({"kind": "feed", "host": "www.google.com"}, anna.actor)
    assert sentence(entry) == f"Anna added source {subscription.pk}"
    assert subscription.made_by == anna


def test_two_organisations_share_one_reading_and_decide_for_themselves(anna: Member, otto: Member) -> None:
    ours, theirs = add(anna.organisation, FEED, by=anna), add(otto.organisation, FEED, by=otto)
    assert ours.source == theirs.source
    assert Source.objects.count() == 1
    change(ours, "pause", by=anna)
    assert list(Source.objects.heard_by(anna.organisation_id)) == []
    assert list(Source.objects.heard_by(otto.organisation_id)) == [theirs.source]
    change(theirs, "end", by=otto)
    assert list(Source.objects.wanted()) == []


def test_the_same_source_is_not_added_twice_and_an_ended_one_is_taken_up_again(anna: Member, ben: Member) -> None:
    subscription = add(anna.organisation, FEED, by=anna)
    with pytest.raises(ValidationError, match="already"):
        add(anna.organisation, Proposal("feed", " https://krant.example/rss "), by=ben)
    change(subscription, "end", by=anna)
    again = add(anna.organisation, FEED, by=ben)
    assert (again.pk, again.state, again.made_by) == (subscription.pk, SourceState.ACTIVE, ben)
    assert [entry.verb for entry in Entry.objects.filter(subject=f"listening.subscription:{again.pk}")] == [
        "listen_to",
        "end",
        "listen_again",
    ]


def test_only_who_may_listen_chooses_and_only_for_the_own_organisation(anna: Member, otto: Member) -> None:
    auditor = make_member(anna.organisation, "Aud", Role.AUDITOR)
    for organisation, member in ((anna.organisation, auditor), (anna.organisation, otto)):
        with pytest.raises(PermissionDenied):
            add(organisation, FEED, by=member)
    subscription = add(anna.organisation, FEED, by=anna)
    for member in (auditor, otto):
        with pytest.raises(PermissionDenied):
            change(subscription, "pause", by=member)
    assert Subscription.objects.get().state == SourceState.ACTIVE


def test_somebody_who_is_too_late_is_told(anna: Member) -> None:
    subscription = add(anna.organisation, FEED, by=anna)
    change(subscription, "pause", by=anna)
    with pytest.raises(WrongStateError):
        change(Subscription.objects.get(), "pause", by=anna)
    change(subscription, "resume", by=anna)
    assert Subscription.objects.get().state == SourceState.ACTIVE


@pytest.mark.parametrize("kind", ["", "nonsense", "webhook", "__class__"])
def test_kinds_that_do_not_exist_are_refused(anna: Member, kind: str) -> None:
    with pytest.raises(ValidationError):
        add(anna.organisation, Proposal(kind, "https://krant.example/"), by=anna)


def test_every_kind_has_words(db: None) -> None:
    assert all(Proposal(kind, "").label for kind in sourcing.kinds())


def test_a_stream_is_read_through_the_own_account_on_that_server(anna: Member, channel: Channel) -> None:
    own = add(anna.organisation, Proposal("mastodon_stream", f"{channel.server}/public"), by=anna)
    elsewhere = add(anna.organisation, Proposal("mastodon_stream", "https://elders.example/public"), by=anna)
    tag = add(anna.organisation, Proposal("mastodon", f"{channel.server}/tags/brand"), by=anna)
    assert [each.source.channel for each in (own, elsewhere, tag)] == [channel, None, None]
    with pytest.raises(ValidationError, match="already"):
        add(anna.organisation, Proposal("mastodon_stream", f"{channel.server}/public"), by=anna)


def test_nobody_elses_account_is_used(otto: Member, channel: Channel) -> None:
    theirs = add(otto.organisation, Proposal("mastodon_stream", f"{channel.server}/public"), by=otto)
    assert theirs.source.channel is None


def test_an_account_that_is_not_connected_any_more_is_not_used(anna: Member, channel: Channel) -> None:
    disconnect(channel, why="The network refuses the key.", by=VAULT)
    subscription = add(anna.organisation, Proposal("mastodon_stream", f"{channel.server}/public"), by=anna)
    assert subscription.source.channel is None


def shared_source(*arguments: str) -> str:
    """What the operator's command prints."""
    said = StringIO()
    call_command("shared_source", *arguments, stdout=said)
    return said.getvalue()


def test_the_operator_shares_a_source_with_everybody_and_ends_that(anna: Member, site: Site) -> None:
    address = site.document("atom.xml", "/any")
    assert address in shared_source(address)
    assert Source.objects.heard_by(anna.organisation_id).get().address == address
    assert shared_source() == f"feed\t{address}\n"
    assert shared_source(address)
    assert Source.objects.count() == 1
    shared_source(address, "--end")
    assert not Source.objects.heard_by(anna.organisation_id).exists()
    with pytest.raises(CommandError, match="not shared"):
        shared_source(address, "--end")


def test_a_source_is_not_shared_while_it_is_unclear_what_is_meant(transactional_db: None, site: Site) -> None:
    address = site.put("/", (DOCUMENTS / "page.html").read_bytes(), "text/html")
    with pytest.raises(CommandError, match=r"Be more precise: .*/feed\.xml"):
        shared_source(address)
    assert not Source.objects.exists()
