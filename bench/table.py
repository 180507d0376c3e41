"""The rows that are printed: what each says, what is expected of it, and how its numbers are put into words."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

from bench.results import Results, part_below

Numbers = Sequence[float]


@dataclass(frozen=True)
class Way:
    """A way to put numbers into words, and to judge them against a limit."""

    say: Callable[[Numbers], str]
    holds: Callable[[Numbers, float], bool]


def _spread(numbers: Numbers, *, places: int) -> str:
    return f"{part_below(numbers, 0.5):.{places}f} / {part_below(numbers, 0.95):.{places}f}"


SECONDS = Way(
    lambda numbers: f"{_spread(numbers, places=2)} s",
    lambda numbers, limit: part_below(numbers, 0.95) <= limit,
)
MILLISECONDS = Way(
    lambda numbers: f"{_spread(numbers, places=0)} ms",
    lambda numbers, limit: part_below(numbers, 0.95) <= limit,
)
TAKEOVER = Way(
    lambda numbers: f"{part_below(numbers, 0.5):.1f} s, longest {max(numbers):.1f} s",
    lambda numbers, limit: max(numbers) <= limit,
)
ONCE = Way(lambda numbers: f"{max(numbers):.1f} s", lambda numbers, limit: max(numbers) <= limit)
RATE = Way(lambda numbers: f"{min(numbers):.1f}", lambda numbers, limit: min(numbers) >= limit)
COUNT = Way(lambda numbers: f"{sum(numbers):.0f} of {len(numbers)}", lambda numbers, limit: sum(numbers) <= limit)
MEGABYTES = Way(lambda numbers: f"{max(numbers):.0f} MB", lambda numbers, limit: max(numbers) <= limit)
PER_CENT = Way(lambda numbers: f"{max(numbers):.0f} %", lambda numbers, limit: max(numbers) <= limit)
ALARMS = Way(lambda numbers: f"{sum(numbers):.0f}", lambda numbers, limit: sum(numbers) <= limit)


@dataclass(frozen=True)
class Goal:
    """What is expected. ``never``: the benchmark fails where it does not hold."""

    words: str
    limit: float
    never: bool = False


SOON, LIVE, MANY = Goal("p95 < 2 s", 2.0), Goal("p95 < 1 s", 1000.0), Goal("≥ 20", 20.0)
AT_ONCE = Goal("p95 < 50 ms", 50.0)
LEASE_AND_TWO, NEVER = Goal("≤ 12 s", 12.0), Goal("0", 0.0, never=True)


@dataclass(frozen=True)
class Row:
    """One measurement: its name in the results, a sentence, how it is told, and what is expected."""

    name: str
    label: str
    way: Way
    goal: Goal | None = None

    def cell(self, results: Results, *, judged: bool) -> str:
        """What is printed for these results."""
        numbers = results.numbers.get(self.name)
        if not numbers:
            return "–"
        missed = judged and self.goal and not self.way.holds(numbers, self.goal.limit)
        return self.way.say(numbers) + (" MISSED" if missed else "")

    def is_broken(self, results: Results) -> bool:
        """Did something happen that must never happen?"""
        numbers = results.numbers.get(self.name)
        return bool(numbers and self.goal and self.goal.never and not self.way.holds(numbers, self.goal.limit))


ROWS: tuple[Row, ...] = (
    Row("publish.practice", "*Publish now* until a reader sees it, practice network (p50 / p95)", SECONDS, SOON),
    Row("publish.bluesky", "… Bluesky server", SECONDS, SOON),
    Row("burst.rate", "Posts due at one moment, delivered per second", RATE, MANY),
    Row("burst.lateness", "… and their lateness (p50 / p95)", SECONDS),
    Row("scheduled.lateness", "Lateness of posts due one by one (p50 / p95)", SECONDS),
    Row("typing", "A pause while typing: checks, previews, the whole answer (p50 / p95)", MILLISECONDS, AT_ONCE),
    Row("reveal", "A secret, from the wish until it is shown, its ledger entry committed (p50 / p95)", MILLISECONDS),
    Row("rewrap.seconds", "10,000 secrets under a new key while all goes on", ONCE),
    Row("rewrap.failed", "… looks at them meanwhile that failed", COUNT, NEVER),
    Row("early", "Posts that left before their time", COUNT, NEVER),
    Row(
        "stray.practice.alarm",
        "Foreign post until the alarm is committed, practice network (p50 / p95)",
        MILLISECONDS,
        LIVE,
    ),
    Row("stray.practice.mail", "… until its mail is received", MILLISECONDS),
    Row("stray.mastodon.alarm", "… Mastodon server, alarm", MILLISECONDS, LIVE),
    Row("stray.mastodon.mail", "… mail", MILLISECONDS),
    Row(
        "stray.bluesky.busy.alarm", "… Bluesky server on which others post 5 times a second, alarm", MILLISECONDS, LIVE
    ),
    Row("stray.bluesky.busy.mail", "… mail", MILLISECONDS),
    Row("stray.bluesky.idle.alarm", "… Bluesky server that nobody else uses, alarm", MILLISECONDS, LIVE),
    Row("stray.bluesky.idle.mail", "… mail", MILLISECONDS),
    Row(
        "poll.fastest",
        "Story until the alarm, simulated Instagram, account seen often (p50 / p95)",
        SECONDS,
    ),
    Row("poll.fastest.promise", "… promised", SECONDS),
    Row("poll.ordinary", "… account seen seldom, ordinary pace", SECONDS),
    Row("poll.ordinary.promise", "… promised", SECONDS),
    Row("poll.alarm", "… the same account while an alarm is open", SECONDS),
    Row("poll.alarm.promise", "… promised", SECONDS),
    Row("poll.late", "Stories seen later than the page promised", COUNT, NEVER),
    Row("poll.broken", "Limits of the network that were broken", ALARMS, NEVER),
    Row("many.memory", "Watcher of 200 polled channels: memory", MEGABYTES),
    Row("many.processor", "… share of one core", PER_CENT, Goal("< 50 %", 50.0)),
    Row(
        "many.calls",
        "… share of its calls that an account uses in a day at this pace",
        PER_CENT,
        Goal("< 50 %", 50.0),
    ),
    Row("takeover.worker", "kill -9 of a worker until its delivery is settled", TAKEOVER, LEASE_AND_TWO),
    Row("takeover.watch", "kill -9 of the watcher until the next foreign post is alarmed", TAKEOVER, LEASE_AND_TWO),
    Row("copies.plain", "Posts that stand there twice", COUNT, NEVER),
    Row("copies.troubled", "… of those whose answer was lost or whose worker was killed", COUNT, NEVER),
    Row("lost", "Approved posts that do not stand there", COUNT, NEVER),
    Row("false alarms", "Alarms about own posts", ALARMS, NEVER),
    Row("ledger.broken", "Broken places in the ledger", ALARMS, NEVER),
)
LEGEND = """\
Vierogen runs as one `vierogen worker` and one `vierogen watch`, on SQLite with synchronous=FULL and on PostgreSQL with
its own defaults. Worker and watcher are killed at the same moment, as when their machine dies, while a standby of each
runs; a lease lasts 10 s. The lateness of posts due at one moment is that of the queue. The practice network ignores
idempotency keys here, as some real servers do. A Bluesky server that nobody else uses tells its stream only once a
second what happened.

Instagram is a contract simulator in the same run, and gives an account 4,800 calls a day for each time that it was
seen: "seldom" is 5 times a day, "often" 40, the 200 channels 10. What is promised stood on the page when the story was
posted; the ordinary pace is faster outside office hours.

The naive peer is what somebody would write in an afternoon (bench/naive.py), with SQLite. Its worker looks every 5 s,
sends what is due, and notes it when the network says yes; on an error it sends again, three times in all; when it is
killed, its supervisor starts it again at once. It has no lease, notes nothing before it sends, and does not look before
it repeats. Its watcher lists the account's posts every 5 s and mails about one that it does not know; where there are
many accounts it asks each every 5 s, and does nothing with the answers. A dash: there is nothing of it to measure."""


def cells(columns: Mapping[str, Results], *, unjudged: Container[str]) -> list[list[str]]:
    """The table: its head, then one line per row. In ``unjudged`` columns nothing is called missed."""
    head = ["", "expected", *columns]
    lines = [
        [
            row.label,
            row.goal.words if row.goal else "",
            *(row.cell(results, judged=name not in unjudged) for name, results in columns.items()),
        ]
        for row in ROWS
    ]
    return [head, *lines]


def as_text(lines: Sequence[Sequence[str]]) -> str:
    """For a terminal: columns under each other."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def as_markdown(lines: Sequence[Sequence[str]]) -> str:
    """For a page."""
    head, *rows = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([head, "|---" * len(lines[0]) + "|", *rows])
