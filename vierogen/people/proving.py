"""What follows when somebody proves, or wants to prove in another way, who they are."""

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.models import Member, User

# What allauth reports, by the name that it gives it.
CHANGES = {
    "account/email/password_changed": gettext_noop("Your password was changed."),
    "account/email/password_reset": gettext_noop("You have a new password, chosen through a link in a mail."),
    "mfa/email/totp_activated": gettext_noop("An app with codes was connected."),
    "mfa/email/totp_deactivated": gettext_noop("The app with codes was disconnected."),
    "mfa/email/webauthn_added": gettext_noop("A passkey was added."),
    "mfa/email/webauthn_removed": gettext_noop("A passkey was removed."),
    "mfa/email/recovery_codes_generated": gettext_noop("New recovery codes were made."),
    "socialaccount/email/account_connected": gettext_noop(
        "You logged in through your organisation for the first time."
    ),
}


def _place_of(user: User) -> Member | None:
    """A current membership of ``user``; who has none is told nothing."""
    rows = Member.objects.filter(user=user).select_related("user", "organisation").order_by("pk")
    return next((member for member in rows if member.is_current), None)


def send_password_link(user: User, *, link: str) -> None:
    """Send ``user`` the path on which a new password is chosen.

    Who logs in through the organisation alone gets no link: a password would be a way around it.
    """
    if (member := _place_of(user)) is None:
        return
    only_single_sign_on = not user.has_usable_password() and SocialAccount.objects.filter(user=user).exists()
    template = "people/mail/no_password" if only_single_sign_on else "people/mail/new_password"
    values = {"organisation": member.organisation.name, "provider": settings.OIDC_NAME, "action": _action(user)}
    tell(
        member.organisation_id,
        addressees([member]),
        template=template,
        values=values,
        link="" if only_single_sign_on else link,
    )


def _action(user: User) -> str:
    with override(user.language):
        return _("Choose a new password")


def tell_of_change(user: User, *, what: str) -> None:
    """Tell ``user`` that something about their log-in changed; ``what`` is one of ``CHANGES``."""
    if (member := _place_of(user)) is None:
        return
    with override(user.language):
        values = {"what": _(CHANGES[what]), "organisation": member.organisation.name}
    tell(member.organisation_id, addressees([member]), template="people/mail/log_in_changed", values=values)


@transaction.atomic
def believe_address(user: User) -> None:
    """The provider of single sign-on vouched for the address, so a password of this account was not a stranger's."""
    known = {"verified": True, "primary": True}
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults=known)
