"""The runner of the suite finds again, alone, what failed beside others."""

from pathlib import Path

import pytest

from tests.run import _address, _failures


@pytest.mark.parametrize(
    ("place", "name", "address"),
    [
        ("tests.posts.test_faults", "test_a[b]", "tests/posts/test_faults.py::test_a[b]"),
        ("tests.people.test_members.TestLeaving", "test_a", "tests/people/test_members.py::TestLeaving::test_a"),
        ("tests.networks.test_contract", "test_a[x]@pds", "tests/networks/test_contract.py::test_a[x]"),
        ("tests.test_doors", "test_a[c@d/e]", "tests/test_doors.py::test_a[c@d/e]"),
    ],
)
def test_a_test_is_found_again(place: str, name: str, address: str) -> None:
    assert _address(place, name) == address


REPORT = """<testsuites><testsuite tests="3" failures="2">
<testcase classname="tests.posts.test_races" name="test_a"><failure/></testcase>
<testcase classname="tests.journeys.test_pages" name="test_b[390]"><properties>
<property name="needs" value="chromium"/></properties><error/></testcase>
<testcase classname="tests.posts.test_races" name="test_c"/></testsuite></testsuites>"""


def test_only_what_needs_another_program_may_be_run_again(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    assert _failures(report) == {}
    report.write_text(REPORT)
    assert _failures(report) == {
        "tests/posts/test_races.py::test_a": False,
        "tests/journeys/test_pages.py::test_b[390]": True,
    }
