"""What sources brought and nobody has matched yet: a queue of batches that makes fast sources wait."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Event

from vierogen.listening.sources.base import Found

# Posts that wait at most; a batch that is larger than that goes in alone.
ROOM = 20_000
# Seconds between two looks at the stop flag of whoever waits for room.
TICK = 0.5


@dataclass(frozen=True)
class Batch:
    """Messages of one source, in the order in which they came.

    ``address`` and ``language`` are those of the source. ``stored`` is called when all hits on them are in the
    database: only then the source may remember that it gave them.
    """

    source_id: int
    found: Sequence[Found]
    address: str = ""
    language: str = ""
    stored: Callable[[], None] = lambda: None


class Inbox:
    """Batches from many threads for one."""

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._waiting = room, 0
        self._batches: deque[Batch] = deque()
        self._changed = Condition()

    @property
    def waiting(self) -> int:
        """Posts that nobody has matched yet."""
        return self._waiting

    def put(self, batch: Batch, *, stop: Event) -> bool:
        """Hand in a batch as soon as there is room for it; False where ``stop`` was set before."""
        with self._changed:
            while self._batches and self._waiting + len(batch.found) > self._room:
                if stop.is_set():
                    return False
                self._changed.wait(TICK)
            self._batches.append(batch)
            self._waiting += len(batch.found)
            self._changed.notify_all()
        return True

    def take(self, most: int, *, patience: float) -> list[Batch]:
        """What waits, up to about so many posts, as soon as there is something; nothing after ``patience`` seconds."""
        taken, posts = list[Batch](), 0
        with self._changed:
            if not self._batches:
                self._changed.wait(patience)
            while self._batches and (not taken or posts + len(self._batches[0].found) <= most):
                taken.append(self._batches.popleft())
                posts += len(taken[-1].found)
            self._waiting -= posts
            self._changed.notify_all()
        return taken
