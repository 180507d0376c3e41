"""Forms about people."""

from typing import TYPE_CHECKING, Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role


class SetupForm(forms.Form):
    """The organisation and its first two people."""

    organisation = forms.CharField(label=_("What is your organisation called?"), max_length=120)
    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("Your e-mail address"))
    password = forms.CharField(
        label=_("Choose a password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )
    second_name = forms.CharField(
        label=_("Name of the second person"),
        max_length=120,
        help_text=_("Vierogen means four eyes: it needs two people. The second one gets an invitation by mail."),
    )
    second_email = forms.EmailField(label=_("E-mail address of the second person"))

    def clean(self) -> dict[str, Any]:
        """A password as strong as anywhere else; it may not resemble who chose it."""
        told = self.cleaned_data
        if password := told.get("password"):
            try:
                validate_password(password, User(email=told.get("email", ""), name=told.get("name", "")))
            except ValidationError as refusal:
                self.add_error("password", refusal)
        return told


def _roles() -> list[tuple[str, str]]:
    return [(role.value, f"{role.label}: {role.does}") for role in Role]


class RolesForm(forms.Form):
    """What somebody may do, and until when."""

    roles = forms.MultipleChoiceField(label=_("Roles"), choices=_roles, widget=forms.CheckboxSelectMultiple)
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave empty when there is no end yet. A trainee always has one."),
    )

    @classmethod
    def about(cls, member: Member) -> "RolesForm":
        """Filled in as things are."""
        return cls(initial={"roles": sorted(member.roles), "ends_on": member.ends_on})


class InviteForm(RolesForm):
    """Ask somebody in."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"))

    field_order = ["name", "email", "roles", "ends_on"]


if TYPE_CHECKING:  # the stubs know what a model form is of; at run time it cannot be asked
    OrganisationForm = forms.ModelForm[Organisation]
    UserForm = forms.ModelForm[User]
else:
    OrganisationForm = UserForm = forms.ModelForm


class SettingsForm(OrganisationForm):
    """The organisation's own settings."""

    class Meta:
        model = Organisation
        fields = [
            "name",
            "language",
            "time_zone",
            "cooling_off_seconds",
            "late_after_minutes",
            "break_glass_minutes",
            "own_domains",
        ]


class MeForm(UserForm):
    """What a person says of themselves."""

    class Meta:
        model = User
        fields = ["name", "language"]


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey; unless somebody says otherwise, it is one with which they can log in."""

    passwordless = forms.BooleanField(
        label=_("Log in with it, without a password"),
        required=False,
        initial=True,
        help_text=_("Your finger, your face or a PIN is asked each time."),
    )


def chosen(form: forms.Form) -> dict[str, Any]:
    """Roles and last day, as the actions take them."""
    return {"roles": [Role(role) for role in form.cleaned_data["roles"]], "ends_on": form.cleaned_data["ends_on"]}
