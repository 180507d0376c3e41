"""Was this written in a hot moment?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, own_words, pattern, texts, weighed

_MANY = r"(?:twee|drie|vier|vijf|zes|tien|twintig|honderd|duizend|\d+)"
# One of these is enough.
_HOT = pattern(
    # Insults and orders.
    r"(?:stelletje|jullie zijn|jij bent|u bent|je bent|wat een|stomme|die) (?:\w+ )?(?:idio(?:ot|ten)"
    r"|malloten?|malloot"
    r"|imbecielen?|imbeciel|mafkees|mafkezen|domoren?|domoor|domkop(?:pen)?|prutsers?|aso'?s|leugenaars?"
    r"|lapzwans(?:en)?"
    r"|lapzwanzen|zeurpiet(?:en)?|zeurkous(?:en)?|tuig|uitschot|gespuis|schorem|zwervers|debiel(?:en)?"
    r"|sukkels?|klagers"
    r"|toetsenbordhelden|gekken)",
    r"(?:hou|houd|houdt) (?:toch |nou |nu )?(?:eens |een keer )?(?:je|uw|jullie) (?:mond|bek|kop|klep|smoel|kwek)",
    r"rot (?:toch |nou )?op|donder (?:toch )?op|hoepel op|sodemieter op|ga toch (?:weg|fietsen|heen)|zoek een hobby",
    r"ga (?:eens |toch |lekker |maar )*(?:huilen|janken|werken voor je geld|iets nuttigs doen|klagen bij)",
    r"(?:bent u|ben je|zijn jullie) (?:nou |nu |soms |echt |helemaal )*(?:doof|blind|dom|achterlijk"
    r"|gek geworden|niet goed)",
    r"(?:kunt u|kun je|kan je|kunnen jullie|kan u) (?:soms |echt |dan |nou )*(?:niet|geen) (?:lezen"
    r"|luisteren|tellen|\w+ lezen)",
    r"te (?:dom|lui|stom|beroerd|belazerd) (?:om|voor)|leer (?:eens|eerst|nou) (?:eens )?(?:lezen"
    r"|luisteren|schrijven)",
    r"(?:lees|denk) (?:nou |nu )?(?:eerst|gewoon) (?:nou |nu )?eens"
    r"|(?:kijk|luister) (?:nou |nu )(?:eerst|gewoon) eens|(?:lees|denk) eerst (?:na"
    r"|even|voor(?:dat)?)",
    r"wie denk(?:t|en)? (?:je|u|jullie) (?:wel |eigenlijk )*dat|waar bemoei(?:t|en)? (?:je|u|jullie)"
    r"|bemoei je (?:er|met je)",
    r"scha+m (?:je|u|jullie)|schamen jullie|zielig(?:e)? (?:figuur|figuren|mannetje|vertoning|gedoe|hoor)",
    # Being fed up.
    r"(?:ik|we|wij) (?:ben|zijn|word|worden) (?:het |er |hier )?(?:nu |zo |echt |helemaal |onderhand )*"
    r"(?:spuug|stront|kots|meer dan )?(?:zat|beu|klaar mee|doodziek van|kotsmisselijk|woest|woedend"
    r"|laaiend|razend|pislink)",
    r"(?:spuug|stront|kots)(?:zat|beu)|om (?:je )?(?:kapot|dood) te (?:ergeren|schamen)|(?:ik|we) (?:erger"
    r"|ergeren) (?:me|ons)",
    r"hoe (?:moeilijk|lastig|dom|stom) (?:kan|is|kun|kunt) (?:het|dit|je|u)(?: (?:zijn|nou|nu|wezen))?",
    r"interesseer(?:t|de) (?:ons|me|mij) (?:echt |werkelijk |geen |totaal )*(?:niks|niets|niet|moer|bal|zier|reet)",
    # Contempt and sarcasm.
    r"ach,? (?:gossie|gut|gottegot|wat (?:zielig|sneu|erg))|(?:moet|moest|moesten|moeten) (?:u|je"
    r"|jullie) (?:nou )?(?:huilen|wachten op uw gratis)",
    r"(?:u|je|jij|jullie) (?:kunt|kan|kunnen|kun) wel \w+(?: \w+)?,? maar (?:niet|geen)",
    r"(?:nog steeds|weer|alweer) (?:geen|niet) gelijk|en (?:dan|maar) klagen|altijd maar (?:klagen|zeuren|mekkeren)",
    r"(?:gezeur|gejank|gemekker|gejammer|gejengel|gemiep|gezanik|gebler)|mekker(?:en|t|aars?)",
    r"eigen schuld,? dikke bult|dikke pech|lekker belangrijk|boeie(?:n|nd)?|lekker puh|huilie(?:[ -]huilie)?",
    r"kijk er (?:nu |nou )?al naar uit .{0,30}(?:verwijderen|opruimen|oppakken).{0,20}|verwende? (?:nest"
    r"|kreng|apen|types?)",
    r"(?:mensen|types|lui|figuren|buren) zoals (?:u|jij|jullie)|dat volk|dit soort (?:mensen|types|lui|figuren|volk)",
    r"(?:bril|agenda|woordenboek|kalender) (?:te )?kopen|houd (?:er )?(?:nou |nu |toch )?eens (?:mee )?op"
    r"|klaagmuur|(?:gewoon|zo|echt) dom|nadenken (?:is )?(?:lastig|moeilijk)|zeurmails?|gemopper"
    r"|gezeurpiet|ook dit is niet onze schuld|betweters?|als het (?:u|je|jullie) niet bevalt|(?:kan"
    r"|mag) het wat minder"
    r"|wat is hier(?:aan)? (?:niet|nou) (?:aan )?(?:te begrijpen|onduidelijk)|(?:wij|we) kunnen de zon"
    r"|ga (?:dan )?(?:lekker )?verhuizen|gewoon boos zijn|daar gaan we weer|hou(?:d)? toch op",
    # The hundredth time, and what readers should rather do.
    rf"(?:al|nu|wel) (?:\w+ ){{0,2}}{_MANY} keer (?:uitgelegd|gezegd|verteld|beantwoord|herhaald)"
    r"|hoe vaak moet(?:en)? (?:we|wij|ik) (?:dit|het|dat|nog)",
    r"voor de (?:aller)?laatste keer(?=[:,!] (?-i:[a-z]))|lees (?:dan |nou |nu |toch )*gewoon (?:eens "
    r"|eerst |even )?(?:wat er staat|de brief|het bericht|het bord|de tekst)|(?:lees|denk) (?:nou"
    r"|toch) (?:gewoon )?(?:eens|eerst)",
    r"(?:voor|voordat) (?:je|u|jullie) (?:weer )?(?:begin(?:t|nen)? |loopt |gaat? )(?:te )?(?:tieren"
    r"|schelden|klagen|zeuren|schreeuwen|janken|miepen)",
    r"(?:ik|we|wij) wor(?:d|den) (?:hier |er |daar |van jullie |van u )+(?:zo |echt |toch |onderhand "
    r"|nou )*(?:moe|ziek|gek|niet goed|misselijk|niet vrolijk)(?: van)?",
    r"word dan (?:lekker|maar|toch) \w+|da?n? (?:doet|doen|doe|los|lost|lossen|regelt|regelen|regel) (?:u"
    r"|je|jullie) het (?:toch |maar |lekker )+zelf|doe het dan (?:lekker )?zelf|(?:dan blij(?:f"
    r"|ft) (?:je"
    r"|u)|blijf dan) (?:toch |lekker )*(?:thuis|weg)|ga (?:dan |maar "
    r"|toch )+(?:lekker )?(?:ergens anders"
    r"|in \w+) wonen",
    r"gefeliciteerd hoor|(?:trots op|blij met) jezelf\?|(?:heb|heeft|hebben) (?:je|u|jullie) (?:nou "
    r"|nu )?(?:je|uw|jullie) zin|(?:nou|nu) tevreden\?|tevreden nu\?|(?:meneer"
    r"|mevrouw) de (?:expert"
    r"|betweter|professor|deskundige)|(?:geen|niemand) van (?:u|jullie) (?:weet|snapt|leest"
    r"|doet"
    r"|begrijpt)|te veel gevraagd",
    r"(?:fijn|mooi|leuk) dat (?:u|je|jullie) (?:de |zoveel |alle )?tijd (?:heeft|hebt|hebben) om"
    r"|de hele dag (?:te|zitten|lopen)(?: te)? (?:reageren|klagen|zeuren|mopperen)|gebruik (?:nou"
    r"|toch) (?:eens )?(?:je|uw) (?:verstand|hersens|ogen)|wat wil(?:len|t)? (?:u|je"
    r"|jullie) (?:nou |nu "
    r"|dan |eigenlijk )*nog meer",
    r"(?:kan|kunnen|doet|zegt) (?:er |hier )?(?:nou|dan) (?:ook )?(?:nooit|niemand)"
    r"|wij zijn (?:niet )?(?:jullie|uw|je) (?:moeder|butler|knecht|slaaf|voetveeg)",
    r"(?:we|i)(?:'ve| have) (?:now |already |only )*(?:explained|said|told|answered"
    r"|repeated) (?:\w+ ){1,4}times|(?:need|ought|should) (?:to )?get out more|(?:it's"
    r"|this is) getting (?:tiresome|tedious)|slowly this time|let me spell it out"
    r"|proud of yoursel\w+\?"
    r"|happy now\?(?= *$)|what more do you want|keep (?:moaning|whining|complaining)",
    r"if you(?:'d| had) (?:actually |even )?(?:bothered to|read (?:the|our|it))|use your brains?|(?:mr|mrs"
    r"|mister)\.? know[ -]it[ -]all|some (?:of you|people) (?:really |just |clearly "
    r"|honestly )+(?:should"
    r"|can't|won't|don't (?:get|read|listen)|have no)|not your (?:mum|mother|mom|maid|servants?"
    r"|slaves?)"
    r"|thanks a bunch|in the bin where",
    r"(?:is|zijn) niet (?:ons|onze) probleem|en ja hoor,? daar|(?:treurig|zielig|dom|laf) volk|kom (?:eens"
    r"|toch) van (?:die"
    r"|je) (?:luie )?\w+ af|voor iemand die alles (?:weet|snapt|kan)|(?:your|a) personal (?:helpdesk"
    r"|assistant|servant)s?"
    r"|nice for once|if only you (?:put|spent|used|had|could)",
    r"(?:u|je|jij|jullie) (?:snapt|snappen|begrijpt|begrijpen) er (?:\w+ ){0,3}(?:niks|niets|geen bal) van"
    r"|nu is het (?:wel"
    r" )?genoeg(?: geweest)? met|sorry hoor,? (?:dat|maar)|iemand anders lastigvallen|de helft niet gelezen|spare us"
    r"|too much time on your hands",
    # The same in English.
    r"you lot|give it a rest|are you for real|the entitlement|if you can't handle|get over yoursel\w+"
    r"|how many times (?:do|must|have) (?:we|i)|genius idea|nobody cares|(?:wasting|waste of) (?:our"
    r"|my) time|(?:obviously|clearly) (?:didn't|can't|don't|haven't)|(?:maybe|perhaps|try) buy(?:ing)? a"
    r"|then move|move house(?=\.?$)|if you don't like it|not rocket science|we are not (?:mind readers"
    r"|psychic|magicians)|you wouldn't (?:know|understand)|do your (?:own )?research|cope harder",
    r"you people|do you (?:people )?ever|learn to read(?! (?:and|with|at|in|together|better|for|dutch"
    r"|english))|(?:can't|can you not|cannot) (?:you )?read|try reading",
    r"get a (?:life|grip|hobby)|cry me a river|boo[ -]?hoo|shut (?:up|it|your)|grow up|what(?:'s"
    r"| is) wrong with (?:you|people)",
    r"how dare (?:you|they)|(?:sick (?:and tired|to death)|fed up|had enough) (?:of|with)|who do you think you are",
    r"(?:you|these|those|what|bunch of|absolute|total|complete|utter|such) (?:an? )?(?:\w+ )?(?:idiots?"
    r"|morons?|imbeciles?"
    r"|muppets?|clowns?|losers?|scum|cretins?|dimwits?|snowflakes?|whiners?|moaners?|liars?)",
    r"nobody asked (?:you|for your)|not (?:our|my) problem|your own (?:stupid |silly )?fault"
    r"|serves? (?:you|them) right",
    r"too (?:lazy|stupid|dumb|thick) to|can't be bothered (?:to|with)|(?:i'm|i am|we're"
    r"|we are) (?:absolutely |so )?(?:furious|livid)",
    r"oh,? (?:what a surprise|how (?:sad|terrible|awful|tragic)|here we go again)|well done,? (?:genius"
    r"|sherlock|einstein)",
    r"(?:congratulations|well done) to (?:the|whichever) (?:\w+ )?(?:genius|idiot|hero)|newsflash|in your face",
    r"what part of .{3,40} (?:don't|do you not) (?:you )?understand|you'?re pathetic|pathetic(?: excuse|,)",
    r"(?:stop|quit) (?:whining|moaning|whinging|complaining)|whinge\w*|how hard (?:can it|is it)",
)
# Of these, so many together: each alone is also said in a friendly way.
_WARM = {
    # Sarcasm.
    pattern(
        r"(?:knap|fijn|leuk|goed|gezellig|slim|netjes|bravo|mooi|handig) hoor|(?:nou|nou,|zo) bravo"
        r"|bravo(?=[.!])|slim(?:me)? bezig|wat (?:heerlijk|fijn|attent|knap|slim) dat",
        r"fijn dat (?:iedereen|jullie allemaal|u altijd)|gefeliciteerd,? (?:u|je|jullie) (?:heeft|hebt"
        r"|bent|hebben) als|dank(?:u|je)?(?: wel)? voor (?:uw|je) (?:\d+|zoveelste|zeer)",
        r"(?:weer|alweer) (?:eens|iemand|zo'n|een (?:hele )?(?:held|genie|grapjas|slimmerik))"
        r"|voor de (?:zoveelste|\d+e) keer|nog (?:een|1) keer voor",
        r"wat een (?:drama|prestatie|verrassing|grap|ramp|schande|onzin)|je verwacht het niet"
        r"|wie had dat gedacht|zullen trots zijn|(?:zoals|als) gewoonlijk|als enige",
        r"thanks for (?:that|this|your) (?:\w+ )?(?:insight|input|advice|opinion|wisdom|nothing)"
        r"|imagine (?:being|having|thinking)|surprise,? surprise|how original|slow clap",
        r"lovely,? thanks|brilliant\. just|yes,? we (?:saw|heard|know|read)|once (?:more|again) for the"
        r"|as usual|congratulations,? you|of course,? (?:nobody|somebody|it)|bless you",
    ): 1,
    pattern(
        r"blijkbaar|kennelijk|natuurlijk weer|uiteraard|zogenaamd\w*|ineens|clearly|obviously|apparently"
        r"|honestly|yet another|another (?:complaint|genius|hero)"
    ): 1,
    pattern(r"tja|nou nou|ach|ja hoor|nee hoor|oh dear|oh no|sigh|zucht|poor you|voor uw gemak"): 1,
    re.compile(r"(?<![\w-])(?:NEE|NIET|ECHT|NOOIT|NOT|NEVER|NO|STOP)(?![\w-])|\. (?:Niet|Not)[.!]|[?!]{3,}"): 1,
    # Contempt.
    pattern(
        r"(?:niks|niets) beters te doen|te beroerd|kinderachtig\w*|aanstell\w+|zeur\w*|jank\w*|zielig\w*"
        r"|nou nou|om een (?:hondendrol|stoeptegel|lantaarnpaal)|(?:zoek|los) het (?:lekker |dan "
        r"|maar )*zelf|azijn\w+|in het toilet",
        r"(?:lezen|luisteren|nadenken|fatsoen) (?:is|blijft) (?:moeilijk|lastig|een vak)|maar niet lezen"
        r"|(?:belachelijk|walgelijk)\w*|gedoe van die|die (?:malle|zure|bozen?) \w+",
        r"calm down|(?:this|so|that) upset (?:about|over)|bothered to|be allowed near|(?:not"
        r"|isn't) your strong (?:point|suit)|the matter with (?:you|people)|about you,",
        r"ridiculous|disgusting|now read|(?:jullie|u|you) (?:\w+ ){0,3}(?:altijd|nooit|never"
        r"|always) (?:\w+ )?(?:tevreden|happy|satisfied|luister\w*|listen\w*|klaag\w*|complain\w*)",
    ): 2,
    # A quarrel.
    pattern(
        r"ondankba\w+|onbeschoft\w*|respectloos|liegen|gelogen|schreeuwen|schelden|tieren|mopperen|klagen"
        r"|bemoeizucht\w*"
        r"|ungrateful|rude|moaning|shouting|whining|complaining"
    ): 1,
    pattern(
        r"(?:ook |toch |nou |maar )+gewoon|echt ongelo+f\w+|niet te geloven|in plaats van te|toch echt|de prullenbak"
        r"|unbelievabl[ey]|instead of|for once|seriously"
    ): 1,
    # To whom; last, so that other words are shown.
    pattern(r"u|uw|jij|je|jullie|mevrouw|meneer|you|your|sir|madam|people|mensen|iedereen"): 1,
}
_ENOUGH = 3
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
        if match := _HOT.search(own) or _HACKED.search(own) or weighed(own, _WARM, enough=_ENOUGH):
            yield Words(text[match.start() : match.end()], match.start(), match.end(), channel)
