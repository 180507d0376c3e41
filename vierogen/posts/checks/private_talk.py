"""Is this meant for family and friends?"""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, own_words, pattern, texts, weighed

_KIN = (
    r"(?:man|vrouw|vriend|vriendin|vriendje|zoon|zoontje|dochter|dochtertje|moeder|vader|ma|pa|oma|opa|zus|broer|schoonmoeder|schoonouders"
    r"|ex|kids|kinders|kleine|date|hond|kat|verjaardag|bed|bank|kater|vakantie|verlof|weekend|vrije dag|nieuwe (?:auto|fiets|schoenen|jurk|telefoon|kapsel|huis))"
)
_RELATION = (
    r"(?:husband|wife|boyfriend|girlfriend|mum|mom|mam|dad|nan|gran|kids|sister|brother|ex|hangover|bed|sofa|couch|cat|dog|day off|hubby"
    r"|mates?|flatmate|partner|birthday|holiday|new (?:car|bike|shoes|dress|phone|haircut|flat|house))"
)
# One of these is enough.
_PRIVATE = pattern(
    # To somebody dear, in the first words of a message.
    r"(?:schat|schatje|schatjes|lieverd|liefje|liefie|moppie|mop|scheetje|mams|mama|mam|paps|papa|pap|lieve (?:schat|mam|pap|oma)),? "
    r"(?:ik|jij|je|kun|kan|wil|neem|haal|hoe|waar|wat|ben|heb|zet|bel|we|mag|die|niet|zie|kom|hou|nog|vergeet)",
    r"(?:babe|hun|(?:honey|darling|sweetheart|love|mum|mom|dad),) (?:i|i'm|can|could|are|will|don't|did|you|we|where|what|please) (?:you|i|we|are|be|get|is|'m|pick|running|late|left|forget)",
    r"(?:ik |ik )?mis (?:je|jou|jullie) (?:zo|ook|nu al|echt|wel)|ik hou van (?:je|jou)|(?:dikke |veel )?kus(?:jes|sen)?(?: en (?:knuffel\w*))?(?= *$)|welterusten|slaap lekker(?= *(?:$|[,!.x]|lieverd|schat))",
    r"(?:i |also i )?miss (?:you|your (?:face|smile))(?: (?:so much|too|already|loads|babe))?|love you(?: (?:too|so much|loads|lots|babe))?|lots of love|night night",
    # Where one is and when one comes home.
    r"(?:ik )?ben (?:pas |er |rond |vandaag |vanavond |straks |al |bijna )*(?:om \w+ (?:uur )?)?(?:thuis|onderweg naar huis|brak|dronken|misselijk|katerig)",
    r"ik (?:ben|kom|word) (?:wat|iets|een half uur(?:tje)?|een uur(?:tje)?|weer) later?|probeer (?:me|mij) niet te bereiken|even niet bereikbaar, \w+ vrij",
    r"(?:kan|kun|wil) (?:iemand|jij|je) (?:vanavond |morgen |zaterdag )?(?:oppassen|op (?:mijn|m'n|de) (?:kids|kinderen|hond|kat) passen|(?:me|mij) (?:ophalen|brengen|appen))",
    r"(?:haal|neem|koop|breng) (?:jij|je) (?:nog |even |ook |straks )*(?:melk|brood|wijn|bier|boodschappen|eten|de kids|de kinderen|\w+ (?:van|op van) (?:zwemles|school|voetbal|de opvang|bso))",
    r"(?:haal|breng) jij \w+ (?:van|naar) (?:zwemles|school|voetbal|hockey|de opvang|de bso|ballet|judo|oma|opa)|zet (?:jij )?(?:de|het) (?:oven|eten|aardappels) (?:vast )?(?:aan|op)",
    r"on my way home|(?:i'm|i am|im|be) (?:running |a bit |gonna be |going to be |on my way |nearly |almost )*(?:late home|late tonight|hungover|drunk|on my way home|home (?:by|at|around) \w+)",
    r"(?:can|could|will) (?:you|u|ya) (?:please |also |just )?(?:grab|pick up|get|fetch|bring|buy) (?:some |the |a |more )?(?:milk|bread|wine|beers?|kids|dinner|takeaway|boys|girls|dog|nappies)",
    r"(?:mum|mom|dad|nan|gran|granny|grandad)(?:'s| is| wants| says| said| asked)(?: asking)?(?: to know)? (?:whether|if|about|when|that|you|we|hi|happy)",
    # The evening off.
    r"lekker (?:aan|met) (?:het|de|een) (?:bier|biertje|wijn|wijntje|borrel|prosecco|cocktail)|(?:biertje|wijntje|borreltje|drankje) (?:erbij|in de hand|verdiend|drinken met)",
    r"(?:zit|lig|hang) (?:ik )?(?:nu |nog |al |net |weer |lekker |eindelijk |de hele \w+ |\w+ uur )*(?:op de bank|in bed|in bad|aan het strand|in de zon|aan de bar|in de kroeg)",
    r"(?:rustig|lekker|heerlijk|gezellig)e? (?:avondje|weekendje|dagje) (?:thuis|bank|weg|met (?:de|mijn|m'n)|op)|wat een avond weer|(?:avondje|beetje) netflix\w*",
    r"(?:beste|fijnste|mooiste|slechtste) (?:zondag|zaterdag|vakantie|avond|weekend|date|feest) ooit|(?:borrel|feestje|feest|bbq|eten|filmavond|pokeren) (?:\w+ )?bij mij(?: thuis)?",
    r"(?:mijn|m'n|mn) (?:vakantie|verlof|weekend) is (?:eindelijk )?(?:begonnen|gestart)|(?:net|zojuist|vandaag) (?:\w+ )?(?:\w+ )?(?:schoenen|jurk|jurkje|tas|broek|bankstel) gekocht",
    r"(?:quiet|lazy|cosy|cozy|chilled) (?:evening|night|sunday|saturday|morning|afternoon) (?:on|in|at|with) (?:the|my|our|bed|home)|netflix and|best (?:sunday|saturday|night|weekend|holiday) ever",
    r"(?:when|if) we drink|found (?:\w+ ){1,3}(?:bottles?|\d bottle packs?) of|(?:few|couple of|\d) (?:beers|pints|wines|gins) (?:with|down|in)|off my face|so hungover",
    r"(?:vanavond|straks|tonight) (?:date|uit eten met (?:mijn|m'n)|stappen|date night)|date night|swipe|tinder",
    r"(?:does|do) (?:this|these|my) \w+ (?:make me )?look|(?:hoe|vind je dat ik) (?:er|me) .{0,15}uitzie|staat (?:dit|deze) \w* ?me",
)
# Of these, three together.
_CUES = {
    pattern(r"ik|'k|m'n|mn|mij|i|i'm|im|i've|my|ben(?= (?:zo|net|even|volgende|morgen|vandaag|vanavond|weer))|heb(?= (?:net|zo|weer))"): 1,
    pattern(rf"(?:mijn|m'n|mn) {_KIN}|my {_RELATION}"): 1,
    pattern(r"haha+\w*|hihi+|lol|lmao|rofl|omg|joh|doei+|doeg|doeii|ciao|x{2,3}|xoxo|dankje|thx|tnx|ff|effe|egt|ofzo|jwz|hoi|hey+|yo|gonna|wanna|ya|u ok|mate|sooo+"): 1,
    pattern(r"bier\w*|wijn\w*|prosecco|borrel\w*|kater|netflix|chips|serie|oppas\w*|zwemles|boodschappen|shoppen|date|verliefd|zwanger|kapper|camping|kroeg|pizza|gym|sporten|sport|lunchgeld|koken|douche\w*|slapen|moe|ziek|vrij"): 1,
    pattern(r"beers?|wine|pub|gin|hangover|takeaway|sofa|couch|pizza|gym|shopping|bed|sleepy|knackered|shattered|day off|dinner|pavlova|trifle|nails|tinder"): 1,
    pattern(r"schat\w*|lieverd|liefje|lief|babe|honey|darling|jij|jou"): 1,
    pattern(r"tot (?:over|volgende week|straks|morgen)|zie je (?:zo|straks|morgen)|see (?:ya|you (?:at home|later|tonight|soon))|weekend|vakantie|holiday"): 1,
}
_HEARTS = frozenset("😂😍😘🥰🤣😎🍻🍺🍷🥂😴💋❤😜🤪🥴🙈😋🤢")


class PrivateTalk(Check):
    """Looks at: talk in the first person as among family and friends."""

    key = "private_talk"
    title = _("Private talk")
    why = _("The commonest accident of all: a private message, typed in the app of the wrong account.")
    todo = _("Look at the account above. If it belongs on your own, copy it there and delete it here.")
    agreement = "right-account"
    kind = "PRIVATE"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the words that sound private."""
        message = _("“%(found)s” sounds like a message to family or friends.")
        yield from line(self.key, message, _found(draft), tier=Tier.LOOK)


def _found(draft: Draft) -> Iterator[Words]:
    for text, channel in texts(draft):
        own = own_words(text)
        enough = 2 if _HEARTS.intersection(own) else 3
        if match := _PRIVATE.search(own) or weighed(own, _CUES, enough=enough):
            yield Words(text[match.start() : match.end()], match.start(), match.end(), channel)
