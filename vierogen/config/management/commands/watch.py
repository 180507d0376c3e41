"""Only the watcher of the official accounts."""

from typing import Any

from vierogen.config.commands import CheckedCommand
from vierogen.config.running import run


class Command(CheckedCommand):
    """``vierogen watch``."""

    help = "Only the watcher of the official accounts."

    def run(self, **_options: Any) -> None:
        """Run until stopped."""
        run(("watch",), ready=lambda: self.say("running; stop it with Ctrl-C"))
