"""Forms on which an administrator settles the checks, and tells what is the organisation's own."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from vierogen.posts.actions.checking import lines_of
from vierogen.posts.checks.base import Check, Level, Tier
from vierogen.posts.checks.running import checks, own_tiers
from vierogen.posts.models import OwnDetails

# In which organisations in and around the Netherlands write to people; ISO 639-1.
LANGUAGES = ("nl", "en", "fy", "de", "fr", "es", "pt", "pl", "tr", "ar", "uk")
DAYS = (
    ("1", gettext_lazy("Monday")),
    ("2", gettext_lazy("Tuesday")),
    ("3", gettext_lazy("Wednesday")),
    ("4", gettext_lazy("Thursday")),
    ("5", gettext_lazy("Friday")),
    ("6", gettext_lazy("Saturday")),
    ("7", gettext_lazy("Sunday")),
)
_MOST_SIGNS = 20_000


def itself(check: Check) -> str:
    """What its findings weigh where nobody chose otherwise, in words."""
    tiers = own_tiers(check)
    if Tier.STOP not in tiers:
        return _("points out")
    return _("stops, or points out") if Tier.LOOK in tiers else _("stops")


class LevelsForm(forms.Form):
    """A choice for each check that leaves one; ``levels`` are those chosen before."""

    def __init__(self, data: Any = None, *, levels: Mapping[str, Level]) -> None:
        super().__init__(data, initial={f"level_{key}": str(level) for key, level in levels.items()})
        for key, check in checks().items():
            if check.passable:
                self.fields[f"level_{key}"] = _choice(check)

    def levels(self) -> dict[str, Level | None]:
        """What was chosen anew, by the keys of checks; None leaves it to the check."""
        told = {name: self.cleaned_data[name] for name in self.changed_data}
        return {name.removeprefix("level_"): Level(value) if value else None for name, value in told.items()}


def _choice(check: Check) -> forms.ChoiceField:
    return forms.ChoiceField(
        required=False,
        label=_("What it does here"),
        # A page that stood open for an hour must not undo what a colleague chose meanwhile.
        show_hidden_initial=True,
        choices=[
            ("", _("As usual: %(itself)s") % {"itself": itself(check)}),
            (Level.OFF.value, _("Off")),
            (Level.LOOK.value, _("Point it out")),
            (Level.STOP.value, _("Stop")),
        ],
        widget=forms.Select(attrs={"aria-describedby": f"about_{check.key}"}),
    )


def _lines(label: Any, *, example: Any, wrong: Callable[[str], str]) -> "LinesField":
    return LinesField(label=label, help_text=example, wrong=wrong)


class LinesField(forms.CharField):
    """One thing a line; ``wrong`` gives what is not right about one, "" where it is fine."""

    def __init__(self, *, wrong: Callable[[str], str], **rest: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false"})
        super().__init__(required=False, max_length=_MOST_SIGNS, widget=widget, **rest)
        self.wrong = wrong

    def clean(self, value: Any) -> str:
        """The filled lines, each once. Raises ``ValidationError`` with a sentence for each that is not right."""
        lines = tuple(dict.fromkeys(lines_of(super().clean(value))))
        problems = [why for line in lines if (why := self.wrong(line))]
        if problems:
            raise ValidationError(problems[:5])
        return "\n".join(lines)


def _no_number(line: str) -> str:
    # Short ones (112, 14 0123) are telephone numbers too; ITU-T E.164 allows 15 digits at most.
    plain = re.sub(r"[\s().–/-]", "", line)
    if re.fullmatch(r"\+?[0-9]{3,15}", plain):
        return ""
    return _("“%(line)s” is not a telephone number. Write digits, for example 030 123 45 67.") % {"line": _cut(line)}


def _no_address(line: str) -> str:
    try:
        EmailValidator()(line)
    except ValidationError:
        return _("“%(line)s” is not an e-mail address.") % {"line": _cut(line)}
    return ""


def _no_account(line: str) -> str:
    """ISO 13616: two letters, two check digits and an account; as a number (A is 10) it leaves 1 when divided by 97."""
    plain = re.sub(r"[\s.-]", "", line).upper()
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", plain):
        digits = "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])
        if int(digits) % 97 == 1:
            return ""
    return _("“%(line)s” is not a bank account number (IBAN). Look for a typing error.") % {"line": _cut(line)}


def _no_place(line: str) -> str:
    if re.search(r"[^\W\d_]{2}", line) and re.search(r"\d", line):
        return ""
    return _("“%(line)s” has no street or no number. Write for example: Stadhuisplein 1.") % {"line": _cut(line)}


def _no_name(line: str) -> str:
    if re.search(r"[^\W\d_]{2}", line):
        return ""
    return _("“%(line)s” is not a name.") % {"line": _cut(line)}


def _cut(line: str) -> str:
    return line if len(line) <= 60 else f"{line[:59]}…"


if TYPE_CHECKING:  # the stubs know what a model form is of; at run time it cannot be asked
    DetailsForm = forms.ModelForm[OwnDetails]
else:
    DetailsForm = forms.ModelForm


def _languages() -> list[tuple[str, str]]:
    return [(code, str(get_language_info(code)["name_translated"])) for code in LANGUAGES]


class OwnDetailsForm(DetailsForm):
    """What belongs to the organisation itself."""

    phones = _lines(
        gettext_lazy("Telephone numbers"),
        example=gettext_lazy("One a line. Numbers on which people may call you."),
        wrong=_no_number,
    )
    emails = _lines(
        gettext_lazy("E-mail addresses"),
        example=gettext_lazy("One a line. Addresses to which people may write."),
        wrong=_no_address,
    )
    ibans = _lines(
        gettext_lazy("Bank accounts"),
        example=gettext_lazy("One a line. Accounts to which people may pay."),
        wrong=_no_account,
    )
    addresses = _lines(
        gettext_lazy("Addresses"),
        example=gettext_lazy("One a line. Your buildings, with street and number."),
        wrong=_no_place,
    )
    names = _lines(
        gettext_lazy("Names that may be said"),
        example=gettext_lazy("One a line. For example the mayor, or a spokesperson."),
        wrong=_no_name,
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages in which you write"),
        choices=_languages,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one language.")},
    )
    days = forms.MultipleChoiceField(
        label=gettext_lazy("Days on which somebody is there to answer"),
        required=False,
        choices=DAYS,
        widget=forms.CheckboxSelectMultiple,
    )
    opens = forms.TimeField(
        label=gettext_lazy("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("Leave both times empty when it does not matter when a post goes out."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    class Meta:
        model = OwnDetails
        fields = [
            "phones",
            "emails",
            "ibans",
            "addresses",
            "names",
            "languages",
            "days",
            "opens",
            "closes",
            "latitude",
            "longitude",
        ]
        widgets = {name: forms.NumberInput(attrs={"step": "any"}) for name in ("latitude", "longitude")}
        help_texts = {
            "latitude": gettext_lazy(
                "Where you are, as a map app shows it, for example 52.0907. Then a photo from far away is noticed."
            ),
            "longitude": gettext_lazy("The second number there, for example 5.1214."),
        }

    def __init__(self, data: Any = None, *, instance: OwnDetails) -> None:
        told = {"languages": instance.languages.split(), "days": list(instance.days)}
        super().__init__(data, instance=instance, initial=told)

    def clean_languages(self) -> str:
        """As they are kept: "nl en"."""
        return " ".join(self.cleaned_data["languages"])

    def clean_days(self) -> str:
        """As they are kept: "12345"."""
        return "".join(sorted(self.cleaned_data["days"]))

    def clean(self) -> dict[str, Any]:
        """Two that belong together come together."""
        told = super().clean() or self.cleaned_data
        opens, closes = told.get("opens"), told.get("closes")
        if (opens is None) != (closes is None) and not self.errors.keys() & {"opens", "closes"}:
            self.add_error("closes" if opens else "opens", _("Fill in both times, or none."))
        elif opens and closes and closes <= opens:
            self.add_error("closes", _("This time has to be later than the first one."))
        elif opens and not told.get("days"):
            self.add_error("days", _("Choose the days for these times."))
        self._clean_place(told)
        return told

    def _clean_place(self, told: Mapping[str, Any]) -> None:
        missing = [name for name in ("latitude", "longitude") if told.get(name) is None and name not in self.errors]
        if len(missing) == 1:
            self.add_error(missing[0], _("Fill in both numbers, or none."))
