"""Stopping: one post in its cooling-off, or everything; and letting go again, one by one."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, demand, same_organisation
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right
from vierogen.posts.models import Delivery, Halt, Post
from vierogen.posts.states import DeliveryState


def stop(post: Post, *, by: Member) -> int:
    """Stop what has not gone out yet; the post becomes a draft again. Anybody in the team may.

    Returns how many deliveries were stopped; raises ``WrongStateError`` when all had left already.
    """
    demand(by, Right.STOP)
    same_organisation(by, post.organisation_id)
    stopped = 0
    with transaction.atomic():
        post = Post.objects.select_for_update().get(pk=post.pk)
        rows = Delivery.objects.filter(version__post=post)
        for delivery in rows.filter(state__in=[DeliveryState.WAITING, DeliveryState.HELD]):
            move(delivery, "stop", by=by)
            stopped += 1
        if not stopped:
            raise WrongStateError("stop", subject_of(post))
        if not any(delivery.is_out for delivery in rows.all()):
            move(post, "reopen", by=by)
        _tell_writer(post, by=by)
    return stopped


def _tell_writer(post: Post, *, by: Member) -> None:
    version = post.latest
    writer = version.written_by
    if writer.pk != by.pk:
        tell(
            post.organisation_id,
            addressees([writer]),
            template="posts/mail/stopped",
            values={"by": by.name, "channels": version.where()},
            link=f"/posts/{post.pk}/",
        )


def stop_everything(organisation: Organisation, *, by: Member, reason: str = "") -> Halt:
    """Nothing of the organisation leaves any more, from the moment this is committed.

    The claim of a delivery asks for an open halt, so the halt counts before the rows are marked *held*.
    """
    demand(by, Right.STOP)
    same_organisation(by, organisation.pk)
    halt = _halt(organisation, by=by, reason=reason.strip())
    for delivery in Delivery.objects.filter(organisation=organisation, state=DeliveryState.WAITING):
        try:
            move(delivery, "hold", by=by, changes={"problem": "halted"}, facts={"halt": halt.pk})
        except WrongStateError:  # it left, or was stopped, a moment before
            continue
    return halt


def _halt(organisation: Organisation, *, by: Member, reason: str) -> Halt:
    try:
        with transaction.atomic():
            halt = Halt.objects.create(organisation=organisation, by=by, reason=reason)
            record(organisation.pk, "stop_everything", subject_of(halt), by=by, personal={"reason": reason})
            return halt
    except IntegrityError:  # somebody was a second faster; theirs stands
        return Halt.objects.get(organisation=organisation, lifted_at=None)


@transaction.atomic
def lift(organisation: Organisation, *, by: Member) -> None:
    """End *Stop everything*. What was held stays held until a person releases it, one by one."""
    demand(by, Right.RELEASE)
    same_organisation(by, organisation.pk)
    halt = Halt.objects.filter(organisation=organisation, lifted_at=None).first()
    if halt is None or not Halt.objects.filter(pk=halt.pk, lifted_at=None).update(
        lifted_at=timezone.now(), lifted_by=by
    ):
        raise ValidationError(_("Nothing is stopped at the moment."))
    record(organisation.pk, "lift", subject_of(halt), by=by)


def is_halted(organisation_id: int) -> Halt | None:
    """The open halt, if there is one."""
    return Halt.objects.filter(organisation_id=organisation_id, lifted_at=None).select_related("by__user").first()


def release(delivery: Delivery, *, by: Member) -> None:
    """Let one held delivery go out now. Refused while everything is stopped."""
    demand(by, Right.RELEASE)
    same_organisation(by, delivery.organisation_id)
    if is_halted(delivery.organisation_id):
        raise ValidationError(_("Everything is stopped. Lift that first."))
    now = timezone.now()
    changes = {
        "due_at": max(now, delivery.version.not_before or now),
        "released_by": by,
        "problem": "",
        "next_try_at": None,
    }
    move(delivery, "release", by=by, changes=changes)
