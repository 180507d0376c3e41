"""How a source is, in plain words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from vierogen.listening.actions.silence import why_silent
from vierogen.listening.models import Source
from vierogen.listening.sources.mastodon import UNLISTED
from vierogen.listening.sources.webhook import Webhook
from vierogen.listening.states import SourceState

CUT = gettext_noop("Is heard. Not all that came while the connection was cut could be read afterwards.")


@dataclass(frozen=True)
class Health:
    """``state`` as the components know it (ok, look, stop, wait, off); ``text`` is a sentence."""

    state: str
    text: str


def health(source: Source, *, heard: str, now: datetime) -> Health:
    """Of a source; ``heard`` is the state of the organisation's subscription."""
    if heard != SourceState.ACTIVE:
        return Health("off", str(SourceState(heard).label))
    if source.kind == Webhook.key and source.read_at is None:
        return Health("wait", _("Waits for the other program"))
    if source.tried_at is None:
        return Health("wait", _("Is read for the first time in a moment"))
    if source.problem:
        return Health("look" if source.read_at else "stop", _(source.problem))
    if why := why_silent(source, now=now):
        return Health("look", _(why))
    return Health("ok", _(CUT) if source.memory.get(UNLISTED) else _("Is heard"))


def late(source: Source) -> str:
    """How long after it was written its last message was heard, in words; "" where nobody can tell."""
    if source.lag is None:
        return ""
    minutes = round(source.lag / 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 120:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
