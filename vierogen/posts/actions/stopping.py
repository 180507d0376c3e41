"""Stopping: one post in its cooling-off, or everything; and letting go again, one by one."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.learning.standing import facts_of, require
from vierogen.ledger.actions import Actor, record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right
from vierogen.posts.actions.consenting import insist_on_knowing
from vierogen.posts.actions.mourning import known_to
from vierogen.posts.actions.rechecking import anew, let_through
from vierogen.posts.models import Approval, Delivery, Halt, Post
from vierogen.posts.states import STOPPABLE, DeliveryState, PostState

# Why it is held; the pages say it in words.
HALTED = "halted"


def stop(post: Post, *, by: Member) -> int:
    """Stop what has not gone out yet; the post becomes a draft again. Anybody in the team may.

    What is being sent at this moment is called back if that can still be helped, and nothing is sent again.
    Returns how many had certainly not left yet; raises ``WrongStateError`` when all had.
    """
    with transaction.atomic():
        insist(by, Right.STOP, organisation_id=post.organisation_id)
        post = Post.objects.locked(post.pk)
        deliveries = Delivery.objects.filter(version__post=post).locked()
        approvals = Approval.objects.filter(version__post=post, revoked_at=None)
        if not any(each.can_be_stopped for each in deliveries) or not approvals.update(revoked_at=timezone.now()):
            raise WrongStateError("stop", subject_of(post))
        waiting = [each for each in deliveries if each.state in STOPPABLE]
        for delivery in waiting:
            move(delivery, "stop", by=by)
        if not any(delivery.is_out for delivery in deliveries):
            move(post, "reopen", by=by)
        record(post.organisation_id, "revoke", subject_of(post), by=by, facts=facts_of(by))
        _tell_writer(post, by=by)
    return len(waiting)


@transaction.atomic
def reopen_stopped(post_id: int, *, by: Actor) -> None:
    """After the last delivery of a stopped post was called back: it is a draft again."""
    post = Post.objects.locked(post_id)
    states = set(Delivery.objects.filter(version__post=post).values_list("state", flat=True))
    if post.state == PostState.APPROVED and states == {DeliveryState.STOPPED}:
        move(post, "reopen", by=by)


def _tell_writer(post: Post, *, by: Member) -> None:
    version = post.latest
    writer = version.written_by
    if writer.pk != by.pk:
        tell(
            post.organisation_id,
            addressees([writer], standing_in=Right.WRITE),
            template="posts/mail/stopped",
            values={"by": by.name, "channels": version.where()},
            link=f"/posts/{post.pk}/",
        )


def stop_everything(organisation: Organisation, *, by: Member, reason: str = "") -> Halt:
    """Nothing of the organisation leaves any more, from the moment this is committed.

    The claim of a delivery asks for an open halt, so the halt counts at once, before the rows are marked *held*.
    """
    halt = _halt(organisation, by=by, reason=reason) or _halt(organisation, by=by, reason=reason)
    if halt is None:
        raise WrongStateError("stop_everything", subject_of(organisation))
    with transaction.atomic():
        _hold_all(halt, by=by)
    return halt


def _hold_all(halt: Halt, *, by: Member) -> None:
    waiting = Delivery.objects.filter(organisation=halt.organisation_id, state=DeliveryState.WAITING)
    for delivery in waiting.locked():
        move(delivery, "hold", by=by, changes={"problem": HALTED}, facts={"halt": halt.pk})


def _halt(organisation: Organisation, *, by: Member, reason: str) -> Halt | None:
    """A new halt, or somebody else's that stands already; None if that was lifted in this very moment."""
    try:
        with transaction.atomic():
            insist(by, Right.STOP, organisation_id=organisation.pk)
            halt = Halt.objects.create(organisation=organisation, by=by, reason=reason.strip())
            told = {"reason": halt.reason}
            record(organisation.pk, "stop_everything", subject_of(halt), by=by, facts=facts_of(by), personal=told)
            return halt
    except IntegrityError:  # somebody was a second faster; theirs stands
        return Halt.objects.filter(organisation=organisation, lifted_at=None).first()


@transaction.atomic
def lift(organisation: Organisation, *, by: Member) -> None:
    """End *Stop everything*. What was held stays held until a person releases it, one by one.

    So does what came to wait in the meantime: approved while all was stopped, or to be tried again.
    """
    insist(by, Right.RELEASE, organisation_id=organisation.pk)
    halt = Halt.objects.select_for_update(no_key=True).filter(organisation=organisation, lifted_at=None).first()
    if halt is None:
        raise ValidationError(_("Nothing is stopped at the moment."))
    _hold_all(halt, by=by)
    Halt.objects.filter(pk=halt.pk).update(lifted_at=timezone.now(), lifted_by=by)
    record(organisation.pk, "lift", subject_of(halt), by=by)


def is_halted(organisation_id: int) -> Halt | None:
    """The open halt, if there is one."""
    return Halt.objects.filter(organisation_id=organisation_id, lifted_at=None).select_related("by__user").first()


def release(
    delivery: Delivery, *, by: Member, reason: str = "", seen: int | None = None, ended: Collection[int] = ()
) -> None:
    """Let one held delivery go out now, or later if it was planned later. Refused while everything is stopped.

    ``reason`` says why a stop that was found when its time came does not matter; ``seen`` is the id of the grave
    event that the page of who releases it showed, ``ended`` those of the declarations of consent that ended.
    """
    now = timezone.now()
    changes = {
        "due_at": max(now, delivery.planned_for),
        "released_by": by,
        "released_at": now,
        "problem": "",
        "next_try_at": None,
    }
    with transaction.atomic():
        insist(by, Right.RELEASE, organisation_id=delivery.organisation_id)
        require(by)
        if is_halted(delivery.organisation_id):
            raise ValidationError(_("Everything is stopped. Lift that first."))
        despite = known_to(delivery.organisation_id, seen=seen)
        let_through(delivery.version, by=by, reason=reason)
        move(delivery, "release", by=by, changes={**changes, **anew(delivery, now), "despite": despite})
        insist_on_knowing(delivery.version, ended=ended)
