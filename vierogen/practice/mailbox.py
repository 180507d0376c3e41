"""Where the mail of an exercise ends: a small SMTP server that keeps what it gets and passes nothing on.

It speaks the least that RFC 5321 (4.5.1) asks of a server, which is all that a well-behaved sender needs.
"""

import socket
import socketserver
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Condition, Thread
from typing import Self

# RFC 5321, 4.5.3.1.6 allows a line of 1,000 octets; lines of other programs may be longer.
LONGEST_LINE = 64 * 1024
LONGEST_MAIL = 25 * 1024 * 1024
KEPT = 300


@dataclass(frozen=True)
class Mail:
    """One mail: to whom its envelope says, the message, and when it came (monotonic clock, seconds)."""

    recipients: tuple[str, ...]
    message: EmailMessage
    at: float

    @property
    def mail_id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"] or "")


class Mailbox:
    """An SMTP server on this computer. With a ``folder`` each mail is also kept there as a file, the newest 300."""

    def __init__(self, folder: Path | None = None, *, port: int = 0) -> None:
        """Listen at ``port``, or at any free one; answers after ``start``."""
        self.folder = folder
        self.mails: deque[Mail] = deque(maxlen=KEPT)
        self._arrival = Condition()
        self._door = _Door(("127.0.0.1", port), self)
        self.port = int(self._door.server_address[1])

    def __enter__(self) -> Self:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        Thread(target=self._door.serve_forever, args=(0.05,), daemon=True, name="practice mailbox").start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._door.shutdown()
        self._door.server_close()

    def take(self, recipients: tuple[str, ...], data: bytes) -> None:
        """Keep a mail that arrived."""
        at = time.monotonic()
        if self.folder:
            # Named when it is whole, so that nobody reads half a mail.
            part = self.folder / f"{time.time_ns()}.part"
            part.touch(mode=0o600)
            part.write_bytes(data)
            part.rename(part.with_suffix(".eml"))
            for old in files(self.folder)[KEPT:]:
                old.unlink(missing_ok=True)
        with self._arrival:
            self.mails.append(Mail(recipients, read(data), at))
            self._arrival.notify_all()

    def wait_for(self, wanted: Callable[[Mail], bool], *, seconds: float) -> Mail | None:
        """The first mail that is wanted, here already or yet to come; None when it does not come in time."""
        with self._arrival:
            self._arrival.wait_for(lambda: any(map(wanted, self.mails)), timeout=seconds)
            return next(filter(wanted, self.mails), None)


def files(folder: Path) -> list[Path]:
    """The mails in ``folder``, newest first."""
    return sorted((path for path in folder.glob("*.eml") if path.stem.isdigit()), reverse=True)


def read(data: bytes) -> EmailMessage:
    """The message in ``data``."""
    return message_from_bytes(data, policy=policy.default)


class _Door(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        super().__init__(address, _Conversation)


@dataclass
class _Envelope:
    sender: str = ""
    recipients: list[str] = field(default_factory=list)


class _Conversation(socketserver.StreamRequestHandler):
    """One sender's connection."""

    server: _Door
    timeout = 120

    def handle(self) -> None:
        """Answer line by line until the sender leaves."""
        with suppress(ConnectionError, TimeoutError, socket.timeout):
            self._answer_all()

    def _answer_all(self) -> None:
        self._say("220 practice mailbox")
        envelope = _Envelope()
        while line := self.rfile.readline(LONGEST_LINE):
            verb, _space, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 bye")
                return
            envelope = self._obey(verb.upper(), rest, envelope)

    def _obey(self, verb: str, rest: str, envelope: _Envelope) -> _Envelope:
        """Answer one command; gives the envelope as it is from then on."""
        if verb in {"EHLO", "HELO", "RSET"}:
            self._say("250 practice mailbox" if verb != "RSET" else "250 forgotten")
            return _Envelope()
        if verb == "MAIL":
            self._say("250 go on")
            return _Envelope(_address(rest) or "<>")
        if verb == "RCPT" and envelope.sender:
            envelope.recipients.append(_address(rest))
            self._say("250 go on")
            return envelope
        if verb == "DATA" and envelope.recipients:
            return self._take(envelope)
        self._say({"NOOP": "250 here", "VRFY": "252 cannot tell"}.get(verb, "503 not now"))
        return envelope

    def _take(self, envelope: _Envelope) -> _Envelope:
        self._say("354 end with a dot")
        lines: list[bytes] = []
        size = 0
        while (line := self.rfile.readline(LONGEST_LINE)) not in {b".\r\n", b".\n"}:
            size += len(line)
            if not line or size > LONGEST_MAIL:
                raise ConnectionError("the mail has no end")
            # RFC 5321, 4.5.2: a dot at the start of a line was doubled on the way.
            lines.append(line[1:] if line.startswith(b".") else line)
        self.server.mailbox.take(tuple(envelope.recipients), b"".join(lines))
        self._say("250 taken")
        return _Envelope()

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


def _address(rest: str) -> str:
    """``anna@example.org`` of ``TO:<anna@example.org> SIZE=12``."""
    return rest.partition("<")[2].partition(">")[0]
