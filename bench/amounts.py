"""How much is measured: the whole, and a quick look at whether everything still works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Amounts:
    """How many measurements of each kind."""

    publish: int = 20
    scheduled: int = 40
    burst: int = 200
    strays: int = 20
    # A Bluesky server that nobody uses: each takes more than two seconds.
    strays_idle: int = 10
    lost_answers: int = 20
    # Posts that are under way when their worker is killed.
    under_way: int = 8
    kills: int = 3
    peer: int = 10
    # Polled channels that are each seen seldom, and often.
    polled: int = 6
    # How often one that is seen seldom is, in a day: the fewer, the longer between two looks at it.
    seldom: int = 5
    # Polled channels of one process, and the seconds for which they are watched.
    many: int = 200
    many_seconds: int = 60
    # Posts that are checked while somebody types them.
    typed: int = 190
    # Looks at one secret, and secrets that get a new key.
    looks: int = 200
    sealed: int = 10_000


QUICK = Amounts(
    publish=3,
    scheduled=5,
    burst=10,
    strays=2,
    strays_idle=2,
    lost_answers=4,
    under_way=4,
    kills=1,
    peer=2,
    polled=1,
    seldom=20,
    many=5,
    many_seconds=3,
    typed=5,
    looks=5,
    sealed=100,
)
