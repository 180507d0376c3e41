"""How an account on X is taken over: https://help.x.com/en/managing-your-account/."""

from typing import ClassVar

from vierogen.core.words import gettext_noop as _
from vierogen.networks.abilities import Chore, HandedOver


class HandedOverOnX(HandedOver):
    """What people do on X."""

    wants = (("password", _("Without the account's password nobody can log in at X to connect it again.")),)
    new_key_how = _("Log in at X as the account, and connect it again here.")
    old_keys_how = _(
        "On X: Settings, Security and account access, Apps and sessions, Connected apps. Take away every app that is "
        "not Vierogen."
    )
    chores: ClassVar[tuple[Chore, ...]] = (
        Chore(
            "password",
            _("Change the password"),
            _("On X: Settings, Your account, Change your password. Then put the new one into the vault."),
            kept="password",
        ),
        Chore("sessions", _("Log out everywhere else"), _("On X: Apps and sessions, Sessions, log out of all others.")),
        Chore(
            "delegates",
            _("Take away who no longer belongs there"),
            _("On X: Security and account access, Delegate. Take away members that left."),
        ),
        Chore(
            "email",
            _("Look at e-mail address and phone number"),
            _("On X: Settings, Your account, Account information. Both must be the organisation's, nobody's own."),
        ),
    )
