"""What watching many accounts of a network that pushes nothing costs one program: memory, processor, calls."""

import time

from bench.amounts import Amounts
from bench.machine import Footprint
from bench.processes import Program
from bench.results import Results
from vierogen.practice.simulators.instagram import InstagramSimulator

# How often each account is seen in a day, and the calls that its network allows for each time.
MANY, CALLS_EACH = 10, 4800
DAY = 86_400


def measure(watcher: Program, simulator: InstagramSimulator, amounts: Amounts, results: Results) -> None:
    """Memory, processor, and calls of the network, for so many seconds."""
    before, asked = Footprint(watcher.pid), simulator.asked.total()
    time.sleep(amounts.many_seconds)
    after = Footprint(watcher.pid)
    results.add("many.memory", after.megabytes)
    results.add("many.processor", 100 * after.processor_since(before))
    calls = (simulator.asked.total() - asked) / amounts.many * DAY / amounts.many_seconds
    results.add("many.calls", 100 * calls / (CALLS_EACH * MANY))
