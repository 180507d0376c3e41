"""Telling, ringing and answering."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from vierogen.ledger.actions import Machine, verify
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.notices import actions
from vierogen.notices.actions import Addressee, acknowledge, end, ring, tell
from vierogen.notices.models import Alarm, Message, Push, PushSubscription
from vierogen.notices.states import State
from vierogen.people.models import Member, Organisation

WATCH = Machine("watch")
VALUES = {"account": "@gemeente_x", "due": datetime(2026, 1, 5, 12, tzinfo=UTC)}
ANNA = Addressee(1, "anna@voorbeeld.example", "Anna", "nl")
BEN = Addressee(2, "ben@voorbeeld.example", "Ben", "en")


def add_device(user_id: int, endpoint: str = "https://push.example/1") -> PushSubscription:
    return actions.subscribe(user_id, endpoint=endpoint, p256dh="p", auth="a")


@pytest.fixture
def alarm(town: Organisation, template: str) -> Alarm:
    return ring(
        town.pk,
        subject="watch.stray:1",
        ladder=[ANNA, BEN],
        template=template,
        values=VALUES,
        link="/watch/1/",
        by=WATCH,
    )


@pytest.mark.django_db
def test_everybody_is_told_in_their_own_language(template: str) -> None:
    dutch, english = tell(1, [ANNA, BEN], template=template, values=VALUES)
    assert (dutch.email, dutch.title) == (ANNA.email, "@gemeente_x & co: maandag")
    assert (english.email, english.title) == (BEN.email, "@gemeente_x & co: Monday")
    assert "Hello Ben" in english.text
    assert dutch.mail_id != english.mail_id


@pytest.mark.django_db
def test_nobody_is_told_what_was_rolled_back(template: str) -> None:
    with transaction.atomic():
        tell(1, [ANNA], template=template, values=VALUES)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_devices_get_only_what_is_urgent_and_only_title_and_link(template: str) -> None:
    add_device(ANNA.user_id)
    add_device(3, "https://push.example/3")
    tell(1, [ANNA], template=template, values=VALUES, link="/posts/1/")
    assert not Push.objects.exists()
    tell(1, [ANNA], template=template, values=VALUES, link="/posts/1/", urgent=True)
    push = Push.objects.get()
    assert push.subscription.user_id == ANNA.user_id
    assert (push.title, push.link) == ("@gemeente_x & co: maandag", "/posts/1/")


@pytest.mark.django_db
def test_a_mail_cannot_be_sent_and_failed_or_settled_and_waiting(template: str) -> None:
    message = tell(1, [ANNA], template=template, values=VALUES)[0]
    settled = VALUES["due"]
    for impossible in (
        {"sent_at": settled, "failed_at": settled, "next_at": None},
        {"sent_at": settled},
        {"failed_at": settled},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.filter(pk=message.pk).update(**impossible)


def test_an_alarm_tells_the_first_of_the_ladder_at_once(alarm: Alarm) -> None:
    assert alarm.state == State.RINGING
    assert [(mail.email, mail.urgent) for mail in alarm.messages.all()] == [(ANNA.email, True)]
    assert alarm.next_at is not None
    assert (alarm.next_at - alarm.rung_at).total_seconds() == 120
    assert [bool(step.told_at) for step in alarm.steps.all()] == [True, False]


def test_an_alarm_says_where_to_answer_it(alarm: Alarm) -> None:
    assert f"/notices/alarms/{alarm.pk}/" in alarm.messages.get().text


def test_the_ledger_knows_what_rang_and_no_names(alarm: Alarm) -> None:
    entry = Entry.objects.get(verb="ring")
    assert entry.facts == {"about": "watch.stray:1", "ladder": 2}
    assert entry.actor == "machine:watch"
    assert verify(alarm.organisation_id) == (2, [])


def test_an_alarm_without_a_ladder_still_rings(town: Organisation, template: str, caplog: Any) -> None:
    lonely = ring(town.pk, subject="x:1", ladder=[], template=template, values=VALUES, link="", by=WATCH)
    assert list(Alarm.objects.ringing()) == [lonely]
    assert lonely.next_at is None
    assert "nobody to tell" in caplog.text


def test_a_duty_officer_answers_and_nobody_else_is_called(alarm: Alarm, dirk: Member) -> None:
    acknowledge(alarm, by=dirk)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.next_at, alarm.answered_by) == (State.ACKNOWLEDGED, None, "Dirk")
    assert Entry.objects.get(verb="acknowledge").actor == dirk.actor


def test_a_mail_of_an_answered_alarm_that_never_left_is_withdrawn(alarm: Alarm, dirk: Member) -> None:
    other = tell(alarm.organisation_id, [ANNA], template="notices/mail/test", values={})[0]
    acknowledge(alarm, by=dirk)
    assert list(Message.objects.all()) == [other]


def test_an_alarm_is_answered_once(alarm: Alarm, dirk: Member) -> None:
    again = Alarm.objects.get(pk=alarm.pk)
    acknowledge(alarm, by=dirk)
    with pytest.raises(WrongStateError):
        acknowledge(again, by=dirk)


def test_a_writer_cannot_answer_an_alarm(alarm: Alarm, anna: Member) -> None:
    with pytest.raises(PermissionDenied):
        acknowledge(alarm, by=anna)
    assert Alarm.objects.get().is_ringing


def test_another_organisation_cannot_answer_an_alarm(alarm: Alarm, otto: Member) -> None:
    with pytest.raises(PermissionDenied):
        acknowledge(alarm, by=otto)
    assert Alarm.objects.get().is_ringing


@pytest.mark.parametrize("answered", [True, False])
def test_an_alarm_ends_answered_or_not(alarm: Alarm, dirk: Member, answered: bool) -> None:
    if answered:
        acknowledge(alarm, by=dirk)
    end(alarm, by=WATCH)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.next_at) == (State.ENDED, None)
    assert alarm.ended_at
    with pytest.raises(WrongStateError):
        acknowledge(alarm, by=dirk)


def test_what_a_machine_settles_is_still_told_and_what_a_person_settles_is_not(alarm: Alarm, dirk: Member) -> None:
    again = Alarm.objects.get(pk=alarm.pk)
    with transaction.atomic():
        end(alarm, by=WATCH)
        assert Message.objects.exists()
        transaction.set_rollback(True)
    end(again, by=dirk)
    assert not Message.objects.exists()


def test_an_answered_alarm_can_call_nobody(alarm: Alarm, dirk: Member) -> None:
    acknowledge(alarm, by=dirk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.filter(pk=alarm.pk).update(next_at=alarm.rung_at)


@pytest.mark.django_db
def test_a_browser_belongs_to_who_used_it_last() -> None:
    first, second = add_device(1), add_device(2)
    assert first.pk == second.pk
    assert PushSubscription.objects.get().user_id == 2


@pytest.mark.django_db
def test_the_eleventh_device_is_refused_and_a_known_one_is_not() -> None:
    for number in range(10):
        add_device(1, f"https://push.example/{number}")
    add_device(1, "https://push.example/0")
    with pytest.raises(ValidationError, match="10"):
        add_device(1, "https://push.example/10")


@pytest.mark.django_db
def test_only_the_owner_removes_a_device() -> None:
    device = add_device(1)
    assert not actions.unsubscribe(2, device_id=device.pk)
    assert actions.unsubscribe(1, device_id=device.pk)
    assert not PushSubscription.objects.exists()


@pytest.mark.django_db
def test_a_test_comes_as_an_alarm_would(as_addressee: Callable[[Member], Addressee], anna: Member) -> None:
    add_device(anna.user_id)
    message = actions.test(anna.organisation_id, by=as_addressee(anna))
    assert message.urgent
    assert message.email == anna.user.email
    assert Push.objects.get().title == message.title
