"""What a worker does about a take-down: keep the pictures, delete, and read again until post and media are gone.

Where it cannot delete, a person does it by hand. It goes on looking then, and deletes as soon as it can.
"""

import logging
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from vierogen.channels.actions import may_not_delete
from vierogen.channels.states import State as ChannelState
from vierogen.core.leases import RELEASED, heartbeat, lock, taken
from vierogen.core.sealing import SealError
from vierogen.ledger.moves import WrongStateError, move
from vierogen.networks.asking import Forbidden
from vierogen.networks.base import Deletes, Disconnected, Limited, Network, NetworkError
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.roles import Right
from vierogen.posts.actions.by_hand import hand_over, pause, remains
from vierogen.posts.actions.removing import WORKER, confirm_gone, fetch_media, shown_of
from vierogen.posts.models import TakeDown
from vierogen.posts.states import IN_HANDS, TakeDownState
from vierogen.vault.actions import opened

log = logging.getLogger(__name__)

TRIES = 8
# So long after it was asked for nobody waits any more for a network that takes no deletions: a person can do it.
PATIENCE = timedelta(seconds=60)
# Between two deletions that are tried while a person was asked to do it.
NEXT_DELETION = timedelta(minutes=5)
FAILED = gettext_noop("Something in Vierogen itself went wrong. It tries again.")


def claim_take_down(worker: str) -> TakeDown | None:
    """Take the next take-down that wants a step."""
    with transaction.atomic():
        row = lock(TakeDown.objects.due(timezone.now())).order_by("next_at").first()
        if row is None:
            return None
        TakeDown.objects.filter(pk=row.pk).update(**taken(worker))
    return TakeDown.objects.select_related("channel", "evidence__channel", "delivery").get(pk=row.pk)


def delete_where_we_may_by_now() -> int:
    """Let a worker delete at once where a person was asked, but our key allows it by now; returns how many."""
    rows = TakeDown.objects.in_hands().filter(
        delete_at=None, channel__may_delete=True, channel__state=ChannelState.CONNECTED
    )
    able = [row.pk for row in rows.select_related("channel") if row.channel.can_take_down]
    now = timezone.now()
    return TakeDown.objects.filter(pk__in=able).update(delete_at=now, next_at=now) if able else 0


def pursue(asked: TakeDown) -> None:
    """One step of a take-down: keep the pictures, delete, then read again until post and media are gone."""
    try:
        with heartbeat(asked), opened(asked.channel) as network:
            if asked.evidence.media_complete is None and not fetch_media(asked.evidence) and not asked.attempts:
                # Once: a picture that is still there for everybody to see cannot wait for long.
                _again(asked, problem="")
                return
            _step(asked, network)
    except WrongStateError:  # a person, or another worker, was faster
        return
    except Limited as error:
        log.warning("take-down %s: %s", asked.pk, error)
        _wait(asked, error)
    except (NetworkError, SealError) as error:
        log.warning("take-down %s: %s", asked.pk, error)
        _troubled(asked, error)
    except Exception:
        log.exception("take-down %s: the connector failed", asked.pk)
        if asked.state in IN_HANDS:
            # The next time it looks first.
            asked.delete_at = timezone.now() + NEXT_DELETION
        _again(asked, problem=FAILED)


def _step(asked: TakeDown, network: Network) -> None:
    if asked.state in IN_HANDS:
        problem = _delete_beside_people(asked, network)
    else:
        problem = ""
        if asked.state == TakeDownState.ASKED and not (asked.channel.can_take_down and _deleted(asked, network)):
            hand_over(asked, by=WORKER)
            return
    if left := remains(network, shown_of(asked)):
        _again(asked, problem=problem, remains=left)
    else:
        confirm_gone(asked, by=WORKER)


def _deleted(asked: TakeDown, network: Network) -> bool:
    """Delete it; False where the network says that our key may not."""
    try:
        if isinstance(network, Deletes):
            network.delete(asked.remote_id)
    except Forbidden as error:
        log.warning("take-down %s: %s", asked.pk, error.detail)
        may_not_delete(asked.channel, by=WORKER)
        return False
    move(asked, "delete", by=WORKER, changes={"deleted_at": timezone.now(), "problem": "", "attempts": 0})
    return True


def _delete_beside_people(asked: TakeDown, network: Network) -> str:
    """Delete what a person was asked to remove, where we can; else the sentence that says what keeps us from it.

    Whatever becomes of it, the look that follows has to happen: somebody may have removed it.
    """
    now = timezone.now()
    if not asked.channel.can_take_down:
        asked.delete_at = None
        return ""
    if asked.delete_at and asked.delete_at > now:
        return str(asked.problem)
    try:
        if not _deleted(asked, network):
            asked.delete_at = None
    except Limited as error:
        asked.delete_at = now + timedelta(seconds=error.seconds)
        return error.reason
    except NetworkError as error:
        log.warning("take-down %s: %s", asked.pk, error)
        asked.delete_at = now + NEXT_DELETION
        return error.reason
    return ""


def _again(asked: TakeDown, *, problem: str, remains: list[str] | None = None) -> None:
    attempts, by_hand = asked.attempts + 1, asked.state in IN_HANDS
    if attempts >= TRIES and asked.state == TakeDownState.ASKED:
        _stuck(asked, problem)
        return
    at = timezone.now() + (pause(attempts) if by_hand else timedelta(seconds=min(2 ** min(attempts, 9), 300)))
    # Somebody may have said meanwhile that it stays.
    rows = TakeDown.objects.filter(pk=asked.pk, fence=asked.fence, state=asked.state)
    changes = {"attempts": attempts, "next_at": at, "problem": problem, "remains": remains or []}
    with transaction.atomic():
        written = rows.update(**changes, **RELEASED, delete_at=asked.delete_at)
        if written and attempts == TRIES and not by_hand:
            _tell_removers(asked, "posts/mail/lingers", reason=problem)


def _wait(asked: TakeDown, error: Limited) -> None:
    """The network says when it takes calls again: that is no failed attempt, but people do not wait for it."""
    at = timezone.now() + timedelta(seconds=error.seconds)
    if asked.state == TakeDownState.ASKED and at > asked.asked_at + PATIENCE:
        _give_to_people(asked, problem=error.reason, delete_at=at - timezone.now())
        return
    rows = TakeDown.objects.filter(pk=asked.pk, fence=asked.fence, state=asked.state)
    # What an earlier look saw says nothing about now.
    unseen: dict[str, list[str]] = {"remains": []} if asked.state in IN_HANDS else {}
    rows.update(next_at=at, problem=error.reason, **unseen, **RELEASED)


def _troubled(asked: TakeDown, error: NetworkError | SealError) -> None:
    """Where trying again cannot help, people are told at once."""
    helps = isinstance(error, NetworkError) and error.may_retry and not isinstance(error, Disconnected)
    problem = getattr(error, "reason", str(error))
    if asked.state == TakeDownState.ASKED and not helps:
        _give_to_people(asked, problem=problem, delete_at=NEXT_DELETION)
    else:
        _again(asked, problem=problem)


def _give_to_people(asked: TakeDown, *, problem: str, delete_at: timedelta) -> None:
    with suppress(WrongStateError):  # somebody was faster
        hand_over(asked, by=WORKER, problem=problem, delete_at=timezone.now() + delete_at)


def _stuck(asked: TakeDown, problem: str) -> None:
    """No more than looking for now; everybody who may take posts down is told that it still stands there."""
    now = timezone.now()
    changes = {**RELEASED, "problem": problem, "next_at": now + pause(1), "delete_at": now + NEXT_DELETION}
    with suppress(WrongStateError), transaction.atomic():
        move(asked, "get_stuck", by=WORKER, changes=changes | {"attempts": 0}, only_if={"fence": asked.fence})
        _tell_removers(asked, "posts/mail/stuck", reason=problem)


def _tell_removers(asked: TakeDown, template: str, *, reason: str) -> None:
    delivery = asked.delivery
    tell(
        asked.organisation_id,
        addressees(asked.organisation.members.all().who_may(Right.TAKE_DOWN)),
        template=template,
        values={"channel": asked.channel.handle, "reason": reason, "practice": asked.channel.in_practice},
        link=f"/posts/{delivery.version.post_id}/" if delivery else "/watch/",
        urgent=True,
    )
