"""The page on which everything is stopped, and on which it goes on again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.posts.actions import stopping
from vierogen.posts.forms import HaltForm
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.web.doors import needs


@require_http_methods(["GET", "POST"])
@needs(Right.STOP)
def halt(request: HttpRequest) -> HttpResponse:
    """Stop everything."""
    member = member_of(request)
    form = HaltForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        attempt(
            request,
            lambda: stopping.stop_everything(member.organisation, by=member, reason=reason),
            done=_("Everything is stopped. Nothing goes out any more."),
        )
        return redirect("posts:halt")
    rows = Delivery.objects.visible_to(member)
    context = {
        "form": form,
        "open_halt": stopping.is_halted(member.organisation_id),
        "held": rows.filter(state=DeliveryState.HELD).select_related("channel", "version__post"),
        "waiting": rows.filter(state=DeliveryState.WAITING).count(),
        "may_lift": member.may(Right.RELEASE),
        "who_may_lift": member.organisation.members.all().who_may(Right.RELEASE),
    }
    return render(request, "posts/halt.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Right.RELEASE)
def lift_halt(request: HttpRequest) -> HttpResponse:
    """End the stop; what was held waits to be released one by one."""
    member = member_of(request)
    done = _("The stop is lifted. Release what may still go out, one by one.")
    attempt(request, lambda: stopping.lift(member.organisation, by=member), done=done)
    return redirect("posts:halt")
