"""App passwords of a Bluesky account: made and made worthless with its main password, which alone can do that.

https://docs.bsky.app/docs/api/com-atproto-server-create-app-password, -list-app-passwords, -revoke-app-password.
Where people click was read on 2026-11-28 in Bluesky's own program (github.com/bluesky-social/social-app,
src/screens/Settings/AccountSettings.tsx and PrivacyAndSecuritySettings.tsx) and in that of its server (the packages
@atproto/pds 0.4.217 and @atproto/oauth-provider-frontend 0.2.9): a new password ends log-ins by password, and neither
app passwords nor apps that logged in by OAuth, which stand on the page /account of the server.
"""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any, ClassVar

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.networks.abilities import Chore, HandedOver, Main, Rotates
from vierogen.networks.asking import answered, told
from vierogen.networks.atproto import SERVER, address_of, error_of, fields_of, handle_of, home_of
from vierogen.networks.base import NetworkError, Opened

# Under this name the key in use stands in Bluesky's list of app passwords, and with the credentials.
NAME = "app_password_name"
_REFUSED: Mapping[str, str] = {
    "AuthenticationRequired": _(
        "Bluesky does not take the password that is in the vault. Fill in the right one there."
    ),
    "AuthFactorTokenRequired": _("Bluesky has sent a code to the account's e-mail address. Fill it in here."),
    "ExpiredToken": _("That code is too old, or not the right one. Look for the newest mail."),
    "InvalidToken": _("That code is too old, or not the right one. Look for the newest mail."),
}


class _Owner:
    """A session of the account's owner, never kept."""

    def __init__(self, opened: Opened, main: Main) -> None:
        self.http = opened.http
        server = address_of(opened.server or opened.credentials.get("server") or SERVER)
        login = {"identifier": handle_of(opened.credentials), "password": main.password}
        if main.code:
            login["authFactorToken"] = main.code.strip()
        with told():
            response = self.http.post(f"{server}/xrpc/com.atproto.server.createSession", json=login)
        if refused := _REFUSED.get(error_of(response)):
            raise NetworkError(refused, detail=f"{response.status_code} {error_of(response)}")
        given = fields_of(answered(response), "accessJwt")
        self.pds = home_of(given.get("didDoc")) or server
        self.headers = {"Authorization": f"Bearer {given['accessJwt']}"}

    def call(self, verb: str, method: str, **options: Any) -> httpx.Response:
        """An authorised call that succeeded."""
        with told():
            response = self.http.request(verb, f"{self.pds}/xrpc/{method}", headers=self.headers, **options)
        return answered(response)


class AppPasswords(HandedOver, Rotates):
    """How a Bluesky account is taken over."""

    wants = (
        (
            "password",
            _("App passwords at Bluesky are made only with the account's main password, so it has to be in the vault."),
        ),
        (
            "recovery_email",
            _("Bluesky sends its codes to the account's e-mail address: somebody has to read that mailbox."),
        ),
    )
    new_key_how = _("Vierogen makes a new app password, tries it, and seals it. The old one goes on working meanwhile.")
    old_keys_how = _(
        "Vierogen makes every other app password of this account worthless. Other programs that post there stop too."
    )
    chores: ClassVar[tuple[Chore, ...]] = (
        Chore(
            "password",
            _("Change the main password"),
            _(
                "In Bluesky: Settings, Account, Password. Bluesky sends a code to the account's e-mail address. "
                "Then put the new password into the vault. Whoever was logged in with the old one is out within two "
                "hours."
            ),
            kept="password",
        ),
        Chore(
            "sessions",
            _("Log out everywhere else"),
            _(
                "Go to bsky.social/account (or the same page of your own server) and log in. Under Connected apps, "
                "revoke access for what you do not know; under My devices, sign out every other one."
            ),
        ),
        Chore(
            "email",
            _("Look at the e-mail address"),
            _(
                "In Bluesky: Settings, Account, Email. It must be a mailbox of the organisation, and nobody's own. "
                "Update email changes it."
            ),
        ),
        Chore(
            "two_factor",
            _("Switch on the code by mail"),
            _("In Bluesky: Settings, Privacy and security, Two-factor authentication (2FA). The code comes by mail."),
        ),
    )

    opened: Opened

    def make_key(self, main: Main) -> Mapping[str, str]:
        name = f"vierogen-{token_hex(4)}"
        made = _Owner(self.opened, main).call("POST", "com.atproto.server.createAppPassword", json={"name": name})
        jetstream = self.opened.credentials.get("jetstream", "")
        kept = {"jetstream": jetstream} if jetstream else {}
        password = str(fields_of(made, "password")["password"])
        return {"handle": self.opened.credentials.get("handle", ""), "app_password": password, NAME: name, **kept}

    def revoke_others(self, main: Main) -> int:
        ours, owner = self.opened.credentials.get(NAME, ""), _Owner(self.opened, main)
        answer = fields_of(owner.call("GET", "com.atproto.server.listAppPasswords"), "passwords")
        names = [str(each.get("name", "")) for each in answer["passwords"]]
        if ours not in names:
            raise NetworkError(_("Bluesky does not list the key that Vierogen uses. Make a new one first."))
        others = [name for name in names if name != ours]
        for name in others:
            owner.call("POST", "com.atproto.server.revokeAppPassword", json={"name": name})
        return len(others)
