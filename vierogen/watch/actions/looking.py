"""Looking: the account's newest remote posts, what is missing among them, and its profile."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import sample

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.networks.base import Media, Network, Profile, Shown
from vierogen.posts.actions import voices
from vierogen.posts.actions.removing import RETENTION
from vierogen.watch.actions.listing import remember_own
from vierogen.watch.actions.raising import WATCH, raise_stray, sealed
from vierogen.watch.actions.reconciling import deleted, reappeared, reconcile, remember_old
from vierogen.watch.fingerprints import digest_of, fingerprint, parts_of
from vierogen.watch.models import NEWEST, RemotePost, Stray, Watched
from vierogen.watch.states import State, What

# How much is written down as the baseline.
BASELINE = 200
# How far a look goes back when it finds nothing that is known: somebody may post a lot in a short time.
FARTHEST = 400
# A fresh post may be known from the stream before lists and readers show it.
READ_LAG = 5.0
# At most so many missing posts are asked for in one look; it picks at random, so each gets its turn.
ASKED = 10


def look(watched: Watched, network: Network, *, with_profile: bool = False) -> list[Stray]:
    """One whole look at a channel; returns the strays that it raised. The first look writes down the baseline."""
    asked_at = timezone.now()
    if watched.needs_baseline:
        strays = _take_baseline(watched, network, asked_at=asked_at)
    else:
        strays = _look_through(watched, _listed(watched, network), network=network, asked_at=asked_at)
    if with_profile or not watched.profile:
        stray = compare_profile(watched, network.me())
        strays += [stray] if stray else []
    return strays


def _take_baseline(watched: Watched, network: Network, *, asked_at: datetime) -> list[Stray]:
    """What stood there before the account was connected is the baseline; what came after it is reconciled."""
    channel, listed = watched.channel, network.recent(BASELINE)
    since = [shown for shown in listed if shown.created_at and shown.created_at > channel.connected_at]
    dated = [shown.created_at for shown in listed if shown.created_at]
    # Less than we asked for is everything there is.
    old_before = min(dated) if len(dated) >= BASELINE else None
    with transaction.atomic():
        # Of an account that comes back into care only what stands there now counts.
        before = RemotePost.objects.standing().filter(channel=channel)
        before.exclude(remote_id__in=[shown.remote_id for shown in since]).update(gone_at=asked_at)
        remember_old(channel, (shown for shown in listed if shown not in since))
        voices.forget_all(channel)
        mine = Watched.objects.filter(pk=watched.pk)
        mine.update(baseline_at=asked_at, old_before=old_before, profile={})
        facts = {"remote_posts": len(listed) - len(since)}
        record(channel.organisation_id, "take_baseline", subject_of(channel), by=WATCH, facts=facts)
    watched.baseline_at, watched.old_before, watched.profile = asked_at, old_before, {}
    found = [reconcile(channel, shown, network=network) for shown in reversed(since)]
    remember_own(channel, listed)
    return [stray for stray in found if stray]


def _listed(watched: Watched, network: Network) -> list[Shown]:
    """The newest remote posts, and further back until one is known: so a flood is seen whole."""
    known, wanted = RemotePost.objects.filter(channel=watched.channel), NEWEST
    while True:
        listed = network.recent(wanted)
        # What has no date, such as a like, comes from a list of its own.
        dated = [shown.remote_id for shown in listed if shown.created_at]
        if len(dated) < wanted or wanted >= FARTHEST or known.filter(remote_id__in=dated).exists():
            return listed
        wanted = min(2 * wanted, FARTHEST)


def _look_through(watched: Watched, listed: list[Shown], *, network: Network, asked_at: datetime) -> list[Stray]:
    channel = watched.channel
    ids = [shown.remote_id for shown in listed]
    known = {row.remote_id: row for row in RemotePost.objects.filter(channel=channel, remote_id__in=ids)}
    old = list(_surfaced(listed, known, old_before=watched.old_before))
    if old:
        remember_old(channel, old)
    strays = []
    for shown in reversed(listed):
        row = known.get(shown.remote_id)
        if shown in old:
            continue
        if row and row.gone_at:
            strays.append(reappeared(channel, row, shown, network=network, asked_at=asked_at))
        elif row is None or row.fingerprint != fingerprint(shown):
            strays.append(reconcile(channel, shown, network=network))
    if listed:
        _seal_late(watched, listed)
        remember_own(channel, listed)
    strays += [deleted(channel, remote_id) for remote_id in _gone(watched, listed, network, asked_at)]
    return [stray for stray in strays if stray]


def _seal_late(watched: Watched, listed: list[Shown]) -> None:
    """Seal again what could not be sealed when it was first seen, as long as it stands there."""
    # Later than that it was sealed, and removed when its time was over.
    bare = Stray.objects.open().filter(
        channel=watched.channel, evidence=None, seen_at__gt=timezone.now() - RETENTION, remote__gone_at=None
    )
    for stray in bare.exclude(remote=None).select_related("remote"):
        shown = next((each for each in listed if stray.remote and each.remote_id == stray.remote.remote_id), None)
        if shown:
            with transaction.atomic():
                Stray.objects.filter(pk=stray.pk).update(evidence=sealed(watched.channel, shown))


def _surfaced(listed: list[Shown], known: Mapping[str, RemotePost], *, old_before: datetime | None) -> Iterator[Shown]:
    """What is new to us but old: it comes into the list from below when something above it is removed.

    By its date; likes have none on some networks, so there by its place below others of its kind that we knew.
    """
    passed: set[str] = set()
    for shown in listed:
        row = known.get(shown.remote_id)
        if row and row.gone_at is None:
            passed.add(shown.kind)
        elif (shown.created_at is None and shown.kind in passed) or (
            shown.created_at and passed and old_before and shown.created_at <= old_before
        ):
            yield shown


def _gone(watched: Watched, listed: list[Shown], network: Network, asked_at: datetime) -> Iterator[str]:
    """Known posts that should have been listed, were not, and cannot be read either."""
    settled = asked_at - timedelta(seconds=max(READ_LAG, network.read_lag))
    dated = [shown.created_at for shown in listed if shown.created_at]
    in_reach = Q(posted_at__gte=min(dated)) if len(dated) >= NEWEST else Q(posted_at__isnull=False)
    # What has no date cannot be missed in a list; it is asked for while it is a stray.
    in_question = Q(posted_at=None, strays__state__in=[State.OPEN, State.HANDED_ON])
    rows = RemotePost.objects.standing().filter(in_reach | in_question, channel=watched.channel)
    rows = rows.filter(first_seen_at__lt=settled).exclude(remote_id__in=[shown.remote_id for shown in listed])
    missing = dict(rows.values_list("remote_id", "expires_at"))
    # What the network itself ends then and lists no more is gone: asking for it would cost a call, and answer nothing.
    over = [remote_id for remote_id, expires_at in missing.items() if expires_at and expires_at <= asked_at]
    yield from over
    asked = sorted(missing.keys() - set(over))
    for remote_id in sample(asked, min(ASKED, len(asked))):
        if network.read(remote_id) is None:
            yield remote_id


@transaction.atomic
def compare_profile(watched: Watched, profile: Profile) -> Stray | None:
    """A changed name, handle, text or picture is a deviation; the first look only remembers."""
    after = parts_of(profile)
    before = Watched.objects.select_for_update(of=("self",)).get(pk=watched.pk).profile
    watched.profile = after
    if before == after:
        return None
    Watched.objects.filter(pk=watched.pk).update(profile=after)
    # What was never written down, by an earlier version too, did not change.
    changed = sorted(name for name in after if name in before and before[name] != after[name])
    if not changed:
        return None
    pictures = {"avatar": profile.avatar, "banner": profile.banner}
    shown = Shown(
        f"profile:{profile.account_id}:{digest_of(after)[:16]}",
        f"{profile.name}\n{profile.handle}\n\n{profile.about}",
        url=profile.url,
        media=tuple(Media(address) for name, address in pictures.items() if name in changed and address),
        raw={"before": before, "after": after},
    )
    return raise_stray(watched.channel, What.PROFILE, shown, parts=changed)
