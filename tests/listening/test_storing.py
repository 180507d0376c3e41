"""Storing: a message once, a hit once, and a count of exactly the hits that are new."""

from datetime import UTC, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from tests.listening.conftest import alert, heard
from vierogen.listening.actions import storing
from vierogen.listening.actions.marking import Taste
from vierogen.listening.actions.storing import Find, key_of, store
from vierogen.listening.models import Alert, Count, Hit, Item, Source
from vierogen.listening.sources.base import Found
from vierogen.listening.views.hit_lines import line_of
from vierogen.people.models import Organisation

NOON = datetime(2026, 10, 1, 12, 34, tzinfo=UTC)


def find(number: int, *alerts: Alert, **more: Any) -> Find:
    found = Found(f"at://did:plc:x/post/{number}", f"Bericht {number}", **more)
    return Find(found, None, "", [(each.pk, each.organisation_id, each.query) for each in alerts])


@pytest.fixture
def fire(town: Organisation) -> Alert:
    return alert(town, "brand")


@pytest.fixture
def school(town: Organisation) -> Alert:
    return alert(town, "school")


def total() -> int:
    return sum(Count.objects.values_list("number", flat=True))


@pytest.mark.django_db
def test_a_hit_is_stored_with_its_message(fire: Alert, town: Organisation) -> None:
    source = heard("jetstream", "wss://x.example/subscribe", town)
    found = Found(
        "at://did:plc:x/post/1",
        "Brand!",
        title="Nieuws",
        link="https://nos.nl/artikel?id=3&utm_source=x",
        author="did:plc:x",
        network="bluesky",
        published_at=NOON,
        has=frozenset({"image", "link"}),
        is_reply=True,
    )
    assert store([Find(found, source.pk, "nl", [(fire.pk, town.pk, "brand")])], at=NOON) == 1
    hit = Hit.objects.select_related("item").get()
    assert (hit.alert, hit.organisation, hit.clause, hit.found_at) == (fire, town, "brand", NOON)
    assert (hit.grouped_at, hit.copy_of, hit.mark, hit.spam) == (None, None, "", 0.0)
    item = hit.item
    assert (item.text, item.title, item.language, item.author) == ("Brand!", "Nieuws", "nl", "did:plc:x")
    assert (item.link, item.network, item.has) == ("https://nos.nl/artikel?id=3", "bluesky", "image link")
    assert (item.source, item.published_at, item.seen_at, item.is_reply) == (source, NOON, NOON, True)
    assert list(Count.objects.values_list("alert", "hour", "number")) == [(fire.pk, NOON.replace(minute=0), 1)]


@pytest.mark.django_db
def test_the_same_again_is_no_new_hit_and_not_counted(fire: Alert, school: Alert) -> None:
    assert store([find(1, fire), find(2, fire)], at=NOON) == 2
    assert store([find(1, fire, school), find(2, fire)], at=NOON) == 1
    assert (Item.objects.count(), Hit.objects.count(), total()) == (2, 3, 3)


@pytest.mark.django_db
def test_one_message_that_came_by_two_sources_has_the_hits_of_both(fire: Alert, school: Alert) -> None:
    assert store([find(1, fire), find(1, school), find(1, fire)]) == 2
    assert Item.objects.count() == 1


@pytest.mark.django_db
def test_an_address_with_and_without_what_follows_people_is_one_message() -> None:
    plain = Found("https://nos.nl/artikel/3", "x")
    assert key_of(plain) == key_of(Found("https://NOS.nl/artikel/3?utm_medium=rss", "y"))
    assert key_of(plain) != key_of(Found("https://nos.nl/artikel/4", "x"))


@pytest.mark.django_db
def test_what_nobody_found_is_not_kept() -> None:
    assert store([find(1)]) == 0
    assert not Item.objects.exists()


@pytest.mark.django_db
def test_grouping_is_asked_for_alerts_with_new_hits_only(fire: Alert, school: Alert) -> None:
    asked: list[Any] = []
    store([find(1, fire)], group=asked.append)
    store([find(1, fire, school)], group=asked.append)
    store([find(1, fire, school)], group=asked.append)
    assert asked == [{fire.pk}, {school.pk}]


@pytest.mark.django_db
def test_more_than_fits_one_statement_is_stored_too(fire: Alert, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "ROWS", 3)
    assert store([find(number, fire) for number in range(10)], at=NOON) == 10
    assert total() == 10


@pytest.mark.django_db
def test_signs_that_no_database_holds_and_what_is_too_long_are_fitted(fire: Alert) -> None:
    odd = Found("k\x00ey", "a\x00b\ud800c", title="t" * 600, author="é" * 300, link="javascript:x", language="x" * 99)
    assert store([Find(odd, None, "", [(fire.pk, fire.organisation_id, "c" * 400)])]) == 1
    item = Item.objects.get()
    assert (item.text, item.link, len(item.title), len(item.author)) == ("a\ufffdb\ufffdc", "", 500, 200)


@pytest.mark.django_db(transaction=True)
def test_what_an_alert_or_a_source_was_that_is_gone_does_not_stop_the_others(fire: Alert, town: Organisation) -> None:
    gone = (fire.pk + 1_000, town.pk, "weg")
    finds = [find(1, fire)._replace(source_id=9_999), find(2)._replace(hits=[gone])]
    assert store(finds) == 1
    assert Hit.objects.get().item.source is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_posts_store_and_count_each_hit_once(fire: Alert, school: Alert) -> None:
    posts = [find(number, fire, *([school] if number % 3 else [])) for number in range(300)]
    workers, told = 4, list[int]()
    together = Barrier(workers)

    def work(number: int) -> None:
        # Each in another order and in batches of another size, as after a take-over.
        mine = posts[number * 50 :] + posts[: number * 50]
        together.wait()
        for start in range(0, len(mine), 20 + number):
            told.append(store(mine[start : start + 20 + number], at=NOON))
        connection.close()

    threads = [Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert Item.objects.count() == 300
    assert Hit.objects.count() == sum(told) == total() == 500
    assert Source.objects.count() == 0


@pytest.mark.django_db
def test_hits_that_cannot_be_grouped_now_are_stored_all_the_same(fire: Alert) -> None:
    def fail(_alerts: Any) -> None:
        raise ValueError("not now")

    assert store([find(1, fire)], group=fail) == 1


@pytest.mark.django_db
def test_every_column_of_a_hit_is_as_its_table_begins_it(fire: Alert) -> None:
    store([find(1, fire)])
    hit, begun = Hit.objects.get(), Hit()
    ours = {"id", "organisation", "alert", "item", "clause", "found_at"}
    others = [field for field in Hit._meta.concrete_fields if field.name not in ours]
    assert [getattr(hit, each.attname) for each in others] == [getattr(begun, each.attname) for each in others]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "said", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0999-01-01T00:00:00+00:00"]
)
def test_a_date_that_nobody_can_have_written_at_is_none(fire: Alert, said: str) -> None:
    assert store([find(1, fire, published_at=datetime.fromisoformat(said))]) == 1
    assert Item.objects.get().published_at is None


@pytest.mark.django_db
def test_a_message_that_comes_twice_at_once_keeps_both_its_words(fire: Alert, school: Alert) -> None:
    def said(text: str, *alerts: Alert) -> Find:
        found = Found("at://did:plc:x/post/1", text)
        return Find(found, None, "", [(each.pk, each.organisation_id, each.query) for each in alerts])

    store([said("Een brand!", fire), said("De school is dicht.", school)])
    item = Item.objects.get()
    assert (item.text, item.later, Hit.objects.count()) == ("Een brand!", "De school is dicht.", 2)
    store([said("Toch een brand!", fire), said("Een brand!", fire)])
    assert Item.objects.get().later == ""


@pytest.mark.django_db
def test_what_was_edited_shows_the_words_that_a_hit_points_to(fire: Alert, school: Alert) -> None:
    def said(text: str, *alerts: Alert) -> Find:
        found = Found("at://did:plc:x/post/1", text)
        return Find(found, None, "", [(each.pk, each.organisation_id, each.query) for each in alerts])

    store([said("Een brand!", fire)])
    store([said("Een brand!", fire)])
    assert Item.objects.get().edited_at is None
    store([said("Een brand in de school!", fire, school)])
    item = Item.objects.get()
    assert item.edited_at
    assert (item.text, item.words) == ("Een brand!", "Een brand in de school!")
    store([said("De school is dicht.", school)])
    lines = {hit.alert_id: line_of(hit, Taste()) for hit in Hit.objects.select_related("item", "alert")}
    assert lines[fire.pk].text == "Een <mark>brand</mark>!"
    assert lines[fire.pk].is_changed
    assert lines[school.pk].text == "De <mark>school</mark> is dicht."
    assert not lines[school.pk].is_changed
    store([said("Een brand!", fire)])
    assert Item.objects.get().later == ""
    assert Hit.objects.count() == 2
