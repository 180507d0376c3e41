"""What a member holds in this room and in the rooms below, which know no people."""

import json
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.core.sealing import SealedRows, SealError, Turn
from vierogen.ledger.moves import subject_of
from vierogen.notices.models import Message
from vierogen.people import leaving, standing_in
from vierogen.people.actions import guide
from vierogen.people.adapters import SECOND_STEP, as_sealed, as_text
from vierogen.people.holding import Held, Holding, number_of
from vierogen.people.models import Absence, Member

STAYS = {
    "people.Member.user": "the membership itself, with its last day",
    "people.RoleHeld.member": "which roles they had; nobody has a right after the last day",
    "people.User_groups.user": "groups are not used: rights hang on memberships",
    "people.User_user_permissions.user": "not used either",
    "account.EmailAddress.user": "who they are; it opens nothing",
    "socialaccount.SocialAccount.user": "who they are at the organisation's own log-in; it opens nothing here",
    "people.Absence.made_by": "who wrote it down",
    "people.Departure.member": "who leaves",
    "people.Departure.begun_by": "who began it",
    "people.Departure.closed_by": "who closed it",
    "people.Partnership.asked_by": "who asked the other organisation",
    "people.Partnership.agreed_by": "who said yes to it",
    "people.Partnership.ended_by": "who ended it",
    "people.Task.done_by": "who did it",
    "people.Task.taken_by": "who took it",
    "notices.AlarmStep.user_id": "whom an alarm called; forgotten after 90 days",
}


class WaysIn(Holding):
    """Open sessions, password, passkeys, apps with codes: ended at once, unless they belong elsewhere too."""

    key = "people.ways_in"
    covers = ("mfa.Authenticator.user",)
    ends_at_once = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Ways to log in")

    def held_by(self, member: Member) -> list[Held]:
        """One line with how many there are."""
        count = leaving.ways_in(member)
        told = ngettext("%(count)d session, password or passkey", "%(count)d sessions, passwords and passkeys", count)
        asks = _("Ends by itself as soon as the membership does.")
        page = reverse("people:member", args=[member.pk])
        return [Held(subject_of(member), told % {"count": count}, asks, page)] if count else []

    def let_go(self, member: Member) -> int:
        """Shut them."""
        return leaving.shut(member)


class Devices(Holding):
    """Browsers that show our notices, and notices on their way."""

    key = "people.devices"
    covers = ("notices.PushSubscription.user_id", "notices.Message.user_id")
    ends_at_once = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Notices")

    def held_by(self, member: Member) -> list[Held]:
        """One line with how many there are."""
        waiting = Message.objects.filter(
            user_id=member.user_id, organisation_id=member.organisation_id, next_at__isnull=False
        )
        count = leaving.devices(member) + waiting.count()
        told = ngettext("%(count)d device or mail on its way", "%(count)d devices and mails on their way", count)
        asks = _("Ends by itself as soon as the membership does.")
        page = reverse("people:member", args=[member.pk])
        return [Held(subject_of(member), told % {"count": count}, asks, page)] if count else []

    def let_go(self, member: Member) -> int:
        """Tell them nothing any more."""
        return leaving.fall_silent(member)


def _until(absence: Absence) -> str:
    told = {"name": absence.member.name, "from": date_format(absence.starts), "until": date_format(absence.ends)}
    return _("%(name)s, from %(from)s until %(until)s") % told


class Absences(Holding):
    """Days on which they are away: over as soon as they left for good."""

    key = "people.absences"
    covers = ("people.Absence.member",)
    ends_at_once = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Their own absences")

    def held_by(self, member: Member) -> list[Held]:
        """Each that is not over."""
        asks, page = _("Ends by itself as soon as the membership does."), reverse("people:absence", args=[member.pk])
        return [Held(subject_of(row), _until(row), asks, page) for row in standing_in.to_come(member)]

    def let_go(self, member: Member) -> int:
        """Forget them."""
        count: int = member.absences.count()
        member.absences.all().delete()
        return count


class StandsIn(Holding):
    """Colleagues for whom they stand in."""

    key = "people.stands_in"
    covers = ("people.Absence.stand_in",)
    can_hand_over = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Colleagues for whom they stand in")

    def held_by(self, member: Member) -> list[Held]:
        """Each absence that is not over."""
        rows = Absence.objects.filter(stand_in=member).to_come(member.organisation.today()).with_people()
        asks = _("Somebody else stands in.")
        return [
            Held(subject_of(row), _until(row), asks, reverse("people:absence", args=[row.member_id])) for row in rows
        ]

    def hand_over(self, member: Member, subject: str, *, to: Member, by: Member) -> None:
        """Let ``to`` stand in."""
        absence = Absence.objects.filter(stand_in=member).with_people().get(pk=number_of(subject))
        standing_in.give(absence, to=to, by=by)


class Trainees(Holding):
    """Trainees of whom this member is the one who knows what they are busy with."""

    key = "people.trainees"
    covers = ("people.Member.guide",)
    can_hand_over = True

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("Trainees whom they guide")

    def held_by(self, member: Member) -> list[Held]:
        """Each trainee who is still here."""
        asks = _("Somebody else knows what they are busy with.")
        return [
            Held(subject_of(each), each.name, asks, reverse("people:member", args=[each.pk]))
            for each in member.guides.select_related("user", "organisation")
            if each.is_current
        ]

    def hand_over(self, member: Member, subject: str, *, to: Member, by: Member) -> None:
        """Let ``to`` guide them."""
        guide(member.guides.select_related("user", "organisation").get(pk=number_of(subject)), by_whom=to, by=by)


class Invitations(Holding):
    """Invitations that they sent, with which somebody can still come in."""

    key = "people.invited"
    covers = ("people.Member.invited_by",)

    @property
    def title(self) -> str:
        """The kind in words, plural."""
        return _("People whom they invited, and who never came in")

    def held_by(self, member: Member) -> list[Held]:
        """Each who is still awaited."""
        asks = _("Send the invitation again if you stand for it yourself. Else end the access.")
        rows = member.invited.current().select_related("user", "organisation").prefetch_related("held").order_by("pk")
        return [
            Held(subject_of(each), _invited(each), asks, reverse("people:member", args=[each.pk]))
            for each in rows
            if each.is_awaited
        ]


def _invited(member: Member) -> str:
    return _("%(name)s (%(roles)s)") % {"name": member.name, "roles": ", ".join(member.role_names()).lower()}


class SecondStepRows(SealedRows):
    """Seeds of authenticator apps and of recovery codes; allauth keeps each as a text among other things."""

    key = "people.second_step"

    def key_ids(self) -> set[str]:
        """See ``SealedRows``."""
        if Authenticator._meta.db_table not in connection.introspection.table_names():
            return set()
        return {key_id for row in self._rows() for key_id in _needed(row.data)}

    def rewrap(self, turn: Turn, *, to: str, at_most: int) -> int:
        """See ``SealedRows``."""
        waiting = [row.pk for row in self._rows() if _needed(row.data) - {to}][:at_most]
        with transaction.atomic():
            rows = Authenticator.objects.select_for_update(skip_locked=True).filter(pk__in=waiting).order_by("pk")
            return sum(self._turned(row, turn, to) for row in rows)

    def _rows(self) -> Any:
        return Authenticator.objects.exclude(pk__in=self.damaged).order_by("pk")

    def _turned(self, row: Authenticator, turn: Turn, to: str) -> bool:
        try:
            row.data = _with_each(row.data, turn, to)
        except SealError:
            self.damaged.add(row.pk)
            return False
        row.save(update_fields=["data"])
        return True


def _texts(value: Any) -> list[str]:
    """Every sealed text in what allauth keeps."""
    parts = value if isinstance(value, list) else [value]
    return [part for part in parts if isinstance(part, str) and _is_sealed(part)]


def _is_sealed(text: str) -> bool:
    try:
        told = json.loads(text)
    except ValueError:
        return False
    return isinstance(told, list) and len(told) == 3 and all(isinstance(part, str) for part in told)


def _needed(data: dict[str, Any]) -> set[str]:
    return {as_sealed(text).key_id for value in data.values() for text in _texts(value)}


def _with_each(data: dict[str, Any], turn: Turn, to: str) -> dict[str, Any]:
    def turned(part: Any) -> Any:
        if not isinstance(part, str) or not _is_sealed(part) or as_sealed(part).key_id == to:
            return part
        return as_text(turn(as_sealed(part), SECOND_STEP))

    return {
        name: [turned(part) for part in value] if isinstance(value, list) else turned(value)
        for name, value in data.items()
    }
