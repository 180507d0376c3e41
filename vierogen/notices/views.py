"""The web door of notices: how I am reached, and answering an alarm."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vierogen.ledger.moves import WrongStateError
from vierogen.notices import actions, push
from vierogen.notices.actions import Addressee
from vierogen.notices.forms import device_name, subscription_in
from vierogen.notices.models import Alarm, Message, PushSubscription
from vierogen.web.doors import everybody, logged_in, needs

LATEST = 10


@logged_in
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My address, my devices, and the latest mails to me with what became of them."""
    member = _member(request)
    # Who left reads no titles any more, also in a session that began afterwards.
    rows = Message.objects.filter(user_id=_user_id(request))
    mails = rows.visible_to(member) if member else rows.none()
    told = {
        "devices": PushSubscription.objects.filter(user_id=_user_id(request)),
        "mails": mails.order_by("-pk")[:LATEST],
        "push_key": push.public_key(),
    }
    return render(request, "notices/mine.html", told)


@logged_in
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Let this browser show notices."""
    form = subscription_in(request)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=400)
    try:
        actions.subscribe(_user_id(request), label=device_name(request), **form.cleaned_data)
    except ValidationError as error:
        return JsonResponse({"errors": {"__all__": error.messages}}, status=400)
    if request.content_type == "application/json":
        return HttpResponse(status=201)
    return redirect("notices:mine")


@logged_in
@require_POST
def unsubscribe(request: HttpRequest, device: int) -> HttpResponse:
    """Forget one of my browsers."""
    if not actions.unsubscribe(_user_id(request), device_id=device):
        raise Http404
    messages.success(request, _("That device gets no warnings any more."))
    return redirect("notices:mine")


@logged_in
@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Send me a mail and a push on each device."""
    member, user = _member(request), request.user
    if member is None or not user.is_authenticated:
        raise PermissionDenied(_("You are not a member of an organisation here (any more)."))
    me = Addressee(user.pk, user.email, user.name, user.language)
    actions.test(member.organisation_id, by=me)
    messages.success(request, _("The test is on its way: look at your mail and your devices."))
    return redirect("notices:mine")


@needs("read_incidents")
@require_GET
def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """One alarm: who was told when, and for who answers alarms the button that does it."""
    member = _member(request)
    row = get_object_or_404(Alarm.objects.visible_to(member), pk=pk)
    told = {"alarm": row, "steps": row.steps.all(), "may_answer": member.may("answer_alarm")}
    return render(request, "notices/alarm.html", told)


@needs("answer_alarm")
@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """I am looking at it; goes on to what the alarm is about, or to the page that ``next`` names."""
    row = get_object_or_404(Alarm.objects.visible_to(_member(request)), pk=pk)
    try:
        actions.acknowledge(row, by=_member(request))
    except WrongStateError:
        messages.info(request, _("Somebody had already answered this alarm."))
    else:
        messages.success(request, _("You answered this alarm. Nobody else is called."))
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if ours else row.link or "home:today")


@everybody
@require_GET
def push_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows pushes; from the root, because it may only look after addresses below its own."""
    found = finders.find("web/push-worker.js")
    if not isinstance(found, str):
        raise Http404
    return HttpResponse(
        Path(found).read_bytes(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


def _user_id(request: HttpRequest) -> int:
    return int(request.user.pk or 0)  # the door let only people in who logged in


def _member(request: HttpRequest) -> Any:
    return getattr(request, "member", None)
