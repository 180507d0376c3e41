"""The pages of the sealed export: asked for by one, agreed to by another, taken once."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.core.sealing import SealError
from vierogen.ledger.moves import WrongStateError
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.vault import sharing
from vierogen.vault.exporting import instructions
from vierogen.vault.forms import RecipientsForm
from vierogen.vault.models import Export
from vierogen.vault.states import EXPORTS_PENDING, ExportState
from vierogen.web.doors import needs
from vierogen.web.proof import strong_proof

FILE = "vierogen-export.age"


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.EXPORT_KEYS, strong=True)
def ask(request: HttpRequest) -> HttpResponse:
    """Say who will be able to open it, and ask a custodian to agree."""
    form, member = RecipientsForm(request.POST or None), member_of(request)
    if request.method == "POST" and form.is_valid():
        try:
            asked = sharing.ask(member.organisation, to=form.lines(), by=member, proof=strong_proof(request))
        except ValidationError as refusal:
            form.add_error("recipients", refusal.messages)
        else:
            messages.success(request, _("The custodians were asked."))
            return redirect("vault:export", pk=asked.pk)
    return render(request, "vault/export_ask.html", {"form": form}, status=422 if form.errors else 200)


def _asked_or_404(request: HttpRequest, pk: int) -> Export:
    rows = Export.objects.visible_to(member_of(request)).select_related(
        "organisation", "asked_by__user", "allowed_by__user"
    )
    return get_object_or_404(rows, pk=pk)


@never_cache
@require_GET
@needs(Right.SEE_VAULT)
def asked(request: HttpRequest, pk: int) -> HttpResponse:
    """One export: who asked, who can open it, and what this member can do about it."""
    return render(request, "vault/export.html", _about(request, _asked_or_404(request, pk)))


def _about(request: HttpRequest, row: Export) -> dict[str, Any]:
    member = member_of(request)
    in_time = row.ends_at > timezone.now()
    of_the_two = member.pk in {row.asked_by_id, row.allowed_by_id}
    return {
        "asked": row,
        "may_agree": in_time and row.state == ExportState.ASKED and sharing.may_agree(member, row),
        "may_take": in_time and row.state == ExportState.ALLOWED and of_the_two,
        "may_stop": in_time and row.state in EXPORTS_PENDING and sharing.may_stop(member, row),
        "is_mine": row.asked_by_id == member.pk,
    }


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.REVEAL, strong=True)
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """A custodian agrees."""
    row, member = _asked_or_404(request, pk), member_of(request)
    if request.method == "POST":
        done = _("It can be taken now, once, within ten minutes.")
        attempt(request, lambda: sharing.agree(row, by=member, proof=strong_proof(request)), done=done)
        return redirect("vault:export", pk=pk)
    return render(request, "vault/export.html", _about(request, row))


@require_POST
@needs(Right.SEE_VAULT)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it before it is taken; at once, so nobody is asked who they are."""
    row = _asked_or_404(request, pk)
    attempt(request, lambda: sharing.veto(row, by=member_of(request)), done=_("Stopped. Nothing was taken."))
    return redirect("vault:export", pk=pk)


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.SEE_VAULT, strong=True)
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the file, once."""
    row = _asked_or_404(request, pk)
    if request.method == "POST":
        try:
            sealed = sharing.take(row, by=member_of(request), proof=strong_proof(request))
        except (PermissionDenied, WrongStateError, SealError) as refusal:
            messages.error(request, str(refusal))
            return redirect("vault:export", pk=pk)
        answer = HttpResponse(sealed, content_type="application/age")
        answer["Content-Disposition"] = f'attachment; filename="{FILE}"'
        return answer
    return render(request, "vault/export.html", _about(request, row))


@require_GET
@needs(Right.SEE_VAULT)
def paper(request: HttpRequest) -> HttpResponse:
    """The page to print and to lay beside the file, in the language in use; it says nothing secret."""
    language = (translation.get_language() or "nl").split("-")[0]
    answer = HttpResponse(instructions(FILE, language=language), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{FILE}.pdf"'
    return answer
