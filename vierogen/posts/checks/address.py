"""Is somebody's home address in the text?"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.facts_of_life import has_fact
from vierogen.posts.checks.persons import near, people
from vierogen.posts.checks.plain import Hit, Plain, sentence_around, told

_HOUSE = (
    r"\d{1,4}(?:[ ]?-?[ ]?(?:[a-zA-Z](?![\w'])|bis|hs|huis|zwart|zw|rood|rd|wit|I{1,3}|IV|\d{1,3}(?:hoog)?)(?![\w]))?"
    r"(?:[ ]?-?[ ]?(?:bis|hs|zwart|zw|rood|rd|wit|I{1,3})(?!\w))?(?![\w.:,]\d"
    r"|\w|[ ]?(?:uur|jaar|euro|km|meter|procent|%))"
)
_STREET = (
    r"(?:(?:[A-Z][\w.'-]*[ ]){0,3}[A-Z]?[\w'-]*(?:straat|str\.|laan|weg|plein|kade|pad|steeg|gracht|singel|dijk|hof"
    r"|dreef|plantsoen)"
    r"|(?:[A-Z][\w.'-]*[ ]){0,3}[A-Z][\w'-]*(?i:straat|str\.|laan|weg|plein|kade|pad|steeg|gracht|singel|dijk"
    r"|hof|park|plantsoen|dreef|wal|markt|erf|wegje|straatje|laantje|ring|boulevard|burgwal|dwarsweg|baan"
    r"|akker|veld|horst|oord|brink|es|kamp|meent|haven|zoom|weide|gaarde|donk)"
    r"|[A-Z][\w'-]+[ ](?:Straat|Laan|Weg|Kade|Gracht|Singel|Dijk|Hof|Dreef|Pad|Steeg|Wal)"
    r"|(?:Laan|Hof|Plein|Singel|Park|Weg)[ ](?:van|naar|der|op)[ ](?:de[ ]|het[ ]"
    r"|den[ ])?[A-Z][\w'-]+(?:[ ][A-Z][\w'-]+)?)"
)
_NO_LETTERS = r"(?:en|of|is|in|op|om|to|at|am|pm|by|or|we|je|ik|km|ha|er|de|ze|te|do|ma|di|wo|vr|za|zo|nu)"
_POSTCODE = rf"[1-9]\d{{3}}(?:[ ](?!{_NO_LETTERS}(?!\w)))?[A-Za-z]{{2}}(?![\w])"
_UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}(?!\w)"
_UK_STREET = (
    r"(?:flat \d+[a-z]?,? )?\d{1,4}[a-zA-Z]?[ ](?:[A-Z][\w'-]+[ ]){1,3}(?:Street|St|Road|Rd|Close|Avenue|Ave"
    r"|Lane|Drive|Way|Court|Crescent|Grove|Gardens|Terrace|Place|Rise|Hill|Walk|Row|Mews|Square|Green|View"
    r"|Park|Steps|Chase|Mead|Meadow|Croft|Fold|End|Wharf|Parade|Quay|Vale|Yard|Bank|Gate|Heights|Side|Orchard"
    r"|Cottages?|Villas|Bungalows|Buildings)(?!\w)"
)
# A street and a number, with or without the postcode; a postcode and a number; a British street.
_FULL = re.compile(
    rf"(?<![\w-])(?:{_STREET}[ ](?:nr\.?[ ]|nummer[ ])?{_HOUSE}[\s,(-]{{1,4}}(?:postcode[ :]{{0,2}})?{_POSTCODE}"
    rf"|{_POSTCODE}[ ,-]{{1,4}}(?:nr\.?[ ]|nummer[ ]|huisnummer[ ])?{_HOUSE}"
    rf"|{_UK_STREET}[ ,]{{1,3}}(?:[A-Z]\w+[ ,]{{1,3}}){{0,2}}{_UK_POSTCODE}"
    rf"|(?:[A-Z][\w'-]+[ ]){{0,2}}[A-Z][\w'-]+[ ]{_HOUSE}[\s,(-]{{1,4}}(?:postcode[ :]{{0,2}})?{_POSTCODE})"
)
_BARE = re.compile(
    rf"(?<![\w-])(?:{_STREET}[ ](?:nr\.?[ ]|nummer[ ])?{_HOUSE}|{_UK_STREET}"
    rf"|{_STREET},[ ](?:op[ ])?(?:huis)?(?:nr\.?|nummer):?[ ]\d{{1,4}}[a-zA-Z]?(?!\w)"
    # "op nummer 12 in de Kerkstraat", "at number 12 in the High Street"
    rf"|(?i:nummer|nr\.|huisnummer|number|no\.)[ ]\d{{1,4}}[a-zA-Z]?[ ](?:in|aan|van|op|on|of)[ ](?:(?:de|het|the)[ ])?"
    rf"(?:{_STREET}|(?:[A-Z][\w'-]+[ ]){{1,3}}(?:Street|Road|Lane|Close|Avenue|Drive))(?!\w))"
)
# What is counted in ordinary posts.
_COUNTED = (
    r"(?:Geboortedatum|Geboren|Geb|Born|Datum|Date|Groep|Kamer|Zaal|Lokaal|Lijn|Bus|Tram|Artikel|Fase|Week|Dag|Jaar"
    r"|Team|Perron|Spoor|Route|Nummer|Hoofdstuk"
    r"|Deel|Level"
    r"|Covid|Type|Room|Ward|Unit|Page|Year|Season|Top|Windows|Afdeling|Gate|Bak|Vak|Kavel|Ronde|Agenda|Wereld|Klas"
    r"|Bureau|Plek"
    r"|Stap|Step|Punt|Versie|Version|Model|Halte|Afslag|Exit|Junction|Platform|Groene|Nog|Ruim|Circa|Slechts|Only"
    r"|Over|About"
    r"|Alle|All|Van|Tot|Met|Om|Bel|App|Call|Tel|Cliënt|Client|Dossier|Zaak|Case|Order|Visa|Leeftijd|Age|Aged|Since"
    r"|Sinds|Vanaf"
    r"|Maandag|Dinsdag|Woensdag|Donderdag|Vrijdag|Zaterdag|Zondag|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday"
    r"|Sunday"
    r"|Januari|Februari|Maart|April|Mei|Juni|Juli|Augustus|September|Oktober|November|December|January|February"
    r"|March|May|June"
    r"|July|August|October|Kavel|Perceel|Paviljoen|Hal|Gebouw|Blok|Block|Building|Floor|Verdieping|Etage|Studio"
    r"|Code|Pin)(?!\w)"
)
# "Achterom 9 in Rietmeer": any word with a number, only where somebody is at home there.
_ODD = re.compile(
    rf"(?<![\w-])(?:(?:De|Het|'t|Den|Grote|Kleine|Oude|Nieuwe|Korte|Lange)[ ]|(?!{_COUNTED}))[A-Z][a-zà-ÿ]{{2,20}}"
    rf"(?:(?:[ ](?:van|de|der|den|het|op|aan|of|ten|ter"
    rf"|'t)){{0,2}}[ ](?!{_COUNTED})[A-Z][a-zà-ÿ]{{2,20}})?[ ](?:nr\.?[ ]|nummer[ ])?"
    rf"(?!(?:19|20)\d\d(?!\d)){_HOUSE}"
)
_OF_ALL = re.compile(
    r"(?<!\w)(?:\w*stadskantoor|\w*gemeentehuis|stadhuis|raadhuis|\w*loket|\w*balie|\w*centrum|buurthuis"
    r"|dorpshuis|wijkhuis|buurtkamer|huiskamer|huis van de \w+|clubhuis|\w*bibliotheek|bieb|school|\w*school"
    r"|kerk|museum|theater|zwembad|sporthal|zaal|winkel\w*|kantoor|\w*gebouw|kringloop|milieustraat|inloop\w*"
    r"|spreekuur"
    r"|bezoekadres|postadres|ons adres|locatie|ingang|entree|voordeur van het|open(?:t|en|ing"
    r"|ingstijden)?|geopend|welkom|kom naar|kom langs|markt|afspraak|organis\w+|inzamel\w*|rondleiding"
    r"|kasteel|landgoed|concert|voorstelling|workshop|tickets"
    r"|stembureau|voedselbank|vergunning\w*|bestemmingsplan|aanvraag|dakkapel|omgevingsplan|kappen"
    r"|werkzaamheden|afgesloten|afsluiting|wegdek|riolering"
    r"|tot (?:en met )?(?:nr\.? |nummer )?\d+|t/m|tussen|bouw\w*|bushalte|halte|gasthuis|zorgcentrum"
    r"|verzorgingshuis|hospitaal|gezondheidscentrum|town hall|civic centre|library|hall|centre|center|church"
    r"|office|offices|museum|theatre|pool|hub|shop|venue|entrance|front door is|reception|community|drop-in"
    r"|open day|opens|polling station|planning|application"
    r"|roadworks|closed|donat\w+|collection point|visit us|find us|hospital|surgery|park|market|bewoners van"
    r"|omwonenden|residents of|winkel|atelier|praktijk|te huur|te koop|nieuwe wijk|aan de slag)(?!\w)",
    re.IGNORECASE,
)
_OF_ONE = re.compile(
    r"(?<!\w)(?:naar mij|naar me|woont|wonen|woonde|woonachtig|woonplek van|thuis|bij mij|bij ons thuis|bij hem"
    r"|bij haar"
    r"|huisbezoek\w*|huiszoeking|slachtoffer|buurman|hennep\w*|mevrouw|mevr\.?|mw\.?|meneer|dhr\.?|de heer"
    r"|het gezin|familie|fam\.|cli[eë]nte?"
    r"|pati[eë]nte?|zijn huis|haar huis|mijn huis|ons huis|mijn adres|haar adres|zijn adres|hij|zij|ze|hem"
    r"|bel maar aan|belde aan|langs bij"
    r"|lives|living at|home visit|at home|his house|her house|my (?:place|house|flat)|our place|mrs?|ms|he"
    r"|she|he's|she's|him|her|client|tenant|the family|meals on wheels|uit huis|\w*ontruim\w*|privé ?adres|woonadres"
    r"|eigenaar|eigenaresse|homeowner"
    r"|huisadres|home address|my address|opgehaald worden|melder|klager|collega|buurvrouw|buurman"
    r"|bewo(?:ner|onster)|huurder|huurster|jongen|meisje|vrouw|man|zus|broer|moeder|vader|zoon|dochter|oma|opa"
    r"|mensen op"
    r"|buren|vriend|vriendin|ex|jubilaris|kinderen zonder|vier kinderen|gezin|(?:staat|sta|stond"
    r"|staan) (?:\w+ )?ingeschreven"
    r"|verblij(?:ft|ven|f)|logeert|slaapt|sliep|trok in|ingetrokken|aanbellen|bloempot|thuiszorg|mantelzorg\w*"
    r"|wijkverple\w+"
    r"|carers?|neighbour|sister|brother|mother|father|mum|dad|resident|staying (?:at|with)|stays (?:at|with)"
    r"|moved in|his|hers"
    r"|suspect|victim|verdachte|woning|de bel|voordeur|achterom|geheim adres|schuiladres|voor de deur|(?:het"
    r"|the) \w+ (?:huis|house)|de hond|schoorsteenbrand|inschrijving|woonplaats|juf|op te halen bij|weduwe"
    r"|gentleman|ring twice|safe and well|alleenstaand\w*|verwaarlo\w+|vervuild\w*|bij (?:u|jou|je)|op de stoep"
    r"|door de bus|(?:her|his|their) door"
    r"|(?:geluids)?overlast|noise (?:complaint|nuisance)|complaint (?:again )?(?:from|about)|klacht (?:van|over|uit)"
    r"|haar deur|zijn deur|portiekcode)(?!\w)",
    re.IGNORECASE,
)


_BOX = re.compile(r"(?<!\w)(?:postbus|antwoordnummer|p\.?o\.? box)[ ]", re.IGNORECASE)


class Address(Check):
    """Looks at: a home address: in somebody's context, or a postcode with a number that is no building of everybody's.

    Says nothing of road works, town halls, places of events, and addresses that the organisation named.
    """

    key = "address"
    title = _("Home address")
    why = _("With an address strangers can come to somebody's door.")
    todo = _("Leave the number and the postcode out. Your administrator can enter the addresses of your buildings.")
    agreement = "privacy"
    kind = "ADDRESS"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield each address once."""
        own = {_bare(address) for address in draft.own.addresses if _bare(address)}
        yield from told(self, draft, look=lambda view: hits(view, own), tier=Tier.LOOK)


def _bare(address: str) -> str:
    return re.sub(r"\W+", "", address).casefold()


def hits(view: Plain, own: AbstractSet[str] = frozenset()) -> Iterator[Hit]:
    """Where home addresses stand in a text."""
    done = 0
    for start, end, postcode in _addresses(view.text):
        bare = _bare(view.text[start:end])
        if start < done or any(bare in address or address in bare for address in own):
            continue
        if _is_home(view.text, start, end, postcode=postcode):
            done = end
            message = _("“%(shown)s” looks like a home address.")
            yield Hit(start, end, message, _masked(view.text[start:end]))


def _masked(address: str) -> str:
    """The street; every digit a dot."""
    return re.sub(r"\d", "•", address)[:60]


def _addresses(text: str) -> list[tuple[int, int, bool]]:
    if not any(sign.isdigit() for sign in text):
        return []
    found = [(*match.span(), True) for match in _FULL.finditer(text)]
    found += [(*match.span(), False) for match in _BARE.finditer(text)]
    found += [(*match.span(), False) for match in _ODD.finditer(text) if _at_home(text, match)]
    return sorted(found, key=lambda place: (place[0], -place[1]))


def _at_home(text: str, match: re.Match[str]) -> bool:
    """Is a word with a number where somebody is said to be at home, just before it or after?"""
    before = text[max(0, match.start() - 45) : match.start()]
    return bool(
        re.search(
            r"(?<!\w)(?:thuis(?: gebracht)?:?|\w*adres(?: is)?:?|bij mij:?|(?:wo(?:ont|nen|onde)|woonachtig"
            r"|verblij\w+|logee?r\w+"
            r"|ingeschreven|slaapt|zit|staat|huis\w*|woning|zolder|flat|kelder|schuur|appartement|kamer|huisbezoek"
            r"|aanbellen|inval"
            r"|sleutel\w*|bloempot|ophalen|opgehaald|afgeven|bezorg\w+|lev\w+|visit\w*|liv\w+|lives|stay\w*|house"
            r"|flat|home|keys?"
            r"|bel(?:t|de)?|langs|is)(?:[ ][a-z]+){0,4}?(?:,|:|[ ](?:op|aan|in|van|bij|naar|te|at|to|on|of"
            r"|near))|(?:bewoner|bewoonster|huurder|huurster|resident|tenant)[ ](?:van|of)|(?:woont|wonend"
            r"|woonachtig|woonadres|adres|lives|living))[ ](?:de |het )?$",
            before,
            re.IGNORECASE,
        )
    ) or _is_led_to(text, match)


def _is_home(text: str, start: int, end: int, *, postcode: bool) -> bool:
    if _BOX.search(text[max(0, start - 30) : end]):
        return False
    before, after = text[max(0, start - 130) : start], text[end : end + 100]
    if any(person.how in {"title", "role", "whole"} for person in near(people(text), start - 4, start)):
        return True
    if any(person.how in {"title", "role"} for person in near(people(text), start - 90, start)) and has_fact(
        text, start - 120, end + 60
    ):
        return True
    if _AT_HOME_FOR_SURE.search(before[-60:]) or _BORN_BEFORE.search(before[-40:]):
        return True
    private = (
        bool(_OF_ONE.search(before) or _OF_ONE.search(after))
        or _is_about_somebody(text, start, end)
        or bool(_HAPPENED_THERE.search(text, max(0, start - 90), end + 60))
        or bool(_FOR_SURE.search(text, max(0, start - 130), end + 60))
    )
    public = bool(_OF_ALL.search(before[-80:]) or _OF_ALL.search(after[:60]))
    if postcode:
        return private or not public
    return private and not public


_LEADS_TO = re.compile(
    r"(?:[,:(]|(?<!\w)(?:eerst|dan|daarna|first|then|is)|(?<!\w)(?:op|aan|bij|van|naar|te|at|to|on))[ ](?:de |het "
    r"|the )?$",
    re.IGNORECASE,
)


def _is_led_to(text: str, match: re.Match[str]) -> bool:
    """ "Mw. Van Dongen, Achterom 9", "de ambulance stond bij Ganzerik 5"."""
    start, end = match.span()
    if any(person.end > start - 4 for person in near(people(text), start - 4, start)):
        return True
    if any(person.how in {"title", "role", "whole"} for person in near(people(text), start - 25, start)):
        return True
    sentence = sentence_around(text, start, end, reach=100)
    if not _LEADS_TO.search(text[max(0, start - 12) : start]):
        return False
    if _FOR_SURE.search(text, max(0, start - 130), end + 60):
        return True
    return bool(_OF_ONE.search(sentence) and (has_fact(text, start - 90, end + 90) or _FULL_PERSON.search(sentence)))


# What is done at somebody's home only.
_FOR_SURE = re.compile(
    r"(?<!\w)(?:huisbezoek\w*|home visits?|sleutel bij de buren|voedselpakket\w*|maaltijd\w*|food parcels?|getrouwd"
    r"|bruidspaar|gouden|diamanten|briljanten|meneer en mevrouw|mr and mrs|meals on wheels|thuiszorg|\d?e? ?etage"
    r"|(?:een|twee|drie)hoog|bovenwoning|benedenwoning|portiek|key ?safe|sleutelkluis\w*"
    r"|\d+-jarige|bezoek bij|thuisbezorg\w*|your (?:\w+ )?bin|the house with|double-handed|hoist|warme maaltijd"
    r"|derde bel|tweede bel|bovenste bel)(?!\w)",
    re.IGNORECASE,
)
_FULL_PERSON = re.compile(
    r"(?<!\w)(?:mevrouw|meneer|mw|dhr|juf|meester|op de hoek|door de bus|thuis|woont|aanbellen|zelfde|mrs?|lives"
    r"|home)(?!\w)",
    re.IGNORECASE,
)


_AT_HOME_FOR_SURE = re.compile(
    r"(?<!\w)(?:(?:bewoner|bewoonster|huurder|huurster|resident|tenant|eigenaar|eigenaresse) (?:van|of)"
    r"|(?:haar|zijn|hun|mijn|jouw|je|uw|her|his|my|your|their) (?:\w+ )?(?:door|deur|huis|flat|woning|appartement"
    r"|kamer|adres|house|home"
    r"|place|flat)"
    r"|thuis|woont|woonachtig|(?:huurder|huurster|bewoner|bewoonster|tenant|resident)|woonde|verblijft"
    r"|staat ingeschreven|lives|living|woonadres|bezorgadres|afleveradres|privéadres"
    r"|huisadres"
    r"|home address)(?: is)?:?"
    r"(?: (?:op|aan|in|at|on|bij):?)?(?: (?:de|het|the))? ?$",
    re.IGNORECASE,
)
# "geb. 22-11-2011, Bremstraat 84".
_BORN_BEFORE = re.compile(r"\d[-/. ](?:\d\d?|[a-z]{3,9})[-/. ](?:19|20)?\d\d\)?[\s,;|]{1,3}$", re.IGNORECASE)
# What happens in homes only.
_HAPPENED_THERE = re.compile(
    r"(?<!\w)(?:huis ?uitzett\w+|huisuitzett\w+|uithuiszett\w+|\w*ontruim\w+|\w*hennep\w*|wietplantage|drugs(?:lab"
    r"|pand)|huiszoeking"
    r"|doorzoeking|inval|ingebroken|inbraak|burgl\w+|arrest\w*|aangehouden|ambulance|reanimatie|mishandel\w+"
    r"|huiselijk\w*|\w*schuld|\w*achterstand|deurwaarder\w*"
    r"|beslag\w*|verward\w*|in de war|thuiszorg|crisisdienst|ggz|steekpartij|uit huis|evict\w+|bailiffs?|arrears"
    r"|home care"
    r"|domestic|raid\w*|overdos\w+|rollator|traplift|wmo\w*|zelfmoord\w*)(?!\w)",
    re.IGNORECASE,
)


def _is_about_somebody(text: str, start: int, end: int) -> bool:
    named = near(people(text), start - 120, end + 80)
    if any(person.how in {"title", "role", "whole"} for person in named):
        return True
    return bool(named) and has_fact(text, start - 150, end + 150)
