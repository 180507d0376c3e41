"""Looks at everything the house needs and says, line by line, what is well and what to do."""

import shutil
import smtplib
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.utils import timezone

from vierogen.channels.models import networks
from vierogen.config.cli import unusable
from vierogen.config.commands import refuse_unready
from vierogen.listening.models import Source
from vierogen.web.proving import is_verified


def _database() -> str:
    start = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        raise CommandError(unusable(error)) from error
    return f"{connection.vendor}, answers in {(time.perf_counter() - start) * 1000:.0f} ms"


def _mail() -> str:
    mail = get_connection()
    try:
        mail.open()
        mail.close()
    except (OSError, smtplib.SMTPException) as error:
        where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        raise CommandError(f"the mail server {where} does not answer ({error}). Set VIEROGEN_SMTP_HOST.") from error
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} answers"


def _key() -> str:
    refuse_unready()
    return f"{settings.KEY_FILE} opens the vault; the tables are up to date"


def _disk() -> str:
    free = shutil.disk_usage(settings.HOME).free
    if free < 500_000_000:
        raise CommandError(f"only {free // 1_000_000} MB free in {settings.HOME}; make room")
    return f"{free // 1_000_000_000} GB free in {settings.HOME}"


def _address() -> str:
    if settings.PUBLIC_URL.startswith("https://"):
        return settings.PUBLIC_URL
    if settings.PUBLIC_URL.startswith(("http://127.0.0.1", "http://localhost")):
        return f"{settings.PUBLIC_URL} (only from this machine)"
    raise CommandError(f"{settings.PUBLIC_URL} is not https: log-in data would travel unencrypted")


def _networks() -> str:
    if settings.NETWORK_SERVERS and not settings.PRACTICE:
        raise CommandError("VIEROGEN_NETWORK_SERVERS leads to simulators, so nothing there is real. Take it away.")
    known = networks()
    unproved = [network.name for key, network in sorted(known.items()) if not is_verified(key)]
    if not unproved:
        return "each was seen to work against a real server"
    return f"not yet verified against the live network: {', '.join(unproved)} (vierogen record makes the proof)"


def _listening() -> str:
    """Whoever reads a source does so within some minutes of the moment that it is due."""
    try:
        wanted = Source.objects.wanted()
        number, unread = wanted.count(), wanted.overdue(timezone.now()).count()
    except DatabaseError as error:
        raise CommandError(unusable(error)) from error
    if unread:
        raise CommandError(f"nobody reads {unread} of {number} sources. Run: vierogen serve, or vierogen listen")
    return f"{number} sources"


LOOKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "key": _key,
    "mail": _mail,
    "disk": _disk,
    "address": _address,
    "networks": _networks,
    "listening": _listening,
}


class Command(BaseCommand):
    """``vierogen doctor``."""

    help = "Look whether everything the house needs is there."

    def handle(self, *_: Any, **__: Any) -> None:
        """Look at everything, even when something is wrong; exit with 1 in that case."""
        wrong = 0
        for name, look in LOOKS.items():
            try:
                self.stdout.write(f"well   {name}: {look()}")
            except (CommandError, OSError) as error:
                wrong += 1
                self.stdout.write(f"WRONG  {name}: {error}")
        if wrong:
            raise CommandError(f"To mend, see above: {wrong}.")
