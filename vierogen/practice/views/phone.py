"""The phone: two accounts in one app, and one tap between them. What is done here goes around the gateway."""

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
from vierogen.practice.demo import phone_file
from vierogen.practice.drawing import ALBUM
from vierogen.practice.forms import EditForm, NameForm, PostForm
from vierogen.practice.phone import App, Login, PhoneError, Seen, logins
from vierogen.practice.photo_app import has_photos
from vierogen.web.doors import needs

P = ParamSpec("P")
CHOSEN = "phone_account"
TABS = {"phone": "home", "write": "write", "profile": "profile"}


@dataclass(frozen=True)
class Phone:
    """The app, open on one of its accounts. ``other`` is what one tap switches to."""

    app: App
    login: Login
    other: Login | None


@contextmanager
def opened(login: Login | None = None) -> Iterator[App]:
    """The app on one account, or as a visitor. Raises ``Http404`` where there is no practice network."""
    if not settings.PRACTICE_URL:
        raise Http404
    with guarded_client(base_url=settings.PRACTICE_URL, allowed=settings.ALLOW_PRIVATE) as http:
        yield App(http, token=login.token if login else "")


def with_phone(view: Callable[Concatenate[HttpRequest, Phone, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view the phone. What the network does not take becomes a message on the phone."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        login, other = _chosen(request)
        try:
            with opened(login) as app:
                return view(request, Phone(app, login, other), *args, **kwargs)
        except PhoneError as error:
            if request.method == "GET":
                return render(request, "practice/no_network.html", {"reason": _(error.reason)}, status=503)
            messages.error(request, _(error.reason))
            return redirect("practice:phone")

    return guarded


def _chosen(request: HttpRequest) -> tuple[Login, Login | None]:
    """The account that the page showed when a form was sent, else the one that was on last, else the official one."""
    known = {login.handle: login for login in logins(phone_file())}
    if not known:
        raise Http404
    wanted = request.POST.get("account") or request.session.get(CHOSEN, "")
    login = known.get(wanted) or list(known.values())[-1]
    return login, next((other for other in known.values() if other != login), None)


def _shown(request: HttpRequest, phone: Phone, page: str, *, status: int = 200, **context: object) -> HttpResponse:
    usual = {
        "login": phone.login,
        "other": phone.other,
        "me": phone.app.me(),
        "tab": TABS.get(page),
        "photos": has_photos(),
    }
    return render(request, f"practice/{page}.html", usual | context, status=status)


@require_GET
@needs(Right.SEE)
@with_phone
def home(request: HttpRequest, phone: Phone) -> HttpResponse:
    """What everybody posted, as this account sees it."""
    seen = phone.app.timeline()
    return _shown(request, phone, "phone", posts=without_stories(seen), stories=stories(seen))


def without_stories(seen: list[Seen]) -> list[Seen]:
    """The posts among them."""
    return [one for one in seen if one.ends_at is None]


def stories(seen: list[Seen]) -> list[Seen]:
    """The newest story of each account."""
    newest: dict[str, Seen] = {}
    for one in seen:
        if one.ends_at:
            newest.setdefault(one.author.handle, one)
    return list(newest.values())


@require_POST
@needs(Right.SEE)
def switch(request: HttpRequest) -> HttpResponse:
    """One tap, and the app acts for the other account."""
    if request.POST.get("to") in {login.handle for login in logins(phone_file())}:
        request.session[CHOSEN] = request.POST["to"]
    return redirect("practice:phone")


@require_http_methods(["GET", "POST"])
@needs(Right.SEE)
@with_phone
def write(request: HttpRequest, phone: Phone) -> HttpResponse:
    """A post or a story, out at once."""
    form = PostForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told, story = form.cleaned_data, request.POST.get("as") == "story"
        try:
            phone.app.post(told["text"], photo=form.picture(), alt=told["alt"], story=story)
        except PhoneError as error:
            form.add_error(None, _(error.reason))
        else:
            messages.success(request, _said(phone, story=story))
            return redirect("practice:phone")
    return _shown(request, phone, "write", status=422 if form.errors else 200, form=form, album=ALBUM)


def _said(phone: Phone, *, story: bool) -> str:
    sentence = _("Your story is out, as @%(handle)s.") if story else _("Your post is out, as @%(handle)s.")
    return sentence % {"handle": phone.login.handle}


@require_http_methods(["GET", "POST"])
@needs(Right.SEE)
@with_phone
def edit(request: HttpRequest, phone: Phone, pk: int) -> HttpResponse:
    """Other words for an own post."""
    post = phone.app.one(str(pk))
    if post.author.handle != phone.login.handle:
        raise Http404
    form = EditForm(request.POST or None, initial={"text": post.text})
    if request.method == "POST" and form.is_valid():
        try:
            phone.app.edit(post.id, form.cleaned_data["text"])
        except PhoneError as error:
            form.add_error(None, _(error.reason))
        else:
            messages.success(request, _("Changed."))
            return redirect("practice:phone")
    return _shown(request, phone, "edit", status=422 if form.errors else 200, form=form, post=post)


@require_POST
@needs(Right.SEE)
@with_phone
def delete(request: HttpRequest, phone: Phone, pk: int) -> HttpResponse:
    """Gone, without a question."""
    phone.app.delete(str(pk))
    messages.success(request, _("Deleted."))
    return redirect("practice:phone")


@require_POST
@needs(Right.SEE)
@with_phone
def like(request: HttpRequest, phone: Phone, pk: int) -> HttpResponse:
    """Like, or take that back."""
    phone.app.like(str(pk), undo="undo" in request.POST)
    return redirect("practice:phone")


@require_POST
@needs(Right.SEE)
@with_phone
def repost(request: HttpRequest, phone: Phone, pk: int) -> HttpResponse:
    """Repost, or take that back."""
    phone.app.repost(str(pk), undo="undo" in request.POST)
    return redirect("practice:phone")


@require_http_methods(["GET", "POST"])
@needs(Right.SEE)
@with_phone
def profile(request: HttpRequest, phone: Phone) -> HttpResponse:
    """The name that everybody sees."""
    form = NameForm(request.POST or None, initial={"name": phone.app.me().name})
    if request.method == "POST" and form.is_valid():
        phone.app.rename(form.cleaned_data["name"])
        messages.success(request, _("Saved."))
        return redirect("practice:profile")
    return _shown(request, phone, "profile", status=422 if form.errors else 200, form=form)
