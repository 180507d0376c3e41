"""How long the preview of an alert takes while its query is typed, on both databases.

python -m bench.listening_preview [--messages 100000] [--database sqlite|postgresql|both]

One organisation has hits on that many messages of the last thirty days; queries of every kind are tried as the page
does, through the whole of Django: milliseconds on the server for one answer, and how many of them were late.
"""

import importlib
import os
import subprocess
import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.machine import facts
from tests.servers.postgres import postgres

PROJECT = Path(__file__).resolve().parents[1]
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def main() -> int:
    """Returns 0 when 95 in 100 answers were there within 200 ms, on each database."""
    parser = ArgumentParser(prog="python -m bench.listening_preview", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--here", action="store_true", help="measure on the database of the environment")
    asked = parser.parse_args()
    if asked.here:
        return _here(asked.messages)
    print(f"On {facts()}: {asked.messages:,} messages of the last thirty days.")
    wanted = list(DATABASES) if asked.database == "both" else [asked.database]
    return max(_on(name, asked.messages) for name in wanted)


def _on(name: str, messages: int) -> int:
    print(f"\n{DATABASES[name]}", flush=True)
    server = postgres() if name == "postgresql" else nullcontext()
    with server as address, TemporaryDirectory(prefix="vierogen-bench-") as home:
        more = {"VIEROGEN_DATABASE_URL": address} if address else {}
        environment = {**os.environ, "VIEROGEN_HOME": home, "VIEROGEN_LOG_LEVEL": "ERROR", **more}
        command = [sys.executable, "-m", "bench.listening_preview", "--here", "--messages", str(messages)]
        return subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode


def _here(messages: int) -> int:
    import django  # noqa: PLC0415 - the environment was made a moment ago

    os.environ["DJANGO_SETTINGS_MODULE"] = "vierogen.config.settings"
    django.setup()
    rounds = importlib.import_module("bench.listening_previews")
    return int(rounds.run(messages))


if __name__ == "__main__":
    sys.exit(main())
