"""A query is tried on what was found in the last thirty days."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.listening.wishes import find, make
from vierogen.listening.actions import previewing
from vierogen.listening.actions.compiling import compiled
from vierogen.listening.actions.previewing import Preview, prepare, preview, tidy
from vierogen.listening.actions.storing import Find, store
from vierogen.listening.models import Alert, Document, Hit
from vierogen.listening.sources.base import Found
from vierogen.people.models import Member, Organisation

pytestmark = pytest.mark.django_db
# A Tuesday.
NOW = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today(db: None) -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def alert(anna: Member) -> Alert:
    """It finds whatever these tests say that it found."""
    return make(anna, "zwembad")


def tried(organisation: Organisation, query: str) -> Preview:
    return preview(organisation, compiled(query, inside_words=False))


def test_what_fits_is_counted_by_week_and_the_newest_are_shown(town: Organisation, alert: Alert) -> None:
    for hours in (1, 2, 30, 24 * 9, 24 * 29):
        find(alert, f"Zwembad dicht {hours}", at=NOW - timedelta(hours=hours))
    find(alert, "Zwembad open", at=NOW - timedelta(hours=3))
    prepare()
    found = tried(town, "zwembad dicht")
    assert (found.kept, found.tried, found.fits, found.is_cut) == (6, 6, 5, False)
    assert [item.text for item in found.shown][:2] == ["Zwembad dicht 1", "Zwembad dicht 2"]
    assert [(week.monday.isoformat(), week.number) for week in found.weeks] == [
        ("2026-10-19", 0), ("2026-10-26", 1), ("2026-11-02", 0), ("2026-11-09", 1), ("2026-11-16", 0),
        ("2026-11-23", 3),
    ]  # fmt: skip
    assert found.weeks[-1].share == 100
    assert round(found.a_week, 2) == round(5 * 7 / 30, 2)


def test_what_was_edited_is_tried_as_it_reads_now(town: Organisation, alert: Alert) -> None:
    def said(text: str) -> None:
        hit = (alert.pk, town.pk, "zwembad")
        store([Find(Found("at://did:plc:x/post/1", text), None, "nl", [hit])], at=NOW)
        prepare()

    said("Zwembad open")
    assert tried(town, "open").fits == 1
    said("Zwembad Dicht")
    assert (tried(town, "open").fits, tried(town, "dicht").fits, tried(town, "=Dicht").fits) == (0, 1, 1)


def test_a_message_that_two_alerts_found_counts_once(town: Organisation, anna: Member, alert: Alert) -> None:
    item = find(alert, "Zwembad dicht")
    other = make(anna, "dicht")
    Hit.objects.create(organisation=town, alert=other, item=item)
    assert prepare() == 1
    assert prepare() == 0
    assert tried(town, "dicht").fits == 1


def test_another_organisation_s_messages_are_not_looked_at(
    town: Organisation, elsewhere: Organisation, alert: Alert
) -> None:
    find(alert, "Zwembad dicht")
    prepare()
    assert tried(elsewhere, "zwembad").kept == 0


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("café", 1), ("zwembad -storing", 1), ('="Spetter"', 1), ('="spetter"', 0), ("lang:nl zwembad", 1),
        ("from:buurman", 1), ("network:mastodon dicht", 1), ("~bad", 0), ("~wemb", 2), ("zwem*", 2),
        ("has:image zwembad", 1), ("titel", 1), ("is:reply dicht", 0), ("source:nos.nl", 1),
    ],
)  # fmt: skip
def test_the_whole_language_works(town: Organisation, alert: Alert, query: str, fits: int) -> None:
    find(alert, "Zwembad De Spetter dicht", language="nl", author="@buurman", network="mastodon", has="image")
    find(alert, "Het zwembad heeft storing", title="Titel: CAFE", link="https://www.nos.nl/artikel/1")
    prepare()
    if query == "~bad":
        with pytest.raises(ValueError, match="too short"):
            tried(town, query)
    else:
        assert tried(town, query).fits == fits


def test_only_the_newest_are_tried_where_there_are_too_many(
    town: Organisation, alert: Alert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "MOST_LOOKED_AT", 10)
    for hours in range(1, 31):
        find(alert, "Zwembad dicht", at=NOW - timedelta(hours=24 * hours // 2))
    prepare()
    found = tried(town, "zwembad")
    assert (found.kept, found.tried, found.fits, found.is_cut) == (30, 10, 10, True)
    assert found.days == pytest.approx(5.0, abs=0.1)
    assert round(found.a_week) == 14


def test_what_is_too_old_or_not_kept_any_more_is_dropped(town: Organisation, alert: Alert) -> None:
    for days in (1, 10, 20):
        find(alert, "Zwembad dicht", at=NOW - timedelta(days=days))
    prepare()
    assert Document.objects.count() == 3
    Hit.objects.order_by("found_at")[0].delete()
    assert tidy() == 1
    assert tidy() == 0
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        tidy()
        assert not Document.objects.exists()


def test_what_was_folded_in_another_way_is_folded_anew(town: Organisation, alert: Alert) -> None:
    find(alert, "Zwembad dicht")
    prepare()
    Document.objects.update(folding=0, text="")
    assert tidy() == 2
    assert tried(town, "zwembad").fits == 1


def test_it_asks_the_database_as_often_however_much_there_is(town: Organisation, alert: Alert) -> None:
    counts = []
    for number in (2, 30):
        for _each in range(number):
            find(alert, "Zwembad dicht")
        prepare()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            tried(town, "zwembad")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 3
