"""The practice post of a newcomer: written, checked, handed in, and gone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from vierogen.people.models import Member, Organisation
from vierogen.people.requests import member_of
from vierogen.people.roles import Right
from vierogen.posts.actions import practising
from vierogen.posts.views.noticed import noticed_while_writing
from vierogen.web.doors import needs


class PracticeForm(forms.Form):
    """A text; what a real composer asks beside it (accounts, pictures, a time) would only be in the way."""

    text = forms.CharField(
        label=gettext_lazy("Your practice post"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


def _example(organisation: Organisation) -> str:
    """What a colleague wrote in a hurry, with the number of nobody in it."""
    with translation.override(organisation.language):
        return _(
            "The library is closed on Saturday. Want to keep your books longer? "
            "Mail us your citizen service number, like Mrs Jansen (BSN 123456782)."
        )


@require_http_methods(["GET", "POST"])
@needs(Right.WRITE)
def practise(request: HttpRequest) -> HttpResponse:
    """Write a practice post and hand it in."""
    member = member_of(request)
    form = PracticeForm(request.POST or None, initial={"text": _example(member.organisation)})
    # "Look at it" without the script: the same page again, with what is noticed now.
    if request.method == "POST" and form.is_valid() and request.POST.get("do") != "look" and _handed_in(form, member):
        messages.success(request, _("Handed in. It went nowhere, and what you wrote is kept nowhere."))
        return redirect("people:arriving")
    steps = [_("You write"), _("A colleague looks"), _("Cooling-off"), _("It is out, and checked")]
    context = {"form": form, "steps": steps, **_beside(form["text"].value() or "", member)}
    return render(request, "posts/practise.html", context, status=422 if form.errors else 200)


def _handed_in(form: PracticeForm, member: Member) -> bool:
    try:
        practising.hand_in(form.cleaned_data["text"], by=member)
    except (ValidationError, PermissionDenied) as refusal:
        form.add_error("text", refusal.messages if isinstance(refusal, ValidationError) else str(refusal))
        return False
    return True


@require_POST
@needs(Right.WRITE)
def look(request: HttpRequest) -> HttpResponse:
    """What stands beside a practice text that is still being typed (htmx)."""
    text = request.POST.get("text", "")[:20_000]
    return render(request, "posts/practise_noticed.html", _beside(text, member_of(request)))


def _beside(text: str, member: Member) -> dict[str, Any]:
    organisation = member.organisation
    content = practising.as_content(text, organisation)
    findings = noticed_while_writing(practising.noticed(text, organisation), content)
    return {
        "findings": findings,
        "is_empty": not content.text,
        "channel": content.channels[0],
        "text": content.text,
        "language": content.language,
    }
