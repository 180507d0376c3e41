"""The page about colleague organisations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from vierogen.people import partnering
from vierogen.people.models import Partnership
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.people.states import PartnershipState
from vierogen.web.doors import needs
from vierogen.web.fields import typed


def _partnership(request: HttpRequest, pk: int) -> Partnership:
    return get_object_or_404(Partnership.objects.visible_to(member_of(request)), pk=pk)


@require_GET
@needs(Right.MANAGE_ORGANISATION)
def partners(request: HttpRequest) -> HttpResponse:
    """With whom there is an agreement, and who asks for one."""
    me = member_of(request)
    rows = Partnership.objects.visible_to(me).exclude(state=PartnershipState.ENDED)
    lines = [
        (row, row.other(me.organisation_id), row.state == PartnershipState.ASKED, row.partner_id == me.organisation_id)
        for row in rows.select_related("organisation", "partner")
    ]
    return render(request, "people/partners.html", {"lines": lines})


@require_POST
@needs(Right.MANAGE_ORGANISATION, fresh=True)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask another organisation."""
    me, done = member_of(request), _("Asked. Their administrators got a mail.")
    attempt(request, lambda: partnering.ask(typed(request.POST, "name"), by=me), done=done)
    return redirect("people:partners")


@require_POST
@needs(Right.MANAGE_ORGANISATION, fresh=True)
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Say yes to what another organisation asks."""
    row, me = _partnership(request, pk), member_of(request)
    attempt(request, lambda: partnering.agree(row, by=me), done=_("Agreed. You can now ask each other."))
    return redirect("people:partners")


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it, or say no."""
    row, me = _partnership(request, pk), member_of(request)
    attempt(request, lambda: partnering.end(row, by=me), done=_("Ended. They see nothing of you any more."))
    return redirect("people:partners")
