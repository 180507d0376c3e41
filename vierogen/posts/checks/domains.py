"""Which domain a web address leads to, whose it is, and whether it pretends to be another.

Knows names only; asks no network. Domains are compared by the part that somebody registered ("gemeente-x" in
"loket.gemeente-x.nl").
"""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

# Suffixes of two labels under which people register; the ones that European public bodies meet.
# The whole list is https://publicsuffix.org/list/
_DOUBLE_SUFFIXES = frozenset(
    {
        "ac.uk",
        "co.uk",
        "gov.uk",
        "nhs.uk",
        "org.uk",
        "police.uk",
        "com.au",
        "gov.au",
        "co.nz",
        "com.tr",
        "gov.tr",
    }
)
# Per Latin letter the letters of other scripts and the digits that look like it. From Unicode's confusables,
# https://www.unicode.org/reports/tr39/#Confusable_Detection
_LOOK_ALIKES = {
    "a": "аɑα",
    "b": "ƅь",
    "c": "сϲ",
    "d": "ԁ",
    "e": "е",
    "g": "ɡ",
    "h": "һ",
    "i": "іı",
    "j": "јϳ",
    "k": "кκ",
    "l": "ӏ1",
    "m": "м",
    "n": "ոп",
    "o": "оοօ0",
    "p": "рρ",
    "s": "ѕ",
    "t": "тτ",
    "u": "սυ",
    "v": "νѵ",
    "w": "ԝ",
    "x": "хχ",
    "y": "уүʏ",
}
_TO_LATIN = {ord(other): letter for letter, others in _LOOK_ALIKES.items() for other in others}
_LATIN, _OTHER = re.compile("[a-z]"), re.compile("[\u0370-\u03ff\u0400-\u052f]")
# A short name has many neighbours that are nobody's imitation: nos, nas, kos.
_SHORTEST_OTHER_SUFFIX = 5
_SHORTEST_ONE_SIGN = 6
_SHORTEST_SHUFFLED = 8


def host_of(url: str) -> str:
    """The host of a web address in lower case, with international names readable; "" where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return ".".join(_readable(label) for label in host.rstrip(".").split("."))


def claims_other_host(url: str) -> str:
    """What stands before an @ in the address, where readers take it for the host; "" where nothing does."""
    try:
        return urlsplit(url).username or ""
    except ValueError:
        return ""


def written(host: str) -> str:
    """The host to show: a name with other than plain letters as ``xn--``, so that nobody is fooled."""
    return ".".join(_unmistakable(label) for label in host.split("."))


def belongs_to(host: str, domains: Iterable[str]) -> bool:
    """Is ``host`` one of ``domains`` or below one of them?"""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def imitated(host: str, domains: Iterable[str]) -> str:
    """The first of ``domains`` that ``host`` looks like without belonging to one; "" where there is none."""
    domains = list(domains)
    if belongs_to(host, domains):
        return ""
    return next((domain for domain in domains if _imitates(host, domain)), "")


def mixes_alphabets(host: str) -> bool:
    """Does one label have Latin letters beside Cyrillic or Greek ones?

    Nobody writes like that: browsers show such a name as ``xn--`` (https://www.unicode.org/reports/tr39/, 5.2).
    """
    return any(_LATIN.search(label) and _OTHER.search(label) for label in host.split("."))


def _imitates(host: str, domain: str) -> bool:
    name, suffix = _registered(host)
    own_name, own_suffix = _registered(domain)
    if (name, suffix) == (own_name, own_suffix):
        return False
    if f".{domain}." in f".{host}.":
        return True
    return _similar(name, own_name, other_suffix=suffix != own_suffix) or bare(name) in {
        f"www{bare(own_name)}",
        bare(own_name + own_suffix),
    }


def _similar(name: str, own: str, *, other_suffix: bool) -> bool:
    if name == own:
        return other_suffix and len(own) >= _SHORTEST_OTHER_SUFFIX
    plain, own_plain = bare(name), bare(own)
    if plain == own_plain:
        # "gemeente-x" and "gemeentex", a zero for an o, a Cyrillic a.
        return len(own_plain) >= _SHORTEST_OTHER_SUFFIX or not name.isascii()
    if len(own_plain) >= _SHORTEST_SHUFFLED and sorted(plain) == sorted(own_plain):
        return True
    return len(own_plain) >= _SHORTEST_ONE_SIGN and one_sign_apart(plain, own_plain)


def one_sign_apart(one: str, other: str) -> bool:
    """One sign added, left out or replaced, or two neighbours swapped (Damerau's four typing errors)."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1), None)
    if start is None:
        return True
    tail, other_tail = one[start:], other[start:]
    return (
        tail[1:] == other_tail[1:]
        or tail[1:] == other_tail
        or tail == other_tail[1:]
        or (tail[1::-1] == other_tail[:2] and tail[2:] == other_tail[2:])
    )


def _registered(host: str) -> tuple[str, str]:
    """The registered label and its suffix: ("gemeente-x", "nl"), ("council", "gov.uk")."""
    labels = host.split(".")
    size = 2 if ".".join(labels[-2:]) in _DOUBLE_SUFFIXES and len(labels) > 2 else 1
    return labels[-size - 1] if len(labels) > size else "", ".".join(labels[-size:])


def bare(name: str) -> str:
    """The name as a hurried eye takes it: Latin letters without accents, no hyphens, rn as m."""
    letters = unicodedata.normalize("NFKD", name).translate(_TO_LATIN)
    plain = "".join(letter for letter in letters if letter.isalnum())
    return plain.replace("rn", "m").replace("vv", "w")


def _readable(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _unmistakable(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
