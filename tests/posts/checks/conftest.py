"""A draft that is fine, to spoil in one place at a time."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from vierogen.core.plugins import found_in
from vierogen.networks.base import Network
from vierogen.posts.checks.base import Draft, Own, Target

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TEXT = "Morgen beginnen de werkzaamheden aan de Stationsweg. Volg de gele borden."
NETWORKS = list(found_in("vierogen.networks", Network).values())  # type: ignore[type-abstract]

Drafted = Callable[..., Draft]


@pytest.fixture
def drafted() -> Drafted:
    """A draft for every network there is, of ``text`` and whatever else is given."""

    def draft(text: str = TEXT, **rest: Any) -> Draft:
        targets = tuple(Target(f"@gemeente_{network.key}", network, text) for network in NETWORKS)
        own = Own(domains=tuple(rest.pop("own_domains", ())))
        given: dict[str, Any] = {"targets": targets, "now": NOW, "own": own, **rest}
        return Draft(text=text, **given)

    return draft
