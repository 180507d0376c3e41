"""The sealed export for the safe, from the console."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from vierogen.config.commands import CheckedCommand
from vierogen.core.sealing import SealError
from vierogen.people.models import Organisation
from vierogen.vault.exporting import CONSOLE, LANGUAGES, export, instructions


class Command(CheckedCommand):
    """``vierogen export-keys``."""

    help = "Write every secret, and the keys, into an age file that at least two people can open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For whom, and where to."""
        parser.add_argument("--to", nargs="+", required=True, metavar="RECIPIENT", help="public keys of age: age1…")
        parser.add_argument("--out", type=Path, default=Path("vierogen-export.age"), help="the file to write")

    def run(self, **options: Any) -> None:
        """Write the file and its instructions; overwrites nothing."""
        out: Path = options["out"]
        papers = {language: out.with_name(f"{out.name}.{language}.pdf") for language in LANGUAGES}
        for path in (out, *papers.values()):
            if path.exists():
                raise CommandError(f"{path} exists already. Choose another name with --out.")
        try:
            sealed = export(list(Organisation.objects.order_by("pk")), to=options["to"], by=CONSOLE, with_keys=True)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        except SealError as refusal:
            raise CommandError(str(refusal)) from refusal
        _write(out, sealed)
        for language, path in papers.items():
            _write(path, instructions(out.name, language=language))
        self.say(f"{out} is for {len(options['to'])} people. Print {', '.join(str(path) for path in papers.values())}.")
        self.say("Try to open it before you lay it in the safe: age --decrypt --identity identity.txt " + str(out))


def _write(path: Path, data: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(data)
