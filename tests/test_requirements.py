"""The pinned packages are complete, hashed, and say nothing about where they come from."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
DESCRIBED = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
FILES = sorted((PROJECT / "requirements").glob("*.txt"))
LOCK = PROJECT / "tests" / "servers" / "pds" / "package-lock.json"
# Whatever asks for packages: each machine takes them from where it was set up to take them.
ASKS = [
    *FILES,
    *sorted((PROJECT / "requirements").glob("*.in")),
    PROJECT / "requirements" / "setup",
    LOCK,
    LOCK.with_name("package.json"),
    PROJECT / "tests" / "servers" / "pin_node_parts.py",
    PROJECT / "pyproject.toml",
    PROJECT / "Makefile",
]
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    """The version of each package in a file of requirements/."""
    return dict(PIN.findall((PROJECT / "requirements" / name).read_text()))


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("run.txt", DESCRIBED["dependencies"]),
        ("dev.txt", DESCRIBED["optional-dependencies"]["dev"]),
        ("vision.txt", DESCRIBED["optional-dependencies"]["vision"]),
    ],
    ids=["run", "dev", "vision"],
)
def test_everything_the_project_asks_for_is_pinned_within_its_range(file: str, wanted: list[str]) -> None:
    pinned = pins(file)
    for line in wanted:
        asked = Requirement(line)
        assert asked.specifier.contains(pinned[canonicalize_name(asked.name)]), f"{line}: run `make requirements`"


def test_everything_the_product_imports_is_asked_for() -> None:
    """Not only brought along by something else, which may stop doing so."""
    lines = [*DESCRIBED["dependencies"], *DESCRIBED["optional-dependencies"]["vision"]]
    asked = {canonicalize_name(Requirement(line).name) for line in lines}
    homes = packages_distributions()
    missing = {
        name
        for path in (PROJECT / "vierogen").rglob("*.py")
        for name in _imported(ast.parse(path.read_text()))
        if name not in sys.stdlib_module_names | {"vierogen"}
        if not asked & {canonicalize_name(home) for home in homes.get(name, ())}
    }
    assert missing == set()


def _imported(tree: ast.Module) -> set[str]:
    """The outermost names of what a module imports."""
    named = {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in named}


def test_tests_run_with_the_versions_that_the_product_ships_with() -> None:
    assert pins("run.txt").items() <= pins("dev.txt").items()


def test_the_extra_for_pictures_fits_beside_everything_else() -> None:
    """It is installed as it stands, so that a second version of a package would take the place of the first."""
    for name, version in pins("vision.txt").items():
        for file in ("run.txt", "dev.txt"):
            assert pins(file).get(name, version) == version, f"{name}: run `make requirements`"
    assert "tensorflow" not in pins("vision.txt")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_pin_has_a_hash(path: Path) -> None:
    blocks = re.split(r"\n(?=\w)", path.read_text())
    assert [block for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)] == []


@pytest.mark.parametrize("path", ASKS, ids=lambda path: path.name)
def test_no_requirement_names_an_address_or_a_folder(path: Path) -> None:
    assert not re.search(r"://|^--?(i|f|index|extra|find|trusted)\b|file:", path.read_text(), re.MULTILINE)
