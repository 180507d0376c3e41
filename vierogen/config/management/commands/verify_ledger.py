"""Walks every chain of the ledger and says whether it holds. It stands here because it asks people who has a chain."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from vierogen.ledger import guard
from vierogen.ledger.actions import chains, gone, verify
from vierogen.people.models import Organisation


class Command(BaseCommand):
    """``vierogen verify-ledger``."""

    help = "Verify the ledger: every entry follows from the one before, and none is missing or changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which organisation."""
        parser.add_argument("--organisation", type=int, help="only this organisation's chain")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print every place that does not hold; exit with 1 if there is one."""
        wanted = options["organisation"]
        organisations = _asked_for(wanted)
        read, broken = verify(wanted)
        broken += gone(organisations)
        for fault in broken:
            self.stdout.write(f"organisation {fault.organisation_id}, entry {fault.number}: {fault.why}")
        open_doors = guard.missing(connection)
        for name in open_doors:
            self.stdout.write(f"the database does not refuse changes: its trigger {name} is missing")
        if open_doors and not broken:
            raise CommandError("The ledger holds, but is not guarded. Put the triggers back: vierogen init")
        if broken:
            raise CommandError(f"The ledger does NOT hold: {len(broken)} fault(s) in {read} entries.")
        self.stdout.write(f"The ledger holds: {read} entries read.")


def _asked_for(wanted: int | None) -> list[int]:
    """The organisations that must have a chain: each began with the entry of its founding."""
    rows = Organisation.objects.order_by("pk").values_list("pk", flat=True)
    known = [pk for pk in rows if wanted in {None, pk}]
    if wanted is not None and not known and wanted not in chains():
        raise CommandError(f"There is no organisation {wanted}.")
    return known
