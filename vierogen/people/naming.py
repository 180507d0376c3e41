"""What people call themselves: recorded, told to administrators, and never the name of a colleague."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Right


@transaction.atomic
def call_oneself(user: User, *, name: str, language: str) -> None:
    """Change one's own name and language.

    A name stands under everything that somebody does. So a new one is recorded wherever they belong, and administrators
    hear of it. Raises ``ValidationError`` where a colleague has it.
    """
    # One by one in each organisation: two who choose the same name at once do not both get it.
    rows = Organisation.objects.select_for_update(of=("self",), no_key=True).filter(members__user=user.pk)
    list(rows.order_by("pk"))
    before = User.objects.get(pk=user.pk).name
    if name.strip() != before.strip():
        for member in Member.objects.filter(user=user.pk).select_related("user", "organisation").order_by("pk"):
            if member.is_current:
                _rename(member, name)
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])


def _rename(member: Member, name: str) -> None:
    if not alike(name):
        raise ValidationError(_("Nobody can see this name. Write it with letters."))
    others = Member.objects.visible_to(member).current().exclude(pk=member.pk).select_related("user", "organisation")
    if any(alike(other.name) == alike(name) for other in others if other.is_current):
        raise ValidationError(_("A colleague is called so. Choose a name by which people know who of you it is."))
    told = others.who_may(Right.MANAGE_PEOPLE)
    values = {"before": member.name, "now": name, "email": member.user.email}
    link = reverse("people:member", args=[member.pk])
    tell(member.organisation_id, addressees(told), template="people/mail/renamed", values=values, link=link)
    record(member.organisation_id, "rename", subject_of(member), by=member, personal={"member": name})


def alike(name: str) -> str:
    """The name without what readers overlook: capitals, accents, spaces, and signs that nobody sees."""
    parted = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in parted if unicodedata.category(sign)[0] not in "CMZ")
