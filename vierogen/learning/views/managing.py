"""Pages on which an administrator looks after agreements: drafts, versions, and who confirmed what."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.learning.actions import agreeing
from vierogen.learning.actions.beginning import take_set
from vierogen.learning.coverage import coverage_of
from vierogen.learning.forms import CardForm, InForceForm
from vierogen.learning.models import Agreement
from vierogen.learning.starting import Kind
from vierogen.learning.states import AgreementState
from vierogen.learning.versions import Change, changes
from vierogen.learning.views.asking import card_or_404, latest, newest_or_404
from vierogen.ledger.moves import WrongStateError
from vierogen.people.requests import attempt, member_of, told
from vierogen.people.roles import Right
from vierogen.web.doors import needs

# Days that people have for the cards of a starter set.
FIRST_DAYS = 14


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def begin(request: HttpRequest) -> HttpResponse:
    """Take a starter set into use: its cards are in force from now on."""
    member = member_of(request)
    chosen = request.POST.get("kind", "")
    kind = chosen if chosen in Kind.values else Kind.MUNICIPALITY
    language = member.organisation.language[:2]
    done = _("The agreements are in force. Everybody has %(days)d days to confirm them.") % {"days": FIRST_DAYS}
    attempt(
        request,
        lambda: take_set(member.organisation, kind=kind, language=language, days=FIRST_DAYS, by=member),
        done=done,
    )
    return redirect("learning:list")


@require_GET
@needs(Right.MANAGE_ORGANISATION)
def agreements(request: HttpRequest) -> HttpResponse:
    """Every card with its version in force and its draft."""
    rows = Agreement.objects.visible_to(member_of(request)).exclude(state=AgreementState.REPLACED)
    return render(request, "learning/agreements.html", {"cards": latest(rows.order_by("position", "number"))})


@require_GET
@needs(Right.MANAGE_ORGANISATION)
def coverage(request: HttpRequest) -> HttpResponse:
    """Who confirmed what."""
    return render(request, "learning/coverage.html", {"coverage": coverage_of(member_of(request).organisation)})


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION)
def new(request: HttpRequest) -> HttpResponse:
    """Write a card of one's own."""
    form, member = CardForm(request.POST or None, request.FILES or None), member_of(request)
    language = member.organisation.language
    if request.method == "POST" and form.is_valid():
        values = {**form.values(), "language": language}
        made = _tried(request, form, lambda: agreeing.draft(member.organisation, values, by=member))
        if made:
            return redirect("learning:draft", pk=made.pk)
    return render(request, "learning/card_form.html", {"form": form}, status=422 if form.errors else 200)


def _tried(request: HttpRequest, form: Form, action: Callable[[], Any]) -> Any:
    """What the action gives; None with the reason in the form."""
    try:
        return action() or True
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
    except (PermissionDenied, WrongStateError) as refusal:
        form.add_error(None, told(request, refusal))
    return None


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Begin the next version of a card, also of one that was withdrawn; the one in force stays until that one is."""
    rows = Agreement.objects.visible_to(member_of(request)).filter(key=key).exclude(state=AgreementState.DRAFT)
    drafted = agreeing.draft_anew(newest_or_404(rows), by=member_of(request))
    return redirect("learning:draft", pk=drafted.pk)


def _draft_or_404(request: HttpRequest, pk: int) -> Agreement:
    rows = Agreement.objects.visible_to(member_of(request)).filter(state=AgreementState.DRAFT)
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
@needs(Right.MANAGE_ORGANISATION)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a draft; below it what differs from the version in force, and the button that puts it in force."""
    found = _draft_or_404(request, pk)
    is_sent = request.method == "POST"
    form = CardForm(request.POST, request.FILES, card=found) if is_sent else CardForm.about(found)
    is_ready = is_sent and form.is_valid()
    if is_ready and _tried(request, form, lambda: agreeing.rewrite(found, form.values(), by=member_of(request))):
        return redirect("learning:draft", pk=pk)
    ready = InForceForm(initial={"days": found.days, "material": 1}, is_first=_before(found) is None)
    return _shown_draft(request, found, form, ready)


def _before(found: Agreement) -> Agreement | None:
    """The version in force that a draft will replace."""
    return Agreement.objects.filter(organisation=found.organisation_id, key=found.key).in_force().first()


def _shown_draft(request: HttpRequest, found: Agreement, form: CardForm, ready: InForceForm) -> HttpResponse:
    before = _before(found)
    context = {"card": found, "form": form, "ready": ready, "before": before, "changes": _changes(before, found)}
    status = 422 if form.errors or ready.errors else 200
    return render(request, "learning/draft.html", context, status=status)


def _changes(before: Agreement | None, after: Agreement) -> list[Change]:
    return changes(before, after) if before else []


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def put_in_force(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a draft count from now on."""
    found = _draft_or_404(request, pk)
    ready = InForceForm(request.POST, is_first=_before(found) is None)
    if not ready.is_valid():
        return _shown_draft(request, found, CardForm.about(found), ready)
    known = {"material": ready.cleaned_data.get("material", True), "days": ready.cleaned_data["days"]}
    done = _("In force: %(title)s") % {"title": found.title}
    attempt(request, lambda: agreeing.put_in_force(found, **known, by=member_of(request)), done=done)
    return redirect("learning:agreements")


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def throw_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = _draft_or_404(request, pk)
    attempt(request, lambda: agreeing.throw_away(found, by=member_of(request)), done=_("Thrown away."))
    return redirect("learning:agreements")


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def retire(request: HttpRequest, key: str) -> HttpResponse:
    """Withdraw an agreement."""
    found = card_or_404(request, key)
    done = _("Withdrawn: %(title)s") % {"title": found.title}
    attempt(request, lambda: agreeing.retire(found, by=member_of(request)), done=done)
    return redirect("learning:agreements")


@require_GET
@needs(Right.SEE)
def history(request: HttpRequest, key: str) -> HttpResponse:
    """All versions of a card that ever counted, each with what changed since the one before."""
    rows = Agreement.objects.visible_to(member_of(request)).filter(key=key).exclude(state=AgreementState.DRAFT)
    versions = list(rows.select_related("in_force_by__user").order_by("-number"))
    if not versions:
        raise Http404
    befores = [*versions[1:], None]
    lines = [(one, _changes(before, one)) for one, before in zip(versions, befores, strict=True)]
    return render(request, "learning/history.html", {"lines": lines, "newest": versions[0]})
