"""What takes longest begins first, so that at the end no process is alone with it.

The order of xdist's own choice is that of the files with the most tests, which are the quickest: tests/run.py switches
it off.
"""

import pytest

LONGEST = (
    "tests/bench/test_bench.py",
    "tests/posts/test_faults.py",  # and with it all that needs the Bluesky server
    "tests/watch/test_simulated_day.py",
    "tests/watch/test_own_posts.py",
    "tests/posts/test_gateway_machine.py",
    "tests/test_doors.py",
    "tests/journeys/test_pages.py",
    "tests/posts/test_faults_instagram.py",
    "tests/practice/test_demo.py",
    "tests/practice/test_replay.py",
    "tests/practice/test_photo_demo.py",
    "tests/posts/test_vision.py",
    "tests/posts/checks/test_all_checks.py",
    "tests/listening/test_listener.py",
    "tests/listening/test_month.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After all others who put tests in order, among them pytest-django; what is not named keeps its place."""
    rank = {file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))
