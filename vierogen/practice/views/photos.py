"""The photo app on the phone: a long list of accounts, one tap between them, and a story is out at once.

So the accident can be made exactly as it happened. What is done here goes around the gateway.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.core.http import guarded_client
from vierogen.people.roles import Right
from vierogen.practice.drawing import ALBUM
from vierogen.practice.forms import ShotForm
from vierogen.practice.phone import Login, PhoneError, logins
from vierogen.practice.photo_app import KEY, PhotoApp, Shot, photo_phone_file
from vierogen.web.doors import needs

P = ParamSpec("P")
CHOSEN = "photo_account"
KINDS = ("image/png", "image/jpeg")


@dataclass(frozen=True)
class Hand:
    """The app in somebody's hand: open on one of its accounts."""

    app: PhotoApp
    login: Login
    logins: list[Login]


@contextmanager
def _opened(login: Login) -> Iterator[PhotoApp]:
    """The app on one account. Raises ``Http404`` where no network is simulated."""
    if not settings.NETWORK_SERVERS.get(KEY):
        raise Http404
    with guarded_client(base_url=settings.NETWORK_SERVERS[KEY], allowed=settings.ALLOW_PRIVATE) as http:
        yield PhotoApp(http, token=login.token)


def in_hand(view: Callable[Concatenate[HttpRequest, Hand, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view the app. What the network does not take becomes a message on the phone."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        login, known = _chosen(request)
        try:
            with _opened(login) as app:
                return view(request, Hand(app, login, known), *args, **kwargs)
        except PhoneError as error:
            if request.method == "GET":
                return render(request, "practice/no_network.html", {"reason": _(error.reason)}, status=503)
            messages.error(request, _(error.reason))
            return redirect("practice:photos")

    return guarded


def _chosen(request: HttpRequest) -> tuple[Login, list[Login]]:
    """The account that the page showed when a form was sent, else the one that was on last.

    At first that is the official one: somebody used it for work this morning.
    """
    known = logins(photo_phone_file())
    if not known:
        raise Http404
    wanted = request.POST.get("account") or request.session.get(CHOSEN, "")
    official = next((one for one in known if not one.private), known[0])
    return next((one for one in known if one.handle == wanted), official), known


def _shown(request: HttpRequest, hand: Hand, page: str, *, status: int = 200, **context: object) -> HttpResponse:
    usual = {"login": hand.login, "logins": hand.logins, "tab": page}
    return render(request, f"practice/photos/{page}.html", usual | context, status=status)


@require_GET
@needs(Right.SEE)
@in_hand
def home(request: HttpRequest, hand: Hand) -> HttpResponse:
    """What everybody shows, as this account sees it."""
    shots = hand.app.shots()
    mine, others = _told_apart([shot for shot in shots if shot.ends_at], hand.login)
    feed = [shot for shot in shots if shot.ends_at is None]
    return _shown(request, hand, "home", mine=mine, others=others, feed=feed)


def _told_apart(stories: list[Shot], login: Login) -> tuple[Shot | None, list[Shot]]:
    """The newest story of the account itself, and the newest of each other one."""
    newest: dict[str, Shot] = {}
    for shot in stories:
        newest.setdefault(shot.owner.handle, shot)
    return newest.pop(login.handle, None), list(newest.values())


@require_POST
@needs(Right.SEE)
def switch(request: HttpRequest) -> HttpResponse:
    """One tap, and the app acts for another account."""
    if request.POST.get("to") in {login.handle for login in logins(photo_phone_file())}:
        request.session[CHOSEN] = request.POST["to"]
    return redirect("practice:photos")


@require_http_methods(["GET", "POST"])
@needs(Right.SEE)
@in_hand
def new(request: HttpRequest, hand: Hand) -> HttpResponse:
    """A photo from the album, as a story or a post: out at once, without a question."""
    form = ShotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        story = request.POST.get("as") == "story"
        hand.app.post(form.picture(), form.cleaned_data["text"], story=story)
        messages.success(request, _said(hand, story=story))
        return redirect("practice:photos")
    return _shown(request, hand, "new", status=422 if form.errors else 200, form=form, album=ALBUM)


def _said(hand: Hand, *, story: bool) -> str:
    sentence = _("Your story is out, as @%(handle)s.") if story else _("Your post is out, as @%(handle)s.")
    return sentence % {"handle": hand.login.handle}


@require_GET
@needs(Right.SEE)
@in_hand
def story(request: HttpRequest, hand: Hand, pk: int) -> HttpResponse:
    """One story, as large as the screen, and further ones of the same account."""
    shown = _one(hand, pk)
    if shown.ends_at is None:
        raise Http404
    further = [shot for shot in hand.app.shots() if shot.ends_at and shot.owner == shown.owner and shot.id != shown.id]
    return _shown(request, hand, "story", story=shown, further=further)


def _one(hand: Hand, pk: int) -> Shot:
    try:
        return hand.app.one(pk)
    except PhoneError as error:
        raise Http404 from error


@require_GET
@needs(Right.SEE)
@in_hand
def profile(request: HttpRequest, hand: Hand) -> HttpResponse:
    """The account that is on, with everything that it shows."""
    own = [shot for shot in hand.app.shots() if shot.owner.handle == hand.login.handle]
    stories = [shot for shot in own if shot.ends_at]
    return _shown(
        request, hand, "profile", me=hand.app.me(), stories=stories, posts=[one for one in own if one not in stories]
    )


@require_POST
@needs(Right.SEE)
@in_hand
def delete(request: HttpRequest, hand: Hand, pk: int) -> HttpResponse:
    """Gone, as the real app does it: three dots, Delete."""
    hand.app.delete(pk)
    messages.success(request, _("Deleted, as @%(handle)s.") % {"handle": hand.login.handle})
    return redirect("practice:photos")


@require_GET
@needs(Right.SEE)
@in_hand
def picture(_request: HttpRequest, hand: Hand, pk: int) -> HttpResponse:
    """A photo of the network from our own address; pages load nothing from elsewhere."""
    return _passed_on(lambda: hand.app.picture(pk))


@require_GET
@needs(Right.SEE)
@in_hand
def avatar(_request: HttpRequest, hand: Hand, handle: str) -> HttpResponse:
    """The round picture of an account, likewise."""
    return _passed_on(lambda: hand.app.avatar(handle))


def _passed_on(fetch: Callable[[], tuple[bytes, str]]) -> HttpResponse:
    try:
        data, kind = fetch()
    except PhoneError as error:
        raise Http404 from error
    if kind not in KINDS:
        raise Http404
    # What was taken down must be gone from the screen too.
    return HttpResponse(data, content_type=kind, headers={"Cache-Control": "no-store"})
