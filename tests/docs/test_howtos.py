"""Every how-to does what it says: its blocks are executed in a fresh copy of the project.

Files of one module of tests run in one process (tests/plugins/needed.py), so two copies never run at once.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.docs.blocks import File, Run, blocks

PROJECT = Path(__file__).resolve().parents[2]
HOWTOS = {path.stem: path for path in sorted((PROJECT / "docs" / "howto").glob("*.md"))}
EXECUTABLE = [name for name, path in HOWTOS.items() if list(blocks(path.read_text(encoding="utf-8")))]
# Seconds for all commands of one block.
PATIENCE = 120


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """What git knows of the project, and what is new in it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (PROJECT / name).is_file():
            (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, tmp_path / "project" / name)
    return tmp_path / "project"


def environment(copy: Path) -> Mapping[str, str]:
    """This Python first, the copy's code before any installed one, and nothing of the tests around this one."""
    ours = ("VIEROGEN_", "PYTEST_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(copy),
        "VIEROGEN_HOME": str(copy.parent / "home"),
    }


def type_in(copy: Path, commands: str) -> str:
    """Run the commands in the copy, as a reader would; fails with all that they printed."""
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", commands],
        cwd=copy,
        env=environment(copy),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{commands}\nended with {done.returncode}:\n{done.stdout}", pytrace=False)
    return done.stdout


def write_down(copy: Path, file: File) -> None:
    """Write a file as the how-to says: a new one, in a folder that is there."""
    path = copy / file.path
    assert not path.exists(), f"{file.path} is there already"
    assert path.parent.is_dir(), f"there is no folder for {file.path}"
    path.write_text(file.content, encoding="utf-8")


@pytest.mark.parametrize("name", EXECUTABLE)
def test_a_how_to_does_what_it_says(name: str, copy: Path) -> None:
    (copy.parent / "home").mkdir()
    for block in blocks(HOWTOS[name].read_text(encoding="utf-8")):
        if isinstance(block, File):
            write_down(copy, block)
        else:
            type_in(copy, block.commands)


@pytest.mark.parametrize("name", EXECUTABLE)
def test_the_code_of_a_how_to_has_the_projects_own_style(name: str, copy: Path) -> None:
    files = [block for block in blocks(HOWTOS[name].read_text(encoding="utf-8")) if isinstance(block, File)]
    for file in files:
        write_down(copy, file)
    paths = " ".join(file.path for file in files)
    type_in(copy, f"python -m ruff check {paths}\npython -m ruff format --check {paths}")


def test_the_copys_own_code_runs_in_it(copy: Path) -> None:
    (copy / "vierogen" / "only_here.py").write_text("print('found', end='')\n")
    assert type_in(copy, "cd docs && python -m vierogen.only_here") == "found"


def test_a_command_that_fails_fails_the_how_to(copy: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="what went wrong"):
        type_in(copy, "echo what went wrong\nfalse\ntrue")


def test_blocks_are_found_by_what_stands_behind_their_language() -> None:
    page = (
        "```python file=a/b.py\nx = 1\n```\n\n```python\nread = only\n```\n\n```sh run\nls\npwd\n```\n```sh\nrm\n```\n"
    )
    assert list(blocks(page)) == [File("a/b.py", "x = 1\n"), Run("ls\npwd\n")]


def test_there_are_how_tos_to_execute() -> None:
    assert {"add-a-network", "add-a-check"} <= set(EXECUTABLE)
