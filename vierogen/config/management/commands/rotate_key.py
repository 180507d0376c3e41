"""A new key for the vault while everything runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from vierogen.config.commands import CheckedCommand
from vierogen.core.sealing import SealError
from vierogen.vault.rotating import forget_old_keys, rotate


class Command(CheckedCommand):
    """``vierogen rotate-key``."""

    help = "Take a new key of the vault into use while everything runs. Safe to repeat after it was cut off."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which key, and what becomes of the old ones."""
        parser.add_argument("--key-file", type=Path, help="use the key in this file instead of a fresh one")
        parser.add_argument(
            "--forget-old", action="store_true", help="delete old keys that no backup needs any more; rotates nothing"
        )

    def run(self, **options: Any) -> None:
        """Rotate, or forget."""
        try:
            self._forget() if options["forget_old"] else self._rotate(options["key_file"])
        except SealError as error:
            raise CommandError(str(error)) from error

    def _rotate(self, given: Path | None) -> None:
        done = rotate(given=given)
        began = "A new key is in use" if done.is_new else "An earlier rotation was finished"
        self.say(f"{began}: {done.key_id}. {done.rows} sealed rows were wrapped anew in {done.seconds:.2f} s.")
        if done.damaged:
            self.say(f"{done.damaged} rows do not open with any key: they were changed. They stay as they are.")
        self.say(
            "The old key stays beside it, because older backups need it. Make a new sealed export now. "
            "When no such backup is left: vierogen rotate-key --forget-old"
        )

    def _forget(self) -> None:
        forgotten = forget_old_keys()
        self.say(f"Forgotten: {', '.join(forgotten)}" if forgotten else "There was no old key that nothing needs.")
