"""The ledger for people: readable sentences, verifying, export."""

import ast
import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.plugins.house import make_member
from vierogen.channels.models import Channel
from vierogen.ledger import guard
from vierogen.ledger.actions import Machine, forget, record
from vierogen.ledger.models import Entry, Head, Opening
from vierogen.ledger.words import NOUNS, SENTENCES, sentence
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts.actions.reviewing import publish_in_emergency
from vierogen.posts.actions.writing import Content, begin, submit

HOUSE = Path(__file__).resolve().parents[2] / "vierogen"
Visit = Callable[[Member], Client]


def body(answer: HttpResponse) -> str:
    content = answer.getvalue() if answer.streaming else answer.content
    return " ".join(content.decode().split())


@pytest.fixture
def auditor(visit: Visit, town: Organisation) -> Client:
    """Somebody who reads along."""
    return visit(make_member(town, "Roos", Role.AUDITOR))


# What writes an entry, and the short forms of it: of the vault, and for another organisation's ledger.
RECORDING = {"record", "_record", "record_there", "judged"}


def verbs() -> Iterator[str]:
    """Every verb that the house writes: the lines of the tables of moves, and what is recorded by itself."""
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                yield from (_word(key) for key, value in zip(node.keys, node.values, strict=True) if _is_step(value))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RECORDING:
                yield from (word for verb in node.args[1:2] for word in _words(verb))


def _is_step(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "step"


def _words(verb: ast.expr) -> list[str]:
    """The verb, or the two of which a condition chooses one."""
    either = [verb.body, verb.orelse] if isinstance(verb, ast.IfExp) else [verb]
    return [_word(each) for each in either if isinstance(each, ast.Constant)]


def _word(node: ast.expr | None) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


def test_every_verb_has_a_sentence_and_every_sentence_a_verb() -> None:
    written = set(verbs())
    known = {key.rpartition(" ")[2] for key in SENTENCES}
    assert written - known == set()
    assert known - written == set()


def test_every_sentence_says_who() -> None:
    assert [key for key, words in SENTENCES.items() if "%(who)s" not in words] == []


def test_every_kind_of_record_that_a_sentence_names_has_a_noun(
    auditor: Client, channel: Channel, anna: Member, ben: Member, dirk: Member
) -> None:
    version = begin(channel.organisation, Content("De markt is vrijdag.", (channel,)), by=anna)
    submit(version, by=anna)
    publish_in_emergency(version, by=dirk, reason="Storm")
    kinds = {entry.subject.partition(":")[0] for entry in Entry.objects.all() if "%(what)s" in SENTENCES[entry.verb]}
    assert kinds <= set(NOUNS)


def test_the_page_says_who_did_what_and_leads_there(
    auditor: Client, channel: Channel, anna: Member, ben: Member, dirk: Member
) -> None:
    version = begin(channel.organisation, Content("De markt is vrijdag.", (channel,)), by=anna)
    publish_in_emergency(version, by=dirk, reason="De storm komt eraan.")
    page = body(auditor.get(reverse("ledger:list")))
    assert f"Anna began post {version.post_id}" in page
    assert f"Dirk published post {version.post_id} in an emergency" in page
    assert "“De storm komt eraan.”" in page
    assert reverse("posts:detail", args=[version.post_id]) in page
    assert "Vierogen gave Anna a place" in page
    assert "De markt is vrijdag." not in page


def test_what_was_forgotten_is_not_shown_and_the_rest_still_holds(
    auditor: Client, channel: Channel, anna: Member
) -> None:
    begin(channel.organisation, Content("De markt is vrijdag.", (channel,)), by=anna)
    forget(channel.organisation_id, anna.actor, by=Machine("test"))
    page = body(auditor.get(reverse("ledger:list")))
    assert "Anna" not in page
    assert f"{anna.actor} began post" in page
    assert "The ledger holds" in body(auditor.post(reverse("ledger:verify"), follow=True))


@pytest.mark.parametrize(
    ("subject", "words"),
    [("people.member:3", "Vierogen ended the access of member 3"), ("notices.alarm:3", "Vierogen ended alarm 3")],
)
def test_an_alarm_ends_and_a_member_s_access_is_ended(town: Organisation, subject: str, words: str) -> None:
    with transaction.atomic():
        entry = record(town.pk, "end", subject, by=Machine("test"))
    assert sentence(entry) == words


def test_a_verb_that_nobody_translated_is_shown_as_it_is(town: Organisation) -> None:
    with transaction.atomic():
        entry = record(town.pk, "dance", "people.organisation:1", by=Machine("test"))
    assert sentence(entry) == "Vierogen: dance (people.organisation:1)"


def test_verifying_says_how_much_was_read(auditor: Client) -> None:
    answer = auditor.post(reverse("ledger:verify"), follow=True)
    assert f"The ledger holds: {Entry.objects.count()} entries read." in body(answer)


def test_verifying_says_where_it_does_not_hold(auditor: Client, anna: Member) -> None:
    guard.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET verb = 'dance' WHERE number = 2")
    answer = auditor.post(reverse("ledger:verify"), follow=True)
    assert "The ledger does NOT hold, first at entry 2." in body(answer)


def test_verifying_misses_a_chain_that_is_gone(auditor: Client, anna: Member) -> None:
    guard.remove(connection)
    for model in (Opening, Entry, Head):
        model._base_manager.all().delete()
    answer = auditor.post(reverse("ledger:verify"), follow=True)
    assert "The ledger does NOT hold, first at entry 1." in body(answer)


def test_the_export_is_a_line_for_each_entry_without_a_name(auditor: Client, anna: Member) -> None:
    answer = auditor.get(reverse("ledger:export"))
    assert answer["Content-Disposition"] == 'attachment; filename="ledger.ndjson"'
    lines = [json.loads(line) for line in answer.getvalue().decode().splitlines()]
    assert [line["number"] for line in lines] == list(range(1, Entry.objects.count() + 1))
    assert "Anna" not in json.dumps(lines)
    assert all(later["previous"] == earlier["hash"] for earlier, later in pairwise(lines))


def test_each_organisation_reads_its_own(visit: Visit, channel: Channel, otto: Member) -> None:
    client = visit(otto)
    assert "Cora" not in body(client.get(reverse("ledger:list")))
    assert "channels.channel" not in body(client.get(reverse("ledger:export")))


def test_the_pages_are_for_who_may_read_it(visit: Visit, anna: Member) -> None:
    client = visit(anna)
    assert client.get(reverse("ledger:list")).status_code == 403
    assert client.get(reverse("ledger:export")).status_code == 403
    assert client.post(reverse("ledger:verify")).status_code == 403
