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
# Calls that ask for a state, and calls that write what they are told by name.
ASKING = {"filter", "exclude", "get", "Q"}
BY_NAME = {"setattr", "__setattr__", "bulk_update", "bulk_create", "save", "asave"}
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}
# Prepares a home for the demo and for replay before the settings are read.
BEFORE_SETTINGS = {HOUSE / "config" / "own_home.py"}
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


def test_nobody_writes_a_state() -> None:
    """Only ledger/moves.py writes a ``state`` column. A new row begins in the state that its table declares."""
    found = []
    for path in modules():
        if path == HOUSE / "ledger" / "moves.py":
            continue
        found += [f"{name(path)}:{line}" for line in _writes_of_state(parsed(path))]
    assert not found


def _writes_of_state(tree: ast.Module) -> list[int]:
    return sorted({node.lineno for node in ast.walk(tree) if _is_write_of_state(node)})  # type: ignore[attr-defined]


def _is_write_of_state(node: ast.AST) -> bool:
    match node:
        # Also one of several targets, of a loop, of a "with".
        case ast.Attribute(attr="state", ctx=ast.Store() | ast.Del()):
            return True
        case ast.Subscript(slice=ast.Constant(value="state"), ctx=ast.Store() | ast.Del()):
            return True
        # Values for update, create or move, however they get there.
        case ast.Dict(keys=keys):
            return any(isinstance(key, ast.Constant) and key.value == "state" for key in keys)
        case ast.Call(keywords=keywords) if any(keyword.arg == "state" for keyword in keywords):
            return _called(node) not in ASKING
        case ast.Call():
            return _called(node) in BY_NAME and any(
                isinstance(each, ast.Constant) and each.value == "state" for each in ast.walk(node)
            )
    return False


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


@pytest.mark.parametrize(
    "write",
    [
        "post.state = 1",
        "post.state += 1",
        "post.state: str = 1",
        "one, post.state = 1, 2",
        "[*post.state] = 1, 2",
        "for post.state in states: pass",
        "with state() as post.state: pass",
        "del post.state",
        "post.__dict__['state'] = 1",
        "setattr(post, 'state', 1)",
        "object.__setattr__(post, 'state', 1)",
        "rows.update(state=1)",
        "rows.update(**{'state': 1})",
        "changes = {'state': 1}",
        "changes = dict(state=1)",
        "Post(state=1)",
        "rows.create(state=1)",
        "rows.get_or_create(text='', defaults={'state': 1})",
        "rows.update_or_create(text='', create_defaults=dict(state=1))",
        "rows.bulk_update(posts, ['text', 'state'])",
        "rows.bulk_create(posts, update_conflicts=True, update_fields=['state'])",
        "post.save(update_fields=['state'])",
    ],
)
def test_the_search_finds_every_way_to_write_a_state(write: str) -> None:
    assert _writes_of_state(ast.parse(f"pass\n{write}")) == [2]


@pytest.mark.parametrize(
    "other", ["rows.filter(state=1)", "rows.exclude(Q(state=1))", "post.state == 1", "rows.values_list('state')"]
)
def test_asking_for_a_state_is_no_write(other: str) -> None:
    assert _writes_of_state(ast.parse(other)) == []


def test_names_that_only_a_run_knows_are_written_in_places_known_by_name() -> None:
    """There a state could hide from the search above."""
    found = {
        name(path)
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and _called(node) in {"setattr", "bulk_update"} and not _names_are_literal(node)
    }
    assert found == {
        "vierogen/ledger/moves.py",
        # The calls of a connector that is listened in on; a connector is no row.
        "vierogen/networks/recording.py",
        # The organisation's settings, which have no state.
        "vierogen/people/actions.py",
        # What the organisation tells of itself, without one too.
        "vierogen/posts/actions/settling.py",
        # When and how a channel was heard.
        "vierogen/watch/watching.py",
    }


def _names_are_literal(call: ast.Call) -> bool:
    return len(call.args) > 1 and isinstance(call.args[1], ast.Constant | ast.List | ast.Tuple)


def test_functions_are_short() -> None:
    lengths = {
        f"{name(path)}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in modules()
        for function in functions(parsed(path))
    }
    assert not {where: lines for where, lines in lengths.items() if lines > LONGEST_FUNCTION}
    ordered = sorted(lengths.values())
    assert statistics.median(ordered) <= 8
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
    readers = {HOUSE / "config" / "settings.py", HOUSE / "config" / "env.py", *BEFORE_SETTINGS}
    found = [f"{name(path)}:{line}" for path in sorted(set(modules()) - readers) for line in _environment(parsed(path))]
    assert not found
    tools = {name(path): ", ".join(sorted(_tools(parsed(path)))) for path in modules() if _tools(parsed(path))}
    assert tools == {"vierogen/config/settings.py": "env"}


def _environment(tree: ast.Module) -> Iterator[int]:
    """Where it is read. Naming the settings to Django, unless somebody did so before, is not reading it."""
    naming = {
        id(node.func.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setdefault"
        if isinstance(node.args[0], ast.Constant) and node.args[0].value == "DJANGO_SETTINGS_MODULE"
    }
    for node in ast.walk(tree):
        is_named = isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT and id(node) not in naming
        if is_named or (isinstance(node, ast.ImportFrom) and ENVIRONMENT & {each.name for each in node.names}):
            yield node.lineno


def _tools(tree: ast.Module) -> set[str]:
    """What is imported of config/env.py, save its error."""
    return {
        each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for each in node.names
        if (node.module == "vierogen.config.env" and each.name != "SettingError")
        or (node.module == "vierogen.config" and each.name == "env")
    }


@pytest.mark.parametrize(
    "read", ["os.environ['X']", "os.environ.get('X')", "os.getenv('X')", "from os import environ", "os.environb"]
)
def test_the_search_finds_every_way_to_read_the_environment(read: str) -> None:
    assert list(_environment(ast.parse(read))) == [1]


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
