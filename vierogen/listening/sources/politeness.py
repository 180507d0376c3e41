"""Leaves every host some rest, however many sources there are on it. One for all threads of a program.

Each further listener has its own: two of them ask a host at most twice as often.
"""

import time
from threading import Lock

# Seconds between two requests to one host, and the longest that a site's Crawl-delay is believed.
PAUSE = 1.0
LONGEST_PAUSE = 60.0
# Whoever has to wait longer comes back later and does something else meanwhile.
PATIENCE = 5.0
_MOST = 20_000


class Hosts:
    """When each host may be asked again."""

    def __init__(self) -> None:
        self._free: dict[str, float] = {}
        self._lock = Lock()

    def turn(self, host: str, *, pause: float = 0.0) -> float:
        """Wait for the turn and return 0; or return at once the seconds after which it is worth asking again."""
        with self._lock:
            now = time.monotonic()
            at = max(now, self._free.get(host, 0.0))
            if at - now > PATIENCE:
                return at - now
            self._forget(now)
            self._free[host] = at + max(PAUSE, min(pause, LONGEST_PAUSE))
        time.sleep(at - now)
        return 0.0

    def hush(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long: it asked for that."""
        with self._lock:
            self._free[host] = max(self._free.get(host, 0.0), time.monotonic() + seconds)

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._free.clear()

    def _forget(self, now: float) -> None:
        if len(self._free) >= _MOST:
            self._free = {host: at for host, at in self._free.items() if at > now}


HOSTS = Hosts()
