"""Forms of incidents."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NoteForm(forms.Form):
    """What is known."""

    note = forms.CharField(
        label=_("What do you know?"),
        help_text=_("What happened, who is affected, what is being done. Write down facts, no guesses."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=10_000,
    )


class OpenForm(NoteForm):
    """What is going on."""

    title = forms.CharField(label=_("What is going on?"), help_text=_("In one line."), max_length=200)

    field_order = ["title", "note"]
