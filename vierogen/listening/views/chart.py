"""How many mentions there were a day: bars that the server draws, and the same as a table."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.db.models.functions import TruncDay
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.listening.models import Count
from vierogen.people.models import Organisation

DAYS, WIDTH, HEIGHT, GAP = 30, 600, 120, 4


@dataclass(frozen=True)
class Bar:
    """A day, its mentions, and where its bar stands in a drawing of WIDTH x HEIGHT."""

    day: date
    number: int
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Chart:
    """The bars from old to new. ``sentence`` says in words what they show."""

    bars: tuple[Bar, ...]
    total: int
    most: int
    sentence: str

    width, height, bar_width = WIDTH, HEIGHT, WIDTH // DAYS - GAP


def chart_of(organisation: Organisation, alert_id: int | None) -> Chart:
    """The last 30 days by the organisation's calendar, of one alert or of all. One query."""
    today = organisation.today()
    first = today - timedelta(days=DAYS - 1)
    rows = Count.objects.filter(alert__organisation=organisation, hour__gte=timezone.now() - timedelta(days=DAYS))
    rows = rows.filter(alert=alert_id) if alert_id else rows
    by_day = rows.annotate(day=TruncDay("hour", tzinfo=organisation.zone)).values("day").order_by("day")
    numbers = {day.date(): total for day, total in by_day.values_list("day").annotate(total=Sum("number")) if day}
    days = [first + timedelta(days=number) for number in range(DAYS)]
    most = max([numbers.get(day, 0) for day in days], default=0)
    bars = tuple(_bar(number, day, numbers.get(day, 0), most) for number, day in enumerate(days))
    total = sum(bar.number for bar in bars)
    return Chart(bars, total, most, _sentence(bars, total, most))


def _bar(place: int, day: date, number: int, most: int) -> Bar:
    height = round(number / most * HEIGHT, 1) if most else 0.0
    # A day with one mention is seen beside one with a thousand.
    height = max(height, 2.0) if number else 0.0
    return Bar(day, number, place * (WIDTH // DAYS), HEIGHT - height, height)


def _sentence(bars: tuple[Bar, ...], total: int, most: int) -> str:
    if not total:
        return _("No mentions in the last 30 days.")
    said = ngettext("%(total)d mention in the last 30 days", "%(total)d mentions in the last 30 days", total)
    busiest = next(bar for bar in bars if bar.number == most)
    return _("%(said)s, most of them (%(most)d) on %(day)s.") % {
        "said": said % {"total": total},
        "most": most,
        "day": _day(busiest.day),
    }


def _day(day: date) -> str:
    # Translators: a day and a month, as Django date format letters.
    return date_format(day, _("j F"))
