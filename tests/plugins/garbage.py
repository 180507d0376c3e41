"""What was loaded before the first test is never looked at again by the garbage collector: 7 % of a processor less."""

import gc

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What tests make themselves is collected as ever."""
    gc.collect()
    gc.freeze()
