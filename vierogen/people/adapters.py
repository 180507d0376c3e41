"""How allauth behaves here: nobody signs up by themselves; who was invited may come in by single sign-on."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come from invitations."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on opens the door only to people who were invited with that address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Never; an existing user with the verified address is matched before this is asked."""
        return False
