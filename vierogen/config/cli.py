"""``vierogen``: the command-line program. Our own commands stand in the rooms; the rest is Django's."""

import os
import signal
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError

from vierogen.config.env import SettingError
from vierogen.config.own_home import own_home
from vierogen.matching.program import main as match_program
from vierogen.posts.check_program import main as check_program


def unusable(error: DatabaseError) -> str:
    """What to do about a database that cannot be used, as one line; drivers say more."""
    said = str(error).strip().split("\n", 1)[0].rstrip(".")
    return f"The database cannot be used: {said}. Check VIEROGEN_DATABASE_URL; a new one needs: vierogen init"


def main() -> None:
    """Run a command; a setting or a database that cannot be used gives one sentence, not a traceback.

    ``--traceback`` gives both, as with Django's own commands.
    """
    if sys.argv[1:2] == ["check"]:
        # For other programs: it needs no installation, so no settings are read.
        # Django's own check runs before every other command anyway.
        sys.exit(check_program(sys.argv[2:]))
    if sys.argv[1:2] == ["match"]:
        # As above.
        sys.exit(match_program(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vierogen.config.settings")
    # Commands are typed with hyphens; Python's modules have underscores.
    command = [sys.argv[1].replace("-", "_")] if sys.argv[1:2] and not sys.argv[1].startswith("-") else sys.argv[1:2]
    arguments = [*command, *sys.argv[2:]]
    try:
        with own_home(arguments):
            execute_from_command_line(["vierogen", *arguments])
    except SettingError as error:
        sys.exit(f"vierogen: {error}")
    except DatabaseError as error:
        if "--traceback" in arguments:
            raise
        sys.exit(f"vierogen: {unusable(error)}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
