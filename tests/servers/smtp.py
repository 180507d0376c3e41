"""A real SMTP server on loopback that keeps what it receives: the fixture `mailbox`."""

import email
import email.policy
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Received:
    """One mail: the message, the envelope's addresses, and when it came (`time.monotonic()`, seconds)."""

    message: EmailMessage
    sender: str
    recipients: tuple[str, ...]
    at: float

    @property
    def subject(self) -> str:
        """The subject as a person reads it."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text part, or nothing."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""

    @property
    def html(self) -> str:
        """The HTML part, or nothing."""
        part = self.message.get_body(("html",))
        return str(part.get_content()) if part else ""


@dataclass
class Mailbox:
    """What arrived, oldest first. Set `greylist` to have that many mails refused for now, with 451, first."""

    host: str = "127.0.0.1"
    port: int = 0
    greylist: int = 0
    mails: list[Received] = field(default_factory=list)
    _arrival: threading.Condition = field(default_factory=threading.Condition)

    @property
    def environment(self) -> dict[str, str]:
        """The settings with which a `vierogen` process sends its mail here."""
        return {"VIEROGEN_SMTP_HOST": self.host, "VIEROGEN_SMTP_PORT": str(self.port)}

    def wait_for(self, wanted: Callable[[Received], bool] = lambda _: True, *, seconds: float = 10) -> Received:
        """The first mail that is wanted, here already or yet to come. Fails with what did come."""
        with self._arrival:
            if self._arrival.wait_for(lambda: any(map(wanted, self.mails)), timeout=seconds):
                return next(filter(wanted, self.mails))
        subjects = [mail.subject for mail in self.mails]
        raise AssertionError(f"no such mail within {seconds} s; received: {subjects or 'nothing'}")

    def clear(self) -> None:
        """Throws everything away."""
        with self._arrival:
            self.mails.clear()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Takes one mail in, at the end of its SMTP conversation."""
        arrived = time.monotonic()
        with self._arrival:
            if self.greylist:
                self.greylist -= 1
                return "451 4.7.1 Greylisted, please try again later"
            message = email.message_from_bytes(cast("bytes", envelope.content), policy=email.policy.default)
            sender, recipients = str(envelope.mail_from), tuple(envelope.rcpt_tos)
            self.mails.append(Received(message, sender, recipients, arrived))
            self._arrival.notify_all()
        return "250 OK"


class OnFreePort(Controller):
    """aiosmtpd's server on a port that the operating system picked, and that stays ours from then on."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.socket = socket.create_server((mailbox.host, 0))
        mailbox.port = self.socket.getsockname()[1]
        super().__init__(mailbox, hostname=mailbox.host, port=mailbox.port)

    def _create_server(self) -> Awaitable[Any]:
        return cast("Awaitable[Any]", self.loop.create_server(self._factory_invoker, sock=self.socket))


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """Receives everything that Django sends in this test; for another process, see `Mailbox.environment`."""
    received = Mailbox()
    server = OnFreePort(received)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = received.host, received.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = False
    try:
        yield received
    finally:
        server.stop()
