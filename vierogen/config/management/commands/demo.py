"""The demo: a fictitious municipality with a network and a phone to practise on, all in one process."""

from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from vierogen.config.own_home import NETWORK_FILE, PHOTOS_FILE
from vierogen.config.running import run
from vierogen.core.sealing import SealError, new_key_file
from vierogen.practice.demo import furnish, mail_folder
from vierogen.practice.mailbox import Mailbox
from vierogen.practice.photo_app import KEY
from vierogen.practice.photo_demo import furnish_photos
from vierogen.practice.photo_network import PhotoNetwork
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import check_key


class Command(BaseCommand):
    """``vierogen demo``; ``vierogen/config/own_home.py`` prepares its home and its ports."""

    help = "Try Vierogen with a fictitious municipality. Nothing leaves this computer. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--port", type=int, default=8000, help="this port if it is free, else any other")

    def handle(self, *_: Any, **__: Any) -> None:
        """Make ready what is missing, then run until stopped."""
        if not settings.PRACTICE or not settings.PRACTICE_URL:
            raise CommandError("The demo has a home of its own. Start it as: vierogen demo")
        self.say(f"The demo lives in {settings.HOME}. Nothing here reaches the outside world.")
        _make_ready()
        with ExitStack() as stack:
            network, photos = _begin(stack)
            furnish(network)
            furnish_photos(photos)
            run(
                ("web", "worker", "watch", "listen"),
                port=_port(settings.PUBLIC_URL),
                ready=self._announce,
            )

    def _announce(self) -> None:
        self.say("Open this address; stop with Ctrl-C:")
        self.say(f"{settings.PUBLIC_URL}/")

    def say(self, line: str) -> None:
        """One line, at once."""
        self.stdout.write(line)
        self.stdout.flush()


def _begin(stack: ExitStack) -> tuple[PracticeServer, PhotoNetwork]:
    """Start both networks and the mailbox, until the end of ``stack``."""
    home = Path(settings.HOME)
    try:
        network = PracticeServer(home / NETWORK_FILE, port=_port(settings.PRACTICE_URL))
        mailbox = Mailbox(mail_folder(), port=settings.EMAIL_PORT)
        photos = PhotoNetwork(home / PHOTOS_FILE).start(_port(settings.NETWORK_SERVERS[KEY]))
    except OSError as error:
        raise CommandError(f"Another program took a port a moment ago ({error.strerror}). Try again.") from error
    stack.callback(photos.stop)
    stack.enter_context(mailbox)
    return stack.enter_context(network), photos


def _port(address: str) -> int:
    return urlsplit(address).port or 0


def _make_ready() -> None:
    if not settings.KEY_FILE.exists():
        new_key_file(settings.KEY_FILE)
    call_command("migrate", verbosity=0)
    try:
        check_key()
    except SealError as error:
        raise CommandError(str(error)) from error
