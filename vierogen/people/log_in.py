"""Addresses of allauth, less those of things that nobody does here: signing up, and giving oneself an address.

Those on which a second step changes ask for the one that is there.
"""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.utils import timezone

from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.web.doors import everybody, second_step
from vierogen.web.proof import gave_recovery_code


@everybody
def absent(_request: HttpRequest) -> HttpResponse:
    """There is nothing here. The address exists because allauth asks for its name."""
    raise Http404


CLOSED = (
    # Accounts come from invitations.
    r"^signup/$",
    # The address that somebody logs in with is the one at which alarms reach them; an administrator knows it.
    r"^(?:confirm-)?email/",
    # A first password is chosen by a link in the mail, which proves the address.
    r"^password/set/$",
    # An identity of single sign-on is tied to an account by its verified address alone.
    r"^3rdparty/(?:$|signup)",
    # allauth's former addresses.
    r"^social/",
    r"^login/code/",
)


def _has_new_codes(request: HttpRequest) -> bool:
    """Were the recovery codes made a moment ago? After a first passkey or app they are shown without a second proof."""
    since = timezone.now() - timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    made = Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES, created_at__gt=since)
    return bool(made.filter(user_id=request.user.pk).exists())


def _code_will_do(request: HttpRequest) -> bool:
    """A recovery code replaces a lost phone, but not of whoever could then see a secret or open a way to one."""
    if not gave_recovery_code(request):
        return False
    members = Member.objects.current().filter(user=request.user.pk).prefetch_related("held")
    leads = (Right.REVEAL, Right.MANAGE_PEOPLE, Right.MANAGE_ORGANISATION)
    return not any(member.may(right) for member in members for right in leads)


def _may_see_codes(request: HttpRequest) -> bool:
    return _has_new_codes(request) or _code_will_do(request)


SECOND_STEPS = [
    path("totp/activate/", second_step(totp.activate_totp, unless=_code_will_do), name="mfa_activate_totp"),
    path("totp/deactivate/", second_step(totp.deactivate_totp, unless=_code_will_do), name="mfa_deactivate_totp"),
    path(
        "recovery-codes/", second_step(codes.view_recovery_codes, unless=_may_see_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "recovery-codes/download/",
        second_step(codes.download_recovery_codes, unless=_may_see_codes),
        name="mfa_download_recovery_codes",
    ),
    path(
        "recovery-codes/generate/",
        second_step(codes.generate_recovery_codes, unless=_code_will_do),
        name="mfa_generate_recovery_codes",
    ),
]
if settings.MFA_PASSKEY_LOGIN_ENABLED:
    SECOND_STEPS += [
        path("webauthn/add/", second_step(passkeys.add_webauthn, unless=_code_will_do), name="mfa_add_webauthn"),
        path(
            "webauthn/keys/<int:pk>/remove/",
            second_step(passkeys.remove_webauthn, unless=_code_will_do),
            name="mfa_remove_webauthn",
        ),
        path(
            "webauthn/keys/<int:pk>/edit/",
            second_step(passkeys.edit_webauthn, unless=_code_will_do),
            name="mfa_edit_webauthn",
        ),
    ]

urlpatterns = [
    *(re_path(closed, absent) for closed in CLOSED),
    path("2fa/", include(SECOND_STEPS)),
    path("", include("allauth.urls")),
]
