"""The practice post: a newcomer writes for an account that exists nowhere, and the real checks look at it.

It never becomes a ``Version``, so nothing can approve or deliver it.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.channels.models import Channel, Colour
from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.networks.mastodon import Mastodon
from vierogen.people.actions import insist
from vierogen.people.arriving import settle
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right
from vierogen.posts.actions.checking import preview_findings
from vierogen.posts.actions.content import Content
from vierogen.posts.checks.base import Finding, Tier
from vierogen.posts.models import PracticePost


def imaginary(organisation: Organisation) -> Channel:
    """An account that exists nowhere, here neither: this row is never saved."""
    return Channel(organisation=organisation, network_key=Mastodon.key, handle=_("@exercise"), colour=Colour.GREY)


def as_content(text: str, organisation: Organisation) -> Content:
    """A practice text as the checks take it."""
    return Content(text.replace("\r\n", "\n").strip(), (imaginary(organisation),), language=organisation.language)


def noticed(text: str, organisation: Organisation) -> list[Finding]:
    """What the real checks say of it, as while a real post is typed."""
    content = as_content(text, organisation)
    return preview_findings(content, organisation) if content.text else []


def hand_in(text: str, *, by: Member) -> PracticePost:
    """Hand in a practice post; raises ``ValidationError`` while it is empty, or a check says *stop*."""
    if not text.strip():
        raise ValidationError(_("Write something first."))
    if any(found.tier == Tier.STOP for found in noticed(text, by.organisation)):
        raise ValidationError(_("There is still a stop in it. Change what is pointed out, then hand it in again."))
    with transaction.atomic():
        insist(by, Right.WRITE, organisation_id=by.organisation_id)
        done, _new = PracticePost.objects.update_or_create(member=by, defaults={"handed_in_at": timezone.now()})
        record(by.organisation_id, "practise", subject_of(done), by=by)
        settle(by)
    return done
