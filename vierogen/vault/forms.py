"""The form for an account's credentials: its fields are the network's own. And the one to choose an account."""

from collections.abc import Iterable

from django import forms
from django.forms.utils import ErrorList
from django.utils.translation import gettext as _

from vierogen.networks.base import Network
from vierogen.vault.log_in import Candidate


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
