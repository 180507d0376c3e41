"""Handing on: somebody has to do something with a hit or a spike. Later rooms take it up."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.listening.models import Alert, HandOver, Hit, Spike
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, insist, same_organisation
from vierogen.people.models import Member
from vierogen.people.roles import Right


@transaction.atomic
def hand_on(what: Hit | Spike, *, reason: str, owner: Member, by: Member) -> HandOver:
    """Ask ``owner`` to act on it, and tell them by mail. Raises ``PermissionDenied``, ``ValidationError``."""
    insist(by, Right.LISTEN, organisation_id=what.organisation_id)
    same_organisation(owner, what.organisation_id)
    if not reason.strip():
        raise ValidationError(_("Say in a few words why, or what to do."))
    if not owner.may(Right.LISTEN):
        raise ValidationError(_("%(name)s is not here any more. Choose somebody else.") % {"name": owner.name})
    hit, spike = (what, None) if isinstance(what, Hit) else (None, what)
    top = hit or what.top if isinstance(what, Spike) else hit
    handed = HandOver.objects.create(
        organisation_id=what.organisation_id,
        hit=hit,
        spike=spike,
        reason=reason.strip(),
        owner=owner,
        link=top.item.link if top else "",
        made_by=by,
    )
    if owner.pk != by.pk:
        _tell(handed, alert=what.alert)
    facts = {"owner": owner.actor, "about": subject_of(what)}
    record(what.organisation_id, "hand_over", subject_of(handed), by=by, facts=facts, personal={"reason": reason})
    return handed


def _tell(handed: HandOver, *, alert: Alert) -> None:
    organisation, owner = handed.made_by.organisation, handed.owner
    values = {
        "organisation": organisation.name,
        "by": handed.made_by.name,
        "reason": handed.reason,
        "alert": alert.name,
        "named": "" if alert.is_on_a_person else alert.name,
        "is_spike": handed.spike_id is not None,
        "address": handed.link,
    }
    with timezone.override(organisation.zone):
        to = addressees([owner] if owner else [], standing_in=Right.LISTEN)
        link = reverse("listening:handed")
        tell(organisation.pk, to, template="listening/mail/handed", values=values, link=link)


def owners(by: Member) -> Iterable[Member]:
    """Whom this member can hand something on to: everybody here, themselves included."""
    return Member.objects.visible_to(by).who_may(Right.LISTEN)
