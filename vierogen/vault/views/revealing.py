"""The pages on which a secret is asked for, agreed to, stopped, seen once, and looked back at."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.core.sealing import SealError
from vierogen.ledger.moves import WrongStateError
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.vault import revealing, watching
from vierogen.vault.forms import LookBackForm, NeedForm
from vierogen.vault.models import Reveal
from vierogen.vault.revealing import ALLOWED_FOR, Revealed
from vierogen.vault.states import PENDING, RevealState
from vierogen.vault.views.keeping import filled_or_404
from vierogen.web.doors import needs
from vierogen.web.proof import strong_proof


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.REVEAL, strong=True)
def see(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Say what the secret is needed for; then it is shown, or a second custodian is asked."""
    kept, member = filled_or_404(request, pk, field), member_of(request)
    form = NeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, proof = form.cleaned_data["reason"], strong_proof(request)
        found = _tried(form, lambda: revealing.reveal(kept, by=member, reason=reason, proof=proof))
        if isinstance(found, Revealed):
            return _shown(request, found)
        if isinstance(found, Reveal):
            messages.success(request, _("The other custodians were asked. You get a mail when one of them agrees."))
            return redirect("vault:asked", pk=found.pk)
    channel = kept.channel
    may, too_early = revealing.is_keeper(member, channel), revealing.is_too_early(member, channel)
    context = {
        "form": form,
        "kept": kept,
        "channel": channel,
        "may": may,
        "too_early": too_early,
        "is_alone": may and kept.needs_second and not revealing.who_can_agree(channel, but=member),
        "may_break": revealing.may_break_glass(member),
    }
    return render(request, "vault/see.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.BREAK_GLASS, strong=True)
def emergency(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Break the glass: everybody is told, and after the delay it can be seen."""
    kept, member = filled_or_404(request, pk, field), member_of(request)
    form = NeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, proof = form.cleaned_data["reason"], strong_proof(request)
        found = _tried(form, lambda: revealing.break_glass(kept, by=member, reason=reason, proof=proof))
        if isinstance(found, Reveal):
            messages.success(request, watching.in_words(found.told or 0))
            return redirect("vault:asked", pk=found.pk)
    channel = kept.channel
    around = watching.others(channel, but=member)
    context = {
        "form": form,
        "kept": kept,
        "channel": channel,
        "minutes": int(revealing.delay_before(channel, around, by=member).total_seconds()) // 60,
        "around": around,
    }
    return render(request, "vault/emergency.html", context, status=422 if form.errors else 200)


def _tried(form: NeedForm, action: Callable[[], Revealed | Reveal]) -> Revealed | Reveal | None:
    """What came of it; a refusal stands in the form."""
    try:
        return action()
    except ValidationError as refusal:
        form.add_error("reason", refusal.messages)
    except (PermissionDenied, SealError, WrongStateError) as refusal:
        form.add_error(None, str(refusal))
    return None


def _shown(request: HttpRequest, found: Revealed) -> HttpResponse:
    """The one page on which the secret stands; it leaves by itself, with or without a script."""
    kept = found.reveal.kept
    away = reverse("vault:secrets", args=[kept.channel_id])
    context = {
        "kept": kept,
        "channel": kept.channel,
        "value": found.value,
        "code": found.code,
        "is_emergency": found.reveal.is_emergency,
        "until": timezone.now() + ALLOWED_FOR,
        "away": away,
    }
    answer = render(request, "vault/shown.html", context)
    answer["Refresh"] = f"{int(ALLOWED_FOR.total_seconds())}; url={away}"
    return answer


def _asked_or_404(request: HttpRequest, pk: int) -> Reveal:
    return get_object_or_404(Reveal.objects.visible_to(member_of(request)).with_all(), pk=pk)


@never_cache
@require_GET
@needs(Right.SEE_VAULT)
def asked(request: HttpRequest, pk: int) -> HttpResponse:
    """One wish to see a secret: who, why, how far it is, and what this member can do about it."""
    return render(request, "vault/asked.html", _about(request, _asked_or_404(request, pk)))


def _about(request: HttpRequest, row: Reveal) -> dict[str, Any]:
    member, now = member_of(request), timezone.now()
    is_open = row.state in PENDING and row.ends_at > now
    is_mine = row.by_id == member.pk
    is_allowed = row.is_emergency or row.state == RevealState.ALLOWED
    waits = row.state == RevealState.ASKED and row.needs_second and not row.is_emergency
    may_stop = is_open and revealing.may_stop(member, row)
    around = watching.others(row.kept.channel, but=row.by) if is_open and row.is_emergency else None
    return {
        "asked": row,
        "channel": row.kept.channel,
        "is_open": is_open,
        "is_mine": is_mine,
        "may_see": is_open and is_mine and is_allowed and row.opens_at <= now,
        "may_agree": is_open and waits and not is_mine and revealing.is_keeper(member, row.kept.channel),
        "may_stop": may_stop,
        "may_look_back": row.state == RevealState.OWES_REVIEW and revealing.may_review(member, row),
        "is_early": is_open and row.opens_at > now,
        "told": watching.in_words(row.told) if row.told is not None else "",
        "lonely": watching.lonely_words(around, to_able=may_stop and not is_mine) if around else "",
        "form": LookBackForm(),
    }


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.REVEAL, strong=True)
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """A second custodian agrees."""
    row = _asked_or_404(request, pk)
    if request.method == "POST":
        done = _("%(name)s can see it now, once, within ten minutes.") % {"name": row.by.name}
        proof = strong_proof(request)
        attempt(request, lambda: revealing.allow(row, by=member_of(request), proof=proof), done=done)
        return redirect("vault:asked", pk=pk)
    return render(request, "vault/asked.html", _about(request, row))


@require_POST
@needs(Right.SEE_VAULT)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it before anything is seen; at once, so nobody is asked who they are."""
    row = _asked_or_404(request, pk)
    attempt(request, lambda: revealing.veto(row, by=member_of(request)), done=_("Stopped. Nothing was shown."))
    return redirect("vault:asked", pk=pk)


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.SEE_VAULT, strong=True)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """See what was allowed, or what the broken glass waited for; once."""
    row = _asked_or_404(request, pk)
    if request.method == "POST":
        try:
            return _shown(request, revealing.show(row, by=member_of(request), proof=strong_proof(request)))
        except (PermissionDenied, WrongStateError, SealError) as refusal:
            messages.error(request, str(refusal))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        return redirect("vault:asked", pk=pk)
    return render(request, "vault/asked.html", _about(request, row))


@require_POST
@needs(Right.BREAK_GLASS)
def look_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Do the review that broken glass owes."""
    row = _asked_or_404(request, pk)
    form = LookBackForm(request.POST)
    if not form.is_valid():
        return render(request, "vault/asked.html", {**_about(request, row), "form": form}, status=422)
    note, member = form.cleaned_data["note"], member_of(request)
    attempt(request, lambda: revealing.look_back(row, by=member, note=note), done=_("Thank you. It is closed."))
    return redirect("vault:asked", pk=pk)
