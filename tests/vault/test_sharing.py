"""A sealed export by the pages: an administrator asks, a custodian agrees, one of the two takes it, once."""

import json
from collections.abc import Callable
from datetime import timedelta

import pyrage
import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.plugins.house import make_member
from tests.vault.test_exporting import Holder
from tests.vault.test_revealing import proof_of, prove
from vierogen.channels.models import Channel, networks
from vierogen.home.vaults import vaults
from vierogen.ledger.actions import record
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError, subject_of
from vierogen.notices.models import Message
from vierogen.people import departing
from vierogen.people.actions import change_roles
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.practice.records import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault import jobs
from vierogen.vault.actions import reconnect
from vierogen.vault.keeping import keep
from vierogen.vault.models import Export, Secret
from vierogen.vault.offers import ExportsTaken
from vierogen.vault.sharing import agree, ask, take, veto
from vierogen.vault.states import ExportState

Enter = Callable[[Member], Client]
PASSWORD = "vier ogen zien meer"


@pytest.fixture
def holders() -> list[Holder]:
    return [Holder(), Holder()]


@pytest.fixture
def kees(channel: Channel, cora: Member) -> Member:
    """A custodian, of an organisation with a secret."""
    keep(channel, "password", PASSWORD, by=cora)
    return make_member(channel.organisation, "Kees", Role.CUSTODIAN)


@pytest.fixture
def asked(kees: Member, cora: Member, holders: list[Holder]) -> Export:
    return ask(kees.organisation, to=[one.public for one in holders], by=cora, proof=proof_of(cora))


def test_one_asks_another_agrees_and_it_is_taken_once(
    asked: Export, cora: Member, kees: Member, holders: list[Holder]
) -> None:
    with pytest.raises(WrongStateError):
        take(asked, by=cora, proof=proof_of(cora))
    assert [one.action for one in vaults(kees)] == ["Look and decide"]
    agree(asked, by=kees, proof=proof_of(kees))
    assert [one.action for one in vaults(cora)] == ["Take the file"]
    told = json.loads(
        pyrage.decrypt(take(asked, by=cora, proof=proof_of(cora)), [pyrage.x25519.Identity.from_str(holders[1].secret)])
    )
    assert told["organisations"][0]["accounts"][0]["secrets"]["password"]["value"] == PASSWORD
    assert len(told["keys"]) == 1
    with pytest.raises(WrongStateError):
        take(asked, by=cora, proof=proof_of(cora))
    verbs = ["ask_export", "allow_export", "export_secrets", "make_export"]
    assert list(Entry.objects.filter(verb__in=verbs).order_by("pk").values_list("verb", flat=True)) == verbs


def test_nobody_does_it_alone_or_without_the_right(
    asked: Export, cora: Member, kees: Member, anna: Member, otto: Member
) -> None:
    both = make_member(kees.organisation, "Bea", Role.ADMINISTRATOR, Role.CUSTODIAN)
    recipients = list(asked.recipients)
    own = ask(both.organisation, to=recipients, by=both, proof=proof_of(both))
    for by, which in ((both, own), (cora, asked), (anna, asked), (otto, asked)):
        with pytest.raises(PermissionDenied):
            agree(which, by=by, proof=proof_of(by))
    for by in (kees, anna, otto):
        with pytest.raises(PermissionDenied):
            ask(kees.organisation, to=recipients, by=by, proof=proof_of(by))
    with pytest.raises(PermissionDenied):
        agree(asked, by=kees, proof=proof_of(kees, method="password"))
    agree(asked, by=kees, proof=proof_of(kees))
    with pytest.raises(PermissionDenied):
        take(asked, by=both, proof=proof_of(both))
    with pytest.raises(PermissionDenied):
        take(asked, by=cora, proof=None)
    assert take(asked, by=kees, proof=proof_of(kees))


def test_the_keys_of_the_house_stay_in_where_others_live_too(
    asked: Export, cora: Member, kees: Member, holders: list[Holder], elsewhere: Organisation
) -> None:
    agree(asked, by=kees, proof=proof_of(kees))
    sealed = take(asked, by=cora, proof=proof_of(cora))
    told = json.loads(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(holders[0].secret)]))
    assert told["keys"] == []
    assert [one["name"] for one in told["organisations"]] == [cora.organisation.name]


def test_it_lapses_after_ten_minutes(asked: Export, cora: Member, kees: Member) -> None:
    agree(asked, by=kees, proof=proof_of(kees))
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1), tick=False):
        with pytest.raises(WrongStateError):
            take(asked, by=cora, proof=proof_of(cora))
        jobs.lapse("w")
    assert Export.objects.get().state == ExportState.LAPSED
    assert not Entry.objects.filter(verb="export_secrets").exists()


@pytest.mark.parametrize("lost", ["asker", "agreer", "agreer leaves"])
def test_what_was_agreed_in_a_role_that_is_lost_counts_for_nothing(
    asked: Export, cora: Member, kees: Member, lost: str
) -> None:
    ada = make_member(cora.organisation, "Ada", Role.ADMINISTRATOR)
    agree(asked, by=kees, proof=proof_of(kees))
    who, roles = (cora, [Role.AUDITOR]) if lost == "asker" else (kees, [Role.WRITER])
    if lost == "agreer leaves":
        change_roles(kees, roles=[Role.CUSTODIAN], ends_on=kees.organisation.today(), by=ada)
    else:
        change_roles(who, roles=roles, ends_on=None, by=ada)
    by = Member.objects.get(pk=cora.pk)
    with pytest.raises(PermissionDenied, match="may not do that any more"):
        take(asked, by=by, proof=proof_of(by))
    assert not Entry.objects.filter(verb="export_secrets").exists()
    # With the roles back it is as before: nothing else was in the way.
    change_roles(cora, roles=[Role.ADMINISTRATOR], ends_on=None, by=ada)
    change_roles(kees, roles=[Role.CUSTODIAN], ends_on=None, by=ada)
    assert take(asked, by=cora, proof=proof_of(cora))


@pytest.mark.parametrize("is_agreed", [False, True])
def test_custodians_and_administrators_can_stop_it(
    asked: Export, cora: Member, kees: Member, anna: Member, enter: Enter, is_agreed: bool
) -> None:
    ada = make_member(cora.organisation, "Ada", Role.ADMINISTRATOR)
    if is_agreed:
        agree(asked, by=kees, proof=proof_of(kees))
    with pytest.raises(PermissionDenied):
        veto(asked, by=anna)
    page = reverse("vault:export", args=[asked.pk])
    client = enter(ada)
    assert "Stop it" in body(client.get(page))
    Message.objects.all().delete()
    client.post(reverse("vault:export_stop", args=[asked.pk]))
    assert Export.objects.get().state == ExportState.VETOED
    told = {row.email for row in Message.objects.filter(title__contains="was stopped")}
    assert told == ({cora.user.email, kees.user.email} if is_agreed else {cora.user.email})
    assert "Stop it" not in body(client.get(page))
    with pytest.raises(WrongStateError):
        take(asked, by=cora, proof=proof_of(cora))
    assert Entry.objects.filter(verb="veto_export", subject=subject_of(asked)).count() == 1


def test_everybody_who_can_stop_it_hears_of_it(kees: Member, cora: Member, holders: list[Holder]) -> None:
    ada = make_member(cora.organisation, "Ada", Role.ADMINISTRATOR)
    ask(kees.organisation, to=[one.public for one in holders], by=cora, proof=proof_of(cora))
    mails = Message.objects.filter(title__contains="sealed export")
    assert {row.email for row in mails} == {kees.user.email, ada.user.email}
    assert all("can stop it" in row.text for row in mails)


def test_one_recipient_is_not_enough(kees: Member, cora: Member, holders: list[Holder]) -> None:
    with pytest.raises(ValidationError):
        ask(kees.organisation, to=[holders[0].public], by=cora, proof=proof_of(cora))
    assert not Export.objects.exists()


def body(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def test_the_pages_lead_from_the_wish_to_the_file(
    kees: Member, cora: Member, enter: Enter, holders: list[Holder]
) -> None:
    client = enter(cora)
    prove(client, cora)
    wrong = client.post(reverse("vault:export_ask"), {"recipients": holders[0].public})
    assert wrong.status_code == 422
    client.post(reverse("vault:export_ask"), {"recipients": "\n".join(one.public for one in holders)})
    asked = Export.objects.get()
    page = reverse("vault:export", args=[asked.pk])
    assert "Take the file" not in body(client.get(page))
    other = Client()
    other.force_login(kees.user, backend="django.contrib.auth.backends.ModelBackend")
    prove(other, kees)
    assert "these people may open everything" in body(other.get(page))
    other.post(reverse("vault:export_agree", args=[asked.pk]))
    assert "Take the file" in body(client.get(page))
    answer = client.post(reverse("vault:export_take", args=[asked.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="vierogen-export.age"'
    assert PASSWORD.encode() in pyrage.decrypt(answer.content, [pyrage.x25519.Identity.from_str(holders[0].secret)])
    assert client.post(reverse("vault:export_take", args=[asked.pk])).status_code == 302
    assert client.get(reverse("vault:export_paper")).content.startswith(b"%PDF")


def test_what_was_in_the_file_is_left_with_both_until_it_changed(
    asked: Export, channel: Channel, official: Account, practice: PracticeServer, cora: Member, kees: Member
) -> None:
    """Whoever chose the recipients, or agreed to them, may hold a key that opens it."""
    taken, lena = ExportsTaken(), make_member(channel.organisation, "Lena", Role.ADMINISTRATOR)
    agree(asked, by=kees, proof=proof_of(kees))
    assert taken.held_by(cora) == []
    take(asked, by=kees, proof=proof_of(kees))
    for member in (cora, kees):
        assert [one.title for one in taken.held_by(member)] == [f"Password of {channel}", f"The key of {channel}"]
    assert taken.held_by(lena) == []
    departure = departing.begin(kees, last_day=None, by=cora)
    with pytest.raises(ValidationError):
        departing.close(departure, by=cora)
    # The same key again settles nothing; another does, and so does a newer password.
    reconnect(channel, server=channel.server, credentials={"token": official.token}, by=lena)
    assert len(taken.held_by(kees)) == 2
    another = practice.network.new_token(official)
    reconnect(channel, server=channel.server, credentials={"token": another.token}, by=lena)
    assert [one.title for one in taken.held_by(kees)] == [f"Password of {channel}"]
    keep(channel, "password", "a newer one", by=lena)
    assert taken.held_by(kees) == []
    departing.close(departure, by=cora)


def test_a_key_that_a_machine_renewed_still_counts_as_the_one_in_the_file(
    asked: Export, channel: Channel, cora: Member, kees: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(asked, by=kees, proof=proof_of(kees))
    take(asked, by=cora, proof=proof_of(cora))
    monkeypatch.setattr(Channel, "network", networks()["x"])
    Secret.objects.update(changed_at=timezone.now())
    assert f"The key of {channel}" in [one.title for one in ExportsTaken().held_by(cora)]
    record(channel.organisation_id, "seal", subject_of(channel), by=cora)
    assert f"The key of {channel}" not in [one.title for one in ExportsTaken().held_by(cora)]
