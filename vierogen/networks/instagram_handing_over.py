"""How a professional account on Instagram is taken over: https://www.facebook.com/business/help."""

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
        "whoever left? Then an administrator of the business portfolio first gives somebody that task."
    )
    old_keys_how = _(
        "At Facebook, whoever left had given Vierogen access: in the business portfolio, Settings, People, take that "
        "person away. Their key ends with it."
    )
    chores: ClassVar[tuple[Chore, ...]] = (
        Chore(
            "people",
            _("Look who manages page and portfolio"),
            _("In the business portfolio: Settings, People and Partners. Two administrators or more, nobody who left."),
        ),
        Chore(
            "password",
            _("Change the password of Instagram"),
            _("In the app: Accounts Center, Password and security, Change password. Then put it into the vault."),
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
