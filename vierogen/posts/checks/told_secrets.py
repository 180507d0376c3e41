"""Secrets that are told without the word for them: "tik 0358", "probeer W3lzijn#Noord", "de sms-code is 739146"."""

import re
from collections.abc import Iterator

# What opens or starts something, and what says that the digits do it.
_LOCK = (
    r"(?:\w*deur|\w*poort|\w*hek|hekje|\w*kluis|\w*kluisje|\w*kastje|\w*kast|alarm\w*|\w*slot|(?:hang|cijfer|deur"
    r"|fiets)?sloten|\w*slagboom"
    r"|lift"
    r"|\w*stalling|\w*hok|\w*huisje|\w*schuur|\w*berging|\w*garage|\w*kelder|\w*ingang|entree|kantine|loods"
    r"|tourniquet|toegang\w*|sleutels?|sleutelbos"
    r"|clubhuis|gymzaal|meterkast|brievenbus|tablet|telefoon|laptop|simkaart|pinpas|bankpas|tankpas|pasje"
    r"|kopieerapparaat|printer"
    r"|\w*door|\w*gate|\w*safe|key ?safe|\w*lock|lockbox|locker|padlock|shed|barrier|keypad|shutter|entrance|entry"
    r"|phone|sim|card"
    r"|voicemail|ipad|bike store|intercom|kooi|container|slot)"
)
_DOES_IT = (
    r"(?:tik|tikt|toets\w*|typ|druk|intoetsen|draai\w*|voer|invoeren|gebruik|open(?:t|en)?(?: met| via)?"
    r"|gaat (?:\w+ )?(?:open|uit|af)"
    r"(?: met)?|slot op|lock on|slot staat op|gaat met|af met|uit met|met|is|wordt|blijft|luidt|staat op"
    r"|ingesteld op|code|pin|cijfers?"
    r"|combinatie|combi"
    r"|nummer|=|:|->|→|enter|press|type|tap|dial|key in|punch in|use|using|with|set to|opens? (?:with|to)|turn"
    r"|combination|number"
    r"|digits|then|remains|reset to|changed to|now)"
)
_DIGITS = r"(?P<value>(?:[#*][ ]?)?(?:\d{4,8}|\d(?:[ .-]\d){3,7}|\d{2}[ -]\d{2}(?:[ -]\d{2})?)(?:[ -]?[#*])?)"
_UNLOCKED = re.compile(
    rf"(?<!\w){_LOCK}(?!\w)[^\n!?€]{{0,60}}?(?:(?<!\w){_DOES_IT}|[:=])[ ]?(?:de |het |the |code |pin |cijfers |nu "
    rf"|now |dan |eerst |weer )?"
    rf"[ \"']{{0,2}}{_DIGITS}(?![\w€]|[.,:/-]\d|[ ]?(?:euro|uur|jaar|m2|cm|mm|keer|stuks|people|inwoners|%|am|pm|x"
    rf"|\d))",
    re.IGNORECASE,
)
# Digits first: "4471# opent de poort".
_OPENS = re.compile(
    rf"(?<![\w€.,:/-]){_DIGITS}[ ](?:opent|ontgrendelt|geeft toegang tot|is (?:de |het )?(?:\w*code|\w*pin\w*"
    rf"|combinatie)"
    rf"|opens|unlocks|gets you (?:in|into|through)|for the|voor (?:de|het)|is the (?:\w+ )?(?:code|pin|combination))"
    rf"[^\n.!?]{{0,30}}?(?<!\w)(?:{_LOCK}|code|pin)(?!\w)",
    re.IGNORECASE,
)
# Digits that stand apart after a lock: "alarm 4-9-0-2", "key safe 1-6-3-9".
_SPREAD = re.compile(
    rf"(?<!\w)(?:{_LOCK}|cijfers|digits|pin|code)(?!\w)[^\n.!?€]{{0,45}}?(?<![\w€.,:/-])(?<!\d[ ])"
    r"(?P<value>\d(?:([ -])\d)(?:\2\d){2,4})(?![\w]|[ .:,/-]\d)",
    re.IGNORECASE,
)
# "Use C4471Y on the keypad".
_USED_ON = re.compile(
    rf"(?<!\w)(?:use|enter|type|press|try|tik|toets|gebruik|draai|probeer)[ ](?:code |de code |the code )?"
    rf"(?P<value>(?=\w*\d{{3}})[A-Z]{{0,2}}\d{{3,6}}[A-Z]{{0,2}}[#*]?)[ ](?:on|in|at|into|op|bij|voor|for)[ ](?:de"
    rf"|het|the)[ ]"
    rf"(?:\w+[ ])?{_LOCK}(?!\w)",
    re.IGNORECASE,
)
_OPENED_WITH = re.compile(
    rf"(?<!\w){_LOCK}(?!\w)[^\n.!?€]{{0,50}}?(?<!\w)(?:opens?|opent|open|gaat open|unlocks?)[ ](?:nu |now )?(?:with"
    rf"|met)[ ]"
    r"(?P<value>(?=\w*\d{3})[A-Z]{0,2}\d{3,6}[A-Z]{0,2}[#*]?)(?!\w)",
    re.IGNORECASE,
)
# "24 links, 71 rechts, 08 links".
_DIALLED = re.compile(
    r"(?P<value>(?<!\d)\d\d?[ ]?(?:links|rechts|left|right)[ ,-]{1,3}(?:dan |then )?\d\d?[ ]?(?:links|rechts|left"
    r"|right))(?!\w)",
    re.IGNORECASE,
)
_PRESSED = re.compile(
    rf"(?<!\w){_LOCK}(?!\w)[^\n!?€]{{0,50}}?(?<![\w€.,:/-]){_DIGITS}[ ,]{{1,2}}(?:in te |in)?(?:druk\w*|toets\w*"
    rf"|tik\w*|typ\w*|draai\w*"
    rf"|voeren|indrukken|daarna|dan draaien|en draai\w*|press\w*|enter|then|and turn)(?!\w)",
    re.IGNORECASE,
)
_WORD_SAID = re.compile(
    r"(?<!\w)(?:geheime? (?:woord|code)|codewoord|wachtwoordzin|secret (?:word|phrase)|code ?word|safe ?word"
    r"|magic word|password phrase)"
    r"(?: \w+){0,4}? (?:is|=|luidt|blijft|wordt|:)[ \"']{1,2}(?P<value>(?!niet|nooit|geen|een|the|a|not"
    r"|never)[^\s\"',.!?]{4,40})",
    re.IGNORECASE,
)
_SENT = (
    r"(?:(?:sms|verificatie|bevestigings?|herstel|controle|activerings?|activatie|koppel|inlog|login|beveiligings?"
    r"|recovery|verification|confirmation|security|back-?up|one[- ]time|2fa|mfa|tan|digid|authenticator|reset|unlock"
    r"|puk)"
    r"[- ]?(?:codes?|key|sleutels?|woord)|eenmalige code|otp|puk)"
)
_ONE_TIME = re.compile(
    rf"(?<!\w){_SENT}(?!\w)[^\n!?€]{{0,70}}?"
    r"(?P<value>(?<![\w€.,:/-])(?:\d{3}[ -]\d{3,4}|\d{4,8}"
    r"|(?=[A-Za-z-]*\d)[A-Z\d]{2,8}(?:-[A-Z\d]{2,8}){1,7}"
    r"|(?=[A-Za-z-]*\d)[A-Za-z\d]{3,8}(?:-[A-Za-z\d]{3,8}){1,7}))(?![\w€]|[.,:/-]\d)",
    re.IGNORECASE,
)
# "639 204 als verificatiecode".
_SENT_BEFORE = re.compile(
    rf"(?<![\w€.,:/-])(?P<value>\d{{3}}[ -]\d{{3,4}}|\d{{4,8}})[ ](?:als|as|is|=|\()[ ]?(?:(?:de|het|een|mijn|jouw"
    rf"|je|the"
    rf"|my|your|a)[ ])?(?:\w+[ ])?{_SENT}(?!\w)",
    re.IGNORECASE,
)
_NO_CODE = re.compile(
    r"(?<!\w)(?:postcode|kortings?\w*|discount|promo|actie\w*|voucher|bel|call|tel(?!efoon (?:is|blijft|wordt))\w*"
    r"|nooit|never|vraagt|asks?"
    r"|bijvoorbeeld"
    r"|example|bsn|kenteken|artikel\w*|order\w*|zaak\w*|dossier\w*|besteld?\w*|afval\w*|opening\w*|geopend|vanaf"
    r"|tot|sinds|since"
    r"|until|between|tussen|jaar|year|huisnummer|kamer|euro|factuur|vermelding|kenmerk|ref\w*|model|type|serie\w*"
    r"|meldcode"
    r"|code (?:geel|oranje|rood|groen)|sbi|landcode|area code|(?:start\w*|begin\w*) (?:with|met))(?!\w)",
    re.IGNORECASE,
)
# A word as only passwords are, near a word of what it opens.
_ACCOUNT = (
    r"(?:wacht\s?woord\w*|ww|pw|pass|pwd|password|passphrase|passwoord|inlog\w*|log-?in|account|instagram|insta"
    r"|facebook|fb"
    r"|hootsuite|linkedin|twitter|tiktok|mastodon|canva|mailchimp|wordpress|portaal|portal|gebruiker\w*|user\w*"
    r"|admin|beheer\w*"
    r"|wi-?fi\w*|\w*netwerk|network|router|herstel\w*|recovery|sleutelwoord|toegang\w*|aanmelden|sign in|signing in"
    r"|logged in"
    r"|laptop|tablet|computer|pc|server|nas|vpn|mailbox|postvak|excel|bestand|zip|pdf|document|map|file|spreadsheet"
    r"|credentials"
    r"|inlognaam|username|key|sleutel|code|digid|outlook|office|teams|zoom|beamer|printer|kassa|website|cms|app)"
)
_NEAR_ACCOUNT = re.compile(rf"(?<!\w){_ACCOUNT}(?!\w)", re.IGNORECASE)
_TOKEN = re.compile(
    r"(?<![^\s(\"':=/>])(?=[^\s]{0,40}\d)(?=[^\s]{0,40}[A-Za-z])[A-Za-z0-9!$%&*+=?@#_^~-][^\s\"'<>()]{6,40}"
)
_ADVICE = re.compile(
    r"(?<![\w.])(?:(?:als|zoals|like|such as)(?=[ \"'(]{0,2}$)|bijvoorbeeld|example|e\.g\.|geraden|guessed|gekraakt"
    r"|cracked"
    r"|niet meer van deze tijd|nooit|never"
    r"|zwak\w*|weak|korting\w*|discount|promo\w*|actiecode|vouchercode)(?!\w)",
    re.IGNORECASE,
)


_SAID_SO = re.compile(
    r"(?:[:=/|]|->|(?<!\w)(?:met|is|with|using|probeer|try|pass|ww|pw|wachtwoord|password|code|sleutel|key|wordt"
    r"|blijft|en|and))[ \"'(]*$",
    re.IGNORECASE,
)
# "Wifi gasten: Welkom-hier-24".
_AFTER_COLON = re.compile(
    r"(?<!\w)(?:wi-?fi|\w*netwerk|router|inlog|log-?in|ww|pw)(?: [\w-]+){0,3}? ?[:=] ?"
    r"(?P<value>(?=[^\s]{0,30}\d)(?=[^\s]{0,30}[A-Za-z]{2})(?![^\s]*(?:@|://|\.(?:nl|com|org"
    r"|example)))[^\s\"',;()]{6,30})",
    re.IGNORECASE,
)


def told_secrets(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each, and whether it is a code of digits; else it is a password."""
    for pattern in (_SPREAD, _DIALLED, _OPENED_WITH):
        yield from ((*match.span("value"), True) for match in pattern.finditer(text))
    for pattern in (_UNLOCKED, _OPENS, _PRESSED, _USED_ON, _ONE_TIME, _SENT_BEFORE):
        for match in pattern.finditer(text):
            if _is_code(text, match):
                yield *match.span("value"), True
    for pattern in (_WORD_SAID, _AFTER_COLON):
        yield from ((*match.span("value"), False) for match in pattern.finditer(text))
    for match in _TOKEN.finditer(text):
        value = match.group().rstrip(".,;:)?")
        if _is_password(value) and _is_of_an_account(text, match.start()):
            yield match.start(), match.start() + len(value), False


def _is_code(text: str, match: re.Match[str]) -> bool:
    """Not a year, nor digits that something else explains."""
    value = re.sub(r"\D", "", match["value"])
    lead = text[max(0, match.start() - 25) : match.start("value")]
    if _NO_CODE.search(lead) or not 4 <= len(value) <= 8:
        return match.re is _ONE_TIME and bool(re.search(r"[A-Za-z]", match["value"]))
    return not re.fullmatch(r"(?:19|20)\d\d", value) or bool(
        re.search(
            r"(?<!\w)\w*(?:code|pin|key ?safe|kluis)\b",
            text[max(0, match.start() - 25) : match.start("value")],
            re.IGNORECASE,
        )
    )


def _is_password(value: str) -> bool:
    """Letters, digits and a sign through each other, and no address, hashtag, date or amount."""
    if (
        len(value) < 7
        or value[0] in "@#"
        or re.search(r"://|@[\w-]+\.|\.(?:nl|com|org|eu|uk|example|pdf|docx?|xlsx?|jpg|png)", value)
    ):
        return False
    mixed = re.search(r"[!#$%&*+=?@_^~]", value) or re.search(r"[a-z]+\d+[A-Za-z]+\d|[a-z][A-Z]\w*\d", value)
    letters = sum(sign.isalpha() for sign in value)
    return bool(mixed) and letters >= 3 and not re.search(r"[/&?=]\w+[=&]|^\d+[.,]\d|^[\w-]+=\w+$", value)


def _is_of_an_account(text: str, at: int) -> bool:
    before = text[max(0, at - 80) : at]
    if not re.match(r"[^\s]{0,40}[!#$%&*+=?@_^~]", text[at : at + 42]) and not _SAID_SO.search(before):
        return False
    return bool(_NEAR_ACCOUNT.search(before) or _NEAR_ACCOUNT.search(text, at, at + 60)) and not _ADVICE.search(
        before[-40:]
    )
