"""Pages of drills: choose one, take part in it, and see afterwards how it went."""

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.posts.actions.checking import preview_findings
from vierogen.posts.actions.content import Content
from vierogen.posts.views.noticed import Noticed, noticed_while_writing
from vierogen.practice.actions import drilling
from vierogen.practice.forms import StatementForm
from vierogen.practice.measuring import moments, strays, words
from vierogen.practice.models import Drill
from vierogen.practice.scenario import account_name, marked, scenarios
from vierogen.watch.models import Stray
from vierogen.web.doors import needs
from vierogen.web.templatetags.vierogen import clock

# So many earlier drills are enough to see whether it goes better.
EARLIER = 20
LOOKS = {"seen": "info", "mistaken": "stop", "incident": "info"}


class Line(NamedTuple):
    """A moment of a drill in words; ``seconds`` from the post, "" for what has not happened."""

    look: str
    words: str
    who: str
    seconds: str


class Result(NamedTuple):
    """A drill that is over, in a line of the list."""

    drill: Drill
    title: str
    times: list[tuple[str, str]]


@require_GET
@needs(Right.SEE)
def listing(request: HttpRequest) -> HttpResponse:
    """What can be practised, what is going on, and how it went before."""
    member = member_of(request)
    rows = Drill.objects.visible_to(member).select_related("led_by__user")
    context = {
        "going_on": rows.open().first(),
        "choices": [{"key": key, "title": one.title, "situation": one.situation} for key, one in _sorted()],
        "results": [_result(row) for row in rows.exclude(pk__in=rows.open())[:EARLIER]],
        "may_lead": member.may(Right.MANAGE_ORGANISATION),
    }
    return render(request, "practice/drills/list.html", context)


def _sorted() -> list[tuple[str, Any]]:
    return sorted(scenarios().items(), key=lambda found: str(found[1].title))


def _result(drill: Drill) -> Result:
    named = {"seen": _("seen"), "answered": _("answered"), "gone": _("gone"), "statement": _("statement")}
    times = [
        (name, clock(took) if took is not None else "–") for key, name in named.items() for took in [drill.took(key)]
    ]
    return Result(drill, _title(drill), times if drill.started_at else [])


def _title(drill: Drill) -> str:
    return str(drill.plays.title) if drill.plays else drill.scenario


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION)
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Say what will happen and who is called; a POST begins it."""
    plays = scenarios().get(key)
    if plays is None:
        raise Http404
    member = member_of(request)
    if request.method == "POST":
        found: list[Drill] = []
        done = _("The exercise is being prepared.")
        if attempt(request, lambda: found.append(drilling.begin(member.organisation, key, by=member)), done=done):
            return redirect("drills:drill", pk=found[0].pk)
        return redirect("drills:list")
    with translation.override(member.organisation.language):
        shown = {"text": marked(plays.text()), "account": account_name(member.organisation.name)}
    members = member.organisation.members.all()
    # As ``watch.actions.raising.ladder`` does for an account that nobody answers for.
    called = [each.name for each in members.who_may(Right.ANSWER_ALARM) or members.who_may(Right.CONNECT)]
    context = {"plays": plays, "called": called, "language": member.organisation.language, **shown}
    return render(request, "practice/drills/begin.html", context)


def _drill_or_404(request: HttpRequest, pk: int) -> Drill:
    rows = Drill.objects.visible_to(member_of(request)).select_related("organisation", "channel", "led_by__user")
    return get_object_or_404(rows, pk=pk)


@require_GET
@needs(Right.SEE)
def drill(request: HttpRequest, pk: int) -> HttpResponse:
    """How it goes, or went."""
    return _shown(request, _drill_or_404(request, pk), "practice/drills/drill.html")


@require_GET
@needs(Right.SEE)
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of it that changes by itself; once the drill is further than that page knew, the page comes anew."""
    found = _drill_or_404(request, pk)
    if request.GET.get("state", found.state) != found.state:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _shown(request, found, "practice/drills/live.html")


def _shown(request: HttpRequest, found: Drill, template: str, **more: Any) -> HttpResponse:
    return render(request, template, {**_context(request, found), **more}, status=422 if more else 200)


def _context(request: HttpRequest, found: Drill) -> dict[str, Any]:
    member, happened = member_of(request), moments(found)
    keys = {moment.key for moment in happened}
    plays = found.plays
    todo = [] if plays is None or not found.is_running else [one for one in plays.measures if one.key not in keys]
    return {
        "drill": found,
        "title": _title(found),
        "plays": plays,
        "lines": [_line(moment.key, found, clock(moment.seconds), moment.who) for moment in happened],
        "missing": [] if found.is_open else _missing(found, keys),
        "todo": todo,
        "stray": _stray(found),
        "noticed": _noticed(found),
        "form": StatementForm(initial={"text": found.statement}),
        "may_play": found.is_running and member.may(Right.STOP),
        "may_take_down": found.is_running and member.may(Right.TAKE_DOWN),
        "text": _text(found),
        "may_end": found.is_open and member.may(Right.MANAGE_ORGANISATION),
        "language": found.organisation.language,
    }


def _text(found: Drill) -> str:
    """What stands on the account."""
    if found.plays is None or not found.is_running:
        return ""
    with translation.override(found.organisation.language):
        return marked(found.plays.text())


def _line(key: str, found: Drill, seconds: str, who: str) -> Line:
    return Line(LOOKS.get(key, "ok"), words(found).get(key, key), who, seconds)


def _missing(found: Drill, keys: set[str]) -> list[Line]:
    """What should have happened and did not."""
    if found.started_at is None:
        return []
    measures = (one.key for one in (found.plays.measures if found.plays else ()))
    # Whoever has it taken down has answered too.
    answered = [] if "asked" in keys else ["answered"]
    expected = ["seen", *answered, "gone", "statement", *measures]
    return [Line("look", words(found)[key], "", "") for key in expected if key not in keys]


def _stray(found: Drill) -> Stray | None:
    return next(iter(strays(found)), None) if found.is_running else None


def _noticed(found: Drill) -> Noticed:
    """What the checks say of the first statement, as of any post on that account."""
    if not found.statement or found.channel is None:
        return Noticed([], [])
    content = Content(found.statement, (found.channel,), language=found.organisation.language)
    return noticed_while_writing(preview_findings(content, found.organisation), content)


@require_POST
@needs(Right.STOP)
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the first statement."""
    found, form = _drill_or_404(request, pk), StatementForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, "practice/drills/drill.html", form=form)
    text, by = form.cleaned_data["text"], member_of(request)
    attempt(request, lambda: drilling.state_first(found, text, by=by), done=_("Written down. It goes nowhere."))
    return redirect("drills:drill", pk=pk)


@require_POST
@needs(Right.STOP)
def measure(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Tick something off."""
    found, by = _drill_or_404(request, pk), member_of(request)
    attempt(request, lambda: drilling.do_measure(found, key, by=by), done=_("Noted, with the time."))
    return redirect("drills:drill", pk=pk)


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it."""
    found, by = _drill_or_404(request, pk), member_of(request)
    attempt(
        request, lambda: drilling.end(found, by=by), done=_("The exercise is over. Everybody who was called is told.")
    )
    return redirect("drills:drill", pk=pk)
