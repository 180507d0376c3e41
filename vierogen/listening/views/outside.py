"""Doors without a log-in: stopping mails (RFC 8058) and feeds. A signed secret in the address says whose they are.

And the table of hits, which needs a log-in as any page does.
"""

from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from vierogen.listening.actions.feeding import Selection, atom, edition, may_read, selected, table
from vierogen.listening.actions.links import FEED, UNSUBSCRIBE, Bearer, bearer
from vierogen.listening.actions.reading import stop_mail
from vierogen.listening.models import Alert
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.web.doors import everybody, needs

# Dutch Excel parts columns at semicolons, English Excel at commas.
SEPARATORS = {"comma": ",", "semicolon": ";"}


@csrf_exempt  # a mail program has neither cookie nor form of ours; the address itself is the secret
@everybody
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, secret: str) -> HttpResponse:
    """Show what can be stopped; the button of this page, or of a mail program (RFC 8058, 3.2), stops it."""
    found = bearer(secret, UNSUBSCRIBE)
    if found is None:
        return render(request, "listening/old_link.html", status=410)
    is_done = request.POST.get("List-Unsubscribe") == "One-Click"
    is_everything = not found.alert_id or request.POST.get("which") == "all"
    with translation.override(found.reader.member.user.language):
        if is_done:
            stop_mail(found.reader, alert_id=0 if is_everything else found.alert_id)
        told = {"alert": _alert(found), "is_done": is_done, "is_everything": is_everything}
        answer = render(request, "listening/unsubscribe.html", told)
    answer["Cache-Control"] = "no-store"
    return answer


def _alert(found: Bearer) -> Alert | None:
    """The alert that the address is about, if it is about one."""
    return Alert.objects.visible_to(found.reader.member).filter(pk=found.alert_id).first()


@everybody
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """An Atom feed. Who may read it is asked each time; there is no cookie."""
    found = bearer(secret, FEED)
    if found is None or not may_read(found):
        raise Http404
    known = edition(found)
    tag, changed_at = quote_etag(known.tag), known.changed_at
    answer = get_conditional_response(request, etag=tag, last_modified=int(changed_at.timestamp()))
    if answer is None:
        with translation.override(found.reader.member.user.language):
            body = atom(found, changed_at=changed_at)
        answer = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    answer["ETag"], answer["Last-Modified"] = tag, http_date(changed_at.timestamp())
    answer["Cache-Control"] = "private, no-cache"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


class SelectionForm(forms.Form):
    """Which hits a table holds; ``from`` and ``until`` are days, both included."""

    alert = forms.ModelChoiceField(Alert.objects.none(), required=False)
    until = forms.DateField(required=False)
    copies = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], required=False)
    separator = forms.ChoiceField(choices=[(name, name) for name in SEPARATORS], required=False)

    def __init__(self, request: HttpRequest, *, member: Member) -> None:
        super().__init__(request.GET)
        self.fields["from"] = forms.DateField(required=False)
        alert: forms.ModelChoiceField[Alert] = self.fields["alert"]  # type: ignore[assignment]
        alert.queryset = Alert.objects.visible_to(member)

    @property
    def selection(self) -> Selection:
        """As the actions take it."""
        told = self.cleaned_data
        return Selection(told["alert"], told["from"], told["until"], with_copies=told["copies"] != "no")

    @property
    def by(self) -> str:
        """What stands between two cells."""
        usual = "semicolon" if (translation.get_language() or "").startswith("nl") else "comma"
        return SEPARATORS[self.cleaned_data["separator"] or usual]


@require_GET
@needs(Right.LISTEN)
def hits_csv(request: HttpRequest) -> HttpResponseBase:
    """What was found, as a table for a spreadsheet."""
    member: Member = request.member  # type: ignore[attr-defined]
    form = SelectionForm(request, member=member)
    if not form.is_valid():
        raise BadRequest(_("Choose one of your alerts, and days as 2026-12-31."))
    zone: ZoneInfo = member.organisation.zone
    lines = table(selected(member, form.selection, zone=zone), zone=zone, separator=form.by)
    name = f"vierogen-{timezone.localdate()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
