"""Programs that a test kills: each a process of its own, without the second that each would take to load the product.

One process loads everything and waits. For each program it splits in two, and the new half runs it, opens its own
connections, and is killed like any other.
"""

import atexit
import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

import django

# Seconds that a program may take, the first one with all that is loaded for it.
PATIENCE = 60.0
# The name of the test stands in the environment too, and says nothing to a program.
CHANGES = {"PYTEST_CURRENT_TEST"}

Environment = frozenset[tuple[str, str]]
_waiting: dict[Environment, "subprocess.Popen[str]"] = {}


@dataclass(frozen=True)
class Ended:
    """How a program ended: as ``subprocess.run`` tells it."""

    returncode: int
    stderr: str


def run(module: str, *arguments: str, env: Mapping[str, str]) -> Ended:
    """Run ``main`` of ``module`` until its end, as ``python -m`` would, in a process of its own."""
    nursery = _nursery(frozenset((name, value) for name, value in env.items() if name not in CHANGES))
    assert nursery.stdin
    assert nursery.stdout
    nursery.stdin.write(json.dumps([module, *arguments]) + "\n")
    nursery.stdin.flush()
    if not select.select([nursery.stdout], [], [], PATIENCE)[0]:
        os.killpg(nursery.pid, signal.SIGKILL)
        raise AssertionError(f"{module} did not end within {PATIENCE:.0f} seconds")
    answer = nursery.stdout.readline()
    assert answer, "nothing could be loaded: see what it said"
    return Ended(**json.loads(answer))


def _nursery(environment: Environment) -> "subprocess.Popen[str]":
    """One that waits with these settings; at most one waits."""
    running = _waiting.pop(environment, None)
    if running is None or running.poll() is not None:
        _end_all()
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "start_new_session": True}
        running = subprocess.Popen([sys.executable, "-m", "tests.nursery"], env=dict(environment), **pipes)
    _waiting[environment] = running
    return running


@atexit.register
def _end_all() -> None:
    """Each ends once nobody can ask it anything any more."""
    while _waiting:
        _waiting.popitem()[1].communicate()


def main() -> None:
    """Load the product, then run what is asked for, one after the other, until there is nobody to ask."""
    django.setup()
    from vierogen.channels.models import networks
    from vierogen.config import running
    from vierogen.core.http import tls_context
    from vierogen.posts.checks.running import checks

    assert running.JOBS
    networks()
    checks()
    tls_context()
    # What was loaded is never looked at again, so the halves go on sharing it.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        with TemporaryFile() as said:
            code = _split(json.loads(line), said)
            said.seek(0)
            ended = {"returncode": code, "stderr": said.read().decode(errors="replace")}
        print(json.dumps(ended), flush=True)


def _split(program: Sequence[str], said: IO[bytes]) -> int:
    """The new half never comes back from here; the old one returns how the new one ended."""
    if born := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(born, 0)[1])
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number, place in enumerate((nowhere, nowhere, said.fileno())):
            os.dup2(place, number)
        module, *arguments = program
        importlib.import_module(module).main(*arguments)
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, only the old half goes on
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
