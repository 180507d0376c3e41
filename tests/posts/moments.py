"""Several people and workers at the same moment, each in a thread and a transaction of their own."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from vierogen.ledger import moves
from vierogen.ledger.moves import WrongStateError

REFUSALS = (PermissionDenied, ValidationError, WrongStateError)
WIDER = 0.04


@pytest.fixture(autouse=True)
def wide_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the change of a row and its entry in the ledger everybody else gets a chance."""
    record = moves.record

    def slowly(*args: Any, **named: Any) -> Any:
        time.sleep(WIDER)
        return record(*args, **named)

    monkeypatch.setattr(moves, "record", slowly)


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment, each in a thread of its own; a result, or the refusal, of each.

    What is no refusal is a fault and is raised here.
    """
    ready, results = threading.Barrier(len(actions)), [None] * len(actions)

    def do(place: int, action: Callable[[], Any]) -> None:
        ready.wait()
        try:
            results[place] = action()
        except Exception as error:  # noqa: BLE001 - told to the test below
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, REFUSALS):
            raise result
    return results


def later(seconds: float, action: Callable[[], Any]) -> Callable[[], Any]:
    """``action``, a moment after the others."""

    def waited() -> Any:
        time.sleep(seconds)
        return action()

    return waited


def refusals(results: list[Any]) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]
