"""An incident is a plain record for now: opened by who answers alarms, from a stray or from nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from tests.plugins.house import make_member
from tests.watch.conftest import by_phone, look_again, network, watched  # noqa: F401 - a watched channel
from vierogen.incidents.actions import close, open_incident, reopen, write_note
from vierogen.incidents.models import Incident
from vierogen.incidents.states import State
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.watch.models import Stray
from vierogen.watch.states import State as StrayState

Enter = Callable[[Member], Client]


@pytest.fixture
def stray(look_again: Any, by_phone: Any) -> Stray:  # noqa: F811 - fixtures
    """A post by phone, seen."""
    by_phone("Oeps")
    found: Stray = look_again()[0]
    return found


def test_a_stray_is_handed_on_to_an_incident_once(stray: Stray, dirk: Member) -> None:
    incident = open_incident("Privéfoto op Mastodon", by=dirk, stray=stray)
    assert Stray.objects.get().state == StrayState.HANDED_ON
    assert not Stray.objects.get().is_ringing
    assert incident.stray == stray
    with pytest.raises(WrongStateError):
        open_incident("Nog een keer", by=dirk, stray=stray)
    assert Incident.objects.count() == 1


def test_what_people_write_stays_out_of_the_ledger_itself(stray: Stray, dirk: Member) -> None:
    incident = open_incident("Privéfoto", note="Van Jan", by=dirk)
    write_note(incident, note="Van Jan, op het strand", by=dirk)
    for entry in Entry.objects.filter(subject=f"incidents.incident:{incident.pk}"):
        assert "Jan" not in str(entry.facts)
        assert "note" in entry.commitments


def test_an_incident_needs_a_title(dirk: Member) -> None:
    with pytest.raises(ValidationError):
        open_incident("  ", by=dirk)


def test_only_who_answers_alarms_opens_and_closes(
    stray: Stray, dirk: Member, anna: Member, cora: Member, otto: Member
) -> None:
    incident = open_incident("Privéfoto", by=dirk)
    for member in (anna, cora):
        with pytest.raises(PermissionDenied):
            open_incident("Privéfoto", by=member)
    with pytest.raises(PermissionDenied):
        open_incident("Privéfoto", by=otto, stray=stray)
    for member in (anna, cora, otto):
        with pytest.raises(PermissionDenied):
            close(incident, by=member)
    assert Incident.objects.get().is_open
    assert Stray.objects.get().is_open


def test_an_incident_is_closed_and_opened_again(dirk: Member) -> None:
    incident = open_incident("Privéfoto", by=dirk)
    close(incident, by=dirk)
    with pytest.raises(WrongStateError):
        close(incident, by=dirk)
    assert Incident.objects.get().closed_by == dirk
    reopen(incident, by=dirk)
    assert Incident.objects.get().state == State.OPEN
    assert Incident.objects.get().closed_at is None


def test_the_pages_open_note_and_close(stray: Stray, enter: Enter, dirk: Member) -> None:
    client = enter(dirk)
    address = f"{reverse('incidents:open')}?stray={stray.pk}"
    assert stray.channel.handle in client.get(address).content.decode()
    assert client.post(address, {"title": " "}).status_code == 200
    client.post(address, {"title": "Privéfoto", "note": "Van Jan"})
    incident = Incident.objects.get()
    assert incident.stray == stray
    detail = reverse("incidents:detail", args=[incident.pk])
    client.post(reverse("incidents:note", args=[incident.pk]), {"note": "Van Jan, gezien door veel mensen"})
    assert "gezien door veel mensen" in client.get(detail).content.decode()
    assert client.get(reverse("incidents:close", args=[incident.pk])).status_code == 405
    client.post(reverse("incidents:close", args=[incident.pk]))
    assert Incident.objects.get().state == State.CLOSED
    client.post(reverse("incidents:reopen", args=[incident.pk]))
    assert Incident.objects.get().is_open
    assert "Privéfoto" in client.get(reverse("incidents:list")).content.decode()


def test_a_second_incident_of_a_stray_is_refused_on_the_page(stray: Stray, enter: Enter, dirk: Member) -> None:
    open_incident("Privéfoto", by=dirk, stray=stray)
    answer = enter(dirk).post(f"{reverse('incidents:open')}?stray={stray.pk}", {"title": "Nog een"})
    assert answer.status_code == 200
    assert Incident.objects.count() == 1


def test_nothing_of_another_organisation_can_be_reached(stray: Stray, enter: Enter, dirk: Member, otto: Member) -> None:
    incident = open_incident("Privéfoto", by=dirk)
    client = enter(otto)
    assert "Privéfoto" not in client.get(reverse("incidents:list")).content.decode()
    assert client.get(f"{reverse('incidents:open')}?stray={stray.pk}").status_code == 404
    assert client.get(reverse("incidents:detail", args=[incident.pk])).status_code == 404
    for name in ("close", "reopen"):
        assert client.post(reverse(f"incidents:{name}", args=[incident.pk])).status_code == 404


def test_a_writer_has_no_business_there(enter: Enter, anna: Member) -> None:
    assert enter(anna).get(reverse("incidents:list")).status_code == 403


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_who_reads_incidents_reads_their_alarm_too_and_answers_nothing(
    stray: Stray, enter: Enter, dirk: Member, town: Organisation, role: Role
) -> None:
    incident = open_incident("Privéfoto", by=dirk, stray=stray)
    client = enter(make_member(town, "Rea", role))
    assert "All incidents" in client.get(reverse("watch:list")).content.decode()
    page = client.get(reverse("watch:stray", args=[stray.pk])).content.decode()
    assert reverse("incidents:detail", args=[incident.pk]) in page
    page = client.get(reverse("notices:alarm", args=[stray.alarm_id])).content.decode()
    assert "Who was called" in page
    assert client.post(reverse("notices:acknowledge", args=[stray.alarm_id])).status_code == 403


def test_an_alarm_that_rings_has_its_button_for_who_answers_alone(
    stray: Stray, enter: Enter, dirk: Member, town: Organisation
) -> None:
    page, button = (
        reverse("notices:alarm", args=[stray.alarm_id]),
        reverse("notices:acknowledge", args=[stray.alarm_id]),
    )
    assert button in enter(dirk).get(page).content.decode()
    assert button not in enter(make_member(town, "Aad", Role.AUDITOR)).get(page).content.decode()


def test_an_auditor_reads_and_changes_nothing(town: Organisation, dirk: Member, enter: Enter) -> None:
    incident = open_incident("Privéfoto", note="Van het strand", by=dirk)
    client = enter(make_member(town, "Aad", Role.AUDITOR))
    page = client.get(reverse("incidents:detail", args=[incident.pk])).content.decode()
    assert "Van het strand" in page
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]
    assert incident.title in client.get(reverse("incidents:list")).content.decode()
    assert client.post(reverse("incidents:note", args=[incident.pk]), {"note": "Anders"}).status_code == 403
    assert Incident.objects.get().note == "Van het strand"


def test_a_stray_of_an_incident_that_vanished_gets_no_second_one(stray: Stray, dirk: Member) -> None:
    open_incident("Privéfoto", by=dirk, stray=stray)
    Stray.objects.update(state=StrayState.VANISHED)
    with pytest.raises(WrongStateError):
        open_incident("Nog een keer", by=dirk, stray=Stray.objects.get())
    assert Incident.objects.count() == 1
