"""The report of a departure, to keep: what was held, who took it, and when."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.people.holding import holdings
from vierogen.people.models import Departure, Task
from vierogen.people.states import DepartureState
from vierogen.web.paper import Chapter, Paper


def report_of(departure: Departure) -> Paper:
    """The paper, as things are at this moment."""
    member = departure.member
    titles = {holding.key: holding.title for holding in holdings()}
    tasks = list(departure.tasks.select_related("done_by__user", "taken_by__user"))
    told = {"name": member.name, "day": date_format(departure.last_day)}
    return Paper(
        title=_("Departure of %(name)s") % told,
        under=_("%(organisation)s. Last day: %(day)s") % {**told, "organisation": member.organisation.name},
        chapters=[
            Chapter(_("How it stands"), text=[_standing(departure, tasks)]),
            Chapter(_("Ended at once"), text=_at_once_head(departure), lines=_at_once(departure, titles)),
            Chapter(
                _("What they held"),
                text=[] if tasks else [_("Nothing.")],
                heads=[_("Kind"), _("What"), _("Who took it, and when")] if tasks else [],
                rows=[[titles.get(task.kind, task.kind), task.title, _how(task)] for task in tasks],
            ),
        ],
    )


def _standing(departure: Departure, tasks: list[Task]) -> str:
    if departure.state == DepartureState.CLOSED and departure.closed_at:
        who = departure.closed_by.name if departure.closed_by else "Vierogen"
        told = {"who": who, "at": _moment(departure.closed_at)}
        return _("Closed by %(who)s, %(at)s: nothing was left.") % told
    if departure.state == DepartureState.CALLED_OFF:
        return str(departure.get_state_display())
    count = sum(task.done_at is None for task in tasks)
    return ngettext("%(count)d thing is left.", "%(count)d things are left.", count) % {"count": count}


def _at_once_head(departure: Departure) -> list[str]:
    if departure.ended_at is None:
        return [_("Not yet: access lasts until the end of the last day.")]
    return [_("At %(at)s, in the same moment as the access.") % {"at": _moment(departure.ended_at)}]


def _at_once(departure: Departure, titles: dict[str, str]) -> list[str]:
    return [f"{titles.get(key, key)}: {count}" for key, count in sorted(departure.ended.items())]


def _how(task: Task) -> str:
    if task.done_at is None:
        return _("still open")
    at = _moment(task.done_at)
    if task.taken_by:
        return _("%(name)s, %(at)s") % {"name": task.taken_by.name, "at": at}
    return _("done, %(at)s") % {"at": at}


def _moment(at: datetime) -> str:
    """With its date: on paper nobody knows what "today" was."""
    return date_format(timezone.localtime(at), "j F Y H:i")
