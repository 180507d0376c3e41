"""Secrets for people: put in, seen once with a reason and strong proof, never without the ledger."""

import time
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
import time_machine
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.plugins.house import make_member
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel
from vierogen.core.sealing import SealError
from vierogen.home.vaults import vaults
from vierogen.ledger import moves
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.notices.models import Message
from vierogen.people import departing
from vierogen.people.actions import change_roles
from vierogen.people.models import Member
from vierogen.people.roles import Role
from vierogen.vault import jobs, keeping
from vierogen.vault.keeping import code_of, keep, opened_value, remove, say_ended
from vierogen.vault.models import Export, Kept, Reveal
from vierogen.vault.offers import ExportsTaken, OpenWishes, SecretsKnown
from vierogen.vault.revealing import Revealed, allow, break_glass, look_back, reveal, show, veto
from vierogen.vault.states import RevealState
from vierogen.vault.views.keeping import PER_PAGE
from vierogen.web.proof import Proof

Enter = Callable[[Member], Client]
PASSWORD = "vier ogen zien meer"
SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
WHY = "The app on the new phone asks for it"


def proof_of(member: Member, *, method: str = "totp", seconds: float = 0) -> Proof:
    return Proof(member.user_id, method, time.time() - seconds)


def prove(client: Client, member: Member, *, kind: str = "totp", seconds: float = 0) -> None:
    """What allauth leaves in the session after the app with codes, a recovery code or a passkey."""
    session = client.session
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(member.user_id)
    given = {"method": "mfa", "type": kind, "at": time.time() - seconds, "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [given]
    session.save()


def body(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def kees(channel: Channel) -> Member:
    """A custodian of the channel, with Kim."""
    return make_member(channel.organisation, "Kees", Role.CUSTODIAN)


@pytest.fixture
def kim(channel: Channel, kees: Member, cora: Member) -> Member:
    """The other one."""
    member = make_member(channel.organisation, "Kim", Role.CUSTODIAN)
    entrust(channel, to=[kees, member], by=cora)
    return member


@pytest.fixture
def secret(channel: Channel, kim: Member, cora: Member) -> Kept:
    """The password of the channel, put in by the administrator."""
    return keep(channel, "password", PASSWORD, by=cora)


@pytest.fixture
def careful(secret: Kept, cora: Member) -> Kept:
    """The same; a second custodian has to agree."""
    return keep(secret.channel, "password", "", by=cora, needs_second=True)


@pytest.fixture
def seed(secret: Kept, cora: Member) -> Kept:
    """The seed of RFC 6238's examples."""
    return keep(secret.channel, "otp_seed", SEED, by=cora)


# Putting in


def test_nothing_overwrites_nothing_and_a_new_value_is_a_new_version(secret: Kept, cora: Member, kees: Member) -> None:
    keep(secret.channel, "password", "  ", by=cora)
    shown = reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(shown, Revealed)
    assert (shown.value, shown.reveal.version) == (PASSWORD, 1)
    assert keep(secret.channel, "password", "another one", by=cora).version == 2
    with pytest.raises(ValidationError):
        keep(secret.channel, "notes", "", by=cora)


def test_who_may_not_connect_puts_nothing_in(secret: Kept, anna: Member, otto: Member) -> None:
    for by in (anna, otto):
        with pytest.raises(PermissionDenied):
            keep(secret.channel, "password", "mine now", by=by)


def test_the_second_person_is_dropped_only_with_a_new_value(careful: Kept, cora: Member) -> None:
    with pytest.raises(ValidationError, match="new value"):
        keep(careful.channel, "password", "", by=cora, needs_second=False)
    assert not keep(careful.channel, "password", "a newer one", by=cora, needs_second=False).needs_second


def test_what_is_removed_is_gone_and_who_saw_it_stays(secret: Kept, kees: Member, cora: Member) -> None:
    reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))
    remove(secret, by=cora)
    assert bytes(Kept.objects.get().ciphertext) == b""
    assert Reveal.objects.get().by == kees
    with pytest.raises(ValidationError):
        reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))


@pytest.mark.parametrize(("at", "code"), [(59, "94287082"), (1111111109, "07081804"), (20000000000, "65353130")])
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    address = f"otpauth://totp/x?secret={SEED}&digits=8&issuer=y"
    assert code_of(address, at=at).now == code
    spaced = " ".join([SEED[:16].lower(), SEED[16:]])
    assert code_of(spaced, at=at).now == code[2:]


@pytest.mark.parametrize(
    "wrong", ["niet base32!", "A", "otpauth://totp/x?secret=", f"otpauth://totp/x?secret={SEED}&digits=3"]
)
def test_what_is_no_seed_is_refused(wrong: str, secret: Kept, cora: Member) -> None:
    with pytest.raises(ValidationError, match="no key for codes"):
        keep(secret.channel, "otp_seed", wrong, by=cora)
    assert keep(secret.channel, "otp_seed", SEED, by=cora)


# Seeing


def test_a_custodian_sees_it_once_and_the_ledger_knew_first(secret: Kept, kees: Member) -> None:
    shown = reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(shown, Revealed)
    assert shown.value == PASSWORD
    entry = Entry.objects.get(verb="reveal")
    assert entry.actor == kees.actor
    assert {one.name: one.value for one in entry.openings.all()}["reason"] == WHY
    with pytest.raises(WrongStateError):
        show(shown.reveal, by=kees, proof=proof_of(kees))


def test_without_the_ledger_nothing_is_ever_shown(
    secret: Kept, careful: Kept, kees: Member, kim: Member, dirk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one of fifty times, by no way; and nothing says that it was seen."""
    second = reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(second, Reveal)
    allow(second, by=kim, proof=proof_of(kim))
    broken = break_glass(careful, by=dirk, reason=WHY, proof=proof_of(dirk))
    keep(secret.channel, "password", "plain again", by=kim, needs_second=False)
    Reveal.objects.filter(pk=broken.pk).update(opens_at=timezone.now())
    opened: list[Kept] = []
    real, whole = keeping.opened_value, moves.record
    monkeypatch.setattr("vierogen.vault.revealing.opened_value", lambda kept: opened.append(kept) or real(kept))

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(moves, "record", fail)
    for _turn in range(50):
        for ask in (
            lambda: reveal(secret, by=kees, reason=WHY, proof=proof_of(kees)),
            lambda: show(Reveal.objects.get(pk=second.pk), by=kees, proof=proof_of(kees)),
            lambda: show(Reveal.objects.get(pk=broken.pk), by=dirk, proof=proof_of(dirk)),
        ):
            with pytest.raises(OSError, match="full"):
                ask()
    assert opened == []
    assert not Reveal.objects.seen().exists()
    monkeypatch.setattr(moves, "record", whole)
    assert isinstance(reveal(secret, by=kees, reason=WHY, proof=proof_of(kees)), Revealed)


@pytest.mark.parametrize("reason", ["", "   ", "x", "becauseofthis", "a b"])
def test_no_reason_nothing_seen(reason: str, secret: Kept, kees: Member) -> None:
    with pytest.raises(ValidationError, match="few words"):
        reveal(secret, by=kees, reason=reason, proof=proof_of(kees))
    assert not Reveal.objects.exists()
    assert reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))


def test_only_fresh_strong_proof_of_oneself_counts(secret: Kept, kees: Member, kim: Member) -> None:
    for proof in (
        None,
        proof_of(kees, method="password"),
        proof_of(kees, method="recovery_codes"),
        proof_of(kees, seconds=301),
        proof_of(kees, seconds=-60),
        proof_of(kim),
    ):
        with pytest.raises(PermissionDenied):
            reveal(secret, by=kees, reason=WHY, proof=proof)
    for method in ("totp", "webauthn"):
        assert reveal(secret, by=kees, reason=WHY, proof=proof_of(kees, method=method, seconds=290))


def test_nobody_else_sees_it(secret: Kept, cora: Member, anna: Member, otto: Member, dirk: Member) -> None:
    """An administrator by their role neither, nor a custodian of other accounts."""
    other = make_member(secret.channel.organisation, "Olga", Role.CUSTODIAN)
    for member in (cora, anna, otto, dirk, other):
        with pytest.raises(PermissionDenied):
            reveal(secret, by=member, reason=WHY, proof=proof_of(member))
    assert not Reveal.objects.exists()


@pytest.mark.parametrize("why", ["trainee", "temporary", "role gone", "ended"])
def test_a_custodian_who_may_not_any_more_sees_nothing(why: str, secret: Kept, kees: Member, cora: Member) -> None:
    today = secret.channel.organisation.today()
    changes: dict[str, dict[str, Any]] = {
        "trainee": {"roles": [Role.TRAINEE], "ends_on": today + timedelta(days=9)},
        "temporary": {"roles": [Role.CUSTODIAN], "ends_on": today + timedelta(days=9)},
        "role gone": {"roles": [Role.WRITER], "ends_on": None},
    }
    stale = Member.objects.get(pk=kees.pk)
    assert stale.may("reveal")
    if why == "ended":
        Member.objects.filter(pk=kees.pk).update(ends_on=today - timedelta(days=1))
    else:
        change_roles(kees, by=cora, **changes[why])
    with pytest.raises(PermissionDenied):
        reveal(secret, by=stale, reason=WHY, proof=proof_of(stale))


@pytest.mark.parametrize("change", ["swapped", "version", "channel", "damaged"])
def test_a_row_that_was_tampered_with_does_not_open(change: str, secret: Kept, seed: Kept, kees: Member) -> None:
    if change == "swapped":
        Kept.objects.filter(pk=secret.pk).update(key_id=seed.key_id, wrapped=seed.wrapped, ciphertext=seed.ciphertext)
    elif change == "version":
        Kept.objects.filter(pk=secret.pk).update(version=7)
    elif change == "damaged":
        Kept.objects.filter(pk=secret.pk).update(ciphertext=bytes(secret.ciphertext)[:-1] + b"x")
    else:
        Kept.objects.filter(pk=seed.pk).delete()
        Kept.objects.filter(pk=secret.pk).update(field="otp_seed")
    with pytest.raises(SealError):
        reveal(Kept.objects.get(pk=secret.pk), by=kees, reason=WHY, proof=proof_of(kees))
    assert Entry.objects.filter(verb="reveal").count() == 1


def test_a_seed_shows_its_code_and_itself_only_in_an_emergency(seed: Kept, kees: Member) -> None:
    shown = reveal(seed, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(shown, Revealed)
    assert shown.code
    assert shown.value == ""
    assert len(shown.code.now) == 6
    asked = break_glass(seed, by=kees, reason=WHY, proof=proof_of(kees))
    with time_machine.travel(asked.opens_at, tick=False):
        assert show(asked, by=kees, proof=proof_of(kees)).value == SEED


# The second person


def test_a_second_custodian_agrees_and_ten_minutes_are_enough(careful: Kept, kees: Member, kim: Member) -> None:
    asked = reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(asked, Reveal)
    assert Message.objects.filter(email=kim.user.email, title__contains="asks to see").exists()
    assert [one.action for one in vaults(kim)] == ["Look and decide"]
    with pytest.raises(WrongStateError):
        show(asked, by=kees, proof=proof_of(kees))
    with pytest.raises(PermissionDenied):
        allow(asked, by=kees, proof=proof_of(kees))
    with pytest.raises(PermissionDenied):
        allow(asked, by=kim, proof=proof_of(kim, method="password"))
    allow(asked, by=kim, proof=proof_of(kim))
    with pytest.raises(PermissionDenied):
        show(asked, by=kim, proof=proof_of(kim))
    assert [one.action for one in vaults(kees)] == ["See it"]
    assert show(Reveal.objects.get(pk=asked.pk), by=kees, proof=proof_of(kees)).value == PASSWORD


def test_what_nobody_used_in_time_lapses(careful: Kept, kees: Member, kim: Member) -> None:
    asked = reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(asked, Reveal)
    allow(asked, by=kim, proof=proof_of(kim))
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1), tick=False):
        with pytest.raises(WrongStateError):
            show(asked, by=kees, proof=proof_of(kees))
        jobs.lapse("w")
    assert Reveal.objects.get().state == RevealState.LAPSED


def test_what_was_stopped_is_never_shown(careful: Kept, kees: Member, kim: Member, anna: Member) -> None:
    asked = reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(asked, Reveal)
    allow(asked, by=kim, proof=proof_of(kim))
    with pytest.raises(PermissionDenied):
        veto(asked, by=anna)
    veto(asked, by=kim)
    with pytest.raises(WrongStateError):
        show(asked, by=kees, proof=proof_of(kees))


# Breaking the glass


def test_broken_glass_waits_is_announced_and_is_looked_back_at(
    secret: Kept, dirk: Member, kees: Member, kim: Member, cora: Member
) -> None:
    asked = break_glass(secret, by=dirk, reason=WHY, proof=proof_of(dirk))
    told = set(Message.objects.filter(title__contains="Emergency", urgent=True).values_list("email", flat=True))
    assert told == {member.user.email for member in (kees, kim, cora)}
    assert [one.state for one in vaults(cora)] == ["stop"]
    with pytest.raises(WrongStateError):
        show(asked, by=dirk, proof=proof_of(dirk))
    with time_machine.travel(asked.opens_at - timedelta(seconds=1), tick=False), pytest.raises(WrongStateError):
        show(asked, by=dirk, proof=proof_of(dirk))
    with time_machine.travel(asked.opens_at, tick=False):
        assert show(asked, by=dirk, proof=proof_of(dirk)).value == PASSWORD
        with pytest.raises(WrongStateError):
            show(asked, by=dirk, proof=proof_of(dirk))
        asked.refresh_from_db()
        assert asked.review_due_at == asked.opens_at + timedelta(hours=24)
        assert [one.action for one in vaults(cora)] == ["Look back"]
        assert not list(vaults(dirk))
        with pytest.raises(PermissionDenied):
            look_back(asked, by=dirk, note="all fine")
        with pytest.raises(ValidationError):
            look_back(asked, by=cora, note=" ")
    with time_machine.travel(asked.opens_at + timedelta(hours=25), tick=False):
        assert [one.state for one in vaults(cora)] == ["stop"]
        look_back(asked, by=cora, note="The password is changed.")
        assert not list(vaults(cora))


@pytest.mark.parametrize("who", ["cora", "kees", "dirk"])
def test_a_veto_ends_it_for_good(
    who: str, secret: Kept, dirk: Member, kees: Member, request: pytest.FixtureRequest
) -> None:
    asked = break_glass(secret, by=dirk, reason=WHY, proof=proof_of(dirk))
    veto(asked, by=request.getfixturevalue(who))
    with time_machine.travel(asked.opens_at + timedelta(minutes=1), tick=False), pytest.raises(WrongStateError):
        show(asked, by=dirk, proof=proof_of(dirk))


def test_who_is_here_for_a_while_breaks_no_glass(secret: Kept, dirk: Member, anna: Member, otto: Member) -> None:
    for member in (anna, otto):
        with pytest.raises(PermissionDenied):
            break_glass(secret, by=member, reason=WHY, proof=proof_of(member))
    Member.objects.filter(pk=dirk.pk).update(ends_on=timezone.now().date() + timedelta(days=30))
    with pytest.raises(PermissionDenied):
        break_glass(secret, by=dirk, reason=WHY, proof=proof_of(dirk))


# What a member holds


def test_what_was_seen_is_held_until_it_is_changed(secret: Kept, seed: Kept, kees: Member, cora: Member) -> None:
    kept = SecretsKnown()
    assert kept.held_by(kees) == []
    for one in (secret, secret, seed):
        reveal(one, by=kees, reason=WHY, proof=proof_of(kees))
    (held,) = kept.held_by(kees)
    assert held.subject == f"vault.kept:{secret.pk}"
    keep(secret.channel, "password", "changed at the network", by=cora)
    assert kept.held_by(kees) == []


@pytest.mark.parametrize("field", ["password", "notes", "recovery_phone"])
def test_who_filled_it_in_knows_it_until_somebody_else_fills_in_another(
    field: str, secret: Kept, kees: Member, cora: Member
) -> None:
    channel, known = secret.channel, SecretsKnown()
    typed = keep(channel, field, "as Kees knows it", by=kees)
    assert [held.subject for held in known.held_by(kees)] == [f"vault.kept:{typed.pk}"]
    keep(channel, field, "", by=cora, needs_second=True)  # a second person, and the same secret
    assert len(known.held_by(kees)) == 1
    keep(channel, field, "as only Cora knows it", by=cora, needs_second=True)
    assert (known.held_by(kees), f"vault.kept:{typed.pk}" in [held.subject for held in known.held_by(cora)]) == (
        [],
        True,
    )


@pytest.mark.parametrize("how", ["saw it", "filled it in"])
@pytest.mark.parametrize("who", ["kees", "cora"])
def test_what_was_destroyed_here_is_known_until_somebody_else_says_that_it_is_ended(
    how: str, who: str, secret: Kept, cora: Member, kees: Member, kim: Member, request: pytest.FixtureRequest
) -> None:
    """Else whoever leaves could destroy it, and take it along."""
    if how == "saw it":
        reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))
    else:
        secret = keep(secret.channel, "password", "as Kees knows it", by=kees)
    known = SecretsKnown()
    assert known.held_by(kim) == []
    remove(secret, by=request.getfixturevalue(who))
    (held,) = known.held_by(kees)
    assert held.title.endswith("destroyed here")
    assert "may still work at the network" in held.asks
    say_ended(Kept.objects.get(), by=kees)  # it settles nothing for themself
    assert len(known.held_by(kees)) == 1
    with pytest.raises(ValidationError):
        say_ended(Kept.objects.get(), by=kees)
    Member.objects.filter(pk=kim.pk).update(ends_on=timezone.now().date() + timedelta(days=9))
    with pytest.raises(PermissionDenied, match="here to stay"):
        say_ended(Kept.objects.get(), by=kim)
    say_ended(Kept.objects.get(), by=cora)
    assert (known.held_by(kees), known.held_by(cora)) == ([], [])


def test_a_code_or_an_older_value_that_was_seen_is_not_what_was_destroyed(
    secret: Kept, seed: Kept, cora: Member, kees: Member
) -> None:
    reveal(seed, by=kees, reason=WHY, proof=proof_of(kees))
    reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))
    remove(keep(secret.channel, "password", "changed at the network", by=cora), by=cora)
    remove(Kept.objects.get(pk=seed.pk), by=cora)
    assert SecretsKnown().held_by(kees) == []
    assert len(SecretsKnown().held_by(cora)) == 2  # she had filled them in


def test_what_was_destroyed_after_an_export_is_in_it_all_the_same(secret: Kept, cora: Member, kees: Member) -> None:
    Export.objects.create(
        organisation=secret.channel.organisation,
        recipients=[],
        asked_by=kees,
        allowed_by=cora,
        state="made",
        ends_at=timezone.now(),
        made_at=timezone.now(),
    )
    taken = ExportsTaken()
    before = [held.subject for held in taken.held_by(kees)]
    remove(secret, by=kees)
    assert [held.subject for held in taken.held_by(kees)] == before
    say_ended(Kept.objects.get(), by=cora)
    assert f"vault.kept:{secret.pk}" not in [held.subject for held in taken.held_by(kees)]


def test_what_was_destroyed_between_two_exports_is_in_the_older_one(
    secret: Kept, cora: Member, kees: Member, kim: Member
) -> None:
    def take() -> None:
        told = {"organisation": secret.channel.organisation, "recipients": [], "state": "made"}
        now = timezone.now()
        Export.objects.create(**told, asked_by=kees, allowed_by=cora, ends_at=now, made_at=now)

    def held() -> list[str]:
        return [one.title for one in ExportsTaken().held_by(kees) if one.subject == f"vault.kept:{secret.pk}"]

    with time_machine.travel(timezone.now(), tick=False) as clock:
        clock.shift(timedelta(days=1))
        take()
        clock.shift(timedelta(days=1))
        remove(secret, by=cora)
        clock.shift(timedelta(days=1))
        take()
        assert len(held()) == 1
        assert held()[0].endswith("destroyed here")
        clock.shift(timedelta(days=1))
        keep(secret.channel, "password", "a newer one", by=kim)
        assert len(held()) == 1
        take()
        assert len(held()) == 1  # once, though it is in two of them
        say_ended(Kept.objects.get(), by=kim)
        clock.shift(timedelta(days=1))
        keep(secret.channel, "password", "the newest", by=kim)
        assert held() == []


def test_filling_in_anything_makes_nobody_forget_what_was_destroyed(
    secret: Kept, cora: Member, kees: Member, kim: Member
) -> None:
    """Else whoever leaves could fill in rubbish, and be off every list."""
    reveal(secret, by=kim, reason=WHY, proof=proof_of(kim))
    remove(secret, by=cora)
    Member.objects.filter(pk=kees.pk).update(ends_on=timezone.now().date() + timedelta(days=2))
    Message.objects.all().delete()
    keep(secret.channel, "password", "rubbish", by=Member.objects.get(pk=kees.pk))
    assert {row.email for row in Message.objects.filter(title__contains="filled in again")} == {kim.user.email}
    known = SecretsKnown()
    for member in (kim, cora):  # who saw it, and who had put it in
        assert [held.title.endswith("destroyed here") for held in known.held_by(member)] == [True]
    assert [held.title.endswith("destroyed here") for held in known.held_by(kees)] == [False]
    with pytest.raises(ValidationError, match="First let somebody do that"):
        remove(Kept.objects.get(), by=cora)
    keep(secret.channel, "password", "a good one", by=cora)
    assert len(known.held_by(kim)) == 1
    with pytest.raises(PermissionDenied):
        say_ended(Kept.objects.get(), by=Member.objects.get(pk=kees.pk))
    say_ended(Kept.objects.get(), by=kim)  # she knew it: for the others
    assert (len(known.held_by(kim)), len(known.held_by(cora))) == (1, 1)  # Cora knows the good one
    say_ended(Kept.objects.get(), by=cora)
    assert known.held_by(kim) == []
    remove(Kept.objects.get(), by=kim)
    assert [held.title.endswith("destroyed here") for held in known.held_by(cora)] == [True]
    assert known.held_by(kim) == []


def test_what_was_destroyed_before_its_version_was_written_down_is_not_forgotten(secret: Kept, cora: Member) -> None:
    remove(secret, by=cora)
    Kept.objects.update(gone_version=None)
    assert SecretsKnown().held_by(cora) == []
    import_module("vierogen.vault.migrations.0012_what_is_gone")._of_those_from_before(apps, None)
    assert len(SecretsKnown().held_by(cora)) == 1


def test_that_the_one_before_is_ended_is_said_on_the_page_too(
    secret: Kept, cora: Member, kim: Member, visit: Enter
) -> None:
    remove(secret, by=cora)
    keep(secret.channel, "password", "a good one", by=cora)
    client, page = visit(cora), reverse("vault:secrets", args=[secret.channel_id])
    assert "The one before was destroyed here." in body(client.get(page))
    where = reverse("vault:ended", args=[secret.channel_id, "password"])
    client.post(where)
    assert "Somebody else still has to say so." in body(client.get(page))
    say_ended(Kept.objects.get(), by=kim)
    assert where not in body(client.get(page))
    assert Kept.objects.get().gone_version is None


def test_who_leaves_soon_is_told_before_they_change_anything(
    secret: Kept, kees: Member, kim: Member, enter: Enter
) -> None:
    Member.objects.filter(pk=kees.pk).update(ends_on=timezone.now().date() + timedelta(days=10))
    client = enter(Member.objects.get(pk=kees.pk))
    prove(client, kees)
    url = reverse("vault:keep", args=[secret.channel_id, "password"])
    page = body(client.get(url))
    assert "Do not change it at the network yet." in page
    assert "who stay: Kim." in page
    assert 'name="value"' not in page
    assert client.post(url, {"value": "mine", "version": 1}).status_code == 422
    assert Kept.objects.get().version == 1
    empty = body(client.get(reverse("vault:keep", args=[secret.channel_id, "notes"])))
    assert 'name="value"' in empty  # what they know they fill in


def test_that_it_is_ended_is_said_on_the_page(
    secret: Kept, cora: Member, kees: Member, kim: Member, visit: Enter
) -> None:
    remove(secret, by=kees)
    departing.begin(kees, last_day=None, by=cora)
    client, page = visit(cora), reverse("vault:secrets", args=[secret.channel_id])
    assert "Nobody has said yet that it does not work" in body(client.get(page))
    where = reverse("vault:ended", args=[secret.channel_id, "password"])
    assert "It is written down." in body(client.post(where, follow=True))
    # Cora had put it in.
    assert "Cora, who knew it, said that it is ended" in body(client.get(page))
    say_ended(Kept.objects.get(), by=kim)
    assert where not in body(client.get(page))


def test_a_departure_lists_what_was_destroyed_in_plain_words(
    secret: Kept, cora: Member, kees: Member, kim: Member, enter: Enter
) -> None:
    reveal(secret, by=kees, reason=WHY, proof=proof_of(kees))
    remove(secret, by=kees)
    leaving = departing.begin(kees, last_day=None, by=cora)
    page = body(enter(cora).get(reverse("people:departure", args=[leaving.pk])))
    assert "destroyed here" in page
    assert "It is gone here, and may still work at the network." in page


def test_open_wishes_end_at_once(careful: Kept, kees: Member, kim: Member) -> None:
    asked = reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(asked, Reveal)
    allow(asked, by=kim, proof=proof_of(kim))
    assert len(OpenWishes().held_by(kees)) == 1
    assert OpenWishes().let_go(kees) == 1
    with pytest.raises(WrongStateError):
        show(asked, by=kees, proof=proof_of(kees))


# The pages


@pytest.fixture
def prepared(kees: Member, enter: Enter) -> Client:
    """Kees, logged in, with an app with codes."""
    Authenticator.objects.create(user=kees.user, type="totp", data={})
    return enter(kees)


def test_whoever_is_no_custodian_of_the_account_reads_of_the_way_in_an_emergency(secret: Kept, enter: Enter) -> None:
    koos = make_member(secret.channel.organisation, "Koos", Role.CUSTODIAN)
    Authenticator.objects.create(user=koos.user, type="totp", data={})
    client = enter(koos)
    prove(client, koos)
    page = body(client.get(reverse("vault:see", args=[secret.channel_id, "password"])))
    assert "Can none of them be reached" in page
    assert reverse("vault:emergency", args=[secret.channel_id, "password"]) in page


def test_the_page_shows_it_once_and_is_kept_nowhere(secret: Kept, kees: Member, prepared: Client) -> None:
    url = reverse("vault:see", args=[secret.channel_id, "password"])
    prove(prepared, kees)
    answer = prepared.post(url, {"reason": WHY})
    assert PASSWORD in body(answer)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Refresh"].startswith("600; url=")
    overview = reverse("vault:secrets", args=[secret.channel_id])
    for path in (url, overview, reverse("vault:keep", args=[secret.channel_id, "password"])):
        assert PASSWORD not in body(prepared.get(path, follow=True))
    assert WHY in body(prepared.get(overview))


@pytest.mark.parametrize("kind", ["password", "recovery_codes"])
def test_a_password_or_a_recovery_code_is_not_proof_enough(
    kind: str, secret: Kept, kees: Member, prepared: Client
) -> None:
    url = reverse("vault:see", args=[secret.channel_id, "password"])
    prove(prepared, kees, kind=kind)
    for method in (prepared.get, prepared.post):
        assert method(url, {"reason": WHY})["Location"].startswith(reverse("mfa_reauthenticate"))
    prove(prepared, kees)
    assert prepared.get(url).status_code == 200
    assert not Reveal.objects.exists()


def test_who_has_no_second_step_is_sent_to_set_one_up(secret: Kept, kees: Member, enter: Enter) -> None:
    url = reverse("vault:see", args=[secret.channel_id, "password"])
    assert enter(kees).get(url)["Location"] == reverse("mfa_index")


def test_the_form_seals_and_never_shows(secret: Kept, cora: Member, visit: Enter) -> None:
    url = reverse("vault:keep", args=[secret.channel_id, "notes"])
    client = visit(cora)
    answer = client.post(url, {"value": "the SIM is in the safe", "version": "0"}, follow=True)
    assert "is sealed." in body(answer)
    assert "the SIM is in the safe" not in body(answer) + body(client.get(url))
    assert client.post(url, {"value": "", "version": "1"}).status_code == 302
    assert Kept.objects.get(field="notes").version == 1


@pytest.mark.parametrize("version", ["1", "", "x", "-1"])
def test_a_form_from_before_a_change_neither_overwrites_nor_destroys_it(
    secret: Kept, cora: Member, visit: Enter, version: str
) -> None:
    """What Kees put in while it stood open may be the only copy of the password that holds now."""
    client, where = visit(cora), [secret.channel_id, "password"]
    url, gone = reverse("vault:keep", args=where), reverse("vault:remove", args=where)
    assert body(client.get(url)).count('name="version" value="1"') == 2
    keep(secret.channel, "password", "the only copy", by=cora)
    refused = client.post(url, {"value": "an old idea", "version": version})
    assert refused.status_code == 422
    assert client.post(gone, {"version": version}, follow=True).status_code == 200
    now = Kept.objects.get(field="password")
    assert (now.version, opened_value(now)) == (2, "the only copy")
    assert client.post(url, {"value": "a new idea", "version": "2"}).status_code == 302
    client.post(gone, {"version": "3"})
    assert Kept.objects.get(field="password").is_empty


def test_who_destroys_a_secret_does_not_do_so_unseen(secret: Kept, kees: Member, kim: Member) -> None:
    Message.objects.all().delete()
    remove(secret, by=kees)
    mail = Message.objects.get()
    assert mail.email == kim.user.email
    assert "Kees destroyed a secret" in mail.text
    assert "Password" in mail.text


def test_who_replaces_a_secret_does_not_do_so_unseen(secret: Kept, kees: Member, kim: Member, cora: Member) -> None:
    """Rubbish in its place is as good as destroyed."""
    Message.objects.all().delete()
    keep(secret.channel, "password", "", by=kees, needs_second=True)  # the same value, more carefully
    keep(secret.channel, "notes", "the SIM is in the safe", by=kees)  # nothing was there
    assert not Message.objects.exists()
    keep(secret.channel, "password", "rubbish", by=kees, needs_second=True)
    mail = Message.objects.get()
    assert mail.email == kim.user.email
    assert "Kees put another value in place of a secret" in mail.text
    assert "Password" in mail.text
    assert "rubbish" not in mail.text
    Message.objects.all().delete()
    keep(secret.channel, "password", "rubbish too", by=cora, needs_second=True)
    assert {row.email for row in Message.objects.all()} == {kees.user.email, kim.user.email}


@pytest.mark.parametrize(("days", "may"), [(0, False), (14, False), (15, True)])
def test_whoever_leaves_soon_replaces_and_destroys_nothing(
    days: int, may: bool, secret: Kept, kees: Member, cora: Member
) -> None:
    today = secret.channel.organisation.today()
    departing.begin(kees, last_day=today + timedelta(days=days), by=cora)
    assert keep(secret.channel, "notes", "what Kees knows", by=kees)  # nothing was there: that is handing over
    for act in (
        lambda: keep(secret.channel, "password", "rubbish", by=kees),
        lambda: remove(Kept.objects.get(field="password"), by=kees),
    ):
        if may:
            act()
            continue
        with pytest.raises(PermissionDenied, match="last day is near"):
            act()
    now = Kept.objects.get(field="password")
    assert now.is_empty if may else opened_value(now) == PASSWORD


def test_an_emergency_goes_by_the_pages_too(secret: Kept, kees: Member, cora: Member, prepared: Client) -> None:
    prove(prepared, kees)
    started = prepared.post(reverse("vault:emergency", args=[secret.channel_id, "password"]), {"reason": WHY})
    asked = Reveal.objects.get()
    assert started["Location"] == reverse("vault:asked", args=[asked.pk])
    show_it = reverse("vault:show", args=[asked.pk])
    assert PASSWORD not in body(prepared.post(show_it, follow=True))
    Reveal.objects.update(opens_at=timezone.now())
    assert PASSWORD in body(prepared.post(show_it))
    assert PASSWORD not in body(prepared.post(show_it, follow=True))
    client = Client()
    client.force_login(cora.user, backend="django.contrib.auth.backends.ModelBackend")
    assert "Close this emergency" in body(client.get(reverse("vault:asked", args=[asked.pk])))
    client.post(reverse("vault:look_back", args=[asked.pk]), {"note": "It was needed."})
    assert Reveal.objects.get().state == RevealState.REVIEWED


def test_another_organisation_finds_no_secret(secret: Kept, otto: Member, enter: Enter) -> None:
    client = enter(otto)
    prove(client, otto)
    for name in ("vault:see", "vault:emergency"):
        assert client.get(reverse(name, args=[secret.channel_id, "password"])).status_code == 404
    assert client.get(reverse("vault:secrets", args=[secret.channel_id])).status_code == 404


def test_where_nobody_else_can_agree_it_says_what_to_do_and_asks_nobody(
    careful: Kept, kees: Member, cora: Member, enter: Enter
) -> None:
    entrust(careful.channel, to=[kees, cora], by=kees)
    asked_before = Message.objects.count()
    with pytest.raises(ValidationError, match="Nobody else can agree"):
        reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert (Reveal.objects.count(), Message.objects.count()) == (0, asked_before)
    client, see = enter(kees), reverse("vault:see", args=[careful.channel_id, "password"])
    prove(client, kees)
    page = body(client.get(see))
    assert ("Nobody else can agree" in page, "Ask the other custodians" in page) == (True, False)
    for way in (
        reverse("channels:channel", args=[careful.channel_id]),
        reverse("vault:emergency", args=[careful.channel_id, "password"]),
    ):
        assert f'href="{way}"' in page
    lot = make_member(careful.channel.organisation, "Lot", Role.CUSTODIAN)
    entrust(careful.channel, to=[kees, cora, lot], by=kees)
    assert "Ask the other custodians" in body(client.get(see))
    asked_before = Message.objects.count()
    asked = reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(asked, Reveal)
    # An administrator who may not see it cannot agree, and is not asked.
    assert [row.email for row in Message.objects.order_by("pk")[asked_before:]] == [lot.user.email]


def test_the_page_never_forgets_who_saw_what_last(
    secret: Kept, seed: Kept, kees: Member, kim: Member, careful: Kept, enter: Enter, django_assert_num_queries: Any
) -> None:
    """However many codes were looked at since; and it asks as little."""
    client, page = enter(kim), reverse("vault:secrets", args=[secret.channel_id])
    asked = reveal(careful, by=kees, reason=WHY, proof=proof_of(kees))
    assert isinstance(asked, Reveal)
    allow(asked, by=kim, proof=proof_of(kim))
    show(Reveal.objects.get(pk=asked.pk), by=kees, proof=proof_of(kees))
    reveal(careful, by=kees, reason="The other phone asks for it too", proof=proof_of(kees))
    with CaptureQueriesContext(connection) as few:
        first = body(client.get(page))
    for _turn in range(PER_PAGE + 1):
        reveal(seed, by=kees, reason=WHY, proof=proof_of(kees))
    with django_assert_num_queries(len(few)):
        now = body(client.get(page))
    assert [text.count("Last seen by Kees") for text in (first, now)] == [1, 2]
    assert now.count("Kees asks to see: Password") == 1
    assert "Kees, Password" not in now
    assert body(client.get(f"{page}?page=2")).count("Kees, Password") == 2
