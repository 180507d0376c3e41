"""Shows what is written to the checks, and keeps what they find with the version."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.people.models import Organisation
from vierogen.posts.actions import sights
from vierogen.posts.actions.acquaintances import Acquaintances
from vierogen.posts.actions.asking import room_of
from vierogen.posts.actions.content import Content, content_of
from vierogen.posts.checks.base import Draft, Extra, Finding, Hours, Level, Moment, Own, Tier
from vierogen.posts.checks.base import Target as CheckTarget
from vierogen.posts.checks.running import checks, run
from vierogen.posts.models import (
    Attachment,
    CheckLevel,
    Delivery,
    EarlierText,
    FoundThing,
    Media,
    OwnDetails,
    Post,
    QuietMoment,
    Version,
)
from vierogen.posts.names import name_finder
from vierogen.posts.outside import Links
from vierogen.posts.states import OUT, PostState

RECENT = timedelta(days=30)
# Enough to know a channel's voice by, and quick enough while somebody types.
MOST_EARLIER = 200


def as_draft(content: Content, organisation: Organisation, *, follow_links: bool, but: int | None = None) -> Draft:
    """The content as the checks see it. ``follow_links`` opens addresses; not while somebody types.

    ``but`` is the post in which it stands: it is no copy of itself.
    """
    earlier = _earlier(content.channels)
    details = details_of(organisation)
    return Draft(
        text=content.text,
        targets=tuple(_target(content, channel, earlier) for channel in content.channels),
        pictures=sights.facts_of(content.pictures, organisation, at=content.not_before, but=but),
        language=content.language,
        due_at=content.not_before,
        now=timezone.now(),
        recent=recent_texts(organisation),
        own=_own(organisation, details),
        languages=tuple(details.languages.split()) or (organisation.language,),
        moments=_moments(organisation),
        hours=_hours(details),
        zone=organisation.time_zone,
        resolve=Links() if follow_links else None,
        find_names=name_finder(),
        exists=Acquaintances(content.channels) if follow_links else None,
    )


def details_of(organisation: Organisation) -> OwnDetails:
    """What the organisation told of itself; where it told nothing yet, what is usual."""
    return OwnDetails.objects.filter(organisation=organisation).first() or OwnDetails(organisation=organisation)


def _own(organisation: Organisation, details: OwnDetails) -> Own:
    handles = Channel.objects.official().filter(organisation=organisation).values_list("handle", flat=True)
    return Own(
        domains=organisation.domains(),
        phones=lines_of(details.phones),
        emails=lines_of(details.emails),
        ibans=lines_of(details.ibans),
        addresses=lines_of(details.addresses),
        names=lines_of(details.names),
        handles=tuple(handles),
    )


def _moments(organisation: Organisation) -> tuple[Moment, ...]:
    """The organisation's quiet moments that are not over."""
    rows = QuietMoment.objects.filter(organisation=organisation).to_come(timezone.now())
    return tuple(Moment(row.title, row.starts, row.ends) for row in rows)


def _hours(details: OwnDetails) -> Hours | None:
    if details.opens is None or details.closes is None:
        return None
    return Hours(tuple(int(day) for day in details.days), details.opens, details.closes)


def lines_of(text: str) -> tuple[str, ...]:
    """The filled lines of a text."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def levels_of(organisation: Organisation) -> dict[str, Level]:
    """How much the organisation lets the findings of checks weigh, by their keys, where it chose so."""
    rows = CheckLevel.objects.filter(organisation=organisation).values_list("check_key", "level")
    return {key: Level(level) for key, level in rows}


def _target(content: Content, channel: Channel, earlier: Mapping[int, list[str]]) -> CheckTarget:
    room = room_of(channel)
    return CheckTarget(
        channel.handle,
        channel.network,
        content.text_on(channel),
        content.format_on(channel),
        full_until=room.full_until if room else None,
        history=tuple(earlier.get(channel.pk, ())),
    )


def _earlier(channels: Iterable[Channel]) -> dict[int, list[str]]:
    """The texts that the channels posted before, by channel id, newest first; one query, however long they go back."""
    place = Window(RowNumber(), partition_by="channel", order_by="-at")
    rows = EarlierText.objects.filter(channel__in=[channel.pk for channel in channels]).annotate(place=place)
    found: dict[int, list[str]] = {}
    for channel, text in rows.filter(place__lte=MOST_EARLIER).order_by("-at").values_list("channel_id", "text"):
        found.setdefault(channel, []).append(text)
    return found


def recent_texts(organisation: Organisation, *, but: int | None = None) -> tuple[tuple[str, datetime], ...]:
    """What the organisation posted lately with when, newest first; without the post with the id ``but``."""
    rows = Delivery.objects.filter(
        organisation=organisation,
        state__in=OUT,
        published_at__gte=timezone.now() - RECENT,
    ).exclude(version__post=but)
    rows = rows.order_by("-published_at")
    texts = rows.values_list("version__text", "published_at")[:200]
    return tuple((text, at) for text, at in texts if at)


def preview_findings(content: Content, organisation: Organisation) -> list[Finding]:
    """What the checks say of a text that is still being typed; no link is followed, nothing is kept."""
    return run(as_draft(content, organisation, follow_links=False), levels_of(organisation))


def check(version: Version) -> None:
    """Keep what the checks find with the version, once (outside the transaction: links are followed).

    Waits some seconds for somebody who is looking at its pictures.
    """
    started, pictures = timezone.now(), [row.media for row in _attached(version)]
    sights.ask(pictures)
    sights.wait_for(numbers := [picture.pk for picture in pictures])
    findings = _findings(version)
    with transaction.atomic():
        version.checked_at = timezone.now()
        if not Version.objects.filter(pk=version.pk, checked_at=None).update(checked_at=version.checked_at):
            return
        _keep(version, findings)
    if sights.was_looked_at(numbers, since=started):
        # Perhaps after the checks asked what was seen.
        _check_pictures_again(version)


def look_again(picture: Media) -> None:
    """Somebody looked at this picture: tell the drafts, and what waits for a review, that were checked before.

    What was approved meanwhile stays as it was approved: its reviewer saw that this was not checked. A stop in it is
    found before it goes out (rechecking.py).
    """
    early = (PostState.DRAFT, PostState.IN_REVIEW)
    newer = Version.objects.filter(post=OuterRef("post"), number__gt=OuterRef("number"))
    rows = Version.objects.filter(~Exists(newer), attachments__media=picture, post__state__in=early)
    for version in rows.exclude(checked_at=None).select_related("post__organisation").distinct():
        _check_pictures_again(version)


def _check_pictures_again(version: Version) -> None:
    """Put what the checks of pictures find now in the place of what they found before."""
    keys = {key for key, each in checks().items() if each.needs is Extra.VISION}
    started, pictures = timezone.now(), [row.media_id for row in version.attachments.all()]
    found = _findings(version, keys=keys)
    with transaction.atomic():
        post = Post.objects.locked(version.post_id)
        if post.latest.pk != version.pk or post.state not in {PostState.DRAFT, PostState.IN_REVIEW}:
            return
        if sights.was_looked_at(pictures, since=started):
            # Whoever looked meanwhile sees this picture and that one, and tells both.
            return
        known = list(version.findings.filter(check_key__in=keys))
        now = {(each.check, each.message, *sorted(each.values.items())): each for each in found}
        before = {(row.check_key, row.message, *sorted(row.values.items())): row for row in known}
        gone = [row.pk for told, row in before.items() if told not in now and row.tier != Tier.STOP]
        version.findings.filter(pk__in=gone).delete()
        _keep(version, [each for told, each in now.items() if told not in before], late=True)


def _attached(version: Version) -> QuerySet[Attachment]:
    return version.attachments.select_related("media").defer("media__data")


def _findings(version: Version, *, keys: Collection[str] | None = None) -> list[Finding]:
    organisation = version.post.organisation
    draft = as_draft(content_of(version), organisation, follow_links=True, but=version.post_id)
    return run(draft, levels_of(organisation), keys=keys)


def _keep(version: Version, findings: Iterable[Finding], *, late: bool = False) -> None:
    FoundThing.objects.bulk_create(as_row(version, found, late=late) for found in findings)


def as_row(version: Version, found: Finding, *, when_due: bool = False, late: bool = False) -> FoundThing:
    """A finding as it is kept with the version."""
    return FoundThing(
        version=version,
        check_key=found.check,
        tier=found.tier,
        message=found.message,
        values=dict(found.values),
        channel=found.channel,
        kind=found.kind,
        start=found.start,
        end=found.end,
        when_due=when_due,
        late=late,
    )
