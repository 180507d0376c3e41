"""Pages on the way in: the first-run wizard, an invitation, switching organisation, and oneself."""

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vierogen.notices.models import Message
from vierogen.people import actions, first_run
from vierogen.people.forms import MeForm, SetupForm
from vierogen.people.middleware import current_memberships
from vierogen.people.models import Member, User
from vierogen.people.naming import call_oneself
from vierogen.people.roles import Right
from vierogen.people.steps import steps_of
from vierogen.web.doors import everybody, logged_in, needs


@require_http_methods(["GET", "POST"])
@everybody
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The first-run wizard; its address works once."""
    if not first_run.is_valid(token):
        raise Http404
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            member = first_run.set_up(
                token,
                name=told["organisation"],
                first=first_run.Person(told["name"], told["email"]),
                password=told["password"],
                second=first_run.Person(told["second_name"], told["second_email"]),
            )
        except (ValidationError, PermissionDenied) as refusal:
            form.add_error(None, refusal.messages if isinstance(refusal, ValidationError) else str(refusal))
        else:
            return _come_in(request, member.user, to="people:first_steps")
    return render(request, "people/setup.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@everybody
def accept(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """Somebody who was invited chooses a password. Opening the address changes nothing."""
    user = _invited(code)
    if user is None or not default_token_generator.check_token(user, token):
        return render(request, "people/old_invitation.html", status=410)
    form = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.accept(user, password=form.cleaned_data["new_password1"])
        messages.success(request, _("Welcome! Your password is set."))
        is_new = user.memberships.exclude(arriving_since=None).exists()
        return _come_in(request, user, to="people:arriving" if is_new else "home:today")
    return render(request, "people/accept.html", {"form": form}, status=422 if form.errors else 200)


def _come_in(request: HttpRequest, user: User, *, to: str) -> HttpResponse:
    """Log in as anywhere else: somebody with a second step is asked for it here too."""
    response: HttpResponse = perform_login(request, user, redirect_url=reverse(to))
    return response


def _invited(code: str) -> User | None:
    try:
        return User.objects.filter(pk=int(urlsafe_base64_decode(code)), is_active=True).first()
    except (ValueError, UnicodeDecodeError, OverflowError):
        return None


@require_GET
@needs(Right.SEE)
def first_steps(request: HttpRequest) -> HttpResponse:
    """What to do first: mail, a channel, a post that two people see; and whether the mail to the second has left."""
    me: Member = request.member  # type: ignore[attr-defined]
    rows = Member.objects.visible_to(me).current().select_related("user", "organisation").order_by("pk")
    invited = next((member for member in rows if member.is_awaited), None)
    mails = Message.objects.visible_to(me).filter(user_id=invited.user_id) if invited else Message.objects.none()
    told = {"invited": invited, "invitation": mails.order_by("-pk").first()}
    return render(request, "people/first_steps.html", told)


@require_GET
@needs(Right.SEE)
def welcome(request: HttpRequest) -> HttpResponse:
    """The path of somebody who gets started: how far they are, and the next step."""
    me: Member = request.member  # type: ignore[attr-defined]
    steps = steps_of(me)
    told = {
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "next": next((step for step in steps if not step.is_done), None),
        "rights": me.rights,
    }
    return render(request, "people/arriving.html", told)


@require_GET
@logged_in
def nowhere(request: HttpRequest) -> HttpResponse:
    """For somebody who belongs to no organisation (any more)."""
    if getattr(request, "member", None):
        return redirect("home:today")
    return render(request, "people/nowhere.html")


@require_POST
@logged_in
def switch(request: HttpRequest) -> HttpResponse:
    """Act for another organisation that one belongs to."""
    wanted = request.POST.get("organisation", "")
    mine = {str(member.organisation_id): member for member in current_memberships(request)}
    if wanted not in mine:
        raise Http404
    request.session["organisation"] = mine[wanted].organisation_id
    return redirect("home:today")


@require_http_methods(["GET", "POST"])
@logged_in
def me(request: HttpRequest) -> HttpResponse:
    """My name and language; and the way to password, passkeys and devices."""
    user = get_object_or_404(User, pk=request.user.pk)
    form = MeForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        try:
            call_oneself(user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error("name", refusal.messages)
        else:
            messages.success(request, _("Saved."))
            return redirect("people:me")
    return render(request, "people/me.html", {"form": form}, status=422 if form.errors else 200)
