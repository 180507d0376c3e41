"""One engine on one number of alerts, in a process of its own: python -m bench.listening.run ENGINE ALERTS FOLDER

Says what was measured as one line of JSON, and writes its hits into the folder.
"""

import gc
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from threading import Thread
from time import monotonic, perf_counter, process_time

import psycopg
from daachorse import DoubleArrayAhoCorasick

from bench.listening import engines
from bench.listening.engines import SAMPLE, Engine, Hits, Ours
from bench.listening.words import ALERTS, POSTS
from tests.servers.postgres import postgres
from vierogen.matching import automata
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents
from vierogen.matching.program import peak_mb

# Posts at a time; rounds, of which the best counts; seconds that a peer gets to build, and to match.
BATCH, ROUNDS, LONGEST = 500, 5, 60.0
BRUTE_POSTS = 50
# So many changes come before a merge while posts go on.
CHANGES = 1_000
Told = dict[str, object]


class TooSlowError(Exception):
    """This peer cannot do this in its time."""


class Task:
    """The posts, and so many of the alerts."""

    def __init__(self, alerts: int, folder: Path) -> None:
        self.alerts, self.folder = alerts, folder
        self.texts = (folder / POSTS).read_text(encoding="utf-8").splitlines()

    def queries(self) -> Iterator[str]:
        """The alerts, one after the other."""
        with (self.folder / ALERTS).open(encoding="utf-8") as lines:
            for line in islice(lines, self.alerts):
                yield line.rstrip("\n")

    def hurried(self) -> Iterator[str]:
        """The same for a peer, which may not take for ever to make them ready."""
        until = monotonic() + LONGEST
        for query in self.queries():
            if monotonic() > until:
                raise TooSlowError(f"building takes more than {LONGEST:.0f} s")
            yield query

    def batches(self, size: int) -> Iterator[Sequence[str]]:
        """The posts in lots."""
        return (self.texts[start : start + size] for start in range(0, len(self.texts), size))


def _memory() -> int:
    return round(peak_mb())


def _built(make: Callable[[], Engine], told: Told) -> Engine:
    cpu, wall = process_time(), perf_counter()
    engine = make()
    told["build"], told["build_wall"] = process_time() - cpu, perf_counter() - wall
    gc.freeze()
    return engine


def _rounds(task: Task, work: Callable[[Sequence[str]], object]) -> float:
    """Seconds of processor time for all posts: for each lot the best of some rounds, for others use this machine."""
    best = [float("inf")] * len(range(0, len(task.texts), BATCH))
    for _round in range(ROUNDS):
        for number, texts in enumerate(task.batches(BATCH)):
            start = process_time()
            work(texts)
            best[number] = min(best[number], process_time() - start)
    return sum(best)


def _fold(texts: Sequence[str]) -> object:
    return documents(list(map(Post, texts)))


def vierogen(task: Task) -> Told:
    """Ours: also without folding, a change, and a merge while posts go on."""
    told: Told = {}
    engine = _built(lambda: Ours(task.queries(), task.texts[:SAMPLE]), told)
    assert isinstance(engine, Ours)
    hits = [each for texts in task.batches(BATCH) for each in engine.match(texts)]
    matching = _rounds(task, lambda texts: engine.matcher.match_many(list(map(Post, texts))))
    folding = _rounds(task, _fold)
    told |= {"rate": len(task.texts) / matching, "folded": len(task.texts) / (matching - folding), "mb": _memory()}
    told |= _changes(engine, task)
    _keep(task, hits)
    return told


def _changes(ours: Ours, task: Task) -> Told:
    """Seconds until a change is in effect, beside a thousand others and during a merge of all; and the longest wait."""
    matcher, lot = ours.matcher, list(map(Post, task.texts[:64]))
    query, post = parse('"een nieuwe wens"'), Post("Een nieuwe wens")
    matcher.put_many({task.alerts + number: parse(f"nieuw{number}") for number in range(CHANGES)})
    start = perf_counter()
    matcher.put(-1, query)
    assert -1 in matcher.match(post)
    changed = perf_counter() - start
    # A tenth of all gone makes a merge of all.
    for number in range(task.alerts // 10 + 1):
        matcher.drop(number)
    merging = Thread(target=matcher.merge)
    began = perf_counter()
    merging.start()
    waits, during = [], 0.0
    while merging.is_alive():
        start = perf_counter()
        matcher.match_many(lot)
        waits.append(perf_counter() - start)
        if len(waits) == 3:
            start = perf_counter()
            matcher.put(-2, query)
            assert -2 in matcher.match(post)
            during = perf_counter() - start
    return {
        "change": changed,
        "change_merging": during,
        "merge": perf_counter() - began,
        "wait": max(waits, default=0.0),
        "mb_merging": _memory(),
    }


def bare(task: Task) -> Told:
    """Nothing but the automaton of daachorse, with the patterns of ours, on posts that are folded already."""
    kept: list[Sequence[bytes]] = []

    def keep(patterns: Sequence[bytes], _sample: Sequence[bytes]) -> automata.Automaton:
        kept.append(patterns)
        return automata.build((), ())

    Ours(task.queries(), task.texts[:SAMPLE], keep)
    cpu, wall = process_time(), perf_counter()
    find = DoubleArrayAhoCorasick(list(kept[0])).find_overlapping
    told: Told = {"build": process_time() - cpu, "build_wall": perf_counter() - wall}
    lots = {texts[0]: documents(list(map(Post, texts))) for texts in task.batches(BATCH)}
    seconds = _rounds(task, lambda texts: [find(document.encode()) for document in lots[texts[0]]])
    return told | {"folded": len(task.texts) / seconds, "mb": _memory()}


def second(task: Task) -> Told:
    """Ours on ahocorasick_rs."""
    return _peer(task, lambda: Ours(task.queries(), task.texts[:SAMPLE], engines.RustAutomaton))


def pyahocorasick(task: Task) -> Told:
    """Ours on pyahocorasick."""
    return _peer(task, lambda: Ours(task.hurried(), task.texts[:SAMPLE], engines.PythonAutomaton))


def regexes(task: Task) -> Told:
    """Each alert by itself."""
    return _peer(task, lambda: engines.Regexes(task.hurried(), ()))


def _peer(task: Task, make: Callable[[], Engine]) -> Told:
    told: Told = {}
    engine = _built(make, told)
    hits: Hits = []
    start, until = process_time(), monotonic() + LONGEST
    lot = 1 if isinstance(engine, engines.Regexes) else BATCH
    for texts in task.batches(lot):
        hits += engine.match(texts)
        if monotonic() > until:
            break
    _keep(task, hits)
    return told | {"rate": len(hits) / (process_time() - start), "posts": len(hits), "mb": _memory()}


def postgresql(task: Task) -> Told:
    """A table of queries, of which one asks which fit a post."""
    with postgres() as address, psycopg.connect(address, autocommit=True) as database:
        wall = perf_counter()
        database.execute("CREATE TABLE alert (id integer PRIMARY KEY, query tsquery NOT NULL)")
        with database.cursor().copy("COPY alert FROM STDIN") as copy:
            for number, text in enumerate(task.hurried()):
                copy.write_row((number, " | ".join(map(engines.tsquery, parse(text).clauses))))
        database.execute("ANALYZE alert")
        told: Told = {"build": perf_counter() - wall, "build_wall": perf_counter() - wall}
        database.execute("SET max_parallel_workers_per_gather = 0")
        hits: Hits = []
        start = perf_counter()
        for document in documents(list(map(Post, task.texts))):
            asked = (engines.tsvector(document),)
            rows = database.execute("SELECT id FROM alert WHERE %s::tsvector @@ query ORDER BY id", asked)
            hits.append([row[0] for row in rows])
            if perf_counter() - start > LONGEST:
                break
        _keep(task, hits)
        return told | {"rate": len(hits) / (perf_counter() - start), "posts": len(hits)}


def brute(task: Task) -> Told:
    """Every alert on some posts, without an index."""
    start = process_time()
    hits = engines.brute(task.queries(), task.texts[:BRUTE_POSTS])
    _keep(task, hits)
    return {"rate": len(hits) / (process_time() - start), "posts": len(hits), "mb": _memory()}


def hits_file(folder: Path, engine: str, alerts: int) -> Path:
    """Where an engine leaves its hits: a line for each post."""
    return folder / f"hits-{engine}-{alerts}"


def _keep(task: Task, hits: Hits) -> None:
    lines = (" ".join(map(str, each)) + "\n" for each in hits)
    hits_file(task.folder, sys.argv[1], task.alerts).write_text("".join(lines))


ENGINES = {each.__name__: each for each in (vierogen, bare, second, pyahocorasick, regexes, postgresql, brute)}


def main() -> int:
    """Measure one."""
    engine, alerts, folder = sys.argv[1:]
    gc.disable()
    try:
        told = ENGINES[engine](Task(int(alerts), Path(folder)))
    except TooSlowError as reason:
        told = {"reason": str(reason)}
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
