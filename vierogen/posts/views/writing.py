"""Pages on which a draft is written and offered."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vierogen.channels.models import Channel
from vierogen.ledger.moves import WrongStateError
from vierogen.people.roles import Right
from vierogen.posts.actions import writing
from vierogen.posts.forms import ComposerForm
from vierogen.posts.models import Post
from vierogen.posts.views.reading import member_of, post_or_404
from vierogen.posts.views.shown import shown_findings
from vierogen.web.doors import needs


@require_http_methods(["GET", "POST"])
@needs(Right.WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """Write a new post."""
    return _compose(request, None)


@require_http_methods(["GET", "POST"])
@needs(Right.WRITE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a post; that makes a new version."""
    return _compose(request, post_or_404(request, pk))


def _compose(request: HttpRequest, post: Post | None) -> HttpResponse:
    member = member_of(request)
    version = post.latest if post else None
    form = ComposerForm(request.POST or None, request.FILES or None, member=member, version=version)
    if request.method == "POST" and form.is_valid():
        try:
            if post:
                saved = writing.save(post, form.content(), by=member)
            else:
                saved = writing.begin(member.organisation, form.content(), by=member)
        except (ValidationError, PermissionDenied) as refusal:
            form.add_error(None, refusal.messages if isinstance(refusal, ValidationError) else str(refusal))
        else:
            return redirect("posts:detail", pk=saved.post_id)
    channels = Channel.objects.visible_to(member).watched()
    chosen = {int(pk) for pk in form["channels"].value() or () if str(pk).isdigit()}
    context = {"form": form, "post": post, "version": version, "channels": channels, "chosen": chosen}
    return render(request, "posts/compose.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Right.WRITE)
def check(request: HttpRequest) -> HttpResponse:
    """What the checks say of a text that is still being typed (htmx)."""
    member = member_of(request)
    form = ComposerForm(request.POST, member=member)
    form.is_valid()
    content = writing.Content(
        text=form.cleaned_data.get("text", ""),
        channels=tuple(form.cleaned_data.get("channels", ())),
        pictures=tuple((media.pk, alt) for media, alt in form.kept_pictures()),
        language=member.organisation.language,
    )
    findings = writing.preview_findings(content, member.organisation) if content.text else []
    return render(request, "posts/findings.html", {"findings": shown_findings(findings)})


@require_POST
@needs(Right.WRITE)
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer the newest version for review, with a reason for each stop."""
    version = post_or_404(request, pk).latest
    reasons = {found.pk: request.POST.get(f"reason_{found.pk}", "") for found in version.stops()}
    try:
        writing.submit(version, by=member_of(request), reasons=reasons)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    except WrongStateError as refusal:
        messages.error(request, str(refusal))
    else:
        names = ", ".join(str(member) for member in writing.reviewers_of(version))
        messages.success(request, _("Offered. Asked for their eyes: %(names)s.") % {"names": names or _("nobody yet")})
    return redirect("posts:detail", pk=pk)


@require_POST
@needs(Right.WRITE)
def throw_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    try:
        writing.discard(post_or_404(request, pk), by=member_of(request))
    except WrongStateError as refusal:
        messages.error(request, str(refusal))
        return redirect("posts:detail", pk=pk)
    messages.success(request, _("Thrown away."))
    return redirect("posts:list")
