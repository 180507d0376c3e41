"""Taking a starter set into use: with one button it is in force."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from vierogen.learning.actions.agreeing import draft, put_in_force
from vierogen.learning.models import Agreement
from vierogen.learning.starting import Kind, cards
from vierogen.people.actions import insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right


@transaction.atomic
def take_set(organisation: Organisation, *, kind: str, language: str, days: int, by: Member) -> int:
    """Put the cards of a starter set in force; those that the organisation has already stay as they are.

    Returns how many there were. Raises ``ValidationError`` where all are there.
    """
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=organisation.pk)
    known = set(Agreement.objects.filter(organisation=organisation).values_list("key", flat=True))
    new = [card for card in cards(Kind(kind), language) if card["key"] not in known]
    if not new:
        raise ValidationError(_("You have all these agreements already."))
    for card in new:
        values = {name: value for name, value in card.items() if name != "key"}
        made = draft(organisation, values, by=by, key=card["key"])
        put_in_force(made, material=True, days=days, by=by)
    return len(new)
