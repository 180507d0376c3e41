"""Does somebody complain about their own work?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, own_words, pattern, texts

_WHO = r"(?:leidinggevende|baas|chef|manager|teamleider|teammanager|directeur|afdelingshoofd|coach|planner)"
_BOSS = r"(?:manager|boss|line manager|supervisor|team leader|director|head of \w+)"
# One of these is enough.
_PLAIN = pattern(
    rf"(?:mijn|m'n|mn|onze) {_WHO} (?:\w+ )?(?:heeft|wil|vindt|is|kan|snapt|luistert|zit|doet|weet"
    rf"|denkt) (?:\w+ ){{0,3}}?"
    r"(?:weer|nooit|niks|niets|geen|nergens|alleen maar|idioot|gek|niet)",
    r"(?:haat|baal van|gek van|moe van|zat van|ziek van|spuugzat van|klaar met) (?:mijn|m'n|mn|dit|deze|die|het) "
    r"(?:werk|baan|baantje|rooster|kantoor|afdeling|team|collega'?s?|vergaderingen|overleg\w*|systeem|baas"
    r"|reorganisatie)",
    r"(?:ik|je) trek (?:dit|het) (?:dus |echt |zo )*niet(?: meer)?|lekker georganiseerd|hier werken is"
    r"|bij ons op (?:de afdeling|kantoor)"
    r" (?:is|gaat|weet|kan)",
    r"vergader\w* (?:om|over) (?:over )?(?:te )?vergader\w*|(?:derde|vierde|vijfde|zoveelste|weer een"
    r"|nog een|alweer een) "
    r"(?:reorganisatie|heidag|manager|leidinggevende|functioneringsgesprek|overleg over|vergadering over)",
    r"(?:niemand|geen mens) (?:hier|bij ons|op (?:kantoor|de afdeling|het werk)) (?:weet|doet|luistert"
    r"|snapt|reageert)",
    r"(?:(?:ik|we) (?:mag|mogen|kan|kunnen)|(?:mag|kan) (?:ik"
    r"|we)) (?:het )?weer (?:alles )?(?:alleen )?(?:opknappen|oplossen|opdraaien|overwerken)",
    r"(?:weer|alweer|wederom) (?:over|door)werken|onderbetaald|wie heeft dit (?:systeem|rooster) bedacht",
    r"(?:ik|wil|ga) (?:hier )?(?:echt |zo )?(?:hier )?(?:ontslag|een andere baan|hier weg|hier zo snel mogelijk weg)",
    r"(?:rot|kut|klote|bagger)(?:baan|dienst|rooster|collega'?s?|afdeling|systeem|kantoor|vergadering)",
    rf"(?:hate|sick of|tired of|fed up with|done with|loathe) (?:my|this|our) (?:\w+ )?(?:job|{_BOSS}|shift"
    r"|office|rota|team|work\w*)",
    rf"(?:my|our) {_BOSS} (?:\w+ )?(?:has|is|does|can|wants|thinks|knows|couldn)\b.{{0,30}}\b(?:again|never"
    r"|nothing|no idea|clueless"
    r"|useless|incompetent|idiot|joke|organise)",
    r"(?:morale|mood) (?:here|in (?:this|the|our) (?:office|team|place)) is|(?:worst|pointless) (?:job"
    r"|boss|manager|shift|meeting)",
    rf"(?:second|third|fourth|fifth|sixth|yet another) (?:{_BOSS}|reorganisation|restructur\w+|away day)",
    r"nobody (?:here |in (?:this|the) (?:office|team|building) )?(?:has|ever|bothers"
    r"|bothered)(?: ever)? (?:to )?(?:shown?|tells?|told|explain\w*) me",
    r"management (?:has|have|is|are|does|couldn't|hasn't|don't|doesn't)\b.{0,30}\b(?:no idea|clue|clueless"
    r"|again|joke|useless|care)",
    r"(?:overworked|underpaid|unpaid overtime|working for free)|this place is (?:a|an) (?:joke|shambles"
    r"|mess|circus|madhouse)",
    r"(?:another|yet another|one more) (?:pointless |endless |useless )?(?:team )?meeting (?:about"
    r"|that could|to)|i(?:'m| am) so quitting",
)
_MORE = pattern(
    r"(?:deze|onze|mijn|die) (?:afdeling|tent|organisatie|club) is een (?:zinkend schip|lachertje|circus|puinhoop|ramp)"
    r"|i(?:'m| am) (?:so |just )?done with this (?:place|job|team)",
    r"i'll scream|my colleagues? (?:do|does|did) nothing|betalen (?:me|mij|ons) (?:hier )?(?:veel "
    r"|echt )*te weinig|tel de"
    r" (?:dagen|uren) tot mijn|gebed zonder eind|mijn overuren|(?:leidinggevende|chef|manager) vergeet weer",
    r"(?:zinlo(?:os|ze)|nutteloze?) (?:\w+ )?(?:overleg\w*|vergader\w*|heidag\w*)(?!\?)"
    r"|waarom ik hier (?:nog|eigenlijk|uberhaupt) (?:werk|zit|blijf)|wie mag (?:het"
    r"|alles) (?:weer )?(?:oplossen|opknappen)|bij ons op (?:de|het) (?:afdeling|kantoor"
    r"|werk) (?:\w+ ){0,4}(?:niks|niets|nooit|niemand)",
    r"ik hou(?:d)? (?:het|dit) (?:hier |zo )?niet (?:meer |langer )?vol(?= hier|[.! ]*$)"
    r"|nooit (?:eens )?een (?:bedankje|compliment|schouderklopje) van|hekel aan (?:dat|dit|deze"
    r"|die|mijn"
    r"|m'n|het) (?:\w+ )?\w*(?:systeem|werk|rooster|overleg|baan|afdeling|kantoor)"
    r"|mag ik (?:weer )?(?:op \w+ )?(?:over)?werken (?:omdat|want)|(?:zit|ben) ik (?:hier"
    r"|nog) (?:\w+ )?tot \w+ uur",
    rf"(?:mijn|m'n|mn) {_WHO} (?:\w+ ){{1,7}}(?:afgewezen|geweigerd|ingetrokken|genegeerd|afgepakt"
    rf"|uitgescholden|gelogen)|(?:mijn|m'n|mn) {_WHO} (?:liegt|pest|schreeuwt|negeert|weigert)"
    r"|(?:hand(?:ing|ed)?|put(?:ting)?) in my notice|can't wait to (?:leave|quit|resign)|updat(?:e"
    r"|ing) my cv|not even a thank you|under(?:appreciated|valued) at|(?:collapse"
    r"|fall apart) without me",
    rf"my {_BOSS} (?:\w+ ){{0,4}}(?:ignored|refused|lied|shouted|yelled|turned down|rejected|blamed|stole)"
    r"|why (?:do i|i) (?:still |even )*(?:work|bother) here",
    r"(?:gekken|poppen)(?:huis|kast)|(?:mijn|m'n) (?:functie|contract"
    r"|aanstelling) is (?:gewoon )?(?:geschrapt|gestopt|niet verlengd)|top geregeld|hoe verrassend"
    r"|zo kan ik (?:toch )?niet werken|het werk van (?:twee|drie|vier) (?:man|mensen)"
    r"|loopt er (?:weer )?de kantjes van af|zonde van (?:mijn|m'n) tijd|ga ik gillen|(?:die|dat"
    r"|deze) (?:nieuwe )?(?:werktijden|werkplek"
    r"|systeem|rooster|werkwijze) (?:is|zijn) (?:echt |gewoon )?een (?:grap|ramp|drama)",
    r"until my contract ends|took credit for|guess who(?:'s| is) (?:on|doing)|counting (?:the )?(?:days"
    r"|hours|down)|our (?:new )?(?:system|software|rota) is a (?:disaster|joke|nightmare|mess)"
    r"|short-?staffed again|understaffed again|glad it's friday|worst (?:monday|week|shift) ever"
    r"|not paid enough|above my pay grade",
)
# A sigh, and something at work, together.
_SIGH = pattern(
    r"p+f{2,}|zucht|grr+|ugh+|a+rgh+|jemig|wat een (?:zooi|zootje|bende|puinhoop|chaos|onzin"
    r"|tijdverspilling|gedoe|ramp)",
    r"w[e]{1,3}r (?:eens )?(?:kapot|stuk|uitgevallen|vastgelopen|crasht|gecrasht)|houdt (?:het"
    r"|dit) nooit op|niet te doen|waardeloos",
    r"(?:nobody|no one|still no one|still nobody|weet niemand|niemand weet)|nog steeds (?:niet|geen"
    r"|niemand)|slaat nergens op",
    r"(?:eaten|lost|broken|down|crashed|died|frozen).{0,30}again|whoever (?:bought|designed|made|chose)"
    r"|wie (?:dit|dat) (?:ooit )?heeft (?:bedacht|gekocht)",
    r"(?:shambles|waste of time|useless|ridiculous|hopeless|can't cope|on the floor|kill me"
    r"|counting the (?:hours|minutes))",
)
_AT_WORK = pattern(
    rf"(?:mijn|m'n|mn) (?:{_WHO}|werk|baan|dienst|rooster|collega'?s?|afdeling|werkplek|bureau|laptop|pauze"
    r"|salaris|late dienst)",
    r"(?:onze|bij ons op|hier op) (?:de )?(?:ict|hr|p&o|afdeling|kantoor|leiding|directie|printer|planning"
    r"|zesde|werk)",
    r"vakantieplanning|flexplek|functioneringsgesprek|heidag|kantoortuin|overwerken|het werkoverleg"
    r"|de printer|koffieautomaat",
    rf"my (?:{_BOSS}|job|shift|rota|desk|laptop|pay|colleagues?|workload|break)|the (?:rota|printer|copier"
    r"|minutes|case system)",
    r"(?:printer|copier)'?s|(?:our|my) (?:it|hr)(?: department| team| people)?|away day|open-plan"
    r"|line management|payroll",
)


# In such a post both may be news for readers.
_TO_READERS = pattern(
    r"u|uw|excuses|onze excuses|bel|inwoners?|aanmelden|gratis|vacature|solliciteer\w*|welkom|residents?"
    r"|sorry for|apologi\w+|you|your|join us|apply|hiring|recruiting"
    r"|wethouder|minister|vakbond|onderzoek|cijfers|raad|woordvoerder|spokesperson"
)
_TONE = pattern(
    r"weer (?:geen|niet(?! minder)|eens|niks)|alweer|lekker hoor|wie bedenkt|al een (?:week|maand|jaar)"
    r"|niet vooruit te branden|als gewoonlijk|zoals gewoonlijk|niks|nergens op|lekker dan(?=[.!]*$)|juist(?=\.)",
    r"zoek (?:ook )?(?:wat|iets) anders|uur naar een|nog \w+ (?:uur|dagen) tot|mag weer|ben er klaar mee"
    r"|zo moe|gesloopt|kapot van|hoe dan|serieus\?|echt\?",
    r"again(?=[.!])|typical|as usual|twice(?=[.!])|great \w+(?=[.!]$)|lovely(?=[.!])|brilliant(?=[.!])"
    r"|can't wait to (?:leave|quit|go)|without a working|nobody told|lost my|never once",
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|day \w+) (?:people|hours|meetings|days|forms"
    r"|without)|still no|so done|knackered|exhausted|unbelievable",
)
_TOPIC = pattern(
    r"directie krijgt|bonus|kerstpakket\w*|kerststol|werkdruk|teamoverleg|heidag|prikklok|urenregistratie",
    r"hr|p&o|intranet|chef|baas|leidinggevende|teamleider|manager|lunchpauze|pauze|personeelstekort"
    r"|inwerk\w+|laptop|powerpoint|vergadering(?:en)?|overleg|rooster|dienst(?:en)?|kantoor",
    r"salaris|functioneringsgesprek|flexplek\w*|collega's|hier werken|hier weg|line manager|boss|shift"
    r"|onboarding|contract|payroll|rota|overtime|meeting|in a call|this job|office|desk|the team",
)


class Work(Check):
    """Looks at: complaints about one's own work, colleagues or boss."""

    key = "work"
    title = _("Complaints about work")
    why = _("Readers take it for what your organisation thinks of its own people. Colleagues read along.")
    todo = _("Is this the right account? Talk about it with a colleague instead, or leave it out.")
    agreement = "good-colleagues"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the words that sound like a complaint."""
        message = _("“%(found)s” sounds like a complaint about your own work.")
        yield from line(self.key, message, _found(draft), tier=Tier.LOOK)


def _found(draft: Draft) -> Iterator[Words]:
    for text, channel in texts(draft):
        own = own_words(text)
        if match := _PLAIN.search(own) or _MORE.search(own) or _sighed(own):
            yield Words(text[match.start() : match.end()], match.start(), match.end(), channel)


def _sighed(own: str) -> re.Match[str] | None:
    """The words that sound like a sigh, where they are about work and not meant for readers."""
    if _AT_WORK.search(own) and (match := _SIGH.search(own)):
        return match
    if _TOPIC.search(own) and not _TO_READERS.search(own):
        return _TONE.search(own)
    return None
