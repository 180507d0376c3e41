"""The page on which somebody says that something grave happened, and later that it is over."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.posts.actions import mourning
from vierogen.posts.forms import GraveForm
from vierogen.posts.models import Delivery
from vierogen.posts.states import DeliveryState
from vierogen.posts.views.deciding import seen
from vierogen.web.doors import needs


@require_http_methods(["GET", "POST"])
@needs(Right.STOP)
def happened(request: HttpRequest) -> HttpResponse:
    """Hold what was approved before; what people approve from now on goes out."""
    member = member_of(request)
    form = GraveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        attempt(
            request,
            lambda: mourning.hold_the_queue(member.organisation, by=member, reason=reason),
            done=_("What was approved before is held. What you approve from now on goes out."),
        )
        return redirect("posts:grave")
    rows = Delivery.objects.visible_to(member)
    context = {
        "form": form,
        "held": rows.filter(state=DeliveryState.HELD).select_related("channel", "version__post"),
        "waiting": rows.filter(state=DeliveryState.WAITING).count(),
        "may_release": member.may(Right.RELEASE),
        "who_may_release": member.organisation.members.all().who_may(Right.RELEASE),
    }
    return render(request, "posts/grave.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Right.RELEASE)
def over(request: HttpRequest) -> HttpResponse:
    """It is over; what was held waits to be released one by one."""
    member = member_of(request)
    done = _("It is over. Release what may still go out, one by one.")
    ends = seen(request)
    attempt(request, lambda: mourning.let_the_queue_go(member.organisation, by=member, seen=ends), done=done)
    return redirect("posts:grave")
