"""The form for an account's credentials: its fields are the network's own. To choose an account; for kept secrets."""

from collections.abc import Iterable

from django import forms
from django.forms.utils import ErrorList
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _

from vierogen.networks.abilities import Rotates
from vierogen.networks.base import Network
from vierogen.vault.log_in import Candidate
from vierogen.vault.models import Field, Kept


class CredentialsForm(forms.Form):
    """One field for each thing that the network asks for; secrets are never shown again."""

    def __init__(self, data: object = None, *, network: type[Network], known: dict[str, str] | None = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        for field in network.fields:
            widget = forms.PasswordInput(attrs={"autocomplete": "off"}) if field.secret else forms.TextInput()
            self.fields[field.name] = forms.CharField(
                label=_(field.label),
                help_text=_(field.help) if field.help else "",
                widget=widget,
                required=not field.optional,
                initial=(known or {}).get(field.name, field.default),
                max_length=2_000,
            )

    def told(self) -> tuple[str, dict[str, str]]:
        """The server, and the credentials without it."""
        values = {name: value.strip() for name, value in self.cleaned_data.items() if value}
        return values.pop("server", ""), values


class AccountForm(forms.Form):
    """Which account? None is chosen before, not even the only one: a person says that it is right."""

    account = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, data: object = None, *, candidates: Iterable[Candidate]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        names = [(each.profile.account_id, f"{each.profile.name} {each.profile.handle}") for each in candidates]
        field = self.fields["account"]
        field.label = _("The account")
        field.error_messages["required"] = _("Choose the account that is to be connected.")
        field.choices = names  # type: ignore[attr-defined]

    def wrong(self) -> list[tuple[forms.BoundField, ErrorList]]:
        """The fields that are not right yet, for the summary."""
        return [(self[name], errors) for name, errors in self.errors.items() if name in self.fields]


# Shown as lines, not as dots, while they are typed: they are copied from paper, or are no key.
_LINES = {Field.RECOVERY_CODES, Field.NOTES}
_IN_THE_OPEN = {Field.RECOVERY_EMAIL, Field.RECOVERY_PHONE}
_HELP = {
    Field.OTP_SEED: gettext_lazy(
        "The letters and digits that the network shows under its QR code when an app is set up. "
        "Custodians see the code of the moment, never this key."
    ),
    Field.RECOVERY_CODES: gettext_lazy("One a line. Take out a code that was used, by filling in those that are left."),
}


class KeepForm(forms.Form):
    """A new value for a secret. What is kept is never put into it, only which version the page knew of."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    value = forms.CharField(max_length=10_000)
    needs_second = forms.BooleanField(
        label=gettext_lazy("A second custodian has to agree before anybody sees it"), required=False
    )

    def __init__(self, data: object = None, *, kept: Kept) -> None:
        super().__init__(data, initial={"needs_second": kept.needs_second, "version": kept.version})  # type: ignore[arg-type]
        value, name = self.fields["value"], Field(kept.field)
        value.label = str(name.label)
        value.help_text = _HELP.get(name, "")
        if name == Field.PASSWORD and issubclass(kept.channel.network, Rotates):
            told = gettext("In a takeover Vierogen logs in with it at %(server)s, and nowhere else.")
            value.help_text = told % {"server": kept.channel.server}
        attrs = {"autocomplete": "off", "spellcheck": "false"}
        if name in _LINES:
            value.widget = forms.Textarea(attrs={**attrs, "rows": 6})
        elif name in _IN_THE_OPEN:
            value.widget = forms.TextInput(attrs=attrs)
        else:
            value.widget = forms.PasswordInput(attrs={**attrs, "autocomplete": "new-password"})
        if kept.pk and not kept.is_empty:
            value.required = False
            left = gettext("Leave it empty to keep the one that is there.")
            value.help_text = f"{value.help_text} {left}".strip()


class NeedForm(forms.Form):
    """What somebody needs a secret for, in their own words; everybody of the vault can read it."""

    reason = forms.CharField(
        label=gettext_lazy("What do you need it for?"),
        help_text=gettext_lazy("For example: the app on the new phone asks for it. This stays in the ledger."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
    )


class LookBackForm(forms.Form):
    """What somebody found who looked back at an emergency."""

    note = forms.CharField(
        label=gettext_lazy("What did you find?"),
        help_text=gettext_lazy("Was it needed? Does the secret have to be changed now?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
    )


class SkipStepForm(forms.Form):
    """Why a step of a takeover cannot be done."""

    why = forms.CharField(
        label=gettext_lazy("Why can this not be done?"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500
    )


class RecipientsForm(forms.Form):
    """Who will be able to open a sealed export."""

    recipients = forms.CharField(
        label=gettext_lazy("The public keys of those who may open it, one a line"),
        help_text=gettext_lazy("Each begins with age1. At least two, of two different people."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        max_length=5_000,
    )

    def lines(self) -> list[str]:
        """One for each person."""
        return str(self.cleaned_data["recipients"]).split()
