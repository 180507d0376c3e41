"""What a member holds of the gateway: posts to go on with, reviews that only they can do, declarations of consent."""

from django.urls import reverse
from django.utils.translation import gettext as _

from vierogen.channels.handover import HandoverSection
from vierogen.channels.models import Channel
from vierogen.ledger.moves import subject_of
from vierogen.people.holding import Held, Holding, number_of
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.people.steps import Step, Steps
from vierogen.posts.actions import giving
from vierogen.posts.actions.removing import evidence_context
from vierogen.posts.models import Consent, Delivery, Evidence, EvidenceMedia, PracticePost
from vierogen.posts.states import DeliveryState
from vierogen.vault.sealed import EnvelopeRows
from vierogen.web.templatetags.vierogen import moment

STAYS = {
    "posts.Version.written_by": "who wrote it",
    "posts.Contributor.member": "who may never approve it",
    "posts.Media.uploaded_by": "who added it; the organisation's pictures stay",
    "posts.FoundThing.reason_by": "whose reason it is",
    "posts.FoundThing.passed_by": "who let it pass",
    "posts.Comment.by": "who said it; remarks to answer come with the post",
    "posts.QuietMoment.by": "who added it; anybody who reviews can change it",
    "posts.Mourning.by": "who said so; anybody who reviews can end it",
    "posts.Mourning.ended_by": "who ended it",
    "posts.Consent.withdrawn_by": "who wrote that down",
    "posts.Approval.by": "whose yes it was",
    "posts.Approval.writer": "who wrote what was approved",
    "posts.GuestReview.asked_by": "who asked another organisation",
    "posts.GuestReview.decided_by": "whose judgement it was",
    "posts.Halt.by": "who stopped everything; anybody who may can lift it",
    "posts.Halt.lifted_by": "who lifted it",
    "posts.Delivery.released_by": "who released it",
    "posts.EvidenceOpening.member": "who looked, and why",
    "posts.PracticePost.member": "that they practised, and when; what they wrote is kept nowhere",
    "posts.TakeDown.asked_by": "who asked for it; it goes on by itself",
}


class Unfinished(Holding):
    """Posts that are not out yet, and that this member goes on with."""

    key = "posts.unfinished"
    covers = ("posts.Post.created_by", "posts.Post.owner")
    can_hand_over = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Posts that are not out yet")

    def held_by(self, member: Member) -> list[Held]:
        """Each post, with how far it is."""
        asks, empty = _("Somebody goes on with it, or throws it away."), _("(no text yet)")
        return [
            Held(
                subject_of(post),
                f"{post.get_state_display()}: {post.latest.summary() or empty}",
                asks,
                reverse("posts:detail", args=[post.pk]),
            )
            for post in giving.unfinished(member)
        ]

    def hand_over(self, member: Member, subject: str, *, to: Member, by: Member) -> None:
        """Let ``to`` go on with it."""
        giving.give(giving.unfinished(member).get(pk=number_of(subject)), to=to, by=by)


class OnlyReviews(Holding):
    """Reviews for which nobody else is left: somebody has to become a reviewer, or the post has to go back."""

    key = "posts.only_reviews"
    covers = ("posts.AfterReview.by",)

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Reviews that nobody else can do")

    def held_by(self, member: Member) -> list[Held]:
        """Each version that waits."""
        asks = _("Make somebody else a reviewer: whoever wrote it cannot be its second pair of eyes.")
        return [
            Held(
                f"posts.version:{version.pk}",
                version.summary() or _("(no text yet)"),
                asks,
                reverse("posts:detail", args=[version.post_id]),
            )
            for version in giving.only_for(member)
        ]


class Consents(Holding):
    """Declarations of consent that this member keeps: they hear of the end of each."""

    key = "posts.consents"
    covers = ("posts.Consent.kept_by",)
    can_hand_over = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Declarations of consent that they keep")

    def held_by(self, member: Member) -> list[Held]:
        """Each declaration that is not over."""
        asks = _("Somebody else hears when it ends.")
        return [
            Held(subject_of(row), row.who, asks, reverse("posts:consent", args=[row.pk]))
            for row in giving.consents_kept(member)
        ]

    def hand_over(self, member: Member, subject: str, *, to: Member, by: Member) -> None:
        """Let ``to`` keep it."""
        consent = Consent.objects.visible_to(member).get(pk=number_of(subject), kept_by=member)
        giving.give_consent_to_keep(consent, to=to, by=by)


class ToPractise(Steps):
    """A practice post, of whoever may write."""

    key = "posts"
    place = 2

    def of(self, member: Member) -> list[Step]:
        """One that they handed in since they came, or came back."""
        if not member.may(Right.WRITE):
            return []
        done = PracticePost.objects.filter(member=member, handed_in_at__gte=member.invited_at or member.joined_at)
        title, text = _("Write a practice post"), _("It goes nowhere. You see how a post is checked, and goes out.")
        return [Step(title, text, reverse("posts:practise"), _("Write it"), done.exists())]


class PlannedPosts(HandoverSection):
    """Posts that are approved and go out later."""

    key = "posts"

    @property
    def title(self) -> str:
        """What it is about."""
        return _("Planned posts")

    def lines(self, channel: Channel) -> list[str]:
        """The next ones, each with its time."""
        rows = Delivery.objects.filter(channel=channel, state=DeliveryState.WAITING).select_related("version")
        told = [
            (moment(row.due_at), row.version.summary() or _("only a picture")) for row in rows.order_by("due_at")[:20]
        ]
        return [_("%(at)s: %(text)s") % {"at": at, "text": text} for at, text in told]


class EvidenceRows(EnvelopeRows):
    """What the network showed."""

    key = "posts.evidence"
    model = Evidence
    related = ("channel",)

    def context(self, row: Evidence) -> bytes:
        """As it is captured."""
        return evidence_context(row.channel, row.sha256).encode()


class EvidenceMediaRows(EnvelopeRows):
    """Its pictures and films."""

    key = "posts.evidence_media"
    model = EvidenceMedia
    related = ("evidence__channel",)

    def context(self, row: EvidenceMedia) -> bytes:
        """As they are fetched."""
        return evidence_context(row.evidence.channel, row.sha256).encode()
