"""How allauth behaves here: nobody signs up; who was invited may come in by single sign-on; mails go our way."""

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vierogen.core import sealing
from vierogen.people import proving
from vierogen.people.models import User

WAYS = {
    "mfa_reauthenticate:webauthn": gettext_noop("Use a passkey"),
    "mfa_reauthenticate": gettext_noop("Use the app with codes"),
    "reauthenticate": gettext_noop("Use your password"),
}
# Bound to what it is for: a sealed credential of a channel does not open here.
SECOND_STEP = b"second step of a log-in"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come from invitations, and mails wait in the outbox until the mail server takes them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send the address on which a new password is chosen."""
        kept = {"uidb36": context["uid"], "key": context["key"]}
        proving.send_password_link(user, link=reverse("account_reset_password_from_key", kwargs=kept))

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell ``user`` that their way of logging in has changed."""
        proving.tell_of_change(user, what=template_prefix)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The ways in which ``user`` can prove again who they are, in our words; a passkey first, as the safest."""
        known = {way["id"]: way for way in super().get_reauthentication_methods(user)}
        return [{**known[key], "description": _(words)} for key, words in WAYS.items() if key in known]


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on opens the door only to people who were invited with that address."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse everything but logging in: nobody ties a second identity to an account by themselves."""
        if sociallogin.state.get("process", "login") != "login":
            raise ImmediateHttpResponse(render(request, "404.html", status=404))

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """Whoever was invited with an address of which the provider says that it is this person's."""
        address, is_verified = _claimed(sociallogin)
        user = User.objects.filter(email=address).first() if address and is_verified else None
        if user is None:
            return None
        proving.believe_address(user)
        return user, user.email

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: says plainly that, and why, this person does not get in."""
        address, is_verified = _claimed(sociallogin)
        told = {"address": address, "is_verified": is_verified, "provider": settings.OIDC_NAME}
        raise ImmediateHttpResponse(render(request, "people/not_invited.html", told, status=403))


def _claimed(sociallogin: Any) -> tuple[str, bool]:
    """The address that the provider tells, in lower case, and whether it vouches for it.

    OpenID Connect Core 1.0, 5.1: ``email_verified`` is a boolean. A text such as "false" counts for nothing.
    """
    told = sociallogin.account.extra_data
    claims = told.get("userinfo") or told.get("id_token") or {}
    address, verified = str(claims.get("email") or "").strip(), claims.get("email_verified")
    # Outside ASCII, two different addresses can have the same lower case (the Kelvin sign becomes a k).
    is_verified = address.isascii() and (verified is True or (verified is None and settings.OIDC_TRUST_ADDRESSES))
    return address.lower(), is_verified


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys belong to our public name; seeds of authenticator apps are sealed in the database."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name that a passkey is bound to (WebAuthn level 2, 5.4.2), whatever name the page was opened by."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "localhost", "name": "Vierogen"}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        """What a new passkey is called until its owner says otherwise."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def encrypt(self, text: str) -> str:
        """Seal a seed with the key that lives outside the database."""
        key, _keys = sealing.keyring(settings.KEY_FILE, old=settings.OLD_KEY_FILES)
        return as_text(sealing.seal(text.encode(), key=key, context=SECOND_STEP))

    def decrypt(self, encrypted_text: str) -> str:
        """Open what ``encrypt`` sealed. Raises ``SealError``."""
        _key, keys = sealing.keyring(settings.KEY_FILE, old=settings.OLD_KEY_FILES)
        return sealing.unseal(as_sealed(encrypted_text), keys=keys, context=SECOND_STEP).decode()


def as_text(sealed: sealing.Sealed) -> str:
    """A sealed seed as allauth can keep it."""
    parts = (base64.b64encode(part).decode() for part in (sealed.wrapped, sealed.ciphertext))
    return json.dumps([sealed.key_id, *parts])


def as_sealed(text: str) -> sealing.Sealed:
    """What ``as_text`` made."""
    key_id, wrapped, ciphertext = json.loads(text)
    return sealing.Sealed(key_id, base64.b64decode(wrapped), base64.b64decode(ciphertext))
