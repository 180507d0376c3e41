"""The runner of the suite finds again, alone, what failed beside others."""

import pytest

from tests.run import _address


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
