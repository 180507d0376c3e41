"""The second pair of eyes: approve, ask for changes, the emergency path and its after-review."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.learning.standing import facts_of, require
from vierogen.ledger.actions import Machine, record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.actions.checking import check
from vierogen.posts.actions.consenting import insist_on_knowing
from vierogen.posts.actions.guests import insist_on_judge, judged
from vierogen.posts.actions.mourning import grave_event, known_to
from vierogen.posts.actions.writing import refuse_unfit
from vierogen.posts.checks.base import Tier
from vierogen.posts.models import AfterReview, Approval, Comment, Delivery, FoundThing, Mourning, Post, Version
from vierogen.posts.states import PostState

log = logging.getLogger(__name__)

AFTER_REVIEW_WITHIN = timedelta(hours=24)


def approve(  # noqa: PLR0913 - all that a person says yes to, and no more
    version: Version,
    *,
    by: Member,
    digest: str,
    passed: Collection[int] = (),
    seen: int | None = None,
    ended: Collection[int] = (),
) -> Approval:
    """Approve exactly the content with this ``digest``; ``passed`` are the findings seen and let through:
    every *stop*, and whatever pictures told later.

    ``seen`` is the id of the grave event that the reviewer's page showed: what is approved knowing of it goes out.
    ``ended`` are those of the declarations of consent of which it said that they ended.
    Only a qualified member who contributed nothing. Raises ``PermissionDenied``, ``ValidationError``,
    or ``WrongStateError`` when it was decided or changed meanwhile.
    """
    with transaction.atomic():
        guest = insist_on_judge(by, version)
        require(by)
        post, version = _locked(version, digest=digest)
        if version.contributors.filter(member__user_id=by.user_id).exists():
            raise PermissionDenied(_("You wrote part of this. Somebody else has to look at it."))
        if version.not_before and version.not_before <= timezone.now():
            raise ValidationError(_("Its time has passed. The writer has to choose a new time."))
        if version.checked_at is None:
            raise ValidationError(_("Not everything was checked yet. Try again in a moment."))
        _refuse_unread(version, passed)
        _pass_stops(version, passed, by=by)
        despite = known_to(post.organisation_id, seen=seen)
        approval = Approval.objects.create(version=version, digest=digest, by=by, writer_id=version.written_by_id)
        move(post, "approve", by=by, facts={"version": version.number, "digest": digest})
        insist_on_knowing(version, ended=ended)
        cooling = timedelta(seconds=post.organisation.cooling_off_seconds)
        _plan(approval, cooling_until=timezone.now() + cooling, despite=despite)
        judged(guest, "approve_as_guest", by=by)
    return approval


def _locked(version: Version, *, digest: str) -> tuple[Post, Version]:
    """Lock the post, and make sure that it is still this content that is being decided about; both fresh."""
    post = Post.objects.locked(version.post_id)
    latest = post.latest
    if latest.pk != version.pk or not latest.holds(digest):
        raise WrongStateError("approve", subject_of(post))
    if Approval.objects.filter(version=latest).exists():
        raise WrongStateError("approve", subject_of(post))
    return post, latest


def _refuse_unread(version: Version, passed: Collection[int]) -> None:
    """A look at the pictures can end while somebody reads the page."""
    if version.findings.filter(late=True).exclude(tier=Tier.STOP).exclude(pk__in=passed).exists():
        raise ValidationError(_("More was found in the pictures since you opened this page. Read it, then decide."))


def _pass_stops(version: Version, passed: Collection[int], *, by: Member) -> None:
    stops = version.stops()
    if any(not found.reason for found in stops):
        told = _("A stop was found after this was offered, so nobody said why it may go out. Ask for changes.")
        raise ValidationError(told)
    if {found.pk for found in stops} - set(passed):
        raise ValidationError(_("There is a stop. Read the writer's reason, and tick it if you agree."))
    if any(found.reason_by and found.reason_by.user_id == by.user_id for found in stops):
        raise PermissionDenied(_("You said yourself why a stop may pass. Somebody else has to look at it."))
    FoundThing.objects.filter(pk__in=[found.pk for found in stops]).update(passed_by=by)


def _plan(approval: Approval, *, cooling_until: datetime, despite: Mourning | None) -> list[Delivery]:
    """One delivery for each target of the approved version."""
    version = approval.version
    due_at = max(cooling_until, version.not_before or cooling_until)
    now = timezone.now()
    return [
        Delivery.objects.create(
            organisation_id=version.post.organisation_id,
            version=version,
            channel=target.channel,
            approval=approval,
            key=target.channel.network.new_key(now),
            dated=now,
            cooling_until=cooling_until,
            due_at=due_at,
            despite=despite,
        )
        for target in version.targets.select_related("channel")
    ]


def ask_for_changes(version: Version, *, by: Member, text: str) -> None:
    """Send a version back to its writer with what should change."""
    if not text.strip():
        raise ValidationError(_("Say what should change, so that the writer can go on."))
    with transaction.atomic():
        guest = insist_on_judge(by, version)
        post, version = _locked(version, digest=version.digest)
        Comment.objects.create(version=version, by=by, text=text.strip())
        move(post, "send_back", by=by, facts={"version": version.number})
        tell(
            post.organisation_id,
            addressees([version.written_by], standing_in=Right.WRITE),
            template="posts/mail/changes_wanted",
            values={
                "reviewer": by.name,
                "text": text.strip(),
                "channels": version.where(),
                "not_before": version.not_before,
            },
            link=f"/posts/{post.pk}/",
        )
        judged(guest, "send_back_as_guest", by=by)


def publish_now(version: Version, *, by: Member) -> int:
    """End the cooling-off of an approved version. Only its reviewer may. Returns how many deliveries hurry."""
    now = timezone.now()
    due_at = max(now, version.not_before or now)
    with transaction.atomic():
        insist(by, Right.REVIEW, organisation_id=version.post.organisation_id)
        require(by)
        approval = Approval.objects.filter(version=version).first()
        if approval is None or approval.by_id != by.pk:
            raise PermissionDenied(_("Only the person who approved this may publish it now."))
        cooling = [each for each in Delivery.objects.filter(version=version).locked() if each.is_cooling]
        if not cooling:
            raise WrongStateError("hasten", subject_of(version))
        for delivery in cooling:
            move(delivery, "hasten", by=by, changes={"cooling_until": now, "due_at": due_at})
    return len(cooling)


def publish_in_emergency(version: Version, *, by: Member, reason: str, digest: str | None = None) -> Approval:
    """Publish at once with one pair of eyes: leaves a reason, tells everybody, owes a review within 24 hours.

    Closed as long as an earlier emergency's review is overdue. ``digest`` is that of what the page showed: what
    somebody changed since, and what the checks did not look at yet, is to be seen first (``ValidationError``).
    """
    if not reason.strip():
        raise ValidationError(_("Say why this cannot wait for a second person."))
    _refuse_unseen(version, digest)
    now = timezone.now()
    with transaction.atomic():
        insist(by, Right.EMERGENCY, organisation_id=version.post.organisation_id)
        post, version = _locked(version, digest=version.digest)
        stops = refuse_unfit(version)
        if AfterReview.objects.filter(organisation_id=post.organisation_id).overdue(now).exists():
            raise PermissionDenied(
                _("The emergency path is closed: the review of an earlier emergency is overdue. Do that first.")
            )
        approval = Approval.objects.create(
            version=version,
            digest=version.digest,
            by=by,
            writer_id=version.written_by_id,
            emergency=True,
            reason=reason.strip(),
        )
        _pass_alone(stops, by=by, reason=reason.strip())
        facts = {"version": version.number, "digest": version.digest, **facts_of(by)}
        move(post, "publish_in_emergency", by=by, facts=facts, personal={"reason": reason.strip()})
        _plan(approval, cooling_until=now, despite=grave_event(post.organisation_id))
        owed = AfterReview.objects.create(
            organisation_id=post.organisation_id, approval=approval, due_at=now + AFTER_REVIEW_WITHIN
        )
        _tell_of_emergency(owed, by=by)
    return approval


def _refuse_unseen(version: Version, digest: str | None) -> None:
    if digest is not None and digest != version.digest:
        raise ValidationError(_("Somebody changed this since you opened the page. Look at it again, then decide."))
    if version.checked_at is None:
        check(version)
        raise ValidationError(_("It was not checked yet; that is done now. Look at what was noticed, then decide."))


def _pass_alone(stops: Collection[FoundThing], *, by: Member, reason: str) -> None:
    """Who publishes in an emergency lets the stops pass; a reason that the writer gave stays."""
    rows = FoundThing.objects.filter(pk__in=[found.pk for found in stops])
    rows.filter(reason="").update(reason=reason, reason_by=by)
    rows.update(passed_by=by)


def _tell_of_emergency(owed: AfterReview, *, by: Member) -> None:
    everybody = owed.organisation.members.all()
    told = {m.pk: m for right in (Right.REVIEW, Right.EMERGENCY) for m in everybody.who_may(right) if m.pk != by.pk}
    tell(
        owed.organisation_id,
        addressees(told.values()),
        template="posts/mail/emergency",
        values={
            "by": by.name,
            "reason": owed.approval.reason,
            "due_at": owed.due_at,
            "channels": owed.approval.version.where(),
        },
        link=f"/posts/{owed.approval.version.post_id}/",
        urgent=True,
    )


def look_back(owed: AfterReview, *, by: Member, was_right: bool, note: str) -> None:
    """Do the review that an emergency owes; never by who published it or wrote any of it."""
    version = owed.approval.version
    changes = {"by": by, "was_right": was_right, "note": note.strip(), "done_at": timezone.now()}
    with transaction.atomic():
        insist(by, Right.REVIEW, organisation_id=owed.organisation_id)
        mine = version.contributors.filter(member__user_id=by.user_id).exists()
        if mine or owed.approval.by.user_id == by.user_id:
            raise PermissionDenied(_("You wrote or published this. Somebody else has to look at it."))
        if not note.strip():
            raise ValidationError(_("Write down what you found."))
        move(owed, "look_back", by=by, changes=changes, facts={"was_right": was_right})


def expire_due(now: datetime) -> int:
    """Let what was not approved in time expire visibly; it never goes out late by itself. Returns how many."""
    rows = Post.objects.in_review().filter(versions__not_before__lte=now).distinct()
    return sum(_expire_safely(post.pk, now) for post in rows)


def _expire_safely(pk: int, now: datetime) -> bool:
    try:
        return _expire(pk, now)
    except Exception:  # one that cannot expire holds up no other
        log.exception("post %s could not expire; it is tried again", pk)
        return False


@transaction.atomic
def _expire(pk: int, now: datetime) -> bool:
    """False when it was decided, or got another time, a moment ago."""
    post = Post.objects.locked(pk)
    version = post.latest
    if post.state != PostState.IN_REVIEW or version.not_before is None or version.not_before > now:
        return False
    move(post, "expire", by=Machine("clock"), facts={"version": version.number})
    tell(
        post.organisation_id,
        addressees([version.written_by], standing_in=Right.WRITE),
        template="posts/mail/expired",
        values={"not_before": version.not_before, "channels": version.where()},
        link=f"/posts/{post.pk}/",
    )
    return True


def remind_of_after_reviews(now: datetime) -> int:
    """Record once, visibly, that an emergency's review became overdue. Returns how many."""
    rows = AfterReview.objects.overdue(now).filter(reminded_at=None)
    late = list(rows.select_related("organisation", "approval__version__post"))
    for owed in late:
        _say_overdue(owed)
    return len(late)


@transaction.atomic
def _say_overdue(owed: AfterReview) -> None:
    if not AfterReview.objects.filter(pk=owed.pk, reminded_at=None).update(reminded_at=timezone.now()):
        return
    record(owed.organisation_id, "overdue", subject_of(owed), by=Machine("clock"))
    tell(
        owed.organisation_id,
        addressees(owed.organisation.members.all().who_may(Right.REVIEW)),
        template="posts/mail/after_review_overdue",
        values={"due_at": owed.due_at, "channels": owed.approval.version.where()},
        link=f"/posts/{owed.approval.version.post_id}/",
        urgent=True,
    )
