"""The demo and the replay bring a home of their own, so that they never touch an installation on this machine.

Settings are read when Django starts, so what they need is put into the environment before that.
"""

import fcntl
import json
import os
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from vierogen.config.env import SettingError
from vierogen.core.numbers import whole
from vierogen.practice.network import PracticeNetwork

# Within the home: whose presence tells a demo's home from an installation's.
NETWORK_FILE = "practice.sqlite3"
# Also there: the simulated Instagram of the demo, and how Vierogen is known to it.
PHOTOS_FILE = "instagram.json"
PHOTOS_CLIENT = "simulated-app:simulated-secret"
# Of an operator's settings only these hold for a demo or a replay too.
KEPT = ("VIEROGEN_LOG_LEVEL", "VIEROGEN_VISION")
# systemd's; an installation's key may lie there.
FOREIGN = ("CREDENTIALS_DIRECTORY",)


@contextmanager
def own_home(arguments: Sequence[str]) -> Iterator[None]:
    """Prepare the environment for ``demo`` and ``replay``; for every other command do nothing.

    A replay's home is gone afterwards. Raises ``SettingError`` where a home belongs to an installation.
    """
    command = arguments[0] if arguments else ""
    if command == "demo":
        with _demo_home() as home:
            _move_to(_of_the_demo(home, arguments[1:]))
            yield
    elif command == "replay":
        # Asked to stop, it goes the ordinary way out, so that its home is removed.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        with TemporaryDirectory(prefix="vierogen-replay-", ignore_cleanup_errors=True) as home:
            _move_to({"VIEROGEN_LOG_LEVEL": "ERROR", **_practice(Path(home))})
            yield
    else:
        yield


def _move_to(settings: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith("VIEROGEN_") or name in FOREIGN]:
        if name not in KEPT:
            del os.environ[name]
    for name, value in settings.items():
        if name not in KEPT:
            os.environ[name] = value
        else:
            os.environ.setdefault(name, value)


def _practice(home: Path) -> dict[str, str]:
    """An environment in which everything stays on this machine."""
    return {
        "VIEROGEN_HOME": str(home),
        "VIEROGEN_PRACTICE": "yes",
        "VIEROGEN_ALLOW_PRIVATE": "127.0.0.0/8",
        "VIEROGEN_SMTP_HOST": "127.0.0.1",
        "VIEROGEN_SMTP_PORT": str(free_port()),
        "VIEROGEN_MAIL_FROM": "Vierogen <vierogen@voorbeeld.example>",
    }


@contextmanager
def _demo_home() -> Iterator[Path]:
    """The demo's home, for this process alone. Raises ``SettingError`` with what to do."""
    home = Path(os.environ.get("VIEROGEN_HOME") or "var/demo").resolve()
    if (home / "vierogen.sqlite3").exists() and not (home / NETWORK_FILE).exists():
        raise SettingError(f"{home} is the home of an installation. Choose another VIEROGEN_HOME for the demo.")
    try:
        # Static files come from the rooms themselves; that this folder is there is all that is asked.
        (home / "static").mkdir(parents=True, exist_ok=True)
        held = (home / "held-by-the-demo").open("w")
    except OSError as error:
        raise SettingError(f"{home} cannot be used ({error.strerror}). Choose another VIEROGEN_HOME.") from error
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingError(
                f"A demo runs in {home} already. Stop it first, or choose another VIEROGEN_HOME."
            ) from error
        yield home


def _of_the_demo(home: Path, arguments: Sequence[str]) -> dict[str, str]:
    # The channels of the last time know the practice network by its port.
    with closing(PracticeNetwork(home / NETWORK_FILE)) as network:
        known = network.port
    return {
        **_practice(home),
        "VIEROGEN_PUBLIC_URL": f"http://127.0.0.1:{free_port(_wanted(arguments))}",
        "VIEROGEN_PRACTICE_URL": f"http://127.0.0.1:{free_port(known)}",
        "VIEROGEN_NETWORK_SERVERS": f"INSTAGRAM=http://127.0.0.1:{free_port(_photos_port(home))}",
        "VIEROGEN_NETWORK_CLIENTS": f"INSTAGRAM={PHOTOS_CLIENT}",
        "VIEROGEN_LOG_LEVEL": "WARNING",
    }


def _photos_port(home: Path) -> int:
    """Where the simulated Instagram answered the last time, 0 where it never did."""
    try:
        return int(json.loads((home / PHOTOS_FILE).read_text())["port"])
    except FileNotFoundError:
        return 0


def _wanted(arguments: Sequence[str]) -> int:
    """The port that the command line asks for; the command itself refuses what is wrong."""
    parser = ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--port")
    port: str | None = parser.parse_known_args(list(arguments))[0].port
    wanted = whole(port or "")
    return wanted if wanted is not None and wanted < 65536 else 8000


def free_port(wanted: int = 0) -> int:
    """``wanted`` if nobody uses it, else any free port of this machine."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("this machine has no free port")
