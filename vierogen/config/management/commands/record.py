"""Records a network with a real account, so that its connector is known to work there."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from vierogen.channels.models import Channel, networks
from vierogen.channels.states import State
from vierogen.config import recorded
from vierogen.config.commands import CheckedCommand
from vierogen.networks.replaying import LeakError, finished, is_live, why_no_proof

WARNING = """\
This records how Vierogen and {network} talk, with the real account {handle}.

It posts nothing by itself. It takes the place of the worker and listens while two of you, in the interface, let one
test post go out on {handle} and take it down again. People may see that post, so write in it that it is a test.
It reads the account, its newest posts and what is left of the test post, and changes nothing else.

First stop every other worker ("vierogen serve" and "vierogen worker"): this one does their work meanwhile. Keep
"vierogen web" and "vierogen watch" running. Ctrl-C stops it.
"""
THANKS = """\
Complete. Read it before you hand it on: keys, names and e-mail addresses are out, the texts of posts are in.
This installation no longer says "not yet verified" of {network}. To let it go for everybody, send the file to the
project as vierogen/networks/recordings/{key}.json."""


class Command(CheckedCommand):
    """``vierogen record NETWORK``."""

    help = "Record a network with a real account, so that its connector is known to work there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which account, and where to."""
        parser.add_argument("network", help="its key, such as instagram")
        parser.add_argument("--channel", type=int, help="the number of the channel, where there are more")
        parser.add_argument("--to", type=Path, help="write to this file instead of into the home")
        parser.add_argument("--minutes", type=float, default=60, help="wait so long for people (60)")
        parser.add_argument("--yes", action="store_true", help="do not ask whether to begin")

    def run(self, **options: Any) -> None:
        """Say what will happen, ask, walk, write."""
        channel = _channel(options["network"], options["channel"])
        self.say(WARNING.format(network=channel.network_name, handle=channel.handle))
        if not is_live(channel.server, channel.network):
            self.say(f"{channel.server} is not the live network, so this proves nothing. It shows how it goes.\n")
        if not options["yes"] and not self._agreed():
            raise CommandError("Nothing was done.")
        walk = recorded.Walk(channel, say=self.say, seconds=options["minutes"] * 60)
        problem = walk.run()
        if url := walk.standing():
            self.say(f"The test post still stands: {url}\nTake it down in the interface, or in the network's own app.")
        self._write(walk, problem, options["to"])

    def _agreed(self) -> bool:
        try:
            return input("Begin? Type yes: ").strip().lower() == "yes"
        except EOFError:
            return False

    def _write(self, walk: recorded.Walk, problem: str, to: Path | None) -> None:
        network = walk.channel.network
        try:
            recording = finished(walk.recorder)
            reasons = why_no_proof(recording, network)
            path = recorded.write(recording, to, proves=not reasons)
        except LeakError as error:
            raise CommandError(
                f"Nothing was written: {error}. Please report this; nothing left this machine."
            ) from None
        except OSError as error:
            raise CommandError(f"It could not be written ({error.strerror}). Choose another file with --to.") from error
        self.say(f"Written to {path}")
        if wrong := [*filter(None, [problem]), *reasons]:
            raise CommandError("It does not prove that the connector works there: " + "; ".join(wrong) + ".")
        self.say(THANKS.format(network=network.name, key=network.key))


def _channel(key: str, number: int | None) -> Channel:
    """The one account that is meant."""
    if key not in networks():
        raise CommandError(f"There is no network {key!r}. There are: {', '.join(sorted(networks()))}.")
    found = list(Channel.objects.filter(network_key=key, state=State.CONNECTED))
    named = "".join(f"\n  --channel {channel.pk}   {channel.handle}" for channel in found)
    if not found:
        raise CommandError(f"No account on {networks()[key].name} is connected. Connect one in the interface first.")
    chosen = [channel for channel in found if number in {None, channel.pk}]
    if len(chosen) != 1:
        raise CommandError(f"Which account? One of:{named}")
    return chosen[0]
