"""Pages of the emergency path, and of the review that it owes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.posts.actions import reviewing
from vierogen.posts.forms import LookBackForm, ReasonForm
from vierogen.posts.models import AfterReview
from vierogen.posts.views.noticed import noticed_in
from vierogen.posts.views.reading import about, post_or_404
from vierogen.posts.views.shown import previews
from vierogen.web.doors import needs


@require_http_methods(["GET", "POST"])
@needs(Right.EMERGENCY, fresh=True)
def emergency(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish with one pair of eyes, because it cannot wait."""
    found = post_or_404(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = {"reason": form.cleaned_data["reason"], "digest": request.POST.get("digest", "")}
        if attempt(
            request,
            lambda: reviewing.publish_in_emergency(found.latest, by=member_of(request), **told),
            done=_("It goes out now. Everybody was told, and somebody else looks at it within 24 hours."),
        ):
            return redirect("posts:detail", pk=pk)
        # As it is by now: perhaps it was checked only just.
        found = post_or_404(request, pk)
    context = {**about(request, found), "form": form}
    return render(request, "posts/emergency.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@needs(Right.REVIEW)
def after(request: HttpRequest, pk: int) -> HttpResponse:
    """Do the review that an emergency owes."""
    found = post_or_404(request, pk)
    rows = AfterReview.objects.visible_to(member_of(request)).filter(approval__version__post=found).with_post()
    # One that was edited and published again the same way owes two: first the one that is still open.
    owed = rows.open().order_by("due_at").first() or rows.order_by("-pk").first()
    if owed is None:
        raise Http404
    form = LookBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told, member = form.cleaned_data, member_of(request)
        was_right = told["was_right"] == "yes"
        if attempt(
            request,
            lambda: reviewing.look_back(owed, by=member, was_right=was_right, note=told["note"]),
            done=_("Thank you. The emergency is closed."),
        ):
            return redirect("posts:detail", pk=pk)
    # The same version as among those of the post, which know who let which stop pass.
    version = next(row for row in found.versions.all() if row.pk == owed.approval.version_id)
    seen = {"approval": owed.approval, "version": version, "previews": previews(version)}
    context = {**about(request, found), **seen, "findings": noticed_in(version), "form": form}
    return render(request, "posts/look_back.html", context, status=422 if request.method == "POST" else 200)
