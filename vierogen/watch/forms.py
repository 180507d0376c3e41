"""Forms of the watch: each asks for a reason, in the words that fit."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 2000


class Lines(forms.Textarea):
    """A few lines of text."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 3})


class AdoptForm(forms.Form):
    """Why it is ours."""

    reason = forms.CharField(
        label=_("Why is it ours?"),
        help_text=_("Who posted it, and how? This goes into the ledger."),
        widget=Lines,
        max_length=LONGEST,
    )


class TakeDownForm(forms.Form):
    """Why it is taken down; in a hurry nobody has to type."""

    reason = forms.CharField(label=_("Reason"), required=False, widget=Lines, max_length=LONGEST)


class OpenForm(forms.Form):
    """Why somebody has to see evidence."""

    reason = forms.CharField(
        label=_("Why do you need to see it?"),
        help_text=_("This goes into the ledger, with your name, before anything is shown."),
        widget=Lines,
        max_length=LONGEST,
    )
