"""Do weekday and date agree, does the date exist, and is it still to come?

Reads Dutch and English dates with a pattern of its own. ``dateparser`` was weighed: it knows two hundred languages,
guesses a date behind many a word, and does not say whether the weekday fits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import plain, sentences, shown, texts

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "maart march mrt mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "augustus august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "maandag monday ma mon",
            "dinsdag tuesday di tue tues",
            "woensdag wednesday wo wed",
            "donderdag thursday do thu thurs thur",
            "vrijdag friday vr fri",
            "zaterdag saturday za sat",
            "zondag sunday zo sun",
        )
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_LONG_DAY = "|".join(name for name in _WEEKDAYS if name.endswith(("dag", "day")))
_SHORT_DAY = "|".join(sorted((name for name in _WEEKDAYS if not name.endswith(("dag", "day"))), key=len, reverse=True))
_DAY_NAME = rf"(?:{_LONG_DAY}|(?:{_SHORT_DAY})\.?)"
_PART_OF_DAY = r"(?:ochtend|morgen|middag|avond|nacht)?"
_BEFORE = rf"(?:(?P<weekday>{_DAY_NAME}){_PART_OF_DAY},?\s(?:de\s|the\s)?)?"
_NTH = r"(?:e|ste|de|st|nd|rd|th)?"
_AFTER = rf"(?:,?\s?\(?(?P<after>{_LONG_DAY})(?!\w)\)?)?"
_YEAR = r"(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d|[.,]\d))?"
_DATES = tuple(
    re.compile(f"(?<![\\w.,/-]){form}", re.IGNORECASE)
    for form in (
        rf"{_BEFORE}(?P<day>\d{{1,2}}){_NTH}(?:\sof)?\s(?P<month>{_MONTH})\b\.?{_YEAR}{_AFTER}",
        (
            rf"{_BEFORE}(?P<month>{_MONTH})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\w|[.:]\d|\s?(?:uur|am|pm"
            rf"|%)){_YEAR}"
        ),
        rf"{_BEFORE}(?P<day>\d{{1,2}})(?P<sep>[-/.])(?P<month>\d{{1,2}})(?P=sep)(?P<year>20\d\d)(?!\w|-\d)",
        # Only beside a weekday, and not with hyphens: "ma 9-12" are hours.
        rf"(?P<weekday>{_DAY_NAME}){_PART_OF_DAY},?\s(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?![\w/-])",
    )
)
# "vrijdag 30 en zaterdag 31 oktober": the first of two has its month from the second.
_EARLIER = re.compile(
    rf"(?<!\w)(?P<weekday>{_DAY_NAME})\s(?P<day>\d{{1,2}}){_NTH}\s?(?:,|en|of|t/m|tot en met|tot|and|or|to"
    rf"|until|&|-|–)\s?$",
    re.IGNORECASE,
)
_OTHER_YEAR = re.compile(r"volgend jaar|vorig jaar|next year|last year|(?:19|20)\d\d", re.IGNORECASE)
# Said of what is over.
_PAST = re.compile(
    r"\b(?:terugblik\w*|afgelopen|vorige?|gisteren|eerder|sinds|geleden|bedankt|dank|was|waren|werd(?:en)?"
    r"|had(?:den)?|heeft|hebben|is geweest"
    r"|kwam(?:en)?|stond(?:en)?|gaf|gaven|hield(?:en)?|vond(?:en)?|ging(?:en)?|deed|deden|kon(?:den)?"
    r"|kreeg|kregen|ben|bent|geboren|openden?|startten?"
    r"|begon(?:nen)?|stelde|vanaf|ge(?!duld|bied|zond|luid|rech|woon)\w{3,}d|ge\w{3,}en zijn|yesterday"
    r"|last|since|ago|thanks?|were|held|took|opened|came|went|did|been|has|have|born"
    r"|started|began"
    r"|(?<!is )(?<!are )(?<!be )closed|from|published|received|made|dated|minutes of|verslag|notulen|besluit"
    r"|brief van|foto'?s)\b",
    re.IGNORECASE,
)
# Said of what is still to come.
_COMING = re.compile(
    r"\b(?:kom|komt|meld (?:je|u)|geef (?:je|u) op|schrijf (?:je|u) in|aanmelden|inschrijven|opgeven"
    r"|reserve(?:er|ren)|nog even|tot dan|tot ziens|tot straks"
    r"|gaat|gaan|opent|openen we|start|starten|begint|beginnen|vindt plaats|is er|zijn er|wordt|worden|zal"
    r"|zullen|welkom|inloop|noteer|zet in (?:je|uw)"
    r"|binnenkort|doe (?:je|jij|u|jullie)? ?mee|vier (?:je|mee)|uitnodig\w+|nodigen|komende|aanstaande"
    r"|(?:we|wij) zien (?:je|u|jullie)|zien we (?:je|u|jullie)"
    r"|join|sign up|register|book|will|opens|starts|begins|takes place"
    r"|don't (?:forget|miss)|see you|save the date|come (?:along|to|and)|coming|upcoming|welcome|is on"
    r"|invit\w+|closes|closing)\b",
    re.IGNORECASE,
)
# Longer ago it is likelier to be meant for next year.
_JUST_PAST = 62
# With its year, it is that of last year: in winter many a hand writes it still.
_LAST_YEAR = 400
# Further ahead it may also be about the last one.
_SOON = 150


@dataclass(frozen=True)
class _Said:
    """A date as written: ``weekday`` from Monday 0, None where none is named; ``year`` 0 where none is named."""

    start: int
    end: int
    day: int
    month: int
    year: int = 0
    weekday: int | None = None

    def exists(self) -> bool:
        """Is there such a day, in a leap year if need be?"""
        return _date(self.year or 2028, self.month, self.day) is not None


class Dates(Check):
    """Looks at: a weekday that does not fit its date, days that do not exist, and days gone by that are announced."""

    key = "dates"
    title = _("Dates")
    why = _("With a wrong date or weekday people come on the wrong day, or not at all.")
    todo = _("Look it up in a calendar, and change the date or the weekday.")
    agreement = "finished-posts"
    kind = "DATE"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield at most one finding per text, as seen on the day that it goes out."""
        moment = draft.due_at or draft.now
        today = moment.astimezone(ZoneInfo(draft.zone)).date() if moment else None
        for text, channel in texts(draft):
            bare = plain(text)
            for said in _dates(bare):
                if judged := _judged(bare, said, today):
                    message, more = judged
                    values: dict[str, str | int] = {"found": shown(text[said.start : said.end]), **more}
                    yield Finding(self.key, Tier.LOOK, message, values, channel, start=said.start, end=said.end)
                    return


def _judged(text: str, said: _Said, today: date | None) -> tuple[str, dict[str, str]] | None:
    if not said.exists():
        return _("“%(found)s” is not a day that exists."), {}
    if said.weekday is not None and (real := _real_weekday(text, said, today)) is not None:
        return _("“%(found)s” does not agree: that day is a %(problem)s."), {"problem": _NAMES[real]}
    if today and _is_late(text, said, today):
        return _("“%(found)s” is over by the time that this goes out."), {}
    return None


_NAMES = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


def _real_weekday(text: str, said: _Said, today: date | None) -> int | None:
    """The weekday that the date has, where it is none that can be meant."""
    if said.year:
        meant = [_date(said.year, said.month, said.day)]
    elif today is None or _OTHER_YEAR.search(text):
        return None
    else:
        meant = list(_meant(text, said, today))
    days = [day.weekday() for day in meant if day]
    return days[0] if days and said.weekday not in days else None


def _meant(text: str, said: _Said, today: date) -> Iterator[date]:
    """The days that a date without a year can mean, likeliest first."""
    coming = _next(said, today)
    before = _next(said, today - timedelta(days=366))
    is_past = bool(_PAST.search(text))
    if coming and not is_past:
        yield coming
    if before and (is_past or not coming or (coming - today).days > _SOON):
        yield before
    if coming and is_past:
        yield coming


def _next(said: _Said, today: date) -> date | None:
    """The first such day from ``today`` on, within a year."""
    years = (today.year, today.year + 1)
    days = (_date(year, said.month, said.day) for year in years)
    return next((day for day in days if day and day >= today), None)


def _is_late(text: str, said: _Said, today: date) -> bool:
    """Is it announced as coming, though it is over?"""
    place = next((each for each in sentences(text) if each.start() <= said.start < each.end()), None)
    if place is None or not _COMING.search(text) or _PAST.search(place.group()):
        return False
    if any((day := _past(other, today)) is None for other in _dates(place.group())):
        return False
    day = _past(said, today)
    return day is not None and (today - day).days <= (_LAST_YEAR if said.year else _JUST_PAST)


def _past(said: _Said, today: date) -> date | None:
    """That day where it is before ``today``, as far as can be told."""
    if said.year:
        day = _date(said.year, said.month, said.day)
        return day if day and day < today else None
    before = _next(said, today - timedelta(days=_JUST_PAST))
    return before if before and before < today else None


def _dates(text: str) -> Iterator[_Said]:
    """Every date in the text, with those before it that have their month from it."""
    for pattern in _DATES:
        for match in pattern.finditer(text):
            said = _read(match)
            if said is not None:
                yield from _before(text, said)
                yield said


def _read(match: re.Match[str]) -> _Said | None:
    parts = match.groupdict()
    month, name = parts["month"], parts.get("weekday") or parts.get("after")
    # "You may 5 ..." and "may" in general: as a month it has its capital in English, and none in Dutch.
    if month in {"mar", "may"} or (month == "MAY" and not parts["year"]):
        return None
    number = int(month) if month.isdigit() else _MONTHS[month.lower()]
    day, year = int(parts["day"]), int(parts.get("year") or 0)
    if number > 12 or not 1 <= day <= 39:
        return None
    weekday = _WEEKDAYS[name.lower().rstrip(".")] if name else None
    return _Said(match.start(), match.end(), day, number, year, weekday)


def _before(text: str, said: _Said) -> Iterator[_Said]:
    found = _EARLIER.search(text, max(0, said.start - 40), said.start)
    if not found:
        return
    day = int(found["day"])
    # "vrijdag 31 t/m zaterdag 1 november" begins a month earlier.
    month = said.month if day < said.day else (said.month - 2) % 12 + 1
    year = said.year - (1 if said.year and month > said.month else 0)
    weekday = _WEEKDAYS[found["weekday"].lower().rstrip(".")]
    yield _Said(found.start(), said.end, day, month, year, weekday)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
