"""Simulates a network that has no server of its own to run here: for demos, and to try a connector."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vierogen.core.stopping import AskedToStop
from vierogen.practice.simulators import by_phone
from vierogen.practice.simulators.door import Simulator, simulators

PORT = 8100


class Command(BaseCommand):
    """``vierogen simulate NETWORK``; everything is forgotten when it stops."""

    help = "Simulate a network on this computer, with a few accounts to play with. Nothing leaves this computer."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which network, and where it answers."""
        parser.add_argument("network", help=f"one of: {', '.join(simulators())}")
        parser.add_argument("--port", type=int, default=PORT, help=f"where it answers; {PORT} unless said otherwise")

    def handle(self, *_: Any, **options: Any) -> None:
        """Start it, say what can be done, and run until stopped."""
        simulator = _started(options["network"], port=options["port"])
        asked = AskedToStop()
        try:
            for line in _told(simulator, by_phone.furnish(simulator)):
                self.stdout.write(line)
            self.stdout.flush()
            asked.wait()
        finally:
            simulator.stop()


def _started(network: str, *, port: int) -> Simulator:
    known = simulators()
    if network not in known:
        raise CommandError(f"No simulator is here for {network!r}. Choose one of: {', '.join(known)}.")
    try:
        return known[network]().start(port)
    except (OSError, OverflowError) as error:
        raise CommandError(f"Nothing can listen on port {port} ({error}). Choose another with --port.") from error


def _told(simulator: Simulator, page: by_phone.ByPhone) -> Iterator[str]:
    name, client = simulator.key.upper(), page.played.client
    yield f"{simulator.key} is simulated at {simulator.url}, for this computer only."
    yield ""
    yield "With these settings Vierogen uses it in the place of the live network:"
    yield f"  VIEROGEN_NETWORK_SERVERS={name}={simulator.url}"
    yield f"  VIEROGEN_NETWORK_CLIENTS={name}={client.id}:{client.secret}"
    yield "  VIEROGEN_ALLOW_PRIVATE=127.0.0.0/8"
    yield ""
    yield "Accounts there:"
    yield from (f"  {handle:<20} {account.name}" for handle, account in page.accounts.items())
    yield ""
    yield "What you can do:"
    yield "  Connect an account in Vierogen, under Channels: its log-in page is simulated too."
    yield "  Make an accident, or remove it as the network's own app does:"
    yield f"    {simulator.url}/{by_phone.PATH}"
    yield ""
    yield "Everything there is forgotten when you stop it, with Ctrl-C."
