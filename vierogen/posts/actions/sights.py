"""What is known of pictures besides their bytes: what was seen in them, who agreed to be in them, where they were."""

import time
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from vierogen.core.words import gettext_noop as _
from vierogen.people.models import Organisation
from vierogen.posts import copies
from vierogen.posts.actions.consenting import given
from vierogen.posts.checks.base import Alike, Extra, PictureFacts, Seen
from vierogen.posts.checks.extras import is_installed
from vierogen.posts.models import Delivery, EvidenceMedia, Fingerprint, Media, OwnDetails, PictureLook, TakeDown
from vierogen.posts.states import OUT, TakeDownState

# Whoever saves a post waits so long for somebody who is looking at its pictures.
PATIENCE = 5.0
# A worker that is there takes up a picture within this time.
TAKEN_UP = timedelta(seconds=2)

FILM = _("Films are not looked at.")
NOT_YET = _("Nobody has looked at it yet.")


def is_on() -> bool:
    """Does this installation look at pictures?"""
    return bool(settings.VISION) and is_installed(Extra.VISION)


def ask(media: Iterable[Media]) -> None:
    """Have somebody look at these pictures, each once; nothing where this installation does not do that."""
    if is_on():
        for picture in media:
            if not picture.is_film:
                PictureLook.objects.get_or_create(media=picture)


def is_waiting(media: Media) -> bool:
    """Was a look at this picture asked for, and not done yet?"""
    look: PictureLook | None = getattr(media, "look", None)
    return look is not None and look.looked_at is None


def wait_for(media: Collection[int]) -> None:
    """Wait some seconds for looks that are on their way; no moment longer where no worker seems to be there."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and _is_coming(media):
        time.sleep(0.1)


def _is_coming(media: Collection[int]) -> bool:
    now = timezone.now()
    if not PictureLook.objects.waiting().filter(media__in=media).exists():
        return False
    # Somebody is at one of them or at another one before; or they were asked for a moment ago.
    alive = Q(lease_until__gt=now) | Q(media__in=media, asked_at__gt=now - TAKEN_UP)
    return PictureLook.objects.waiting().filter(alive).exists()


def was_looked_at(media: Collection[int], *, since: datetime) -> bool:
    """Did somebody look at one of these pictures since then?"""
    return PictureLook.objects.filter(media__in=media, looked_at__gte=since).exists()


def km_away(organisation: Organisation, place: tuple[float, float] | None) -> int | None:
    """How far from the organisation a place is, in kilometres; None where one of the two is not known."""
    own = OwnDetails.objects.filter(organisation=organisation).first()
    if place is None or own is None or own.latitude is None or own.longitude is None:
        return None
    return copies.km_between((own.latitude, own.longitude), place)


def remember(
    organisation: Organisation,
    hashes: tuple[int, ...],
    *,
    media: Media | None = None,
    evidence: EvidenceMedia | None = None,
) -> None:
    """Keep by what a picture is known, ours or one that a network showed, and which earlier ones show the same."""
    kept = copies.packed(hashes)
    if not kept:
        return
    earlier = Fingerprint.objects.filter(organisation=organisation).values_list("pk", "hashes")
    known = [(pk, bytes(each)) for pk, each in earlier.iterator()]
    fingerprint, new = Fingerprint.objects.get_or_create(
        media=media, evidence=evidence, defaults={"organisation": organisation, "hashes": kept}
    )
    if new:
        fingerprint.alike.add(*copies.alike(kept, known))


def facts_of(
    pictures: Iterable[tuple[int, str]], organisation: Organisation, *, at: datetime | None, but: int | None = None
) -> tuple[PictureFacts, ...]:
    """What the checks get to know of pictures (media id, alt text); ``but`` is the post in which they stand.

    ``at`` is when it goes out, None for at once: declarations have to hold then.
    """
    chosen = list(pictures)
    rows = Media.objects.filter(pk__in=[pk for pk, _alt in chosen]).defer("data")
    media = {row.pk: row for row in rows.select_related("look", "fingerprint")}
    day = (at or timezone.now()).astimezone(organisation.zone).date()
    consents = given(organisation, {row.sha256 for row in media.values()}, day=day)
    shown = [(media[pk], alt) for pk, alt in chosen if pk in media]
    return tuple(
        _facts(row, alt, consents=consents[row.sha256], alike=_alike(row, organisation, but=but)) for row, alt in shown
    )


def _facts(media: Media, alt: str, *, consents: int, alike: tuple[Alike, ...]) -> PictureFacts:
    seen, unseen = _seen(media)
    return PictureFacts(
        alt,
        media.name,
        media.sha256,
        has_place=media.had_place,
        taken_at=media.taken_at,
        mime=media.mime,
        seconds=media.seconds,
        width=media.width,
        height=media.height,
        seen=seen,
        unseen=unseen,
        consents=consents,
        km_away=media.km_away,
        alike=alike,
    )


def _seen(media: Media) -> tuple[Seen | None, str]:
    """What was seen in it, or why nothing."""
    if not is_on():
        return None, ""
    if media.is_film:
        return None, FILM
    look: PictureLook | None = getattr(media, "look", None)
    if look is None or look.looked_at is None:
        return None, NOT_YET
    if look.problem:
        return None, look.problem
    return Seen(look.faces, look.text, tuple(look.codes)), ""


def _alike(media: Media, organisation: Organisation, *, but: int | None) -> tuple[Alike, ...]:
    """When this picture, or one that shows the same, was last posted, and last taken down."""
    same = list(Media.objects.filter(organisation=organisation, sha256=media.sha256).values_list("pk", flat=True))
    evidence: list[int] = []
    if fingerprint := getattr(media, "fingerprint", None):
        for of_media, of_evidence in fingerprint.alike.values_list("media_id", "evidence_id"):
            (same if of_media else evidence).append(of_media or of_evidence)
    found: Mapping[Literal["posted", "taken_down"], datetime | None] = {
        "taken_down": _last_taken_down(same, evidence, but=but),
        "posted": _last_posted(same, but=but),
    }
    return tuple(Alike(was, at) for was, at in found.items() if at)


def _last_posted(media: list[int], *, but: int | None) -> datetime | None:
    rows = Delivery.objects.filter(state__in=OUT, version__attachments__media__in=media)
    rows = rows.exclude(version__post=but) if but else rows
    return rows.order_by("-published_at").values_list("published_at", flat=True).exclude(published_at=None).first()


def _last_taken_down(media: list[int], evidence: list[int], *, but: int | None) -> datetime | None:
    about = Q(evidence__media__in=evidence) | Q(delivery__version__attachments__media__in=media)
    rows = TakeDown.objects.filter(about).exclude(state=TakeDownState.CANCELLED)
    # Without a post there is none to leave out: None would leave out what others posted, the strays.
    rows = rows.exclude(delivery__version__post=but) if but else rows
    return rows.order_by("-asked_at").values_list("asked_at", flat=True).first()
