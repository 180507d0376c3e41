"""Only the worker: deliveries, take-downs, mails."""

from typing import Any

from vierogen.config.commands import CheckedCommand
from vierogen.config.running import run


class Command(CheckedCommand):
    """``vierogen worker``."""

    help = "Only the worker: deliveries, take-downs, mails."

    def run(self, **_options: Any) -> None:
        """Run until stopped."""
        run(("worker",), ready=lambda: self.say("running; stop it with Ctrl-C"))
