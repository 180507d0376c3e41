"""Is this meant for family and friends?"""

import re
from collections.abc import Iterator, Mapping

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, own_words, pattern, texts

_KIN = (
    r"(?:man|vrouw|vriend|vriendin|vriendje|zoon|zoontje|dochter|dochtertje|moeder|vader|ma|pa|oma|opa|zus"
    r"|broer|schoonmoeder|schoonouders"
    r"|ex|kids|kinders|kleine|date|hond|kat|verjaardag|bed|bank|kater|vakantie|verlof|weekend|vrije dag"
    r"|nieuwe (?:auto|fiets|schoenen|jurk|telefoon|kapsel|huis))"
)
_RELATION = (
    r"(?:husband|wife|boyfriend|girlfriend|mum|mom|mam|dad|nan|gran|kids|sister|brother|ex|hangover|bed"
    r"|sofa|couch|cat|dog|day off|hubby"
    r"|mates?|flatmate|partner|birthday|holiday|new (?:car|bike|shoes|dress|phone|haircut|flat|house))"
)
# One of these is enough.
_PRIVATE = pattern(
    # To somebody dear, in the first words of a message.
    r"(?:schat|schatje|schatjes|lieverd|liefje|liefie|moppie|mop|scheetje|mams|mama|mam|paps|papa|pap"
    r"|lieve (?:schat|mam|pap|oma)),? "
    r"(?:ik|jij|je|kun|kan|wil|neem|haal|hoe|waar|wat|ben|heb|zet|bel|we|mag|die|niet|zie|kom|hou|nog|vergeet)",
    r"(?:babe|hun|(?:honey|darling|sweetheart|love|mum|mom|dad),) (?:i|i'm|can|could|are|will|don't|did"
    r"|you|we|where|what|please) (?:you|i|we|are|be|get|is|'m|pick|running|late|left|forget)",
    r"(?:ik |ik )?mis (?:je|jou|jullie) (?:zo|ook|nu al|echt|wel)|ik hou van (?:je|jou)|(?:dikke "
    r"|veel )?kus(?:jes|sen)?(?: en (?:knuffel\w*))?(?= *$)|welterusten|slaap lekker(?= *(?:$|[,!.x]"
    r"|lieverd|schat))",
    r"(?:i |also i )?miss (?:you|your (?:face|smile))(?: (?:so much|too|already|loads|babe))?"
    r"|love you(?: (?:too|so much|loads|lots|babe))?|lots of love|night night",
    r"lieve (?:schat|mam|mama|pap|papa|oma|opa|zus|zusje|broer|broertje|tante|liefste)(?=, (?!lieve"
    r"|beste))|(?:knuffels?|kus|kussen) van (?:ons|mij|me|mama|papa)(?= *[!.x]*$)|(?:order|get"
    r"|grab"
    r"|buy) me (?:a|an|some|one) (?:\w+ )?(?:coffee|white|latte|pint|wine|tea|beer|sandwich|drink"
    r"|burger)"
    r"|never drinking again|ik drink nooit meer",
    r"did you (?:see|hear) what (?-i:[A-Z])\w+ (?:wore|said|did)|heb je (?:gezien"
    r"|gehoord) wat (?-i:[A-Z])\w+ (?:aanhad|aan had|zei|deed|gisteren)|zullen we (?:vanavond"
    r"|morgen"
    r"|straks|zaterdag|zondag|vrijdag|dit weekend) (?:\w+ ){0,2}(?:naar (?:de |het )?(?-i:[A-Z]"
    r"|bios|film"
    r"|kroeg|strand|sauna)|uit eten|eten|borrelen|afspreken|bellen)",
    r"(?:kan|kun|wil|kom) (?:je|jij) (?:me|mij) (?:\w+ ){0,6}(?:ophalen|oppikken)|(?:can|could) (?:you"
    r"|u) (?:pick me up|give me a (?:lift|ring)|text me)|doe (?:jij|je) (?:vast "
    r"|even )+(?:de deur open"
    r"|het licht aan)(?! voor)|(?:nappies|milk|bread|wine|beers?|chips) on (?:your|the) way home"
    r"|(?:kan"
    r"|kunnen) (?:echt )?niet wachten tot (?:we|ik) (?:\w+ ){1,3}(?:zijn|zit|zitten|lig"
    r"|liggen)(?= *[.!]*$)",
    # Where one is and when one comes home.
    r"(?<![\w ])(?:ik )?ben er (?:over \w+ min|rond \w+ uur|bijna|zo)(?= *[,.!]|\w| *$)",
    r"(?:ik )?ben (?:pas |er |rond |vandaag |vanavond |straks |al |bijna )*(?:om \w+ (?:uur )?)?(?:thuis"
    r"|onderweg naar huis|brak|dronken|misselijk|katerig)",
    r"ik (?:ben|kom|word) (?:wat|iets|een half uur(?:tje)?|een uur(?:tje)?|weer) later?|probeer (?:me"
    r"|mij) niet te bereiken|even niet bereikbaar, \w+ vrij",
    r"(?:kan|kun|wil) (?:iemand|jij|je) (?:vanavond |morgen |zaterdag )?(?:oppassen|op (?:mijn|m'n"
    r"|de) (?:kids|kinderen|hond|kat) passen|(?:me|mij) (?:ophalen|brengen|appen))",
    r"(?:haal|neem|koop|breng) (?:jij|je) (?:nog |even |ook |straks )*(?:melk|brood|wijn|bier|boodschappen"
    r"|eten|de kids|de kinderen|\w+ (?:van|op van) (?:zwemles|school|voetbal|de opvang|bso))",
    r"(?:haal|breng) jij \w+ (?:van|naar) (?:zwemles|school|voetbal|hockey|de opvang|de bso|ballet|judo"
    r"|oma|opa)|zet (?:jij )?(?:de|het) (?:oven|eten|aardappels) (?:vast )?(?:aan|op)",
    r"on my way home|(?:i'm|i am|im|be) (?:running |a bit |gonna be |going to be |on my way |nearly "
    r"|almost )*(?:late home|late tonight|hungover|drunk|on my way home|home (?:by|at|around) \w+)",
    r"(?:can|could|will) (?:you|u|ya) (?:please |also |just )?(?:grab|pick up|get|fetch|bring"
    r"|buy) (?:some |the |a |more )?(?:milk|bread|wine|beers?|kids|dinner|takeaway|boys|girls|dog|nappies)",
    r"(?:mum|mom|dad|nan|gran|granny|grandad)(?:'s| is| wants| says| said"
    r"| asked)(?: asking)?(?: to know)? (?:whether|if|about|when|that|you|we|hi|happy)",
    # The evening off.
    r"lekker (?:aan|met) (?:het|de|een) (?:bier|biertje|wijn|wijntje|borrel|prosecco|cocktail)|(?:biertje"
    r"|wijntje|borreltje|drankje) (?:erbij|in de hand|verdiend|drinken met)",
    r"(?:zit|lig|hang) (?:ik )?(?:nu |nog |al |net |weer |lekker |eindelijk |de hele \w+ "
    r"|\w+ uur )*(?:op de bank|in bed|in bad|aan het strand|in de zon|aan de bar|in de kroeg)",
    r"(?:rustig|lekker|heerlijk|gezellig)e? (?:avondje|weekendje|dagje) (?:thuis|bank|weg|met (?:de|mijn"
    r"|m'n)|op)|wat een avond weer|(?:avondje|beetje) netflix\w*",
    r"(?:beste|fijnste|mooiste|slechtste) (?:zondag|zaterdag|vakantie|avond|weekend|date|feest) ooit"
    r"|(?:borrel|feestje|feest|bbq|eten|filmavond|pokeren) (?:\w+ )?bij mij(?: thuis)?",
    r"(?:mijn|m'n|mn) (?:vakantie|verlof|weekend) is (?:eindelijk )?(?:begonnen|gestart)|(?:net|zojuist"
    r"|vandaag) (?:\w+ )?(?:\w+ )?(?:schoenen|jurk|jurkje|tas|broek|bankstel) gekocht",
    r"(?:quiet|lazy|cosy|cozy|chilled) (?:evening|night|sunday|saturday|morning|afternoon) (?:on|in|at"
    r"|with) (?:the|my|our|bed|home)|netflix and|best (?:sunday|saturday|night|weekend|holiday) ever",
    r"(?:when|if) we drink|found (?:\w+ ){1,3}(?:bottles?|\d bottle packs?) of|(?:few|couple of"
    r"|\d) (?:beers|pints|wines|gins) (?:with|down|in)|off my face|so hungover",
    r"(?:vanavond|straks|tonight) (?:date|uit eten met (?:mijn|m'n)|stappen|date night)|date night|swipe|tinder",
    r"(?:does|do) (?:this|these|my) \w+ (?:make me )?look|(?:hoe|vind je dat ik) (?:er|me) .{0,15}uitzie"
    r"|staat (?:dit|deze) \w* ?me",
)
# What speaks for private talk. Two of home, family or leisure weigh more than one.
_HOME = pattern(
    r"mama|mam|papa|pap|oma|opa|tante|zus(?:je)?|broer(?:tje)?|vriendin|vriendje|schat\w*|lieverd|kleine"
    r"|kids|ex|buuf|mannen|meiden|man en ik|vrouw en ik",
    r"strand|terras(?:je)?|balkon|bier(?:tje|tjes)?|wijn(?:tje)?|tequila|prosecco|cocktails?|kroeg|sauna"
    r"|netflix|serie|pizza|chips|kater|feestje|borrel|bbq|jarig|taart",
    r"verliefd|uitgemaakt|zwanger|bevallen|hoofdpijn|griep|koorts|brak|(?:blind|first|een|mijn|my) date"
    r"|stappen|koffers?|ibiza|malaga"
    r"|camping|bikini|kapper|schoenen|jurk(?:je)?|sportschool|sporten",
    r"sleutels|oven|hypotheek|boodschappen|afwas|bankstel|douchen?|oppas(?:sen)?|zwemles|op de bank|in bed"
    r"|lunchgeld|puppy|kitten|de hond uit\w*|melk|avondeten|logeren|schoonmoeder",
    r"mum|mom|dad|sis|bro|nan|babe|hubby|girlfriend|boyfriend|wife|husband|mates?|kids|baby|bestie|in-laws"
    r"|beach|beers?|wine|pub|gin|sangria|sofa|couch|blanket|bake off|telly",
    r"takeaway|pizza|cake|hangover|headache|asleep|slept|bedtime|five-a-side|landed|airport|suitcase"
    r"|flight|nails|haircut|mortgage|my keys|cat|doctor|gym|date night|shoes|dress|pavlova|trifle",
    r"vakantie|weekendje|verjaardag|scheiden|trouwen|relatie|verkering|tinder|keuken|bank|hond|kat|honger"
    r"|moe|dronken|katertje|sushi|patat|boerenkool|macaroni|met z'n tweetjes|in de file",
    r"sister|brother|cousin|parents|granny|day off|married|engaged|divorce|pregnant|puppy|kitten|drunk"
    r"|hungry|tired|chips|curry|roast|washing|iron|laundry|10k|marathon|holiday|birthday|charger|flowers"
    r"|padel|rome|parijs|londen|zin in",
)
_PERSONAL = {
    # The first person singular, and sentences that leave it out.
    pattern(r"ik|'k|m'n|mn|mij|me|mijn(?! (?-i:[A-Z]))|i|i'm|im|i've|i'll|my"): 2,
    re.compile(
        r"^\W*(?:ben|heb(?! (?:jij|je) ook)|zit|lig|moet|net|just|off|left|got|had|can u|back|feeling|weet jij|heb je"
        r"|haal jij|neem jij|sorry dat ik)\b",
        re.IGNORECASE,
    ): 2,
    pattern(
        r"haha+\w*|hihi+|lol|lmao|omg|joh|doei+|doeg|x{2,3}|xoxo|dankje|thx|ff|effe|egt|ofzo|hey+|gonna"
        r"|wanna|phew|ugh+|pf+|hey|hoi|nog even|nog ff|zo,|fancy|wish me luck|tell you later|poeh|jeetje"
        r"|eindelijk|finally|can u|see u|anyone fancy"
    ): 1,
    re.compile(r"[?!]{2,}|[😂😍😘🥰🤣😎🍻🍺🍷🥂😴💋😜🤪🥴🙈😋🤢😭😅]"): 1,
}
_FOR = {
    re.compile(r"^\W*[a-z]|[\w,]\s*$"): 1,
    pattern(r"jij|jou|weet je|heb je|kun je|can you|see you|you get home|tell you"): 1,
    pattern(
        r"vanavond|straks|gister(?:en|avond)?|morgen|zaterdag|zondag|weekend|vannacht|tonight|last night"
        r"|tomorrow|sunday|saturday"
    ): 1,
}
# What an organisation says to its readers speaks against it.
_AGAINST = {
    pattern(r"(?<!can )(?<!see )(?<!are )(?<!love )(?<!miss )u|uw"): 3,
    pattern(
        r"gemeente\w*|inwoners?|bewoners?|balie|loket|raad\w*|wethouder|burgemeester|college|wijk\w*"
        r"|buurt\w*|website|meld\w*|aanmelden|gratis|iedereen|welkom|vergunning\w*",
        r"paspoort|afval|container|\w*straat|\w*plein|\w*weg|bieb|bibliotheek|vrijwilligers?|spreekuur"
        r"|cursus|[\d.]+ uur|ggd|huisarts|politie|brandweer|consultatie\w*|museum|tips",
        r"(?:heb|ga|doe|wil|kom) (?:jij|je) (?:ook|dit jaar)|vragen|help(?:en)? (?:je|u|jullie)|groet(?:en|jes)?"
        r"|belasting\w*|webcare\w*|teams?|afspraak"
        r"|privebericht|dm|informatie|aanvra\w+|klacht\w*|kapot\w*|ophalen|route"
        r"|kom (?:je|jij|gerust|langs|ook)|doe (?:je|jij|mee)|loop (?:gerust )?binnen|feest(?=[ !.])"
        r"|weten\?|help you|happy to help|regards|report|questions?|appointment|please",
        r"council\w*|mayor|town|lane|inleveren|residents?|library|town hall|community|free|book|join"
        r"|register|services?|volunteers?"
        r"|streets?|roads?|park|centre|cllr|surgery|warden|everyone|tickets?|workshop",
    ): 3,
    pattern(r"wij|we|ons|onze|jullie|we're|our|us|your"): 1,
}
_ENOUGH = 4
# "Trouwen kan ook op zaterdag" names home and a day, and nobody in particular.
_ENOUGH_IMPERSONAL = 5


class PrivateTalk(Check):
    """Looks at: talk in the first person as among family and friends."""

    key = "private_talk"
    title = _("Private talk")
    why = _("The commonest accident of all: a private message, typed in the app of the wrong account.")
    todo = _("Look at the account above. If it belongs on your own, copy it there and delete it here.")
    agreement = "right-account"
    kind = "PRIVATE"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding: with the words that sound private, or about the whole where no words do alone."""
        for words in _found(draft):
            if words.end:
                message = _("“%(found)s” sounds like a message to family or friends.")
                yield from line(self.key, message, [words], tier=Tier.LOOK)
            else:
                yield Finding(
                    self.key, Tier.LOOK, _("This sounds like a message to family or friends."), {}, words.channel
                )
            return


def _found(draft: Draft) -> Iterator[Words]:
    for text, channel in texts(draft):
        own = own_words(text)
        if match := _PRIVATE.search(own):
            yield Words(text[match.start() : match.end()], match.start(), match.end(), channel)
        elif _speaks(own):
            yield Words("", 0, 0, channel)


def _speaks(own: str) -> bool:
    """Do all cues together speak for private talk?"""
    several = {match.group().lower() for match in _HOME.finditer(own)}
    personal = _sum(_PERSONAL, own)
    weight = 2 * min(2, len(several)) + personal + _sum(_FOR, own) - _sum(_AGAINST, own)
    return weight >= (_ENOUGH if personal else _ENOUGH_IMPERSONAL)


def _sum(cues: Mapping[re.Pattern[str], int], own: str) -> int:
    return sum(weight for cue, weight in cues.items() if cue.search(own))
