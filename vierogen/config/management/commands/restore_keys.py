"""Everything back from the sealed export alone."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from vierogen.config.commands import refuse_unready
from vierogen.core.sealing import SealError
from vierogen.vault.exporting import identities_in, read, restore, restore_key_files


class Command(BaseCommand):
    """``vierogen restore-keys``."""

    help = "Put accounts and secrets of a sealed export into a new installation that has none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From what, with what."""
        parser.add_argument("file", type=Path, help="the sealed export")
        parser.add_argument("--identity", type=Path, required=True, help="a file with an identity of age")
        parser.add_argument(
            "--only-keys", action="store_true", help="write only the key files, for a database that comes from a backup"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Read, check, then change everything at once or nothing."""
        try:
            told = read(
                options["file"].read_bytes(), identities=identities_in(options["identity"].read_text(errors="replace"))
            )
            if options["only_keys"]:
                ids = ", ".join(restore_key_files(told))
                self.stdout.write(f"Wrote the keys {ids}. Bring the database back now, then run: vierogen init")
                return
            refuse_unready()
            done = restore(told)
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from error
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        except SealError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{done.accounts} accounts came back, with {done.credentials} credentials and {done.secrets} secrets. "
            "Choose the custodians of each account on its page, and make a new sealed export."
        )
