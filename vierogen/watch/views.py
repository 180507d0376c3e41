"""Pages of the watch: what stands on each account and what explains it, strays, and their evidence."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.posts.actions.removing import open_for
from vierogen.posts.models import Evidence, TakeDown
from vierogen.posts.states import PURSUED, TakeDownState
from vierogen.posts.views.removing import said
from vierogen.watch.actions import answering
from vierogen.watch.forms import AdoptForm, OpenForm, TakeDownForm
from vierogen.watch.models import Stray, StrayQuerySet
from vierogen.watch.shown import STATE_LOOK, TAKE_DOWN_LOOK, accounts, remains, story, way_ahead, way_out
from vierogen.watch.states import State
from vierogen.web.csp import policy
from vierogen.web.doors import needs

# How many strays with which somebody dealt are shown.
SETTLED = 20
# Pictures that a browser shows and that cannot run anything.
SHOWABLE = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")
FILMS = ("video/mp4", "video/webm")


def _strays(request: HttpRequest) -> StrayQuerySet:
    return Stray.objects.visible_to(member_of(request)).on_show()


def _stray_or_404(request: HttpRequest, pk: int) -> Stray:
    return get_object_or_404(_strays(request), pk=pk)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if that is nothing; None for a GET, so that a form is not checked yet."""
    return request.POST if request.method == "POST" else None


@require_GET
@needs(Right.SEE)
def overview(request: HttpRequest) -> HttpResponse:
    """Strays on top, then each account: what stands there, and what explains it."""
    return render(request, "watch/list.html", _about_all(request))


@require_GET
@needs(Right.SEE)
def live(request: HttpRequest) -> HttpResponse:
    """The part of that page that changes by itself."""
    return render(request, "watch/live.html", _about_all(request))


def _about_all(request: HttpRequest) -> dict[str, Any]:
    member = member_of(request)
    asking = list(_strays(request).asking())
    settled = _strays(request).exclude(pk__in=[stray.pk for stray in asking])[:SETTLED]
    shown = accounts(member)
    return {
        "asking": asking,
        "unseen": [account.tile for account in shown if account.tile.is_silent],
        "settled": [(stray, STATE_LOOK[State(stray.state)]) for stray in settled],
        "accounts": shown,
        "rights": member.rights,
    }


@require_GET
@needs(Right.SEE)
def stray(request: HttpRequest, pk: int) -> HttpResponse:
    """One stray: what happened, what can be done. Its content stays sealed."""
    return render(request, "watch/stray.html", _about(request, pk))


@require_GET
@needs(Right.SEE)
def stray_live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of that page that changes by itself."""
    return render(request, "watch/stray_live.html", _about(request, pk))


def _about(request: HttpRequest, pk: int) -> dict[str, Any]:
    member, found = member_of(request), _stray_or_404(request, pk)
    asked = found.take_down
    kept = Evidence.objects.visible_to(member).filter(channel=found.channel, remote_id=_remote_id(found))
    return {
        "stray": found,
        "look": STATE_LOOK[State(found.state)],
        "story": story(found),
        "evidence": kept.order_by("pk").prefetch_related("openings__member__user"),
        "take_down_look": TAKE_DOWN_LOOK[TakeDownState(asked.state)] if asked else "",
        "remains": remains(asked) if asked else [],
        "road": way_out(found),
        "steps": way_ahead(found),
        "busy": found.asks or (asked is not None and asked.state in PURSUED),
        "rights": member.rights,
    }


def _remote_id(found: Stray) -> str:
    if found.remote is not None:
        return found.remote.remote_id
    return found.evidence.remote_id if found.evidence else ""


@require_POST
@needs(Right.ANSWER_ALARM)
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """I am looking at it."""
    found = _stray_or_404(request, pk)
    done = _("You answered the alarm. Nobody else is called.")
    attempt(request, lambda: answering.acknowledge(found, by=member_of(request)), done=done)
    return redirect("watch:stray", pk=pk)


@require_http_methods(["GET", "POST"])
@needs(Right.TAKE_DOWN, fresh=True)
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it removed from the network."""
    found = _stray_or_404(request, pk)
    form = TakeDownForm(posted(request))
    if form.is_valid():
        reason, member = form.cleaned_data["reason"], member_of(request)
        done = said(found.channel)
        attempt(request, lambda: answering.take_down(found, by=member, reason=reason), done=done)
        return redirect("watch:stray", pk=pk)
    return render(request, "watch/take_down.html", {"stray": found, "form": form})


@require_GET
@needs(Right.SEE)
def by_hand(request: HttpRequest, pk: int) -> HttpResponse:
    """From a notice about a take-down to the page that shows how to do it."""
    rows = TakeDown.objects.visible_to(member_of(request)).select_related("delivery__version")
    asked = get_object_or_404(rows, pk=pk)
    if found := _strays(request).filter(take_down=asked).first():
        return redirect("watch:stray", pk=found.pk)
    return redirect("posts:detail", pk=asked.delivery.version.post_id) if asked.delivery else redirect("watch:list")


@require_http_methods(["GET", "POST"])
@needs(Right.ANSWER_ALARM)
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """It is ours, with a reason."""
    found = _stray_or_404(request, pk)
    member = member_of(request)
    deliveries = answering.cut_off(found)
    form = AdoptForm(posted(request), deliveries=deliveries if member.may(Right.DECIDE) else deliveries.none())
    if form.is_valid():
        reason, sent_as = form.cleaned_data["reason"], form.cleaned_data.get("sent_as")
        done = _("Noted: it is ours. The alarm has ended.")
        attempt(request, lambda: answering.adopt(found, by=member, reason=reason, sent_as=sent_as), done=done)
        return redirect("watch:stray", pk=pk)
    return render(request, "watch/adopt.html", {"stray": found, "form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.OPEN_EVIDENCE)
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Evidence, blurred until somebody says why they need to see it."""
    rows = Evidence.objects.visible_to(member_of(request)).select_related("channel")
    found = get_object_or_404(rows, pk=pk)
    form = OpenForm(posted(request))
    context: dict[str, Any] = {"evidence": found, "form": form, "strays": Stray.objects.filter(evidence=found)}
    if form.is_valid():
        try:
            document = open_for(found, by=member_of(request), reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error("reason", refusal)
        else:
            context |= _opened(document)
    answer = render(request, "watch/evidence.html", context)
    if context.get("films"):
        # The film is in the page itself, so that no address outlives the reason that was given.
        answer["Content-Security-Policy"] = policy(request.csp_nonce, media="data:")  # type: ignore[attr-defined]
    return answer


def _opened(document: dict[str, Any]) -> dict[str, Any]:
    kept = document.pop("pictures")
    pictures = [each for each in kept if each["mime"] in SHOWABLE]
    films = [each for each in kept if each["mime"] in FILMS]
    told = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True)
    hidden = len(kept) - len(pictures) - len(films)
    return {"document": document, "pictures": pictures, "films": films, "hidden": hidden, "told": told}
