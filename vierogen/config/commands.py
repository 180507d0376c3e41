"""What the commands that run the house have in common: look first whether it can run at all."""

from abc import abstractmethod
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from vierogen.config.cli import unusable
from vierogen.core.sealing import SealError
from vierogen.vault.actions import check_key


class CheckedCommand(BaseCommand):
    """A command that starts only with the right key and an up-to-date database."""

    def handle(self, *_: Any, **options: Any) -> None:
        """Check, then run."""
        refuse_unready()
        self.run(**options)

    @abstractmethod
    def run(self, **options: Any) -> None:
        """Do it."""

    def say(self, line: str) -> None:
        """One line, at once."""
        self.stdout.write(line)
        self.stdout.flush()


def refuse_unready() -> None:
    """Raise ``CommandError`` with what to do when the house cannot run."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise CommandError(unusable(error)) from error
    if missing:
        raise CommandError("The database is not up to date. Run: vierogen init")
    try:
        check_key()
    except SealError as error:
        raise CommandError(str(error)) from error
