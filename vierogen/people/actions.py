"""Everything that changes people: organisations, members, roles, end dates."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from vierogen.ledger.actions import Actor, record
from vierogen.ledger.moves import subject_of
from vierogen.notices.actions import Addressee, tell
from vierogen.people.models import Member, Organisation, RoleHeld, User
from vierogen.people.roles import Right, Role


def demand(member: Member, right: Right) -> None:
    """Raise ``PermissionDenied`` with a plain sentence unless ``member`` holds ``right`` today."""
    if not member.may(right):
        raise PermissionDenied(
            _("Your role does not allow this: %(right)s. Ask an administrator.") % {"right": right.label}
        )


def same_organisation(member: Member, organisation_id: int) -> None:
    """Raise ``PermissionDenied`` if a record of another organisation is touched."""
    if member.organisation_id != organisation_id:
        raise PermissionDenied(_("This belongs to another organisation."))


def insist(member: Member, right: Right, *, organisation_id: int) -> None:
    """Refuse as ``demand`` and ``same_organisation`` do, by what the database says at this moment.

    Call it first in the transaction that decides: ``member`` may have been read long ago. Its row stays locked
    until the end, so a change of roles, or the end of the membership, comes wholly before or wholly after.
    """
    rows = Member.objects.select_for_update(of=("self",), no_key=True).select_related("user", "organisation")
    now = rows.get(pk=member.pk)
    demand(now, right)
    same_organisation(now, organisation_id)


def fit_to_take(to: Member, right: Right, *, organisation_id: int) -> Member:
    """The member as the database has them now, if they can take over what needs ``right``; else ``ValidationError``.

    A trainee never can: they must not be the only one who knows.
    """
    now = Member.objects.select_related("user", "organisation").get(pk=to.pk)
    same_organisation(now, organisation_id)
    if not now.may(right) or Role.TRAINEE in now.roles:
        raise ValidationError(_("%(name)s cannot take this over: their role does not allow it.") % {"name": now.name})
    return now


@transaction.atomic
def found(name: str, *, by: Actor, language: str = "nl") -> Organisation:
    """Make an organisation."""
    organisation = Organisation.objects.create(name=name, language=language)
    record(organisation.pk, "found", subject_of(organisation), by=by)
    return organisation


@transaction.atomic
def join(
    organisation: Organisation, user: User, *, roles: Iterable[Role], by: Actor, ends_on: date | None = None
) -> Member:
    """Give ``user`` a place in ``organisation``; the row of somebody who left is used again."""
    if isinstance(by, Member):
        insist(by, Right.MANAGE_PEOPLE, organisation_id=organisation.pk)
    wanted = _checked(roles, ends_on=ends_on)
    known = Member.objects.filter(organisation=organisation, user=user).select_related("user", "organisation").first()
    if known and known.is_current:
        raise ValidationError(_("%(name)s is a member already. Change the roles there.") % {"name": known.name})
    member, _new = Member.objects.update_or_create(organisation=organisation, user=user, defaults={"ends_on": ends_on})
    _hold(member, wanted)
    facts = {"roles": sorted(wanted), "ends_on": ends_on and ends_on.isoformat()}
    record(organisation.pk, "join", subject_of(member), by=by, facts=facts, personal={"member": user.name})
    return member


def _checked(roles: Iterable[Role], *, ends_on: date | None) -> set[Role]:
    wanted = {Role(role) for role in roles}
    if not wanted:
        raise ValidationError(_("Choose at least one role."))
    if Role.TRAINEE in wanted and len(wanted) > 1:
        raise ValidationError(_("A trainee holds no other role: a trainee drafts and never publishes."))
    if Role.TRAINEE in wanted and ends_on is None:
        raise ValidationError(_("A trainee needs a last day."))
    return wanted


def _hold(member: Member, roles: set[Role]) -> None:
    member.held.exclude(role__in=roles).delete()
    RoleHeld.objects.bulk_create([RoleHeld(member=member, role=role) for role in roles], ignore_conflicts=True)
    member.__dict__.pop("roles", None)


@transaction.atomic
def change_roles(member: Member, *, roles: Iterable[Role], ends_on: date | None, by: Member) -> None:
    """Give ``member`` exactly these roles and this last day."""
    _lock_administrators(member.organisation_id)
    insist(by, Right.MANAGE_PEOPLE, organisation_id=member.organisation_id)
    wanted = _checked(roles, ends_on=ends_on)
    if Role.ADMINISTRATOR not in wanted or ends_on is not None:
        _keep_another_administrator(member)
    _hold(member, wanted)
    Member.objects.filter(pk=member.pk).update(ends_on=ends_on)
    member.ends_on = ends_on
    facts = {"roles": sorted(wanted), "ends_on": ends_on and ends_on.isoformat()}
    record(member.organisation_id, "change_roles", subject_of(member), by=by, facts=facts)


def _lock_administrators(organisation_id: int) -> None:
    """Keep every administrator as they are until the end of the transaction; who asks is one of them.

    Before ``insist``, and always in the same order: two who take each other's role away wait for each other in
    turn, and the second finds that they may not any more.
    """
    rows = Member.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(rows.filter(organisation_id=organisation_id, held__role=Role.ADMINISTRATOR))


def _keep_another_administrator(member: Member) -> None:
    if not RoleHeld.objects.filter(member=member.pk, role=Role.ADMINISTRATOR).exists():
        return
    others = Member.objects.current().exclude(pk=member.pk)
    if not others.filter(organisation_id=member.organisation_id, ends_on=None, held__role=Role.ADMINISTRATOR).exists():
        raise ValidationError(_("Somebody has to stay administrator. Give another member that role first."))


def addressees(members: Iterable[Member]) -> list[Addressee]:
    """The members as addresses that notices can reach."""
    return [Addressee(member.user_id, member.user.email, member.user.name, member.user.language) for member in members]


@transaction.atomic
def change_settings(organisation: Organisation, *, by: Member, **values: object) -> None:
    """Change the organisation's own settings; the names and values that changed go into the ledger."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=organisation.pk)
    for name, value in values.items():
        setattr(organisation, name, value)
    organisation.full_clean()
    organisation.save(update_fields=list(values))
    facts = {name: str(value) for name, value in values.items()}
    record(organisation.pk, "change_settings", subject_of(organisation), by=by, facts=facts)


@transaction.atomic
def invite(  # noqa: PLR0913 - each of these is part of an invitation
    organisation: Organisation,
    name: str,
    email: str,
    *,
    roles: Iterable[Role],
    by: Member,
    ends_on: date | None = None,
) -> Member:
    """Ask somebody in: they get a mail with an address to choose a password, or to log in as they already can."""
    insist(by, Right.MANAGE_PEOPLE, organisation_id=organisation.pk)
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, name=name, language=organisation.language)
    member = join(organisation, user, roles=roles, by=by, ends_on=ends_on)
    _send_invitation(member, by=by)
    return member


@transaction.atomic
def invite_again(member: Member, *, by: Member) -> None:
    """Send somebody who never came in a new invitation; an earlier one works until its three days are over."""
    insist(by, Right.MANAGE_PEOPLE, organisation_id=member.organisation_id)
    now = Member.objects.select_related("user", "organisation").get(pk=member.pk)
    if not now.is_awaited:
        raise ValidationError(_("%(name)s needs no invitation (any more).") % {"name": now.name})
    _send_invitation(now, by=by)
    record(now.organisation_id, "invite_again", subject_of(now), by=by, personal={"member": now.name})


def _send_invitation(member: Member, *, by: Member) -> None:
    user, organisation = member.user, member.organisation
    values = {"by": by.name, "organisation_name": organisation.name, "is_new": not user.has_a_way_in}
    link = _entrance(user)
    tell(organisation.pk, addressees([member]), template="people/mail/invitation", values=values, link=link)


@transaction.atomic
def accept(user: User, *, password: str) -> None:
    """Somebody who was invited chooses a password; the invitation's address works no more."""
    user.set_password(password)
    user.save(update_fields=["password"])
    for member in Member.objects.filter(user=user).select_related("user", "organisation").prefetch_related("held"):
        if member.is_current:
            record(member.organisation_id, "accept", subject_of(member), by=member)


def call_oneself(user: User, *, name: str, language: str) -> None:
    """Change one's own name and language."""
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])


def _entrance(user: User) -> str:
    if user.has_a_way_in:
        return reverse("home:today")
    code = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("people:accept", args=[code, default_token_generator.make_token(user)])


@transaction.atomic
def end(member: Member, *, by: Member) -> None:
    """End a membership now; open sessions notice with their next request."""
    _lock_administrators(member.organisation_id)
    insist(by, Right.MANAGE_PEOPLE, organisation_id=member.organisation_id)
    if member.pk == by.pk:
        raise ValidationError(_("Somebody else has to end your membership."))
    _keep_another_administrator(member)
    yesterday = member.organisation.today() - timedelta(days=1)
    Member.objects.filter(pk=member.pk).update(ends_on=yesterday)
    member.ends_on = yesterday
    record(member.organisation_id, "end", subject_of(member), by=by, facts={"ends_on": yesterday.isoformat()})
