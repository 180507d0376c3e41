"""Is there swearing in it?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, pattern, plain, texts

# Whole words only, so that no place, name or harmless word is hit because it holds such letters. The endings that
# are allowed are listed where a stem also begins ordinary words: "klootschieten", "flikkeren", "kankeronderzoek".
_TAILS = (
    r"(?:zooi|zooitje|ding(?:en)?|weer|dag|wijf|wijven|zak(?:ken)?|werk|hond(?:en)?|lijers?|herrie" r"|hekel|joch|kop)"
)
_DUTCH = (
    r"(?:pot)?godver\w*|godsamme|godnondeju|gvd|verdomme",
    r"kut(?!s?ch|a\b|ais|ina|no\b|t?er?s?\b|tek|tin|uz|zto)\w*",
    r"klote(?!n)\w*|kloot(?:zak(?:ken)?|viool|violen)|naar de kloten",
    rf"(?:tering|tyfus|tiefus|kanker|pleuris|klere|pokke|rot){_TAILS}",
    (
        r"(?:krijg|val) (?:toch )?(?:de|het|dood)(?: (?:tering|tyfus|kanker|klere|pleuris|rambam))"
        r"|krijg de (?:tering|klere)"
    ),
    (
        r"op(?:ge)?(?:tyf|tief|sodemieter|pleur|flikker|donder|rot|zout)(?:en|t|d)?|(?:sodemieter|flikker"
        r"|pleur|rot) (?:toch |nou )?op"
    ),
    r"zeik(?:en|t|erd|erds|erig|snor|wijf)?|gezeik|afzeik(?:en|t)|afgezeken|azijnpissers?",
    r"lul(?:len|letje|hannes|koek|lo)?|gelul|slappe lul",
    r"(?:stomme|achterlijke|arrogante|vuile|wat een) (?:eikels?|hoer|slet|flikkers?|homo'?s?|teef|trut(?:ten)?)",
    r"hoerenzoon|hoerenjong(?:en)?|klerelijers?|trut(?:ten)?|klojo(?:'s)?",
    r"sukkels?|debiel(?:en)?|randdebiel(?:en)?|rotzak(?:ken)?",
    r"de pot op|geen reet|m(?:e|'n|ijn) reet|je reet|schijt (?:aan|er ?aan)|schijtziek",
    r"geneuk|neuken|neukt|hou(?:d)? (?:toch )?(?:je|jullie|uw) (?:bek|smoel|kop|klep)",
)
_ENGLISH = (
    r"(?:mother|cluster)?fuck\w*|f[*#@]+c?k(?:ing|ed|s)?|wtf|stfu|ffs",
    r"(?:bull|horse|dip)?shit(?:s|ty|hole|show|head|heads)?|sh[*#!]+t|k[*#]+t",
    r"arse(?:hole|holes|s)?|ass(?:hole|holes|hat|hats)|(?:dumb|jack|lazy|lame|your|my|his|their)[ -]ass",
    r"bitch(?:es|y|ing)?|bastards?|bollocks|wank(?:er|ers|ing)|twats?|cunts?|sluts?|whores?|tossers?",
    r"dick(?:head|heads)|(?:a|such a|what a|total|absolute|arrogant|little) (?:dick|prick|cock|knob)",
    r"piss(?:ed off| off| poor|ing (?:me|us) off|take)|tak(?:e|es|ing) the piss",
    r"bloody (?:hell|awful|idiots?|ridiculous|useless|nightmare|joke|stupid|printer'?s?|thing|computers?)",
    r"(?:god)?damn(?:ed|it)?|crap(?:py)?|bugger (?:off|all)|sod off|screw (?:you|them|this)|retards?|retarded",
    r"dirty (?:homo'?s?|queers?)|fagg?ots?",
)
_SWEARING = pattern(*_DUTCH, *_ENGLISH)
# A people, not an insult, with a capital.
_SMALL = re.compile(r"(?<!\w)mongo(?:ol|len|ltje)(?!\w)")


class Profanity(Check):
    """Looks at: Dutch and English swear words and insults."""

    key = "profanity"
    title = _("Swearing")
    why = _("A swear word under your organisation's name is passed on long after the post is gone.")
    todo = _("Choose another word. If somebody else said it and it has to stay, discuss it with your second reader.")
    agreement = "cool-head"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the first such word."""
        message = _("“%(found)s” is a swear word, or reads like one.")
        yield from line(self.key, message, _found(draft), tier=Tier.LOOK)


def _found(draft: Draft) -> Iterator[Words]:
    for text, channel in texts(draft):
        bare = plain(text)
        match = _SWEARING.search(bare) or _SMALL.search(bare)
        if match:
            yield Words(text[match.start() : match.end()], match.start(), match.end(), channel)
