"""How a professional account on Instagram is taken over.

People and access in a business portfolio, as Meta's own page told it on 2026-11-28 in a stored copy: people with full
control invite and remove others under Settings, People, in Meta Business Suite
(https://www.facebook.com/business/help/2169003770027706). Meta's pages about the Accounts Center
(https://help.instagram.com) could not be read; those paths agree with several independent guides of 2023 and later.
"""

from typing import ClassVar

from vierogen.core.words import gettext_noop as _
from vierogen.networks.abilities import Chore, HandedOver


class HandedOverOnInstagram(HandedOver):
    """What people do at Meta."""

    wants = (
        ("password", _("Without the account's password nobody can end the sessions in the app on other phones.")),
        ("recovery_codes", _("Instagram asks for a code of the app. Recovery codes help when that phone is gone.")),
    )
    new_key_how = _(
        "Log in at Facebook as somebody who manages the page of this account, and connect it again here. Is that only "
        "whoever left? Then somebody with full control of the business portfolio first gives another person access."
    )
    old_keys_how = _(
        "At Facebook, whoever left had given Vierogen access: in Meta Business Suite, Settings, People, take that "
        "person out of the portfolio. Their key ends with it."
    )
    chores: ClassVar[tuple[Chore, ...]] = (
        Chore(
            "people",
            _("Look who manages page and portfolio"),
            _(
                "In Meta Business Suite: Settings, People, and Partners. Two people or more with full control, and "
                "nobody who left."
            ),
        ),
        Chore(
            "password",
            _("Change the password of Instagram"),
            _(
                "In the app: Accounts Center, Password and security, Change password. Tick that other devices are "
                "logged out. Then put the new one into the vault."
            ),
            kept="password",
        ),
        Chore(
            "sessions",
            _("Log out everywhere else"),
            _("In the Accounts Center: Password and security, Where you're logged in."),
        ),
        Chore(
            "email",
            _("Look at e-mail address and phone number"),
            _("In the Accounts Center: Personal details. Both must be the organisation's, nobody's own."),
        ),
    )
