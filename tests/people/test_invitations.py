"""Invitations: sent again to whoever never came in, and what the pages say of them meanwhile."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from tests.plugins.house import PASSWORD
from vierogen.ledger.models import Entry
from vierogen.ledger.words import sentence
from vierogen.notices.models import Message
from vierogen.people.actions import accept, end, invite, invite_again
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role

Enter = Callable[[Member], Client]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_whoever_never_came_in_gets_a_second_invitation(town: Organisation, cora: Member, client: Client) -> None:
    nora = invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora)
    Message.objects.all().delete()
    invite_again(nora, by=cora)
    mail = Message.objects.get()
    assert mail.email == "nora@voorbeeld.example"
    path = re.search(r"/join/\S+", mail.text)
    assert path
    assert client.get(path[0]).status_code == 200
    entry = Entry.objects.get(verb="invite_again")
    assert sentence(entry) == "Cora invited Nora again"


def test_whoever_came_in_or_left_gets_none(town: Organisation, cora: Member, anna: Member, enter: Enter) -> None:
    by_password = invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora)
    accept(by_password.user, password=PASSWORD)
    by_single_sign_on = invite(town, "Sam", "sam@voorbeeld.example", roles=[Role.WRITER], by=cora)
    enter(by_single_sign_on)
    gone = invite(town, "Gea", "gea@voorbeeld.example", roles=[Role.WRITER], by=cora)
    end(gone, by=cora)
    Message.objects.all().delete()
    for member in (anna, by_password, by_single_sign_on, gone):
        with pytest.raises(ValidationError, match="needs no invitation"):
            invite_again(member, by=cora)
    assert not Message.objects.exists()
    assert not Entry.objects.filter(verb="invite_again").exists()


def test_only_who_manages_people_here_invites_again(
    town: Organisation, cora: Member, anna: Member, otto: Member
) -> None:
    nora = invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora)
    Message.objects.all().delete()
    for member in (anna, otto):
        with pytest.raises(PermissionDenied):
            invite_again(nora, by=member)
    assert not Message.objects.exists()


def test_the_pages_say_who_has_not_come_in_and_offer_the_invitation_again(
    town: Organisation, cora: Member, anna: Member, visit: Enter
) -> None:
    nora = invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora)
    client = visit(cora)
    again_path = reverse("people:invite_again", args=[nora.pk])
    assert client.get(reverse("people:list")).content.decode().count("invited, has not come in yet") == 1
    assert again_path in client.get(reverse("people:member", args=[nora.pk])).content.decode()
    assert "Send the invitation again" not in client.get(reverse("people:member", args=[anna.pk])).content.decode()
    answer = client.post(again_path, follow=True).content.decode()
    assert "Nora gets a mail with an invitation." in answer
    assert Message.objects.count() == 2
    accept(nora.user, password=PASSWORD)
    assert "has not come in yet" not in client.get(reverse("people:list")).content.decode()
    assert "needs no invitation" in client.post(again_path, follow=True).content.decode()
    assert Message.objects.count() == 2


def test_an_invitation_that_is_over_leads_to_a_new_password(client: Client, town: Organisation) -> None:
    page = client.get(reverse("people:accept", args=["MQ", "x"])).content.decode()
    assert reverse("account_reset_password") in page


@pytest.mark.parametrize(
    ("fate", "words"),
    [
        ({}, "Waiting to be sent"),
        ({"attempts": 1, "problem": "451 later"}, "Not taken yet, tried again soon"),
        ({"failed_at": NOON, "next_at": None, "problem": "550 nobody here"}, "Not delivered"),
        ({"sent_at": NOON, "next_at": None}, "Sent"),
    ],
)
def test_the_first_steps_say_what_became_of_the_invitation(
    fate: dict[str, Any], words: str, town: Organisation, cora: Member, visit: Enter
) -> None:
    nora = invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.REVIEWER], by=cora)
    Message.objects.update(**fate)
    page = visit(cora).get(reverse("people:first_steps")).content.decode()
    assert "The invitation to Nora" in page
    assert words in page
    assert (reverse("people:member", args=[nora.pk]) in page) == ("sent_at" not in fate)


def test_the_first_steps_wait_for_nobody_once_everybody_is_in(cora: Member, anna: Member, visit: Enter) -> None:
    assert "The invitation to" not in visit(cora).get(reverse("people:first_steps")).content.decode()
