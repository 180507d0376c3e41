"""The mailbox of an exercise, spoken to by the standard library's own SMTP client."""

import smtplib
import socket
from email.message import EmailMessage
from pathlib import Path

import pytest

from vierogen.practice import mailbox as rooms
from vierogen.practice.mailbox import Mailbox, files


def letter(subject: str, *, body: str = "Dag!\n") -> EmailMessage:
    message = EmailMessage()
    message["To"], message["Subject"], message["Message-ID"] = "Dirk <dirk@voorbeeld.example>", subject, "<1@here>"
    message.set_content(body)
    return message


def post(mailbox: Mailbox, *letters: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.port, timeout=5) as client:
        for one in letters:
            client.send_message(one, "from@here.example", ["dirk@voorbeeld.example", "cora@voorbeeld.example"])


def test_a_mail_arrives_as_it_was_sent() -> None:
    body = "Eén regel met een lange streep — en\n.\n..een punt aan het begin\n"
    with Mailbox() as mailbox:
        post(mailbox, letter("Zwerfbericht", body=body))
        mail = mailbox.wait_for(lambda mail: True, seconds=5)
    assert mail is not None
    assert mail.recipients == ("dirk@voorbeeld.example", "cora@voorbeeld.example")
    assert mail.message["Subject"] == "Zwerfbericht"
    assert mail.message.get_content().replace("\r\n", "\n") == body
    assert mail.mail_id == "<1@here>"


def test_one_conversation_may_bring_several_mails() -> None:
    with Mailbox() as mailbox:
        post(mailbox, letter("one"), letter("two"))
        assert [mail.message["Subject"] for mail in mailbox.mails] == ["one", "two"]


def test_waiting_ends_when_nothing_comes() -> None:
    with Mailbox() as mailbox:
        post(mailbox, letter("something else"))
        assert mailbox.wait_for(lambda mail: mail.message["Subject"] == "wanted", seconds=0.05) is None


def test_a_folder_keeps_the_newest_mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "KEPT", 2)
    with Mailbox(tmp_path / "mailbox") as mailbox:
        post(mailbox, letter("one"), letter("two"), letter("three"))
    kept = [rooms.read(path.read_bytes())["Subject"] for path in files(tmp_path / "mailbox")]
    assert kept == ["three", "two"]


def test_what_is_out_of_turn_is_refused() -> None:
    with Mailbox() as mailbox, smtplib.SMTP("127.0.0.1", mailbox.port, timeout=5) as client:
        assert client.docmd("DATA")[0] == 503
        assert client.docmd("RCPT", "TO:<dirk@voorbeeld.example>")[0] == 503
        assert client.docmd("AUTH", "PLAIN")[0] == 503
        assert client.noop()[0] == 250
        assert client.vrfy("dirk")[0] == 252


def test_a_mail_that_is_cut_off_is_not_kept() -> None:
    with Mailbox() as mailbox:
        with socket.create_connection(("127.0.0.1", mailbox.port), timeout=5) as line:
            talk = line.makefile("rwb", buffering=0)
            for words in (b"HELO me", b"MAIL FROM:<a@b.example>", b"RCPT TO:<c@d.example>", b"DATA", b"Subject: half"):
                talk.readline()
                talk.write(words + b"\r\n")
        post(mailbox, letter("whole"))
        assert [mail.message["Subject"] for mail in mailbox.mails] == ["whole"]
