"""A real PostgreSQL in a temporary folder, on a free loopback port, gone afterwards.

python -m tests.servers.postgres COMMAND...     runs the command with VIEROGEN_DATABASE_URL set to it
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests.servers import needs

START_SECONDS = 60
STOP_SECONDS = 20

# Nothing in this database outlives the tests, so it need not survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")

# PostgreSQL refuses to run as root; every Debian has this user, who owns nothing.
NOT_ROOT = "nobody"


@contextmanager
def postgres(*, options: Sequence[str] = FAST) -> Iterator[str]:
    """Yields the address of an empty database: postgresql://postgres@127.0.0.1:PORT/vierogen.

    With other ``options`` it is as durable as its own defaults, which is what a benchmark must measure.
    """
    with TemporaryDirectory(prefix="vierogen-postgresql-") as name:
        folder = Path(name)
        user = NOT_ROOT if os.geteuid() == 0 else None
        programs = _reachable_programs(folder, user=user)
        _make_cluster(folder / "data", programs=programs, user=user)
        port = _free_port()
        process = _start(folder, programs=programs, user=user, port=port, options=options)
        try:
            _make_database(folder, process=process, port=port)
            yield f"postgresql://postgres@127.0.0.1:{port}/vierogen"
        finally:
            _stop(process)


def _reachable_programs(folder: Path, *, user: str | None) -> Path:
    """The folder of the programs. Another user may not be able to read the checkout, so gets a copy."""
    installed = needs.postgresql_programs()
    if installed is None:
        sys.exit(needs.sentence("postgresql"))
    if user is None:
        return installed / "bin"
    shutil.chown(folder, user)
    # The programs look for their libraries beside the package, so the copy keeps the wheel's layout.
    package = installed.parent
    for part in (installed, package.with_suffix(".libs")):
        shutil.copytree(part, folder / "programs" / part.relative_to(package.parent), symlinks=True)
    return folder / "programs" / installed.relative_to(package.parent) / "bin"


def _make_cluster(data: Path, *, programs: Path, user: str | None) -> None:
    initdb = [str(programs / "initdb"), "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"]
    where = ["--locale-provider=builtin", "--locale=C.UTF-8", "--pgdata", str(data)]
    made = subprocess.run([*initdb, *where], user=user, cwd=data.parent, capture_output=True, text=True, check=False)
    if made.returncode:
        sys.exit(f"PostgreSQL could not make its folder: {made.stderr.strip()}")


def _start(
    folder: Path, *, programs: Path, user: str | None, port: int, options: Sequence[str]
) -> subprocess.Popen[bytes]:
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-h", "127.0.0.1", "-p", str(port)]
    settings = [part for option in (*options, "unix_socket_directories=") for part in ("-c", option)]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen([*command, *settings], user=user, cwd=folder, stdout=log, stderr=log)


def _make_database(folder: Path, *, process: subprocess.Popen[bytes], port: int) -> None:
    address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
                connection.execute("CREATE DATABASE vierogen")
                return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > give_up:
                sys.exit(f"PostgreSQL did not start: {(folder / 'log').read_text().strip()}")
            time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # its "fast shutdown": ends open sessions, then itself
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Runs the command given, and returns its exit status."""
    with postgres() as address:
        environment = os.environ | {"VIEROGEN_DATABASE_URL": address}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
