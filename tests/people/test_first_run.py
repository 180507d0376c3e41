"""The first run: a one-time address, an organisation, and two people."""

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.people.conftest import is_in
from tests.plugins.house import PASSWORD
from tests.servers.smtp import Mailbox
from vierogen.ledger.models import Entry
from vierogen.notices import mail
from vierogen.notices.jobs import send_due
from vierogen.people import first_run
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Right

TOLD = {
    "organisation": "Gemeente Voorbeeld",
    "name": "Cora",
    "email": "cora@voorbeeld.example",
    "password": "a long enough password",
    "second_name": "Ben",
    "second_email": "ben@voorbeeld.example",
}


@pytest.fixture(autouse=True)
def empty_house(tmp_path: Path, settings: Any) -> Iterator[None]:
    """An installation that nobody has used."""
    settings.HOME = tmp_path
    yield
    mail.hang_up()


@pytest.fixture
def path(db: None) -> str:
    """The one-time address, without its beginning."""
    return first_run.setup_address().removeprefix("http://localhost:8000")


def test_the_address_is_handed_out_until_there_is_an_organisation(client: Client, path: str) -> None:
    assert first_run.setup_address().endswith(path)
    client.post(path, TOLD)
    assert first_run.setup_address() == ""


def test_only_its_owner_can_read_the_token(path: str, settings: Any) -> None:
    assert (settings.HOME / "setup-token").stat().st_mode & 0o077 == 0


def test_the_command_init_prints_the_address(db: None, capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    call_command("init")
    assert first_run.setup_address() in capsys.readouterr().out.splitlines()


def test_opening_the_address_changes_nothing(client: Client, path: str) -> None:
    for _ in range(2):
        assert client.get(path).status_code == 200
    assert not Organisation.objects.exists()
    assert not User.objects.exists()


def test_the_wizard_makes_an_organisation_with_two_people(client: Client, path: str) -> None:
    assert client.post(path, TOLD)["Location"] == reverse("people:first_steps")
    organisation = Organisation.objects.get()
    assert {member.name for member in organisation.members.all()} == {"Cora", "Ben"}
    assert client.get(reverse("people:first_steps")).status_code == 200
    assert [entry.verb for entry in Entry.objects.order_by("number")] == ["found", "join", "join"]


def test_between_them_they_can_do_everything_and_neither_alone(client: Client, path: str) -> None:
    client.post(path, TOLD)
    first, second = Member.objects.order_by("pk")
    assert first.rights | second.rights == set(Right)
    assert not first.may(Right.REVIEW)
    assert second.may(Right.REVIEW)


@pytest.mark.parametrize("field", [*TOLD])
def test_nothing_can_be_left_out_the_second_person_least_of_all(client: Client, path: str, field: str) -> None:
    answer = client.post(path, {**TOLD, field: ""})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("same", ["cora@voorbeeld.example", "CORA@voorbeeld.EXAMPLE"])
def test_the_same_address_twice_is_not_two_people(client: Client, path: str, same: str) -> None:
    assert client.post(path, {**TOLD, "second_email": same}).status_code == 422
    assert not Organisation.objects.exists()
    assert client.post(path, TOLD).status_code == 302


@pytest.mark.parametrize("weak", ["short", "qwerty123456", "cora@voorbeeld", "de Vries, Cora"])
def test_a_weak_password_is_refused(client: Client, path: str, weak: str) -> None:
    assert "password" in client.post(path, {**TOLD, "name": "Cora de Vries", "password": weak}).context["form"].errors


def test_the_address_works_once(client: Client, path: str) -> None:
    client.post(path, TOLD)
    for browser in (client, Client()):
        assert browser.get(path).status_code == 404
        assert browser.post(path, {**TOLD, "email": "evil@elsewhere.example"}).status_code == 404
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize("token", ["wrong", "wr\N{LATIN SMALL LETTER O WITH DIAERESIS}ng", "."])
def test_another_token_opens_nothing(client: Client, path: str, token: str) -> None:
    assert client.get(reverse("people:setup", args=[token])).status_code == 404


def test_without_a_token_handed_out_nothing_opens(client: Client, db: None) -> None:
    assert client.get(reverse("people:setup", args=["x"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_wins(path: str) -> None:
    begin, outcomes = Barrier(2), []

    def set_up(number: int) -> None:
        begin.wait()
        try:
            first_run.set_up(
                path.split("/")[2],
                name="Gemeente Voorbeeld",
                first=first_run.Person("Cora", f"cora{number}@voorbeeld.example"),
                password="a long enough password",
                second=first_run.Person("Ben", f"ben{number}@voorbeeld.example"),
            )
            outcomes.append("made")
        except PermissionDenied:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=set_up, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
    assert Organisation.objects.count() == 1


def test_when_it_goes_wrong_the_address_still_works(client: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(first_run, "invite", broken)
        with pytest.raises(RuntimeError):
            client.post(path, TOLD)
    assert not Organisation.objects.exists()
    assert client.post(path, TOLD).status_code == 302


class TestInvitation:
    """The second person gets a mail, by a real SMTP conversation."""

    @pytest.fixture
    def link(self, client: Client, path: str, mailbox: Mailbox) -> str:
        """The path in the mail."""
        client.post(path, TOLD)
        client.logout()
        send_due("worker")
        text = mailbox.wait_for(lambda received: received.recipients == ("ben@voorbeeld.example",)).text
        return re.findall(r"http://localhost:8000(/join/\S+)", text)[0]

    def accept(self, client: Client, link: str, password: str = PASSWORD) -> Any:
        """Choose a password."""
        return client.post(link, {"new_password1": password, "new_password2": password})

    def test_its_link_lets_the_second_person_choose_a_password(self, client: Client, link: str) -> None:
        assert client.get(link).status_code == 200
        assert self.accept(client, link).status_code == 302
        assert client.get(reverse("home:today")).status_code == 200
        assert Entry.objects.order_by("-number")[0].verb == "accept"

    def test_opening_it_logs_nobody_in(self, client: Client, link: str) -> None:
        client.get(link)
        assert not is_in(client)
        assert not User.objects.get(email="ben@voorbeeld.example").has_usable_password()

    def test_it_works_once(self, client: Client, link: str) -> None:
        self.accept(client, link)
        thief = Client()
        assert thief.get(link).status_code == 410
        assert self.accept(thief, link, "the password of a thief").status_code == 410
        assert not is_in(thief)

    def test_a_weak_password_is_refused(self, client: Client, link: str) -> None:
        assert self.accept(client, link, "short").status_code == 422
        assert not is_in(client)

    @pytest.mark.parametrize("code", ["MQ", "%%%", "999999999999999999999999"])
    def test_a_made_up_link_opens_nothing(self, client: Client, link: str, code: str) -> None:
        made_up = reverse("people:accept", args=[code, link.rstrip("/").rpartition("/")[2]])
        assert client.get(made_up).status_code == 410
