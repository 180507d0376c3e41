"""Pages on which an account is taken over, and on which people practise that."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.channels.models import Channel, Takeover, TakeoverStep
from vierogen.channels.states import StepState, TakeoverState
from vierogen.core.sealing import SealError
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.vault import taking_over, watching
from vierogen.vault.forms import SkipStepForm
from vierogen.vault.views.keeping import Look
from vierogen.web.doors import needs
from vierogen.web.fields import typed
from vierogen.web.proof import strong_proof
from vierogen.web.templatetags.vierogen import moment

LOOKS = {StepState.TODO: "wait", StepState.DONE: "ok", StepState.SKIPPED: "look"}


def _channel_or_404(request: HttpRequest, pk: int) -> Channel:
    return get_object_or_404(
        Channel.objects.visible_to(member_of(request)).official().select_related("organisation"), pk=pk
    )


def _takeover_or_404(request: HttpRequest, pk: int) -> Takeover:
    rows = Takeover.objects.visible_to(member_of(request)).select_related("channel__organisation", "begun_by__user")
    return get_object_or_404(rows, pk=pk)


@require_GET
@needs(Right.CONNECT)
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """What taking this account over needs, what was practised, and where it begins."""
    channel, member = _channel_or_404(request, pk), member_of(request)
    rows = Takeover.objects.filter(channel=channel).select_related("begun_by__user")
    under_way, may = rows.running().first(), taking_over.may_take_over(member, channel)
    context = {
        "channel": channel,
        "lacks": taking_over.lacks(channel),
        "steps": taking_over.plan(channel),
        "running": under_way,
        "entries": [_entry(row) for row in rows[:10]],
        "may": may,
        "may_begin": may and (under_way is None or under_way.is_drill),
        "goal": taking_over.GOAL,
    }
    return render(request, "vault/takeover.html", context)


def _entry(row: Takeover) -> Look:
    kind = _("Exercise") if row.is_drill else _("Takeover")
    told = {"kind": kind, "name": row.begun_by.name, "became": row.get_state_display(), "minutes": row.minutes}
    looks = {TakeoverState.RUNNING: "wait", TakeoverState.FINISHED: "ok", TakeoverState.STOPPED: "off"}
    text = _("%(kind)s by %(name)s: %(became)s, %(minutes)d min") % told
    return Look(row.begun_at, looks[TakeoverState(row.state)], text, detail="", url="")


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT, strong=True)
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Say once more what happens; a POST begins it."""
    channel, member = _channel_or_404(request, pk), member_of(request)
    if request.method == "POST":
        proof = strong_proof(request)
        told = watching.in_words(watching.others(channel, but=member).count)
        done = " ".join([_("You are taking it over."), told])
        if attempt(request, lambda: taking_over.begin(channel, by=member, proof=proof), done=done):
            return _to_running(channel)
        return redirect("vault:takeover", pk=channel.pk)
    context = {
        "channel": channel,
        "lacks": taking_over.lacks(channel),
        "may": taking_over.may_take_over(member, channel),
    }
    return render(request, "vault/takeover_begin.html", context)


@require_POST
@needs(Right.CONNECT)
def practise(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin an exercise."""
    channel, member = _channel_or_404(request, pk), member_of(request)
    done = _("The exercise has begun, and so has the clock. Nothing will change.")
    if attempt(request, lambda: taking_over.begin(channel, by=member, is_drill=True), done=done):
        return _to_running(channel)
    return redirect("vault:takeover", pk=channel.pk)


def _to_running(channel: Channel) -> HttpResponse:
    return redirect("vault:taking_over", pk=Takeover.objects.running().get(channel=channel).pk)


@require_GET
@needs(Right.CONNECT)
def running(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it is: what is done, what is next, and what comes then."""
    takeover, member = _takeover_or_404(request, pk), member_of(request)
    channel, due = takeover.channel, taking_over.current(takeover)
    planned = {each.key: each for each in taking_over.plan(channel)}
    rows = takeover.steps.select_related("done_by__user")
    context = {
        "channel": channel,
        "takeover": takeover,
        "lines": [{"step": row, "planned": planned.get(row.key), "marks": _marks(row)} for row in rows],
        "due": due,
        "lacks": taking_over.lacks(channel),
        "may": taking_over.may_take_over(member, channel),
        "form": SkipStepForm(),
        "goal": taking_over.GOAL,
        "over": takeover.state != TakeoverState.RUNNING,
        "finished": takeover.state == TakeoverState.FINISHED,
    }
    return render(request, "vault/taking_over.html", context)


def _marks(row: TakeoverStep) -> list[tuple[str, str]]:
    if row.done_by is None:
        return [(LOOKS[StepState(row.state)], row.get_state_display())]
    told = {"became": row.get_state_display(), "name": row.done_by.name, "at": moment(row.done_at)}
    marks = [(LOOKS[StepState(row.state)], _("%(became)s: %(name)s, %(at)s") % told)]
    note = row.note if row.state == StepState.SKIPPED else _(row.note) if row.note else ""
    looks = {taking_over.REFUSED: "ok", taking_over.SEALED: "ok", taking_over.STILL: "look"}
    return [*marks, (looks.get(row.note, "info"), note)] if note else marks


def _step_or_404(request: HttpRequest, pk: int, key: str) -> TakeoverStep:
    takeover = _takeover_or_404(request, pk)
    step = get_object_or_404(TakeoverStep, takeover=takeover, key=key)
    step.takeover = takeover
    return step


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT, strong=True)
def do(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Do a step of a real takeover, or say that it is done. Who comes here otherwise goes back to the steps."""
    step, member = _step_or_404(request, pk, key), member_of(request)
    if request.method == "POST" and not step.takeover.is_drill:
        proof, code = strong_proof(request), request.POST.get("code", "")[:40]
        _attempt(request, lambda: taking_over.do(step, by=member, proof=proof, code=code))
    return redirect("vault:taking_over", pk=pk)


@require_POST
@needs(Right.CONNECT)
def exercise(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Say that a step of an exercise is done."""
    step, member = _step_or_404(request, pk, key), member_of(request)
    if step.takeover.is_drill:
        _attempt(request, lambda: taking_over.do(step, by=member))
    return redirect("vault:taking_over", pk=pk)


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT, strong=True)
def skip(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Pass over a step, with a reason."""
    step, member = _step_or_404(request, pk, key), member_of(request)
    if request.method == "POST":
        proof = strong_proof(request)

        def passed_over() -> None:
            taking_over.skip(step, by=member, why=typed(request.POST, "why", longest=500), proof=proof)

        _attempt(request, passed_over)
    return redirect("vault:taking_over", pk=pk)


def _attempt(request: HttpRequest, action: Any) -> None:
    try:
        attempt(request, action, done=_("That step is done."))
    except SealError as refusal:
        messages.error(request, str(refusal))


@require_POST
@needs(Right.CONNECT)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it."""
    takeover, member = _takeover_or_404(request, pk), member_of(request)
    attempt(request, lambda: taking_over.stop(takeover, by=member), done=_("It is stopped. What was done stays done."))
    return redirect("vault:takeover", pk=takeover.channel_id)
