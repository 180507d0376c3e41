"""The extra `names`: where people's names stand in a text, by the lists of names that the package `deduce` ships.

Only its lists are read, from its folder: neither its programs nor its tables are loaded. See
docs/decisions/0017-names.md.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from vierogen.posts.checks.base import Extra, Span
from vierogen.posts.checks.extras import is_installed
from vierogen.posts.checks.persons import DOUBTFUL

_CAP = r"(?:[A-Z]'(?=[A-Z]))?[A-ZÀ-ÖØ-ÞĀ-ŽƏȘ][^\W\d_]+(?:['-][^\W\d_]{2,}){0,3}"
_PART = (
    r"(?:van|von|de|der|den|het|ten|ter|te|el|al|bin|ben|ibn|du|la|le|di|da|dos|'t|Van|De|Der|Den|El|Al|Ten"
    r"|Ter|Te|Von|Du|La|Le)"
)
_TOKEN = re.compile(rf"(?<![\w'-])(?P<first>{_CAP})(?P<last>(?:[ ](?:{_PART}[ ]){{0,3}}(?:[Ee]l-)?{_CAP}){{0,3}})")
# Beside a first name from the list a surname of any kind is believed; alone it has to be no word as well.
_FOLDERS = {
    "first": ("names/lst_first_name",),
    "last": ("names/lst_surname", "names/lst_interfix_surname"),
    "words": ("whitelist/lst_common_word", "whitelist/lst_stop_word"),
}
# Words of posts that are on the list of first names too.
_ALSO_WORDS = """
    Mark Wil Ben Storm Roos Sterre Door Kom Will May April June Rose Grace Hope Faith Joy Bill Pat Art Dag Bij
    Beer Wolf Linde Els Eik Mus Zon Vos Merel Dream Vreugde Hoop Bas Pen Bent Dan Den Des Lief Sint Kerst Maan
    Noord Oost West Zuid Sky Summer Autumn Winter River Angel Baby Boy King Prince Queen Duke Earl Major Judge
    Christian Jordan Paris London Sydney Florence Victoria Brooklyn Chelsea Kent Holland America India China
    Israel Asia Europa Nova Delta Omega Alpha Beta Gamma Mercedes Lotus Toyota Ford Volvo Max Mini Robin Olympia
    Donate Silver
    Spring Sport Super Top Ma Pa Oma Opa Tante Oom Heer Juf Meester Broer Zus Mees Happy Lucky Dear Miss Sir
    Lady Lord Mayor Police Council Team Wijk Park Plein Bos Berg Meer Duin Strand Haven Toren Kasteel Hart Ziel
    Vrede Vrij Nieuw Groen Geel Rood Blauw Wit Zwart Goud Zilver Ster Wonder Melding Aan Age Alike Alle An
    Anders Bars Bin Binne Brand Can Carry Charity Daily Day De Dies Dik Django Do Don Done Duurt Elke Else Fake
    Fan Fine France Given Hang Harm Has Hay He Hens Him Ids Jarig Job Joke Jouw Just Klaar Koos La Le Leen Len
    Li Line Long Lot Love Made Mat Mee Mei Min Mine Moon My Nam Nine On Onder Per Ping Pip Po Said Sent Serve
    Seven Skip Sla Take Tien To Trees Van Wilt Win Witte You Young Zomer Hoi Hi Hey Yes No Not So In It Is As At
    By Or If Go Let See Set Get Got Put Try Use Ask Tell Call Come Keep Make Give Find Look Read Send Stop Start
    Save Share Sign Visit Welcome Thank Thanks Please Our Your Their His Her She They We Us These Those This
    That There Here When Where What Which Who Why How All Any Each Every Some Many Most More Less New Old Big
    Small Good Bad Best First Last Next Free Open Closed Home House Street Road Lane Bridge Market Town City
    Hall School Church Library Sunday Monday Friday Saturday Tuesday Wednesday Thursday Today Tomorrow Tonight
    Carol Bonny Penny Sunny Star Sage Reed Dale Glen Heath Cliff Clay Ray Guy Rusty Sandy Rich Frank Chance
    Chase Hunter Mason Taylor Carter Cooper Archer Porter Parker Sailor Royal Noble Justice Liberty Trinity
    Unity Harmony Melody Serenity Destiny Genesis Heaven Ocean Rain Snow Frost Ice Fire Flame Ash Forest Meadow
    Ons Onze Uw Hun Haar Zijn Wij Jullie Alles Samen Minder Beter Goed Mooi Leuk Fijn Klein Groot Nu Morgen
    Vandaag Gisteren Avond Nacht Ochtend Middag Week Jaar Maart Augustus Juni Juli Januari Oktober Kind Vrouw
    Man Dame Code Data Media Web Click Link Page News Post Mail Pet Pop Rob Sam Sol Tip Tim Ton Tom Zin Wie Wat
    Waar Hoe Ook Nog Al Ad Ace Aries Apollo Candida Corona Costa Da Date Dev Blue Barber Castor Cent Co Cong
"""
_WORDS = frozenset(_ALSO_WORDS.split())


def name_finder() -> Callable[[str], Sequence[Span]] | None:
    """What finds the places of people's names in a text, None where the extra is not installed."""
    return find_names if is_installed(Extra.NAMES) else None


def find_names(text: str) -> list[Span]:
    """The places of first names, alone or with the surname that follows, in code points. Needs the extra."""
    return list(_found(text))


def _found(text: str) -> Iterator[Span]:
    first = _listed("first")
    at = 0
    while match := _TOKEN.search(text, at):
        name = match["first"]
        if name in first and (match["last"] or name not in _words()) and (name not in _WORDS or _has_surname(match)):
            yield Span(match.start(), match.end())
            at = match.end()
        else:
            at = match.end("first")


def _has_surname(match: re.Match[str]) -> bool:
    """Is a word that could be a first name within a sentence, and followed by a surname from the list?"""
    last = match["last"].split()
    starts = re.search(r"(?:^|[.!?:\n][ ]?)$", match.string[max(0, match.start() - 2) : match.start()])
    return match["first"] in DOUBTFUL and bool(last) and not starts and last[-1] in _listed("last")


@cache
def _words() -> frozenset[str]:
    """Common words, as they look at the start of a sentence."""
    return frozenset(word.capitalize() for word in _listed("words"))


@cache
def _listed(what: str) -> frozenset[str]:
    """All lines of the lists, without those that the lists themselves except."""
    found: set[str] = set()
    for folder in _FOLDERS[what]:
        found |= _lines(_lists() / folder / "items.txt")
        if what != "first":
            found -= _lines(_lists() / folder / "exceptions.txt")
    return frozenset(found)


def _lines(path: Path) -> set[str]:
    """Raises ``OSError`` where the file of items is gone; not every list has exceptions."""
    if path.name == "exceptions.txt" and not path.exists():
        return set()
    return set(path.read_text(encoding="utf-8").split("\n")) - {""}


def _lists() -> Path:
    """The folder with the lists; the package itself is not imported."""
    spec = find_spec("deduce")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the extra `names` is not installed")
    return Path(spec.submodule_search_locations[0]) / "data" / "lookup" / "src"
