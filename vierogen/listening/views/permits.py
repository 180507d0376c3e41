"""The page on which a privacy officer decides about an alert on a person."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vierogen.listening.actions import permitting
from vierogen.listening.forms.alerts import DecisionForm
from vierogen.listening.states import AlertState
from vierogen.listening.views.alerts import alert_or_404
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs

ACTIONS = {"permit": permitting.permit, "refuse": permitting.refuse}


@require_http_methods(["GET", "POST"])
@needs(Right.PERMIT_PERSON)
def permit(request: HttpRequest, pk: int) -> HttpResponse:
    """Who asks for what, and why; then yes or no, with a reason."""
    alert, member = alert_or_404(request, pk), member_of(request)
    form = DecisionForm(request.POST or None, initial={"revision": alert.revision})
    action = ACTIONS.get(request.POST.get("do", ""))
    if request.method == "POST" and action and form.is_valid():
        told, words = form.cleaned_data, {permitting.permit: _("Permitted."), permitting.refuse: _("Refused.")}
        attempt(request, lambda: action(alert, by=member, **told), done=words[action])
        return redirect("listening:alert", pk=pk)
    if alert.state != AlertState.WAITING:
        return redirect("listening:alert", pk=pk)
    if alert.asked_by_id == member.pk:
        raise PermissionDenied(_("You asked for this yourself. Another privacy officer has to decide."))
    status = 422 if request.method == "POST" else 200
    return render(request, "listening/permit.html", {"alert": alert, "form": form}, status=status)
