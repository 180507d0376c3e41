"""Web, worker, watcher and listener in one process."""

from argparse import ArgumentParser
from typing import Any

from vierogen.config.commands import CheckedCommand
from vierogen.config.running import run


class Command(CheckedCommand):
    """``vierogen serve``."""

    help = "Web, worker, watcher and listener in one process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def run(self, **options: Any) -> None:
        """Run until stopped."""
        where = f"http://{options['host']}:{options['port']}/"
        run(
            (
                "web",
                "worker",
                "watch",
                "listen",
            ),
            host=options["host"],
            port=options["port"],
            ready=lambda: self.say(where),
        )
