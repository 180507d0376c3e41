"""``python -m bench.listening_end``: from lines of Jetstream's JSON to hits in the database; one process, one core.

python -m bench.listening_end [--alerts 10000,1000000] [--posts 30000] [--database sqlite|postgresql|both]

Posts and alerts are those of ``bench.listening.words``. The program that listens is held to one core; a PostgreSQL
server runs beside it, where the machine has another. All organisations hear the source, so every hit is stored.
"""

import json
import os
import random
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import django

PROJECT = Path(__file__).resolve().parents[1]
# Posts of one line of the inbox, organisations, and rows of one INSERT.
BATCH, ORGANISATIONS, ROWS = 200, 100, 5_000
# Alerts that are changed while the stream runs, one after the other, and posts that are timed one by one.
CHANGES, SINGLE = 10, 40
# Readers who want a mail at once, each of another alert: the second mail of the same reader waits some minutes.
READERS = 10
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def main(arguments: Sequence[str]) -> int:
    """Each size on each database, in a process and a home of its own."""
    asked = _asked(arguments)
    if asked.step:
        return {"save": _save_all, "measure": _measure}[asked.step](asked)
    for database in DATABASES if asked.database == "both" else (asked.database,):
        for number in asked.alerts.split(","):
            _in_a_home(database, ["--alerts", number, "--posts", str(asked.posts)])
    return 0


def _asked(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="bench.listening_end", allow_abbrev=False)
    parser.add_argument("--alerts", default="10000,1000000", help="how many, a few numbers with commas between")
    parser.add_argument("--posts", type=int, default=30_000)
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--step", choices=["save", "measure"], help="do this here, on the database of the settings")
    return parser.parse_args(arguments)


def _in_a_home(database: str, options: Sequence[str]) -> None:
    # Only here: what measures must not load it.
    from bench.__main__ import _address, _environment

    command = [sys.executable, "-m", "bench.listening_end", *options]
    with _address(database) as address, TemporaryDirectory(prefix="vierogen-bench-") as home:
        environment = _environment() | {"VIEROGEN_HOME": home, "DJANGO_SETTINGS_MODULE": "vierogen.config.settings"}
        # One after the other: the memory that is measured is that of who listens.
        for step in ("save", "measure"):
            subprocess.run([*command, "--step", step], env=environment | address, cwd=PROJECT, check=True)


def _save_all(asked: Namespace) -> int:
    """The alerts into the database, the posts into a file."""
    _prepare()
    from bench.listening.words import alerts, posts

    _save(alerts(int(asked.alerts), random.Random(2)), int(asked.alerts))  # noqa: S311
    _save_readers()
    texts = posts(asked.posts, random.Random(1))  # noqa: S311
    _file().write_bytes(b"\n".join(_line(text, number) for number, text in enumerate(texts)))
    return 0


def _file() -> Path:
    return Path(os.environ["VIEROGEN_HOME"], "posts.jsonl")


def _measure(asked: Namespace) -> int:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    django.setup()
    from django.db import connection

    from vierogen.listening.inbox import Inbox
    from vierogen.listening.sifting import Sifter

    number, lines = int(asked.alerts), _file().read_bytes().split(b"\n")
    sifter, stop = Sifter(Inbox()), Event()
    started, used = time.perf_counter(), time.process_time()
    thread = Thread(target=sifter.run, args=(stop,))
    thread.start()
    sifter.ready.wait()
    told = {"database": DATABASES[connection.vendor], "alerts": number, "load s": time.perf_counter() - started}
    told["load s of processor"] = time.process_time() - used
    told |= _end_to_end(sifter.inbox, lines)
    told |= _live(sifter, lines)
    told |= _one_by_one(sifter.inbox, lines[0])
    told |= _mails(sifter)
    stop.set()
    thread.join()
    told["MB"] = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    print("  ".join(f"{name}: {_rounded(value)}" for name, value in told.items()), flush=True)
    return 0


def _rounded(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _prepare() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("init", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    from vierogen.ledger.actions import Machine
    from vierogen.listening.models import Source
    from vierogen.people.actions import found

    for number in range(ORGANISATIONS):
        found(f"Organisation {number}", by=Machine("bench"), language="nl")
    Source.objects.create(kind="jetstream", address="wss://jetstream.example/subscribe", for_everybody=True)


def _save(queries: Iterator[str], number: int) -> None:
    from vierogen.listening.models import Alert
    from vierogen.people.models import Organisation

    ids = list(Organisation.objects.values_list("pk", flat=True))
    for start in range(0, number, ROWS):
        texts = islice(queries, ROWS)
        Alert.objects.bulk_create(
            Alert(organisation_id=ids[place % len(ids)], name=f"Alert {start + place}", query=text)
            for place, text in enumerate(texts)
        )


def _save_readers() -> None:
    from vierogen.ledger.actions import Machine
    from vierogen.listening.actions.reading import follow
    from vierogen.listening.models import Alert
    from vierogen.listening.states import Rhythm
    from vierogen.people.actions import join
    from vierogen.people.models import Organisation, User
    from vierogen.people.roles import Role

    organisation = Organisation.objects.first()
    for number in range(READERS):
        user = User.objects.create_user(f"reader{number}@organisation.example", None, name=f"Reader {number}")
        member = join(organisation, user, roles=[Role.WRITER], by=Machine("bench"))
        alert = Alert.objects.create(organisation=organisation, name="x", query=f"nooitgelezen{number}")
        follow(alert, Rhythm.AT_ONCE, by=member)


# Just now: what was made long ago is no part of any rhythm, and storing it costs less.
MADE = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _line(text: str, number: int) -> bytes:
    """A new post as Jetstream tells it."""
    record = {"$type": "app.bsky.feed.post", "createdAt": MADE, "langs": ["nl"], "text": text}
    commit = {
        "rev": "3l3qo2vutsw2b",
        "operation": "create",
        "collection": "app.bsky.feed.post",
        "rkey": f"3l{number:011}",
        "record": record,
        "cid": "bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd3sgzcqi",
    }
    event = {"did": f"did:plc:{number:024}", "time_us": 1_789_000_000_000_000 + number, "kind": "commit"}
    return json.dumps({**event, "commit": commit}, ensure_ascii=False).encode()


def _feed(inbox: Any, lines: Sequence[bytes], stored: Callable[[], None]) -> None:
    """What the thread of a stream does with what it is told."""
    from vierogen.listening.inbox import Batch
    from vierogen.listening.models import Source
    from vierogen.listening.sources.jetstream import read

    source, stop = Source.objects.get(), Event()
    for start in range(0, len(lines), BATCH):
        found, _cursor = read(lines[start : start + BATCH])
        is_last = start + BATCH >= len(lines)
        inbox.put(Batch(source.pk, found, source.address, "", stored if is_last else _nothing), stop=stop)


def _nothing() -> None:
    """Nobody waits for this batch."""


def _end_to_end(inbox: Any, lines: Sequence[bytes]) -> dict[str, Any]:
    from vierogen.listening.models import Hit, Item

    done = Event()
    began, used = time.perf_counter(), time.process_time()
    _feed(inbox, lines, done.set)
    done.wait()
    took, used = time.perf_counter() - began, time.process_time() - used
    return {
        "posts/s": len(lines) / took,
        "posts/s of processor": len(lines) / used,
        "posts that hit": f"{Item.objects.count() / len(lines):.0%}",
        "hits": Hit.objects.count(),
    }


def _live(sifter: Any, lines: Sequence[bytes]) -> dict[str, Any]:
    """Seconds until a new alert is in effect while the stream runs at full speed; the longest of some."""
    from vierogen.listening.models import Alert
    from vierogen.people.models import Organisation

    stop = Event()

    def rush() -> None:
        while not stop.is_set():
            _feed(sifter.inbox, lines[:4_000], _nothing)

    busy = Thread(target=rush)
    busy.start()
    took, organisation = [], Organisation.objects.first()
    for number in range(CHANGES):
        time.sleep(0.3)
        known, began = len(sifter.compiled), time.perf_counter()
        Alert.objects.create(organisation=organisation, name="x", query=f"nooitgezien{number}")
        while len(sifter.compiled) == known:
            time.sleep(0.005)
        took.append(time.perf_counter() - began)
    stop.set()
    busy.join()
    while sifter.inbox.waiting:
        time.sleep(0.01)
    return {"change live after s": max(took)}


def _one_by_one(inbox: Any, line: bytes) -> dict[str, Any]:
    """Milliseconds from a line to its hit in the database, while nothing else is to be done; the median."""
    took = []
    for number in range(SINGLE):
        time.sleep(0.05)
        done, began = Event(), time.perf_counter()
        _feed(inbox, [_line("nooitgezien0", 10**9 + number)], done.set)
        done.wait()
        took.append((time.perf_counter() - began) * 1000)
    return {"post to hit ms": median(took)}


def _mails(sifter: Any) -> dict[str, Any]:
    """Milliseconds from a line until the mail server has the mail of a reader who wants it at once; the median."""
    from django.conf import settings

    from tests.servers.smtp import Mailbox, OnFreePort
    from vierogen.core.schedule import start
    from vierogen.listening.actions import grouping
    from vierogen.listening.jobs import JOBS
    from vierogen.notices.jobs import JOBS as NOTICES

    mailbox, stop = Mailbox(), Event()
    server = OnFreePort(mailbox)
    server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = mailbox.host, mailbox.port
    # As the listener does it in earnest.
    sifter._group = grouping.group  # noqa: SLF001
    jobs = start([job for job in (*JOBS, *NOTICES) if job.name == "bulletins" or job in NOTICES], stop)
    took = []
    for number in range(READERS):
        time.sleep(0.4 + number / 20)
        began = time.monotonic()
        _feed(sifter.inbox, [_line(f"Nooitgelezen{number}!", 2 * 10**9 + number)], _nothing)
        mail = mailbox.wait_for(lambda mail, to=f"reader{number}@": to in mail.recipients[0], seconds=120)  # type: ignore[misc]
        took.append((mail.at - began) * 1000)
    stop.set()
    for thread in jobs:
        thread.join()
    server.stop()
    return {"post to mail ms": median(took)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
