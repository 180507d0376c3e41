"""Declarations of consent: kept with pictures, withdrawn, and minded until they end.

A declaration belongs to the bytes of a picture: also where it was added again under another name. What was approved
or released before a declaration ended is held; what somebody looked at since is theirs to judge.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.ledger.actions import Machine, forget_subject, record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right, Role
from vierogen.posts.models import Attachment, Consent, Delivery, Media, Post, Version
from vierogen.posts.models.checking import ConsentQuerySet
from vierogen.posts.models.deliveries import NO_CONSENT, DeliveryQuerySet
from vierogen.posts.states import OUT, STOPPABLE, DeliveryState, PostState

log = logging.getLogger(__name__)

CLOCK = Machine("clock")
# So long before its last day people are told, so that they can ask once more.
NOTICE = timedelta(days=14)
IN_TIME, LAST_DAY = 1, 2
_NO_BYTES = Prefetch("media", Media.objects.defer("data"))
# A declaration that ended is proof of what was right at the time; after so long nobody asks for it any more.
PROOF = timedelta(days=365)


@dataclass(frozen=True)
class Uses:
    """Where pictures are used: what stands out there, what is on its way, and posts that nobody approved yet."""

    out: list[Delivery]
    coming: list[Delivery]
    drafts: list[Post]


def keep(media: Collection[Media], *, who: str, how: str, until: date | None, by: Member) -> Consent:
    """Keep a declaration with these pictures. ``until`` is its last day, None where it has no end.

    Raises ``ValidationError`` for one without a name, a way, or a picture, or one that ended already.
    """
    organisation = by.organisation
    if not who.strip() or not how.strip():
        raise ValidationError(_("Say who may be seen, and how they said so."))
    if until and until < organisation.today():
        raise ValidationError(_("That day has passed."))
    if not media or any(shown.organisation_id != organisation.pk for shown in media):
        raise PermissionDenied(_("This belongs to another organisation."))
    with transaction.atomic():
        insist(by, Right.WRITE, organisation_id=organisation.pk)
        told = {"who": who.strip(), "how": how.strip(), "until": until}
        consent = Consent.objects.create(organisation=organisation, kept_by=by, **told)
        consent.media.set(media)
        facts = {"pictures": sorted(shown.pk for shown in media), "until": until and until.isoformat()}
        personal = {"member": consent.who, "note": consent.how}
        record(organisation.pk, "keep_consent", subject_of(consent), by=by, facts=facts, personal=personal)
    return consent


def withdraw(consent: Consent, *, by: Member) -> int:
    """Somebody took their consent back. Anybody in the team writes that down; returns how many posts are held.

    What is on its way is held at once; those who can take down what stands out there are told.
    """
    with transaction.atomic():
        insist(by, Right.STOP, organisation_id=consent.organisation_id)
        waiting = _deliveries(consent).filter(state=DeliveryState.WAITING).locked()
        open_ = Consent.objects.filter(pk=consent.pk, withdrawn_at=None)
        if not open_.update(withdrawn_at=timezone.now(), withdrawn_by=by):
            raise ValidationError(_("This was taken back already."))
        personal = {"member": consent.who}
        record(consent.organisation_id, "withdraw_consent", subject_of(consent), by=by, personal=personal)
        # By now the ledger's head is ours: who approved before looked before, who approves later is told of it.
        now = timezone.now()
        Consent.objects.filter(pk=consent.pk).update(withdrawn_at=now)
        held = [delivery for delivery in waiting if _hold(delivery, by=by, now=now)]
        _tell_of_withdrawal(consent, held, by=by)
    return len(held)


def _hold(delivery: Delivery, *, by: Member | Machine, now: datetime) -> bool:
    if not lacks_consent(delivery, now):
        return False
    move(delivery, "hold", by=by, changes={"problem": NO_CONSENT})
    return True


def lacks_consent(delivery: Delivery, now: datetime) -> bool:
    """Did a declaration for one of its pictures end since somebody looked at it, without a new one from them?"""
    ended = _ended(delivery.version_id, organisation_id=delivery.organisation_id, now=now)
    return any(one.ended_at and delivery.looked_at < one.ended_at for one in ended)


def _ended(version_id: int, *, organisation_id: int, now: datetime) -> list[Consent]:
    """The declarations that ended for a picture in it, and in whose place that person gave no new one for it."""
    shown = Media.objects.filter(pk__in=Attachment.objects.filter(version=version_id).values("media"))
    sha256s = set(shown.values_list("sha256", flat=True))
    if not sha256s:
        return []
    rows = Consent.objects.about(organisation_id=organisation_id, sha256s=sha256s).select_related("organisation")
    about = {one: _people_of(one, sha256s) for one in rows.prefetch_related(_NO_BYTES)}
    given = {each for one, people in about.items() if not one.is_over(now) for each in people}
    return [one for one, people in about.items() if one.is_over(now) and people - given]


def _people_of(consent: Consent, sha256s: Collection[str]) -> set[tuple[str, str]]:
    """Who may be seen in which of these pictures."""
    return {(consent.who.casefold(), media.sha256) for media in consent.media.all() if media.sha256 in sha256s}


def ended_in(version: Version) -> list[Consent]:
    """The declarations of which whoever decides about it has to know that they ended; their pages say so."""
    return _ended(version.pk, organisation_id=version.post.organisation_id, now=timezone.now())


def insist_on_knowing(version: Version, *, ended: Collection[int]) -> None:
    """``ended`` are the ids of the declarations of which the page of who decides now said that they ended.

    After the move, which takes the ledger's head: whatever was taken back before it stands there by then. Raises
    ``ValidationError`` where there is more: first they have to read it.
    """
    if {one.pk for one in ended_in(version)} - set(ended):
        raise ValidationError(
            _("Somebody in a picture took back their consent, or it ended. Read who it is, then decide.")
        )


def given(organisation: Organisation, sha256s: Collection[str], *, day: date) -> Counter[str]:
    """How many declarations hold on that day for each picture, by its SHA-256."""
    found: Counter[str] = Counter()
    if not sha256s:
        return found
    rows = Consent.objects.about(organisation_id=organisation.pk, sha256s=sha256s)
    for consent in rows.prefetch_related(_NO_BYTES):
        if consent.holds_on(day):
            found.update({shown.sha256 for shown in consent.media.all()})
    return found


def _sha256s(consent: Consent) -> list[str]:
    return list(consent.media.values_list("sha256", flat=True))


def _deliveries(consent: Consent) -> DeliveryQuerySet:
    shown = Attachment.objects.filter(media__sha256__in=_sha256s(consent))
    return Delivery.objects.filter(organisation=consent.organisation_id, version__in=shown.values("version"))


def uses_of(consent: Consent) -> Uses:
    """Every post that uses one of its pictures."""
    rows = _deliveries(consent).select_related("version", "channel").order_by("-pk")
    shown = Attachment.objects.filter(media__sha256__in=_sha256s(consent)).values("version")
    posts = Post.objects.filter(organisation=consent.organisation_id, versions__in=shown).distinct()
    early = posts.filter(state__in=[PostState.DRAFT, PostState.IN_REVIEW, PostState.EXPIRED]).with_latest()
    using = set(shown.values_list("version", flat=True))
    return Uses(
        out=[row for row in rows if row.state in OUT],
        coming=[row for row in rows if row.state in STOPPABLE],
        drafts=[post for post in early if post.latest.pk in using],
    )


def _tell_of_withdrawal(consent: Consent, held: list[Delivery], *, by: Member) -> None:
    out = _deliveries(consent).filter(state__in=OUT)
    officers = consent.organisation.members.all().who_may(Right.TAKE_DOWN) if out.exists() else []
    writers = [delivery.version.written_by for delivery in held]
    told = {each.pk: each for each in [*_minders(consent), *writers, *officers] if each.pk != by.pk}
    tell(
        consent.organisation_id,
        addressees(told.values()),
        template="posts/mail/consent_withdrawn",
        values={"by": by.name, "held": len(held), "out": out.count()},
        link=f"/posts/consents/{consent.pk}/",
    )


def _minders(consent: Consent) -> list[Member]:
    """Who kept it, and who looks after privacy here; where both are gone, who looks after the organisation."""
    members = consent.organisation.members.all()
    officers = [each for each in members.who_may(Right.OPEN_EVIDENCE) if Role.PRIVACY_OFFICER in each.roles]
    minders = [each for each in [consent.kept_by] if each.is_current] + officers
    return minders or list(members.who_may(Right.MANAGE_ORGANISATION))


def mind(now: datetime) -> int:
    """Tell in time of declarations that end, hold what would go out without one; returns how many of both."""
    rows = Consent.objects.filter(withdrawn_at=None, told__lt=LAST_DAY).exclude(until=None)
    ending = list(rows.select_related("organisation", "kept_by__user", "kept_by__organisation"))
    return sum(_tell_safely(one, now) for one in ending) + _hold_ended(now)


def _tell_safely(consent: Consent, now: datetime) -> bool:
    try:
        return _tell_of_end(consent, now)
    except Exception:  # one holds up no other
        log.exception("consent %s could not be minded; it is tried again", consent.pk)
        return False


@transaction.atomic
def _tell_of_end(consent: Consent, now: datetime) -> bool:
    """Two weeks before its last day, and on that day."""
    today, until = now.astimezone(consent.organisation.zone).date(), consent.until
    if until is None or until - NOTICE > today:
        return False
    step = LAST_DAY if until <= today else IN_TIME
    if step <= consent.told or not Consent.objects.filter(pk=consent.pk, told=consent.told).update(told=step):
        return False
    told = {each.pk: each for each in _minders(consent)}
    tell(
        consent.organisation_id,
        addressees(told.values()),
        template="posts/mail/consent_ends",
        values={"until": until, "is_last": step == 2},
        link=f"/posts/consents/{consent.pk}/",
    )
    return True


def _hold_ended(now: datetime) -> int:
    """What is planned and shows somebody whose consent ended; the claim asks once more."""
    rows = Delivery.objects.filter(state=DeliveryState.WAITING, version__attachments__media__consents__isnull=False)
    waiting = rows.distinct().select_related("approval", "version__written_by__user", "channel")
    return sum(_hold_safely(delivery, now) for delivery in list(waiting))


def _hold_safely(delivery: Delivery, now: datetime) -> bool:
    try:
        with transaction.atomic():
            held = _hold(delivery, by=CLOCK, now=now)
            if held:
                tell_held(delivery)
            return held
    except WrongStateError:  # it left, or was stopped, a moment ago
        return False


def tell_held(delivery: Delivery) -> None:
    """Its writer, where no mail about the declaration itself said so."""
    tell(
        delivery.organisation_id,
        addressees([delivery.version.written_by], standing_in=Right.WRITE),
        template="posts/mail/held",
        values={"channel": delivery.channel.handle, "reason": NO_CONSENT},
        link=f"/posts/{delivery.version.post_id}/",
    )


def forget_old(now: datetime) -> int:
    """Remove declarations that ended long ago, where none of their pictures stands out there any more.

    The names in the ledger go with them; that there was a declaration stays provable. Returns how many.
    """
    return sum(_forget(one) for one in _old(now))


def _old(now: datetime) -> Iterator[Consent]:
    for consent in Consent.objects.select_related("organisation"):
        ended = consent.ended_at
        if ended and ended < now - PROOF and not _deliveries(consent).filter(state__in=OUT).exists():
            yield consent


@transaction.atomic
def _forget(consent: Consent) -> bool:
    subject = subject_of(consent)
    consent.delete()
    forget_subject(consent.organisation_id, subject, by=CLOCK)
    return True


def search(organisation: Organisation, words: str) -> ConsentQuerySet:
    """The declarations of people whose names hold these words, newest first."""
    rows = Consent.objects.filter(organisation=organisation).select_related("kept_by__user", "withdrawn_by__user")
    return rows.filter(who__icontains=words.strip()) if words.strip() else rows
