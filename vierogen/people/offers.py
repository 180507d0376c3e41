"""What a member holds in this room and in the rooms below, which know no people."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.ledger.moves import subject_of
from vierogen.notices.models import Message
from vierogen.people import leaving
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
