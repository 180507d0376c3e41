"""Drafts: saving versions, adding pictures, checking, offering for review."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.core.pictures import reencode
from vierogen.learning.standing import require
from vierogen.ledger.actions import record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, demand, insist, same_organisation
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right
from vierogen.posts.actions import sights
from vierogen.posts.actions.asking import room_of
from vierogen.posts.actions.checking import check
from vierogen.posts.actions.content import Content
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.running import checks
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
from vierogen.posts.states import DeliveryState, PostState


def add_picture(organisation: Organisation, data: bytes, *, name: str, by: Member) -> Media:
    """Take in a picture or film, read in a limited subprocess and stored without any metadata.

    Raises ``core.pictures.PictureRefused`` with a plain sentence.
    """
    demand(by, Right.WRITE)
    same_organisation(by, organisation.pk)
    clean = copied(data, name=name) if is_film(data[:12]) else reencode(data, name=name)
    media, new = Media.objects.get_or_create(
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
            "km_away": sights.km_away(organisation, clean.place),
            "uploaded_by": by,
        },
    )
    if new:
        sights.remember(organisation, clean.hashes, media=media)
    sights.ask([media])
    return media


def begin(organisation: Organisation, content: Content, *, by: Member) -> Version:
    """Begin a post with its first version."""
    with transaction.atomic():
        insist(by, Right.WRITE, organisation_id=organisation.pk)
        post = Post.objects.create(organisation=organisation, created_by=by)
        version = _snapshot(post, content, by=by)
        record(organisation.pk, "begin", subject_of(post), by=by, facts={"digest": version.digest})
    check(version)
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
    check(version)
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
    if any(channel.is_exercise for channel in content.channels):
        raise ValidationError(_("Nothing is sent to the account of an exercise."))
    if any(content.format_on(channel) not in channel.network.formats for channel in content.channels):
        raise ValidationError(_("One of the accounts does not take the form that you chose. Choose another one."))
    if not content.text.strip() and not content.pictures:
        raise ValidationError(_("Write something, or add a picture."))
    wanted = {media for media, _alt in content.pictures}
    if Media.objects.filter(pk__in=wanted, organisation_id=post.organisation_id).count() != len(wanted):
        raise ValidationError(_("One of the pictures is not there any more. Add it again."))


def submit(version: Version, *, by: Member, reasons: Mapping[int, str] | None = None) -> None:
    """Offer this version for review; each *stop* finding needs a reason (by finding id).

    Raises ``ValidationError`` with what is missing or does not fit, ``WrongStateError`` when it is no draft
    any more.
    """
    if version.checked_at is None:
        check(version)
    with transaction.atomic():
        insist(by, Right.WRITE, organisation_id=version.post.organisation_id)
        require(by)
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
