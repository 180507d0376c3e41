"""Pages about the official accounts."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.channels import actions, connection
from vierogen.channels.connection import day_of
from vierogen.channels.custody import Custody
from vierogen.channels.forms import ChannelForm, written
from vierogen.channels.hygiene import care_of
from vierogen.channels.models import Channel, Custodian, Handover, Takeover
from vierogen.channels.states import State, TakeoverState
from vierogen.ledger.moves import WrongStateError
from vierogen.people.models import Member
from vierogen.people.requests import member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs

# Which shape and colour goes with which state; the words stand beside it.
LOOKS = {State.CONNECTED: "ok", State.DISCONNECTED: "stop", State.CLOSED: "off"}


def _channel_or_404(request: HttpRequest, pk: int) -> Channel:
    return get_object_or_404(Channel.objects.visible_to(member_of(request)).official(), pk=pk)


@require_GET
@needs(Right.SEE)
def listing(request: HttpRequest) -> HttpResponse:
    """Every account, how it is doing, and who answers for it."""
    rows = (
        Channel.objects.visible_to(member_of(request))
        .official()
        .prefetch_related(Prefetch("custodians", Custodian.objects.able().with_members()), "key_life")
    )
    lines = [{"channel": row, "marks": _marks(row)} for row in rows]
    return render(request, "channels/list.html", {"lines": lines, "rights": member_of(request).rights})


def _marks(channel: Channel) -> list[tuple[str, str]]:
    """How a channel is doing, and who answers for it: (state, sentence)."""
    custody = Custody.of(channel.custodians.all())
    marks = [(LOOKS[State(channel.state)], channel.get_state_display()), (custody.look, custody.named())]
    key = connection.life_mark(channel)
    # Where all is well, the account's own page is the place for it.
    if key is not None and key[0] != "ok":
        marks.append(key)
    seconds = channel.automatic_take_down_after
    if seconds is not None:
        told = ngettext(
            "Strays go by themselves after %(count)d second", "Strays go by themselves after %(count)d seconds", seconds
        )
        marks.append(("info", told % {"count": seconds}))
    return marks


@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT)
def settings_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one account's colour, custodians and automatic take-down."""
    channel, member = _channel_or_404(request, pk), member_of(request)
    typed = request.POST.copy()
    form = ChannelForm(typed or None, channel=channel)
    if request.method == "POST" and form.is_valid():
        try:
            _save(channel, form.cleaned_data, by=member)
        except ValidationError as refusal:
            form.add_error("custodians", refusal.messages)
            # Who they are now the refusal says: whoever saves once more knows of it.
            typed["seen"] = written(row.member_id for row in channel.custodians.all())
        else:
            messages.success(request, _("Saved."))
            # Whoever came here from the last step of a takeover goes on there.
            takeover = Takeover.objects.waiting_for(channel, "custodians")
            return redirect("vault:taking_over", pk=takeover.pk) if takeover else redirect("channels:list")
    told = {"blind_to": _(channel.network.blind_to), "connection": connection.marks_of(channel)}
    told |= {"care_marks": care_marks(channel)}
    context = {"form": form, "channel": channel, **told}
    return render(request, "channels/channel.html", context, status=422 if form.errors else 200)


def care_marks(channel: Channel) -> list[tuple[str, str]]:
    """The score with the next best step, whether the handover file is fresh, and when a takeover was practised."""
    care, newest = care_of(channel), Handover.objects.filter(channel=channel).first()
    score, following = {"score": care.score, "total": care.total}, care.next_step()
    marks = [("look" if following else "ok", _("%(score)d of %(total)d are well") % score)]
    marks += [("info", _("Next: %(step)s") % {"step": following})] if following else []
    fresh = newest is not None and newest.is_fresh
    marks.append(("ok", _("Handover file is fresh")) if fresh else ("look", _("Handover file is old, or not there")))
    practised = Takeover.objects.filter(channel=channel, state=TakeoverState.FINISHED).first()
    if practised is None:
        return [*marks, ("look", _("Takeover never practised"))]
    told = {"day": day_of(practised.begun_at), "minutes": practised.minutes}
    return [*marks, ("ok", _("Takeover last practised on %(day)s, in %(minutes)d min") % told)]


@transaction.atomic
def _save(channel: Channel, told: dict[str, Any], *, by: Member) -> None:
    seconds = told["automatic_take_down_after"]
    actions.change(channel, by=by, colour=told["colour"], automatic_take_down_after=seconds)
    actions.entrust(channel, to=told["custodians"], by=by, knowing=told["knowing"], seen=told["seen"])


@require_POST
@needs(Right.CONNECT, fresh=True)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop looking after an account."""
    channel = _channel_or_404(request, pk)
    try:
        actions.close(channel, by=member_of(request))
    except WrongStateError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(channel)s is not looked after any more.") % {"channel": channel})
    return redirect("channels:list")
