"""What runs in the nursery is a process as any other: it can be killed, fails by itself, and leaves nothing behind."""

import os
import signal

import pytest

from tests import nursery
from tests.posts import killing


def ended(what: str) -> nursery.Ended:
    return nursery.run("tests.test_nursery", what, env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"})


def main(what: str) -> None:
    """A program that ends in the way it is told to."""
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    os.environ["LEFT_BEHIND"] = os.environ.get("LEFT_BEHIND", "") + what
    raise SystemExit(f"{os.getpid()} {os.environ['LEFT_BEHIND']}")


def test_a_program_is_killed_and_the_next_one_runs() -> None:
    assert ended("killed").returncode == -signal.SIGKILL
    first, second = ended("one"), ended("two")
    assert first.returncode == second.returncode == 1
    (one, said), (two, told) = (each.stderr.split("SystemExit: ")[1].split() for each in (first, second))
    assert (said, told) == ("one", "two")
    assert len({one, two, str(os.getpid())}) == 3


@pytest.mark.django_db(transaction=True)
def test_who_is_not_killed_where_it_should_be_is_told_of() -> None:
    with pytest.raises(AssertionError):
        killing.work_and_die("after the call")
