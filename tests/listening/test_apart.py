"""Organisations of one installation: nothing that one's source says is read, or changed, by another's."""

import importlib
from collections.abc import Callable

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils.timezone import get_default_timezone

from tests.listening.conftest import alert, heard
from vierogen.listening.actions import previewing
from vierogen.listening.actions.feeding import atom, table
from vierogen.listening.actions.grouping import group
from vierogen.listening.actions.links import Bearer
from vierogen.listening.actions.reading import follow, kept
from vierogen.listening.actions.storing import Find, key_of, store
from vierogen.listening.actions.wording import source_of
from vierogen.listening.models import Alert, Document, Hit, Item, Source
from vierogen.listening.sources.base import Found
from vierogen.listening.states import Rhythm
from vierogen.matching.parsing import parse
from vierogen.people.models import Member, Organisation

Enter = Callable[[Member], Client]
LINK = "https://nos.example/artikel/3"
SECRET = "https://blad.example/feed?token=geheim"

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(town: Organisation) -> Alert:
    return alert(town, "brand")


@pytest.fixture
def theirs(elsewhere: Organisation) -> Alert:
    return alert(elsewhere, "brand")


@pytest.fixture
def our_feed(town: Organisation) -> Source:
    return heard("feed", "https://omroep.example/feed", town, title="Omroep")


@pytest.fixture
def their_feed(elsewhere: Organisation) -> Source:
    return heard("feed", SECRET, elsewhere)


def said(source: Source, text: str, *alerts: Alert, title: str = "Brand") -> Find:
    found = Found(LINK, text, title=title, link=LINK)
    return Find(found, source.pk, "nl", [(each.pk, each.organisation_id, "brand") for each in alerts])


def told(ours: Alert, theirs: Alert, our_feed: Source, their_feed: Source) -> None:
    """The other organisation's feed was first, and is last."""
    store([said(their_feed, "Brand, zegt de molen.", theirs, title="Titel van hen")])
    store([said(our_feed, "Brand, zegt de haven.", ours, title="Titel van ons")])
    store([said(their_feed, "Brand, zegt de molen nu weer anders.", theirs, title="Titel van hen")])
    group([ours.pk, theirs.pk])


def shown(ours: Alert, anna: Member, enter: Enter) -> list[str]:
    """What anna reads of it: pages, table, feed, and what a preview tries queries on."""
    follow(ours, Rhythm.DAILY, by=anna)
    hit = Hit.objects.get(alert=ours)
    previewing.prepare()
    browser = enter(anna)
    feed = atom(Bearer(kept(anna)), changed_at=hit.found_at)
    rows = table(Hit.objects.visible_to(anna), zone=get_default_timezone(), separator=";")  # type: ignore[arg-type]
    return [
        browser.get(reverse("listening:hits")).content.decode(),
        browser.get(reverse("listening:hit", args=[hit.pk])).content.decode(),
        feed,
        "".join(rows),
    ]


def test_each_reads_the_title_and_words_of_its_own_source(
    ours: Alert, theirs: Alert, our_feed: Source, their_feed: Source, anna: Member, enter: Enter
) -> None:
    told(ours, theirs, our_feed, their_feed)
    for text in shown(ours, anna, enter):
        assert "Titel van ons" in text
        assert "Titel van hen" not in text
        assert "molen" not in text
        assert "geheim" not in text
    assert previewing.preview(anna.organisation, parse("haven")).fits == 1
    assert previewing.preview(anna.organisation, parse("molen")).fits == 0
    assert Document.objects.get(organisation=anna.organisation).item == Hit.objects.get(alert=ours).item


def test_two_feeds_of_one_organisation_with_one_address_are_one_line(
    ours: Alert, our_feed: Source, town: Organisation
) -> None:
    second = heard("feed", "https://tweede.example/feed", town)
    store([said(our_feed, "Brand in de haven", ours), said(second, "Heel andere woorden over een brand", ours)])
    group([ours.pk])
    assert Hit.objects.count() == 2
    assert Hit.objects.leading().count() == 1


def test_what_sources_for_everybody_bring_is_one_message(ours: Alert, theirs: Alert, our_feed: Source) -> None:
    shared = [Source.objects.create(kind="feed", address=f"https://{n}.example/", for_everybody=True) for n in "ab"]
    store([said(shared[0], "Brand", ours)])
    store([said(shared[1], "Brand", theirs)])
    assert Item.objects.count() == 1
    store([said(our_feed, "Brand, heel anders", ours)])
    assert sorted(Item.objects.values_list("text", "later")) == [("Brand", ""), ("Brand, heel anders", "")]


def test_the_source_of_a_hit_is_told_to_those_that_listen_to_it(
    ours: Alert, theirs: Alert, their_feed: Source, anna: Member, enter: Enter
) -> None:
    Source.objects.filter(pk=their_feed.pk).update(title="Geheim blad")
    store([said(their_feed, "Brand", ours, theirs)])
    group([ours.pk])
    assert all("eheim" not in text for text in shown(ours, anna, enter))
    for rows in (Hit.objects.all(), Hit.objects.with_source()):
        assert rows.get(alert=ours).source is None
        assert source_of(rows.get(alert=ours)) == "nos.example"
        assert rows.get(alert=theirs).source == their_feed
        assert source_of(rows.get(alert=theirs)) == "Geheim blad"
    Source.objects.filter(pk=their_feed.pk).update(for_everybody=True)
    assert Hit.objects.with_source().get(alert=ours).source == their_feed


def test_messages_from_before_keep_their_hits_and_are_known_again(
    ours: Alert, theirs: Alert, our_feed: Source, their_feed: Source
) -> None:
    again = said(their_feed, "Brand", theirs)
    item = Item.objects.create(key=key_of(again.found), source=their_feed, text="Brand", title="Wie weet van wie")
    for each in (ours, theirs):
        Hit.objects.create(organisation_id=each.organisation_id, alert=each, item=item)
        Document.objects.create(organisation_id=each.organisation_id, item=item, hour=1, folding=1, text="")
    migration = importlib.import_module("vierogen.listening.migrations.0004_own_messages")
    migration.part(apps, None)
    migration.rename(apps, None)
    assert store([again]) == 0
    assert store([said(our_feed, "Brand!", ours)]) == 1
    first = Hit.objects.filter(alert=ours).earliest("pk")
    assert (first.item.source, first.item.title, first.item.later) == (None, "Wie weet van wie", "")
    assert Hit.objects.get(alert=theirs).item_id == item.pk
    assert Document.objects.get(organisation_id=ours.organisation_id).item_id == first.item_id
