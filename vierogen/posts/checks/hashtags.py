"""Can a hashtag of several words be read aloud?"""

import re
from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier
from vierogen.posts.checks.wording import Words, line, plain, texts

_TAG = re.compile(r"(?<![\w&/#])#(?=\w*[^\W\d_])(\w{8,100})")
# Longer ones in small letters are several words, save the compounds of Dutch that end like these.
_SURELY = 24
_COMPOUND = re.compile(
    r"(?:verkiezingen?|vergadering(?:en)?|voorziening(?:en)?|verzekering(?:en)?|organisaties?"
    r"|bijeenkomst(?:en)?|campagne"
    r"|programma|maatregelen|activiteiten|ondersteuning|ontwikkeling|hulpverlening|begeleiding|(?:s"
    r"|e)?plein|straat|dag|week)$"
)
# Small words that join others, and beginnings that announce a second word.
_JOINTS = re.compile(
    r"(?:van|voor|in|op|met|naar|tegen|uit|aan|bij|door|om)(?:de|het|een|jou|jouw|ons|onze|elkaar|iedereen"
    r"|nederland|alle)(?=\w{3})"
    r"|\w{3}(?:voorelkaar|metelkaar|voorjou|vooriedereen|forall|foryou|foreveryone|withus|together|enzo)$"
    r"|\w{2}(?:forthe|ofthe|inthe|tothe|andthe|onthe|forour|inour|ofour|byyour)\w{2}"
    r"|^(?:samenvoor|samenin|sameneen|samenmet|samentegen|samenste|samengroen|samenwij|wijzijn|wijwillen"
    r"|wijhouden|wijgaan|ikben|ikstem|ikga"
    r"|iklees|ikhou|ikdoe|doejij|doemee|doejemee|komnaar|kominactie|denkmee|praatmee|helpmee|stemop"
    r"|gastemmen|trotsop|weekvande|weekvanhet"
    r"|weektegen|dagvande|dagvanhet|maandvande|jaarvande|geenplaats|houje|blijfthuis|letop|elkedag"
    r"|samensterk|samenleven(?=\w)|nooitmeer)\w{2}"
    r"|^(?:weare|welove|wecan|wewill|stayhome|staysafe|thankyou|saveour|savethe|loveyour|loveour|lovemy"
    r"|loveis|joinus|proudto|proudof"
    r"|shoplocal|keepour|keepit|getready|speakup|choosel|timeto|noto|nomore|bekind|allfor|ourtown|mytown"
    r"|inthis|herefor|happynew)\w*"
    r"|^een(?!zaam|heid|ling|voud|hoorn|mal|maal|akter|denk|jar|gezin|persoon|richting)\w{9,}|^(?:keep"
    r"|loverocks|lovewhere|opweg|ikstem)(?!ing)\w{3,}"
    r"|\w{3}(?:streets|friends|people|children|families)forall|^(?:world|national|international"
    r"|internationale|wereld|nationale)\w{4,}(?:day|week|month|dag|maand)$"
)


class Hashtags(Check):
    """Looks at: a hashtag of several words that does not begin each with a capital."""

    key = "hashtags"
    title = _("Hashtags")
    why = _("A screen reader spells out #samenvoordebuurt, but it reads #SamenVoorDeBuurt aloud.")
    todo = _("Begin each word in the hashtag with a capital.")
    agreement = "readable-for-everyone"
    kind = "HASHTAG"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding with the first such hashtag."""
        message = _("%(found)s seems to hold several words without capitals.")
        yield from line(self.key, message, _found(draft), tier=Tier.LOOK)


def _found(draft: Draft) -> Iterator[Words]:
    for text, channel in texts(draft):
        for match in _TAG.finditer(text):
            if _is_several_words(plain(match[1])):
                yield Words(match.group(), match.start(), match.end(), channel)


def _is_several_words(tag: str) -> bool:
    if any(sign.isupper() for sign in tag[1:]) or "_" in tag:
        return False
    small = tag.lower()
    return bool(_JOINTS.search(small)) or (len(small) >= _SURELY and not _COMPOUND.search(small))
