"""What a member holds in this room and in the rooms below, which know no people."""

import json
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.core.sealing import SealedRows, SealError, Turn
from vierogen.ledger.moves import subject_of
from vierogen.notices.models import Message
from vierogen.people import leaving
from vierogen.people.adapters import SECOND_STEP, as_sealed, as_text
from vierogen.people.holding import Held, Holding
from vierogen.people.models import Member

STAYS = {
    "people.Member.user": "the membership itself, with its last day",
    "people.RoleHeld.member": "which roles they had; nobody has a right after the last day",
    "people.User_groups.user": "groups are not used: rights hang on memberships",
    "people.User_user_permissions.user": "not used either",
    "account.EmailAddress.user": "who they are; it opens nothing",
    "socialaccount.SocialAccount.user": "who they are at the organisation's own log-in; it opens nothing here",
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
