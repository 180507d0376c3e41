"""The line to the mail server: one SMTP connection (RFC 5321) per thread, kept open between mails."""

import smtplib
import threading
import time
from contextlib import suppress
from email.utils import format_datetime, formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from vierogen.notices.models import Message

# Seconds without a mail after which we hang up; servers wait minutes, but have few lines.
IDLE = 20.0


class NotTakenError(Exception):
    """The mail or push was not taken. ``said`` is what the other side said, for people to see.

    ``may_retry`` says whether trying later makes sense. ``server_down``: nothing else can be sent now either.
    """

    def __init__(self, said: str, *, may_retry: bool, server_down: bool = False) -> None:
        super().__init__(said)
        self.said, self.may_retry, self.server_down = said[:300], may_retry, server_down


class _Line(threading.local):
    backend: EmailBackend | None = None
    used_at = 0.0


_line = _Line()


def send(message: Message) -> None:
    """Hand one mail to the mail server; returns when the server answers for it. Raises ``NotTakenError``."""
    if "@" not in message.email:
        raise NotTakenError("there is no mail address", may_retry=False)
    mail = _mail(message)
    backend = _open()
    try:
        backend.send_messages([mail])
    except (OSError, ValueError) as error:
        hang_up()
        raise _refusal(error) from error
    _line.used_at = time.monotonic()


def hang_up(*, idle: float = 0.0) -> None:
    """Close this thread's line if it was not used for ``idle`` seconds."""
    backend = _line.backend
    if backend is None or time.monotonic() - _line.used_at < idle:
        return
    _line.backend = None
    with suppress(OSError):  # the other side may be gone already
        backend.close()


def _open() -> EmailBackend:
    if _line.backend and not _is_alive(_line.backend):
        hang_up()
    if _line.backend is None:
        backend = EmailBackend()
        try:
            backend.open()
        except OSError as error:  # of which smtplib's errors are a kind
            with suppress(OSError):  # it may have come as far as the log-in
                backend.close()
            raise NotTakenError(_said(error), may_retry=True, server_down=True) from error
        _line.backend = backend
        _line.used_at = time.monotonic()
    return _line.backend


def _is_alive(backend: EmailBackend) -> bool:
    # A server that hung up, or another one than the settings name, is noticed before a mail depends on it.
    if (backend.host, backend.port) != (settings.EMAIL_HOST, settings.EMAIL_PORT) or not backend.connection:
        return False
    try:
        return bool(backend.connection.noop()[0] == 250)
    except OSError:
        return False


def _mail(message: Message) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives(
        message.title,
        message.text,
        settings.DEFAULT_FROM_EMAIL,
        [formataddr((" ".join(message.name.split()), message.email))],
        headers=_headers(message),
    )
    mail.attach_alternative(message.html, "text/html")
    return mail


def _headers(message: Message) -> dict[str, str]:
    headers: dict[str, str] = {
        "Message-ID": message.mail_id,
        "Date": format_datetime(message.created_at),
        "Auto-Submitted": "auto-generated",  # RFC 3834: absence notes stay away
        "X-Auto-Response-Suppress": "All",  # the same for Exchange
        "Content-Language": message.language,
    }
    urgent = {"Importance": "high", "X-Priority": "1"} if message.urgent else {}
    return {**headers, **urgent, **message.headers}


def _refusal(error: Exception) -> NotTakenError:
    """RFC 5321, 4.2.1: 4yz may succeed later, 5yz will not.

    Only what the server says of this recipient or this text is final: a refused sender or log-in is for the
    operator to mend, and the mail waits.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return NotTakenError(_words(code, words), may_retry=code < 500)
    if isinstance(error, smtplib.SMTPDataError):
        return NotTakenError(_said(error), may_retry=error.smtp_code < 500)
    return NotTakenError(_said(error), may_retry=isinstance(error, OSError))


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def _words(code: int, words: bytes | str) -> str:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(said.split())}"
