"""Pages on which an administrator looks after the checks: what each does here, how it fares, what is our own."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST

from vierogen.people.models import Organisation
from vierogen.people.requests import member_of
from vierogen.people.roles import Right
from vierogen.posts.actions import settling
from vierogen.posts.actions.checking import details_of, levels_of
from vierogen.posts.actions.heeding import Use, use_of_checks
from vierogen.posts.checking_forms import LevelsForm, OwnDetailsForm
from vierogen.posts.checks.base import Check, Extra, Level
from vierogen.posts.checks.extras import is_installed, missing
from vierogen.posts.checks.running import checks
from vierogen.web.doors import needs

EXTRAS = {
    Extra.VISION: gettext_noop("what is seen and read in pictures"),
    Extra.NAMES: gettext_noop("names of people in a text"),
}
# What the findings weigh, as people say it of a check.
WEIGHTS = {
    Level.STOP: gettext_noop("stops"),
    Level.LOOK: gettext_noop("points out"),
    Level.OFF: gettext_noop("off"),
}
LOWER = {
    Level.LOOK: gettext_noop("Let it only point out"),
    Level.OFF: gettext_noop("Switch it off"),
}


@dataclass(frozen=True)
class Line:
    """One check on the page. ``field`` is None where it cannot be changed, ``lower`` where nothing is proposed."""

    check: Check
    title: str
    why: str
    field: BoundField | None
    is_here: bool
    use: Use
    lower: Level | None
    label: str

    @property
    def proposal(self) -> str:
        """The words on the button, "" where there is none."""
        return _(LOWER[self.lower]) if self.lower else ""


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION)
def settings(request: HttpRequest) -> HttpResponse:
    """Every check: what it does here, what it does as usual, and how it fared."""
    organisation = member_of(request).organisation
    levels = levels_of(organisation)
    form = LevelsForm(request.POST or None, levels=levels)
    if request.method == "POST" and form.is_valid():
        changed = settling.set_levels(organisation, form.levels(), by=member_of(request))
        messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
        return redirect("posts:checks")
    context = {
        "form": form,
        "lines": _lines(form, levels, use_of_checks(organisation)),
        "extras": [_extra(extra, without) for extra, without in missing(checks().values()).items()],
        "tabs": _tabs("posts:checks"),
    }
    return render(request, "posts/checks.html", context, status=422 if form.errors else 200)


def _lines(form: LevelsForm, levels: dict[str, Level], used: dict[str, Use]) -> list[Line]:
    every = [_line(form, key, check, levels.get(key), used.get(key, Use())) for key, check in checks().items()]
    return sorted(every, key=lambda line: (not line.lower, line.title.casefold()))


def _line(form: LevelsForm, key: str, check: Check, level: Level | None, use: Use) -> Line:
    lower = settling.lower_of(check, level) if use.is_mostly_overridden else None
    title = _(check.title)
    return Line(
        check=check,
        title=title,
        why=_(check.why),
        field=form[f"level_{key}"] if check.passable else None,
        is_here=check.needs is None or is_installed(check.needs),
        use=use,
        lower=lower,
        label=_("Approved all the same: %(check)s") % {"check": title},
    )


def _extra(extra: Extra, without: list[Check]) -> dict[str, Any]:
    titles = sorted((_(check.title) for check in without), key=str.casefold)
    return {"command": f"requirements/setup run {extra.value}", "does": _(EXTRAS[extra]), "checks": ", ".join(titles)}


def _tabs(current: str) -> list[dict[str, Any]]:
    pages = (("posts:checks", _("What they do")), ("posts:own_details", _("What is your own")))
    return [{"url": reverse(name), "label": label, "current": name == current} for name, label in pages]


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def demote(request: HttpRequest) -> HttpResponse:
    """Let one check weigh a step less."""
    member = member_of(request)
    key, _sign, to = request.POST.get("check", "").partition(":")
    try:
        now = settling.demote(member.organisation, key, to=to, by=member)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        told = {"check": _(checks()[key].title), "weight": _(WEIGHTS[now])}
        messages.success(request, _("Saved. “%(check)s” from now on: %(weight)s.") % told)
    return redirect("posts:checks")


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION)
def own_details(request: HttpRequest) -> HttpResponse:
    """What is the organisation's own, so that no check takes it for somebody's secret."""
    member = member_of(request)
    organisation = Organisation.objects.get(pk=member.organisation_id)
    form = OwnDetailsForm(request.POST or None, instance=details_of(organisation))
    if request.method == "POST" and form.is_valid():
        settling.change_own_details(organisation, by=member, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("posts:own_details")
    context = {"form": form, "domains": organisation.domains(), "tabs": _tabs("posts:own_details")}
    return render(request, "posts/own_details.html", context, status=422 if form.errors else 200)
