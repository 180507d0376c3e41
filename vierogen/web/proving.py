"""Which networks were only ever simulated, as far as this installation knows."""

from pathlib import Path

from django.conf import settings

from vierogen.core.plugins import found_in
from vierogen.networks.base import Network
from vierogen.networks.replaying import proof_for


def recordings_folder() -> Path:
    """Where this installation keeps the recordings that it made."""
    return Path(settings.HOME) / "recordings"


def is_verified(key: str) -> bool:
    """Was the connector of this network ever seen to work on the live network?"""
    network = found_in("vierogen.networks", Network).get(key)  # type: ignore[type-abstract]
    return network is None or proof_for(network, [recordings_folder()]) is not None
