"""Is anything left of a template, a try-out or an exercise?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.tryouts import is_tryout
from vierogen.posts.checks.wording import texts

# What people write between brackets where something is still to come.
_FIELD = (
    r"(?:voor|achter|wijk|straat|school|buurt|dorps|plaats|bedrijfs|contact|project|product)?na(?:am|me)"
    r"|first\s?name|last\s?name|datum|date|tijd(?:stip)?|time|plaats|locatie|location"
    r"|place|bedrag|amount|link|url|adres|address|telefoon(?:nummer)?|phone(?:\s?number)?|e-?mail(?:adres)?"
    r"|(?:zaak|kenmerk|klant|order|huis)?nummer|number|aantal|functie|begintijd|eindtijd|startdatum"
    r"|einddatum|afzender|titel|title|onderwerp|subject|tekst|text|organisatie|gemeente|bedrijf"
    r"|company|straat|dag|day|maand|month|weekdag|weekday|inwoner|resident|bewoner|prijs|price|wethouder|venue|credits?|bron|fotograaf"
    r"|spreker|speaker|quote"
)
# "[naam wethouder]", but not "[naam bekend bij de redactie]".
_FIELD_OF = (
    r"(?:naam|name|datum|date|aantal|amount|bedrag|nummer|number|locatie|location)"
    r"\s(?!bekend|withheld|redacted|known|verwijderd|weggelaten|onbekend|changed|gewijzigd|removed)[\w '-]{2,30}"
)
_COMMAND = r"(?:invullen|aanvullen|invoegen|toevoegen)"
_TO_FILL = (
    rf"{_FIELD_OF}|(?:{_FIELD})(?:\s(?:hier|here|{_COMMAND}))?"
    rf"|(?:hier|here|uw|je|jouw|your|the)\s(?:{_FIELD})(?:\s(?:hier|here))?"
    rf"|(?:\w{{3,20}}\s)?(?:nog\s|hier\s)?{_COMMAND}|(?:nog\s)?(?:in|aan)\s?te\s?vullen|vul\s(?:hier\s)?(?:in|aan)"
    r"|(?:insert|enter|fill\sin|add)(?:\s[^\[\]<>]{1,40})?|x{2,}|\.{3}|…|\?{2,}|p\.?m\.?|todo|tb[ac]"
)
# Only in capitals: "naam invullen" is also what a reader may be asked to do.
_LOUD_FIELD = r"(?:NAAM|NAME|DATUM|DATE|TIJD|PLAATS|LOCATIE|BEDRAG|TITEL|TITLE|TEKST|TEXT)"
_LOUD_COMMAND = r"(?:INVULLEN|INVOEGEN|TOEVOEGEN)"
_MONTH = r"(?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december)"
_MARK = r"(?:EXERCISE|OEFENING|DRILL|TEST)"
# Every municipality writes about tests of these, several times a year.
_ABOUT_ALARMS = re.compile(r"nl-?alert|sirene|luchtalarm|\bsirens?\b", re.IGNORECASE)
_TEST = "TEST"
_FILLER = _("“%(found)s” is filler text.")
_NOT_FILLED = _("“%(found)s” still has to be filled in.")
_TRY_OUT = _("“%(found)s” looks like a try-out.")
_LEFT_OVER = _("“%(found)s” seems to be left over from another program.")
_EXERCISE = _("“%(found)s” belongs to an exercise.")


@dataclass(frozen=True)
class _Leftover:
    """A pattern and what it weighs; ``unless`` excuses a text."""

    tier: Tier
    message: str
    pattern: re.Pattern[str]
    kind: str = ""
    unless: re.Pattern[str] | None = None

    def found(self, text: str) -> re.Match[str] | None:
        """The first words found in ``text``."""
        if self.unless and self.unless.search(text):
            return None
        return self.pattern.search(text)


def _any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_LEFTOVERS = (
    _Leftover(Tier.STOP, _FILLER, _any_case(r"\blorem\s+ipsum\b|\bdolor\s+sit\s+amet\b")),
    _Leftover(
        Tier.STOP,
        _NOT_FILLED,
        _any_case(
            rf"\[\s?(?:{_TO_FILL})\s?\]|<\s?(?:{_TO_FILL})\s?>|«\s?(?:{_TO_FILL})\s?»" rf"|##?(?:{_FIELD})##?(?!\w)"
        ),
    ),
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
            r"|\b0\d{1,3}(?:\s?-\s?|\s)?(?:x{4,8}|x{2,3}(?:\s?x{2,3}){1,3})\b|\bxx(?:xx)?\s?uur\b"
        ),
    ),
    _Leftover(
        Tier.STOP,
        _NOT_FILLED,
        _any_case(
            r"\b(?:vul|typ|schrijf|zet|plak) hier (?:je|jouw|uw|de|een) (?:tekst|bericht|titel|link)(?: in| neer)?\b"
            r"|\b(?:klik|tik) (?:hier )?om (?:een )?tekst (?:in te voeren|toe te voegen)"
            r"|\bclick (?:here )?to (?:add|enter|edit) text\b"
            r"|\b(?:insert|add|your|enter) (?:your )?(?:text|caption|link|title|copy|photo|image|date) here\b"
        ),
    ),
    _Leftover(
        Tier.STOP,
        _EXERCISE,
        re.compile(
            rf"\b{_MARK}(?:[\s,.!*/–-]{{1,5}}{_MARK}\b)+|[\[(*]{{1,3}}\s?{_MARK}\s?[\])*]{{1,3}}"
            r"|\b(?:EINDE OEFENING|END OF EXERCISE|END EXERCISE|EXERCISE ONLY|OEFENBERICHT)\b"
        ),
        kind=_TEST,
    ),
    _Leftover(
        Tier.LOOK,
        _EXERCISE,
        _any_case(
            r"\boefenbericht\b|\b(?:this|dit)\sis\s(?:slechts\s|only\s)?(?:een|an?)\s(?:oefening|exercise|drill)\b"
            r"|\bexercise\s(?:message|only)\b"
            r"|\bgeen\sechte?\s(?:melding|alarm|noodgeval)\b|\bnot\sa\sreal\s(?:alert|emergency|incident)\b"
        ),
        kind=_TEST,
    ),
    _Leftover(
        Tier.LOOK,
        _TRY_OUT,
        _any_case(r"\btest\s?(?:bericht|message|post|tweet)\b|\bnegeer\sdit\sbericht\b"),
        kind=_TEST,
        unless=_ABOUT_ALARMS,
    ),
    _Leftover(
        Tier.LOOK,
        _NOT_FILLED,
        re.compile(
            r"\b(?:DD|dd)[-/](?:MM|mm)\b|\b(?:HH|UU|uu)[:.](?:MM|mm)\b|\bINSERT\s[A-Z ]{3,30}\sHERE\b"
            r"|(?<![\w.])(?:NAAM|DATUM"
            r"|XX)(?![\w.])|\[QUOTE [A-Z ]{3,30}\]"
            r"|\b(?:[Tt]ekst|[Ll]ink|[Ff]oto|[Qq]uote|[Cc]itaat)(?: wethouder"
            r"| burgemeester)? volgt(?: nog)?(?=\s*(?:[.!)\]]|$))|\b[Hh]ier komt (?:de|een"
            r"|nog) (?:tekst|foto|link|quote|titel)\b"
        ),
    ),
    _Leftover(
        Tier.LOOK,
        _NOT_FILLED,
        re.compile(
            rf"(?<!\.)(?:\.{{3}}|…)\s?(?:{_MONTH}|uur|euro)\b|€\s?(?:\.{{3}}|…)|\b(?:via|op|zie|at|see) (?:LINK|URL)\b"
            r"|[\[(<@*]{1,3}\s?(?:nog|NOG)\s(?i:invullen|aanvullen|checken|toevoegen|controleren|navragen)\s?[\])>@*]{1,3}"
            r"|[\"“](?:[Qq]uote|QUOTE|[Cc]itaat)[\"”]"
        ),
    ),
    _Leftover(
        Tier.LOOK,
        _EXERCISE,
        _any_case(r"\b(oefening|exercise|drill)\b(?:[\s,.!–-]{1,4}\1\b){1,9}"),
        kind=_TEST,
    ),
    _Leftover(
        Tier.LOOK, _NOT_FILLED, re.compile(r"(?<![\w.-])(?:x{3,5}|X{3,5}|\?{4,}|TB[AC])(?![\w.-])|(?<!_)_{4,}(?!_)")
    ),
    _Leftover(
        Tier.LOOK,
        _LEFT_OVER,
        re.compile(
            r"&(?:nbsp|amp|quot|lt|gt|#\d{2,4});|</?(?:p|br|b|i|strong|em|div|span|ul|li|h\d)\s?/?>"
            r"|Ã[©«¨¶¼¯³]|â€[™œ“”¦]|\ufffd"
            r"|^(?:Sure|Certainly|Of course|Natuurlijk|Zeker|Prima)[!,.] (?:[Hh]ere(?:'s|’s| is)"
            r"|[Hh]ier (?:is|heb je|volgt))\b"
            r"|^(?:Here(?:'s|’s| is)|Hier is|Hieronder staat) (?:a|an|the|een|de|jouw"
            r"|your) (?:\w+ )?(?:draft|post|caption|concept\w*|voorstel)\b"
            r"|\b(?:[Aa]ls (?:een )?AI-(?:taal)?model|[Aa]s an AI (?:language )?model)\b"
            r"|^\W{0,3}(?:CONCEPT|DRAFT|Concept|Draft|Concepttekst|Versie \d|Version \d|Kop|Titel"
            r"|Bijschrift|Caption|Copy|Alt-?tekst"
            r"|Tekst (?:voor )?(?:Facebook|Instagram|LinkedIn|Mastodon|X|Twitter))\s?(?::|\bv\d)"
        ),
    ),
)


class Placeholder(Check):
    """Stops: fields not filled in, filler text, a post that is only a test, marks of an exercise.

    Looks at: "xxx", "testbericht", "dit is een oefening", signs and sentences that another program left.
    """

    key = "placeholder"
    title = _("Leftovers")
    why = _("Templates, try-outs and exercises have gone out as if they were real.")
    todo = _("Fill in what is missing, or take it out.")
    agreement = "finished-posts"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each leftover once, with the words found."""
        seen: set[str] = set()
        for text, channel in texts(draft):
            for tier, message, kind, (start, end) in _leftovers(text):
                found = text[start:end].strip()[:60]
                if found and found not in seen:
                    seen.add(found)
                    values = {"found": found}
                    yield Finding(self.key, tier, message, values, channel, kind=kind, start=start, end=end)


def _leftovers(text: str) -> Iterator[tuple[Tier, str, str, tuple[int, int]]]:
    """What each leftover weighs, says and is, with its place."""
    if is_tryout(text):
        yield Tier.STOP, _TRY_OUT, _TEST, (0, len(text))
        return
    for leftover in _LEFTOVERS:
        if match := leftover.found(text):
            yield leftover.tier, leftover.message, leftover.kind, match.span()
