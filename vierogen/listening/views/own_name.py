"""The page on which somebody chooses whether their own name is listened for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from vierogen.listening.actions import beginning
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs


@require_http_methods(["GET", "POST"])
@needs(Right.SEE)
def own_name(request: HttpRequest) -> HttpResponse:
    """Listen for my name, or do not: mine alone to say."""
    member = member_of(request)
    if request.method == "POST" and request.POST.get("do") == "listen":
        attempt(request, lambda: beginning.listen_for_me(member), done=_("From now on we listen for your name."))
        return redirect("listening:own_name")
    if request.method == "POST":
        attempt(request, lambda: beginning.do_not_listen_for_me(member), done=_("We do not listen for your name."))
        return redirect("listening:own_name")
    alert = beginning.alert_of(member)
    query = alert.query if alert else beginning.for_member(member).query
    context = {"alert": alert, "query": query, "is_one_word": not beginning.has_whole_name(member)}
    return render(request, "listening/own_name.html", context)
