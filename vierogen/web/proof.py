"""The proof of somebody's identity that is strong enough to see a secret: a passkey, or the app with codes.

A password alone is not: it may be the very thing that was stolen. Nor is a recovery code, which lies on paper.
"""

import time
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

STRONG = {"webauthn", "totp"}
# Pages on which it is given, as the adapter names them; the first that the person has is asked for.
STRONG_PAGES = {"mfa_reauthenticate:webauthn": {"webauthn"}, "mfa_reauthenticate": {"totp"}}


@dataclass(frozen=True)
class Proof:
    """Who proved it, in which way, and when (Unix time)."""

    user_id: int
    method: str
    at: float

    def is_fresh(self) -> bool:
        """Was it given a moment ago?"""
        return 0 <= time.time() - self.at < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def holds_for(self, user_id: int) -> bool:
        """Is it fresh, strong, and of this user?"""
        return self.user_id == user_id and self.method in STRONG and self.is_fresh()


def strong_proof(request: HttpRequest) -> Proof | None:
    """The latest one in this session; None where there is none, or none that is fresh."""
    user: Any = request.user
    if not user.is_authenticated:
        return None
    given = [
        Proof(user.pk, str(record.get("type")), float(record["at"]))
        for record in get_authentication_records(request, user)
        if record.get("reauthenticated") and record.get("method") == "mfa"
    ]
    return next((proof for proof in reversed(given) if proof.holds_for(user.pk)), None)


def gave_recovery_code(request: HttpRequest) -> bool:
    """Was a recovery code given in this session a moment ago, to log in or to prove who one is?"""
    records = get_authentication_records(request, request.user) if request.user.is_authenticated else []
    given = [record for record in records if record.get("type") == "recovery_codes"]
    user: Any = request.user
    return any(Proof(user.pk, "recovery_codes", float(record["at"])).is_fresh() for record in given)


def strong_ways(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages on which this person can prove it strongly; none where they have neither passkey nor app."""
    user: Any = request.user
    has = set(user.authenticator_set.values_list("type", flat=True))
    ways = get_adapter(request).get_reauthentication_methods(user)
    return [way for way in ways if has & STRONG_PAGES.get(way["id"], set())]
