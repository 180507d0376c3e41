"""Sends the headers that keep foreign code out of our pages; Django 5.2 has no such middleware of its own."""

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# No browser feature is used except passkeys and copying to the clipboard.
_PERMISSIONS = ", ".join(
    [
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer",
                "autoplay",
                "browsing-topics",
                "camera",
                "display-capture",
                "encrypted-media",
                "fullscreen",
                "geolocation",
                "gyroscope",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
                "picture-in-picture",
                "usb",
                "xr-spatial-tracking",
            )
        ),
        "clipboard-write=(self)",
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
)


class ContentSecurity:
    """Gives each request a ``csp_nonce`` and each answer a Content-Security-Policy (CSP Level 3) with it.

    Only scripts that carry the nonce run: neither a script in a post nor an uploaded file served
    from our own address can. A view may set its own policy header; it is left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``; the nonce is 128 bits, new for every request."""
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy(nonce))
        # Not "no-referrer": browsers then send "Origin: null" with our forms, which the CSRF check refuses.
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def policy(nonce: str, *, media: str = "") -> str:
    """The policy header's value for one answer; ``media`` is where it may take films from besides our own address."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            # data: for the QR code of the authenticator app.
            "img-src 'self' data:",
            f"media-src 'self' {media}".rstrip(),
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            f"form-action {_form_action()}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _form_action() -> str:
    # Chromium checks the redirect after a form too, and single sign-on starts with one.
    address = urlsplit(settings.OIDC_URL)
    return f"'self' {address.scheme}://{address.netloc}" if address.netloc else "'self'"
