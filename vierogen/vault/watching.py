"""Who watches over the secrets of an account: hears of an emergency, can stop it, and looks back at it.

Whoever gives roles could take everybody else's away first. So who had one until lately hears of it too, and where
nobody else is left who could stop it or look back, it waits a day and everybody who reads the ledger hears of it. It is
not refused: the last one who is left has to get in.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.channels.actions import keepers
from vierogen.channels.models import Channel
from vierogen.ledger.actions import record
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.holding import number_of
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right, roles_with
from vierogen.vault.actions import VAULT
from vierogen.vault.models import Reveal

# So long whoever lost a role goes on to hear of what it could have stopped.
LATELY = timedelta(days=30)
# The longest delay that an organisation can choose (people.Organisation.break_glass_minutes).
LONGEST = timedelta(days=1)
POWER = frozenset({*roles_with(Right.REVEAL), *roles_with(Right.MANAGE_ORGANISATION)})


def watchers(channel: Channel, *, but: Member) -> list[Member]:
    """Custodians and administrators, also who was one until lately, and not ``but``; alone, who reads the ledger."""
    members = channel.organisation.members.all()
    everybody = [*_in_charge(channel), *(row.member for row in channel.custodians.with_members())]
    everybody += _lost_it_lately(channel.organisation)
    if is_alone(channel, but=but):
        everybody += members.who_may(Right.READ_LEDGER)
    return list({one.pk: one for one in everybody if one.pk != but.pk and one.is_current}.values())


def _in_charge(channel: Channel) -> list[Member]:
    return [*keepers(channel), *channel.organisation.members.all().who_may(Right.MANAGE_ORGANISATION)]


def _lost_it_lately(organisation: Organisation) -> Iterable[Member]:
    entries = Entry.objects.filter(
        organisation_id=organisation.pk,
        verb="change_roles",
        at__gte=timezone.now() - LATELY,
        facts__has_key="lost",
    )
    told = entries.values_list("subject", "facts")
    lost = {number_of(subject) for subject, facts in told if POWER.intersection(facts["lost"])}
    return organisation.members.filter(pk__in=lost).select_related("user", "organisation").order_by("pk")


def who_can_stop(channel: Channel, *, but: Member) -> list[Member]:
    """Those among the watchers who can stop it, and came in."""
    found = {one.pk: one for one in _in_charge(channel) if one.pk != but.pk}
    return [one for one in found.values() if one.may(Right.SEE_VAULT) and not one.is_awaited]


def who_can_look_back(organisation: Organisation, *, but: Member) -> list[Member]:
    """Those who can look back at an emergency of ``but``: others with the right who came in and stay."""
    able = organisation.members.exclude(pk=but.pk).who_can(Right.BREAK_GLASS)
    return [one for one in able if one.ends_on is None]


def is_alone(channel: Channel, *, but: Member) -> bool:
    """Is nobody left, beside ``but``, who could stop it, or nobody who could look back?"""
    return not who_can_stop(channel, but=but) or not who_can_look_back(channel.organisation, but=but)


def delay_before(channel: Channel, *, by: Member) -> timedelta:
    """How long broken glass waits: as the organisation chose, and the longest where ``by`` is alone."""
    return LONGEST if is_alone(channel, but=by) else timedelta(minutes=channel.organisation.break_glass_minutes)


def in_words(count: int) -> str:
    """That so many were told, or plainly that nobody was."""
    if not count:
        return _("Nobody else could be told: nobody else is left who watches over this account.")
    return ngettext("%(count)d person was told.", "%(count)d people were told.", count) % {"count": count}


def facts_of(asked: Reveal, *, is_lonely: bool = False) -> dict[str, object]:
    """What the ledger holds of it; ``is_lonely`` where nobody else could stop it or look back."""
    facts = {"channel": asked.kept.channel_id, "field": asked.kept.field, "version": asked.version}
    return {**facts, "alone": True} if is_lonely else facts


def tell_of(  # noqa: PLR0913 - each of these is part of what is told
    asked: Reveal,
    members: Iterable[Member],
    template: str,
    *,
    urgent: bool = False,
    is_able: bool = True,
    is_lonely: bool = False,
) -> None:
    """Tell these of a wish to see a secret; ``is_able``: they can do something about it."""
    channel = asked.kept.channel
    values = {
        "organisation": channel.organisation.name,
        "account": channel.handle,
        "network": channel.network_name,
        "who": asked.by.name,
        "reason": asked.reason,
        "opens_at": asked.opens_at,
        "review_due_at": asked.review_due_at,
        "is_able": is_able,
        "is_lonely": is_lonely,
    }
    with timezone.override(channel.organisation.zone):
        link = reverse("vault:asked", args=[asked.pk])
        tell(asked.organisation_id, addressees(members), template=template, values=values, link=link, urgent=urgent)


def tell_watchers(asked: Reveal, template: str) -> bool:
    """Tell everybody who watches over it, at once; returns whether nobody else could stop it or look back."""
    channel = asked.kept.channel
    told, is_lonely = watchers(channel, but=asked.by), is_alone(channel, but=asked.by)
    able = {one.pk for one in who_can_stop(channel, but=asked.by)}
    for is_able in (True, False):
        some = [one for one in told if (one.pk in able) == is_able]
        tell_of(asked, some, template, urgent=True, is_able=is_able, is_lonely=is_lonely)
    return is_lonely


def remind_of_reviews(now: datetime) -> int:
    """Record once, visibly, that nobody looked back at an emergency in time. Returns how many."""
    return sum(_say_overdue(asked) for asked in Reveal.objects.overdue(now).filter(reminded_at=None).with_all())


@transaction.atomic
def _say_overdue(asked: Reveal) -> bool:
    rows = Reveal.objects.owed().filter(pk=asked.pk, reminded_at=None)
    if not rows.update(reminded_at=timezone.now()):  # another worker was faster, or somebody looked back
        return False
    channel = asked.kept.channel
    told = [*who_can_look_back(channel.organisation, but=asked.by), *watchers(channel, but=asked.by)]
    tell_of(asked, {one.pk: one for one in told}.values(), "vault/mail/review_overdue", urgent=True)
    record(asked.organisation_id, "overdue", subject_of(asked), by=VAULT, facts=facts_of(asked))
    return True
