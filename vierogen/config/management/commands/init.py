"""Makes an installation ready, or brings it up to date: key, database, and the address of the first-run wizard."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from vierogen.core.sealing import SealError, new_key_file
from vierogen.learning import guard as agreements_guard
from vierogen.ledger import guard
from vierogen.people.first_run import setup_address
from vierogen.practice import guard as drills_guard
from vierogen.vault.actions import check_key, is_sealed


class Command(BaseCommand):
    """``vierogen init``."""

    help = "Make the installation ready, or bring it up to date. Safe to repeat."

    def handle(self, *_: Any, **options: Any) -> None:
        """Key first: a database without its key is of no use, and with a wrong key nothing is touched."""
        if is_sealed():
            _refuse_wrong_key()
        elif not settings.KEY_FILE.exists() and not settings.OLD_KEY_FILES:
            _make_key()
            self.stdout.write(
                f"Made the vault's key: {settings.KEY_FILE}. Keep a copy in a safe, apart from the backups."
            )
        call_command("migrate", verbosity=options["verbosity"] and options["verbosity"] - 1, stdout=self.stdout)
        guard.install(connection)  # a change of the table can have dropped it
        agreements_guard.install(connection)
        drills_guard.install(connection)
        _refuse_wrong_key()
        if address := setup_address():
            self.stdout.write(f"Open this address once to set up the organisation and its first two people:\n{address}")
        self.stdout.write("Ready. Start with: vierogen serve")


def _make_key() -> None:
    try:
        new_key_file(settings.KEY_FILE)
    except OSError as error:
        raise CommandError(f"The vault's key {settings.KEY_FILE} cannot be made: {error.strerror}.") from error


def _refuse_wrong_key() -> None:
    try:
        check_key()
    except SealError as error:
        raise CommandError(str(error)) from error
