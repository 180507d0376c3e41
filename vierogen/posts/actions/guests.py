"""The second pair of eyes from a colleague organisation: asking for it, and who may judge as a guest."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.learning.standing import require
from vierogen.ledger.actions import Machine
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist
from vierogen.people.models import Member, MemberQuerySet, Organisation, Partnership
from vierogen.people.partnering import lock_both, partners_of, record_there
from vierogen.people.roles import Right, Role
from vierogen.posts.models import GuestReview, Post, Version
from vierogen.posts.models.guests import barred
from vierogen.posts.states import PostState

# What people at home read when a guest decided.
_JUDGED = {"approve_as_guest": "posts/mail/guest_approved", "send_back_as_guest": "posts/mail/guest_sent_back"}


@transaction.atomic
def ask_partner(version: Version, partner: Organisation, *, by: Member) -> GuestReview:
    """Ask ``partner`` to judge this version. They see this version, and nothing else.

    Raises ``ValidationError`` without an agreement with them, or if they were asked already; ``PermissionDenied`` to a
    trainee, and to who may make nothing go out at the moment.
    """
    organisation_id = version.post.organisation_id
    _insist_on_asker(by, organisation_id=organisation_id)
    lock_both(organisation_id, partner.pk)
    post = Post.objects.locked(version.post_id)
    if post.state != PostState.IN_REVIEW or post.latest.pk != version.pk:
        raise WrongStateError("ask_partner", subject_of(post))
    agreed = Partnership.objects.of(organisation_id).of(partner.pk).agreed().first()
    if agreed is None or partner.pk == organisation_id:
        raise ValidationError(_("There is no agreement with this organisation. An administrator can make one."))
    if GuestReview.objects.asked().filter(version=version, partner=partner).exists():
        raise ValidationError(_("%(name)s was asked already.") % {"name": partner.name})
    judges = _judges(version, partner)
    if not judges:
        raise ValidationError(_("Nobody at %(name)s can judge this now. Ask somebody else.") % {"name": partner.name})
    asked = GuestReview.objects.create(
        organisation_id=organisation_id, partner=partner, partnership=agreed, version=version, asked_by=by
    )
    _tell(asked, judges)
    values = {"by": by.name, "partner": partner.name, "channels": version.where()}
    _tell_home(asked, "posts/mail/guest_asked", values, without={by.pk})
    facts = {"version": version.number, "digest": version.digest}
    for one in sorted((organisation_id, partner.pk)):
        record_there(one, "ask_guest", subject_of(asked), by=by, facts=facts)
    return asked


def _insist_on_asker(by: Member, *, organisation_id: int) -> None:
    """The guest's yes lets it go out, so whoever asks is the one at home who answers for it."""
    insist(by, Right.WRITE, organisation_id=organisation_id)
    if by.held.filter(role=Role.TRAINEE).exists():
        raise PermissionDenied(
            _("A trainee cannot ask another organisation. Ask a colleague who writes here to look, and to do it.")
        )
    require(by)


def _judges(version: Version, partner: Organisation) -> list[Member]:
    """Who of ``partner`` may judge it: reviewers there who wrote nothing of it and are not barred."""
    reviewers = partner.members.all().who_may(Right.REVIEW)
    known = version.post.organisation.members.filter(user__in=[member.user_id for member in reviewers])
    out = {member.user_id for member in barred(known)}
    out.update(version.contributors.values_list("member__user_id", flat=True))
    return [member for member in reviewers if member.user_id not in out]


def _tell(asked: GuestReview, judges: list[Member]) -> None:
    version = asked.version
    tell(
        asked.partner_id,
        addressees(judges),
        template="posts/mail/guest_review_wanted",
        values={
            "organisation": asked.organisation.name,
            "channels": version.where(),
            "not_before": version.not_before,
        },
        link=f"/posts/guests/{asked.pk}/",
    )


def _tell_home(asked: GuestReview, template: str, values: dict[str, str], *, without: set[int]) -> None:
    """To whoever reviews here, and to who wrote it: nothing goes out that nobody at home knows of."""
    version, home = asked.version, asked.organisation.members.all()
    told = {member.pk: member for member in home.who_may(Right.REVIEW)}
    if version.written_by.is_current:
        told[version.written_by_id] = version.written_by
    left = [member for pk, member in told.items() if pk not in without]
    tell(asked.organisation_id, addressees(left), template=template, values=values, link=f"/posts/{version.post_id}/")


@transaction.atomic
def take_back(asked: GuestReview, *, by: Member) -> None:
    """Do not ask them any more: from now on they do not see it."""
    insist(by, Right.WRITE, organisation_id=asked.organisation_id)
    lock_both(asked.organisation_id, asked.partner_id)
    move(asked, "take_back", by=by)
    record_there(asked.partner_id, "take_back", subject_of(asked), by=by)


def insist_on_judge(by: Member, version: Version) -> GuestReview | None:
    """Refuse whoever may not judge this version: it takes a reviewer of its organisation, or of one that was asked.

    First in the transaction that decides. For a guest: what was asked of them, locked until the end, so ending the
    partnership comes wholly before or wholly after; so does a change of what they may at home. Raises
    ``PermissionDenied``.
    """
    organisation_id = version.post.organisation_id
    if by.organisation_id == organisation_id:
        insist(by, Right.REVIEW, organisation_id=organisation_id)
        return None
    both = Member.objects.filter(user=by.user_id, organisation__in=(organisation_id, by.organisation_id))
    list(both.select_for_update(no_key=True).order_by("pk"))
    insist(by, Right.REVIEW, organisation_id=by.organisation_id)
    lock_both(organisation_id, by.organisation_id)
    rows = GuestReview.objects.open().visible_to(by).filter(version=version).select_related("partnership")
    asked = rows.select_for_update(of=("self", "partnership"), no_key=True).first()
    if asked is None:
        raise PermissionDenied(_why_not(both.exclude(pk=by.pk)))
    return asked


def _why_not(home: MemberQuerySet) -> str:
    if barred(home):
        return _(
            "You belong to their organisation, or did, and cannot approve there now. So somebody else has to look."
        )
    return _("This belongs to another organisation.")


def judged(asked: GuestReview | None, verb: str, *, by: Member) -> None:
    """Write down that a guest decided, in both ledgers, and tell it at home. Last in the transaction; nothing for
    one's own."""
    if asked is None:
        return
    # Who wrote it gets the mail of every post that has to change.
    knows = {asked.version.written_by_id} if verb == "send_back_as_guest" else set()
    values = {"partner": asked.partner.name, "channels": asked.version.where()}
    _tell_home(asked, _JUDGED[verb], values, without=knows)
    move(asked, "decide", by=by, changes={"decided_by": by, "decided_at": timezone.now()})
    record_there(asked.partner_id, verb, subject_of(asked), by=by, facts={"digest": asked.version.digest})


def lapse_due() -> int:
    """Write down what does not hold any more: changed, decided here, too late, or not partners now. How many."""
    held = GuestReview.objects.open().values("pk")
    return sum(_lapse(row) for row in GuestReview.objects.asked().exclude(pk__in=held)[:100])


@transaction.atomic
def _lapse(asked: GuestReview) -> bool:
    lock_both(asked.organisation_id, asked.partner_id)
    if not GuestReview.objects.asked().filter(pk=asked.pk).exists():
        return False
    clock = Machine("clock")
    move(asked, "lapse", by=clock)
    record_there(asked.partner_id, "lapse", subject_of(asked), by=clock)
    return True


def asked_of(found: Post, member: Member) -> dict[str, Any]:
    """For the page of a post: which partners can be asked, and which were."""
    if found.state != PostState.IN_REVIEW or not member.may(Right.WRITE):
        return {}
    asked = list(GuestReview.objects.open().filter(version=found.latest).select_related("partner"))
    busy = {row.partner_id for row in asked}
    others = [row.other(found.organisation_id) for row in partners_of(found.organisation_id)]
    left = [other for other in others if other.pk not in busy]
    return {"guests": asked, "partners": left, "may_ask_partner": not member.is_trainee}
