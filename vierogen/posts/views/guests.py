"""Pages of a review for a colleague organisation: what a guest sees, and how they are asked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vierogen.core.numbers import whole
from vierogen.people.partnering import partners_of
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.posts.actions import guests, reviewing
from vierogen.posts.forms import ChangesForm
from vierogen.posts.models import GuestReview, Media
from vierogen.posts.views.noticed import noticed_by_guests
from vierogen.posts.views.ranges import answered
from vierogen.posts.views.reading import post_or_404
from vierogen.web.doors import needs


@require_POST
@needs(Right.WRITE)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a colleague organisation to look at this post."""
    found, me = post_or_404(request, pk), member_of(request)
    wanted = whole(request.POST.get("partner", ""))
    others = [row.other(found.organisation_id) for row in partners_of(found.organisation_id)]
    partner = next((other for other in others if other.pk == wanted), None)
    if partner is not None:
        done = _("Asked. %(name)s sees only this post.") % {"name": partner.name}
        attempt(request, lambda: guests.ask_partner(found.latest, partner, by=me), done=done)
    return redirect("posts:detail", pk=pk)


@require_POST
@needs(Right.WRITE)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not ask them any more."""
    me = member_of(request)
    asked = get_object_or_404(GuestReview.objects.filter(organisation_id=me.organisation_id), pk=pk)
    attempt(request, lambda: guests.take_back(asked, by=me), done=_("Taken back. They do not see it any more."))
    return redirect("posts:detail", pk=asked.version.post_id)


def _asked(request: HttpRequest, pk: int) -> GuestReview:
    """What this member's organisation was asked to judge and can judge now; 404 for everything else."""
    rows = GuestReview.objects.open().visible_to(member_of(request))
    return get_object_or_404(rows.select_related("organisation", "version__post__organisation"), pk=pk)


def _shown(asked: GuestReview, form: ChangesForm) -> dict[str, Any]:
    version = asked.version
    pictures = [
        {"url": reverse("posts:guest_picture", args=[asked.pk, row.media_id]), "alt": row.alt, "is_film": row.is_film}
        for row in _media(asked)
    ]
    previews = [
        {"channel": _named(target.channel), "text": target.effective_text}
        for target in version.targets.select_related("channel")
    ]
    return {
        "asked": asked,
        "version": version,
        "previews": previews,
        "pictures": pictures,
        "findings": noticed_by_guests(version),
        "form": form,
    }


def _named(channel: Any) -> dict[str, Any]:
    """What a guest may know of a channel: how it is called, and where."""
    return {name: getattr(channel, name) for name in ("handle", "name", "network_name", "colour", "initials")}


def _media(asked: GuestReview) -> list[Any]:
    rows = list(asked.version.attachments.select_related("media").defer("media__data"))
    for row in rows:
        row.is_film = row.media.is_film  # type: ignore[attr-defined]
    return rows


@require_GET
@needs(Right.REVIEW)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of another organisation, and nothing around it. Opening it changes nothing."""
    return render(request, "posts/guest.html", _shown(_asked(request, pk), ChangesForm()))


@require_GET
@needs(Right.REVIEW)
def picture(request: HttpRequest, pk: int, media: int) -> HttpResponse:
    """A picture of that version."""
    asked = _asked(request, pk)
    ours = asked.version.attachments.values("media_id")
    found = get_object_or_404(Media, pk=media, pk__in=ours, organisation_id=asked.organisation_id)
    response = answered(request, bytes(found.data), mime=found.mime)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@needs(Right.REVIEW, fresh=True)
def say_yes(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve exactly what the page showed."""
    asked, me, digest = _asked(request, pk), member_of(request), request.POST.get("digest", "")
    numbers = [whole(one) for one in request.POST.getlist("passed")]
    passed = [number for number in numbers if number is not None]
    done = attempt(
        request,
        lambda: reviewing.approve(asked.version, by=me, digest=digest, passed=passed),
        done=_("Approved. Thank you for looking."),
    )
    return redirect("home:today") if done else redirect("posts:guest", pk=pk)


@require_POST
@needs(Right.REVIEW)
def say_what_to_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it back to who wrote it."""
    asked, me, form = _asked(request, pk), member_of(request), ChangesForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        done = _("Sent back to %(name)s.") % {"name": asked.organisation.name}
        if attempt(request, lambda: reviewing.ask_for_changes(asked.version, by=me, text=text), done=done):
            return redirect("home:today")
    return render(request, "posts/guest.html", _shown(asked, form), status=422)
