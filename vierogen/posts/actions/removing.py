"""Evidence and take-down, for withdrawals and strays alike. Evidence first, then removal, then reading again."""

import base64
import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.channels.models import Channel
from vierogen.core.leases import RELEASED
from vierogen.core.pictures import PictureRefused, reencode
from vierogen.core.sealing import SealError
from vierogen.learning.standing import facts_of
from vierogen.ledger.actions import Actor, Machine, record
from vierogen.ledger.moves import move, subject_of
from vierogen.networks.base import Media, NetworkError, Shown
from vierogen.people.actions import demand, insist, same_organisation
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.posts.actions import sights
from vierogen.posts.actions.by_hand import hand_over
from vierogen.posts.actions.threads import ids_of
from vierogen.posts.models import Delivery, Evidence, EvidenceMedia, EvidenceOpening, TakeDown
from vierogen.posts.outside import fetch_picture
from vierogen.posts.states import IN_HANDS, DeliveryState, TakeDownState
from vierogen.vault.actions import open_evidence, opened, seal_evidence

log = logging.getLogger(__name__)

WORKER = Machine("worker")
RETENTION = timedelta(days=90)


def capture(channel: Channel, shown: Shown, *, by: Actor) -> Evidence:
    """Seal what the network showed, at once, inside the caller's transaction; pictures follow by ``fetch_media``."""
    told = {
        "remote_id": shown.remote_id,
        "url": shown.url,
        "kind": shown.kind,
        "text": shown.text,
        "created_at": shown.created_at and shown.created_at.isoformat(),
        "target": shown.target,
        "media": [
            {"url": media.url, "alt": media.alt, "mime": media.mime, "preview": media.preview} for media in shown.media
        ],
        "raw": shown.raw,
    }
    data = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str).encode()
    digest = hashlib.sha256(data).hexdigest()
    sealed = seal_evidence(data, context=evidence_context(channel, digest))
    evidence = Evidence.objects.create(
        organisation_id=channel.organisation_id,
        channel=channel,
        remote_id=shown.remote_id,
        sha256=digest,
        retain_until=timezone.now() + RETENTION,
        media_complete=None if shown.media else True,
        key_id=sealed.key_id,
        wrapped=sealed.wrapped,
        ciphertext=sealed.ciphertext,
    )
    record(channel.organisation_id, "capture", subject_of(evidence), by=by, facts={"sha256": digest})
    return evidence


def evidence_context(channel: Channel, digest: str) -> str:
    """What sealed evidence, or one of its pictures, is bound to."""
    return f"evidence:{channel.organisation_id}:{channel.pk}:{digest}"


def fetch_media(evidence: Evidence) -> bool:
    """Fetch and seal the pictures of captured evidence while the network still gives them.

    False when some are not there yet and trying again can help; what a network does not give at all is not waited for.
    """
    kept = [_fetched(evidence, media) for media in _document(evidence)["media"]]
    complete = None if None in kept else all(kept)
    Evidence.objects.filter(pk=evidence.pk).update(media_complete=complete)
    return complete is not None


def _fetched(evidence: Evidence, media: Mapping[str, str]) -> bool | None:
    """Whether it is kept now, None when trying again can help. Of a film its small picture is always kept too.

    The small copy stands for a picture that is not given, never for a film; and for none that may still be given.
    """
    main, preview, is_film = media["url"], media.get("preview") or "", media["mime"].startswith("video/")
    kept = _kept_from(evidence, main) if main else False
    small = _kept_from(evidence, preview) if preview and (is_film or not kept) else False
    if kept is False and not is_film:
        return small
    return None if kept and small is None else kept


def _kept_from(evidence: Evidence, address: str) -> bool | None:
    if evidence.media.filter(url=address).exists():
        return True
    try:
        data, mime = fetch_picture(address)
    except NetworkError as error:
        log.warning("evidence %s: a picture or film could not be kept: %s", evidence.pk, error.reason)
        return None if error.may_retry else False
    kept = _keep_media(evidence, data, url=address, mime=mime)
    if kept and not mime.startswith("video/"):
        _remember(kept, data)
    return True


def _remember(kept: EvidenceMedia, data: bytes) -> None:
    """By its hashes the picture is known when somebody wants to post it again; it is drawn anew only for them."""
    try:
        sights.remember(kept.evidence.organisation, reencode(data, name="").hashes, evidence=kept)
    except PictureRefused as refusal:
        log.warning("evidence %s: copies of a picture will not be known: %s", kept.evidence_id, refusal.reason)


@transaction.atomic
def _keep_media(evidence: Evidence, data: bytes, *, url: str, mime: str) -> EvidenceMedia | None:
    """What was kept, None where it was there already."""
    Evidence.objects.select_for_update(no_key=True).get(pk=evidence.pk)
    if evidence.media.filter(url=url).exists():  # the watch and a take-down can fetch it at the same time
        return None
    digest = hashlib.sha256(data).hexdigest()
    sealed = seal_evidence(data, context=evidence_context(evidence.channel, digest))
    kept = EvidenceMedia.objects.create(
        evidence=evidence,
        sha256=digest,
        mime=mime[:60],
        url=url,
        key_id=sealed.key_id,
        wrapped=sealed.wrapped,
        ciphertext=sealed.ciphertext,
    )
    record(evidence.organisation_id, "capture", subject_of(kept), by=WORKER, facts={"sha256": digest})
    return kept


def _document(evidence: Evidence) -> dict[str, Any]:
    plain = open_evidence(evidence.sealed, context=evidence_context(evidence.channel, evidence.sha256))
    document: dict[str, Any] = json.loads(plain)
    return document


def open_for(evidence: Evidence, *, by: Member, reason: str) -> dict[str, Any]:
    """Open evidence for a duty or privacy officer. No reason on record, nothing shown.

    Returns the document; each entry of its ``pictures``, films too, has ``mime``, ``sha256`` and base64 ``data``.
    """
    if not reason.strip():
        raise ValidationError(_("Say why you need to see this. It may be somebody's private photo."))
    with transaction.atomic():
        insist(by, Right.OPEN_EVIDENCE, organisation_id=evidence.organisation_id)
        if evidence.is_forgotten:
            raise ValidationError(_("This was removed, because the time to keep it is over."))
        opening = EvidenceOpening.objects.create(evidence=evidence, member=by, reason=reason.strip())
        record(evidence.organisation_id, "open", subject_of(evidence), by=by, personal={"reason": opening.reason})
    document = _document(evidence)
    document["pictures"] = [_picture(kept) for kept in evidence.media.order_by("pk")]
    return document


def _picture(kept: EvidenceMedia) -> dict[str, str]:
    plain = open_evidence(kept.sealed, context=evidence_context(kept.evidence.channel, kept.sha256))
    return {"mime": kept.mime, "sha256": kept.sha256, "data": base64.b64encode(plain).decode()}


def withdraw(delivery: Delivery, *, by: Member, reason: str) -> TakeDown:
    """Take a published delivery down again, every part of it, with evidence of what stood there.

    Returns the take-down of the first remote post.
    """
    demand(by, Right.TAKE_DOWN)
    same_organisation(by, delivery.organisation_id)
    if not delivery.remote_id:
        raise ValidationError(_("This is not on the network, so there is nothing to take down."))
    try:
        with opened(delivery.channel) as network:
            found = [network.read(each) or Shown(each, "", url=delivery.url) for each in ids_of(delivery)]
    except (NetworkError, SealError) as error:
        log.warning("withdrawal of delivery %s: %s", delivery.pk, error)
        raise ValidationError(_("The network could not be reached. Try again in a moment.")) from error
    every = [take_down(delivery.channel, shown, by=by, reason=reason, delivery=delivery) for shown in found]
    for asked in every:
        if asked.state == TakeDownState.STUCK:
            # Asked before, and it did not succeed: asking again means trying again.
            try_again(asked, by=by)
    return every[0]


@transaction.atomic
def take_down(channel: Channel, shown: Shown, *, by: Actor, reason: str, delivery: Delivery | None = None) -> TakeDown:
    """Ask for the removal of a remote post; the worker does it. A second ask returns the first.

    ``by`` is a member with the right, or a machine where the organisation switched that on.
    """
    if isinstance(by, Member):
        insist(by, Right.TAKE_DOWN, organisation_id=channel.organisation_id)
    # Whoever asks at the same moment waits here, and then finds the first.
    now = Channel.objects.select_for_update(of=("self",), no_key=True).get(pk=channel.pk)
    known = TakeDown.objects.filter(channel=channel, remote_id=shown.remote_id).under_way().first()
    if known:
        return known
    evidence = Evidence.objects.kept().filter(channel=channel, remote_id=shown.remote_id).order_by("-pk").first()
    asked = TakeDown.objects.create(
        organisation_id=channel.organisation_id,
        channel=channel,
        remote_id=shown.remote_id,
        shown=_kept(shown),
        evidence=evidence or capture(channel, shown, by=by),
        delivery=delivery,
        asked_by=by if isinstance(by, Member) else None,
        reason=reason.strip(),
    )
    told = {"reason": reason.strip()}
    record(channel.organisation_id, "take_down", subject_of(asked), by=by, facts=facts_of(by), personal=told)
    if not now.can_take_down:
        hand_over(asked, by=by)
    return asked


def _kept(shown: Shown) -> dict[str, Any]:
    return {"url": shown.url, "kind": shown.kind, "target": shown.target, "media": shown.addresses}


def shown_of(asked: TakeDown) -> Shown:
    """What a take-down is about, as far as it is needed to read all of it again."""
    kept: Mapping[str, Any] = asked.shown
    media = tuple(Media(url) for url in kept["media"])
    return Shown(asked.remote_id, "", url=kept["url"], kind=kept["kind"], target=kept["target"], media=media)


def confirm_gone(asked: TakeDown, *, by: Actor) -> None:
    """The post and its media were read again and are gone, and so is the delivery that made it, with its last part."""
    changes: dict[str, Any] = {**RELEASED, "gone_at": timezone.now(), "remains": [], "problem": ""}
    with transaction.atomic():
        made = Delivery.objects.that_made(asked.channel_id, asked.remote_id).locked()
        move(asked, "confirm", by=by, changes=changes)
        for delivery in made:
            if delivery.state in {DeliveryState.PUBLISHED, DeliveryState.VERIFIED} and _is_wholly_gone(delivery):
                move(delivery, "withdraw", by=by)


def _is_wholly_gone(delivery: Delivery) -> bool:
    ids = set(ids_of(delivery))
    gone = TakeDown.objects.filter(channel=delivery.channel_id, remote_id__in=ids, state=TakeDownState.GONE)
    return set(gone.values_list("remote_id", flat=True)) == ids


def try_again(asked: TakeDown, *, by: Member) -> None:
    """A person asks to try a removal that got stuck once more."""
    with transaction.atomic():
        insist(by, Right.TAKE_DOWN, organisation_id=asked.organisation_id)
        move(asked, "try_again", by=by, changes={"attempts": 0, "next_at": timezone.now(), "problem": ""})


def cancel(asked: TakeDown, *, by: Actor) -> None:
    """It stays where it is after all: no worker removes it any more. The caller holds the lock on its row.

    Raises ``ValidationError`` while a worker may be deleting it at this moment.
    """
    held = asked.lease_until is not None and asked.lease_until > timezone.now()
    if asked.state not in IN_HANDS or (held and asked.channel.can_take_down):
        raise ValidationError(_("It is being taken down at this moment. Wait until that has ended."))
    move(asked, "cancel", by=by, changes={**RELEASED, "problem": "", "remains": []})


def drop(asked: TakeDown, *, by: Actor) -> None:
    """An exercise is over, and its account gone with all that stood there: nobody removes it any more.

    A worker that is at it finds that somebody was faster.
    """
    if not asked.channel.is_exercise:
        raise ValueError(f"take-down {asked.pk} is real")
    move(asked, "drop", by=by, changes={**RELEASED, "problem": "", "remains": []})


def forget_old_evidence() -> int:
    """Remove evidence whose retention has ended; that it existed, with its hash, stays in the ledger."""
    old = Evidence.objects.kept().filter(retain_until__lt=timezone.now())
    return sum(_forget(evidence) for evidence in old.order_by("pk")[:100])


@transaction.atomic
def _forget(evidence: Evidence) -> int:
    """A take-down refers to its evidence, so there the row stays, with nothing in it."""
    subject, organisation_id = subject_of(evidence), evidence.organisation_id
    if evidence.take_downs.exists():
        evidence.media.all().delete()
        nothing = {"key_id": "", "wrapped": b"", "ciphertext": b"", "media_complete": False}
        Evidence.objects.filter(pk=evidence.pk).update(**nothing)
    else:
        evidence.delete()
    record(organisation_id, "forget_evidence", subject, by=WORKER)
    return 1
