"""What is due goes out, once; what nobody answers is escalated."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from tests.servers.smtp import Mailbox
from vierogen.core.leases import LEASE, taken
from vierogen.ledger.actions import Machine
from vierogen.ledger.models import Entry
from vierogen.notices import mail
from vierogen.notices.actions import A_DAY, AGAIN, Addressee, acknowledge, ring, tell
from vierogen.notices.jobs import KEPT, MAIL_LASTS, escalate_due, forget_old, next_due, send_due
from vierogen.notices.models import Alarm, Message
from vierogen.people.models import Member, Organisation

WATCH = Machine("watch")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
VALUES = {"account": "@gemeente_x", "due": NOON}
LADDER = [
    Addressee(n, f"{name.lower()}@voorbeeld.example", name, "en") for n, name in enumerate(["Anna", "Ben", "Cas"])
]


def queue(count: int = 1) -> list[Message]:
    people = [Addressee(n, f"person{n}@voorbeeld.example", f"Person {n}", "nl") for n in range(count)]
    return tell(1, people, template="notices/mail/test", values={})


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


@pytest.fixture
def alarm(clock: Any, town: Organisation, template: str) -> Alarm:
    return ring(
        town.pk,
        subject="watch.stray:1",
        ladder=LADDER,
        template=template,
        values=VALUES,
        link="/w/",
        by=WATCH,
    )


def called(mailbox: Mailbox) -> list[str]:
    """Who got a mail since the last time, after all that is due went out."""
    escalate_due()
    send_due("worker")
    people = [received.recipients[0].partition("@")[0] for received in mailbox.mails]
    mailbox.clear()
    return people


@pytest.mark.django_db
def test_what_is_queued_is_sent_and_noted(mailbox: Mailbox) -> None:
    message = queue()[0]
    assert send_due("worker") == 1
    message.refresh_from_db()
    assert message.sent_at
    assert (message.next_at, message.lease_owner, message.attempts) == (None, "", 1)
    assert mailbox.wait_for().message["Message-ID"] == message.mail_id
    assert send_due("worker") == 0


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_sending(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    queue()
    seen = []
    send = mail.send

    def watched(message: Message) -> None:
        seen.append(connection.in_atomic_block)
        send(message)

    monkeypatch.setattr(mail, "send", watched)
    assert send_due("worker") == 1
    assert seen == [False]


@pytest.mark.django_db
def test_a_greylisted_mail_is_tried_again_later_and_then_arrives(mailbox: Mailbox, clock: Any) -> None:
    message = queue()[0]
    mailbox.greylist = 2
    assert send_due("worker") == 0
    message.refresh_from_db()
    assert message.problem.startswith("451")
    assert list(Message.objects.troubled()) == [message]
    assert send_due("worker") == 0, "not before its time"
    assert mailbox.greylist == 1
    for _ in range(2):
        clock.move_to(next_due())
        send_due("worker")
    message.refresh_from_db()
    assert message.sent_at
    assert (message.problem, message.attempts) == ("", 3)
    assert [received.message["Message-ID"] for received in mailbox.mails] == [message.mail_id]


@pytest.mark.django_db
def test_a_mail_refused_for_good_is_noted_and_not_tried_again(mailbox: Mailbox, clock: Any) -> None:
    message = tell(1, [Addressee(1, "nobody", "Nobody", "en")], template="notices/mail/test", values={})[0]
    assert send_due("worker") == 0
    message.refresh_from_db()
    assert message.failed_at
    assert message.problem
    assert next_due() is None
    assert list(Message.objects.troubled()) == [message]


@pytest.mark.django_db
def test_one_bad_address_does_not_hold_up_the_others(mailbox: Mailbox) -> None:
    tell(1, [Addressee(1, "nobody", "Nobody", "en")], template="notices/mail/test", values={})
    queue(3)
    assert send_due("worker") == 3


@pytest.mark.django_db
def test_while_the_server_is_away_everything_waits_together_and_then_goes(
    mailbox: Mailbox, settings: Any, clock: Any, nobody_listens: int
) -> None:
    settings.EMAIL_PORT = nobody_listens
    queue(5)
    for outage in (1, 2, 4):
        assert send_due("worker") == 0
        assert next_due() == timezone.now() + timedelta(seconds=outage)
        clock.move_to(next_due())
    assert Message.objects.filter(attempts__gt=0).count() == 1, "the others were not even tried"
    settings.EMAIL_PORT = mailbox.port
    assert send_due("worker") == 5


@pytest.mark.django_db
def test_after_four_days_a_mail_has_failed(mailbox: Mailbox, clock: Any) -> None:
    message = queue()[0]
    mailbox.greylist = 1
    clock.shift(MAIL_LASTS)
    send_due("worker")
    message.refresh_from_db()
    assert message.failed_at


@pytest.mark.django_db
def test_a_mail_in_the_hands_of_a_living_sender_is_left_alone_and_taken_over_from_a_dead_one(
    mailbox: Mailbox, clock: Any
) -> None:
    message = queue()[0]
    assert Message.objects.claim("killed") == message
    assert send_due("worker") == 0
    assert next_due() == timezone.now() + LEASE
    clock.shift(LEASE + timedelta(milliseconds=1))
    assert send_due("worker") == 1
    assert mailbox.wait_for().message["Message-ID"] == message.mail_id


@pytest.mark.django_db
def test_a_sender_that_lost_its_lease_notes_nothing(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    message = queue()[0]
    monkeypatch.setattr(mail, "send", lambda message: Message.objects.filter(pk=message.pk).update(**taken("other")))
    send_due("worker")
    message.refresh_from_db()
    assert (message.sent_at, message.lease_owner) == (None, "other")


@pytest.mark.django_db(transaction=True)
def test_senders_in_parallel_never_send_a_mail_twice(mailbox: Mailbox) -> None:
    queue(40)
    start = threading.Barrier(4)

    def work(number: int) -> None:
        start.wait()
        # A sender may find nothing because another holds the last rows; the test waits until all are sent.
        while Message.objects.filter(sent_at=None).exists():
            send_due(f"worker {number}")
        mail.hang_up()
        connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=25)
    assert not any(thread.is_alive() for thread in threads)
    assert sorted(r.recipients[0] for r in mailbox.mails) == sorted(f"person{n}@voorbeeld.example" for n in range(40))


def test_the_ladder_is_climbed_until_everybody_is_called_again(mailbox: Mailbox, clock: Any, alarm: Alarm) -> None:
    assert called(mailbox) == ["anna"]
    clock.shift(119)
    assert called(mailbox) == []
    assert next_due() == NOON + timedelta(seconds=120)
    clock.shift(1)
    assert called(mailbox) == ["ben"]
    clock.shift(120)
    assert called(mailbox) == ["cas"]
    clock.shift(120)
    assert called(mailbox) == ["anna", "ben", "cas"]
    clock.shift(AGAIN)
    assert called(mailbox) == ["anna", "ben", "cas"]


def test_a_repeated_call_says_which_one_it_is(mailbox: Mailbox, clock: Any, alarm: Alarm) -> None:
    send_due("worker")
    assert mailbox.mails[0].subject == "@gemeente_x & co: Monday"
    clock.shift(120)
    escalate_due()
    send_due("worker")
    assert mailbox.mails[1].subject == "@gemeente_x & co: Monday (call 2)"


def test_each_call_is_in_the_ledger_without_names(mailbox: Mailbox, clock: Any, alarm: Alarm) -> None:
    clock.shift(120)
    assert escalate_due() == 1
    entry = Entry.objects.get(verb="escalate")
    assert entry.facts == {"call": 2, "told": ["user:1"]}
    assert entry.actor == "machine:escalation"


def test_an_answered_alarm_calls_nobody_any_more(mailbox: Mailbox, clock: Any, alarm: Alarm, dirk: Member) -> None:
    assert called(mailbox) == ["anna"]
    acknowledge(alarm, by=dirk)
    clock.shift(A_DAY)
    assert called(mailbox) == []
    assert next_due() is None


def test_after_a_day_everybody_is_called_once_a_day_until_somebody_answers(
    mailbox: Mailbox, clock: Any, alarm: Alarm, dirk: Member
) -> None:
    for _call in range(len(LADDER)):
        called(mailbox)
        clock.shift(120)
    clock.move_to(NOON + A_DAY)
    for _day in range(3):
        assert called(mailbox) == ["anna", "ben", "cas"]
        clock.shift(A_DAY - timedelta(minutes=1))
        assert called(mailbox) == []
        clock.shift(timedelta(minutes=1))
    acknowledge(alarm, by=dirk)
    assert called(mailbox) == []


def test_whoever_cannot_be_reached_is_skipped_at_once(
    mailbox: Mailbox, clock: Any, town: Organisation, template: str
) -> None:
    unreachable = Addressee(9, "nobody", "Nobody", "en")
    ring(
        town.pk,
        subject="x:1",
        ladder=[unreachable, *LADDER[:1]],
        template=template,
        values=VALUES,
        link="",
        by=WATCH,
    )
    assert called(mailbox) == []
    assert called(mailbox) == ["anna"]


def test_an_unreachable_ladder_is_not_called_without_end(
    mailbox: Mailbox, clock: Any, town: Organisation, template: str
) -> None:
    unreachable = Addressee(9, "nobody", "Nobody", "en")
    alarm = ring(town.pk, subject="x:1", ladder=[unreachable], template=template, values=VALUES, link="", by=WATCH)
    called(mailbox)
    assert escalate_due() == 0
    assert next_due() == NOON + timedelta(seconds=alarm.repeat_after)


def test_a_mail_server_that_comes_back_brings_one_mail_of_an_alarm_to_each(
    mailbox: Mailbox, clock: Any, alarm: Alarm
) -> None:
    for _ in range(6):
        clock.shift(AGAIN)
        escalate_due()
    assert called(mailbox) == ["anna", "ben", "cas"]


@pytest.mark.django_db(transaction=True)
def test_two_escalations_at_once_make_one_call(alarm: Alarm, clock: Any) -> None:
    clock.shift(120)
    start = threading.Barrier(2)
    made = []

    def work() -> None:
        start.wait()
        made.append(escalate_due())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=25)
    assert sum(made) == 1
    assert Alarm.objects.get().calls == 2


def test_after_ninety_days_it_is_forgotten_who_was_told_what(
    mailbox: Mailbox, clock: Any, alarm: Alarm, dirk: Member
) -> None:
    send_due("worker")
    acknowledge(alarm, by=dirk)
    clock.shift(KEPT)
    waiting = queue()[0]
    assert forget_old() == 0
    clock.shift(1)
    assert forget_old() == 4, "one mail and three rungs of the ladder"
    assert list(Message.objects.all()) == [waiting]
    assert list(Alarm.objects.all()) == [alarm]
    assert Entry.objects.filter(verb="ring").exists()
