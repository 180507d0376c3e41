"""Once a night, where the organisation is: does every account have two people who stay, and a fresh handover file?

Custodians and administrators hear of what is wrong when it changes, and then weekly: a mail each night is not read.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from vierogen.channels.actions import keepers
from vierogen.channels.custody import ENOUGH, Custody
from vierogen.channels.models import Channel, CustodyCheck, Handover
from vierogen.ledger.actions import Machine, record
from vierogen.ledger.moves import subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right

CUSTODY = Machine("custody")
A_WEEK = timedelta(days=7)
A_MONTH = timedelta(days=30)
NOBODY = gettext_noop("Nobody answers for this account.")
ONLY_ONE = gettext_noop("Only one person answers for this account.")
LEAVING = gettext_noop("Of the people who answer for this account, so few stay that soon there are not two.")


def unchecked() -> Channel | None:
    """An account that was not looked at yet today, by the calendar of its organisation."""
    for organisation in Organisation.objects.order_by("pk"):
        rows = Channel.objects.watched().official().filter(organisation=organisation)
        found = rows.exclude(custody_check__checked_on=organisation.today()).order_by("pk").first()
        if found is not None:
            return found
    return None


def problem_of(channel: Channel) -> str:
    """What is wrong with who answers for it, see ``problem_among``."""
    return problem_among(Custody.of(channel.custodians.able().with_members()).keepers)


def problem_among(keepers: Sequence[Member]) -> str:
    """What is wrong where these answer, see ``Custody``, as a translatable sentence; "" where two stay."""
    if len(keepers) < ENOUGH:
        return ONLY_ONE if keepers else NOBODY
    staying = [member for member in keepers if member.ends_on is None]
    return LEAVING if len(staying) < ENOUGH else ""


@transaction.atomic
def check(channel: Channel) -> None:
    """Look at one account, and tell who has to know; two workers at once tell them once."""
    Channel.objects.select_for_update(of=("self",), no_key=True).get(pk=channel.pk)
    today, problem = channel.organisation.today(), problem_of(channel)
    row = CustodyCheck.objects.filter(channel=channel).first() or CustodyCheck(channel=channel, checked_on=date.min)
    if row.checked_on == today:
        return
    is_due = problem != row.problem or row.told_on is None or row.told_on <= today - A_WEEK
    if problem and is_due:
        row.told_on = today
        _tell_of_custody(channel, problem)
    row.checked_on, row.problem = today, problem
    is_asked = row.handover_told_on is not None and row.handover_told_on > today - A_MONTH
    if not is_asked and _has_stale_file(channel):
        row.handover_told_on = today
        _ask_for_file(channel)
    row.save()


def _tell_of_custody(channel: Channel, problem: str) -> None:
    values = {**_values(channel), "problem": problem}
    link = reverse("channels:channel", args=[channel.pk])
    others = addressees(everybody(channel))
    tell(channel.organisation_id, others, template="channels/mail/few_custodians", values=values, link=link)
    record(channel.organisation_id, "few_custodians", subject_of(channel), by=CUSTODY)


def everybody(channel: Channel) -> list[Member]:
    """The account's custodians and all administrators."""
    found = [*keepers(channel), *channel.organisation.members.all().who_may(Right.MANAGE_ORGANISATION)]
    return list({member.pk: member for member in found}.values())


def _values(channel: Channel) -> dict[str, str]:
    return {"organisation": channel.organisation.name, "account": channel.handle, "network": channel.network_name}


def _has_stale_file(channel: Channel) -> bool:
    """One that somebody wrote and nobody looked at for ninety days; where there is none, Today asks for it."""
    newest = Handover.objects.filter(channel=channel).first()
    return newest is not None and not newest.is_fresh


def _ask_for_file(channel: Channel) -> None:
    newest = Handover.objects.get(channel=channel, number=channel.handovers.count())
    values = {**_values(channel), "days": (timezone.now() - newest.at).days}
    link = reverse("channels:handover", args=[channel.pk])
    tell(
        channel.organisation_id,
        addressees(keepers(channel)),
        template="channels/mail/handover",
        values=values,
        link=link,
    )
    record(channel.organisation_id, "remind_handover", subject_of(channel), by=CUSTODY)
