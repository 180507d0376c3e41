"""Tokens of a Mastodon account: a person makes them; with its application's key and secret one can revoke itself.

https://docs.joinmastodon.org/methods/oauth/#revoke. No method makes a token without a person who logs in.
Where people click was read on 2026-11-28 in Mastodon's own program (github.com/mastodon/mastodon,
config/navigation.rb; app/views/auth/registrations/edit.html.haml; registrations_controller.rb and
passwords_controller.rb in app/controllers/auth): a password changed in the settings ends every other browser's log-in
and no token, one set by "Forgot your password?" ends all tokens too.
"""

from typing import ClassVar

from vierogen.core.words import gettext_noop as _
from vierogen.networks.abilities import Chore, HandedOver, Revokes
from vierogen.networks.asking import ask
from vierogen.networks.base import Field, Opened

# With these the token that came along can be revoked from here.
TOKEN_OF = (
    Field(
        "client_key",
        _("Client key"),
        help=_("It stands above the access token. With key and secret, a takeover can end this token by itself."),
        secret=True,
        optional=True,
    ),
    Field("client_secret", _("Client secret"), secret=True, optional=True),
)


class TokensOfMastodon(HandedOver, Revokes):
    """How an account on Mastodon is taken over."""

    revokes_with = ("client_key", "client_secret")
    wants = (("password", _("Without the account's password nobody can log in there to make a new token.")),)
    new_key_how = _(
        "Log in at the server as the account. Under Preferences, Development, make a new application (read, write), "
        "and connect the account again here with its token."
    )
    old_keys_how = _(
        "At the server: Preferences, Development, delete the old application. Then Account, Authorized apps: take "
        "away every app that you do not know."
    )
    chores: ClassVar[tuple[Chore, ...]] = (
        Chore(
            "password",
            _("Change the password"),
            _(
                "At the server: Preferences, Account, Account settings. Do not do it by way of a forgotten password: "
                "that would end the new key too. Then put the new one into the vault."
            ),
            kept="password",
        ),
        Chore(
            "sessions",
            _("Log out everywhere else"),
            _(
                "At the server: Preferences, Account, Account settings: under Sessions, revoke every other one. Then "
                "Authorized apps: apps on phones stay logged in until you revoke them there. Leave the application "
                "that you made for Vierogen."
            ),
        ),
        Chore(
            "two_factor",
            _("Set up the codes anew"),
            _("At the server: Preferences, Account, Two-factor auth. Then put the new key for codes into the vault."),
            kept="otp_seed",
        ),
        Chore(
            "email",
            _("Look at the e-mail address"),
            _(
                "At the server: Preferences, Account, Account settings. It must be a mailbox of the organisation, and "
                "nobody's own."
            ),
        ),
    )

    opened: Opened

    def revoke(self) -> None:
        credentials = self.opened.credentials
        told = {
            "client_id": credentials.get("client_key", ""),
            "client_secret": credentials.get("client_secret", ""),
            "token": credentials.get("token", "").strip(),
        }
        ask(self.opened.http, "POST", f"{self.opened.server}/oauth/revoke", data=told)
