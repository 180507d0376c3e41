"""Alerts as the matcher holds them: all that are active, and each change while it runs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.listening.conftest import alert, changed, heard
from vierogen.listening import held
from vierogen.listening.actions.compiling import _with_tildes
from vierogen.listening.actions.compiling import compiled as query_of
from vierogen.listening.held import Compiled
from vierogen.listening.inbox import Batch, Inbox
from vierogen.listening.models import Alert, Hit
from vierogen.listening.sifting import Sifter
from vierogen.listening.sources.base import Found
from vierogen.matching.errors import QueryError
from vierogen.matching.matcher import Matcher
from vierogen.matching.posts import Post
from vierogen.people.models import Organisation


@pytest.fixture(autouse=True)
def at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rest between two looks."""
    monkeypatch.setattr(held, "LOOK", 0.0)


@pytest.fixture
def compiled(db: None) -> Compiled:
    one = Compiled()
    one.load()
    return one


def hits(compiled: Compiled, text: str) -> list[int]:
    compiled._look_at = 0.0
    compiled.refresh()
    return sorted(compiled.matcher.match(Post(text)))


def test_a_message_is_of_the_site_that_it_links_to(town: Organisation) -> None:
    source = heard("webhook", "/listening/in/1/", town)
    wanted = alert(town, "brand source:nos.nl")
    links = ("https://nos.nl/artikel/1", "https://www.nos.nl/artikel/2", "https://nu.nl/nos.nl")
    sifter = Sifter(Inbox())
    sifter.compiled.load()
    assert sifter.sift([Batch(source.pk, tuple(Found(link, "Brand", link=link) for link in links))]) == 2
    assert set(Hit.objects.filter(alert=wanted).values_list("item__link", flat=True)) == set(links[:2])


def test_inside_words_finds_parts_of_words_of_four_letters_or_more() -> None:
    query = query_of('dienst OR "de fiscus" OR #dienst OR rug', inside_words=True)
    for text, clause in {
        "een belastingdienstmedewerker": 0,
        "bij de fiscus": 1,
        "op de rug": 3,
    }.items():
        assert Matcher({1: query}).match(Post(text)) == {1: clause}
    assert query.worded(0) == "dienst"


@pytest.mark.parametrize(
    ("text", "tilded"),
    [
        ("belasting* AND kantoor", "belasting* AND ~kantoor"),
        ("brand NEAR/5 school kantoor", "brand NEAR/5 school ~kantoor"),
        ("kantoor -dienst", "~kantoor -dienst"),
        ("from:nos lang:nl kantoor =Kantoor ~dienst @kantoor", "from:nos lang:nl ~kantoor =Kantoor ~dienst @kantoor"),
    ],
)
def test_only_plain_words_are_looked_for_inside(text: str, tilded: str) -> None:
    assert _with_tildes(text) == tilded


def test_a_query_that_cannot_be_read_says_where_in_what_was_written() -> None:
    with pytest.raises(QueryError) as caught:
        query_of("kantoor (dienst", inside_words=True)
    assert caught.value.at == 8


def test_active_alerts_of_all_organisations_are_held(town: Organisation, elsewhere: Organisation) -> None:
    ours, theirs = alert(town, "brand"), alert(elsewhere, "brand OR rook")
    alert(town, "brand", state="paused")
    one = Compiled()
    one.load()
    assert hits(one, "Brand!") == [ours.pk, theirs.pk]
    assert [one.organisation(each.pk) for each in (ours, theirs)] == [town.pk, elsewhere.pk]
    assert one.clause(theirs.pk, 1) == "rook"


def test_a_new_alert_is_in_effect_with_the_next_look(compiled: Compiled, town: Organisation) -> None:
    assert hits(compiled, "Brand!") == []
    row = alert(town, "brand")
    assert hits(compiled, "Brand!") == [row.pk]


def test_changes_pauses_and_ends_are_taken_over(compiled: Compiled, town: Organisation) -> None:
    row = alert(town, "brand")
    assert hits(compiled, "Brand en rook") == [row.pk]
    changed(row, query="rook")
    assert hits(compiled, "Brand") == []
    assert hits(compiled, "Rook") == [row.pk]
    assert compiled.clause(row.pk, 0) == "rook"
    changed(row, inside_words=True)
    assert hits(compiled, "Rookmelder") == [row.pk]
    assert compiled.clause(row.pk, 0) == "rook"
    changed(row, state="paused")
    assert hits(compiled, "Rookmelder") == []
    assert len(compiled) == 0
    changed(row, state="active")
    assert hits(compiled, "Rookmelder") == [row.pk]


def test_a_change_that_was_committed_late_is_found(compiled: Compiled, town: Organisation) -> None:
    hits(compiled, "x")
    late = alert(town, "brand", changed_at=timezone.now() - timedelta(seconds=8))
    assert hits(compiled, "Brand") == [late.pk]
    later = alert(town, "rook", changed_at=timezone.now() - timedelta(minutes=5))
    assert hits(compiled, "Rook") == []
    compiled._long_look_at = 0.0
    assert hits(compiled, "Rook") == [later.pk]


def test_what_did_not_change_is_not_compiled_again(compiled: Compiled, town: Organisation) -> None:
    alert(town, "brand")
    hits(compiled, "x")
    compiled._look_at = 0.0
    assert compiled.refresh() == 0


def test_a_query_that_cannot_be_read_any_more_stops_nobody(compiled: Compiled, town: Organisation) -> None:
    broken, well = alert(town, "(brand"), alert(town, "rook")
    assert hits(compiled, "Brand en rook") == [well.pk]
    changed(broken, query="brand")
    assert hits(compiled, "Brand en rook") == [broken.pk, well.pk]
    changed(broken, query="(brand")
    assert hits(compiled, "Brand en rook") == [well.pk]


def test_many_changes_are_merged_beside_the_matching(
    compiled: Compiled, town: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MERGE_FROM", 10)
    rows = Alert.objects.bulk_create(Alert(organisation=town, name="x", query=f"brand{number}") for number in range(20))
    assert hits(compiled, "brand3 brand17") == [rows[3].pk, rows[17].pk]
    assert compiled._merging is not None
    compiled._merging.join()
    assert compiled.matcher.changed == 0
    assert hits(compiled, "brand3 brand17") == [rows[3].pk, rows[17].pk]


def test_more_alerts_than_one_chunk_are_all_loaded(town: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "CHUNK", 3)
    Alert.objects.bulk_create(Alert(organisation=town, name="x", query=f"brand{number}") for number in range(10))
    one = Compiled()
    one.load()
    assert len(one) == 10


def test_parts_of_words_are_still_found_after_a_merge() -> None:
    matcher = Matcher({1: query_of("dienst", inside_words=True)})
    matcher.put(2, query_of("brand", inside_words=False))
    matcher.merge()
    assert matcher.match(Post("een belastingdienstmedewerker")) == {1: 0}
