"""Pages of declarations of consent: with a picture, all of them, and one of them with the posts that it concerns."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.people.models import Member
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.posts.actions import consenting
from vierogen.posts.forms import ConsentForm
from vierogen.posts.models import Consent, Media
from vierogen.web.doors import needs
from vierogen.web.fields import typed

PER_PAGE = 30
# The bytes of a picture are megabytes; a page shows its address.
PICTURES = Prefetch("media", Media.objects.defer("data").order_by("pk"))


@require_GET
@needs(Right.SEE)
def consents(request: HttpRequest) -> HttpResponse:
    """All declarations, newest first, or those of the people whose names hold what was typed."""
    member, words = member_of(request), ""
    try:
        words = typed(request.GET, "q", longest=200)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    rows = consenting.search(member.organisation, words).prefetch_related(PICTURES)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = [(one, _state_of(one, member)) for one in page]
    return render(request, "posts/consents.html", {"page": page, "lines": lines, "words": words})


def _state_of(consent: Consent, member: Member) -> tuple[str, str]:
    """Whether it holds today: shape and colour, and the words beside it."""
    if consent.withdrawn_at:
        return "stop", _("Taken back")
    return ("ok", _("Holds")) if consent.holds_on(member.organisation.today()) else ("look", _("Ended"))


@require_GET
@needs(Right.SEE)
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """One declaration, and every post with one of its pictures."""
    found, member = _consent_or_404(request, pk), member_of(request)
    context = {
        "consent": found,
        "look": _state_of(found, member),
        "uses": consenting.uses_of(found),
        "rights": member.rights,
    }
    return render(request, "posts/consent.html", context)


@require_POST
@needs(Right.STOP)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody took their consent back."""
    found, member = _consent_or_404(request, pk), member_of(request)
    held: list[int] = []
    if attempt(request, lambda: held.append(consenting.withdraw(found, by=member)), done=_("Written down.")):
        _say_held(request, held[0])
    return redirect("posts:consent", pk=pk)


def _say_held(request: HttpRequest, number: int) -> None:
    if number:
        words = ngettext("%(number)d planned post is held.", "%(number)d planned posts are held.", number)
        messages.info(request, words % {"number": number})


@require_http_methods(["GET", "POST"])
@needs(Right.WRITE)
def of_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Who may be seen in this picture: what is known, and one more."""
    member = member_of(request)
    rows = Media.objects.filter(organisation_id=member.organisation_id).defer("data")
    media = get_object_or_404(rows, pk=pk)
    form = ConsentForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        told, done = form.cleaned_data, _("Kept with the picture.")
        if attempt(request, lambda: consenting.keep([media], **told, by=member), done=done):
            return redirect("posts:picture_consents", pk=pk)
    known = Consent.objects.about(organisation_id=member.organisation_id, sha256s=[media.sha256])
    lines = [(one, _state_of(one, member)) for one in known.select_related("kept_by__user")]
    context = {"media": media, "lines": lines, "form": form}
    return render(request, "posts/picture_consents.html", context, status=422 if request.method == "POST" else 200)


def _consent_or_404(request: HttpRequest, pk: int) -> Consent:
    rows = Consent.objects.visible_to(member_of(request)).select_related("organisation", "kept_by__user")
    return get_object_or_404(rows.prefetch_related(PICTURES), pk=pk)
