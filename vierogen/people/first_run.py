"""The first run: a one-time address, an organisation, and two people. Never one."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vierogen.ledger.actions import Machine
from vierogen.people.actions import found, invite, join
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role

SETUP = Machine("setup")
# Between them the first two can do everything, and neither can do it alone.
FIRST = (Role.ADMINISTRATOR, Role.WRITER, Role.CUSTODIAN, Role.DUTY_OFFICER)
SECOND = (Role.ADMINISTRATOR, Role.REVIEWER, Role.CUSTODIAN, Role.DUTY_OFFICER, Role.PRIVACY_OFFICER)


@dataclass(frozen=True)
class Person:
    """Somebody to begin with."""

    name: str
    email: str


def _file() -> Path:
    return Path(settings.HOME) / "setup-token"


def setup_address() -> str:
    """The one-time address of the wizard, or "" once there is an organisation."""
    if Organisation.objects.exists():
        return ""
    if not _file().exists():
        _file().parent.mkdir(parents=True, exist_ok=True)
        _file().touch(mode=0o600)
        _file().write_text(secrets.token_urlsafe(24))
    return settings.PUBLIC_URL + reverse("people:setup", args=[_file().read_text()])


def is_valid(token: str) -> bool:
    """Is this the address that was handed out, and is there still nothing?"""
    known = _file().read_text() if _file().exists() else ""
    return bool(known) and secrets.compare_digest(token.encode(), known.encode()) and not Organisation.objects.exists()


@contextmanager
def _claimed() -> Iterator[None]:
    """Take the address out of use for as long as somebody uses it; it comes back when that fails."""
    taken = _file().with_suffix(".taken")
    try:
        _file().rename(taken)
    except FileNotFoundError as error:
        raise PermissionDenied(_("This address was used already. Log in instead.")) from error
    try:
        yield
    except BaseException:
        taken.rename(_file())
        raise
    taken.unlink()


def set_up(token: str, *, name: str, first: Person, password: str, second: Person) -> Member:
    """Make the organisation with its first two people; the second gets an invitation. Works once."""
    if not is_valid(token):
        raise PermissionDenied(_("This address was used already. Log in instead."))
    if first.email.lower() == second.email.lower():
        raise ValidationError(_("Two different people, please: nothing important is done by one person alone."))
    language = get_language() or settings.LANGUAGE_CODE
    with _claimed(), transaction.atomic():
        organisation = found(name, by=SETUP, language=language)
        user = User.objects.create_user(first.email, password, name=first.name, language=language)
        member = join(organisation, user, roles=FIRST, by=SETUP)
        invite(organisation, second.name, second.email, roles=SECOND, by=member, is_new=False)
    return member
