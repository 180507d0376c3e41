"""The page that everybody opens first."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from vierogen.home.board import board_of
from vierogen.people.roles import Right
from vierogen.web.doors import everybody, logged_in, needs


@require_GET
@logged_in
def today(request: HttpRequest) -> HttpResponse:
    """Is everything well, and what asks for attention?"""
    member = getattr(request, "member", None)
    if member is None:
        return redirect("people:nowhere")
    return render(request, "home/today.html", {"board": board_of(member)})


@require_GET
@needs(Right.SEE)
def live(request: HttpRequest) -> HttpResponse:
    """The part of Today that changes by itself."""
    return render(request, "home/board.html", {"board": board_of(request.member)})  # type: ignore[attr-defined]


@require_GET
@everybody
def alive(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("alive", content_type="text/plain")


@require_GET
@everybody
def ready(_request: HttpRequest) -> HttpResponse:
    """So does the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ready", content_type="text/plain")
