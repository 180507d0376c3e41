"""``python -m bench.grouping``: hits grouped per second of one core, on a database of its own; one process.

python -m bench.grouping [--hits 5000] [--database sqlite|postgresql]

An alert with a week of other hits behind it, and new ones in portions as a listener brings them: of the new ones a
third are copies of one another with a sentence of their own. The texts are those of ``bench.listening.words``.
"""

import os
import random
import sys
from argparse import ArgumentParser
from hashlib import sha256
from tempfile import TemporaryDirectory
from time import process_time

from bench.listening.words import posts
from tests.servers.postgres import postgres

PORTION = 200


def main() -> int:
    """Print a line of figures for each size of what was there before."""
    parser = ArgumentParser(prog="python -m bench.grouping", description=__doc__)
    parser.add_argument("--hits", type=int, default=2_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="vierogen-bench-") as home:
        os.environ.update({"VIEROGEN_HOME": home, "DJANGO_SETTINGS_MODULE": "vierogen.config.settings"})
        if asked.database == "sqlite":
            _measure(asked.hits)
        else:
            with postgres(options=("max_connections=200",)) as address:
                os.environ["VIEROGEN_DATABASE_URL"] = address
                _measure(asked.hits)
    return 0


def _measure(number: int) -> None:
    import django  # noqa: PLC0415 - the environment comes first
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    from django.utils import timezone  # noqa: PLC0415

    from vierogen.ledger.actions import Machine  # noqa: PLC0415
    from vierogen.listening.actions.grouping import group  # noqa: PLC0415
    from vierogen.listening.models import Alert, Hit, Item  # noqa: PLC0415
    from vierogen.people.actions import found  # noqa: PLC0415

    town, chance = found("Gemeente Voorbeeld", by=Machine("bench")), random.Random(1)  # noqa: S311 - nothing is secret here

    def store(alert: Alert, texts: list[str]) -> None:
        now, start = timezone.now(), Item.objects.count()
        keys = [sha256(f"{start + n}".encode()).hexdigest() for n in range(len(texts))]
        items = Item.objects.bulk_create(
            Item(key=key, text=text, author=key[:6], seen_at=now) for key, text in zip(keys, texts, strict=True)
        )
        Hit.objects.bulk_create(Hit(organisation=town, alert=alert, item=item, found_at=now) for item in items)

    def grouped(alert: Alert, texts: list[str]) -> float:
        seconds = 0.0
        for at in range(0, len(texts), PORTION):
            store(alert, texts[at : at + PORTION])
            begun = process_time()
            group([alert.pk])
            seconds += process_time() - begun
        return len(texts) / seconds

    for before in (0, 2_000, 20_000):
        alert = Alert.objects.create(organisation=town, name=str(before), query="x")
        behind = posts(before, chance)
        for at in range(0, before, 1_000):
            store(alert, behind[at : at + 1_000])
            group([alert.pk])
        new = posts(number * 2 // 3, chance)
        new += [f"{chance.choice(new)} Lees meer bij {chance.randrange(99)}" for _ in range(number - len(new))]
        chance.shuffle(new)
        speed = grouped(alert, new)
        lines = Hit.objects.filter(alert=alert).leading().count() - before
        print(
            f"{before} hits in the week before: {speed:,.0f} hits/s of one core; {number} new hits are {lines} lines",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
