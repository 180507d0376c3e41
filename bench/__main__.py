"""``make bench``: measures Vierogen on real processes, servers and databases, beside a naive peer.

python -m bench [--database sqlite|postgresql|both] [--quick] [--sentences FILE] [--markdown]
"""

import os
import signal
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import table
from bench.checks import EXAMPLES
from bench.machine import Meanwhile, facts
from bench.results import Results
from tests.servers import needs
from tests.servers.postgres import postgres

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PEER = "naive peer"
PROJECT = Path(__file__).resolve().parents[1]
# Seconds for everything on one database; on a machine that has nothing else to do it takes two minutes.
LONGEST = 600
# PostgreSQL as it comes, with every commit on the disk.
DURABLE = ("max_connections=200",)


def main(arguments: Sequence[str]) -> int:
    """Returns 0 when nothing happened that must never happen, however fast or slow it was."""
    asked = _asked(arguments)
    about, meanwhile = facts(), Meanwhile()
    _of_checks(asked)
    columns = _quick(asked) if asked.quick else _whole(asked)
    lines = table.cells(columns, unjudged=columns if asked.quick else {PEER})
    print(f"\nMeasured {meanwhile}, on {about}.\n")
    print(table.as_markdown(lines) if asked.markdown else table.as_text(lines))
    print(f"\n{table.LEGEND}")
    return _verdict(columns)


def _of_checks(asked: Namespace) -> None:
    """What the checks find, in tables of their own: no database takes part."""
    for module, *options in (("bench.checks", "--sentences", str(asked.sentences)), ("bench.pictures",)):
        if not (asked.quick and module == "bench.pictures"):
            _say(module)
            subprocess.run([sys.executable, "-m", module, *options], cwd=PROJECT, check=True, timeout=LONGEST)


def _whole(asked: Namespace) -> dict[str, Results]:
    """One after the other, so that nothing disturbs what is measured."""
    with _started("bench.peers", environment=_environment()) as process:
        peers = _results(process)
    return {NAMES[database]: _measured(database) for database in _databases(asked)} | {PEER: peers}


def _quick(asked: Namespace) -> dict[str, Results]:
    """All at the same time, and too little of each to call anything missed."""
    with _started("bench.peers", "--quick", environment=_environment()) as process:
        columns = {NAMES[database]: _measured(database, "--quick") for database in _databases(asked)}
        return columns | {PEER: _results(process)}


def _asked(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--database", choices=[*NAMES, "both"], default="both")
    parser.add_argument("--quick", action="store_true", help="measure little: only to see that everything works")
    parser.add_argument("--sentences", type=Path, default=EXAMPLES, help="a JSON list of {text, pii}, for the checks")
    parser.add_argument("--markdown", action="store_true", help="print the table for a page")
    return parser.parse_args(arguments)


def _databases(asked: Namespace) -> list[str]:
    wanted = list(NAMES) if asked.database == "both" else [asked.database]
    return [name for name in wanted if name not in needs.left_out()]


def _measured(database: str, *options: str) -> Results:
    """Everything on one database, in a home that is gone afterwards."""
    without = () if _has_node() else ("--without-bluesky",)
    with _address(database) as address, TemporaryDirectory(prefix="vierogen-bench-") as home:
        environment = _environment() | {"VIEROGEN_HOME": home} | address
        with _started("bench.on_one_database", *options, *without, environment=environment) as process:
            return _results(process)


def _has_node() -> bool:
    if "node" in needs.left_out():
        return False
    if not needs.found("node"):
        sys.exit(f"bench: {needs.sentence('node')}")
    return True


@contextmanager
def _address(database: str) -> Iterator[dict[str, str]]:
    """The setting for an empty database; the product's own default is SQLite."""
    if database == "sqlite":
        yield {}
    else:
        with postgres(options=DURABLE) as address:
            yield {"VIEROGEN_DATABASE_URL": address}


def _environment() -> dict[str, str]:
    """The machine's, without an operator's settings: only this machine is reached."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("VIEROGEN_") or name == "VIEROGEN_CACHE"
    }
    return kept | {"VIEROGEN_ALLOW_PRIVATE": "127.0.0.0/8", "VIEROGEN_LOG_LEVEL": "ERROR"}


@contextmanager
def _started(module: str, *options: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A part of the benchmark as a process of its own; it puts down what it started, whatever happens."""
    _say(f"{module} {' '.join(options)}".strip())
    command = [sys.executable, "-m", module, *options]
    process = subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _results(process: "subprocess.Popen[str]") -> Results:
    """What it measured, when it is through."""
    try:
        said, _nothing = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        sys.exit(f"bench: this part was not through after {LONGEST} s; something else keeps this machine busy")
    if process.returncode:
        sys.exit("bench: this part did not come to its end; the lines above say why")
    return Results.from_json(said.splitlines()[-1])


def _verdict(columns: Mapping[str, Results]) -> int:
    """1 when something happened that must never happen, or the programs complained in their logs."""
    ours = {name: results for name, results in columns.items() if name != PEER}
    broken = [f"{name}: {row.label}" for name, results in ours.items() for row in table.ROWS if row.is_broken(results)]
    complaints = [f"{name}: {note}" for name, results in ours.items() for note in results.notes]
    for sentence in (*broken, *complaints):
        _say(f"WRONG {sentence}")
    return int(bool(broken or complaints))


def _say(sentence: str) -> None:
    print(f"bench: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    # Asked to stop, put down what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main(sys.argv[1:]))
