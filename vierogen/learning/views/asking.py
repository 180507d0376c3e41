"""What the pages of learning share: finding a card, and where somebody came from."""

from collections.abc import Iterable
from typing import TypeVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from vierogen.learning.models import Agreement, Lesson
from vierogen.people.requests import member_of

Version = TypeVar("Version", Agreement, Lesson)


def back_to(request: HttpRequest) -> str:
    """Where the person was, so that they can go on there; "" for nowhere, and for anything outside."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    fits = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if fits else ""


def onwards(request: HttpRequest) -> str:
    """The same, for the page of what is missing: it leads not to itself."""
    wanted = back_to(request)
    return "" if wanted.startswith(reverse("learning:missing")) else wanted


def was_read(request: HttpRequest, found: Agreement | Lesson) -> bool:
    """Is ``found`` the version that the person had before them, as their form says? Else they hear that it changed.

    Nobody confirms words that they did not see, nor answers questions about them.
    """
    if request.POST.get("version") == str(found.pk):
        return True
    changed_meanwhile(request)
    return False


def changed_meanwhile(request: HttpRequest) -> None:
    """Say that another version came while they read."""
    messages.error(request, _("This changed while you read. Read it again."))


def latest(rows: Iterable[Version]) -> list[Version]:
    """Drafts, and of each card or lesson its newest version besides: not what was withdrawn before it came back."""
    every = list(rows)
    newest = {row.key: row for row in sorted(every, key=lambda row: row.number) if not row.is_draft}
    return [row for row in every if row.is_draft or newest[row.key] is row]


def newest_or_404(rows: QuerySet[Version]) -> Version:
    """The newest of these versions."""
    found = rows.order_by("-number").first()
    if found is None:
        raise Http404
    return found


def card_or_404(request: HttpRequest, key: str) -> Agreement:
    """The version of a card that is in force."""
    return get_object_or_404(Agreement.objects.visible_to(member_of(request)).in_force(), key=key)


def lesson_or_404(request: HttpRequest, key: str) -> Lesson:
    """The version of a lesson that is in use."""
    return get_object_or_404(Lesson.objects.visible_to(member_of(request)).in_use(), key=key)
