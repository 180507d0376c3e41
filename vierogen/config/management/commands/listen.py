"""Only the listener: feeds, streams and pages held against all alerts."""

from typing import Any

from vierogen.config.commands import CheckedCommand
from vierogen.config.running import run


class Command(CheckedCommand):
    """``vierogen listen``."""

    help = "Only the listener: reads sources and holds what they bring against all alerts."

    def run(self, **_options: Any) -> None:
        """Run until stopped."""
        run(("listen",), ready=lambda: self.say("running; stop it with Ctrl-C"))
