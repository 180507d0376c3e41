"""An account turns up at another server: what the vault holds for the server from before is never sent there."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from tests.plugins.house import make_member
from tests.vault.rogue import Rogue
from tests.vault.test_revealing import proof_of
from vierogen.channels.models import Channel, Takeover
from vierogen.ledger.models import Entry
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right, Role
from vierogen.vault import taking_over
from vierogen.vault.actions import connect
from vierogen.vault.forms import KeepForm
from vierogen.vault.keeping import keep
from vierogen.vault.models import Kept, OldKey

HANDLE, MAIN, OLD, THEIRS = "gemeente.example", "the main password", "aaaa-aaaa", "bbbb-bbbb"


@pytest.fixture
def home() -> Iterator[Rogue]:
    """The server where the account lives."""
    with Rogue(HANDLE) as server:
        yield server


@pytest.fixture
def evil() -> Iterator[Rogue]:
    with Rogue(HANDLE) as server:
        yield server


@pytest.fixture
def kees(town: Organisation) -> Member:
    return make_member(town, "Kees", Role.CUSTODIAN)


@pytest.fixture
def sky(town: Organisation, home: Rogue, kees: Member) -> Channel:
    channel = at(home, town, OLD, by=kees)
    keep(channel, "password", MAIN, by=kees, needs_second=True)
    return channel


def at(server: Rogue, town: Organisation, key: str, *, by: Member) -> Channel:
    credentials = {"handle": HANDLE, "app_password": key}
    return connect(town, "bluesky", server=server.url, credentials=credentials, by=by)


def do(takeover: Takeover, by: Member) -> None:
    step = taking_over.current(takeover)
    assert step is not None
    taking_over.do(step, by=by, proof=proof_of(by))


def begun(channel: Channel, by: Member) -> Takeover:
    """Begun, as the next request reads it."""
    return Takeover.objects.get(pk=taking_over.begin(channel, by=by, proof=proof_of(by)).pk)


@pytest.mark.django_db(transaction=True)
def test_the_main_password_goes_to_the_server_for_which_it_was_put_in(
    sky: Channel, home: Rogue, evil: Rogue, cora: Member
) -> None:
    assert not cora.may(Right.REVEAL)
    assert at(evil, sky.organisation, THEIRS, by=cora) == sky
    takeover = begun(Channel.objects.get(), cora)
    with pytest.raises(ValidationError, match="connect the account at the right server"):
        do(takeover, cora)
    assert (MAIN in evil.passwords, MAIN in home.passwords) == (False, False)
    assert not Entry.objects.filter(verb="use_secret").exists()
    at(home, sky.organisation, OLD, by=cora)
    do(Takeover.objects.get(), cora)
    assert (MAIN in evil.passwords, MAIN in home.passwords) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_put_in_again_it_goes_where_the_account_moved_to(sky: Channel, evil: Rogue, cora: Member, kees: Member) -> None:
    at(evil, sky.organisation, THEIRS, by=kees)
    moved = Channel.objects.get()
    # Made stricter it stays bound; only who knows it can say that it belongs elsewhere now.
    Kept.objects.update(needs_second=False)
    keep(moved, "password", "", by=cora, needs_second=True)
    takeover = begun(moved, cora)
    with pytest.raises(ValidationError, match="right server"):
        do(takeover, cora)
    assert evil.url in KeepForm(kept=Kept.objects.get()).fields["value"].help_text
    keep(moved, "password", MAIN, by=kees)
    do(takeover, cora)
    assert MAIN in evil.passwords


@pytest.mark.django_db(transaction=True)
def test_the_key_from_before_is_tried_where_it_belongs(sky: Channel, home: Rogue, evil: Rogue, cora: Member) -> None:
    begun(sky, cora)
    at(evil, sky.organisation, THEIRS, by=cora)
    tried = len(home.passwords)
    assert taking_over._tried(Takeover.objects.get()) == taking_over.STILL
    assert (home.passwords[tried:], evil.passwords) == ([OLD], [THEIRS])


@pytest.mark.django_db(transaction=True)
def test_another_server_is_told_to_everybody_who_answers_for_the_account(
    sky: Channel, home: Rogue, evil: Rogue, cora: Member, kees: Member
) -> None:
    at(home, sky.organisation, THEIRS, by=cora)
    assert not Message.objects.exists()
    at(evil, sky.organisation, THEIRS, by=cora)
    mail = Message.objects.get()
    assert (mail.email, mail.title) == (kees.user.email, f"{HANDLE} is connected at another server now")
    assert home.url in mail.text
    assert evil.url in mail.text
    facts = Entry.objects.filter(verb="reconnect").latest("number").facts
    assert facts == {"server": evil.url, "server_before": home.url}


def test_what_was_there_before_belongs_to_the_server_in_use(channel: Channel, cora: Member) -> None:
    keep(channel, "password", MAIN, by=cora)
    taking_over.begin(channel, by=cora, proof=proof_of(cora))
    Kept.objects.update(server="")
    OldKey.objects.update(server="")
    import_module("vierogen.vault.migrations.0007_servers_of_secrets").take_the_one_in_use(apps, None)
    assert (Kept.objects.get().server, OldKey.objects.get().server) == (channel.server, channel.server)
