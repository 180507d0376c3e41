"""The same measurements on the naive peers, as a process of its own: ``python -m bench.peers [--quick]``.

Says the results, as one line of JSON, on standard output.
"""

import signal
import sqlite3
import sys
import time
from collections import Counter
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.amounts import QUICK, Amounts
from bench.clock import chance, until, wall_clock
from bench.cost import MANY, measure
from bench.networks import Practice
from bench.processes import Program
from bench.results import Results
from tests.servers.smtp import Mailbox, OnFreePort, Received
from vierogen.practice.server import PracticeServer
from vierogen.practice.simulators.instagram import InstagramSimulator

# Seconds between two looks of a peer; the second where only what it does with faults is of interest.
EVERY, HURRIED = 5.0, 0.1
# Seconds that the network takes to answer while the peer is killed.
HELD_BACK = 2.0


class Peers:
    """The peers with their table of posts, their network, and a mail server."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.file = Path(stack.enter_context(TemporaryDirectory(prefix="vierogen-bench-"))) / "peer.sqlite3"
        with sqlite3.connect(self.file) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("CREATE TABLE post (id INTEGER PRIMARY KEY, text TEXT, due REAL, sent INTEGER DEFAULT 0)")
        self.server = stack.enter_context(PracticeServer(keys_ignored=True))
        network = self.server.network
        self.account = Practice(self.server, network.add_account("peer", "Peer"))
        self.watched = Practice(self.server, network.add_account("watched", "Watched"))
        self.mailbox = Mailbox()
        mail = OnFreePort(self.mailbox)
        mail.start()
        stack.callback(mail.stop)
        self.intended: list[str] = []

    def publisher(self, every: float) -> Program:
        """Start the naive worker."""
        token = self.account.credentials["token"]
        return self._started("publisher", str(self.file), self.server.url, token, str(every))

    def watcher(self) -> Program:
        """Start the naive watcher."""
        token = self.watched.credentials["token"]
        return self._started("watcher", self.server.url, token, str(EVERY), str(self.mailbox.port))

    def _started(self, *command: str) -> Program:
        program = Program("-m", "bench.naive", *command, ready="running")
        self.stack.callback(program.stop)
        return program

    def plan(self, *, due: float, count: int = 1) -> list[str]:
        """Let so many posts be due at that Unix time; returns their texts."""
        first = len(self.intended)
        texts = [f"Post {number} of the peer" for number in range(first, first + count)]
        with sqlite3.connect(self.file, timeout=30) as database:
            database.executemany("INSERT INTO post (text, due) VALUES (?, ?)", [(text, due) for text in texts])
        self.intended += texts
        return texts

    def wait_for(self, texts: list[str]) -> list[float]:
        """The Unix times at which these stood on the network for the first time."""
        stored = self.account.stored
        until(lambda: set(texts) <= stored().keys(), seconds=60, what="the peer sending all posts", pause=0.02)
        return [wall_clock(stored()[text]) for text in texts]


def run(amounts: Amounts) -> Results:
    """Measure everything."""
    results = Results()
    with ExitStack() as stack:
        peers = Peers(stack)
        _lost_answers(peers, amounts)
        _kill(peers, results)
        troubled = len(peers.intended)
        worker = peers.publisher(EVERY)
        peers.watcher()
        _one_by_one(peers, amounts, results)
        _burst(peers, amounts, results)
        worker.stop()
        _many(peers, amounts, results)
        there = Counter(peers.account.texts())
        for place, text in enumerate(peers.intended):
            kind = "troubled" if place < troubled else "plain"
            results.add(f"copies.{kind}", max(0, there[text] - 1))
            results.add("lost", text not in there)
    return results


def _lost_answers(peers: Peers, amounts: Amounts) -> None:
    worker = peers.publisher(HURRIED)
    for place in range(amounts.lost_answers):
        peers.server.faults.next("error_after_accepting" if place % 2 else "cut_after_accepting")
        peers.plan(due=time.time())
        until(lambda: not _waiting(peers), seconds=30, what="the peer noting a post as sent")
    worker.stop()


def _waiting(peers: Peers) -> int:
    with sqlite3.connect(peers.file, timeout=30) as database:
        return int(database.execute("SELECT count(*) FROM post WHERE sent = 0").fetchone()[0])


def _kill(peers: Peers, results: Results) -> None:
    """Kill it while the network holds back its answer; its supervisor starts it again at once."""
    worker = peers.publisher(HURRIED)
    peers.server.faults.next("late", seconds=HELD_BACK)
    text = peers.plan(due=time.time())
    peers.wait_for(text)
    worker.kill()
    died = time.monotonic()
    again = peers.publisher(HURRIED)
    until(lambda: not _waiting(peers), seconds=30, what="the peer noting a post as sent")
    results.add("takeover.worker", time.monotonic() - died)
    again.stop()


def _one_by_one(peers: Peers, amounts: Amounts, results: Results) -> None:
    """Posts and foreign posts at moments that no peer knows."""
    posts: dict[str, float] = {}
    strays: dict[str, float] = {}
    for number in range(amounts.peer):
        began = time.time()
        posts[peers.plan(due=began)[0]] = began
        strays[text := f"Private {number}"] = time.monotonic()
        peers.watched.post(text)
        time.sleep(chance.uniform(0.5, 1.5))
    shown = dict(zip(posts, peers.wait_for(list(posts)), strict=True))
    seconds = [shown[text] - began for text, began in posts.items()]
    results.extend("publish.practice", seconds)
    results.extend("scheduled.lateness", seconds)
    for text, began in strays.items():
        mail = peers.mailbox.wait_for(partial(_is_about, text), seconds=30)
        results.add("stray.practice.mail", (mail.at - began) * 1000)


def _is_about(text: str, mail: Received) -> bool:
    return f">{text}<" in mail.text


def _burst(peers: Peers, amounts: Amounts, results: Results) -> None:
    due = time.time() + 1
    lateness = [at - due for at in peers.wait_for(peers.plan(due=due, count=amounts.burst))]
    results.extend("burst.lateness", lateness)
    results.add("burst.rate", len(lateness) / max(lateness))
    results.extend("early", [float(late < 0) for late in lateness])


def _many(peers: Peers, amounts: Amounts, results: Results) -> None:
    """Many accounts of a network that pushes nothing, asked at a fixed pace."""
    with InstagramSimulator() as simulator:
        names = [f"peer_{number}" for number in range(amounts.many)]
        accounts = [simulator.add_account(name, name, impressions=MANY, person=name) for name in names]
        file = peers.file.with_name("accounts")
        file.write_text("".join(f"{account.id} {account.token}\n" for account in accounts))
        program = Program("-m", "bench.naive", "poller", str(file), simulator.url, str(EVERY), ready="running")
        peers.stack.callback(program.stop)
        measure(program, simulator, amounts, results)


def main() -> int:
    """Measure the peers and say what came out."""
    # Asked to stop, put down what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(run(QUICK if "--quick" in sys.argv[1:] else Amounts()).as_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
