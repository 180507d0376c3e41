"""What a browser sends us about itself."""

import json
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from vierogen.notices.push import are_keys

# The first that occurs in the browser's name of itself counts: Edge calls itself Chrome too, Chrome Safari.
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "Chrom": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


class SubscriptionForm(forms.Form):
    """A browser's push subscription: ``PushSubscription.toJSON`` (Push API), or the same fields flat."""

    endpoint = forms.CharField(max_length=500, validators=[URLValidator(schemes=["https", "http"])])
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)

    def clean(self) -> dict[str, Any]:
        """Refuse keys that could not be encrypted to."""
        values = super().clean() or {}
        if not self.errors and not are_keys(values["p256dh"], values["auth"]):
            raise forms.ValidationError(_("These are not the keys of a browser."))
        return values


def subscription_in(request: HttpRequest) -> SubscriptionForm:
    """The form filled with what was posted, as JSON or as fields."""
    if request.content_type != "application/json":
        return SubscriptionForm(request.POST)
    try:
        told = json.loads(request.body)
        return SubscriptionForm({"endpoint": told["endpoint"], **told["keys"]})
    except (ValueError, KeyError, TypeError):
        return SubscriptionForm(QueryDict())


def device_name(request: HttpRequest) -> str:
    """What people call the browser that asks, e.g. ``Firefox, Android``; empty if unknown."""
    agent = request.headers.get("User-Agent", "")
    names = (next((name for mark, name in table.items() if mark in agent), "") for table in (_BROWSERS, _SYSTEMS))
    return ", ".join(name for name in names if name)
