"""Does the organisation put itself above others?"""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, own_words, pattern, sentences, texts

_OTHERS = (
    r"(?:andere|de andere|overige) (?:gemeenten?|organisaties|instellingen|steden|dorpen|bibliotheken|scholen|korpsen"
    r"|zorginstellingen|ziekenhuizen|corporaties|waterschappen|provincies|teams|regio'?s|musea)"
)
_RIVALS = (
    r"(?:other|no other|any other) (?:councils?|towns?|cities|libraries|trusts?|hospitals?|schools?"
    r"|forces?|teams?|organisations?)"
)
# Looking down on others: one of these is enough.
_DOWN = pattern(
    rf"{_OTHERS} (?:\w+ ){{0,4}}(?:van ons (?:\w+ )?leren|jaloers|een voorbeeld aan ons|niet aan tippen"
    r"|nakijken|dromen|halen)",
    rf"daar (?:kunnen|kan|mogen) (?:{_OTHERS}|ze in \w+|de rest|iedereen|anderen) (?:\w+ ){{0,3}}(?:leren"
    r"|aan tippen|een puntje aan zuigen)",
    rf"(?:zoveel |veel |stukken |ver )?(?:beter|sneller|slimmer|mooier|verder) dan (?:{_OTHERS}"
    r"|de rest van (?:nederland|het land|de regio)"
    r"|welke andere|alle andere|iedere andere|elke andere)",
    r"(?:niemand|geen (?:enkele )?(?:andere )?(?:gemeente|organisatie|stad)) (?:doet|kan|maakt|regelt"
    r"|heeft) (?:het |dit |dat )?"
    r"(?:zo (?:goed|snel|mooi)|beter|sneller) (?:als|dan) (?:wij|we|ons)",
    r"wie doet ons (?:dit|dat|wat)|doe(?:n)? ons dat maar eens na|mijlenver voor"
    r"|steken (?:er )?(?:met kop en schouders|ver) boven",
    r"iedereen (?:is|mag) jaloers|jaloers op ons|kunnen ze (?:elders|ergens anders|in \w+) (?:alleen maar"
    r"|slechts) van dromen",
    rf"{_RIVALS} (?:\w+ ){{0,3}}(?:learn from us|be jealous|dream|envious|comes? close|keep up|match|even)",
    r"(?:nobody|no one|no council|no other \w+) (?:does|do|can do) (?:it|this|that) (?:better|like (?:us"
    r"|we do)|as well as)",
    r"(?:better|faster|smarter) than (?:any|every|all)(?: the)? other (?:councils?|towns?|cit(?:y|ies)"
    r"|team|library|force|organisations?)",
    r"(?:the )?envy of (?:the|every|all)|eat your heart out|leav(?:es?|ing) (?:the rest|everyone else"
    r"|others) (?:behind|standing|in the dust)",
    r"zelfs \w+ kan (?:dit|het|dat) niet|nergens (?:in \w+ )?(?:krijg|gaat|kan|is|vind)\w* .{3,50} (?:bij"
    r"|als) ons|top of the class|sorry not sorry|zonder ons (?:zou|was|waren)|(?:wij|we) (?:zetten"
    r"|bepalen) de (?:standaard|norm|toon)|(?:we"
    r"|that's why we) set the standard|others (?:copy|follow)|better than (?:yours|theirs)"
    r"|beter dan die van"
    r"|we(?:'re| are) the (?:\w+est|most \w+|best) (?:council|team|town|city|library|force|school|hospital)",
    r"zo doe(?:n)? (?:je|we|wij) dat(?: dus)?|beter dan (?:onze|de|die) buren|kijk en leer|waarom (?:wij"
    r"|we) zo goed|vinden (?:wij|we) zelf|dat doet niemand ons na",
    r"geen (?:\w+ )?(?:gemeente|organisatie|stad|bibliotheek|korps|school|ziekenhuis) (?:die|dat) (?:het )?zo",
    r"show(?:n|s|ed|ing)? (?:everyone|them|the rest|others|you all) how it(?:'s| is) done"
    r"|the rest (?:follows?|can only (?:follow|watch|dream))|you're looking at (?:it|us|them)",
    r"(?:nobody|no one|no other \w+) \w+ (?:\w+ )?(?:like|as well as|better than) (?:we|us)(?: do)?|(?:yes"
    r"|quite frankly|frankly),? we(?:'re| are) (?:that|just that|really that) good",
    r"zo'n (?:\w+ ){1,3}(?:heeft|vind je|zie je|krijg je) (?:niemand|nergens|alleen bij ons)|(?:lopen"
    r"|gaan) (?:\w+ ){0,4}voorop.{0,10}de rest|geen (?:enkele )?(?:andere )?(?:gemeente"
    r"|organisatie|stad"
    r"|bibliotheek|korps|school|regio|dorp)(?: \w+){0,4}? zo \w+ als (?:wij|we|ons|bij ons)"
    r"|tippen aan (?:onze|ons)(?= )",
    r"waar (?:een ander|anderen|andere \w+) .{0,30}(?:jaar|jaren|maanden|weken|eeuwen) over doe\w*"
    r"|(?:beter|sneller|slimmer|mooier) dan bij ons (?:kan|wordt|vind|krijg)|nog nooit (?:heeft"
    r"|deed) (?:een|iemand) (?:\w+ ){0,3}zo (?:goed|snel|slim)|(?:natuurlijk"
    r"|gewoon) de aller(?:beste"
    r"|slimste|mooiste)",
    r"(?:nobody|no one|no council|no other \w+) (?:\w+ ){1,4}(?:faster|better|smarter|quicker|cheaper"
    r"|as \w+ as) (?:than )?(?:us|we|ours)(?! bus)|(?:could|can|should"
    r"|might) (?:all )?learn a (?:thing or two|lot|few things) from us|comes close to (?:us|our)"
    r"|other \w+,? take note",
    r"beter dan (?-i:[A-Z])\w+ bestaat niet|krijgen ze in (?-i:[A-Z])\w+ (?:nooit|niet)|quite like us"
    r"|(?:greatest|best)"
    r" \w+ (?:on earth|in the world)(?= *[.!]*$)|(?:wij|we) winnen altijd",
    r"put(?:s)? (?:\w+ )?(?:other|the other|neighbouring) \w+ to shame|we(?:'re| are) (?:simply"
    r"|quite simply|just) better",
)
# A superlative about ourselves, unless somebody else gave it.
_OURSELVES = pattern("wij|we|ons|onze|we're|our|us|this council|deze gemeente")
_SUPERLATIVE = pattern(
    r"(?:gewoon|simpelweg|nu eenmaal|veruit|verreweg|met afstand|zonder twijfel|echt|absoluut"
    r"|toch wel) (?:de |het )?(?:aller)?"
    r"(?:beste|slimste|snelste|mooiste|leukste|fijnste|knapste)(?: \w+){0,2}|(?:de "
    r"|het )(?:aller)beste \w+ van (?:nederland|het land|de wereld|belgie)",
    r"(?:de|het) beste (?:gemeente|organisatie|stad|team|bibliotheek|korps|school"
    r"|ziekenhuis) van (?:nederland|het land|de wereld|heel \w+)",
    r"(?:wij|we) zijn (?:en blijven )?(?:de |het )?(?:nummer (?:1|een)|de top|onverslaanbaar|ongeevenaard"
    r"|onovertroffen|geweldig|briljant)",
    r"(?:wij|we) (?:zijn|hebben|maken|doen) (?:\w+ ){0,2}(?:de|het) (?:aller)?(?:beste|slimste|snelste"
    r"|mooiste|leukste|fijnste|knapste|schoonste|groenste|veiligste)(?! (?:vrijwilligers|inwoners|collega"
    r"|mensen|baan))(?: \w+){0,2}",
    r"(?:de|het) (?:beste|slimste|mooiste|snelste) van (?:het land|nederland|de wereld|allemaal)|we(?:'re"
    r"| are),? (?:quite |just )?(?:frankly|simply|honestly),? (?:\w+ )?(?:brilliant|amazing|great|superb)",
    r"ongeevenaard\w*|onovertroffen|weergaloze?|zoals alleen wij dat kunnen|wat zijn (?:we"
    r"|wij) (?:toch )?(?:goed|geweldig)",
    r"(?:simply|just|by far|hands down|easily|clearly|frankly|quite simply) the (?:very )?(?:best|finest"
    r"|smartest|greatest)(?: \w+){0,2}",
    r"the (?:very )?(?:best|finest|greatest) (?:council|town|city|team|library|force|school|hospital"
    r"|service) in (?:the|all|england|britain|europe)",
    r"second to none|world[- ]beating|unrivalled|unmatched|unbeatable|aren't we (?:great|brilliant"
    r"|amazing)|we(?:'re| are) (?:the )?number one",
)
_AWARDED = pattern(
    r"verkozen|uitgeroepen|gekozen|prijs|award|volgens|gewonnen|winnaar|winnen|wint|won|genomineerd|titel"
    r"|jury|onderzoek|verkiezing"
    r"|stem|voted|named|awarded|winners?|shortlisted|according|judges|survey|rated|finalists?|worden"
    r"|willen|become|want to be"
)


class Boasting(Check):
    """Looks at: praise of oneself that puts others down, and superlatives that nobody else gave."""

    key = "boasting"
    title = _("Praising ourselves")
    why = _("Readers would rather see what you did for them than hear how good you are.")
    todo = _("Say what was done, for whom, and thank those who helped.")
    agreement = "modest-tone"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the words that sound like a boast."""
        message = _("“%(found)s” may sound like boasting.")
        yield from line(self.key, message, _found(draft), tier=Tier.LOOK)


def _found(draft: Draft) -> Iterator[Words]:
    for text, channel in texts(draft):
        own = own_words(text)
        if match := _DOWN.search(own):
            yield Words(text[match.start() : match.end()], match.start(), match.end(), channel)
        elif not _AWARDED.search(own):
            yield from _superlatives(text, own, channel)


def _superlatives(text: str, own: str, channel: str) -> Iterator[Words]:
    for sentence in sentences(own):
        match = _SUPERLATIVE.search(own, sentence.start(), sentence.end())
        if match and _OURSELVES.search(own, sentence.start(), sentence.end()):
            yield Words(text[match.start() : match.end()], match.start(), match.end(), channel)
