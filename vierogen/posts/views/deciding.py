"""Pages on which somebody decides: approve, ask for changes, stop, release."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.ledger.moves import WrongStateError
from vierogen.people.roles import Right
from vierogen.posts.actions import delivering, reviewing, stopping
from vierogen.posts.forms import ChangesForm, HaltForm
from vierogen.posts.models import Delivery
from vierogen.posts.views.reading import about, member_of, post_or_404
from vierogen.web.doors import needs


def attempt(request: HttpRequest, action: Callable[[], object], *, done: str) -> bool:
    """Do ``action`` and say what became of it; a refusal is told in its own words."""
    try:
        action()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    except (PermissionDenied, WrongStateError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
        return True
    return False


@require_GET
@needs(Right.SEE)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The page behind the mail's link: look, then decide with a form. Opening it changes nothing."""
    found = post_or_404(request, pk)
    return render(request, "posts/review.html", {**about(request, found), "changes_form": ChangesForm()})


@require_POST
@needs(Right.REVIEW, fresh=True)
def say_yes(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve exactly what the page showed."""
    version = post_or_404(request, pk).latest
    passed = [int(number) for number in request.POST.getlist("passed") if number.isdigit()]
    digest, member = request.POST.get("digest", ""), member_of(request)
    seconds = member.organisation.cooling_off_seconds
    attempt(
        request,
        lambda: reviewing.approve(version, by=member, digest=digest, passed=passed),
        done=_("Approved. It waits %(seconds)d seconds in which everybody can stop it.") % {"seconds": seconds},
    )
    return redirect("posts:detail", pk=pk)


@require_POST
@needs(Right.REVIEW)
def say_what_to_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it back to the writer."""
    version = post_or_404(request, pk).latest
    text = request.POST.get("text", "")
    done = _("Sent back to %(name)s.") % {"name": version.written_by.name}
    if attempt(request, lambda: reviewing.ask_for_changes(version, by=member_of(request), text=text), done=done):
        return redirect("posts:review_list")
    return redirect("posts:review", pk=pk)


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
    done = _("Stopped. It did not go out, and is a draft again.")
    attempt(request, lambda: stopping.stop(found, by=member_of(request)), done=done)
    return redirect("posts:detail", pk=pk)


@require_http_methods(["GET", "POST"])
@needs(Right.STOP)
def halt(request: HttpRequest) -> HttpResponse:
    """Stop everything."""
    member = member_of(request)
    form = HaltForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        done = _("Everything is stopped. Nothing goes out any more.")
        attempt(
            request,
            lambda: stopping.stop_everything(member.organisation, by=member, reason=reason),
            done=done,
        )
        return redirect("posts:halt")
    held = Delivery.objects.visible_to(member).filter(state="held").select_related("channel", "version__post")
    context = {
        "form": form,
        "open_halt": stopping.is_halted(member.organisation_id),
        "held": held,
        "rights": member.rights,
    }
    return render(request, "posts/halt.html", context)


@require_POST
@needs(Right.RELEASE)
def lift_halt(request: HttpRequest) -> HttpResponse:
    """End the stop; what was held waits to be released one by one."""
    member = member_of(request)
    done = _("The stop is lifted. Release what may still go out, one by one.")
    attempt(request, lambda: stopping.lift(member.organisation, by=member), done=done)
    return redirect("posts:halt")


@require_POST
@needs(Right.RELEASE)
def let_go(request: HttpRequest, pk: int) -> HttpResponse:
    """Release one held delivery."""
    delivery = _delivery_or_404(request, pk)
    attempt(
        request,
        lambda: stopping.release(delivery, by=member_of(request)),
        done=_("Released. It goes out now."),
    )
    return redirect("posts:detail", pk=delivery.version.post_id)


@require_POST
@needs(Right.DECIDE)
def settle_doubt(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide about an uncertain delivery, after looking on the network."""
    delivery = _delivery_or_404(request, pk)
    again = request.POST.get("do") == "again"
    done = _("It is sent again.") if again else _("Left as it is: not published.")
    attempt(request, lambda: delivering.decide(delivery, by=member_of(request), send_it_again=again), done=done)
    return redirect("posts:detail", pk=delivery.version.post_id)


def _delivery_or_404(request: HttpRequest, pk: int) -> Delivery:
    rows = Delivery.objects.visible_to(member_of(request)).select_related("version__post", "channel")
    return get_object_or_404(rows, pk=pk)
