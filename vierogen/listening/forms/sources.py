"""Forms about sources."""

from django import forms
from django.utils.translation import gettext_lazy as _

from vierogen.listening.sources.addresses import LONGEST


class SourceForm(forms.Form):
    """The address of anything that can be listened to."""

    address = forms.CharField(
        label=_("Address"),
        help_text=_("For example of a news site, a feed, a page, or an account. We look what can be heard there."),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "url", "autocapitalize": "none"}),
    )


class ChosenForm(SourceForm):
    """One of what was found at an address."""

    kind = forms.CharField(max_length=20)


class ProgramForm(forms.Form):
    """A name for the other program."""

    title = forms.CharField(
        label=_("Name"), help_text=_("For example: the monitor of the communication department."), max_length=200
    )
