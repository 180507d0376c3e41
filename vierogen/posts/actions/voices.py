"""What a channel posted before, remembered so that a text with another voice stands out. Told by the watch."""

from collections.abc import Iterable

from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.channels.states import State as ChannelState
from vierogen.networks.base import Shown
from vierogen.posts.actions.checking import MOST_EARLIER
from vierogen.posts.models import EarlierText


def remember(channel: Channel, posts: Iterable[Shown]) -> None:
    """Keep the texts of these posts, as they read now; of each channel only the newest stay.

    Whoever calls this knows that they are the channel's own. What has no words, or is no post, says nothing.
    """
    told = {shown.remote_id: shown for shown in posts if shown.kind == "post" and shown.text.strip()}
    kept = EarlierText.objects.filter(channel=channel)
    known = dict(kept.filter(remote_id__in=told).values_list("remote_id", "text"))
    rows = [_row(channel, shown) for key, shown in told.items() if known.get(key) != shown.text]
    if not rows:
        return
    EarlierText.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["channel", "remote_id"], update_fields=["text"]
    )
    newest = kept.order_by("-at", "-pk").values_list("pk", flat=True)[:MOST_EARLIER]
    kept.exclude(pk__in=list(newest)).delete()


def _row(channel: Channel, shown: Shown) -> EarlierText:
    at = shown.created_at or timezone.now()
    return EarlierText(channel=channel, remote_id=shown.remote_id, text=shown.text, at=at)


def forget(channel: Channel, remote_ids: Iterable[str]) -> None:
    """These posts are not there any more."""
    EarlierText.objects.filter(channel=channel, remote_id__in=list(remote_ids)).delete()


def forget_all(channel: Channel) -> None:
    """Begin anew: of an account that comes back into care only what stands there now counts."""
    EarlierText.objects.filter(channel=channel).delete()


def forget_closed() -> int:
    """Forget the voices of channels that nobody here looks after any more; returns how many texts that were."""
    return EarlierText.objects.filter(channel__state=ChannelState.CLOSED).delete()[0]
