"""How an account on X is taken over.

From X's own pages, as read on 2026-11-28 in stored copies (https://help.x.com/en/...): where the password is changed,
and that it ends every other session (managing-your-account/forgotten-or-lost-password-reset); that unknown apps are
revoked and the e-mail address is looked at (safety-and-security/x-account-compromised); that owners and admins invite
and remove delegates, and only the owner changes the password (managing-your-account/how-to-use-the-delegate-feature).
The path to the connected apps stands on none of them; it agrees with several independent guides of 2023 and later.
"""

from typing import ClassVar

from vierogen.core.words import gettext_noop as _
from vierogen.networks.abilities import Chore, HandedOver


class HandedOverOnX(HandedOver):
    """What people do on X."""

    wants = (("password", _("Without the account's password nobody can log in at X to connect it again.")),)
    new_key_how = _("Log in at X as the account, and connect it again here.")
    old_keys_how = _(
        "On X: Settings and privacy, Security and account access, Apps and sessions, Connected apps. Revoke the "
        "permissions of every app that is not Vierogen."
    )
    chores: ClassVar[tuple[Chore, ...]] = (
        Chore(
            "password",
            _("Change the password"),
            _(
                "On X: Settings and privacy, Your account, Change your password. That ends every other session. Then "
                "put the new one into the vault."
            ),
            kept="password",
        ),
        Chore(
            "sessions",
            _("Log out everywhere else"),
            _("On X: Security and account access, Apps and sessions, Sessions. Nothing but yours may stand there."),
        ),
        Chore(
            "delegates",
            _("Take away who no longer belongs there"),
            _("On X, in a browser: Security and account access, Delegate. Take away members that left."),
        ),
        Chore(
            "email",
            _("Look at e-mail address and phone number"),
            _(
                "On X: Settings and privacy, Your account, Account information. Both must be the organisation's, "
                "nobody's own."
            ),
        ),
    )
