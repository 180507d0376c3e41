"""Drafts: saving versions, adding pictures, checking, offering for review."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.channels.models import Channel
from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.networks.base import Format
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, demand, insist, same_organisation
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right
from vierogen.posts.actions.asking import room_of
from vierogen.posts.checks.base import Draft, Finding, PictureFacts, Tier
from vierogen.posts.checks.base import Target as CheckTarget
from vierogen.posts.checks.running import checks, run
from vierogen.posts.films import copied, is_film
from vierogen.posts.models import (
    Approval,
    Attachment,
    Contributor,
    Delivery,
    FoundThing,
    Media,
    Post,
    Target,
    Version,
)
from vierogen.posts.outside import Links
from vierogen.posts.pictures import reencode
from vierogen.posts.states import OUT, DeliveryState, PostState

RECENT = timedelta(days=30)


@dataclass(frozen=True)
class Content:
    """What a person wrote: ``texts`` holds the variations per channel id, ``pictures`` (media id, alt text) pairs.

    ``formats`` holds the form per channel id, where it is not the network's usual one.
    """

    text: str
    channels: tuple[Channel, ...]
    texts: Mapping[int, str] = field(default_factory=dict)
    pictures: tuple[tuple[int, str], ...] = ()
    not_before: datetime | None = None
    language: str = "nl"
    formats: Mapping[int, Format] = field(default_factory=dict)

    def format_on(self, channel: Channel) -> Format:
        """The form in which it goes out there."""
        return self.formats.get(channel.pk) or channel.network.formats[0]

    def text_on(self, channel: Channel) -> str:
        """The text as it goes out there."""
        return self.texts.get(channel.pk) or self.text


def add_picture(organisation: Organisation, data: bytes, *, name: str, by: Member) -> Media:
    """Take in a picture or film, read in a limited subprocess and stored without any metadata.

    Raises ``posts.pictures.PictureRefused`` with a plain sentence.
    """
    demand(by, Right.WRITE)
    same_organisation(by, organisation.pk)
    clean = copied(data, name=name) if is_film(data[:12]) else reencode(data, name=name)
    media, _new = Media.objects.get_or_create(
        organisation=organisation,
        sha256=clean.sha256,
        name=name[:200],
        defaults={
            "data": clean.data,
            "mime": clean.mime,
            "width": clean.width,
            "height": clean.height,
            "had_place": clean.has_place,
            "taken_at": clean.taken_at,
            "seconds": clean.seconds,
            "uploaded_by": by,
        },
    )
    return media


def begin(organisation: Organisation, content: Content, *, by: Member) -> Version:
    """Begin a post with its first version."""
    with transaction.atomic():
        insist(by, Right.WRITE, organisation_id=organisation.pk)
        post = Post.objects.create(organisation=organisation, created_by=by)
        version = _snapshot(post, content, by=by)
        record(organisation.pk, "begin", subject_of(post), by=by, facts={"digest": version.digest})
    _check(version)
    return version


def save(post: Post, content: Content, *, by: Member) -> Version:
    """Save a new version; voids what was asked or approved, and takes back what has not gone out.

    Raises ``PermissionDenied`` when something of the post is already out: that needs a new post.
    """
    with transaction.atomic():
        insist(by, Right.WRITE, organisation_id=post.organisation_id)
        post = Post.objects.locked(post.pk)
        _take_back(post, by=by)
        version = _snapshot(post, content, by=by)
        if post.state != PostState.DRAFT:
            move(post, "reopen", by=by, facts={"digest": version.digest})
        else:
            record(post.organisation_id, "edit", subject_of(post), by=by, facts={"digest": version.digest})
    _check(version)
    return version


def refuse_change(deliveries: Iterable[Delivery]) -> None:
    """Raise ``PermissionDenied`` for a post of which something is, or was, out: that needs a new post."""
    if any(delivery.is_out or delivery.state == DeliveryState.WITHDRAWN for delivery in deliveries):
        raise PermissionDenied(_("This post is already out or on its way. Write a new post instead."))


def _take_back(post: Post, *, by: Member) -> None:
    """Stop every delivery that has not left; refuse when one has."""
    deliveries = Delivery.objects.filter(version__post=post).locked()
    refuse_change(deliveries)
    for delivery in deliveries:
        if delivery.state in {DeliveryState.WAITING, DeliveryState.HELD}:
            move(delivery, "stop", by=by, facts={"why": "edited"})


def _snapshot(post: Post, content: Content, *, by: Member) -> Version:
    _refuse_bad(post, content)
    last = post.versions.order_by("-number").first()
    version = Version.objects.create(
        post=post,
        number=last.number + 1 if last else 1,
        text=content.text.replace("\r\n", "\n").strip(),
        language=content.language,
        not_before=content.not_before,
        written_by=by,
    )
    Target.objects.bulk_create(
        Target(
            version=version,
            channel=channel,
            text=content.texts.get(channel.pk, "").replace("\r\n", "\n").strip(),
            format=content.format_on(channel),
        )
        for channel in content.channels
    )
    Attachment.objects.bulk_create(
        Attachment(version=version, media_id=media, alt=alt.strip(), position=place)
        for place, (media, alt) in enumerate(content.pictures)
    )
    earlier = set(last.contributors.values_list("member_id", flat=True)) if last else set()
    Contributor.objects.bulk_create(Contributor(version=version, member_id=pk) for pk in earlier | {by.pk})
    version.digest = version.compute_digest()
    version.save(update_fields=["digest"])
    return version


def _refuse_bad(post: Post, content: Content) -> None:
    if not content.channels:
        raise ValidationError(_("Choose at least one channel."))
    if any(channel.organisation_id != post.organisation_id for channel in content.channels):
        raise PermissionDenied(_("This belongs to another organisation."))
    if any(content.format_on(channel) not in channel.network.formats for channel in content.channels):
        raise ValidationError(_("One of the accounts does not take the form that you chose. Choose another one."))
    if not content.text.strip() and not content.pictures:
        raise ValidationError(_("Write something, or add a picture."))
    wanted = {media for media, _alt in content.pictures}
    if Media.objects.filter(pk__in=wanted, organisation_id=post.organisation_id).count() != len(wanted):
        raise ValidationError(_("One of the pictures is not there any more. Add it again."))


def as_draft(content: Content, organisation: Organisation, *, follow_links: bool) -> Draft:
    """The content as the checks see it. ``follow_links`` opens addresses; not while somebody types."""
    media = {row.pk: row for row in Media.objects.filter(pk__in=[pk for pk, _alt in content.pictures]).defer("data")}
    return Draft(
        text=content.text,
        targets=tuple(_target(content, channel) for channel in content.channels),
        pictures=tuple(_facts(media[pk], alt) for pk, alt in content.pictures if pk in media),
        language=content.language,
        due_at=content.not_before,
        now=timezone.now(),
        recent=_recent(organisation),
        own_domains=organisation.domains(),
        resolve=Links() if follow_links else None,
    )


def _target(content: Content, channel: Channel) -> CheckTarget:
    room = room_of(channel)
    return CheckTarget(
        channel.handle,
        channel.network,
        content.text_on(channel),
        content.format_on(channel),
        full_until=room.full_until if room else None,
    )


def _facts(media: Media, alt: str) -> PictureFacts:
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
    )


def _recent(organisation: Organisation) -> tuple[tuple[str, datetime], ...]:
    rows = Delivery.objects.filter(
        organisation=organisation,
        state__in=OUT,
        published_at__gte=timezone.now() - RECENT,
    ).order_by("-published_at")
    texts = rows.values_list("version__text", "published_at")[:200]
    return tuple((text, at) for text, at in texts if at)


def content_of(version: Version) -> Content:
    """The version's content, to start an edit from."""
    return Content(
        text=version.text,
        channels=tuple(target.channel for target in version.targets.all()),
        texts={target.channel_id: target.text for target in version.targets.all() if target.text},
        pictures=tuple((shown.media_id, shown.alt) for shown in version.attachments.all()),
        not_before=version.not_before,
        language=version.language,
        formats={target.channel_id: cast("Format", target.format) for target in version.targets.all()},
    )


def preview_findings(content: Content, organisation: Organisation) -> list[Finding]:
    """What the checks say of a text that is still being typed; no link is followed, nothing is kept."""
    return run(as_draft(content, organisation, follow_links=False))


def _check(version: Version) -> None:
    """Keep what the checks find with the version, once (outside the transaction: links are followed)."""
    findings = run(as_draft(content_of(version), version.post.organisation, follow_links=True))
    with transaction.atomic():
        version.checked_at = timezone.now()
        if not Version.objects.filter(pk=version.pk, checked_at=None).update(checked_at=version.checked_at):
            return
        FoundThing.objects.bulk_create(
            FoundThing(
                version=version,
                check_key=found.check,
                tier=found.tier,
                message=found.message,
                values=dict(found.values),
                channel=found.channel,
            )
            for found in findings
        )


def submit(version: Version, *, by: Member, reasons: Mapping[int, str] | None = None) -> None:
    """Offer this version for review; each *stop* finding needs a reason (by finding id).

    Raises ``ValidationError`` with what is missing or does not fit, ``WrongStateError`` when it is no draft
    any more.
    """
    if version.checked_at is None:
        _check(version)
    with transaction.atomic():
        insist(by, Right.WRITE, organisation_id=version.post.organisation_id)
        post = _locked_latest(version)
        _refuse_unready(version)
        _keep_reasons(refuse_unfit(version), reasons or {}, by=by)
        move(post, "submit", by=by, facts={"version": version.number, "digest": version.digest})
        _ask_reviewers(version, by=by)


def _refuse_unready(version: Version) -> None:
    if Approval.objects.filter(version=version).exists():
        raise ValidationError(_("This version was approved before and then stopped. Save it again, then offer it."))
    if version.not_before and version.not_before <= timezone.now():
        raise ValidationError(_("The time you chose has passed. Choose a later time."))
    _refuse_full(version)


def _refuse_full(version: Version) -> None:
    """An account can have got full after the draft was saved: then nobody gave a reason yet."""
    known = set(version.findings.filter(check_key="room").values_list("channel", flat=True))
    for target in version.targets.select_related("channel__room"):
        room, channel = room_of(target.channel), target.channel
        until = room.full_until if room and channel.handle not in known else None
        if until and (version.not_before or timezone.now()) < until:
            told = _("%(network)s takes no more posts from this account for now.") % {"network": channel.network_name}
            raise ValidationError([told, _("Choose a later time, or save it again and say why it may go out.")])


def refuse_unfit(version: Version) -> list[FoundThing]:
    """The version's stops. Raises ``ValidationError`` for one that no reason lets through: the network refuses it."""
    # Read afresh: what the caller holds can be older than the findings.
    stops = list(version.findings.filter(tier=Tier.STOP))
    unfit = [found for found in stops if found.check_key in checks() and not checks()[found.check_key].passable]
    if unfit:
        raise ValidationError([_(found.message) % dict(found.values) for found in unfit])
    return stops


def _locked_latest(version: Version) -> Post:
    post = Post.objects.locked(version.post_id)
    if post.versions.filter(number__gt=version.number).exists():
        raise WrongStateError("submit", subject_of(post))
    return post


def _keep_reasons(stops: Iterable[FoundThing], reasons: Mapping[int, str], *, by: Member) -> None:
    for found in stops:
        reason = reasons.get(found.pk, "").strip()
        if not reason:
            raise ValidationError(_("Change the post, or say for each stop why it may go out all the same."))
        FoundThing.objects.filter(pk=found.pk).update(reason=reason, reason_by=by)


def reviewers_of(version: Version) -> list[Member]:
    """Who may judge this version: everybody with the right who contributed nothing to it."""
    members = version.post.organisation.members.all().who_may(Right.REVIEW)
    return [member for member in members if not version.has_contributor(member)]


def _ask_reviewers(version: Version, *, by: Member) -> None:
    values = {
        "writer": by.name,
        "channels": version.where(),
        "not_before": version.not_before,
    }
    tell(
        version.post.organisation_id,
        addressees(reviewers_of(version)),
        template="posts/mail/review_wanted",
        values=values,
        link=f"/posts/{version.post_id}/review/",
    )


def discard(post: Post, *, by: Member) -> None:
    """Throw a draft away; it stays in the records."""
    with transaction.atomic():
        insist(by, Right.WRITE, organisation_id=post.organisation_id)
        move(post, "discard", by=by)
