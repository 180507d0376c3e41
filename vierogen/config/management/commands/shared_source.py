"""Sources that all organisations of this installation hear."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from vierogen.config.commands import CheckedCommand
from vierogen.listening.actions import sourcing
from vierogen.listening.models import Source


class Command(CheckedCommand):
    """``vierogen shared-source``."""

    help = "Let all organisations hear a source: a feed, a site map, or a stream of everything on a network."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """An address, or nothing to list what is shared."""
        parser.add_argument("address", nargs="?", help="of the source; without it what is shared is listed")
        parser.add_argument(
            "--end", action="store_true", help="share it no more; who chose it themselves still hears it"
        )

    def run(self, **options: Any) -> None:
        """Share one, end that, or list them."""
        if not options["address"]:
            for source in Source.objects.filter(for_everybody=True):
                self.say(f"{source.kind}\t{source.address}")
        elif options["end"]:
            self._end(options["address"])
        else:
            self._share(options["address"])

    def _share(self, address: str) -> None:
        try:
            source = sourcing.share(address)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        self.say(f"All organisations hear it from now on: {source.kind} {source.address}")

    def _end(self, address: str) -> None:
        if not sourcing.share_no_more(address):
            raise CommandError("That is not shared. Without an address this command lists what is.")
        self.say("Only who chose it hears it from now on.")
