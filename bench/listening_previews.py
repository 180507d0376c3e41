"""The rounds of bench.listening_preview, on the database of this process."""

import random
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.core.management import call_command
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone
from wordfreq import top_n_list

from bench.results import part_below
from vierogen.ledger.actions import Machine
from vierogen.listening.actions import previewing
from vierogen.listening.actions.alerting import Wish, save
from vierogen.listening.models import Alert, Document, Hit, Item
from vierogen.listening.states import About
from vierogen.matching.folding import FOLDING
from vierogen.matching.posts import documents
from vierogen.people.actions import found, join
from vierogen.people.models import Member, User
from vierogen.people.roles import Role

SETUP, SEED = Machine("bench"), 5
SIGNS, PORTION, TIMES = 30, 2_000, 8
PROMISED = 200.0
BUSY = "of which this process was busy"


def run(messages: int) -> int:
    """Fill the database, ask, and say how long that took; 1 when it took too long."""
    call_command("migrate", verbosity=0)
    anna = _anna()
    alert = save(anna.organisation, Wish("voorbeeld", About.SUBJECT), by=anna)
    words = _words()
    began = time.perf_counter()
    _fill(alert, messages, words)
    print(f"filled in {time.perf_counter() - began:.0f} s (folding included)", flush=True)
    with override_settings(ALLOWED_HOSTS=["127.0.0.1"]):
        taken = _ask(anna, words)
    busy = taken.pop(BUSY)
    every = [number for numbers in taken.values() for number in numbers]
    for kind, numbers in taken.items():
        print(f"  {kind:34} median {part_below(numbers, 0.5):6.0f} ms   95 % {part_below(numbers, 0.95):6.0f} ms")
    whole = part_below(every, 0.95)
    print(f"  {'all ' + str(len(every)):34} median {part_below(every, 0.5):6.0f} ms   95 % {whole:6.0f} ms", flush=True)
    print(f"  {BUSY:34} median {part_below(busy, 0.5):6.0f} ms   95 % {part_below(busy, 0.95):6.0f} ms", flush=True)
    return int(whole > PROMISED)


def _anna() -> Member:
    town = found("Gemeente Voorbeeld", by=SETUP)
    user = User.objects.create_user("anna@voorbeeld.example", None, name="Anna")
    return join(town, user, roles=[Role.WRITER], by=SETUP)


def _words() -> list[str]:
    both = zip(top_n_list("nl", 6_000), top_n_list("en", 6_000), strict=False)
    return [word for pair in both for word in pair]


def _texts(words: list[str]) -> Iterator[str]:
    chance = random.Random(SEED)  # noqa: S311 - for texts, not for secrets
    weights = [1 / (place + 3) for place in range(len(words))]
    while True:
        yield from (" ".join(chance.choices(words, weights, k=SIGNS)) for _each in range(100))


def _fill(alert: Alert, messages: int, words: list[str]) -> None:
    texts, now = _texts(words), timezone.now()
    for start in range(0, messages, PORTION):
        number = min(PORTION, messages - start)
        moments = [now - timedelta(days=29.9) * (start + each) / messages for each in range(number)]
        items = Item.objects.bulk_create(
            Item(
                key=f"{start + each:064x}", text=text, language="nl", author="@buurman", network="mastodon", seen_at=at
            )
            for each, (text, at) in enumerate(zip(islice(texts, number), moments, strict=True))
        )
        mine = {"organisation_id": alert.organisation_id}
        hits = Hit.objects.bulk_create(Hit(**mine, alert=alert, item=item, found_at=item.seen_at) for item in items)
        folded = documents([previewing.as_post(hit) for hit in hits])
        Document.objects.bulk_create(
            Document(**mine, item=item, hour=int(item.seen_at.timestamp()) // 3600, folding=FOLDING, text=text)
            for item, text in zip(items, folded, strict=True)
        )


def _queries(words: list[str]) -> dict[str, list[str]]:
    chance = random.Random(SEED + 1)  # noqa: S311
    common, rare = [word for word in words[400:900] if len(word) > 3], [word for word in words[6_000:] if len(word) > 4]
    pick = chance.choice
    kinds = {
        "a rare word": lambda: pick(rare),
        "a common word": lambda: pick(common),
        "a phrase": lambda: f'"{pick(common)} {pick(rare)}"',
        "two of three, one not": lambda: f"({pick(common)} OR {pick(rare)}) {pick(common)} -{pick(rare)}",
        "a beginning": lambda: f"{pick(common)[:4]}*",
        "within words": lambda: f"~{pick(rare)[:5]}",
        "exactly so": lambda: f"={pick(common)}",
        "forty words with OR": lambda: " OR ".join(chance.sample(rare, 40)),
        "near": lambda: f"{pick(common)} NEAR/5 {pick(common)}",
        "everything fits": lambda: "@buurman OR from:buurman",
    }
    return {kind: [make() for _each in range(TIMES)] for kind, make in kinds.items()}


def _ask(anna: Member, words: list[str]) -> dict[str, list[float]]:
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(anna.user, backend="django.contrib.auth.backends.ModelBackend")
    taken: dict[str, list[float]] = {}
    browser.post("/listening/alerts/preview/", {"query": "voorbeeld"})  # loads what all others use
    for kind, queries in _queries(words).items():
        for query in queries:
            began, busy = time.perf_counter(), time.process_time()
            answer = browser.post("/listening/alerts/preview/", {"query": query})
            taken.setdefault(kind, []).append((time.perf_counter() - began) * 1000)
            taken.setdefault(BUSY, []).append((time.process_time() - busy) * 1000)
            if answer.status_code != 200 or b'id="preview"' not in answer.content:
                raise SystemExit(f"{query} was answered with {answer.status_code}")
    return taken
