"""Roles: which go together, and those that lead to secrets or can stop somebody: never given or lost unseen."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.ledger.models import Entry
from vierogen.people.holding import number_of
from vierogen.people.models import Member, MemberQuerySet, RoleHeld
from vierogen.people.roles import Right, Role, roles_with

# So long whoever lost a role goes on to hear of what it could have stopped.
LATELY = timedelta(days=30)
POWER = frozenset(
    {role for right in (Right.REVEAL, Right.MANAGE_PEOPLE, Right.BREAK_GLASS) for role in roles_with(right)}
)


def checked(roles: Iterable[Role], *, ends_on: date | None, is_temporary: bool) -> set[Role]:
    """These roles, if somebody can hold them together until that day. Raises ``ValidationError``."""
    wanted = {Role(role) for role in roles}
    if not wanted:
        raise ValidationError(_("Choose at least one role."))
    if Role.TRAINEE in wanted and len(wanted) > 1:
        raise ValidationError(_("A trainee holds no other role: a trainee drafts and never publishes."))
    if Role.TRAINEE in wanted and ends_on is None:
        raise ValidationError(_("A trainee needs a last day."))
    if is_temporary and ends_on is None:
        raise ValidationError(_("Somebody who is here for a while needs a last day."))
    return wanted


def hold(member: Member, roles: set[Role]) -> None:
    """Write down that the member has exactly these."""
    member.held.exclude(role__in=roles).delete()
    RoleHeld.objects.bulk_create([RoleHeld(member=member, role=role) for role in roles], ignore_conflicts=True)
    member.__dict__.pop("roles", None)


def lost_lately(organisation_id: int) -> MemberQuerySet:
    """Members who had such a role until somebody took it away in the past days; some may have left."""
    entries = Entry.objects.filter(
        organisation_id=organisation_id,
        verb="change_roles",
        at__gte=timezone.now() - LATELY,
        facts__has_key="lost",
    )
    told = entries.values_list("subject", "facts")
    lost = {number_of(subject) for subject, facts in told if POWER.intersection(facts["lost"])}
    rows = Member.objects.filter(organisation_id=organisation_id, pk__in=lost)
    return rows.select_related("user", "organisation").order_by("pk")
