"""An account gets into other hands without whoever leaves: at a real Bluesky server, and killed at each place."""

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from tests import nursery
from tests.plugins.house import make_member
from tests.posts.killing import environment
from tests.servers.mastodon import MastodonServer
from tests.servers.pds import PDS, Account
from tests.vault.dying_takeover import ENDING, MAKING
from tests.vault.test_revealing import prove
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel, Takeover, TakeoverStep
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.networks.base import Outgoing
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.vault import taking_over
from vierogen.vault.actions import connect, opened, reconnect
from vierogen.vault.keeping import keep
from vierogen.vault.models import OldKey
from vierogen.vault.offers import KeysHandedIn
from vierogen.web.proof import Proof

NAMES = count(1)
Visit = Callable[[Member], Client]


def proof_of(member: Member) -> Proof:
    return Proof(member.user_id, "totp", time.time())


@pytest.fixture
def account(pds: PDS) -> Account:
    return pds.create_account(f"overname{next(NAMES)}")


@pytest.fixture
def old(account: Account) -> str:
    """The app password that somebody made who left since, and knows."""
    return str(account.call("com.atproto.server.createAppPassword", name="laptop of Lena")["password"])


@pytest.fixture
def sky(town: Organisation, cora: Member, account: Account, old: str) -> Channel:
    """The account, connected with that key; its main password is in the vault."""
    told = {"handle": account.handle, "app_password": old}
    channel = connect(town, "bluesky", server=account.server, credentials=told, by=cora)
    keep(channel, "password", account.password, by=cora)
    return channel


def logs_in(account: Account, password: str) -> bool:
    """Does the network still take this password?"""
    login = {"identifier": account.handle, "password": password}
    answer = account.http.post(f"{account.server}/xrpc/com.atproto.server.createSession", json=login)
    assert answer.status_code in (200, 401)
    return bool(answer.is_success)


def publish(channel: Channel, text: str) -> str:
    with opened(channel) as network:
        key = network.new_key(datetime.now(UTC))
        return network.publish(Outgoing(text=text, key=key, created_at=datetime.now(UTC))).remote_id


def key_of(channel: Channel) -> str:
    with opened(channel) as network:
        return network.opened.credentials["app_password"]


def names(account: Account) -> list[str]:
    return [each["name"] for each in account.ask("com.atproto.server.listAppPasswords")["passwords"]]


def due(takeover: Takeover) -> TakeoverStep:
    step = taking_over.current(takeover)
    assert step is not None
    return step


def do(takeover: Takeover, by: Member) -> None:
    taking_over.do(due(takeover), by=by, proof=proof_of(by))


def test_the_old_app_password_is_refused_and_the_new_one_publishes(
    sky: Channel, account: Account, old: str, cora: Member
) -> None:
    kees, keys = make_member(sky.organisation, "Kees", Role.CUSTODIAN), KeysHandedIn()
    assert [held.url for held in keys.held_by(cora)] == [reverse("vault:takeover", args=[sky.pk])]
    entrust(sky, to=[cora, kees], by=cora)
    account.call("com.atproto.server.createAppPassword", name="a planning tool")
    assert logs_in(account, old)
    takeover = taking_over.begin(sky, by=cora, proof=proof_of(cora))
    do(takeover, cora)
    new = key_of(sky)
    # Both work until the new one is sealed; nothing is ever without a key.
    assert (new != old, logs_in(account, new), logs_in(account, old)) == (True, True, True)
    assert keys.held_by(cora), "the old key still works"
    do(takeover, cora)
    assert (logs_in(account, new), logs_in(account, old)) == (True, False)
    assert keys.held_by(cora) == []
    assert len(names(account)) == 1
    assert takeover.steps.get(key="old_keys").note == taking_over.REFUSED
    assert publish(sky, "In goede handen").startswith(f"at://{account.did}/")
    assert f"Cora takes over {account.handle}" in [row.title for row in Message.objects.filter(email=kees.user.email)]
    uses = Entry.objects.filter(verb="use_secret").values_list("facts__field", flat=True)
    assert list(uses) == ["password", "password"]


def test_without_the_main_password_it_says_what_it_needs(
    sky: Channel, account: Account, old: str, cora: Member
) -> None:
    sky.kept.all().delete()
    assert [field for field, _name, _why in taking_over.lacks(sky)] == ["password", "recovery_email"]
    takeover = taking_over.begin(sky, by=cora, proof=proof_of(cora))
    with pytest.raises(ValidationError, match="main password"):
        do(takeover, cora)
    keep(sky, "password", "not the right one", by=cora)
    with pytest.raises(ValidationError, match="does not take the password"):
        do(takeover, cora)
    assert (key_of(sky), logs_in(account, old)) == (old, True)
    keep(sky, "password", account.password, by=cora)
    do(takeover, cora)
    assert key_of(sky) != old


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", [*MAKING, *ENDING])
def test_whoever_is_killed_on_the_way_leaves_a_key_that_works_and_goes_on(
    sky: Channel, account: Account, old: str, cora: Member, place: str
) -> None:
    takeover = taking_over.begin(sky, by=cora, proof=proof_of(cora))
    if place in ENDING:
        do(takeover, cora)
    step = str(due(takeover).pk)
    ended = nursery.run("tests.vault.dying_takeover", place, step, str(cora.pk), env=environment())
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert logs_in(account, key_of(sky))
    assert publish(sky, "Het werkt nog")
    while due(takeover).key in ("new_key", "old_keys"):
        do(takeover, cora)
    assert logs_in(account, key_of(sky))
    assert not logs_in(account, old)
    # What was made and never sealed is gone too.
    assert len(names(account)) == 1


def test_a_token_of_mastodon_ends_once_another_is_in(
    town: Organisation, cora: Member, mastodon: MastodonServer
) -> None:
    app = {"client_key": "key of the app", "client_secret": "its secret"}
    told = {"token": mastodon.token("anna"), **app}
    channel = connect(town, "mastodon", server=mastodon.base_url, credentials=told, by=cora)
    takeover = taking_over.begin(channel, by=cora, proof=proof_of(cora))
    with pytest.raises(ValidationError, match="still the old one"):
        do(takeover, cora)
    taking_over.skip(due(takeover), by=cora, why="Just to see what happens", proof=proof_of(cora))
    with pytest.raises(ValidationError, match="still the old one"):
        do(takeover, cora)
    assert mastodon.as_person("anna", "GET", "/api/v1/accounts/verify_credentials")


def test_the_old_token_is_revoked_by_the_contract_of_mastodon(
    town: Organisation, cora: Member, mastodon: MastodonServer
) -> None:
    """On mastodon-mock: a simulated server, that asks for no proof of the application."""
    app = {"client_key": "key of the app", "client_secret": "its secret"}
    old, new = another_token(mastodon, "ben"), another_token(mastodon, "ben")
    channel = connect(town, "mastodon", server=mastodon.base_url, credentials={"token": old, **app}, by=cora)
    takeover = taking_over.begin(channel, by=cora, proof=proof_of(cora))
    reconnect(channel, server=channel.server, credentials={"token": new, **app}, by=cora)
    do(takeover, cora)
    do(takeover, cora)
    assert takeover.steps.get(key="old_keys").note == taking_over.REFUSED
    assert publish(channel, "In goede handen")


def test_where_the_old_key_did_not_open_somebody_ends_it_at_the_network(
    town: Organisation, cora: Member, mastodon: MastodonServer
) -> None:
    app = {"client_key": "key of the app", "client_secret": "its secret"}
    old, new = another_token(mastodon, "ben"), another_token(mastodon, "ben")
    channel = connect(town, "mastodon", server=mastodon.base_url, credentials={"token": old, **app}, by=cora)
    takeover = taking_over.begin(channel, by=cora, proof=proof_of(cora))
    OldKey.objects.all().delete()
    reconnect(channel, server=channel.server, credentials={"token": new, **app}, by=cora)
    do(takeover, cora)
    with pytest.raises(ValidationError, match="End it at the network yourself"):
        do(takeover, cora)
    assert due(takeover).key == "old_keys"
    taking_over.skip(due(takeover), by=cora, why="Ended in the settings there", proof=proof_of(cora))


def another_token(mastodon: MastodonServer, name: str) -> str:
    """A token more, as somebody gets who logs in."""
    url, told = mastodon.base_url, {"username": name}
    page = httpx.post(f"{url}/oauth/authorize", data=told, trust_env=False, timeout=10).text
    code = page.split("Authorization code: ")[1].split("<")[0]
    told = {"grant_type": "authorization_code", "code": code}
    return str(httpx.post(f"{url}/oauth/token", data=told, trust_env=False, timeout=10).json()["access_token"])


def test_only_custodians_and_administrators_who_stay_and_prove_it_take_over(
    channel: Channel, cora: Member, anna: Member, otto: Member
) -> None:
    kees, kim = (make_member(channel.organisation, name, Role.CUSTODIAN) for name in ("Kees", "Kim"))
    entrust(channel, to=[kees], by=cora)
    Message.objects.all().delete()
    for member in (anna, otto, kim):
        with pytest.raises(PermissionDenied):
            taking_over.begin(channel, by=member, proof=proof_of(member))
    for proof in (None, proof_of(cora), Proof(kees.user_id, "password", time.time())):
        with pytest.raises(PermissionDenied, match="passkey"):
            taking_over.begin(channel, by=kees, proof=proof)
    takeover = taking_over.begin(channel, by=kees, proof=proof_of(kees))
    told = Message.objects.exclude(email=kees.user.email).order_by("email")  # who heard that he is a custodian now
    expected = [(one.user.email, f"Kees takes over {channel.handle}") for one in (cora, kim)]
    assert [(row.email, row.title) for row in told] == expected
    assert not Message.objects.filter(email=kees.user.email, title__contains="takes over").exists()
    with pytest.raises(ValidationError, match="already"):
        taking_over.begin(channel, by=cora, proof=proof_of(cora))
    taking_over.stop(takeover, by=cora)
    with pytest.raises(WrongStateError):
        taking_over.do(takeover.steps.first(), by=kees, proof=proof_of(kees))  # type: ignore[arg-type]
    assert not OldKey.objects.exists()


def test_what_people_do_leaves_a_trace_before_it_counts(channel: Channel, cora: Member, official: Any) -> None:
    takeover = taking_over.begin(channel, by=cora, proof=proof_of(cora))
    with pytest.raises(ValidationError, match="still the old one"):
        do(takeover, cora)
    reconnect(channel, server=channel.server, credentials={"token": official.token}, by=cora)
    do(takeover, cora)
    do(takeover, cora)
    # The token was the same one, and the network says so.
    assert takeover.steps.get(key="old_keys").note == taking_over.STILL
    with pytest.raises(ValidationError, match="vault first"):
        do(takeover, cora)
    keep(channel, "password", "a new password", by=cora)
    do(takeover, cora)
    assert due(takeover).key == "sessions"


def test_an_exercise_asks_no_network_changes_nothing_and_takes_the_time(
    visit: Visit, channel: Channel, cora: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = visit(cora)
    before = dict(channel.secrets.values_list("field", "version"))
    client.post(reverse("vault:takeover_practise", args=[channel.pk]))
    drill = Takeover.objects.get()
    monkeypatch.setattr(taking_over, "opened", None)
    monkeypatch.setattr(taking_over, "prove", None)
    while step := taking_over.current(drill):
        client.post(reverse("vault:takeover_exercise", args=[drill.pk, step.key]))
    drill.refresh_from_db()
    assert (drill.is_drill, drill.state, drill.minutes) == (True, "finished", 1)
    assert dict(channel.secrets.values_list("field", "version")) == before
    assert not Message.objects.exists()
    page = client.get(reverse("vault:takeover", args=[channel.pk])).content.decode()
    assert "Exercise by Cora: Finished, 1 min" in page


def test_a_real_one_needs_strong_proof_and_belongs_to_the_house(
    visit: Visit, channel: Channel, cora: Member, otto: Member
) -> None:
    client = visit(cora)
    begin = reverse("vault:takeover_begin", args=[channel.pk])
    assert client.post(begin).status_code == 302
    assert not Takeover.objects.exists()
    prove(client, cora)
    client.post(begin)
    takeover = Takeover.objects.get()
    assert not takeover.is_drill
    # A step of a real one is not done by the door of exercises.
    client.post(reverse("vault:takeover_exercise", args=[takeover.pk, "new_key"]))
    assert taking_over.current(takeover).key == "new_key"  # type: ignore[union-attr]
    assert visit(otto).get(reverse("vault:taking_over", args=[takeover.pk])).status_code == 404


def test_a_real_one_ends_an_exercise_that_somebody_left_lying(visit: Visit, channel: Channel, cora: Member) -> None:
    kees = make_member(channel.organisation, "Kees", Role.CUSTODIAN)
    entrust(channel, to=[kees], by=cora, knowing=True)
    drill = taking_over.begin(channel, by=kees, is_drill=True)
    with pytest.raises(ValidationError, match="already"):
        taking_over.begin(channel, by=cora, is_drill=True)
    overview = reverse("vault:takeover", args=[channel.pk])
    page = visit(cora).get(overview).content.decode()
    assert ("An exercise is under way" in page, "Somebody began" in page) == (True, False)
    assert (reverse("vault:takeover_begin", args=[channel.pk]) in page, "Practise it" in page) == (True, False)
    takeover = taking_over.begin(channel, by=cora, proof=proof_of(cora))
    drill.refresh_from_db()
    assert (drill.state, drill.ended_by, takeover.state) == ("stopped", cora, "running")
    told = Entry.objects.filter(verb__in=["stop_takeover", "begin_takeover"]).order_by("number")
    assert [(row.verb, row.facts["is_drill"]) for row in told] == [
        ("begin_takeover", True),
        ("stop_takeover", True),
        ("begin_takeover", False),
    ]
    page = visit(cora).get(overview).content.decode()
    assert ("Somebody began" in page, reverse("vault:takeover_begin", args=[channel.pk]) in page) == (True, False)
    with pytest.raises(ValidationError, match="already"):
        taking_over.begin(channel, by=kees, proof=proof_of(kees))


def test_it_is_not_finished_while_too_few_answer_for_the_account(channel: Channel, cora: Member) -> None:
    kees, kim = (make_member(channel.organisation, name, Role.CUSTODIAN) for name in ("Kees", "Kim"))
    entrust(channel, to=[kees], by=cora, knowing=True)
    takeover = taking_over.begin(channel, by=cora, proof=proof_of(cora))
    while due(takeover).key != "custodians":
        taking_over.skip(due(takeover), by=cora, why="Somebody did this by hand", proof=proof_of(cora))
    with pytest.raises(ValidationError, match="Only one person answers"):
        do(takeover, cora)
    entrust(channel, to=[kees, kim], by=cora)
    Member.objects.filter(pk=kees.pk).update(ends_on=channel.organisation.today())
    with pytest.raises(ValidationError, match="so few stay"):
        do(takeover, cora)
    entrust(channel, to=[kim, cora], by=cora)
    do(takeover, cora)
    takeover.refresh_from_db()
    assert takeover.state == "finished"
