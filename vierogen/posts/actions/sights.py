"""What is known of pictures besides their bytes: what was seen in them, who agreed to be in them, where they were."""

import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import Max, Q, QuerySet
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
# Whoever saves a post after this time has somebody try again what went wrong.
ONCE_MORE = timedelta(hours=1)

FILM = _("Films are not looked at.")
NOT_YET = _("Nobody has looked at it yet.")


def is_on() -> bool:
    """Does this installation look at pictures?"""
    return bool(settings.VISION) and is_installed(Extra.VISION)


def ask(media: Iterable[Media]) -> None:
    """Have somebody look at these pictures, each once; nothing where this installation does not do that.

    Once more where nobody could: the program may have been ill at the time, or its packages have changed since.
    """
    if not is_on():
        return
    still = [picture.pk for picture in media if not picture.is_film]
    known = PictureLook.objects.filter(media__in=still)
    failed = known.exclude(problem="").filter(looked_at__lt=timezone.now() - ONCE_MORE)
    failed.update(looked_at=None, problem="", attempts=0, asked_at=timezone.now())
    new = set(still) - set(known.values_list("media_id", flat=True))
    PictureLook.objects.bulk_create((PictureLook(media_id=pk) for pk in sorted(new)), ignore_conflicts=True)


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
    media = {row.pk: row for row in rows.select_related("look")}
    day = (at or timezone.now()).astimezone(organisation.zone).date()
    consents = given(organisation, {row.sha256 for row in media.values()}, day=day)
    shown = [(media[pk], alt) for pk, alt in chosen if pk in media]
    alike = _alike(media.values(), organisation, but=but) if media else {}
    return tuple(_facts(row, alt, consents=consents[row.sha256], alike=alike[row.pk]) for row, alt in shown)


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


def _alike(pictures: Collection[Media], organisation: Organisation, *, but: int | None) -> dict[int, tuple[Alike, ...]]:
    """By the id of each picture: when it, or one that shows the same, was last posted, and last taken down.

    In a constant number of queries: this is asked at every pause while somebody types.
    """
    media, evidence = _showing_the_same(pictures, organisation)
    posted = _last_posted({pk for each in media.values() for pk in each}, but=but)
    gone = _last_taken_down({pk for each in media.values() for pk in each}, but=but)
    shown = _last_shown({pk for each in evidence.values() for pk in each}, but=but)
    found: dict[int, tuple[Alike, ...]] = {}
    for picture in pictures:
        same = media[picture.pk]
        ends = [gone.get(pk) for pk in same] + [shown.get(pk) for pk in evidence[picture.pk]]
        taken_down, out = _newest(ends), _newest(posted.get(pk) for pk in same)
        told: tuple[tuple[Literal["posted", "taken_down"], datetime | None], ...] = (
            ("taken_down", taken_down),
            ("posted", out),
        )
        found[picture.pk] = tuple(Alike(was, at) for was, at in told if at)
    return found


def _newest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)


def _showing_the_same(
    pictures: Collection[Media], organisation: Organisation
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """By the id of each picture: which of ours show the same, itself too, and which of the evidence do."""
    by_digest: dict[str, set[int]] = {}
    rows = Media.objects.filter(organisation=organisation, sha256__in={row.sha256 for row in pictures})
    for pk, sha256 in rows.values_list("pk", "sha256"):
        by_digest.setdefault(sha256, set()).add(pk)
    media = {row.pk: set(by_digest.get(row.sha256, ())) for row in pictures}
    evidence: dict[int, set[int]] = {row.pk: set() for row in pictures}
    known = Fingerprint.objects.filter(media__in=list(media))
    for picture, of_media, of_evidence in known.values_list("media_id", "alike__media_id", "alike__evidence_id"):
        if of_media:
            media[picture].add(of_media)
        elif of_evidence:
            evidence[picture].add(of_evidence)
    return media, evidence


def _last_posted(media: Collection[int], *, but: int | None) -> dict[int, datetime]:
    rows = Delivery.objects.filter(state__in=OUT, version__attachments__media__in=media).exclude(version__post=but)
    found = rows.order_by().values_list("version__attachments__media").annotate(at=Max("published_at"))
    return {pk: at for pk, at in found if at}


def _last_taken_down(media: Collection[int], *, but: int | None) -> dict[int, datetime]:
    rows = _standing(but).filter(delivery__version__attachments__media__in=media)
    found = rows.order_by().values_list("delivery__version__attachments__media").annotate(at=Max("asked_at"))
    return dict(found)


def _last_shown(evidence: Collection[int], *, but: int | None) -> dict[int, datetime]:
    """When what a network showed was last taken down."""
    rows = _standing(but).filter(evidence__media__in=evidence)
    return dict(rows.order_by().values_list("evidence__media").annotate(at=Max("asked_at")))


def _standing(but: int | None) -> QuerySet[TakeDown]:
    rows = TakeDown.objects.exclude(state=TakeDownState.CANCELLED)
    return rows if but is None else rows.exclude(delivery__version__post=but)
