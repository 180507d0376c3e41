"""Pages of the ledger: who did what; verify; export."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from vierogen.ledger.actions import gone, verify
from vierogen.ledger.models import Entry
from vierogen.ledger.words import page_of, said, sentence
from vierogen.web.doors import needs


def _mine(request: HttpRequest) -> QuerySet[Entry]:
    organisation: int = request.member.organisation_id  # type: ignore[attr-defined]
    return Entry.objects.filter(organisation_id=organisation).order_by("-number").prefetch_related("openings")


@require_GET
@needs("read_ledger")
def entries(request: HttpRequest) -> HttpResponse:
    """The entries, newest first."""
    page = Paginator(_mine(request), 50).get_page(request.GET.get("page"))
    lines = [{"entry": entry, "text": sentence(entry), "said": said(entry), "url": page_of(entry)} for entry in page]
    return render(request, "ledger/list.html", {"page": page, "lines": lines})


@require_POST
@needs("read_ledger")
def check(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain now."""
    organisation: int = request.member.organisation_id  # type: ignore[attr-defined]
    read, broken = verify(organisation)
    broken += gone([organisation])
    if broken:
        messages.error(
            request, _("The ledger does NOT hold, first at entry %(number)d.") % {"number": broken[0].number}
        )
    else:
        text = ngettext("The ledger holds: %(count)d entry read.", "The ledger holds: %(count)d entries read.", read)
        messages.success(request, text % {"count": read})
    return redirect("ledger:list")


@require_GET
@needs("read_ledger")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Every entry as a line of JSON, oldest first, without any personal value."""
    rows = _mine(request).order_by("number").iterator(chunk_size=500)
    response = StreamingHttpResponse(_lines(rows), content_type="application/x-ndjson")
    response["Content-Disposition"] = 'attachment; filename="ledger.ndjson"'
    return response


def _lines(rows: Iterator[Entry]) -> Iterator[str]:
    for entry in rows:
        told: dict[str, Any] = {
            "organisation": entry.organisation_id,
            "number": entry.number,
            "at": entry.at.isoformat(),
            "actor": entry.actor,
            "verb": entry.verb,
            "subject": entry.subject,
            "facts": entry.facts,
            "commitments": entry.commitments,
            "previous": entry.previous,
            "hash": entry.hash,
        }
        yield json.dumps(told, sort_keys=True) + "\n"
