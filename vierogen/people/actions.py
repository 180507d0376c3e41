"""Everything that changes people: organisations, members, roles, end dates."""

from collections.abc import Iterable, Set
from datetime import date, timedelta

from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.formats import date_format
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from vierogen.ledger.actions import Actor, record
from vierogen.ledger.moves import move, subject_of
from vierogen.notices.actions import Addressee, tell
from vierogen.people.granting import checked, hold, lost_lately
from vierogen.people.models import Absence, Departure, Member, Organisation, RoleHeld, User
from vierogen.people.roles import Right, Role, roles_with
from vierogen.people.steps import asked_of, start_again


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
    now = Member.objects.locked().get(pk=member.pk)
    demand(now, right)
    same_organisation(now, organisation_id)


def fit_to_take(to: Member, right: Right, *, organisation_id: int) -> Member:
    """The member as the database has them now, if they can take over what needs ``right``; else ``ValidationError``.

    A trainee never can: they must not be the only one who knows. Nor can whoever was invited and never came in.
    """
    now = Member.objects.select_related("user", "organisation").get(pk=to.pk)
    same_organisation(now, organisation_id)
    came_in(now)
    if not now.may(right) or Role.TRAINEE in now.roles:
        raise ValidationError(_("%(name)s cannot take this over: their role does not allow it.") % {"name": now.name})
    return now


def came_in(member: Member) -> None:
    """Raise ``ValidationError`` if ``member`` was invited and never came in: nobody knows whether they will."""
    if member.is_awaited:
        raise ValidationError(
            _("%(name)s was invited and has not come in yet. Choose somebody who has.") % {"name": member.name}
        )


@transaction.atomic
def found(name: str, *, by: Actor, language: str = "nl") -> Organisation:
    """Make an organisation."""
    organisation = Organisation.objects.create(name=name, language=language)
    record(organisation.pk, "found", subject_of(organisation), by=by)
    return organisation


@transaction.atomic
def join(  # noqa: PLR0913 - each of these is part of a membership
    organisation: Organisation,
    user: User,
    *,
    roles: Iterable[Role],
    by: Actor,
    ends_on: date | None = None,
    is_temporary: bool = False,
    is_new: bool = False,
) -> Member:
    """Give ``user`` a place in ``organisation``; the row of somebody who left is used again.

    ``is_new``: they get started first, see arriving.py.
    """
    if isinstance(by, Member):
        insist(by, Right.MANAGE_PEOPLE, organisation_id=organisation.pk)
    wanted = checked(roles, ends_on=ends_on, is_temporary=is_temporary)
    known = Member.objects.filter(organisation=organisation, user=user).select_related("user", "organisation").first()
    if known and known.is_current:
        raise ValidationError(_("%(name)s is a member already. Change the roles there.") % {"name": known.name})
    fresh = {"ends_on": ends_on, "is_temporary": is_temporary, "warned": 0, "let_go_at": None, "invited_by": None}
    invited_at = timezone.now() if is_new else None
    arriving = {"arriving_since": invited_at, "invited_at": invited_at}
    member, _new = Member.objects.update_or_create(organisation=organisation, user=user, defaults=fresh | arriving)
    hold(member, wanted)
    _give_guide(member, wanted, by=by)
    _call_off(member, by=by)
    if isinstance(by, Member):
        _tell_of_power(member, wanted, by=by)
    facts = {"roles": sorted(wanted), "ends_on": ends_on and ends_on.isoformat()}
    record(organisation.pk, "join", subject_of(member), by=by, facts=facts, personal={"member": user.name})
    return member


def _give_guide(member: Member, roles: set[Role], *, by: Actor) -> None:
    """A trainee has somebody who knows: whoever invited them, until that is somebody else."""
    if Role.TRAINEE not in roles:
        member.guide = None
    elif member.guide is None and isinstance(by, Member):
        member.guide = by
    member.save(update_fields=["guide"])


@transaction.atomic
def guide(trainee: Member, *, by_whom: Member, by: Member) -> None:
    """Let ``by_whom`` know what a trainee is busy with."""
    insist(by, Right.MANAGE_PEOPLE, organisation_id=trainee.organisation_id)
    taker = fit_to_take(by_whom, Right.SEE, organisation_id=trainee.organisation_id)
    if taker.pk == trainee.pk or not trainee.is_trainee:
        raise ValidationError(_("Somebody else guides a trainee; others need no guide."))
    Member.objects.filter(pk=trainee.pk).update(guide=taker)
    facts = {"guide": taker.actor}
    record(trainee.organisation_id, "guide", subject_of(trainee), by=by, facts=facts, personal={"member": trainee.name})


def _call_off(member: Member, *, by: Actor) -> None:
    for departure in Departure.objects.open().filter(member=member):
        move(departure, "call_off", by=by, personal={"member": member.name})


@transaction.atomic
def change_roles(  # noqa: PLR0913 - each of these is part of a membership
    member: Member,
    *,
    roles: Iterable[Role],
    ends_on: date | None,
    by: Member,
    is_temporary: bool = False,
    seen: str | None = None,
) -> None:
    """Give ``member``, who is here, exactly these roles and this last day; who left is invited again.

    Nobody gets a right that leads to secrets unseen, by themself or by another: others hear of it. Nor is one taken
    away unseen: whoever could stop a thing hears that they cannot any more. A step that comes with the new roles has to
    be done first, see steps.py. ``seen`` is the ``as_shown`` that a page knew of: what somebody else decided meanwhile
    is not undone.
    """
    lock_administrators(member.organisation_id, beside=member)
    insist(by, Right.MANAGE_PEOPLE, organisation_id=member.organisation_id)
    wanted = checked(roles, ends_on=ends_on, is_temporary=is_temporary)
    now = _as_now(member)
    if seen is not None and seen != now.as_shown:
        if (now.roles, now.ends_on, now.is_temporary) == (wanted, ends_on, is_temporary):
            return  # a button that was pressed twice
        raise _changed_meanwhile(now)
    if Role.ADMINISTRATOR not in wanted or ends_on is not None:
        keep_another_administrator(member)
    held = set(RoleHeld.objects.filter(member=member.pk).values_list("role", flat=True))
    asked = asked_of(member)
    hold(member, wanted)
    _give_guide(member, wanted, by=by)
    last_until(member, ends_on, by=by, is_temporary=is_temporary)
    _tell_of_power(member, wanted - held, by=by)
    _tell_of_power(member, held - wanted, by=by, is_lost=True)
    facts: dict[str, object] = {"roles": sorted(wanted), "ends_on": ends_on and ends_on.isoformat()}
    if held - wanted:
        facts["lost"] = sorted(held - wanted)
    if start_again(member, before=asked):
        facts["starts_again"] = True
    record(member.organisation_id, "change_roles", subject_of(member), by=by, facts=facts)


def _as_now(member: Member) -> Member:
    """Read and lock ``member``; refuses who left."""
    member.refresh_from_db(from_queryset=Member.objects.locked())
    member.__dict__.pop("roles", None)
    still_here(member)
    return member


def _changed_meanwhile(member: Member) -> ValidationError:
    told = {"roles": ", ".join(member.role_names()), "day": date_format(member.ends_on) if member.ends_on else "-"}
    return ValidationError(
        _(
            "Somebody else changed this meanwhile. Now it is: %(roles)s; last day: %(day)s. Look at what is chosen "
            "below, and save again if it should be that."
        )
        % told
    )


def still_here(member: Member) -> None:
    """Raise ``ValidationError`` if ``member`` left: nobody comes back unnoticed, but by being invited again."""
    if not member.is_current:
        raise ValidationError(_("%(name)s has left. To let them come back, invite them again.") % {"name": member.name})


def _tell_of_power(member: Member, roles: Set[str], *, by: Member, is_lost: bool = False) -> None:
    """Whoever else can be shown secrets, and who else gives roles, hears of a role that leads to either, or to breaking
    the glass; also whoever had one until lately, and where it ``is_lost``, who had it.
    """
    sees, gives = roles & set(roles_with(Right.REVEAL)), roles & set(roles_with(Right.MANAGE_PEOPLE))
    breaks = (roles & set(roles_with(Right.BREAK_GLASS))) - sees - gives
    if not sees and not gives and not breaks:
        return
    members = Member.objects.exclude(pk__in=[member.pk, by.pk]).filter(organisation_id=member.organisation_id)
    others = [*members.who_may(Right.REVEAL), *members.who_may(Right.MANAGE_PEOPLE)]
    others += [
        one for one in lost_lately(member.organisation_id) if one.is_current and one.pk not in {member.pk, by.pk}
    ]
    template = "people/mail/oneself" if member == by and sees else "people/mail/power"
    if is_lost:
        template = "people/mail/power_lost"
        others += [member] if member != by else []
    values = {"who": by.name, "whom": member.name, "sees": bool(sees), "gives": bool(gives), "breaks": bool(breaks)}
    link = reverse("people:member", args=[member.pk])
    told = {one.pk: one for one in others}.values()
    tell(member.organisation_id, addressees(told), template=template, values=values, link=link)


def last_until(member: Member, ends_on: date | None, *, by: Actor, is_temporary: bool) -> None:
    """Write down the last day; a departure that was planned moves along, or is called off where there is none."""
    if ends_on != member.ends_on:
        member.warned, member.let_go_at = 0, None
    member.ends_on, member.is_temporary = ends_on, is_temporary
    member.save(update_fields=["ends_on", "is_temporary", "warned", "let_go_at"])
    if ends_on is None:
        _call_off(member, by=by)
    else:
        Departure.objects.open().filter(member=member, ended_at=None).update(last_day=ends_on)


def lock_administrators(organisation_id: int, *, beside: Member) -> None:
    """Keep every administrator, and ``beside``, as they are until the end of the transaction; who asks is one of them.

    Before ``insist``, and always in the same order: two who take each other's role away wait for each other in
    turn, and the second finds that they may not any more.
    """
    theirs = RoleHeld.objects.filter(member__organisation=organisation_id, role=Role.ADMINISTRATOR).values("member")
    list(Member.objects.locked().filter(Q(pk__in=theirs) | Q(pk=beside.pk)).order_by("pk"))


def keep_another_administrator(member: Member) -> None:
    """Raise ``ValidationError`` if nobody would be left who administers, has no last day and can log in."""
    if not RoleHeld.objects.filter(member=member.pk, role=Role.ADMINISTRATOR).exists():
        return
    rows = Member.objects.current().exclude(pk=member.pk).select_related("user", "organisation")
    others = rows.filter(organisation_id=member.organisation_id, ends_on=None, held__role=Role.ADMINISTRATOR)
    if all(each.is_awaited for each in others):
        raise ValidationError(_("Somebody has to stay administrator. Give another member that role first."))


def addressees(members: Iterable[Member], *, standing_in: Right | None = None) -> list[Addressee]:
    """The members as addresses that notices can reach.

    With ``standing_in`` also whoever stands in today for one who is away, if they hold that right themselves: what was
    asked travels to a stand-in, rights never do. Never for a mail that is about somebody's own log-in.
    """
    told = {member.pk: member for member in members}
    if standing_in:
        told |= {each.pk: each for each in stand_ins(told.values(), standing_in) if each.pk not in told}
    return [Addressee(each.user_id, each.user.email, each.user.name, each.user.language) for each in told.values()]


def stand_ins(members: Iterable[Member], right: Right) -> list[Member]:
    """Who stands in today for any of ``members``, and holds ``right`` themselves."""
    rows = Absence.objects.filter(member__in=[member.pk for member in members]).with_people()
    today = [row for row in rows if row.starts <= row.member.organisation.today() <= row.ends]
    return [row.stand_in for row in today if row.stand_in.may(right)]


def away(members: Iterable[Member]) -> set[int]:
    """The numbers of those who are away today."""
    rows = Absence.objects.filter(member__in=[member.pk for member in members]).with_people()
    return {row.member_id for row in rows if row.starts <= row.member.organisation.today() <= row.ends}


@transaction.atomic
def change_settings(organisation: Organisation, *, by: Member, **values: object) -> None:
    """Change the organisation's own settings; the names and values that changed go into the ledger."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=organisation.pk)
    before = Organisation.objects.get(pk=organisation.pk).break_glass_minutes
    for name, value in values.items():
        setattr(organisation, name, value)
    organisation.full_clean()
    organisation.save(update_fields=list(values))
    if organisation.break_glass_minutes < before:
        _tell_of_shorter_delay(organisation, before, by=by)
    facts = {name: str(value) for name, value in values.items()}
    record(organisation.pk, "change_settings", subject_of(organisation), by=by, facts=facts)


def _tell_of_shorter_delay(organisation: Organisation, before: int, *, by: Member) -> None:
    """In that time custodians and administrators can stop somebody who wants to see a secret in an emergency."""
    members = organisation.members.exclude(pk=by.pk)
    others = [*members.who_may(Right.REVEAL), *members.who_may(Right.MANAGE_ORGANISATION)]
    values = {"who": by.name, "before": before, "now": organisation.break_glass_minutes}
    link = reverse("people:settings")
    tell(organisation.pk, addressees(others), template="people/mail/shorter_delay", values=values, link=link)


@transaction.atomic
def invite(  # noqa: PLR0913 - each of these is part of an invitation
    organisation: Organisation,
    name: str,
    email: str,
    *,
    roles: Iterable[Role],
    by: Member,
    ends_on: date | None = None,
    is_temporary: bool = False,
    is_new: bool = True,
) -> Member:
    """Ask somebody in: they get a mail with an address to choose a password, or to log in as they already can.

    ``is_new`` False is for the second person of an organisation: whoever begins it has nobody to learn from.
    """
    insist(by, Right.MANAGE_PEOPLE, organisation_id=organisation.pk)
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, name=name, language=organisation.language)
    member = join(organisation, user, roles=roles, by=by, ends_on=ends_on, is_temporary=is_temporary, is_new=is_new)
    _send_invitation(member, by=by)
    return member


@transaction.atomic
def invite_again(member: Member, *, by: Member) -> None:
    """Send somebody who never came in a new invitation; an earlier one works until its three days are over.

    Whoever sends it stands for them from now on, as ``invite`` did.
    """
    insist(by, Right.MANAGE_PEOPLE, organisation_id=member.organisation_id)
    now = Member.objects.select_related("user", "organisation").get(pk=member.pk)
    if not now.is_awaited:
        raise ValidationError(_("%(name)s needs no invitation (any more).") % {"name": now.name})
    _send_invitation(now, by=by)
    record(now.organisation_id, "invite_again", subject_of(now), by=by, personal={"member": now.name})


def _send_invitation(member: Member, *, by: Member) -> None:
    user, organisation = member.user, member.organisation
    Member.objects.filter(pk=member.pk).update(invited_by=by)
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


def _entrance(user: User) -> str:
    if user.has_a_way_in:
        return reverse("home:today")
    code = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("people:accept", args=[code, default_token_generator.make_token(user)])


@transaction.atomic
def end(member: Member, *, by: Member) -> None:
    """End a membership now; open sessions notice with their next request."""
    lock_administrators(member.organisation_id, beside=member)
    insist(by, Right.MANAGE_PEOPLE, organisation_id=member.organisation_id)
    if member.pk == by.pk:
        raise ValidationError(_("Somebody else has to end your membership."))
    keep_another_administrator(member)
    _tell_of_power(member, set(member.held.values_list("role", flat=True)), by=by, is_lost=True)
    yesterday = member.organisation.today() - timedelta(days=1)
    if member.ends_on is None or member.ends_on > yesterday:
        last_until(member, yesterday, by=by, is_temporary=member.is_temporary)
    record(member.organisation_id, "end", subject_of(member), by=by, facts={"ends_on": str(member.ends_on)})
