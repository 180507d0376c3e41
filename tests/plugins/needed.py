"""A test whose browser or server is missing fails; it is skipped only where `WITHOUT` says so.

What a test needs is read from its marks and its fixtures, so that nobody can forget to say it.
"""

import zlib

import pytest

from tests.servers import needs

NEEDED_BY_MARK = {"browser": "chromium", "pds": "node", "node": "node", "postgresql": "postgresql"}
MARK_OF_FIXTURE = {
    "chromium": "browser",
    "browser_page": "browser",
    "desktop_page": "browser",
    "phone_page": "browser",
    "axe": "node",
    "push_service": "node",
    "pds": "pds",
}

# The tests of these files share nothing that takes long to make, so each goes wherever there is time.
SPREAD = {"tests/journeys/test_pages.py", "tests/posts/checks/test_all_checks.py", "tests/test_doors.py"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test with what it needs, skips what is left out, and keeps users of one server together."""
    without = needs.left_out()
    for item in items:
        for mark in {MARK_OF_FIXTURE[name] for name in getattr(item, "fixturenames", ()) if name in MARK_OF_FIXTURE}:
            item.add_marker(mark)
        for name in sorted(_needed(item) & without):
            item.add_marker(pytest.mark.skip(reason=f"WITHOUT={name}"))
        # The run of all tests reads this in the report (tests/run.py).
        item.user_properties += [("needs", name) for name in sorted(_needed(item))]
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fails a test that cannot run here, with what to do about it."""
    for name in sorted(_needed(item)):
        if not needs.found(name):
            pytest.fail(needs.sentence(name), pytrace=False)


def _group(item: pytest.Item) -> str:
    """Starting the Bluesky server takes seconds: one process starts it, once. Other files travel whole."""
    if item.get_closest_marker("pds"):
        return "pds"
    return f"{_file(item)}/{zlib.crc32(item.nodeid.encode())}" if _file(item) in SPREAD else _file(item)


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _needed(item: pytest.Item) -> set[str]:
    return {needed for mark, needed in NEEDED_BY_MARK.items() if item.get_closest_marker(mark)}
