"""Foreign posts: milliseconds until the alarm stands in the database, and until the mail is there."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from bench.amounts import Amounts
from bench.clock import rest, until
from bench.house import House
from bench.networks import Phone, World
from bench.results import Results
from tests.servers.pds import Account
from tests.servers.smtp import Mailbox
from vierogen.notices.actions import acknowledge
from vierogen.notices.models import Alarm, Message
from vierogen.watch.models import Stray, Watched
from vierogen.watch.states import Mode

# Seconds until the next foreign post: at once, and when a server has fallen quiet.
SOON, QUIET = (0.1, 0.4), (1.5, 2.5)
# Seconds between two posts of somebody else on a server with some life in it.
NOISE = 0.2


def strays(house: House, world: World, amounts: Amounts, *, mailbox: Mailbox, results: Results) -> None:
    """One foreign post at a time on each network, each answered before the next."""
    for name in ("practice", "mastodon"):
        for _number in range(amounts.strays):
            one_stray(house, name, world.phones[name], mailbox=mailbox, results=results)
            rest(*SOON)
    if world.bluesky is None or world.neighbour is None:
        return
    for kind, number in (("idle", amounts.strays_idle), ("busy", amounts.strays)):
        with noise(world.neighbour) if kind == "busy" else nullcontext():
            for _number in range(number):
                rest(*(SOON if kind == "busy" else QUIET))
                one_stray(house, "bluesky", world.bluesky, mailbox=mailbox, results=results, kind=f".{kind}")


def one_stray(  # noqa: PLR0913 - where, and what to do with it
    house: House, name: str, phone: Phone, *, mailbox: Mailbox, results: Results, kind: str = ""
) -> None:
    """Post past Vierogen and wait for the alarm and for its mail."""
    remote_id, began = house.by_phone(name, phone)
    alarm, seen = alarmed(house, name, remote_id, seconds=30)
    results.add(f"stray.{name}{kind}.alarm", (seen - began) * 1000)
    mail_id = Message.objects.filter(alarm=alarm).values_list("mail_id", flat=True)[0]
    mail = mailbox.wait_for(lambda mail: mail.message["Message-ID"] == mail_id, seconds=30)
    results.add(f"stray.{name}{kind}.mail", (mail.at - began) * 1000)
    acknowledge(alarm, by=house.dirk)


def alarmed(house: House, name: str, remote_id: str, *, seconds: float) -> tuple[Alarm, float]:
    """Wait for the committed alarm about this post; returns it and the moment at which it was there."""
    rows = Stray.objects.filter(channel=house.channels[name], remote__remote_id=remote_id, alarm__isnull=False)
    stray = until(rows.select_related("alarm").first, seconds=seconds, what=f"the alarm about a post on {name}")
    moment = time.monotonic()
    if stray is None or stray.alarm is None:
        raise AssertionError("the query asked for strays with an alarm")
    return stray.alarm, moment


def wait_for_streams(house: House) -> None:
    """Wait until every channel is watched live."""
    rows = Watched.objects.filter(mode=Mode.STREAMED)
    until(
        lambda: rows.count() == len(house.channels), seconds=30, what="the watch listening to all channels", pause=0.05
    )


@contextmanager
def noise(neighbour: Account) -> Iterator[None]:
    """Somebody else posts on the same server meanwhile: a server in use tells its news sooner than an idle one."""
    stop = threading.Event()

    def post() -> None:
        while not stop.wait(NOISE):
            neighbour.post("Zomaar een bericht van de buren")

    thread = threading.Thread(target=post, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
