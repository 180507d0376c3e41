"""Walks every chain of the ledger and says whether it holds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vierogen.ledger.actions import verify


class Command(BaseCommand):
    """``vierogen verify-ledger``."""

    help = "Verify the ledger: every entry follows from the one before, and none is missing or changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which organisation."""
        parser.add_argument("--organisation", type=int, help="only this organisation's chain")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print every place that does not hold; exit with 1 if there is one."""
        read, broken = verify(options["organisation"])
        for fault in broken:
            self.stdout.write(f"organisation {fault.organisation_id}, entry {fault.number}: {fault.why}")
        if broken:
            raise CommandError(f"The ledger does NOT hold: {len(broken)} fault(s) in {read} entries.")
        self.stdout.write(f"The ledger holds: {read} entries read.")
