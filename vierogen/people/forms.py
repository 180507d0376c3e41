"""Forms about people."""

from typing import TYPE_CHECKING, Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role
from vierogen.people.standing_in import candidates

if TYPE_CHECKING:  # the stubs know what a model form is of; at run time it cannot be asked
    OrganisationForm = forms.ModelForm[Organisation]
    UserForm = forms.ModelForm[User]
    MemberChoiceField = forms.ModelChoiceField[Member]
else:
    OrganisationForm = UserForm = forms.ModelForm
    MemberChoiceField = forms.ModelChoiceField


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
        help_text=_("Leave empty when there is no end yet. A trainee, or who is here for a while, always has one."),
    )
    is_temporary = forms.BooleanField(
        label=_("Here for a while"),
        required=False,
        help_text=_("A replacement, somebody hired. They need a last day, and never become a custodian."),
    )


class MemberForm(RolesForm):
    """The same of somebody who is here; ``seen`` is their place as the page showed it."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    @classmethod
    def about(cls, member: Member) -> "MemberForm":
        """Filled in as things are."""
        told = {"roles": sorted(member.roles), "ends_on": member.ends_on, "is_temporary": member.is_temporary}
        return cls(initial=told | {"seen": member.as_shown})


def _day(label: Any, **extra: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **extra)


class MemberField(MemberChoiceField):
    """A choice of members, by name."""

    def label_from_instance(self, member: Any) -> str:
        """The name, and the roles."""
        return f"{member.name} ({', '.join(member.role_names()).lower()})"


class LeavingForm(forms.Form):
    """When somebody leaves."""

    last_day = _day(
        _("Last day"),
        help_text=_("Access ends at midnight after that day, by itself."),
    )


class AbsenceForm(forms.Form):
    """From when to when somebody is away, and who stands in."""

    starts = _day(_("First day"))
    ends = _day(_("Last day"))
    stand_in = MemberField(label=_("Who stands in?"), queryset=Member.objects.none(), empty_label=_("Choose somebody"))

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Member.objects.filter(pk__in=[each.pk for each in candidates(member)])
        self.fields["stand_in"].queryset = rows.select_related("user").prefetch_related("held")  # type: ignore[attr-defined]


class InviteForm(RolesForm):
    """Ask somebody in."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"))

    field_order = ["name", "email", "roles", "is_temporary", "ends_on"]


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
    told = form.cleaned_data
    roles = [Role(role) for role in told["roles"]]
    return {"roles": roles, "ends_on": told["ends_on"], "is_temporary": told["is_temporary"]}
