"""The page on which a published post is taken down again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vierogen.channels.models import Channel
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.posts.actions import removing
from vierogen.posts.forms import ReasonForm
from vierogen.posts.models import Delivery
from vierogen.posts.views.shown import previews
from vierogen.web.doors import needs


def said(channel: Channel) -> str:
    """What happens now that somebody asked for a take-down there."""
    if not channel.can_take_down:
        return _("Remove it in the app now, as it says below. We keep looking until it is gone.")
    return _("It is being taken down. We keep looking until it is gone.")


@require_http_methods(["GET", "POST"])
@needs(Right.TAKE_DOWN, fresh=True)
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one delivery down; its evidence is kept."""
    rows = Delivery.objects.visible_to(member_of(request)).select_related("version__post", "channel")
    delivery = get_object_or_404(rows, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, member = form.cleaned_data["reason"], member_of(request)
        done = said(delivery.channel)
        if attempt(request, lambda: removing.withdraw(delivery, by=member, reason=reason), done=done):
            return redirect("posts:detail", pk=delivery.version.post_id)
    preview = next(one for one in previews(delivery.version) if one.channel.pk == delivery.channel_id)
    context = {"delivery": delivery, "preview": preview, "form": form}
    return render(request, "posts/withdraw.html", context, status=422 if request.method == "POST" else 200)
