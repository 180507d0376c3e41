"""The handover file of an account: what somebody has to know who answers for it from tomorrow."""

from abc import ABC, abstractmethod
from typing import ClassVar

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vierogen.channels.custody import Custody
from vierogen.channels.models import Channel, Handover
from vierogen.core.plugins import offered
from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.web.paper import Chapter, Paper

WRITTEN = ("tone", "contacts", "rhythm", "conversations")


class HandoverSection(ABC):
    """A part of the file that a room knows by itself; offered in its ``offers.py``."""

    key: ClassVar[str]

    @property
    @abstractmethod
    def title(self) -> str:
        """What it is about."""

    @abstractmethod
    def lines(self, channel: Channel) -> list[str]:
        """What is to be known now, in plain sentences; never a secret."""


def newest(channel: Channel) -> Handover | None:
    """The version that holds; None where nobody wrote one."""
    return Handover.objects.filter(channel=channel).select_related("by__user").first()


@transaction.atomic
def refresh(channel: Channel, *, by: Member, **told: str) -> Handover:
    """Write the next version, or say with the same words that they still hold."""
    insist(by, Right.CONNECT, organisation_id=channel.organisation_id)
    Channel.objects.select_for_update(of=("self",), no_key=True).get(pk=channel.pk)
    last = newest(channel)
    written = {field: told.get(field, "").strip() for field in WRITTEN}
    row = Handover.objects.create(channel=channel, number=last.number + 1 if last else 1, by=by, **written)
    record(channel.organisation_id, "refresh_handover", subject_of(channel), by=by, facts={"number": row.number})
    return row


def chapters_of(channel: Channel) -> list[Chapter]:
    """Everything that the file says now, in the reader's language."""
    row = newest(channel)
    found = [_written(row, field) for field in WRITTEN] if row else []
    found.append(Chapter(title=_("Who answers for it"), lines=[_custodians(channel)]))
    sections = offered(HandoverSection)  # type: ignore[type-abstract]
    for key in sorted(sections):
        section = sections[key]()
        lines = section.lines(channel)
        found.append(
            Chapter(title=section.title, lines=lines) if lines else Chapter(section.title, text=[_("Nothing.")])
        )
    return found


def _written(row: Handover, field: str) -> Chapter:
    title, told = str(Handover._meta.get_field(field).verbose_name), getattr(row, field)  # type: ignore[union-attr]
    return Chapter(title=title, text=[line for line in told.splitlines() if line.strip()] or [_("Not written yet.")])


def _custodians(channel: Channel) -> str:
    return Custody.of(channel.custodians.able().with_members()).named()


def paper_of(channel: Channel) -> Paper:
    """The file to print."""
    row = newest(channel)
    told = {"organisation": channel.organisation.name}
    under = _("%(organisation)s. Nobody wrote anything down yet.") % told
    if row:
        told |= {"name": row.by.name, "day": date_format(row.at.astimezone(channel.organisation.zone), "j F Y")}
        under = _("%(organisation)s. Last refreshed on %(day)s by %(name)s.") % told
    title = _("Handover file of %(account)s") % {"account": str(channel)}
    return Paper(title=title, under=under, chapters=chapters_of(channel))
