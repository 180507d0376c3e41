"""Is a password, a code or a key in the text?

Why no `detect-secrets`: it brings `requests` and `PyYAML`, adds a tenth of a second to every start, knows of no door
codes and no Dutch, and its plug-in for words flags each sentence that explains a password.
"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.labels import example_before
from vierogen.posts.checks.plain import Hit, Plain, told
from vierogen.posts.checks.told_secrets import told_secrets

# Keys by the marks that their services gave them, so that they can be found (each service's own documentation).
_TOKENS = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{30,255}"
    r"|github_pat_\w{40,255}|glpat-[\w-]{18,}|xox[abeprs]-[\w-]{10,200}"
    r"|(?:sk|pk|rk|whsec)_(?:live|test)?_?[A-Za-z0-9]{16,200}|sk-(?:ant-|proj-)?[\w-]{20,200}|AIza[\w-]{35}"
    r"|ya29\.[\w-]{20,}|SG\.[\w-]{16,32}\.[\w-]{16,64}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{30,}"
    r"|hf_[A-Za-z0-9]{30,}"
    r"|EAA[A-Za-z0-9]{40,}|dop_v1_[a-f0-9]{64}|shpat_[a-fA-F0-9]{32}|key-[a-f0-9]{32}|[a-f0-9]{32}-us\d{1,2}"
    r"|\d{8,10}:AA[\w-]{33}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}|AC[a-f0-9]{32}|sq0(?:atp"
    r"|csp)-[\w-]{22,})(?![A-Za-z0-9])"
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY(?:"
    r" BLOCK)?-----|PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1[A-Z0-9]{20,}"
)
_CONNECTION = re.compile(
    r"(?<!\w)[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,60}:(?![*•x.]{3,}@)[^\s/@]{3,100}@[\w.-]+"
    r"|otpauth://\S{10,300}|(?i:\b(?:password|pwd)=(?![*•x.]{3,})[^\s;&]{4,60})"
)
_ASSIGNED = re.compile(
    r"(?i:(?<![\w])[\w-]{0,20}(?:api[-_ ]?key|stream[-_ ]?key|streamsleutel|secret(?:[-_ ]?key)?|private[-_ ]?key"
    r"|token|sleutel"
    r"|access[-_ ]?key|client[-_ ]?secret|apikey"
    r"|bearer))\b[ \"']{0,3}(?:=|:|is|van de \w+ is|is nu)?[ \"']{0,3}(?P<value>[\w+/.~-]{12,300}={0,2})"
)
_WORD = (
    r"(?:wacht\s?woord(?:code)?|w8\s?woord|wachtwrd|wwoord|passwoord|paswoord|wachtzin|toegangscode|toegangswoord|ww"
    r"|pw|pwd|pass(?:word|code|phrase|wd)"
    r"|wi-?fi[- ]?(?:code|key|sleutel|wachtwoord|password)|netwerksleutel|wpa2?[- ]?(?:sleutel|key)|inlogcode"
    r"|inloggegevens|log-?in(?:code|s)?|inlog|credentials|beheerderswachtwoord|key(?=[ ]?[=:])|sleutel(?=[ ]?[=:]))"
)
_SAID = re.compile(
    rf"(?<![\w?&.-])(?P<word>{_WORD})(?=[^\w.@/-])(?P<link>[ ]?(?:\([^)]{{1,30}}\))?[ ]?(?:[:=]|->|=>|(?:voor"
    rf"|van|of|for|op"
    rf"|on|in|at)[ ][\w' -]{{2,50}}?(?:[ ]is|[ ]blijft|[ ]?:|[ ]?=|[ ]wordt)(?:[ ](?:nu|still|now))?|(?:is"
    rf"|was|wordt)(?:[ ](?:nog steeds|nu|gewoon|nog|still|now|currently|set to|changed to))?|blijft|luidt"
    rf"|remains|still)?:?[ ]{{0,2}}[\"'(]?)(?<=[\s:=>\"'(])(?P<value>[^\s\"'<>()\[\]]{{4,60}})",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?<!\w)(?i:inlog\w*|log-?in|aanmelden als|account|user(?:name)?"
    r"|gebruiker(?:snaam)?)\b[^\n!?]{0,60}?(?:[ ]/[ ]?|[ ]\|[ ]|[ ]en[ ]|[ ]\+[ ]"
    r"|,[ ])(?P<value>(?=\S*[A-Za-z])(?=\S*\d)\S{6,40})"
)
_CODE_WORD = (
    r"(?:(?:deur|poort|portiek|galerij|berging|brandgang|centrale deur|hal|hek|alarm|sleutelkluis|kluis|kluisje"
    r"|sleutelkast|fietsenstalling|garage|toegangs"
    r"|cijfer|slot|hangslot|lift|slagboom|voordeur|achterdeur|zij(?:deur|ingang)|parkeergarage|pin|toegang"
    r"|entree|kelder|magazijn|alarminstallatie|sleutelkastje)[- ]?(?:codes?|pin)|pin(?:code)?"
    r"|pin[- ]?(?:number|code)|alarm"
    r"|(?:door|gate|alarm|key ?safe|keysafe|lock|locker|lockbox|entry|entrance|access|barrier|safe|garage"
    r"|padlock|bike shed|cupboard|shutter|building|keypad|security|depot|back door|front door|side gate"
    r"|main gate)[- ]?(?:codes?|pin|combination|combi)|gate|door|key ?safe|padlock|code|cijferslot|combinatie"
    r"|combination|codeslot|toetsenpaneel|keypad)"
)
_CODED = re.compile(
    rf"(?<![\w-])(?P<word>{_CODE_WORD})(?P<link>[^\n.!?€]{{0,70}}?)(?<![\w,€/.-])(?P<value>(?:[#*]["
    rf" ]?)?(?:\d(?:[ -]?\d){{3,7}}"
    rf"|[A-Z]\d{{3,6}}[A-Z]?|\d{{3,6}}[A-Z]|[A-Z]{{1,2}}\d{{3,6}})(?:[ ]?[#*])?)(?![\w€]|[-.,:/]\d"
    rf"|[ ]?(?:euro|uur|jaar|inwoners|people|pm|am|keer|%))",
    re.IGNORECASE,
)
_LOCKED = re.compile(
    r"(?<!\w)(?:\w*deur|\w*poort|\w*portiek|galerij|\w*berging|hek|\w*kluis\w*|sleutel\w*|alarm\w*|\w*slot|lift"
    r"|slagboom|fietsenstalling"
    r"|garage|ingang|toegang\w*|pin\w*|cijfercode|kelder|magazijn|entree|door|gate|key ?safe|lock\w*|padlock"
    r"|keypad|barrier|safe|shed|entry|shutter|depot|building|back office|wifi|tablet|telefoon|phone|laptop"
    r"|printer|ipad|pas|pasje)\w*",
    re.IGNORECASE,
)
_MEETING = re.compile(
    r"(?<!\w)(?i:teams|zoom|meet|webex|meeting|vergader\w*|overleg|bijeenkomst|webinar|call|panel|room"
    r"|id)\b[^\n]{0,60}?(?P<id>\d{3}[ -]?\d{3,4}[ -]?\d{3,4}(?:[ -]?\d{1,4})?)[^\n]{0,40}?(?i:passcode"
    r"|wachtwoord(?:code)?|toegangscode|code|password|pw|pwd|ww|pin|kenniscode"
    r"|meeting code)\b[ :=]{0,3}(?:is )?(?P<value>[^\s,;\"]{3,30})"
)
_LINK = re.compile(
    r"https?://\S{1,80}[?&](?:pwd|passcode|token|access_token|sig|signature|apikey|api_key"
    r"|key)=(?P<value>[\w%.~+/-]{8,300})",
    re.IGNORECASE,
)
# What follows the word in a sentence about passwords.
_ABOUT = re.compile(
    r"(?i:(?:niet|nooit|geen|never|not|no|vergeten|verandert?|wijzigen|wijzig|veranderen|resetten|reset|kwijt"
    r"|nodig|sterk\w*|strong|delen|share|aan|voor|van|met|zonder|uit|voortaan|kunt|kan|moet|mag|vraag\w*"
    r"|always|uw|je|jouw|mijn|your|their|and|en|of|or|is|met|via|die|dat|the|for)[.,!?:;)]*)"
)


_A_PASSWORD = _("A password stands in the text.")
_A_CODE = _("A code for a door, an alarm or a device stands in the text.")


class Secrets(Check):
    """Stops: passwords, codes of doors and alarms, keys and tokens, and meetings with their passcode."""

    key = "secrets"
    title = _("Passwords and codes")
    why = _("Whoever reads it can get in, and a post is copied within minutes.")
    todo = _("Take it out and change it now: somebody may have seen it already.")
    agreement = "keys-to-yourself"
    kind = "SECRET"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each secret once; what it is, never the secret itself."""
        yield from told(self, draft, look=_hits, tier=Tier.STOP)


def _hits(view: Plain) -> Iterator[Hit]:
    taken: list[tuple[int, int]] = []
    for start, end, message in _secrets(view.text):
        if not any(start < other_end and end > other_start for other_start, other_end in taken):
            taken.append((start, end))
            yield Hit(start, end, message)


def _secrets(text: str) -> Iterator[tuple[int, int, str]]:
    for pattern in (_TOKENS, _PRIVATE_KEY, _CONNECTION):
        yield from ((*match.span(), _("A key or token stands in the text.")) for match in pattern.finditer(text))
    for pattern in (_ASSIGNED, _LINK):
        for match in pattern.finditer(text):
            if _is_random(match["value"]):
                yield *match.span("value"), _("A key or token stands in the text.")
    for match in _MEETING.finditer(text):
        if _is_value(match["value"], short=True):
            yield match.start("id"), match.end("value"), _("The number of a meeting stands there with its passcode.")
    yield from _passwords(text)
    yield from _codes(text)
    for start, end, digits in told_secrets(text):
        yield start, end, _A_CODE if digits else _A_PASSWORD


def _passwords(text: str) -> Iterator[tuple[int, int, str]]:
    message = _A_PASSWORD
    at = 0
    while match := _SAID.search(text, at):
        at = match.end("word")
        value = (
            match["value"].rstrip(".,;:)!?")
            if not match["value"].rstrip(".,;)").endswith("!")
            else match["value"].rstrip(".,;)")
        )
        told_so = (
            bool(re.search(r"[:=]|->|=>|\bis\b|luidt|blijft|wordt|remains|still", match["link"]))
            or match["word"].casefold() in _CODES
        )
        if (
            _is_value(value, sure=told_so)
            and not example_before(text, match.start("value"))
            and not _is_advice(text, match)
        ):
            yield match.start("value"), match.start("value") + len(value), message
    for match in _LOGIN.finditer(text):
        value = match["value"].rstrip(".,;)")
        if re.search(r"[^\w.,/:-]|[a-z][A-Z]|[A-Z][a-z]+\d", value) and "@" not in value and "://" not in value:
            yield match.start("value"), match.start("value") + len(value), message


# Words after which digits alone are enough.
_CODES = {"passcode", "wachtwoordcode", "wifi-code", "wificode", "wifi code", "inlogcode"}


def _is_value(value: str, *, sure: bool = False, short: bool = False) -> bool:
    """Could this be a password: mixed signs, not a word of the sentence?"""
    if _ABOUT.fullmatch(value) or len(value) < (3 if short else 4) or re.match(r"https?:|www\.", value):
        return False
    if re.fullmatch(r"[*•x.…_-]+", value, re.IGNORECASE) or (re.fullmatch(r"(?:19|20)\d\d", value) and not short):
        return False
    if short:
        return bool(re.search(r"\d|[a-z][A-Z]|-", value))
    digits, signs = re.search(r"\d", value), re.search(r"[^\w.,/:'-]", value[:-1] if not sure else value)
    letters = re.search(r"[^\W\d_]", value)
    if letters and (digits or signs):
        return not re.fullmatch(r"\d+[.:]\d+|\d+(?:e|ste|de|x|th|-\w+)", value)
    return sure and (bool(re.fullmatch(r"\d{4,12}", value)) or bool(re.search(r"[a-z][A-Z]", value)))


def _is_advice(text: str, match: re.Match[str]) -> bool:
    """Is it an example of what not to do: "een wachtwoord als Welkom123"?"""
    sentence = text[max(0, match.start() - 30) : match.end() + 60]
    return bool(
        re.search(
            r"(?i:(?:wachtwoord|password|passcode)s? (?:als|zoals|like|such as)\b|geraden|guessed|gekraakt"
            r"|cracked|think '|denk niet dat|niet meer van deze tijd)",
            sentence,
        )
    )


def _is_random(value: str) -> bool:
    """Letters and digits through each other, as no word has them."""
    return (
        bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value))
        and len(value) >= 12
        and not re.fullmatch(
            r"[a-z]+(?:[-.][a-z\d]+)*\.[a-z]{2,}|[a-z-]+(?:/[\w.-]+)+/?|[\w-]+(?:\.[\w-]+)+/?[\w/-]*|\d{4}-\d\d-\d\d\S*"
            r"|[a-z]+(?:-[a-z]+)*-?\d{1,4}",
            value,
        )
    )


_NO_CODE = re.compile(
    r"(?i:(?<!\w)(?:postcode|qr|kortings|discount|promo|actie|voucher|besteld|order|zaak|ordernummer"
    r"|telefoon(?:nummer|nr|isch)|bel |call |tel(?!efoon)|code (?:geel|oranje|rood|yellow|amber|red)|nooit|never"
    r"|vraagt|ask|bijvoorbeeld|example"
    r"|e\.g|bsn|kenteken|opening|dress|gedrags|broncode|wetboek|barcode|landcode|area code|sort code|meldcode"
    r"|fout|error|sbi|vermeld|onder vermelding|quote))"
)


def _codes(text: str) -> Iterator[tuple[int, int, str]]:
    message = _A_CODE
    at = 0
    while match := _CODED.search(text, at):
        at = match.end("word")
        whole = text[max(0, match.start() - 40) : match.end()]
        if (
            _NO_CODE.search(match["link"])
            or _NO_CODE.search(whole[: -len(match["value"])])
            or not _LOCKED.search(whole + text[match.end() : match.end() + 50])
        ):
            continue
        if _is_code(match):
            yield *match.span("value"), message


def _is_code(match: re.Match[str]) -> bool:
    """Four to eight digits: not a year, a time or an amount."""
    value, word, link = match["value"], match["word"].casefold(), match["link"]
    if word in {"alarm", "code"} and re.search(r"(?:met|with)\s*$", link):
        return True
    says_code = (
        (re.fullmatch(r"key ?safe", word) and not link.strip())
        or "code" in word
        or "pin" in word
        or "combi" in word
        or re.search(r"(?i:\bcode\b|\bpin\b|combinati|cijfer|[=:]\s*$|intoetsen|\bis\s*$)", link)
    )
    if not says_code:
        return False
    if re.fullmatch(r"(?:19|20)\d\d", value):
        if re.fullmatch(r"key ?safe|\w*kluis\w*|keysafe", word) and not link.strip():
            return True
        return bool(re.search(r"(?:is|:|=)[ ]?$|^[ ]?$", link))
    return "€" not in link
