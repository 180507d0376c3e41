"""Mails go through a real SMTP conversation."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from tests.servers.smtp import Mailbox, OnFreePort
from vierogen.notices import mail
from vierogen.notices.mail import NotTakenError, send
from vierogen.notices.models import Message


def a_message(**values: Any) -> Message:
    told = {
        "organisation_id": 1,
        "user_id": 1,
        "email": "anna@voorbeeld.example",
        "name": "Anna de Vrïes, afd. Communicatie",
        "language": "nl",
        "title": "Beoordeel vóór 12:00: @gemeente_x",
        "text": "Goedemorgen,\n\nKijk é.\n",
        "html": '<html lang="nl"><body><p>Goedemorgen</p></body></html>',
        "mail_id": "<1.2@vierogen.example>",
        "created_at": timezone.now(),
    }
    return Message(**(told | values))


class Refusing(Mailbox):
    """A mail server that answers one command with a refusal."""

    def refuse(self, command: str, answer: str) -> None:
        """From now on ``command`` (MAIL, RCPT, DATA or NOOP) gets ``answer``."""

        async def handle(*_: Any) -> str:
            return answer

        setattr(self, f"handle_{command}", handle)


@contextmanager
def running(mailbox: Mailbox, settings: Any) -> Iterator[OnFreePort]:
    server = OnFreePort(mailbox)
    server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = mailbox.host, mailbox.port
    try:
        yield server
    finally:
        server.stop()


def test_a_mail_arrives_in_text_and_html(mailbox: Mailbox) -> None:
    send(a_message())
    received = mailbox.wait_for()
    assert received.subject == "Beoordeel vóór 12:00: @gemeente_x"
    assert received.recipients == ("anna@voorbeeld.example",)
    assert received.text.splitlines() == ["Goedemorgen,", "", "Kijk é."]
    assert "<p>Goedemorgen</p>" in received.html
    assert received.message["To"].addresses[0].display_name == "Anna de Vrïes, afd. Communicatie"


def test_a_mail_says_what_it_is(mailbox: Mailbox) -> None:
    send(a_message())
    headers = mailbox.wait_for().message
    assert headers["Message-ID"] == "<1.2@vierogen.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Content-Language"] == "nl"
    assert "List-Unsubscribe" not in headers
    assert "Importance" not in headers


def test_an_urgent_mail_says_so(mailbox: Mailbox) -> None:
    send(a_message(urgent=True))
    assert mailbox.wait_for().message["Importance"] == "high"


def test_a_name_cannot_smuggle_in_a_header(mailbox: Mailbox) -> None:
    send(a_message(name="Anna\r\nBcc: all@voorbeeld.example"))
    received = mailbox.wait_for()
    assert received.recipients == ("anna@voorbeeld.example",)
    assert "Bcc" not in received.message


def test_one_connection_carries_several_mails(settings: Any) -> None:
    greetings = []

    async def greet(_server: SMTP, session: Session, _e: Envelope, name: str, answers: list[str]) -> list[str]:
        greetings.append(name)
        session.host_name = name
        return answers

    mailbox = Mailbox()
    mailbox.handle_EHLO = greet  # type: ignore[attr-defined]
    with running(mailbox, settings):
        for number in range(3):
            send(a_message(mail_id=f"<{number}@vierogen.example>"))
        mail.hang_up()
    assert len(greetings) == 1


def test_a_server_that_hung_up_meanwhile_is_called_again(settings: Any) -> None:
    mailbox = Mailbox()
    with running(mailbox, settings):
        send(a_message())
    with running(mailbox, settings):
        send(a_message())
        assert len(mailbox.mails) == 2


def test_an_idle_line_is_hung_up(mailbox: Mailbox) -> None:
    send(a_message())
    mail.hang_up(idle=60)
    assert mail._line.backend is not None
    mail.hang_up(idle=0.0)
    assert mail._line.backend is None


@pytest.mark.parametrize(
    ("command", "answer", "may_retry"),
    [
        ("RCPT", "550 5.1.1 No such user", False),
        ("RCPT", "451 4.7.1 Greylisted", True),
        ("DATA", "554 5.7.1 Spam", False),
        ("DATA", "451 4.3.0 Try again later", True),
        # Ours to mend, not a fault of the mail: it waits.
        ("MAIL", "553 5.7.1 Sender refused", True),
        ("MAIL", "421 4.3.2 Closing", True),
    ],
)
def test_a_refusal_is_final_only_for_this_recipient_or_text(
    settings: Any, command: str, answer: str, may_retry: bool
) -> None:
    mailbox = Refusing()
    mailbox.refuse(command, answer)
    with running(mailbox, settings), pytest.raises(NotTakenError) as caught:
        send(a_message())
    assert caught.value.may_retry is may_retry
    assert caught.value.said == answer
    assert not caught.value.server_down


def test_after_a_refusal_the_next_mail_goes_out(settings: Any) -> None:
    mailbox = Refusing()
    with running(mailbox, settings):
        mailbox.refuse("RCPT", "550 5.1.1 No such user")
        with pytest.raises(NotTakenError):
            send(a_message())
        del mailbox.handle_RCPT  # type: ignore[attr-defined]
        send(a_message())
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("address", ["", "anna", "anna@voorbeeld..example"])
def test_an_address_that_is_none_is_final(mailbox: Mailbox, address: str) -> None:
    with pytest.raises(NotTakenError) as caught:
        send(a_message(email=address))
    assert mailbox.mails == []
    assert not caught.value.may_retry


def test_a_server_that_is_away_is_told_apart(mailbox: Mailbox, settings: Any, nobody_listens: int) -> None:
    settings.EMAIL_PORT = nobody_listens
    with pytest.raises(NotTakenError) as caught:
        send(a_message())
    assert caught.value.may_retry
    assert caught.value.server_down


def test_a_log_in_that_is_refused_holds_everything_and_tells_no_password(mailbox: Mailbox, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "vierogen", "hunter2"
    with pytest.raises(NotTakenError) as caught:
        send(a_message())
    assert caught.value.server_down
    assert "hunter2" not in caught.value.said


def test_each_thread_has_its_own_line(mailbox: Mailbox) -> None:
    def one() -> None:
        send(a_message())
        mail.hang_up()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mailbox.mails) == 4


def test_a_mail_on_an_open_line_takes_milliseconds(mailbox: Mailbox) -> None:
    send(a_message())
    start = time.perf_counter()
    send(a_message())
    assert time.perf_counter() - start < 0.5
