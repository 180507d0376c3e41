"""The form in which a member says when they want bulletins, and how often of each alert."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from vierogen.listening.actions.reading import Times
from vierogen.listening.models import Alert, Reader
from vierogen.listening.states import AlertState, Rhythm

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


@cache
def zones() -> tuple[str, ...]:
    """The time zones with a place's name; there are about 450."""
    return tuple(sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS))


def _zone_choices(now: str) -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted({*zones(), now})]


def _weekdays() -> list[tuple[int, str]]:
    return [(number, str(name)) for number, name in WEEKDAYS.items()]


class ReadingForm(forms.Form):
    """When and how often. Of each alert there is a field ``alert-<id>``."""

    hour = forms.TypedChoiceField(
        label=_("Hour"),
        coerce=int,
        choices=HOURS,
        help_text=_("Daily and weekly mails come at this hour. On the night that the clock changes it may shift."),
    )
    weekday = forms.TypedChoiceField(label=_("Day of weekly mails"), coerce=int, choices=_weekdays)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    no_news = forms.BooleanField(
        label=_("Also mail me once a week when there is no news"),
        required=False,
        help_text=_("So that you know that somebody listens, and whether all sources can be heard."),
    )

    def __init__(self, data: Any = None, *, reader: Reader, alerts: list[Alert], rhythms: dict[int, str]) -> None:
        known = {name: getattr(reader, name) for name in ("hour", "weekday", "time_zone", "no_news")}
        super().__init__(data, initial=known)
        self.alerts = alerts
        zone: Any = self.fields["time_zone"]
        zone.choices = _zone_choices(reader.time_zone)
        for alert in alerts:
            self.fields[f"alert-{alert.pk}"] = forms.ChoiceField(
                label=_named(alert),
                choices=Rhythm.choices,
                initial=rhythms.get(alert.pk, Rhythm.NEVER),
                widget=forms.RadioSelect,
            )
        self.order_fields([f"alert-{alert.pk}" for alert in alerts])

    @property
    def times(self) -> Times:
        """When bulletins come, as the actions take it."""
        told = self.cleaned_data
        return Times(told["hour"], told["weekday"], told["time_zone"], told["no_news"])

    @property
    def chosen(self) -> dict[Alert, str]:
        """The rhythm of each alert."""
        return {alert: self.cleaned_data[f"alert-{alert.pk}"] for alert in self.alerts}


def _named(alert: Alert) -> str:
    return alert.name if alert.state == AlertState.ACTIVE else f"{alert.name} ({alert.get_state_display()})"
