"""Posts and their immutable versions."""

import hashlib
import json
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vierogen.channels.models import Channel
from vierogen.people.models import Member, Organisation
from vierogen.posts.checks.base import Tier
from vierogen.posts.states import POST_MOVES, PostState


class PostQuerySet(models.QuerySet["Post"]):
    """Posts."""

    def visible_to(self, member: Member) -> "PostQuerySet":
        """Posts of the member's organisation."""
        return self.filter(organisation_id=member.organisation_id)

    def locked(self, pk: int) -> "Post":
        """This post, fresh, and locked until the transaction ends: whoever decides about it comes one by one."""
        return self.select_for_update(of=("self",), no_key=True).get(pk=pk)

    def looked_after_by(self, member: Member) -> "PostQuerySet":
        """Those that are this member's to go on with: given to them, or begun by them and given to nobody."""
        return self.filter(Q(owner=member) | Q(owner=None, created_by=member))

    def in_review(self) -> "PostQuerySet":
        """Those that wait for a second pair of eyes."""
        return self.filter(state=PostState.IN_REVIEW)

    def with_latest(self) -> "PostQuerySet":
        """With everything a page shows of them, in a constant number of queries."""
        versions = Version.objects.order_by("-number").select_related("written_by__user")
        # The bytes of a picture are megabytes; a page shows its address.
        attachments = Attachment.objects.select_related("media").defer("media__data")
        findings = FoundThing.objects.select_related("reason_by__user", "passed_by__user")
        return self.select_related("created_by__user", "owner__user").prefetch_related(
            models.Prefetch("versions", versions),
            "versions__targets__channel__room",
            models.Prefetch("versions__attachments", attachments),
            "versions__contributors",
            models.Prefetch("versions__findings", findings),
            "versions__deliveries__channel",
        )


class Post(models.Model):
    """What is to go out. Its content stands in versions; the newest one counts."""

    MOVES = POST_MOVES

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    state = models.CharField(max_length=12, choices=PostState.choices, default=PostState.DRAFT)
    created_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="posts_begun")
    created_at = models.DateTimeField(default=timezone.now)
    # Who goes on with it where that is somebody else than who began it.
    owner = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"post {self.pk}"

    @property
    def latest(self) -> "Version":
        """The newest version."""
        return max(self.versions.all(), key=lambda version: version.number)


class Media(models.Model):
    """A picture or film, cleaned on upload (so without any metadata), shared by all versions that use it.

    ``data`` stands in the database so that a backup, and a version's digest, never miss it.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    data = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    mime = models.CharField(max_length=30)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    # How long a film lasts; 0 for a picture.
    seconds = models.FloatField(default=0.0)
    had_place = models.BooleanField(default=False)
    taken_at = models.CharField(max_length=40, blank=True)
    # From the organisation's own place, as far as both are known; where exactly is not kept.
    km_away = models.PositiveIntegerField(null=True)
    uploaded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "sha256", "name"], name="media_once")]

    @property
    def is_film(self) -> bool:
        """Does it move?"""
        return self.mime.startswith("video/")


class Version(models.Model):
    """An immutable snapshot of a post. Its ``digest`` is what is approved.

    ``not_before`` is when it may go out at the earliest; None means right after cooling-off.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(max_length=10, default="nl")
    not_before = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="versions_written")
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.post} v{self.number}"

    def content(self) -> dict[str, Any]:
        """Everything that an approval covers: text, channels, pictures with alt texts, and the earliest time."""
        return {
            "post": self.post_id,
            "text": self.text,
            "language": self.language,
            "not_before": self.not_before and self.not_before.timestamp(),
            "targets": sorted(target.content() for target in self.targets.all()),
            "pictures": [
                [shown.media.sha256, shown.alt] for shown in sorted(self.attachments.all(), key=lambda a: a.position)
            ],
        }

    def compute_digest(self) -> str:
        """SHA-256 of the content as canonical JSON, hexadecimal."""
        told = json.dumps(self.content(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def holds(self, digest: str) -> bool:
        """Is this, byte for byte, the content with that ``digest``? The pictures' own digests are made anew."""
        shown = [attachment.media for attachment in self.attachments.select_related("media")]
        whole = all(hashlib.sha256(bytes(media.data)).hexdigest() == media.sha256 for media in shown)
        return whole and self.compute_digest() == digest

    def summary(self, length: int = 80) -> str:
        """The beginning of the text, on one line."""
        line = " ".join(self.text.split())
        return line if len(line) <= length else line[: length - 1].rstrip() + "…"

    def where(self) -> str:
        """The handles of its channels, in one line."""
        return ", ".join(target.channel.handle for target in self.targets.select_related("channel"))

    def has_contributor(self, member: Member) -> bool:
        """Did this member write any part of it?"""
        return any(row.member_id == member.pk for row in self.contributors.all())

    def stops(self) -> list["FoundThing"]:
        """The findings that need a reason and a second person to pass."""
        return [found for found in self.findings.all() if found.tier == Tier.STOP]


class Target(models.Model):
    """One channel of a version; ``text`` replaces the version's text there unless empty."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="targets")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    # How it goes out there: in the timeline, as a reel, or as a story (networks.base.Format).
    format = models.CharField(max_length=10, default="post")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "channel"], name="target_once")]

    def content(self) -> list[Any]:
        """What an approval covers. The usual form is not named: approvals of before there were others hold."""
        told = [self.channel_id, self.text]
        return told if self.format == "post" else [*told, self.format]

    @property
    def effective_text(self) -> str:
        """The text as it goes out on this channel."""
        return self.text or self.version.text


class Attachment(models.Model):
    """A picture of a version, with its alt text."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="attachments")
    media = models.ForeignKey(Media, on_delete=models.PROTECT, related_name="+")
    alt = models.TextField(_("alt text"), blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position"]


class Contributor(models.Model):
    """A member who wrote any part of a version or of what it grew from; can never approve it."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="contributors")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "member"], name="contributor_once")]


class FoundThing(models.Model):
    """A finding of a check about a version. A *stop* passes with the writer's reason and the reviewer's yes."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="findings")
    check_key = models.CharField(max_length=40)
    tier = models.CharField(max_length=15)
    message = models.TextField()
    values = models.JSONField(default=dict)
    channel = models.CharField(max_length=200, blank=True)
    # What was found, in a word, and where in the text (code points; both 0 for the whole).
    kind = models.CharField(max_length=20, blank=True)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    # Found after the version was checked, when somebody looked at its pictures.
    late = models.BooleanField(default=False)
    # Found after the approval, when its time came.
    when_due = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    reason_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    passed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]


class CommentQuerySet(models.QuerySet["Comment"]):
    """Remarks."""

    def to_answer(self, member: Member) -> "CommentQuerySet":
        """Remarks about drafts that are theirs: wrote last and given to nobody, or given to them; newest first."""
        newer = Version.objects.filter(post=OuterRef("version__post"), number__gt=OuterRef("version__number"))
        mine = Q(version__post__owner=member) | Q(version__post__owner=None, version__written_by=member)
        rows = self.filter(~Exists(newer), mine, version__post__state=PostState.DRAFT)
        return rows.select_related("by__user", "version").order_by("-pk")


class Comment(models.Model):
    """What a reviewer asks to change, or anybody adds."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
