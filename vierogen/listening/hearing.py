"""Which organisations hear a source, as the matching thread knows it: asked a few times a minute, not for each post."""

import time
from collections.abc import Collection, Container

from vierogen.listening.models import Source, Subscription
from vierogen.listening.states import SourceState

# Seconds that an answer is believed.
BELIEVED = 2.0


class _Everybody:
    """Contains all organisations."""

    def __contains__(self, _organisation: object) -> bool:
        return True


class Hearing:
    """Asks the database, and remembers for a moment."""

    def __init__(self) -> None:
        self._known: dict[int, Container[int]] = {}
        self._until = 0.0

    def of(self, sources: Collection[int]) -> dict[int, Container[int]]:
        """The organisations that hear each of these sources, as ``Source.objects.heard_by`` says it."""
        if time.monotonic() >= self._until:
            self._known, self._until = {}, time.monotonic() + BELIEVED
        unknown = set(sources) - self._known.keys()
        if unknown:
            self._known.update(_asked(unknown))
        return {source: self._known[source] for source in sources}


def _asked(sources: Collection[int]) -> dict[int, Container[int]]:
    heard: dict[int, set[int]] = {source: set() for source in sources}
    rows = Subscription.objects.filter(source_id__in=sources, state=SourceState.ACTIVE)
    for source, organisation in rows.values_list("source_id", "organisation_id"):
        heard[source].add(organisation)
    everybody = Source.objects.filter(pk__in=sources, for_everybody=True).values_list("pk", flat=True)
    return {**heard, **dict.fromkeys(everybody, _Everybody())}
