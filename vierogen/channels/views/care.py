"""Pages about how an account is looked after: what is declared of it, and its handover file."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.channels import handover as file
from vierogen.channels import hygiene as keeping
from vierogen.channels.forms import HandoverForm
from vierogen.channels.models import AppOnPhone, Channel, Handover
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs
from vierogen.web.fields import typed
from vierogen.web.paper import printed
from vierogen.web.templatetags.vierogen import moment

Mark = tuple[str, str]


def _channel_or_404(request: HttpRequest, pk: int) -> Channel:
    rows = Channel.objects.visible_to(member_of(request)).official().select_related("organisation")
    return get_object_or_404(rows, pk=pk)


@require_GET
@needs(Right.SEE)
def hygiene(request: HttpRequest, pk: int) -> HttpResponse:
    """How well this account is looked after, and what to do next."""
    channel, member = _channel_or_404(request, pk), member_of(request)
    care = keeping.care_of(channel)
    context = {
        "channel": channel,
        "care": care,
        "next_step": care.next_step(),
        "lines": [_line(line) for line in care.lines],
        "phones": [_phone(row.member.name, is_on=row.is_on, at=moment(row.at)) for row in care.phones],
        "silent": care.silent,
        "left": keeping.phones_of_leavers(channel) if member.may(Right.CONNECT) else [],
        "rights": member.rights,
    }
    return render(request, "channels/hygiene.html", context)


def _line(line: keeping.Line) -> dict[str, Any]:
    asked, said = line.question, line.declared
    words = {"key": asked.key, "title": _(asked.title), "why": _(asked.why), "asks": _(asked.asks)}
    return {**words, "note": said.note if said else "", "marks": [_mark(line)], "is_well": line.is_well}


def _mark(line: keeping.Line) -> Mark:
    said = line.declared
    if said is None:
        return "look", _("Nobody said yet")
    told = {"name": said.by.name, "at": moment(said.at)}
    if line.has_lapsed:
        return "look", _("Said by %(name)s, %(at)s: longer than a year ago") % told
    if said.is_so:
        return "ok", _("So it is, says %(name)s, %(at)s") % told
    return "look", _("Not yet, says %(name)s, %(at)s") % told


def _phone(name: str, *, is_on: bool, at: str) -> Mark:
    told = {"name": name, "at": at}
    if is_on:
        return "info", _("%(name)s has it on a phone (%(at)s)") % told
    return "ok", _("%(name)s does not have it on a phone (%(at)s)") % told


def _left_phone_or_404(channel: Channel, asked: str) -> AppOnPhone:
    found = {str(phone.pk): phone for phone in keeping.phones_of_leavers(channel)}
    if asked not in found:
        raise Http404
    return found[asked]


@require_POST
@needs(Right.SEE)
def declare(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Say how it is: of the account, or whether the app is on one's own phone."""
    channel, member, is_so = _channel_or_404(request, pk), member_of(request), request.POST.get("so") == "yes"
    if key == keeping.PHONE and "of" in request.POST:
        phone = _left_phone_or_404(channel, request.POST["of"])
        attempt(request, lambda: keeping.end_phone(phone, by=member), done=_("Written down."))
        return redirect("channels:hygiene", pk=pk)
    if key == keeping.PHONE:
        attempt(request, lambda: keeping.declare_phone(channel, is_on=is_so, by=member), done=_("Thank you."))
        return redirect("channels:hygiene", pk=pk)
    if key not in {each.key for each in keeping.QUESTIONS}:
        raise Http404

    def act() -> None:
        keeping.declare(channel, key, is_so=is_so, note=typed(request.POST, "note"), by=member)

    attempt(request, act, done=_("Written down."))
    return redirect("channels:hygiene", pk=pk)


@require_GET
@needs(Right.SEE)
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody has to know who answers for this account from tomorrow."""
    channel = _channel_or_404(request, pk)
    rows = Handover.objects.filter(channel=channel).select_related("by__user")[:10]
    context = {
        "channel": channel,
        "newest": rows[0] if rows else None,
        "versions": rows,
        "chapters": file.chapters_of(channel),
        "rights": member_of(request).rights,
    }
    return render(request, "channels/handover.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT)
def refresh_handover(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the file anew, or say that it still holds."""
    channel = _channel_or_404(request, pk)
    form = HandoverForm(request.POST or None, instance=file.newest(channel))
    if request.method == "POST" and form.is_valid():
        told = {field: form.cleaned_data[field] for field in file.WRITTEN}
        try:
            file.refresh(channel, by=member_of(request), **told)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            return redirect("channels:handover", pk=pk)
    status = 422 if form.errors else 200
    return render(request, "channels/handover_refresh.html", {"form": form, "channel": channel}, status=status)


@require_GET
@needs(Right.SEE)
def handover_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as PDF."""
    channel = _channel_or_404(request, pk)
    answer = HttpResponse(printed(file.paper_of(channel)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{slugify(channel.handle)}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer
