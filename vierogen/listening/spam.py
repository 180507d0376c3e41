"""How much a message looks like advertising or trickery: a score from 0 to 1, with the reasons in plain words.

It tunes the order in which hits are shown, and never hides one. Each sign has a weight; signs add up as independent
chances do (1 - (1 - a)(1 - b) ...), so one weak sign alone never makes spam. Knows no Django.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from vierogen.core.words import gettext_noop as _

# From here on a hit counts as spam where something is proposed because of it.
SPAM = 0.6

_TAG, _LINK, _TOKEN = re.compile(r"#\w+"), re.compile(r"https?://\S+|\bwww\.\S+"), re.compile(r"[^\W\d_]+")
_SHOP = re.compile(
    r"\b(?:kortingscode\w*|discount code|promo ?code|\d+ ?% (?:korting|off)|gratis (?:verzending|proefpakket|cadeau)|"
    r"free shipping|nu bestellen|bestel (?:nu|direct|vandaag)|order now|buy now|shop now|koop nu|"
    r"op=op|limited (?:time )?offer|aanbieding(?:en)?|best price|beste prijs|webshop|link in bio|affiliate)\b",
    re.IGNORECASE,
)
_LURE = re.compile(
    r"\b(?:casino\w*|gokken|gokkast\w*|slots?|free ?spins|betting|sportsbook|jackpot|bonus ?code|no deposit|"
    r"crypto\w*|bitcoin|btc|ethereum|eth|usdt|airdrop|token ?sale|presale|memecoin|forex|trading ?signals?|"
    r"passive income|passief inkomen|verdien \S+ (?:euro )?per (?:dag|week)|earn \S+ (?:a|per) (?:day|week)|"
    r"snel geld|quick cash|leningen? zonder|onlyfans|escorts?|hot girls|viagra|cialis|sexcam\w*)\b",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(?:klik hier|click here|dm (?:me|mij|for)|stuur (?:een )?dm|whatsapp \+?\d|telegram|t\.me/|"
    r"meld je (?:nu|gratis) aan|sign up (?:now|free)|100 ?% (?:gratis|free|legit)|gegarandeerd|guaranteed|volg mij|"
    r"follow (?:me|back)|f4f|giveaway|winactie|deel en win|like en deel|win (?:een|a|an) )",
    re.IGNORECASE,
)
_SHORTENED = re.compile(r"https?://(?:bit\.ly|tinyurl\.com|t\.ly|cutt\.ly|is\.gd|rb\.gy|shorturl\.\w+|amzn\.to)/")
_SHOUTS = re.compile(r"[!?]{3,}|(?:[🔥💰🚀🎁💸🤑👉✅🎰]\s*){2,}")


@dataclass(frozen=True)
class Looks:
    """What is looked at: title and text as one, and how often its author said nearly the same lately."""

    text: str
    repeats: int = 0


@dataclass(frozen=True)
class Sign:
    """Something that advertising has more often than news: how much it weighs, and how it is told to people."""

    key: str
    weight: float
    words: str
    seen: Callable[[Looks], bool]


def _many_tags(looks: Looks) -> bool:
    tags, words = len(_TAG.findall(looks.text)), len(looks.text.split())
    return tags >= 6 or (tags >= 4 and tags * 3 > words)


def _same_link(looks: Looks) -> bool:
    return any(number > 1 for number in Counter(_LINK.findall(looks.text)).values())


def _in_capitals(looks: Looks) -> bool:
    words = [word for word in _TOKEN.findall(looks.text) if len(word) > 3]
    return len(words) >= 6 and sum(map(str.isupper, words)) * 2 > len(words)


SIGNS = (
    Sign("tags", 0.45, _("It has many hashtags."), _many_tags),
    Sign("same_link", 0.3, _("It has the same link more than once."), _same_link),
    Sign("links", 0.3, _("It has many links."), lambda looks: len(_LINK.findall(looks.text)) >= 4),
    Sign("short_link", 0.3, _("Its link hides where it leads."), lambda looks: bool(_SHORTENED.search(looks.text))),
    Sign("shop", 0.5, _("It has the words of a shop."), lambda looks: bool(_SHOP.search(looks.text))),
    Sign("more_shop", 0.3, _("It has several words of a shop."), lambda looks: len(set(_SHOP.findall(looks.text))) > 1),
    Sign("lure", 0.5, _("It is about gambling, crypto or quick money."), lambda looks: bool(_LURE.search(looks.text))),
    Sign("call", 0.35, _("It asks to click, follow or share."), lambda looks: bool(_CALL.search(looks.text))),
    Sign("capitals", 0.35, _("Much of it is in capitals."), _in_capitals),
    Sign("shouts", 0.25, _("It shouts with signs."), lambda looks: bool(_SHOUTS.search(looks.text))),
    Sign("repeats", 0.5, _("The same author says it again and again."), lambda looks: looks.repeats >= 3),
)
_BY_KEY = {sign.key: sign for sign in SIGNS}


def judge(looks: Looks) -> tuple[float, str]:
    """The score from 0 to 1, and the keys of the signs that were seen, with spaces between."""
    seen = [sign for sign in SIGNS if sign.seen(looks)]
    score = 1 - prod(1 - sign.weight for sign in seen)
    return round(score, 3), " ".join(sign.key for sign in seen)


def reasons(keys: str) -> list[str]:
    """The signs in translatable English."""
    return [_BY_KEY[key].words for key in keys.split() if key in _BY_KEY]
