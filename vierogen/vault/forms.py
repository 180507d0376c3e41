"""The form for an account's credentials: its fields are the network's own."""

from django import forms
from django.utils.translation import gettext as _

from vierogen.networks.base import Network


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
