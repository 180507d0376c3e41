"""An account gets into other hands, without whoever leaves: step by step, and each step can be taken up again.

What the network lets a program do is done here, in an order that never leaves us without a key: the new one is made,
tried, sealed and committed before anything old is ended. The rest are sentences for people (``networks.abilities``).
An exercise walks the same steps, and neither asks the network nor changes anything.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from vierogen.channels.minding import problem_of
from vierogen.channels.models import Channel, Takeover, TakeoverStep
from vierogen.channels.states import StepState
from vierogen.core.http import guarded_client
from vierogen.ledger.actions import record
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.networks.abilities import HandedOver, Main, Revokes, Rotates
from vierogen.networks.base import Disconnected, Network, NetworkError, Opened
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.vault import watching
from vierogen.vault.actions import client_of, opened, prove, refuse_another, take
from vierogen.vault.keeping import opened_value
from vierogen.vault.models import Field, Kept, OldKey, Secret
from vierogen.vault.old_keys import open_old_key, seal_old_key
from vierogen.web.proof import Proof

# Within so many minutes an account should be in safe hands.
GOAL = 30
NEW_KEY, OLD_KEYS, CUSTODIANS = "new_key", "old_keys", "custodians"
REFUSED = gettext_noop("Tried a moment later: the network refuses the old key.")
STILL = gettext_noop(
    "Tried a moment later: the network still takes the old key. Change the password with the next step."
)
UNSURE = gettext_noop("The network could not be asked whether it still takes the old key.")
NOT_TRIED = gettext_noop("The old key was not tried.")
SEALED = gettext_noop("The new key works, and is sealed.")
_SHORTEST = 10


@dataclass(frozen=True)
class Planned:
    """What a step says. ``kind``: ``machine`` (Vierogen does it), ``connect`` (a new key is handed in), ``hand``."""

    key: str
    title: str
    how: str
    kind: str
    kept: str = ""


def plan(channel: Channel) -> list[Planned]:
    """Every step of taking this account over, in order, in the reader's language."""
    network = channel.network
    chores = network.chores if issubclass(network, HandedOver) else ()
    new, old = (network.new_key_how, network.old_keys_how) if issubclass(network, HandedOver) else ("", "")
    return [
        Planned(NEW_KEY, _("A new key"), _(new or _NEW), "machine" if issubclass(network, Rotates) else "connect"),
        Planned(OLD_KEYS, _("The old keys end"), _(old or _OLD), "machine" if _ends_by_itself(channel) else "hand"),
        *(Planned(each.key, _(each.title), _(each.how), "hand", each.kept) for each in chores),
        Planned(CUSTODIANS, _("Who answers for it now"), _(_WHO), "hand"),
    ]


_NEW = gettext_noop("Log in at the network as the account, and connect it again here.")
_OLD = gettext_noop("At the network, take away every app and every person that no longer belongs there.")
_WHO = gettext_noop(
    "Choose at least two custodians who stay, on the page of the account. Ask everybody who had the app on a phone to "
    "log out there."
)


_CHOOSE = gettext_noop("Choose at least two custodians who stay, on the page of the account. Then this is done.")


def _ends_by_itself(channel: Channel) -> bool:
    if issubclass(channel.network, Rotates):
        return True
    wanted = channel.network.revokes_with if issubclass(channel.network, Revokes) else ()
    there = Secret.objects.filter(channel=channel, field__in=wanted).count()
    return bool(wanted) and there == len(wanted)


def has_kept(channel: Channel, field: str) -> bool:
    """Is this secret for people in the vault?"""
    return Kept.objects.filled().filter(channel=channel, field=field).exists()


def lacks(channel: Channel) -> list[tuple[str, str, str]]:
    """Secrets without which a takeover gets stuck and that are not in the vault: (field, its name, why)."""
    wanted = channel.network.wants if issubclass(channel.network, HandedOver) else ()
    return [(field, str(Field(field).label), _(why)) for field, why in wanted if not has_kept(channel, field)]


def waits_for(channel: Channel, field: str) -> Takeover | None:
    """The takeover whose next step is that a new secret of this kind is put into the vault."""
    return Takeover.objects.waiting_for(channel, *(each.key for each in plan(channel) if each.kept == field))


def may_take_over(member: Member, channel: Channel) -> bool:
    """May ``member`` take this account over: its custodian, or an administrator, and here to stay?"""
    if member.organisation_id != channel.organisation_id or member.ends_on or not member.may(Right.CONNECT):
        return False
    return member.may(Right.MANAGE_ORGANISATION) or channel.custodians.filter(member=member).exists()


def _insist(by: Member, channel: Channel, *, proof: Proof | None, is_drill: bool) -> None:
    if not is_drill and (proof is None or not proof.holds_for(by.user_id)):
        raise PermissionDenied(_("Prove who you are with your passkey or the app with codes first."))
    _insist_on_place(by, channel)


def _insist_on_place(by: Member, channel: Channel) -> None:
    insist(by, Right.CONNECT, organisation_id=channel.organisation_id)
    now = Member.objects.select_related("user", "organisation").prefetch_related("held").get(pk=by.pk)
    if not may_take_over(now, channel):
        raise PermissionDenied(_("Custodians of this account and administrators, who are here to stay, can do this."))


@transaction.atomic
def begin(channel: Channel, *, by: Member, proof: Proof | None = None, is_drill: bool = False) -> Takeover:
    """Begin to take it over, or an exercise; every other custodian and administrator hears of a real one at once.

    A real one ends an exercise that is under way. Raises ``ValidationError`` where a real one, or another exercise, is.
    """
    _insist(by, channel, proof=proof, is_drill=is_drill)
    if not is_drill:
        _end_exercise(channel, by=by)
    try:
        with transaction.atomic():
            takeover = Takeover.objects.create(channel=channel, is_drill=is_drill, begun_by=by)
    except IntegrityError as error:
        raise ValidationError(_("Somebody began this already. Go on with that one, or stop it.")) from error
    steps = [TakeoverStep(takeover=takeover, position=n, key=each.key) for n, each in enumerate(plan(channel), 1)]
    TakeoverStep.objects.bulk_create(steps)
    facts = _facts(takeover)
    if not is_drill:
        seal_old_key(takeover)
        _tell(takeover, "vault/mail/takeover_begun", by=by)
        facts |= {"alone": True} if watching.others(channel, but=by).is_alone else {}
    record(channel.organisation_id, "begin_takeover", subject_of(takeover), by=by, facts=facts)
    return takeover


def _end_exercise(channel: Channel, *, by: Member) -> None:
    for drill in Takeover.objects.running().filter(channel=channel, is_drill=True):
        with suppress(WrongStateError):  # somebody ended it at this very moment
            _end(drill, "stop_takeover", by=by)


def _facts(takeover: Takeover) -> dict[str, object]:
    return {"channel": takeover.channel_id, "is_drill": takeover.is_drill}


def _tell(takeover: Takeover, template: str, *, by: Member) -> None:
    channel = takeover.channel
    told = {"organisation": channel.organisation.name, "account": channel.handle, "network": channel.network_name}
    values = {**told, "who": by.name, "minutes": takeover.minutes}
    link = reverse("vault:taking_over", args=[takeover.pk])
    others = addressees(watching.others(channel, but=by).told)
    tell(channel.organisation_id, others, template=template, values=values, link=link, urgent=True)


def current(takeover: Takeover) -> TakeoverStep | None:
    """The step that is next; each waits for those before it."""
    return takeover.steps.filter(state=StepState.TODO).first()


def do(step: TakeoverStep, *, by: Member, proof: Proof | None = None, code: str = "") -> None:
    """Do a step, or say that a person did it. Whatever fails leaves it to be done again.

    ``code`` is what the network sent to the account's owner, where it asks for one. Raises ``ValidationError``,
    ``PermissionDenied``, ``WrongStateError``, ``SealError``.
    """
    takeover = step.takeover
    channel = takeover.channel
    with transaction.atomic():
        _insist(by, channel, proof=proof, is_drill=takeover.is_drill)
        _insist_on_turn(step)
    planned = {each.key: each for each in plan(channel)}.get(step.key)
    if takeover.is_drill or planned is None:
        _done(step, by=by)
    elif planned.kind == "machine" and step.key == NEW_KEY:
        _replace_key(step, by=by, code=code)
    elif planned.kind == "machine":
        _end_old_keys(step, by=by, code=code)
    else:
        _insist_on_trace(step, planned)
        _done(step, by=by, note=_tried(takeover) if step.key == OLD_KEYS else "")


def _insist_on_turn(step: TakeoverStep) -> None:
    due = current(step.takeover)
    is_running = Takeover.objects.running().filter(pk=step.takeover_id).exists()
    if due is None or due.pk != step.pk or not is_running:
        raise WrongStateError("do_step", subject_of(step))


def _insist_on_trace(step: TakeoverStep, planned: Planned) -> None:
    """What a person did leaves something here: a key that was handed in, a new password in the vault, custodians."""
    takeover, since = step.takeover, step.takeover.begun_at
    if planned.kind == "connect":
        sealed = Entry.objects.filter(subject=subject_of(takeover.channel), verb="seal", at__gte=since)
        if not sealed.exists():
            raise ValidationError(_("The key in use is still the old one. Connect the account again first."))
    kept = Kept.objects.filled().filter(channel=takeover.channel, field=planned.kept, changed_at__gte=since)
    if planned.kept and not kept.exists():
        raise ValidationError(_("Put it into the vault first: %(secret)s.") % {"secret": Field(planned.kept).label})
    problem = problem_of(takeover.channel) if step.key == CUSTODIANS else ""
    if problem:
        raise ValidationError(f"{_(problem)} {_(_CHOOSE)}")


@transaction.atomic
def _done(step: TakeoverStep, *, by: Member, note: str = "") -> None:
    changes = {"done_by": by, "done_at": timezone.now(), "note": note}
    _move(step, "do_step", by=by, changes=changes)


def _move(step: TakeoverStep, name: str, *, by: Member, changes: Mapping[str, Any]) -> None:
    """Write the step down, unless the takeover was stopped meanwhile; after the last one it is finished."""
    takeover = Takeover.objects.select_for_update(of=("self",), no_key=True).get(pk=step.takeover_id)
    if not Takeover.objects.running().filter(pk=takeover.pk).exists():
        raise WrongStateError(name, subject_of(step))
    facts = {**_facts(takeover), "step": step.key}
    move(step, name, by=by, changes=changes, facts=facts)
    if current(takeover) is None:
        _end(takeover, "finish_takeover", by=by)


def _end(takeover: Takeover, name: str, *, by: Member) -> None:
    OldKey.objects.filter(takeover=takeover).delete()
    move(takeover, name, by=by, changes={"ended_by": by, "ended_at": timezone.now()}, facts=_facts(takeover))
    if not takeover.is_drill:
        _tell(takeover, f"vault/mail/{name}", by=by)


@transaction.atomic
def skip(step: TakeoverStep, *, by: Member, why: str, proof: Proof | None = None) -> None:
    """Pass over a step that cannot be done; the reason stays with it."""
    _insist(by, step.takeover.channel, proof=proof, is_drill=step.takeover.is_drill)
    _insist_on_turn(step)
    told = why.strip()
    if len(told) < _SHORTEST:
        raise ValidationError(_("Say in a few words why this cannot be done."))
    _move(step, "skip_step", by=by, changes={"done_by": by, "done_at": timezone.now(), "note": told})


@transaction.atomic
def stop(takeover: Takeover, *, by: Member) -> None:
    """Stop it; what was done stays done. Custodians of the account and administrators may; the others hear of it."""
    _insist_on_place(by, takeover.channel)
    _end(takeover, "stop_takeover", by=by)


def _main(channel: Channel, *, by: Member, code: str) -> Main:
    """The main password, opened for the network alone, once it stands in the ledger that it is."""
    kept = Kept.objects.filled().filter(channel=channel, field=Field.PASSWORD).select_related("channel").first()
    if kept is None:
        raise ValidationError(_("Put the account's main password into the vault first: without it no key is made."))
    if kept.server != channel.server:
        raise ValidationError(_OTHER_SERVER % {"before": kept.server, "server": channel.server})
    with transaction.atomic(durable=True):
        insist(by, Right.CONNECT, organisation_id=channel.organisation_id)
        facts = {"field": kept.field, "version": kept.version}
        record(channel.organisation_id, "use_secret", subject_of(channel), by=by, facts=facts)
    return Main(opened_value(kept), code)


_OTHER_SERVER = gettext_lazy(
    "The main password was put into the vault for %(before)s, and the account is connected at %(server)s now. It was "
    "not sent there. If the account moved, put the password in again. If not, connect the account at the right server "
    "first."
)


def _replace_key(step: TakeoverStep, *, by: Member, code: str) -> None:
    channel = step.takeover.channel
    main = _main(channel, by=by, code=code)
    try:
        with opened(channel) as network:
            made = network.make_key(main) if isinstance(network, Rotates) else {}
    except NetworkError as error:
        raise ValidationError(_(error.reason)) from error
    proved = prove(channel.network_key, server=channel.server, credentials=made)
    refuse_another(channel, proved)
    with transaction.atomic():
        # Both or neither: of two who press at once, the key of the one who is too late is never put down.
        take(channel.organisation, proved, by=by, is_ours=True)
        _done(step, by=by, note=SEALED)


def _end_old_keys(step: TakeoverStep, *, by: Member, code: str) -> None:
    takeover, channel = step.takeover, step.takeover.channel
    try:
        if issubclass(channel.network, Rotates):
            main = _main(channel, by=by, code=code)
            with opened(channel) as network:
                if isinstance(network, Rotates):
                    network.revoke_others(main)
            # Only now is the key from before of no use to whoever had it.
            Secret.objects.filter(channel=channel).update(changed_by=None)
        else:
            _revoke_old(takeover)
    except NetworkError as error:
        raise ValidationError(_(error.reason)) from error
    _done(step, by=by, note=_tried(takeover))


def _revoke_old(takeover: Takeover) -> None:
    """End the key from before, and never the one in use."""
    try:
        server, told = open_old_key(takeover)
    except OldKey.DoesNotExist as error:
        # It did not open any more when the takeover began.
        raise ValidationError(
            _(
                "The key from before is not here. End it at the network yourself, then pass this step over with a "
                "reason."
            )
        ) from error
    old = _typed(takeover.channel, told)
    with opened(takeover.channel) as network:
        now = _typed(takeover.channel, network.opened.credentials)
    if any(now.get(field) == old.get(field) for field in _secret_fields(takeover.channel)):
        raise ValidationError(_("The key in use is still the old one. Connect the account again first."))
    with guarded_client(allowed=settings.ALLOW_PRIVATE) as http:
        network = takeover.channel.network(Opened(server, old, http, lambda _changed: None))
        if isinstance(network, Revokes):
            network.revoke()


def _secret_fields(channel: Channel) -> list[str]:
    """What the key itself is: the secret that has to be filled in."""
    return [field.name for field in channel.network.fields if field.secret and not field.optional]


def _typed(channel: Channel, credentials: Mapping[str, str]) -> dict[str, str]:
    """What a person once filled in, without sessions that came of it: those answer for a while longer."""
    names = {field.name for field in channel.network.fields}
    told = {name: value for name, value in credentials.items() if name in names}
    return told if any(told.get(name) for name in _secret_fields(channel)) else dict(credentials)


def _tried(takeover: Takeover) -> str:
    """Ask the network with the key from before whether it still takes it."""
    channel = takeover.channel
    if not OldKey.objects.filter(takeover=takeover).exists():
        return NOT_TRIED
    server, old = open_old_key(takeover)
    told = _typed(channel, old)
    try:
        with guarded_client(allowed=settings.ALLOW_PRIVATE) as http:
            _asked(channel.network, Opened(server, told, http, lambda _changed: None, client=_client(channel)))
    except Disconnected:
        return REFUSED
    except NetworkError:
        return UNSURE
    return STILL


def _asked(network: type[Network], with_old: Opened) -> None:
    network(with_old).me()


def _client(channel: Channel) -> Any:
    return client_of(channel.network_key)


def practised(channels: Iterable[Channel]) -> dict[int, Takeover]:
    """The latest finished takeover or exercise of each channel."""
    rows = Takeover.objects.filter(channel__in=channels, ended_at__isnull=False).order_by("ended_at")
    return {row.channel_id: row for row in rows if row.state == "finished"}
