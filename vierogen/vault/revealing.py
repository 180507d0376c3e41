"""Who sees a secret, when and why: once, with a reason, and never before it stands in the ledger.

Two ways. A custodian of the account sees it at once, or after a second custodian agreed where the secret asks for one.
Anybody else with the right breaks the glass: it is announced, it waits, it can be stopped, and somebody looks back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as column
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.channels.actions import keepers
from vierogen.channels.models import Channel, Takeover
from vierogen.ledger.actions import Actor, record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.vault.actions import VAULT
from vierogen.vault.keeping import Code, code_of, opened_value
from vierogen.vault.models import A_DAY, LONGEST, Kept, Reveal
from vierogen.vault.watching import Others, facts_of, here_today, is_given_by, others, tell_of, tell_watchers
from vierogen.web.proof import Proof
from vierogen.web.templatetags.vierogen import moment

# So long it can be seen once it is allowed, and so long its page stays open.
ALLOWED_FOR = timedelta(minutes=10)
# So long a wish waits for a second custodian.
WAITS_FOR = timedelta(hours=24)
# Whoever broke the glass may be asleep when the delay ends.
OPEN_FOR = timedelta(hours=1)
# And where that was a day, may be at work, or on the way.
OPEN_LONG = timedelta(hours=12)
REVIEW_WITHIN = timedelta(hours=24)
# A reason of a letter or two is none.
SHORTEST_REASON = 10


@dataclass(frozen=True)
class Revealed:
    """What is shown, once: the value, or for a seed its code. ``reveal`` is the row that says so."""

    reveal: Reveal
    value: str = column(repr=False, default="")
    code: Code | None = column(repr=False, default=None)


def is_keeper(member: Member, channel: Channel) -> bool:
    """May ``member`` see this account's secrets: its custodian, with the right, arrived, and here to stay?"""
    stays = member.ends_on is None and member.may(Right.REVEAL)
    return stays and channel.custodians.filter(member=member).exists() and not is_too_early(member, channel)


def who_can_agree(channel: Channel, *, but: Member) -> list[Member]:
    """The other custodians who can be the second person today; who never came in cannot."""
    others = [member for member in keepers(channel) if member.pk != but.pk]
    return [member for member in others if is_keeper(member, channel) and not member.is_awaited]


def is_too_early(member: Member, channel: Channel) -> bool:
    """Does ``member`` still get started? In a takeover minutes count: on its first day nobody is too early.

    One that was left open lets nobody in for ever.
    """
    if member.arriving_since is None:
        return False
    lately = timezone.now() - A_DAY
    return not Takeover.objects.running().filter(channel=channel, is_drill=False, begun_at__gt=lately).exists()


def may_break_glass(member: Member) -> bool:
    """May ``member`` see a secret in an emergency?"""
    return member.ends_on is None and member.may(Right.BREAK_GLASS)


def may_stop(member: Member, reveal: Reveal) -> bool:
    """May ``member`` stop it: the account's custodians, administrators, and who asked?"""
    if member.organisation_id != reveal.organisation_id:
        return False
    is_told = member.may(Right.MANAGE_ORGANISATION) or member in keepers(reveal.kept.channel)
    return member.may(Right.SEE_VAULT) and (is_told or member.pk == reveal.by_id)


def may_review(member: Member, reveal: Reveal) -> bool:
    """May ``member`` look back at an emergency: somebody else with the right, arrived, and not from who broke it?"""
    is_other = member.organisation_id == reveal.organisation_id and member.pk != reveal.by_id
    able = is_other and may_break_glass(member) and member.arriving_since is None
    return able and not is_given_by(reveal.by, member)


def _now(member: Member) -> Member:
    """The member as the database knows them at this moment; pages have read theirs long ago."""
    rows = Member.objects.select_related("user", "organisation").prefetch_related("held")
    return rows.get(pk=member.pk)


def _insist_on_keeper(by: Member, channel: Channel) -> None:
    insist(by, Right.REVEAL, organisation_id=channel.organisation_id)
    now = _now(by)
    if is_too_early(now, channel):
        raise PermissionDenied(_("First get started, under Today: the secrets of accounts come after the last step."))
    if not is_keeper(now, channel):
        raise PermissionDenied(_("Only custodians of this account who are here to stay can see its secrets."))


def _insist_on_breaker(by: Member, channel: Channel) -> None:
    insist(by, Right.BREAK_GLASS, organisation_id=channel.organisation_id)
    if not may_break_glass(_now(by)):
        raise PermissionDenied(_("Only somebody who is here to stay can see a secret in an emergency."))


def insist_on_proof(by: Member, proof: Proof | None) -> None:
    """Refuse where there is no fresh and strong proof of ``by`` themself. Raises ``PermissionDenied``."""
    if proof is None or not proof.holds_for(by.user_id):
        raise PermissionDenied(_("Prove who you are with your passkey or the app with codes first."))


def _reasoned(reason: str) -> str:
    told = reason.strip()
    if len(told) < SHORTEST_REASON or " " not in told:
        raise ValidationError(_("Say in a few words what you need it for."))
    return told


def _current(kept: Kept) -> Kept:
    """The row as it is; nobody changes the account's secrets until the transaction ends."""
    Channel.objects.select_for_update(of=("self",), no_key=True).get(pk=kept.channel_id)
    now = Kept.objects.select_related("channel__organisation").get(pk=kept.pk)
    if now.is_empty:
        raise ValidationError(_("Nothing is kept here any more."))
    return now


def reveal(kept: Kept, *, by: Member, reason: str, proof: Proof | None) -> Revealed | Reveal:
    """Show a secret to a custodian; where it asks for a second person, only the wish, which the others hear of.

    Raises ``PermissionDenied``, ``ValidationError``; ``SealError`` where it does not open.
    """
    insist_on_proof(by, proof)
    told = _reasoned(reason)
    with transaction.atomic(durable=True):
        _insist_on_keeper(by, kept.channel)
        now = _current(kept)
        asked = _asked(now, by=by, reason=told)
        if now.needs_second:
            _ask_the_others(asked)
            return asked
        _show(asked, now, by=by)
    return _opened(asked, now)


def _asked(kept: Kept, *, by: Member, reason: str, delay: timedelta | None = None, told: int | None = None) -> Reveal:
    now = timezone.now()
    opens_at = now + (delay or timedelta())
    wait = _open_for(delay) if delay else WAITS_FOR if kept.needs_second else ALLOWED_FOR
    return Reveal.objects.create(
        organisation_id=kept.organisation_id,
        kept=kept,
        version=kept.version,
        by=by,
        reason=reason,
        is_emergency=delay is not None,
        needs_second=kept.needs_second,
        asked_at=now,
        opens_at=opens_at,
        ends_at=opens_at + wait,
        told=told,
    )


def _ask_the_others(asked: Reveal) -> None:
    others = who_can_agree(asked.kept.channel, but=asked.by)
    if not others:
        raise ValidationError(
            _("Nobody else can agree. Make somebody a custodian of this account, or see it in an emergency.")
        )
    tell_of(asked, others, "vault/mail/second_person")
    _record(asked, "ask_reveal")


def _open_for(delay: timedelta) -> timedelta:
    return OPEN_LONG if delay >= LONGEST else OPEN_FOR


def _record(asked: Reveal, verb: str, *, around: Others | None = None) -> None:
    facts, personal = facts_of(asked, around=around), {"reason": asked.reason}
    record(asked.organisation_id, verb, subject_of(asked), by=asked.by, facts=facts, personal=personal)


def allow(asked: Reveal, *, by: Member, proof: Proof | None) -> None:
    """Agree, as another custodian, that ``asked.by`` sees it; they have ten minutes."""
    insist_on_proof(by, proof)
    with transaction.atomic():
        _insist_on_keeper(by, asked.kept.channel)
        if by.pk == asked.by_id:
            raise PermissionDenied(_("Somebody else has to agree: that is what the second person is for."))
        now = timezone.now()
        if asked.is_emergency or not asked.needs_second:
            raise PermissionDenied(_("This waits for nobody's yes."))
        changes = {"allowed_by": by, "ends_at": now + ALLOWED_FOR}
        tell_of(asked, [asked.by], "vault/mail/allowed", urgent=True)
        move(asked, "allow_reveal", by=by, changes=changes, only_if={"ends_at__gt": now}, facts=facts_of(asked))


def show(asked: Reveal, *, by: Member, proof: Proof | None) -> Revealed:
    """Show what was allowed, or what the broken glass waited for: to the one who asked, once.

    Raises ``WrongStateError`` where it was shown, stopped or lapsed, or is not open yet; ``ValidationError`` where it
    waits longer than was said, since nobody is left who could stop it.
    """
    insist_on_proof(by, proof)
    if by.pk != asked.by_id:
        raise PermissionDenied(_("Only who asked sees it."))
    with transaction.atomic(durable=True):
        if asked.is_emergency:
            _insist_on_breaker(by, asked.kept.channel)
        else:
            _insist_on_pair(asked)
        now = _current(asked.kept)
        around = others(now.channel, but=asked.by) if asked.is_emergency else None
        is_put_off = around is not None and _put_off(asked, around)
        if not is_put_off:
            _show(asked, now, by=by, around=around)
    if is_put_off:
        told = {"at": moment(asked.opens_at)}
        raise ValidationError(
            _("Whoever could stop this or look back at it is gone, so it opens later: %(at)s.") % told
        )
    return _opened(asked, now)


def _insist_on_pair(asked: Reveal) -> None:
    """Both may still do what they did; they stay as they are until the transaction ends."""
    allowed_by = Reveal.objects.values_list("allowed_by", flat=True).get(pk=asked.pk)
    # In one order always, else two who agreed to each other's wishes wait for each other.
    list(
        Member.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[asked.by_id, allowed_by])
        .order_by("pk")
    )
    _insist_on_keeper(asked.by, asked.kept.channel)
    second = Member.objects.filter(pk=allowed_by).first()
    if second and not is_keeper(_now(second), asked.kept.channel):
        raise PermissionDenied(
            _("%(name)s agreed, and may not do that any more. Ask for it anew.") % {"name": second.name}
        )


def _put_off(asked: Reveal, around: Others) -> bool:
    """Whoever could stop it when it was asked may be gone by now; then it waits as if they never were there."""
    if not around.is_alone:
        return False
    now, opens_at = timezone.now(), asked.asked_at + LONGEST
    due = Reveal.objects.pending().filter(pk=asked.pk, opens_at__lte=now, ends_at__gt=now, opens_at__lt=opens_at)
    if not due.update(opens_at=opens_at, ends_at=opens_at + OPEN_LONG):
        return False
    asked.opens_at, asked.ends_at = opens_at, opens_at + OPEN_LONG
    tell_watchers(asked, "vault/mail/break_glass", around)
    _record(asked, "put_off_reveal", around=around)
    return True


def _show(asked: Reveal, kept: Kept, *, by: Member, around: Others | None = None) -> None:
    """Write down that it is shown now; only the committed row opens anything. ``around`` an emergency: who watches."""
    now = timezone.now()
    changes = {"shown_at": now, "version": kept.version}
    only_if: dict[str, object] = {"by": by, "opens_at__lte": now, "ends_at__gt": now}
    facts, personal = {**facts_of(asked), "version": kept.version}, {"reason": asked.reason}
    if around is not None:
        only_if |= {"is_emergency": True}
        asked.review_due_at = now + REVIEW_WITHIN
        tell_watchers(asked, "vault/mail/glass_broken", around)
        facts = {**facts_of(asked, around=around), "version": kept.version}
        changes |= {"review_due_at": asked.review_due_at}
        move(asked, "break_glass", by=by, changes=changes, only_if=only_if, facts=facts, personal=personal)
        return
    # An agreement is needed if the wish or the secret by now says so.
    is_second = asked.needs_second or kept.needs_second
    only_if |= {"is_emergency": False, "allowed_by__isnull": not is_second}
    move(asked, "reveal", by=by, changes=changes, only_if=only_if, facts=facts, personal=personal)


def _opened(asked: Reveal, kept: Kept) -> Revealed:
    value = opened_value(kept)
    if kept.is_seed and not asked.is_emergency:
        return Revealed(asked, code=code_of(value))
    return Revealed(asked, value=value)


def break_glass(kept: Kept, *, by: Member, reason: str, proof: Proof | None) -> Reveal:
    """Ask to see a secret in an emergency: everybody who watches over it is told, and only after the delay it opens.

    Raises ``PermissionDenied``; ``ValidationError`` also while an earlier one of ``by`` waits too long for other eyes.
    """
    insist_on_proof(by, proof)
    told = _reasoned(reason)
    with transaction.atomic():
        _insist_on_breaker(by, kept.channel)
        now = _current(kept)
        if Reveal.objects.pending().filter(kept=now, by=by, is_emergency=True).exists():
            raise ValidationError(_("You asked for this already. It is under way."))
        around = others(now.channel, but=by)
        _insist_on_no_debt(by, around)
        delay = delay_before(now.channel, around, by=by)
        asked = _asked(now, by=by, reason=told, delay=delay, told=around.count)
        tell_watchers(asked, "vault/mail/break_glass", around)
        _record(asked, "ask_to_break_glass", around=around)
    return asked


def delay_before(channel: Channel, around: Others, *, by: Member) -> timedelta:
    """How long broken glass waits: as the organisation chose, and the longest where ``by`` is alone.

    The longest also where ``by`` owes a review and nobody is here today who could do it.
    """
    chosen = timedelta(minutes=channel.organisation.break_glass_minutes)
    return LONGEST if around.is_alone or (_owes(by) and not here_today(around.looking)) else chosen


def _owes(by: Member) -> bool:
    return Reveal.objects.filter(by=by).overdue(timezone.now()).exists()


def _insist_on_no_debt(by: Member, around: Others) -> None:
    """Refuse while nobody looked back in time at an earlier emergency of ``by``, where somebody is here who can."""
    able = here_today(around.looking) if _owes(by) else []
    if able:
        names = {"names": ", ".join(one.name for one in able)}
        raise ValidationError(
            _("First somebody else has to look back at your last emergency, which is overdue. Ask: %(names)s.") % names
        )


@transaction.atomic
def veto(asked: Reveal, *, by: Member) -> None:
    """Stop it before it is seen. Raises ``WrongStateError`` where that is too late."""
    insist(by, Right.SEE_VAULT, organisation_id=asked.organisation_id)
    if not may_stop(_now(by), asked):
        raise PermissionDenied(_("Custodians of the account and administrators can stop this."))
    if by.pk != asked.by_id:
        tell_of(asked, [asked.by], "vault/mail/vetoed")
    move(asked, "veto_reveal", by=by, changes={"ended_by": by, "ended_at": timezone.now()}, facts=facts_of(asked))


@transaction.atomic
def look_back(asked: Reveal, *, by: Member, note: str) -> None:
    """Do the review that broken glass owes."""
    insist(by, Right.BREAK_GLASS, organisation_id=asked.organisation_id)
    if not may_review(_now(by), asked):
        raise PermissionDenied(_("Somebody else has to look back at this, who is here to stay."))
    told = note.strip()
    if not told:
        raise ValidationError(_("Say what you found."))
    changes = {"ended_by": by, "ended_at": timezone.now(), "note": told}
    move(asked, "review_reveal", by=by, changes=changes, facts=facts_of(asked), personal={"note": told})


def lapse(rows: Iterable[Reveal], *, by: Actor = VAULT) -> int:
    """End these, unused; returns how many there were. Somebody may be faster, and see or stop one."""
    ended = 0
    for asked in rows:
        try:
            move(asked, "let_reveal_lapse", by=by, facts=facts_of(asked))
        except WrongStateError:
            continue
        ended += 1
    return ended
