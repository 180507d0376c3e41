"""Pages on which somebody decides about one post: approve, ask for changes, stop, release."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vierogen.core.numbers import whole
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.posts.actions import looking, reviewing, stopping
from vierogen.posts.forms import ChangesForm
from vierogen.posts.models import Delivery
from vierogen.posts.states import UNDER_WAY
from vierogen.posts.views.reading import about_review, post_or_404
from vierogen.web.doors import needs
from vierogen.web.fields import typed


def seen(request: HttpRequest) -> int | None:
    """The number of the grave event that the page showed on which somebody decided."""
    return whole(request.POST.get("seen", ""))


def ended(request: HttpRequest) -> list[int]:
    """The numbers of the declarations of consent of which that page said that they ended."""
    return _numbers(request, "ended")


def _numbers(request: HttpRequest, name: str) -> list[int]:
    numbers = map(whole, request.POST.getlist(name))
    return [number for number in numbers if number is not None]


@require_GET
@needs(Right.SEE)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The page behind the mail's link: look, then decide with a form. Opening it changes nothing."""
    found = post_or_404(request, pk)
    return render(request, "posts/review.html", {**about_review(request, found), "form": ChangesForm()})


@require_POST
@needs(Right.REVIEW, fresh=True)
def say_yes(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve exactly what the page showed."""
    version = post_or_404(request, pk).latest
    digest, member = request.POST.get("digest", ""), member_of(request)
    known = {"passed": _numbers(request, "passed"), "ended": ended(request)}
    done = attempt(
        request,
        lambda: reviewing.approve(version, by=member, digest=digest, seen=seen(request), **known),
        done=_("Approved. Until it goes out, everybody in the team can stop it."),
    )
    return redirect("posts:detail" if done else "posts:review", pk=pk)


@require_POST
@needs(Right.REVIEW)
def say_what_to_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it back to the writer."""
    found = post_or_404(request, pk)
    version, form = found.latest, ChangesForm(request.POST)
    if form.is_valid():
        text, member = form.cleaned_data["text"], member_of(request)
        done = _("Sent back to %(name)s.") % {"name": version.written_by.name}
        if attempt(request, lambda: reviewing.ask_for_changes(version, by=member, text=text), done=done):
            return redirect("posts:review_list")
    # Not another page: what was typed stays.
    return render(request, "posts/review.html", {**about_review(request, found), "form": form}, status=422)


@require_POST
@needs(Right.REVIEW, fresh=True)
def hurry(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish now, without waiting for the rest of the cooling-off."""
    version = post_or_404(request, pk).latest
    attempt(request, lambda: reviewing.publish_now(version, by=member_of(request)), done=_("It goes out now."))
    return redirect("posts:detail", pk=pk)


@require_POST
@needs(Right.STOP)
def stop_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it before it goes out."""
    found = post_or_404(request, pk)
    under_way = Delivery.objects.filter(version__post=found, state__in=UNDER_WAY)
    if attempt(request, lambda: stopping.stop(found, by=member_of(request)), done=_("Stopped.")) and under_way.exists():
        messages.warning(request, _("Part of it was being sent at that moment. Below you see whether it is out."))
    return redirect("posts:detail", pk=pk)


@require_POST
@needs(Right.RELEASE)
def let_go(request: HttpRequest, pk: int) -> HttpResponse:
    """Release one held delivery."""
    delivery, member = _delivery_or_404(request, pk), member_of(request)

    def act() -> None:
        reason = typed(request.POST, "reason")
        stopping.release(delivery, by=member, reason=reason, seen=seen(request), ended=ended(request))

    attempt(
        request,
        act,
        done=_("Released for %(handle)s.") % {"handle": delivery.channel.handle},
    )
    return redirect("posts:detail", pk=delivery.version.post_id)


@require_POST
@needs(Right.DECIDE)
def settle_doubt(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide about an uncertain delivery, after looking on the network."""
    delivery = _delivery_or_404(request, pk)
    again = request.POST.get("do") == "again"
    done = _("It is sent again.") if again else _("Left as it is: not published.")
    member, known = member_of(request), ended(request)
    attempt(
        request,
        lambda: looking.decide(delivery, by=member, send_it_again=again, seen=seen(request), ended=known),
        done=done,
    )
    return redirect("posts:detail", pk=delivery.version.post_id)


def _delivery_or_404(request: HttpRequest, pk: int) -> Delivery:
    rows = Delivery.objects.visible_to(member_of(request)).select_related("version__post", "channel")
    return get_object_or_404(rows, pk=pk)
