"""What an administrator settles: how much each check weighs, and what is the organisation's own."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.people.actions import insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right
from vierogen.posts.actions.checking import levels_of
from vierogen.posts.checks.base import Check, Level, Tier
from vierogen.posts.checks.running import checks, own_tiers
from vierogen.posts.models import CheckLevel, OwnDetails

_LOWER = {Level.STOP: Level.LOOK, Level.LOOK: Level.OFF}


def set_levels(organisation: Organisation, levels: Mapping[str, Level | None], *, by: Member) -> int:
    """Let the findings of these checks weigh so much; None leaves it to the check itself. Returns how many changed.

    Raises ``ValidationError`` for a check that does not exist, or whose stops the networks themselves decide.
    """
    with transaction.atomic():
        insist(by, Right.MANAGE_ORGANISATION, organisation_id=organisation.pk)
        # One administrator after the other: the ledger tells what was there before.
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        before = levels_of(organisation)
        changed = {key: level for key, level in levels.items() if level != before.get(key)}
        for key in changed:
            _refuse_fixed(key)
        for key, level in changed.items():
            _set(organisation, key, level)
            facts = {"check": key, "from": before.get(key), "to": level}
            record(organisation.pk, "set_check_level", subject_of(organisation), by=by, facts=facts)
    return len(changed)


def _refuse_fixed(key: str) -> None:
    check = checks().get(key)
    if check is None:
        raise ValidationError(_("This check does not exist."))
    if not check.passable:
        raise ValidationError(_("This check cannot be changed: the network itself refuses such a post."))


def _set(organisation: Organisation, key: str, level: Level | None) -> None:
    if level is None:
        CheckLevel.objects.filter(organisation=organisation, check_key=key).delete()
        return
    told = {"level": level, "since": timezone.now()}
    CheckLevel.objects.update_or_create(organisation=organisation, check_key=key, defaults=told)


def weight_of(check: Check, chosen: Level | None) -> Level:
    """How much its findings weigh at most: as the organisation chose, else as the check itself says."""
    if chosen and check.passable:
        return chosen
    return Level.STOP if Tier.STOP in own_tiers(check) else Level.LOOK


def lower_of(check: Check, chosen: Level | None) -> Level | None:
    """One step down: stop, point it out, off; None where there is none."""
    return _LOWER.get(weight_of(check, chosen)) if check.passable else None


def demote(organisation: Organisation, key: str, *, to: str, by: Member) -> Level:
    """Let the findings of a check weigh one step less, and return what they weigh now.

    ``to`` is that step as the page proposed it: who presses twice does not go down twice. Raises ``ValidationError``.
    """
    _refuse_fixed(key)
    lower = lower_of(checks()[key], levels_of(organisation).get(key))
    if lower is None or lower != to:
        raise ValidationError(_("This was changed meanwhile. Look at it again."))
    set_levels(organisation, {key: lower}, by=by)
    return lower


@transaction.atomic
def change_own_details(organisation: Organisation, *, by: Member, **values: object) -> None:
    """Keep what is the organisation's own. The ledger gets the names of what changed: they can be about people."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=organisation.pk)
    details, _new = OwnDetails.objects.select_for_update().get_or_create(organisation=organisation)
    changed = [name for name, value in values.items() if getattr(details, name) != value]
    for name in changed:
        setattr(details, name, values[name])
    details.full_clean()
    details.save()
    if changed:
        facts = {"changed": sorted(changed)}
        record(organisation.pk, "change_own_details", subject_of(organisation), by=by, facts=facts)
