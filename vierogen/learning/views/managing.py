"""Pages on which an administrator looks after agreements."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from vierogen.learning.actions.beginning import take_set
from vierogen.learning.starting import Kind
from vierogen.people.requests import attempt, member_of
from vierogen.people.roles import Right
from vierogen.web.doors import needs

# Days that people have for the cards of a starter set.
FIRST_DAYS = 14


@require_POST
@needs(Right.MANAGE_ORGANISATION)
def begin(request: HttpRequest) -> HttpResponse:
    """Take a starter set into use: its cards are in force from now on."""
    member = member_of(request)
    chosen = request.POST.get("kind", "")
    kind = chosen if chosen in Kind.values else Kind.MUNICIPALITY
    language = member.organisation.language[:2]
    done = _("The agreements are in force. Everybody has %(days)d days to confirm them.") % {"days": FIRST_DAYS}
    attempt(
        request,
        lambda: take_set(member.organisation, kind=kind, language=language, days=FIRST_DAYS, by=member),
        done=done,
    )
    return redirect("learning:list")
