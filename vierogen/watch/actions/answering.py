"""What becomes of a stray: people answer, adopt, take down or hand on; some of it happens by itself."""

import logging
from collections.abc import Callable
from typing import cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.ledger.actions import Actor
from vierogen.ledger.moves import WrongStateError, subject_of
from vierogen.networks.base import Kind, Media, Shown
from vierogen.notices import actions as notices
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.actions import removing, voices
from vierogen.posts.actions.delivering import settle as found_there
from vierogen.posts.models import Delivery, Part, TakeDown
from vierogen.posts.states import DeliveryState, TakeDownState
from vierogen.watch.actions.raising import WATCH, settle, tell_officers
from vierogen.watch.actions.reconciling import DELIVERED
from vierogen.watch.models import RemotePost, Stray
from vierogen.watch.states import MOVES, Origin, State

log = logging.getLogger(__name__)

BY_ITSELF = gettext_noop("Nobody said that it is ours within the time that the organisation chose.")


@transaction.atomic
def acknowledge(stray: Stray, *, by: Member) -> None:
    """I am looking at it: nobody else is called. Raises ``WrongStateError`` when somebody was faster."""
    insist(by, Right.ANSWER_ALARM, organisation_id=stray.organisation_id)
    if stray.alarm is None:
        raise ValidationError(_("There is no alarm about this."))
    notices.acknowledge(stray.alarm, by=by)


@transaction.atomic
def adopt(stray: Stray, *, by: Member, reason: str, sent_as: Delivery | None = None) -> None:
    """It is ours after all: somebody here did it, and says why.

    ``sent_as`` is one of ``cut_off(stray)`` that this turns out to be: the network changed it beyond recognition.
    """
    insist(by, Right.ANSWER_ALARM, organisation_id=stray.organisation_id)
    if not reason.strip():
        raise ValidationError(_("Say why this is ours: who posted it, and how."))
    asked = _take_down_of(stray)
    if sent_as is not None:
        _recognise(stray, sent_as, by=by)
    settle(stray, "adopt", by=by, reason=reason.strip())
    if asked is not None:
        removing.cancel(asked, by=by)


def _take_down_of(stray: Stray) -> TakeDown | None:
    """Its take-down that is under way, locked: nobody begins one, and no worker takes it up, until we are done.

    In the order in which all others lock: the remote post, its stray, and then what is asked for it.
    """
    RemotePost.objects.select_for_update(of=("self",), no_key=True).filter(strays=stray).first()
    Stray.objects.select_for_update(of=("self",), no_key=True).filter(pk=stray.pk).first()
    rows = TakeDown.objects.under_way().filter(strays=stray).select_related("channel")
    return rows.select_for_update(of=("self",), no_key=True).first()


def cut_off(stray: Stray) -> QuerySet[Delivery]:
    """Deliveries to this account of which nobody could find out what became of them."""
    rows = Delivery.objects.filter(channel=stray.channel_id, state=DeliveryState.UNCERTAIN, next_look_at=None)
    return rows.select_related("version") if stray.remote_id and stray.what in DELIVERED else rows.none()


def _recognise(stray: Stray, delivery: Delivery, *, by: Member) -> None:
    insist(by, Right.DECIDE, organisation_id=stray.organisation_id)
    remote = RemotePost.objects.select_for_update(of=("self",), no_key=True).get(strays=stray)
    if not cut_off(stray).filter(pk=delivery.pk).exists() or not found_there(delivery, _shown(remote), by=by):
        raise WrongStateError("found_there", subject_of(delivery))
    RemotePost.objects.filter(pk=remote.pk).update(origin=Origin.EXPLAINED, delivery=delivery)


@transaction.atomic
def take_down(stray: Stray, *, by: Actor, reason: str = "") -> TakeDown:
    """Have it removed from the network; the worker does it and looks until it is gone. Evidence is kept.

    ``by`` is a member with the right, or a machine where the organisation switched that on. A second call
    returns the first take-down, or tries a stuck one again.
    """
    if isinstance(by, Member):
        insist(by, Right.TAKE_DOWN, organisation_id=stray.organisation_id)
    # As it is now, and locked: somebody may adopt it at this moment.
    rows = Stray.objects.select_for_update(of=("self",), no_key=True)
    remote = _removable(rows.select_related("remote__delivery").get(pk=stray.pk))
    asked = removing.take_down(stray.channel, _shown(remote), by=by, reason=reason, delivery=remote.delivery)
    if asked.state == TakeDownState.STUCK and isinstance(by, Member):
        removing.try_again(asked, by=by)
    Stray.objects.filter(pk=stray.pk).update(take_down=asked)
    stray.take_down = asked
    return asked


def _removable(stray: Stray) -> RemotePost:
    if stray.remote is None or "remove" not in stray.moves():
        raise ValidationError(_("There is nothing here that can be taken down."))
    if stray.remote.gone_at is not None:
        raise ValidationError(_("It is not there any more."))
    return stray.remote


def _shown(remote: RemotePost) -> Shown:
    return Shown(
        remote.remote_id,
        "",
        url=remote.url,
        kind=cast("Kind", remote.kind),
        media=tuple(Media(address) for address in remote.media),
        target=remote.target,
    )


@transaction.atomic
def hand_on(stray: Stray, *, by: Member) -> None:
    """It belongs to an incident now, which the caller opens in the same transaction."""
    insist(by, Right.ANSWER_ALARM, organisation_id=stray.organisation_id)
    settle(stray, "hand_on", by=by)


def take_down_by_itself() -> int:
    """Take down every stray whose time has come, where the organisation switched that on; returns how many."""
    due = Stray.objects.to_take_down(timezone.now()).select_related("channel", "remote__delivery")
    for stray in due:
        try:
            take_down(stray, by=WATCH, reason=BY_ITSELF)
        except ValidationError:  # it vanished a moment before
            continue
        except Exception:  # one that goes wrong holds up no other
            log.exception("stray %s could not be taken down by itself; it is tried again", stray.pk)
    return len(due)


def finish_take_downs() -> int:
    """Settle the strays whose removal was seen to be complete; returns how many."""
    done = Stray.objects.filter(take_down__state=TakeDownState.GONE, state__in=MOVES["remove"].sources)
    # What was handed on after it was gone stays with its incident.
    done = done.exclude(state=State.HANDED_ON, settled_at__gt=F("take_down__gone_at"))
    return _each(done, _finish)


def _finish(stray: Stray) -> None:
    with transaction.atomic():
        # The remote post's row first, as whoever hears of its deletion does.
        RemotePost.objects.standing().filter(strays=stray).update(gone_at=timezone.now())
        if stray.remote is not None:
            voices.forget(stray.channel, [stray.remote.remote_id])
        settle(stray, "remove", by=WATCH)
        asked = stray.take_down
        if asked is not None and asked.asked_by_id is None and asked.deleted_at is not None:
            tell_officers(stray, "watch/mail/taken_down")


def explain_late() -> int:
    """Settle the strays that turn out to be a delivery, whose answer came very late; returns how many."""
    here = {"channel": OuterRef("channel"), "remote_id": OuterRef("remote__remote_id")}
    same, parts = Delivery.objects.filter(**here), Part.objects.filter(**here)
    # One that was explained before, and was gone, has come back by somebody else's doing.
    new = Stray.objects.filter(remote__delivery=None)
    is_part = Exists(parts.exclude(delivery__state=DeliveryState.WITHDRAWN))
    standing = Exists(same.exclude(state=DeliveryState.WITHDRAWN)) | is_part
    ours = new.filter(standing, state__in=MOVES["explain"].sources, what=F("remote__kind"))
    return _each(ours, _explain)


def _explain(stray: Stray) -> None:
    with transaction.atomic():
        remote = RemotePost.objects.select_for_update(of=("self",), no_key=True).get(strays=stray)
        delivery = Delivery.objects.that_made(remote.channel_id, remote.remote_id).get()
        RemotePost.objects.filter(pk=remote.pk).update(origin=Origin.EXPLAINED, delivery=delivery)
        settle(stray, "explain", by=WATCH)


def _each(rows: QuerySet[Stray], change: Callable[[Stray], None]) -> int:
    strays = list(rows.select_related("channel__organisation", "alarm", "take_down", "remote"))
    for stray in strays:
        try:
            change(stray)
        except WrongStateError:  # a person, or another worker, was faster
            continue
        except Exception:
            log.exception("stray %s could not be settled; it is tried again", stray.pk)
    return len(strays)
