"""Two organisations agree to be each other's second pair of eyes."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.notices.models import Message
from vierogen.people.models import Member, Partnership
from vierogen.people.partnering import agree, ask, end, partners_of


def _told(member: Member) -> list[str]:
    rows = Entry.objects.filter(organisation_id=member.organisation_id, subject__startswith="people.partnership:")
    return list(rows.order_by("number").values_list("verb", flat=True))


def test_both_administrators_agree_and_both_ledgers_say_so(cora: Member, otto: Member) -> None:
    asked = ask("welzijn anders", by=cora)
    assert partners_of(cora.organisation_id) == []
    assert Message.objects.filter(organisation_id=otto.organisation_id).exists()
    agree(asked, by=otto)
    assert partners_of(cora.organisation_id) == partners_of(otto.organisation_id) == [asked]
    end(asked, by=cora)
    assert partners_of(otto.organisation_id) == []
    assert _told(cora) == _told(otto) == ["ask_partner", "agree", "end"]


def test_who_asked_cannot_say_yes_themselves(cora: Member, otto: Member) -> None:
    asked = ask("Welzijn Anders", by=cora)
    with pytest.raises(PermissionDenied):
        agree(asked, by=cora)
    agree(asked, by=otto)


def test_only_an_administrator_asks_and_agrees(anna: Member, cora: Member, otto: Member) -> None:
    with pytest.raises(PermissionDenied):
        ask("Welzijn Anders", by=anna)
    asked = ask("Welzijn Anders", by=cora)
    with pytest.raises(PermissionDenied):
        end(asked, by=anna)
    end(asked, by=otto)
    with pytest.raises(WrongStateError):
        agree(asked, by=otto)


def test_asking_twice_or_oneself_or_nobody_is_refused(cora: Member, otto: Member) -> None:
    for name in ("Gemeente Voorbeeld", "Nergens"):
        with pytest.raises(ValidationError):
            ask(name, by=cora)
    ask("Welzijn Anders", by=cora)
    for name, by in (("Welzijn Anders", cora), ("Gemeente Voorbeeld", otto)):
        with pytest.raises(ValidationError):
            ask(name, by=by)


def test_the_database_knows_no_partner_of_oneself(cora: Member) -> None:
    told = {"organisation": cora.organisation, "partner": cora.organisation, "asked_by": cora}
    with pytest.raises(IntegrityError), transaction.atomic():
        Partnership.objects.create(**told)


@pytest.mark.usefixtures("otto")
def test_the_page_asks(enter: Callable[[Member], Client], cora: Member, anna: Member) -> None:
    assert enter(anna).get("/people/partners/").status_code == 403
    assert "Ask them" in enter(cora).get("/people/partners/").content.decode()
