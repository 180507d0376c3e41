"""Forms of alerts: what to listen for, in a query or in boxes, and the decision on one about a person."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext_lazy as _

from vierogen.channels.models import networks
from vierogen.listening.actions.alerting import Wish
from vierogen.listening.actions.compiling import compiled
from vierogen.listening.actions.composing import Parts, compose, decompose
from vierogen.listening.actions.pointing import Told, told
from vierogen.listening.models import Alert
from vierogen.listening.models.alerts import LONGEST_QUERY
from vierogen.listening.states import About, Rhythm
from vierogen.matching.errors import QueryError

LANGUAGES = [
    ("", _("Any language")),
    ("nl", _("Dutch")),
    ("en", _("English")),
    ("de", _("German")),
    ("fr", _("French")),
    ("fy", _("Frisian")),
    ("tr", _("Turkish")),
    ("ar", _("Arabic")),
    ("pl", _("Polish")),
    ("uk", _("Ukrainian")),
]
BOXES = ("all_words", "phrase", "any_words", "none_words", "language", "network")
WORDS_OF_ABOUT = [
    (About.OURSELVES, _("Ourselves: our name, our people at work, our buildings, our accounts")),
    (About.SUBJECT, _("A subject: something that our work is about")),
    (About.PERSON, _("A person: somebody else. The privacy officer has to agree first")),
]


def _words(attributes: dict[str, Any] | None = None) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **(attributes or {})})


class AlertForm(forms.Form):
    """An alert: what to listen for, what it is about, how often to hear of it; the rest has good defaults."""

    query = forms.CharField(
        label=_("What do you want to listen for?"),
        max_length=LONGEST_QUERY,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "off"}),
    )
    about = forms.ChoiceField(label=_("What is it about?"), choices=WORDS_OF_ABOUT, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why do you need to listen for this person?"),
        help_text=_("The privacy officer reads this and decides. It is recorded."),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    rhythm = forms.ChoiceField(
        label=_("How often do you want mail about it?"),
        choices=Rhythm.choices,
        initial=Rhythm.DAILY,
        widget=forms.Select,
    )
    name = forms.CharField(
        label=_("Name"),
        help_text=_("How it is called in lists and mails. Empty: the words themselves."),
        required=False,
        max_length=120,
    )
    inside_words = forms.BooleanField(
        label=_("Also inside longer words: “dienst” then finds “belastingdienstmedewerker” too"), required=False
    )
    spikes = forms.BooleanField(
        label=_("Warn us when it is suddenly much more than usual"), required=False, initial=True
    )
    all_words = forms.CharField(label=_("All of these words"), required=False, max_length=500, widget=_words())
    phrase = forms.CharField(label=_("These words exactly, one after another"), required=False, max_length=500)
    any_words = forms.CharField(label=_("At least one of these"), required=False, max_length=1_000, widget=_words())
    none_words = forms.CharField(label=_("None of these"), required=False, max_length=500, widget=_words())
    language = forms.ChoiceField(label=_("In which language?"), required=False, choices=LANGUAGES)
    network = forms.ChoiceField(label=_("On which network?"), required=False)

    def __init__(self, data: Any = None, *, alert: Alert | None = None, query: str = "", rhythm: str = "") -> None:
        self.alert = alert
        super().__init__(data, initial=_initial(alert, query, rhythm))
        known = sorted((key, network.name) for key, network in networks().items())
        self.fields["network"].choices = [("", _("Any network")), *known]  # type: ignore[attr-defined]

    def more(self) -> list[forms.BoundField]:
        """What has good defaults."""
        return [self[name] for name in ("name", "inside_words", "spikes")]

    def wrong(self) -> list[tuple[forms.BoundField, ErrorList]]:
        """The fields that are not right yet, for the summary."""
        return [(self[name], errors) for name, errors in self.errors.items() if name in self.fields]

    def boxes(self) -> list[forms.BoundField]:
        """The boxes that write the query."""
        return [self[name] for name in BOXES]

    def parts(self) -> Parts:
        """What stands in the boxes."""
        return Parts(**{name: str(self.data.get(name, "")).strip()[:1_000] for name in BOXES})

    def typed(self) -> str:
        """The query as it stands in its field."""
        return str(self["query"].value() or "").strip()

    def trouble(self) -> Told | None:
        """What is wrong with the query, with its place."""
        try:
            compiled(self.typed(), inside_words=bool(self["inside_words"].value()))
        except QueryError as error:
            return told(error, self.typed())
        return None

    def is_beyond_boxes(self) -> bool:
        """Does the query say what no box can?"""
        return bool(self.typed()) and self.trouble() is None and decompose(self.typed()) is None

    def from_boxes(self) -> "AlertForm":
        """The same form with the query that the boxes write."""
        return self._with({"query": compose(self.parts())})

    def from_query(self) -> "AlertForm":
        """The same form with the boxes as the query has them; empty where it says more."""
        parts = decompose(self.typed()) or Parts()
        return self._with({name: getattr(parts, name) for name in BOXES})

    def _with(self, changes: dict[str, str]) -> "AlertForm":
        data = self.data.copy() if hasattr(self.data, "copy") else dict(self.data)
        for name, value in changes.items():
            data[name] = value
        return AlertForm(data, alert=self.alert)

    def clean_query(self) -> str:
        """A query that can be read."""
        query = str(self.cleaned_data["query"]).strip()
        try:
            compiled(query, inside_words=False)
        except QueryError as error:
            raise ValidationError(told(error, query).whole) from error
        return query

    def wish(self) -> Wish:
        """What was filled in."""
        known = self.cleaned_data
        return Wish(
            query=known["query"],
            about=About(known["about"]),
            name=known["name"],
            reason=known["reason"],
            inside_words=known["inside_words"],
            spikes=known["spikes"],
        )


def _initial(alert: Alert | None, query: str, rhythm: str) -> dict[str, Any]:
    if alert is None:
        parts = decompose(query) or Parts()
        return {"query": query, **{name: getattr(parts, name) for name in BOXES}}
    shown = query or alert.query
    parts = decompose(shown) or Parts()
    return {
        "query": shown,
        "about": alert.about,
        "reason": alert.reason,
        "name": alert.name,
        "inside_words": alert.inside_words,
        "spikes": alert.spikes,
        "rhythm": rhythm or Rhythm.NEVER,
        **{name: getattr(parts, name) for name in BOXES},
    }


class RhythmForm(forms.Form):
    """How often I hear of one alert."""

    rhythm = forms.ChoiceField(label=_("How often do you want mail about it?"), choices=Rhythm.choices)


class DecisionForm(forms.Form):
    """The privacy officer's reason, for yes and for no."""

    reason = forms.CharField(
        label=_("Why may this be listened for, or why not?"),
        help_text=_("For example: she is threatened because of her work here. Until 1 March."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
