"""A process ends when it is asked to, whatever it does at that moment, and however often."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import signal, sys
from vierogen.core.stopping import AskedToStop

def ask(frame, event, _what):
    "At each line that the main thread comes to while it waits, and while it hears."
    if event == "line":
        signal.raise_signal(signal.{name})
    return ask

asked = AskedToStop()
{before}
sys.settrace(ask)
asked.wait()
sys.settrace(None)
print("asked")
"""


def ran(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_may_come_at_any_moment(name: str) -> None:
    """One that set an ``Event`` waited for the lock that waiting for that event held."""
    assert ran(PROGRAM.format(name=name, before="")) == "asked\n"


def test_a_question_that_came_before_anybody_waited_counts() -> None:
    program = PROGRAM.format(name=signal.SIGTERM.name, before="signal.raise_signal(signal.SIGINT)")
    assert ran(program.replace("sys.settrace(ask)\n", "")) == "asked\n"
