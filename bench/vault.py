"""The vault: how long a look at a secret takes, and 10,000 secrets under a new key while others go on reading."""

import threading
import time
from secrets import token_urlsafe

from django.db import connection, transaction

from bench.amounts import Amounts
from bench.house import SETUP, House
from bench.results import Results
from vierogen.channels.models import Channel
from vierogen.channels.states import State
from vierogen.people.actions import join
from vierogen.people.models import Member, User
from vierogen.people.roles import Role
from vierogen.vault.keeping import keep, opened_value, put
from vierogen.vault.models import Field, Kept
from vierogen.vault.revealing import Revealed, reveal
from vierogen.vault.rotating import rotate
from vierogen.web.proof import Proof

VALUE = "vier ogen zien meer"


def looks(house: House, amounts: Amounts, results: Results) -> None:
    """Milliseconds from the wish to the secret, its ledger entry committed between."""
    channel, keeper = house.channels["practice"], _keeper(house)
    channel.custodians.create(member=keeper)
    kept = keep(channel, Field.PASSWORD, VALUE, by=keeper)
    for _turn in range(amounts.looks):
        proof = Proof(keeper.user_id, "totp", time.time())
        began = time.perf_counter()
        shown = reveal(kept, by=keeper, reason="To measure how long it takes", proof=proof)
        results.add("reveal", (time.perf_counter() - began) * 1000)
        if not isinstance(shown, Revealed) or shown.value != VALUE:
            results.notes.append("a secret was not shown as it was put in")


def new_key(house: House, amounts: Amounts, results: Results) -> None:
    """Seconds for all of them, and how many looks of a reader meanwhile found nothing."""
    _fill(house, amounts.sealed)
    stop, failed = threading.Event(), list[float]()
    reader = threading.Thread(target=_read, args=(stop, failed))
    reader.start()
    try:
        done = rotate()
    finally:
        stop.set()
        reader.join()
    results.add("rewrap.seconds", done.seconds)
    results.extend("rewrap.failed", failed)
    if done.rows < amounts.sealed or done.damaged:
        results.notes.append(f"{done.rows} rows were wrapped anew, {done.damaged} do not open")


def _keeper(house: House) -> Member:
    user = User.objects.create_user("kees@voorbeeld.example", token_urlsafe(), name="Kees")
    return join(house.organisation, user, roles=[Role.CUSTODIAN], by=SETUP)


@transaction.atomic
def _fill(house: House, count: int) -> None:
    """So many secrets, seven an account; nobody watches those accounts."""
    for number in range(-(-count // len(Field.values))):
        told = {"network_key": "mastodon", "server": "https://x.example", "account_id": f"v{number}", "handle": "@x"}
        channel = Channel.objects.create(organisation=house.organisation, state=State.CLOSED, **told)
        for name in Field.values:
            kept = Kept(channel=channel, field=name, version=0)
            put(kept, VALUE, by=None)
            kept.save()


def _read(stop: threading.Event, failed: list[float]) -> None:
    """A reader in a hurry; each look is 0 where it found the secret, 1 where it did not."""
    numbers = list(Kept.objects.filter(channel__handle="@x").values_list("pk", flat=True)[:500])
    turn = 0
    while not stop.is_set():
        kept = Kept.objects.select_related("channel").get(pk=numbers[turn % len(numbers)])
        try:
            failed.append(float(opened_value(kept) != VALUE))
        except Exception:  # noqa: BLE001 - whatever it is, the secret was not there
            failed.append(1.0)
        turn += 1
    connection.close()
