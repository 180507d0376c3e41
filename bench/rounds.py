"""The rounds of measurements on the database of this process, from first to last, and what stands there at the end."""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command

from bench import composing, failing, polling, publishing, straying, vault
from bench.amounts import QUICK, Amounts
from bench.house import House, furnish
from bench.networks import World, world
from bench.processes import Staff
from bench.results import Results
from tests.servers.smtp import Mailbox, OnFreePort
from vierogen.ledger.actions import verify
from vierogen.watch.models import Stray


def run(*, quick: bool, with_bluesky: bool) -> Results:
    """Measure everything."""
    results, amounts = Results(), QUICK if quick else Amounts()
    call_command("init", verbosity=0, stdout=sys.stderr)
    with _mailbox() as mailbox, world(with_bluesky=with_bluesky) as networks, Staff() as staff:
        house = furnish(networks.phones)
        staff.start("worker")
        staff.start("watch")
        straying.wait_for_streams(house)
        with _told("publish now"):
            publishing.publish_now(house, networks, amounts, results)
        with _told("scheduled posts"):
            publishing.scheduled(house, networks.practice, amounts, results)
        with _told("posts due at the same moment"):
            publishing.burst(house, networks.practice, amounts, results)
        with _told("texts that are typed"):
            composing.pauses(house, amounts, results)
        with _told("looks at a secret"):
            vault.looks(house, amounts, results)
        # Worker and watcher go on with everything below under the new key.
        with _told("a new key"):
            vault.new_key(house, amounts, results)
        with _told("foreign posts"):
            straying.strays(house, networks, amounts, mailbox=mailbox, results=results)
        with _told("lost answers"):
            troubled = failing.lost_answers(house, networks, amounts)
        for _kill in range(amounts.kills):
            with _told("kill -9"):
                troubled |= failing.kill(house, networks, amounts, staff=staff, results=results)
        with _told("stories where nothing is pushed"):
            polling.stories(house, amounts, results)
        with _told("many polled channels"):
            polling.many(house, amounts, staff=staff, results=results)
        with _told("counting what stands there"):
            _take_stock(house, networks, results, troubled=troubled)
        results.notes += staff.complaints()
    return results


def _take_stock(house: House, networks: World, results: Results, *, troubled: set[str]) -> None:
    """Compare what stands on the networks with what was meant to, and the strays with the foreign posts."""
    for name, reader in networks.readers.items():
        there = Counter(reader.texts())
        for text in house.intended[name]:
            results.add("copies.troubled" if text in troubled else "copies.plain", max(0, there[text] - 1))
            results.add("lost", text not in there)
    results.add("false alarms", Stray.objects.exclude(remote__remote_id__in=house.foreign).count())
    _entries, broken = verify()
    results.add("ledger.broken", len(broken))


@contextmanager
def _mailbox() -> Iterator[Mailbox]:
    """A real SMTP server, to which the programs that are started from now on send their mail."""
    mailbox = Mailbox()
    server = OnFreePort(mailbox)
    server.start()
    os.environ.update(mailbox.environment)
    try:
        yield mailbox
    finally:
        server.stop()


@contextmanager
def _told(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"bench: {what}: took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
