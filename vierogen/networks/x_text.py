"""How X counts and cuts a text: weighted signs, links, and the parts of a thread. Regular expressions are linear."""

import re
from collections.abc import Iterator

import regex

from vierogen.networks.taming import composed

# https://docs.x.com/fundamentals/counting-characters and the configuration it links to, "v3":
# https://github.com/twitter/twitter-text/blob/master/config/v3.json. Signs in these ranges count as one, all
# others as two, an emoji as two whatever it is made of, and every link as 23.
_LIGHT = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_LINK_LENGTH = 23
_PICTOGRAPH = r"\p{Extended_Pictographic}(?:\uFE0F|[\U0001F3FB-\U0001F3FF])?[\U000E0020-\U000E007F]{0,8}"
# At most five joined to one: no emoji that exists has more, and X counts each piece of one that does not exist.
_EMOJI = regex.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    rf"(?![©®](?!\uFE0F)){_PICTOGRAPH}(?:\u200D{_PICTOGRAPH}){{0,4}}"
)
_HEAVY = "\u4e00"

# "Any valid URL detected in post text" becomes a link, also without https:// before it. X knows every ending
# there is; unsure here, so whatever has a country's two letters, or a common ending, counts as one.
_ENDINGS = (
    "[a-z]{2}|com|org|net|info|biz|edu|gov|int|mil|app|dev|online|site|shop|store|blog|news|cloud|page|live|world|"
    "amsterdam|frl|berlin|brussels|vlaanderen|gent|museum|social|community|foundation|events|email|academy|agency"
)
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LINK = re.compile(
    r"(?<![\w@$#])https?://[^\s<>/?#]+\.[^\s<>]+"
    rf"|(?<![\w@$#./-])(?:{_LABEL}\.)+(?:{_ENDINGS})(?![\w@-])(?:[/?#][^\s<>]*)?",
    re.IGNORECASE,
)
# For the price whatever could be one counts, whether such an ending exists or not.
_MAYBE_LINK = re.compile(r"[^\W_]\.(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})(?![^\W\d_])", re.IGNORECASE)
_AFTER_LINK = "!?*\"'「」<>;:=,.$%[]~&|@"

# Our own rule, not X's: a line of only three dashes begins the next post of a thread.
_SEPARATOR = re.compile(r"^[ \t]*---[ \t\r]*$", re.MULTILINE)


def weight(text: str) -> int:
    """Count one post as X does against its 280."""
    counted = _EMOJI.sub(_HEAVY, _replaced(composed(text), "x" * _LINK_LENGTH))
    return 2 * len(counted) - len(_LIGHT.findall(counted))


def parts(text: str) -> list[str]:
    """The texts of a thread, one after the other; a text that is none comes back as it is."""
    pieces = _SEPARATOR.split(text)
    told = [piece.strip() for piece in pieces if piece.strip()]
    return told if len(pieces) > 1 and told else [text]


def has_link(text: str) -> bool:
    """Could X see a link in it? It asks much more for a post with one, and the price that is shown is never too low."""
    return next(links(text), None) is not None or _MAYBE_LINK.search(composed(text)) is not None


def essence(text: str) -> str:
    """What stays of a text whatever X does to it: links without https:// and the slash at their end, single spaces."""
    told, end, whole = "", 0, composed(text)
    for start, stop in links(whole):
        told += whole[end:start] + re.sub(r"^https?://", "", whole[start:stop], flags=re.IGNORECASE).rstrip("/")
        end = stop
    return " ".join((told + whole[end:]).split())


def _replaced(text: str, link: str) -> str:
    told, end = list[str](), 0
    for start, stop in links(text):
        told += [text[end:start], link]
        end = stop
    return "".join([*told, text[end:]])


def links(text: str) -> Iterator[tuple[int, int]]:
    """Where the links of a text begin and end."""
    for found in _LINK.finditer(text):
        yield found.start(), found.start() + _length(found[0])


def _length(link: str) -> int:
    """Without what ends the sentence rather than the link; a bracket belongs to it only with its partner."""
    end, unpaired = len(link), link.count(")") - link.count("(")
    while end and (link[end - 1] in _AFTER_LINK or (link[end - 1] == ")" and unpaired > 0)):
        unpaired -= link[end - 1] == ")"
        end -= 1
    return end
