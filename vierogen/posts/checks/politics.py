"""Does an official voice take sides in politics?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, own_words, pattern, sentences, texts

# As their names are written: "denk mee", "reform" and "labour" are also words. Parliaments of the Netherlands,
# Flanders and the United Kingdom, and whom people there talk about. Those who left stay a while.
_PARTY = (
    r"VVD|PVV|CDA|D66|D'66|GroenLinks(?:[-/]PvdA)?|GL[-/]?PvdA|PvdA|PVDA|PRO|SP|ChristenUnie|CU|SGP|DENK"
    r"|Volt|JA21|FvD|FVD"
    r"|Forum voor Democratie|BBB|BoerBurgerBeweging|50PLUS|PvdD|Partij voor de Dieren|NSC|BIJ1|VNL|LPF"
    r"|N-VA|Vlaams Belang"
    r"|CD&V|Open Vld|Labour|Tory|Tories|Conservatives?|Lib ?Dems?|Liberal Democrats?|Reform(?: UK)?|Greens"
    r"|Green Party|SNP|UKIP"
    r"|Plaid Cymru|Democrats|Republicans|GOP|Sinn Fein|DUP"
)
_PERSON = (
    r"Wilders|Baudet|Jetten|Klaver|Yesilgoz|Timmermans|Omtzigt|Rutte|Van der Plas|Schoof|Bontenbal|Dassen"
    r"|Ouwehand|Eerdmans"
    r"|Bikker|Marijnissen|Dijk(?=\s(?:en|van)\sde\sSP)|Kaag|Hoekstra|De Wever|Van Grieken|Rousseau|Trump"
    r"|Biden|Harris|Vance"
    r"|Obama|Starmer|Farage|Badenoch|Sunak|Truss|Boris Johnson|Corbyn|Davey|Polanski|Sturgeon|Macron"
    r"|Le Pen|Melenchon|Orban|Poetin|Putin"
)
_NAMED = re.compile(rf"(?<!\w)(?:{_PARTY}|{_PERSON})'?s?(?![\w-])")
_MINISTERS = pattern(
    r"(?:dit|het|deze|die|de|een|wat een) (?:\w+ )?(?:kabinet|regering|coalitie|oppositie)|den haag|(?:de )?(?:linkse"
    r"|rechtse) (?:partijen|kliek|elite|hobby'?s?)",
    r"(?:this|the) (?:\w+ )?(?:government|opposition|tories)|(?:left|right)-wing (?:mob|elite|nonsense)|westminster",
)
# Ministers and parties that no list names.
_OFFICE = pattern(
    r"(?:minister|premier|staatssecretaris|kamerlid|lijsttrekker|fractievoorzitter|president"
    r"|prime minister) (?-i:[A-Z])\w+|dat links|dat rechts"
)
_JUDGED = pattern(
    # Against.
    r"schand\w+|teleurstellend|drammers?|leugenaars?|lieg(?:t|en)|gelogen|jokt|zakkenvullers?|populis\w+"
    r"|fascis\w+|racis\w+|extremis\w+"
    r"|extreem-?(?:links|rechts)|hypocriet\w*|belachelijk|ridicuul|idio\w+|dom(?:me)?|waanzin\w*|verraad"
    r"|verraders?|kapot ?ma\w+|ma(?:akt|ken) .{1,20} kapot|afbraak"
    r"|(?:weer )?niks (?:te vertellen|van (?:snapt|snappen|begrijpt|begrepen|gesnapt)|geleerd|waarmaakt)"
    r"|(?:geen|geen enkel) (?:benul|idee|verstand)"
    r"|faalt|falen|gefaald|wanbeleid|puinhoop|zo (?:links|rechts)|trekken van|weg met|nooit meer"
    r"|niet te vertrouwen|laf(?:fe)?|wegstemmen"
    r"|disgrac\w+|shame\w*|lia(?:r|rs)|lied|lying|corrupt|clueless|useless|hopeless|daft|stupid|idiots?"
    r"|nightmare|a joke|ruin(?:ed|ing|s)?"
    r"|wreck\w*|betray\w*|extremists?|racists?|fascists?|bonkers|nonsense|incompetent|can't be trusted"
    r"|never trust|couldn't run|sold out"
    r"|going 2? ?b(?:e)? bad|a disaster|pathetic|hypocri\w+|blathering",
    r"failed|blunder\w*|heeft gelijk|ashamed|rubbish|clowns?|geen cent|barst|moet(?:en)? (?:weg|aftreden"
    r"|opstappen)|opgestapt|niet opgelet"
    r"|wie (?:nu )?nog|(?:keep|get|kick|throw|vote) .{1,30} out|waardelo(?:os|ze)|no business|chaos|resign"
    r"|step down|out of touch|snapt (?:het"
    r"|er) niet",
    r"weet(?:en)? (?:\w+ )?(?:niet wat|niks|van niks)|ba(?:kt|kken) er (?:\w+ ){0,2}(?:niks|niets"
    r"|weinig) van|laten? (?:\w+ ){0,3}(?:stikken|barsten|in de steek)|verkwansel\w*|graaiers?"
    r"|onbekwa\w+"
    r"|knettergek|bedriegers?|draaikont\w*|gaat .{1,25} kapot|(?:niks|niets) te verwachten",
    r"luister(?:t|en) (?:\w+ )?(?:niet|nooit)|(?:no|not a) clue|(?:doesn't|don't|does not|do not) (?:care"
    r"|listen)|couldn't care less|let (?:us|you|our \w+) down|abandon(?:ed|s)|makes me sick",
    r"aanfluiting|never cared|hoe kan (?:iemand|je|men) nog|begrijpt (?:\w+ ){1,3}wel",
    # For.
    r"eindelijk (?:eens )?(?:een|iemand)|goed dat|(?:hopen|hoop) op|zege|proud (?:of|to (?:back|support"
    r"|vote))|great (?:speech"
    r"|news for)|some sense|verstand van zaken|applaus|complimenten|lang leve|leve",
    r"gelukkig|hopelijk|(?:ik|wij|we) hopen? dat|eindelijk (?:een )?(?:partij|politicus|iemand)"
    r"|enige (?:partij|politicus|die)|(?:helden|held|topper|kanjer)s?"
    r"|goed bezig|geweldig(?:e)? (?:partij|plan|leider|speech|debat)|wat een (?:leider|held|verademing"
    r"|top)|hulde (?:aan|voor)|bravo|beste partij|verdien(?:t|en) (?:jouw|je|uw|de) stem"
    r"|(?:wij|we|ik) (?:staan|sta) achter|(?:wij|we|ik) (?:steunen|steun)|laat .{0,20} winnen|moet(?:en)? winnen"
    r"|thank god|thank goodness|finally,? (?:a|an|some|somebody|someone)|the only party|can be trusted"
    r"|well done|brilliant"
    r"|hope .{0,30} wins?|we (?:support|back|stand with)|deserves? (?:your|our) vote|go team",
)
_ADVICE = re.compile(
    r"(?<!\w)(?:[Ss]tem|STEM|[Kk]ies|[Ss]temt)(?:\s(?:dan|dus|gewoon|toch|nu|allemaal|straks|morgen"
    r"|vandaag|woensdag|ook|in \w+"
    r"|op \d+ \w+))*\s(?:op |voor )?(?:de )?"
    rf"(?:{_PARTY}|{_PERSON}|(?:lijst|nummer) \d+|links|rechts|progressief|conservatief|strategisch|niet op)(?!\w)"
    r"|(?i:op naar een (?:links|rechts|progressief|groen) (?:college|kabinet|bestuur))"
    rf"|(?<!\w)[Bb]ack(?:\sthe)?\s(?:Labour|Tories|Conservatives|Lib ?Dems|Liberal Democrats|Reform UK"
    rf"|Greens|SNP)(?!\w)"
    rf"|(?i:a vote for (?:the )?)(?:{_PARTY}|{_PERSON})"
    rf"|(?<!\w)(?:[Vv]ote|VOTE)(?:\s(?:for|only|now))?(?:\sthe)?\s(?:{_PARTY}|{_PERSON}|them out|him out"
    r"|her out|leave|remain|yes|no)(?!\w)"
    rf"|(?i:(?:jouw|je|uw|your) (?:stem|vote) (?:naar|aan|op|to|for) )(?:de |the )?(?:{_PARTY}|{_PERSON})(?!\w)"
    r"|(?i:(?:stem|vote) (?:dit keer |nooit |never )?(?:niet|nooit|never|against) )(?:op |voor "
    rf"|for )?(?:de |the )?(?:{_PARTY}|{_PERSON})(?!\w)"
    rf"|(?i:don't vote (?:for )?)(?:the )?(?:{_PARTY}|{_PERSON})(?!\w)"
)
# A member of a council reports about itself; minutes name who was for and against.
_REPORTED = pattern(
    r"motie|amendement|gestemd|stemden|stemde|stemmen (?:voor|tegen)|motion|voted|amendment|by-election"
    r"|uitslag|zetels?|seats?"
)


class Politics(Check):
    """Looks at: parties and politicians praised or attacked, and advice whom to vote for."""

    key = "politics"
    title = _("Taking sides")
    why = _("An official account speaks for everybody, whatever they vote. Taking sides costs trust.")
    todo = _("Leave out the opinion, or say it from your own account in your own name.")
    agreement = "neutral-voice"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the advice, or with the sentence that judges a party or politician."""
        message = _("“%(found)s” reads like taking sides in politics.")
        yield from line(self.key, message, _found(draft), tier=Tier.LOOK)


def _found(draft: Draft) -> Iterator[Words]:
    for text, channel in texts(draft):
        own = own_words(text)
        match = _ADVICE.search(own) or _judged(own)
        if match:
            yield Words(text[match.start() : match.end()], match.start(), match.end(), channel)


def _judged(own: str) -> re.Match[str] | None:
    """The first sentence that says of a party or politician what to think."""
    for sentence in sentences(own):
        place = sentence.start(), sentence.end()
        named = _NAMED.search(own, *place) or _MINISTERS.search(own, *place) or _OFFICE.search(own, *place)
        if named and _JUDGED.search(own, *place) and not _REPORTED.search(own, *place):
            return sentence
    return None
