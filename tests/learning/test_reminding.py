"""Reminders: after three days, then weekly, one mail for all."""

from datetime import UTC, datetime, timedelta

import time_machine

from tests.learning.conftest import Make, agree
from tests.plugins.house import make_member
from vierogen.learning.actions.agreeing import retire
from vierogen.learning.actions.reminding import remind_all
from vierogen.notices.models import Message
from vierogen.people.actions import accept, invite
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role

# After the people of these tests joined.
NOW = datetime(2030, 3, 4, 9, 0, tzinfo=UTC)


def test_who_waits_hears_after_three_days_and_then_once_a_week(card: Make, anna: Member, cora: Member) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        cards = [card(f"card-{number}", title=f"Card {number}") for number in range(2)]
        agree(cards[0], anna, cora)
        agree(cards[1], cora)
        told = []
        for day in range(1, 20):
            clock.move_to(NOW + timedelta(days=day))
            told += [day] * remind_all()
            assert remind_all() == 0
        assert told == [3, 10, 17]
    mails = list(Message.objects.order_by("pk"))
    assert {mail.email for mail in mails} == {anna.user.email}
    assert "Card 1" in mails[0].text
    assert "Card 0" not in mails[0].text
    assert "You have time until" in mails[0].text
    assert "offer, approve or publish nothing" in mails[2].text
    assert "/learning/missing/" in mails[0].text


def test_nobody_hears_of_what_is_done_withdrawn_or_of_another_organisation(
    card: Make, anna: Member, cora: Member, otto: Member
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        first, second = card("first"), card("second")
        agree(first, anna, cora)
        agree(second, cora)
        clock.move_to(NOW + timedelta(days=4))
        retire(second, by=cora)
        assert remind_all() == 0
    assert not Message.objects.exists()


def test_who_left_is_not_reminded(card: Make, town: Organisation, cora: Member) -> None:
    gone = make_member(town, "Gerda", Role.WRITER)
    with time_machine.travel(NOW, tick=False) as clock:
        agree(card(), cora)
        clock.move_to(NOW + timedelta(days=4))
        Member.objects.filter(pk=gone.pk).update(ends_on=NOW.date())
        assert remind_all() == 0
        Member.objects.filter(pk=gone.pk).update(ends_on=None)
        assert remind_all() == 1


def test_who_gets_started_is_reminded_of_that_alone_once_they_came_in(
    card: Make, town: Organisation, cora: Member
) -> None:
    agree(card(), cora)
    with time_machine.travel(NOW, tick=False) as clock:
        nora = invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora)
        Message.objects.all().delete()
        clock.move_to(NOW + timedelta(days=4))
        assert remind_all() == 0
        accept(nora.user, password="a long enough password")
        assert remind_all() == 1
        assert remind_all() == 0
    mail = Message.objects.get()
    assert "Get started" in mail.text
    assert "Look first" not in mail.text
    assert "/welcome/" in mail.text


def test_who_gets_started_is_reminded_where_no_agreement_is_in_force(town: Organisation, cora: Member) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        nora = invite(town, "Nora", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora)
        accept(nora.user, password="a long enough password")
        Message.objects.all().delete()
        told = []
        for day in range(1, 20):  # only a practice post is left
            clock.move_to(NOW + timedelta(days=day))
            told += [day] * remind_all()
        assert told == [3, 10, 17]
    assert {mail.email for mail in Message.objects.all()} == {nora.user.email}
