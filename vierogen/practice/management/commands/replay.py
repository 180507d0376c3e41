"""Plays a file of accidents again and says what would have become of each."""

import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from vierogen.core.http import stay_inside
from vierogen.core.sealing import new_key_file
from vierogen.practice.accidents import BadFile, read
from vierogen.practice.mailbox import Mailbox
from vierogen.practice.replay import Outcome, Played, play, stage
from vierogen.vault.actions import check_key

WRONG_FILE = 2


class Command(BaseCommand):
    """``vierogen replay``; ``vierogen/config/own_home.py`` gives it an empty home that is gone afterwards."""

    help = "Play a file of accidents (CSV) again, each against a fresh practice organisation. Your data is not touched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, and how to tell."""
        parser.add_argument(
            "file",
            type=Path,
            help="columns id, route, text, image_text; route is one of gateway, phone, hacked, private",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object per line, the totals last")

    def handle(self, *_: Any, **options: Any) -> None:
        """Play; each line as soon as it is known, the totals last."""
        try:
            accidents = read(options["file"])
        except BadFile as error:
            raise CommandError(str(error), returncode=WRONG_FILE) from error
        _refuse_used_database()
        _settle_in()
        say = self._say_json if options["json"] else self._say_line
        if not options["json"]:
            self._say(f"{'id':<12} {'route':<8} {'outcome':<19} seconds")
        totals = Counter({outcome.value: 0 for outcome in Outcome})
        with Mailbox(port=settings.EMAIL_PORT) as mailbox, stage(mailbox) as there:
            for played in play(accidents, on=there):
                totals[played.outcome.value] += 1
                say(played)
        self._say_totals(totals, as_json=options["json"])

    def _say_line(self, played: Played) -> None:
        seconds = "" if played.seconds is None else f"{played.seconds:.2f}"
        accident = played.accident
        self._say(f"{accident.id:<12} {accident.route:<8} {played.outcome:<19} {seconds}".rstrip())

    def _say_json(self, played: Played) -> None:
        told: dict[str, Any] = {"id": played.accident.id, "route": played.accident.route, "outcome": played.outcome}
        if played.seconds is not None:
            told["seconds"] = played.seconds
        self._say(json.dumps(told))

    def _say_totals(self, totals: Counter[str], *, as_json: bool) -> None:
        if as_json:
            self._say(json.dumps({"totals": totals, "accidents": totals.total()}))
        else:
            counts = ", ".join(f"{count} {outcome}" for outcome, count in totals.items() if count)
            self._say(f"{totals.total()} accidents: {counts or 'none in this file'}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _refuse_used_database() -> None:
    """Whatever started this: where there is anything, nothing is played."""
    if connection.introspection.table_names():
        raise CommandError("A replay needs an empty database of its own. Start it as: vierogen replay FILE.csv")


def _settle_in() -> None:
    stay_inside()
    new_key_file(settings.KEY_FILE)
    call_command("migrate", verbosity=0)
    check_key()
