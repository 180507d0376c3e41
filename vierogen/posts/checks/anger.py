"""Was this written in a hot moment?"""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, own_words, pattern, texts, weighed

# One of these is enough.
_HOT = pattern(
    # Insults and orders.
    r"(?:stelletje|jullie zijn|jij bent|u bent|je bent|wat een|stomme|die) (?:\w+ )?(?:idio(?:ot|ten)|malloten?|malloot"
    r"|imbecielen?|imbeciel|mafkees|mafkezen|domoren?|domoor|domkop(?:pen)?|prutsers?|aso'?s|leugenaars?|lapzwans(?:en)?"
    r"|lapzwanzen|zeurpiet(?:en)?|zeurkous(?:en)?|tuig|uitschot|gespuis|schorem|zwervers|debiel(?:en)?|sukkels?|klagers"
    r"|toetsenbordhelden|gekken)",
    r"(?:hou|houd|houdt) (?:toch |nou |nu )?(?:eens |een keer )?(?:je|uw|jullie) (?:mond|bek|kop|klep|smoel|kwek)",
    r"rot (?:toch |nou )?op|donder (?:toch )?op|hoepel op|sodemieter op|ga toch (?:weg|fietsen|heen)|zoek een hobby",
    r"ga (?:eens |toch |lekker |maar )*(?:huilen|janken|werken voor je geld|iets nuttigs doen|klagen bij)",
    r"(?:bent u|ben je|zijn jullie) (?:nou |nu |soms |echt |helemaal )*(?:doof|blind|dom|achterlijk|gek geworden|niet goed)",
    r"(?:kunt u|kun je|kan je|kunnen jullie|kan u) (?:soms |echt |dan |nou )*(?:niet|geen) (?:lezen|luisteren|tellen|\w+ lezen)",
    r"te (?:dom|lui|stom|beroerd|belazerd) (?:om|voor)|leer (?:eens|eerst|nou) (?:eens )?(?:lezen|luisteren|schrijven)",
    r"(?:lees|denk|kijk|luister) (?:nou |nu )?(?:eerst|gewoon) (?:nou |nu )?eens|(?:lees|denk) eerst (?:na|even|voor(?:dat)?)",
    r"wie denk(?:t|en)? (?:je|u|jullie) (?:wel |eigenlijk )*dat|waar bemoei(?:t|en)? (?:je|u|jullie)|bemoei je (?:er|met je)",
    r"scha+m (?:je|u|jullie)|schamen jullie|zielig(?:e)? (?:figuur|figuren|mannetje|vertoning|gedoe|hoor)",
    # Being fed up.
    r"(?:ik|we|wij) (?:ben|zijn|word|worden) (?:het |er |hier )?(?:nu |zo |echt |helemaal |onderhand )*"
    r"(?:spuug|stront|kots|meer dan )?(?:zat|beu|klaar mee|doodziek van|kotsmisselijk|woest|woedend|laaiend|razend|pislink)",
    r"(?:spuug|stront|kots)(?:zat|beu)|om (?:je )?(?:kapot|dood) te (?:ergeren|schamen)|(?:ik|we) (?:erger|ergeren) (?:me|ons)",
    r"hoe (?:moeilijk|lastig|dom|stom) (?:kan|is|kun|kunt) (?:het|dit|je|u)(?: (?:zijn|nou|nu|wezen))?",
    r"interesseer(?:t|de) (?:ons|me|mij) (?:echt |werkelijk |geen |totaal )*(?:niks|niets|niet|moer|bal|zier|reet)",
    # Contempt and sarcasm.
    r"ach,? (?:gossie|gut|gottegot|wat (?:zielig|sneu|erg))|(?:moet|moest|moesten|moeten) (?:u|je|jullie) (?:nou )?(?:huilen|wachten op uw gratis)",
    r"(?:u|je|jij|jullie) (?:kunt|kan|kunnen|kun) wel \w+(?: \w+)?,? maar (?:niet|geen)",
    r"(?:nog steeds|weer|alweer) (?:geen|niet) gelijk|en (?:dan|maar) klagen|altijd maar (?:klagen|zeuren|mekkeren)",
    r"(?:gezeur|gejank|gemekker|gejammer|gejengel|gemiep|gezanik|gebler)|mekker(?:en|t|aars?)",
    r"eigen schuld,? dikke bult|dikke pech|lekker belangrijk|boeie(?:n|nd)?|lekker puh|huilie(?:[ -]huilie)?",
    r"kijk er (?:nu |nou )?al naar uit .{0,30}(?:verwijderen|opruimen|oppakken).{0,20}|verwende? (?:nest|kreng|apen|types?)",
    r"(?:mensen|types|lui|figuren|buren) zoals (?:u|jij|jullie)|dat volk|dit soort (?:mensen|types|lui|figuren|volk)",
    # The same in English.
    r"you people|do you (?:people )?ever|learn to read(?! (?:and|with|at|in|together|better|for|dutch|english))|(?:can't|can you not|cannot) (?:you )?read|try reading",
    r"get a (?:life|grip|hobby)|cry me a river|boo[ -]?hoo|shut (?:up|it|your)|grow up|what(?:'s| is) wrong with (?:you|people)",
    r"how dare (?:you|they)|(?:sick (?:and tired|to death)|fed up|had enough) (?:of|with)|who do you think you are",
    r"(?:you|these|those|what|bunch of|absolute|total|complete|utter|such) (?:an? )?(?:\w+ )?(?:idiots?|morons?|imbeciles?"
    r"|muppets?|clowns?|losers?|scum|cretins?|dimwits?|snowflakes?|whiners?|moaners?|liars?)",
    r"nobody asked (?:you|for your)|not (?:our|my) problem|your own (?:stupid |silly )?fault|serves? (?:you|them) right",
    r"too (?:lazy|stupid|dumb|thick) to|can't be bothered (?:to|with)|(?:i'm|i am|we're|we are) (?:absolutely |so )?(?:furious|livid)",
    r"oh,? (?:what a surprise|how (?:sad|terrible|awful|tragic)|here we go again)|well done,? (?:genius|sherlock|einstein)",
    r"(?:congratulations|well done) to (?:the|whichever) (?:\w+ )?(?:genius|idiot|hero)|newsflash|in your face",
    r"what part of .{3,40} (?:don't|do you not) (?:you )?understand|you'?re pathetic|pathetic(?: excuse|,)",
    r"(?:stop|quit) (?:whining|moaning|whinging|complaining)|whinge\w*|how hard (?:can it|is it)",
)
# Of these, two together: each alone is also said in a friendly way.
_WARM = {
    pattern(r"(?:knap|fijn|leuk|goed|gezellig|slim|netjes|bravo|mooi|handig) hoor|nou,? bravo|slim(?:me)? bezig"): 1,
    pattern(r"(?:weer|alweer) (?:eens|iemand|zo'n|een (?:hele )?(?:held|genie|grapjas|slimmerik))|voor de zoveelste keer"): 1,
    pattern(r"wat een (?:drama|feest|prestatie|verrassing|grap|ramp|schande|onzin)|je verwacht het niet|wie had dat gedacht"): 1,
    pattern(r"blijkbaar|kennelijk|natuurlijk weer|uiteraard weer|zogenaamd\w*|gratis hulp|voor uw gemak"): 1,
    pattern(r"(?:lezen|luisteren|nadenken|fatsoen) (?:is|blijft) (?:moeilijk|lastig|een vak)|maar niet lezen"): 1,
    pattern(r"some people|of course,? (?:nobody|somebody|it)|again|yet another|another (?:complaint|genius|hero)"): 1,
    pattern(r"surprise,? surprise|poor you|how original|slow clap|thanks for nothing|lovely,? thanks|brilliant\. just"): 1,
    pattern(r"belachelijk|schandalig|ongelo(?:o)?flijk|walgelijk|ridiculous|disgraceful|disgusting|unbelievable"): 1,
    pattern(r"(?:jullie|u|you) (?:\w+ ){0,3}(?:altijd|nooit|never|always)"): 1,
}
# "Can't. Deal. With. The. Noise." A small word is no sentence.
_HACKED = pattern(r"\w[\w']*\. (?:with|the|a|of|for|de|het|een|van|met|voor)\. \w+(?=\.)")


class Anger(Check):
    """Looks at: sarcasm, contempt, and shouting at readers."""

    key = "anger"
    title = _("A hot head")
    why = _("What is written in anger is seldom meant an hour later, and a screenshot of it stays.")
    todo = _("Save it as a draft, have a cup of coffee, and read it again in ten minutes.")
    agreement = "cool-head"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the words that sound angry."""
        message = _("“%(found)s” may sound angry or mocking to readers.")
        yield from line(self.key, message, _found(draft), tier=Tier.LOOK)


def _found(draft: Draft) -> Iterator[Words]:
    for text, channel in texts(draft):
        own = own_words(text)
        if match := _HOT.search(own) or _HACKED.search(own) or weighed(own, _WARM, enough=2):
            yield Words(text[match.start() : match.end()], match.start(), match.end(), channel)
