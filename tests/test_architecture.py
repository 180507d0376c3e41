"""What no linter knows of the house: who writes states, how long things are, and that everything is documented."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "vierogen"
ROOMS = sorted(folder for folder in HOUSE.iterdir() if (folder / "__init__.py").exists())
FORBIDDEN_ROOMS = {"utils", "helpers", "common", "services", "managers"}
LONGEST_FUNCTION = 40
LONGEST_MODULE = 400


def modules() -> list[Path]:
    return sorted(path for path in HOUSE.rglob("*.py") if "migrations" not in path.parts)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_each_room_has_a_name_plate(room: Path) -> None:
    plate = ast.get_docstring(parsed(room / "__init__.py"))
    assert plate, f"{room.name}/__init__.py says in one sentence what lives there"
    assert room.name not in FORBIDDEN_ROOMS


def test_nobody_assigns_a_state() -> None:
    """Only ledger/moves.py writes a ``state`` column: no assignment, no update, outside it."""
    found = []
    for path in modules():
        if path == HOUSE / "ledger" / "moves.py":
            continue
        found += [f"{name(path)}:{line}" for line in _writes_of_state(parsed(path))]
    assert not found


def _writes_of_state(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) and target.attr == "state" for target in targets):
                yield node.lineno
        is_update = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
        if is_update and any(keyword.arg == "state" for keyword in node.keywords):
            yield node.lineno


def test_the_search_for_states_finds_some() -> None:
    assert list(_writes_of_state(ast.parse("post.state = 1\nrows.update(state=2)"))) == [1, 2]


def test_functions_are_short() -> None:
    lengths = {
        f"{name(path)}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in modules()
        for function in functions(parsed(path))
    }
    assert not {where: lines for where, lines in lengths.items() if lines > LONGEST_FUNCTION}
    ordered = sorted(lengths.values())
    assert statistics.median(ordered) <= 10
    assert ordered[int(len(ordered) * 0.95)] <= 30


def test_modules_are_short() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in modules()}
    assert not {where: lines for where, lines in lengths.items() if lines > LONGEST_MODULE}


def test_public_things_say_what_they_are() -> None:
    silent = [
        f"{name(path)}:{node.name}"
        for path in modules()
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        if not node.name.startswith("_") and ast.get_docstring(node) is None
    ]
    assert not silent


def test_only_settings_read_the_environment() -> None:
    permitted = {HOUSE / "config" / "settings.py", HOUSE / "config" / "env.py"}
    found = [
        f"{name(path)}:{node.lineno}"
        for path in set(modules()) - permitted
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    # Starting another process with an environment of its own is not reading a setting.
    assert not [where for where in found if not where.startswith("vierogen/config/")]


def test_only_the_vault_decrypts() -> None:
    """And the second step of log-in, whose seeds are sealed with the same key."""
    found = [name(path) for path in modules() if "unseal(" in path.read_text()]
    assert set(found) <= {"vierogen/core/sealing.py", "vierogen/vault/actions.py", "vierogen/people/adapters.py"}


def test_no_signals_and_no_imports_inside_functions() -> None:
    signals = [name(path) for path in modules() if "django.dispatch" in path.read_text()]
    inside = [
        f"{name(path)}:{node.lineno}"
        for path in modules()
        for function in functions(parsed(path))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not signals
    assert not inside
