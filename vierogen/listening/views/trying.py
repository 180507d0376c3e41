"""What a query would have found, in words."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.listening.actions.compiling import compiled
from vierogen.listening.actions.naming import name_in
from vierogen.listening.actions.ours import own_names
from vierogen.listening.actions.pointing import doubt
from vierogen.listening.actions.previewing import LONGEST, Preview, preview
from vierogen.listening.forms.alerts import AlertForm
from vierogen.people.models import Member

# Hits a week that nobody reads.
TOO_MANY = 350


def trial(form: AlertForm, member: Member) -> dict[str, Any]:
    """``trouble`` with the query, or what it ``found``; ``only_a_name``: that part of it is somebody's name;
    ``doubt``: a word that may have been meant as an operator, and that operator."""
    typed = form.typed()
    if not typed:
        return {"trouble": None}
    trouble = form.trouble()
    if trouble:
        return {"trouble": trouble}
    query = compiled(typed, inside_words=bool(form["inside_words"].value()))
    found = preview(member.organisation, query)
    only_a_name = name_in(typed, ours=own_names(member.organisation))
    if only_a_name:  # what is said about somebody is read when the privacy officer agreed
        found = replace(found, shown=[])
    return {
        "trouble": None,
        "found": found,
        "often": often(found),
        "too_many": found.a_week > TOO_MANY,
        "days": LONGEST,
        "only_a_name": only_a_name,
        "doubt": doubt(typed),
    }


def often(found: Preview) -> str:
    """How often it would have been a hit."""
    if not found.fits:
        return _("Nothing of that fits.")
    a_week = found.a_week
    if a_week < 1:
        return _("That is less than one a week.")
    if a_week < 10:
        number = round(a_week)
        return ngettext("That is about %(number)d a week.", "That is about %(number)d a week.", number) % {
            "number": number
        }
    number = round(a_week / 7)
    return ngettext("That is about %(number)d a day.", "That is about %(number)d a day.", number) % {"number": number}
