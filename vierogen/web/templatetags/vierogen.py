"""Small helpers that templates cannot express themselves."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from vierogen.web.proving import is_verified

register = template.Library()


@register.filter
def initials(name: str) -> str:
    """One or two capitals for a person's avatar: "Anna de Wit" -> "AD"."""
    words = re.findall(r"[^\W_]+", str(name))
    return "".join(word[0] for word in words[:2]).upper() or "?"


@register.filter
def breakable(handle: str) -> SafeString:
    """A handle that a narrow place breaks after @, dot, underscore or hyphen, not in the middle of a word.

    The @ that it begins with stays with the name.
    """
    pieces = [(piece,) for piece in re.findall(r"^@?[^@._-]+[@._-]?|[^@._-]*[@._-]|[^@._-]+", str(handle))]
    return format_html_join(mark_safe("<wbr>"), "{}", pieces)


@register.filter
def with_handle(sentence: str, handle: str) -> str:
    """A translated sentence of a connector, with the account named in it: see ``Network.by_hand``."""
    return str(sentence).replace("%(handle)s", handle)


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds as minutes and seconds, "1:32"; never negative."""
    left = max(0, int(seconds or 0))
    return f"{left // 60}:{left % 60:02d}"


@register.filter
def lasting(since: datetime) -> str:
    """How long something lasts by now: "2 min 10 s", "1 h 5 min". The script of the page goes on counting."""
    hours, minutes, seconds = pgettext("hours, minutes and seconds, short", "h min s").split()
    count = max(0, int((timezone.now() - since).total_seconds()))
    if count >= 3600:
        return f"{count // 3600} {hours} {count % 3600 // 60} {minutes}"
    return f"{count // 60} {minutes} {count % 60} {seconds}"


@register.filter
def seconds_left(until: datetime) -> int:
    """Whole seconds from now to ``until``, never negative."""
    return max(0, int((until - timezone.now()).total_seconds()))


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago in the largest unit: "3 seconds ago"; "never" for None."""
    if moment is None:
        return pgettext("how long ago", "never")
    seconds = max(0, int((timezone.now() - moment).total_seconds()))
    if seconds < 60:
        words, count = ngettext("%(count)d second ago", "%(count)d seconds ago", seconds), seconds
    elif seconds < 3600:
        count = seconds // 60
        words = ngettext("%(count)d minute ago", "%(count)d minutes ago", count)
    elif seconds < 86400:
        count = seconds // 3600
        words = ngettext("%(count)d hour ago", "%(count)d hours ago", count)
    else:
        count = seconds // 86400
        words = ngettext("%(count)d day ago", "%(count)d days ago", count)
    return words % {"count": count}


@register.filter
def moment(when: datetime | None) -> str:
    """A time as people say it: "today 08:30", "tomorrow 08:30", "Friday 9 January 08:30"."""
    if when is None:
        return ""
    local = timezone.localtime(when)
    return _("%(day)s %(time)s") % {"day": _day(local), "time": date_format(local, "H:i")}


def _day(local: datetime) -> str:
    today = timezone.localdate()
    named = {
        today - timedelta(days=1): _("yesterday"),
        today: _("today"),
        today + timedelta(days=1): _("tomorrow"),
    }
    if local.date() in named:
        return named[local.date()]
    # Translators: a date without time; add the year only where it differs (Django date format letters).
    return date_format(local, _("l j F") if local.year == today.year else _("l j F Y"))


@register.simple_tag(takes_context=True)
def address_with(context: Mapping[str, Any], **changes: Any) -> str:
    """This page's query string with ``changes``; an empty value leaves the name out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("web/unverified.html")
def unverified(network_key: str) -> dict[str, bool]:
    """Says of a network that it was only ever simulated; nothing of one that was seen to work."""
    return {"is_verified": is_verified(network_key)}
