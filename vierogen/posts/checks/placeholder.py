"""Is anything left of a template, a try-out or an exercise?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier

# What people write between brackets where something is still to come.
_FIELD = (
    r"(?:voor|achter)?na(?:am|me)|first\s?name|last\s?name|datum|date|tijd(?:stip)?|time|plaats|locatie|location"
    r"|place|bedrag|amount|link|url|adres|address|telefoon(?:nummer)?|phone(?:\s?number)?|e-?mail(?:adres)?"
    r"|nummer|number|functie|afzender|titel|title|onderwerp|subject|tekst|text|organisatie|gemeente|bedrijf"
    r"|company|straat"
)
_COMMAND = r"(?:invullen|aanvullen|invoegen|toevoegen)"
_TO_FILL = (
    rf"(?:{_FIELD})(?:\s(?:hier|here|{_COMMAND}))?"
    rf"|(?:hier|here|uw|je|jouw|your|the)\s(?:{_FIELD})(?:\s(?:hier|here))?"
    rf"|(?:nog\s|hier\s)?{_COMMAND}|(?:nog\s)?(?:in|aan)\s?te\s?vullen|vul\s(?:hier\s)?(?:in|aan)"
    r"|(?:insert|enter|fill\sin|add)(?:\s[^\[\]<>]{1,40})?|x{2,}|\.{3}|…|\?{2,}|p\.?m\.?|todo|tb[ac]"
)
# Only in capitals: "naam invullen" is also what a reader may be asked to do.
_LOUD_FIELD = r"(?:NAAM|NAME|DATUM|DATE|TIJD|PLAATS|LOCATIE|BEDRAG|TITEL|TITLE|TEKST|TEXT)"
_LOUD_COMMAND = r"(?:INVULLEN|INVOEGEN|TOEVOEGEN)"
_MARK = r"(?:EXERCISE|OEFENING|DRILL|TEST)"
# Every municipality writes about tests of these, several times a year.
_ABOUT_ALARMS = re.compile(r"nl-?alert|sirene|luchtalarm|\bsirens?\b", re.IGNORECASE)
_FILLER = _("“%(found)s” is filler text.")
_NOT_FILLED = _("“%(found)s” still has to be filled in.")
_TRY_OUT = _("“%(found)s” looks like a try-out.")
_EXERCISE = _("“%(found)s” belongs to an exercise.")


@dataclass(frozen=True)
class _Leftover:
    """A pattern and what it weighs; ``whole``: only as the entire text; ``unless`` excuses a text."""

    tier: Tier
    message: str
    pattern: re.Pattern[str]
    whole: bool = False
    unless: re.Pattern[str] | None = None

    def found(self, text: str) -> str:
        """The words found in ``text``, "" where there are none."""
        if self.unless and self.unless.search(text):
            return ""
        match = self.pattern.fullmatch(text) if self.whole else self.pattern.search(text)
        return match.group().strip()[:60] if match else ""


def _any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_LEFTOVERS = (
    _Leftover(Tier.STOP, _FILLER, _any_case(r"\blorem\s+ipsum\b|\bdolor\s+sit\s+amet\b")),
    _Leftover(Tier.STOP, _NOT_FILLED, _any_case(rf"\[\s?(?:{_TO_FILL})\s?\]|<\s?(?:{_TO_FILL})\s?>")),
    # Fields of Django and Jinja, of shells and JavaScript, of Python, of Windows, of Mailchimp.
    _Leftover(
        Tier.STOP,
        _NOT_FILLED,
        re.compile(
            r"\{\{[^{}\n]{0,60}\}\}|\{%[^{}\n]{0,60}%\}|\$\{[^{}\n]{1,60}\}|\{[A-Za-z_][\w .]{0,40}\}"
            r"|%\(\w{1,40}\)[sd]|%[A-Z_]{3,40}%|\*\|[A-Z_:]{2,40}\|\*"
        ),
    ),
    _Leftover(
        Tier.STOP,
        _NOT_FILLED,
        re.compile(
            rf"\b{_LOUD_FIELD}\s(?:HIER|HERE|{_LOUD_COMMAND})\b|\b(?:HIER|YOUR)\s{_LOUD_FIELD}\b"
            rf"|\b(?:LINK|URL)\s{_LOUD_COMMAND}\b|\bTODO\b|\bFIXME\b"
        ),
    ),
    # Dates, times, amounts and telephone numbers with x in place of digits.
    _Leftover(
        Tier.STOP,
        _NOT_FILLED,
        _any_case(
            r"\b(?:xx|\d\d?)[-/.:]xx(?:[-/.](?:xx(?:xx)?|\d{2,4}))?(?![-\w])|€\s?x{1,5}\b"
            r"|\b0\d{1,3}[ -]?x{4,8}\b|\bxx(?:xx)?\s?uur\b"
        ),
    ),
    _Leftover(
        Tier.STOP,
        _TRY_OUT,
        _any_case(
            r"[\W_]*(?:(?:dit|this)\s(?:is|was)\s|even\s|hallo\s|hello\s)?(?:maar\s|just\s|only\s)?(?:een\s|a\s)?"
            r"(?:test(?:je|bericht|post|tweet|ing)?(?:\s(?:bericht|post|message))?|try-?out|proefbericht)"
            r"(?:[\s,]{1,3}(?:test|\d{1,4})){0,5}[\W_]*"
        ),
        whole=True,
    ),
    _Leftover(Tier.STOP, _EXERCISE, re.compile(rf"\b{_MARK}(?:[\s,.!*/–-]{{1,5}}{_MARK}\b)+")),
    _Leftover(
        Tier.LOOK,
        _EXERCISE,
        _any_case(
            r"\boefenbericht\b|\b(?:this|dit)\sis\s(?:slechts\s|only\s)?(?:een|an?)\s(?:oefening|exercise|drill)\b"
            r"|\bexercise\s(?:message|only)\b"
        ),
    ),
    _Leftover(
        Tier.LOOK,
        _TRY_OUT,
        _any_case(r"\btest\s?(?:bericht|message|post|tweet)\b|\bnegeer\sdit\sbericht\b"),
        unless=_ABOUT_ALARMS,
    ),
    _Leftover(Tier.LOOK, _NOT_FILLED, re.compile(r"(?<![\w.-])(?:x{3,5}|X{3,5}|\?{4,}|TB[AC])(?![\w.-])")),
)


class Placeholder(Check):
    """Stops: fields not filled in, filler text, a post that is only a test, marks of an exercise.

    Looks at: "xxx", "testbericht", "dit is een oefening".
    """

    key = "placeholder"
    title = _("Leftovers")
    why = _("Templates, try-outs and exercises have gone out as if they were real.")
    todo = _("Fill in what is missing, or take it out.")
    agreement = "finished-posts"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each leftover once, with the words found."""
        seen: set[str] = set()
        for text in dict.fromkeys([draft.text, *(target.text for target in draft.targets)]):
            for leftover in _LEFTOVERS:
                found = leftover.found(text)
                if found and found not in seen:
                    seen.add(found)
                    yield Finding(self.key, leftover.tier, leftover.message, {"found": found})
