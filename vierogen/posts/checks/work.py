"""Does somebody complain about their own work?"""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, own_words, pattern, texts

_WHO = r"(?:leidinggevende|baas|chef|manager|teamleider|teammanager|directeur|afdelingshoofd|coach|planner)"
_BOSS = r"(?:manager|boss|line manager|supervisor|team leader|director|head of \w+)"
# One of these is enough.
_PLAIN = pattern(
    rf"(?:mijn|m'n|mn|onze) {_WHO} (?:\w+ )?(?:heeft|wil|vindt|is|kan|snapt|luistert|zit|doet|weet|denkt) (?:\w+ ){{0,3}}?"
    r"(?:weer|nooit|niks|niets|geen|nergens|alleen maar|idioot|gek|niet)",
    r"(?:haat|baal van|gek van|moe van|zat van|ziek van|spuugzat van|klaar met) (?:mijn|m'n|mn|dit|deze|die|het) "
    r"(?:werk|baan|baantje|rooster|kantoor|afdeling|team|collega'?s?|vergaderingen|overleg\w*|systeem|baas|reorganisatie)",
    r"(?:ik|je) trek (?:dit|het) (?:dus |echt |zo )*niet(?: meer)?|lekker georganiseerd|hier werken is|bij ons op (?:de afdeling|kantoor)"
    r" (?:is|gaat|weet|kan)",
    r"vergader\w* (?:om|over) (?:over )?(?:te )?vergader\w*|(?:derde|vierde|vijfde|zoveelste|weer een|nog een|alweer een) "
    r"(?:reorganisatie|heidag|manager|leidinggevende|functioneringsgesprek|overleg over|vergadering over)",
    r"(?:niemand|geen mens) (?:hier|bij ons|op (?:kantoor|de afdeling|het werk)) (?:weet|doet|luistert|snapt|reageert)",
    r"(?:(?:ik|we) (?:mag|mogen|kan|kunnen)|(?:mag|kan) (?:ik|we)) (?:het )?weer (?:alles )?(?:alleen )?(?:opknappen|oplossen|opdraaien|overwerken)",
    r"(?:weer|alweer|wederom) (?:over|door)werken|onderbetaald|wie heeft dit (?:systeem|rooster) bedacht",
    r"(?:ik|wil|ga) (?:hier )?(?:echt |zo )?(?:hier )?(?:ontslag|een andere baan|hier weg|hier zo snel mogelijk weg)",
    r"(?:rot|kut|klote|bagger)(?:baan|dienst|rooster|collega'?s?|afdeling|systeem|kantoor|vergadering)",
    rf"(?:hate|sick of|tired of|fed up with|done with|loathe) (?:my|this|our) (?:\w+ )?(?:job|{_BOSS}|shift|office|rota|team|work\w*)",
    rf"(?:my|our) {_BOSS} (?:\w+ )?(?:has|is|does|can|wants|thinks|knows|couldn)\b.{{0,30}}\b(?:again|never|nothing|no idea|clueless"
    r"|useless|incompetent|idiot|joke|organise)",
    r"(?:morale|mood) (?:here|in (?:this|the|our) (?:office|team|place)) is|(?:worst|pointless) (?:job|boss|manager|shift|meeting)",
    rf"(?:second|third|fourth|fifth|sixth|yet another) (?:{_BOSS}|reorganisation|restructur\w+|away day)",
    r"nobody (?:here |in (?:this|the) (?:office|team|building) )?(?:has|ever|bothers|bothered)(?: ever)? (?:to )?(?:shown?|tells?|told|explain\w*) me",
    r"management (?:has|have|is|are|does|couldn't|hasn't|don't|doesn't)\b.{0,30}\b(?:no idea|clue|clueless|again|joke|useless|care)",
    r"(?:overworked|underpaid|unpaid overtime|working for free)|this place is (?:a|an) (?:joke|shambles|mess|circus|madhouse)",
    r"(?:another|yet another|one more) (?:pointless |endless |useless )?(?:team )?meeting (?:about|that could|to)|i(?:'m| am) so quitting",
)
# A sigh, and something at work, together.
_SIGH = pattern(
    r"p+f{2,}|zucht|grr+|ugh+|a+rgh+|jemig|wat een (?:zooi|zootje|bende|puinhoop|chaos|onzin|tijdverspilling|gedoe|ramp)",
    r"w[e]{1,3}r (?:eens )?(?:kapot|stuk|uitgevallen|vastgelopen|crasht|gecrasht)|houdt (?:het|dit) nooit op|niet te doen|waardeloos",
    r"(?:nobody|no one|still no one|still nobody|weet niemand|niemand weet)|nog steeds (?:niet|geen|niemand)|slaat nergens op",
    r"(?:eaten|lost|broken|down|crashed|died|frozen).{0,30}again|whoever (?:bought|designed|made|chose)|wie (?:dit|dat) (?:ooit )?heeft (?:bedacht|gekocht)",
    r"(?:shambles|waste of time|useless|ridiculous|hopeless|can't cope|on the floor|kill me|counting the (?:hours|minutes))",
)
_AT_WORK = pattern(
    rf"(?:mijn|m'n|mn) (?:{_WHO}|werk|baan|dienst|rooster|collega'?s?|afdeling|werkplek|bureau|laptop|pauze|salaris|late dienst)",
    r"(?:onze|bij ons op|hier op) (?:de )?(?:ict|hr|p&o|afdeling|kantoor|leiding|directie|printer|planning|zesde|werk)",
    r"vakantieplanning|flexplek|functioneringsgesprek|heidag|kantoortuin|overwerken|het werkoverleg|de printer|koffieautomaat",
    rf"my (?:{_BOSS}|job|shift|rota|desk|laptop|pay|colleagues?|workload|break)|the (?:rota|printer|copier|minutes|case system)",
    r"(?:printer|copier)'?s|(?:our|my) (?:it|hr)(?: department| team| people)?|away day|open-plan|line management|payroll",
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
        match = _PLAIN.search(own) or (_SIGH.search(own) if _AT_WORK.search(own) else None)
        if match:
            yield Words(text[match.start() : match.end()], match.start(), match.end(), channel)
