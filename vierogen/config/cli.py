"""``vierogen``: the command-line program. Our own commands stand in the rooms; the rest is Django's."""

import os
import signal
import sys

from django.core.management import execute_from_command_line

from vierogen.config.env import SettingError
from vierogen.config.own_home import own_home


def main() -> None:
    """Run a command; a setting that cannot be used gives one sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vierogen.config.settings")
    # Commands are typed with hyphens; Python's modules have underscores.
    command = [sys.argv[1].replace("-", "_")] if sys.argv[1:2] and not sys.argv[1].startswith("-") else sys.argv[1:2]
    arguments = [*command, *sys.argv[2:]]
    try:
        with own_home(arguments):
            execute_from_command_line(["vierogen", *arguments])
    except SettingError as error:
        sys.exit(f"vierogen: {error}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
