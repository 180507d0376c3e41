"""Something grave happened: what was approved before it stays, what people approve knowing of it goes out.

Whoever approves or releases a delivery lets it go out *despite* the grave event that stood on their page
(``Delivery.despite``). As long as another one goes on, or none was on their page, it stays. So no two clocks are
compared: what counts is what a person saw.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.ledger.actions import Actor, Machine, record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.people.actions import insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right
from vierogen.posts.models import Delivery, Mourning
from vierogen.posts.models.deliveries import DeliveryQuerySet
from vierogen.posts.states import DeliveryState

GRAVE = gettext_noop("Something grave happened after this was approved. Look whether it may still go out.")


def grave_event(organisation_id: int) -> Mourning | None:
    """What goes on, if anything does."""
    rows = Mourning.objects.filter(organisation_id=organisation_id, ended_at=None)
    return rows.select_related("by__user").first()


def hold_the_queue(organisation: Organisation, *, by: Member, reason: str) -> Mourning:
    """From the commit of this nothing goes out that was approved before it. Anybody in the team may.

    The claim of a delivery asks for it, so it counts at once, before the rows are marked *held*. Where somebody
    was a second faster, theirs stands. Raises ``ValidationError`` without a reason.
    """
    if not reason.strip():
        raise ValidationError(_("Say what happened: everybody reads it, and judges by it what may still go out."))
    event = _begin(organisation, by=by, reason=reason) or _begin(organisation, by=by, reason=reason)
    if event is None:
        raise WrongStateError("hold_the_queue", subject_of(organisation))
    with transaction.atomic():
        _hold(Delivery.objects.filter(organisation=organisation), by=by)
    return event


def _begin(organisation: Organisation, *, by: Member, reason: str) -> Mourning | None:
    """A new one, or somebody else's that stands already; None if that ended in this very moment."""
    try:
        with transaction.atomic():
            insist(by, Right.STOP, organisation_id=organisation.pk)
            event = Mourning.objects.create(organisation=organisation, by=by, reason=reason.strip())
            record(organisation.pk, "hold_the_queue", subject_of(event), by=by, personal={"reason": event.reason})
            return event
    except IntegrityError:
        return Mourning.objects.filter(organisation=organisation, ended_at=None).first()


def _hold(rows: DeliveryQuerySet, *, by: Actor) -> int:
    waiting = rows.disturbed().filter(state=DeliveryState.WAITING).locked()
    for delivery in waiting:
        move(delivery, "hold", by=by, changes={"problem": GRAVE})
    return len(waiting)


def hold_what_came_after() -> int:
    """Hold what came to wait since: to be tried again, or approved in that very moment; returns how many."""
    if not Mourning.objects.filter(ended_at=None).exists():
        return 0
    with transaction.atomic():
        return _hold(Delivery.objects.all(), by=Machine("clock"))


@transaction.atomic
def let_the_queue_go(organisation: Organisation, *, by: Member, seen: int | None = None) -> None:
    """It is over. What was held stays held until a person releases it, one by one.

    ``seen`` is the id of the event that a page showed: who read of that one ends no other.
    """
    insist(by, Right.RELEASE, organisation_id=organisation.pk)
    rows = Mourning.objects.select_for_update(no_key=True).filter(organisation=organisation, ended_at=None)
    event = rows.first()
    if event is None:
        raise ValidationError(_("Nothing is held for a grave event at the moment."))
    if seen is not None:
        known_to(organisation.pk, seen=seen)
    _hold(Delivery.objects.filter(organisation=organisation), by=by)
    Mourning.objects.filter(pk=event.pk).update(ended_at=timezone.now(), ended_by=by)
    record(organisation.pk, "let_the_queue_go", subject_of(event), by=by)


def known_to(organisation_id: int, *, seen: int | None) -> Mourning | None:
    """What goes on, for somebody who decides now; ``seen`` is the id of what stood on their page.

    Raises ``ValidationError`` where they did not know of it: first they have to read what happened.
    """
    event = grave_event(organisation_id)
    if event and event.pk != seen:
        raise ValidationError(
            _("Something grave happened meanwhile: “%(reason)s” Look again whether this may go out now.")
            % {"reason": event.reason}
        )
    return event


def is_disturbed(delivery: Delivery) -> bool:
    """Was it approved, or released, before something grave that goes on now?"""
    return Delivery.objects.filter(pk=delivery.pk).disturbed().exists()
