"""Is a query only somebody's name? Then it listens for a person, whatever its maker said it is about.

Known first names tell it whatever the case, also behind the surname. Without one, two or three words with a capital
that are no common words are taken for a name: rather one question too many to the privacy officer than one person too
many listened for.

Words are those that the matcher looks for: "Fatima-Yilmaz" and "Fatima_Yilmaz" find the same person as "Fatima Yilmaz"
does, and so does whatever has words beside it that nearly every message has.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from vierogen.listening.actions.ways import ways
from vierogen.matching.breadth import STOP_WORDS
from vierogen.matching.folding import fold
from vierogen.matching.parsing import parse
from vierogen.matching.tokens import Token
from vierogen.posts.checks.first_names import FIRST_NAMES
from vierogen.posts.checks.persons import DOUBTFUL
from vierogen.posts.names import name_finder

# More words with a capital are a title.
MOST_WORDS = 3
_PARTICLES = "van von de der den het 't ten ter te el al bin ben ibn du la le di da dos af of zu"
_PARTS = frozenset(_PARTICLES.split())
_MODES_OF_ADDRESS = "mevrouw mevr mw meneer mijnheer heer dhr hr juffrouw mr mrs ms miss mister"
_TITLES = frozenset(_MODES_OF_ADDRESS.split())
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?")
# What parts words, save the signs that may stand in a name.
_GAP = re.compile(r"[^\w.'’\u2010\u2011-]|_|(?<=\w\w)\.(?=\w)")
_JOINERS = re.compile("['’\u2010\u2011-]")
# "j.jansen" and "j.de.vries", and not "x.com".
_GLUED_INITIAL = re.compile(
    rf"(?<![^\W_])([^\W\d_]\.)(?=(?:{'|'.join(_PARTICLES.split())})\b|(?!(?:com|org|net|edu|gov|app)\b)[^\W\d_]{{3}})",
    re.IGNORECASE,
)
_QUOTES = '"“”„'
# Where an account is at home, which is no part of a name.
_SERVER = re.compile(
    r"(?:\.bsky)?\.(?:social|nl|com|org|eu|net|be|uk|info|online|app|dev|frl|amsterdam)$", re.IGNORECASE
)
# Where a tag or an account begins another word: "FatimaYilmaz", "fatima_yilmaz", "fatima.yilmaz".
_JOINTS = re.compile(r"[\W_]+|(?<=[^\W\d_A-Z])(?=[A-Z])")
_UNSEEN = {"Mn", "Me", "Cf"}
# Shorter first names are also how many a word begins: "co-ouder".
_SHORTEST = 3
_INITIALS = re.compile(r"(?:[^\W\d_]\.?){1,4}")
# What stands in the names of bodies, places and things, and hardly ever in those of people.
_COMMON = """
gemeente provincie stichting vereniging waterschap hoogheemraadschap veiligheidsregio ministerie dienst bureau
omgevingsdienst gemeentehuis stadhuis raadhuis raad college bestuur kamer tweede eerste derde europese europa
nederlandse nederland koninklijke nationale nationaal landelijke regionale openbare sociale centrale algemene
bibliotheek museum theater schouwburg zwembad sporthal school basisschool lyceum universiteit hogeschool
ziekenhuis kliniek huis thuis zorg welzijn jeugd jongerenwerk wijkteam buurtteam politie brandweer
rode blauwe groene witte zwarte gouden oude nieuwe grote kleine lange korte hoge lage mooie vrije
noord oost zuid west noordelijke zuidelijke centrum stad dorp wijk buurt park plein straat weg laan brug haven
station polder meer bos strand eiland kerk toren molen markt fonds bank partij bond club groep team plan visie
dag week maand jaar feest festival nieuws krant radio online digitaal app wet akkoord
council city town county borough district department ministry office agency authority board trust charity
foundation association society union national royal public social health service services hospital clinic
library museum theatre school college university police fire red blue green white black golden old new great
north east south west northern southern eastern western street road lane square bridge market river lake
island church centre center house hall home day week month year news radio party act law
"""
_NO_NAMES = frozenset(_COMMON.split())
_NO_NAME_ENDINGS = (
    "straat", "weg", "laan", "plein", "kade", "gracht", "singel", "dijk", "brug", "dienst", "schap", "stichting",
    "huis", "school", "kerk", "raad", "wet", "plan", "fonds", "park", "polder", "hal",
)  # fmt: skip
# Of these, and of those endings, what is a surname too: "Jan van Dijk", "J. Bos", "Mary Hall".
_TOO = """
dijk bos meer molen brug kerk laan singel park polder plein weg school markt toren eiland strand haven stad dorp
wijk raad kamer huis bank noord oost zuid west grote kleine lange korte hoge lage oude nieuwe groene witte zwarte
green white black golden north south east west street lane bridge river lake church house hall home day town law
"""
_SURNAMES = frozenset(_TOO.split())
# First names that are words too: "StormEunice" is a tag of nobody.
_WORDS_TOO = frozenset(
    {"april", "door", "faith", "floor", "grace", "harm", "hope", "job", "joy", "june", "may", "storm"}
)
# First names with which common words begin: "marktplaats". Written together with another they tell nothing.
_BEGINNINGS = """
aart anne bart beth bill bram carol chris clare cliff craig dale dolf doug ellen emine frank frans greet hazel hein inge
iris isla jack kate klazien levi lies lotte luke marc marit mark mees merel mina mona nico noor norma otto penny petri
phil philip recep rene roos rose ruth sara scott sterre thea theo toon vera victor victoria will willeke
leon linde louis
"""
_BEGIN_WORDS = _WORDS_TOO | frozenset(_BEGINNINGS.split())
# Others of three letters end a word more often than a name.
_SHORT_SURNAMES = frozenset({"ali", "bos", "bot", "kok", "lee", "mol", "pot", "vos"})
# What ends the names of places that begin with a first name: "petersburg", "willemstad".
_PLACE_ENDINGS = ("burg", "stad", "dorp", "town", "ville", "land", "polis", "pad", "owna", "ique", "nieuws")


def name_in(query: str, *, ours: Collection[str] = ()) -> str:
    """The first part between OR that may be fulfilled by only a name, as it was written; "" if there is none.

    Also where it offers so many choices that nobody can tell. ``ours`` are names, in small letters, of the organisation
    and its channels: those are no people. Raises ``QueryError`` for what is no query.
    """
    read = parse(query)
    for worded in map(read.worded, range(len(read.clauses))):
        found = ways(worded)
        if found is None or any(is_only_a_name(way, ours=ours) for way in found):
            return worded
    return ""


def said(found: Iterable[Token]) -> list[str]:
    """The folded words of these parts, without those that nearly every message has; all, if there are no other."""
    words = every_word(found)
    return [word for word in words if word not in STOP_WORDS] or words


def every_word(found: Iterable[Token]) -> list[str]:
    """The folded words of these parts; whose messages are asked for counts where nothing else is."""
    parts = list(found)
    words = [word for token in parts if token.kind != "filter" for word in _folded(token.text)]
    return words or [word for token in parts for word in _folded(_sender(token))]


def _sender(token: Token) -> str:
    """The account that a filter asks for, without its server: "fatima.yilmaz"; "" for other parts."""
    name, _colon, value = token.text.partition(":")
    if token.kind != "filter" or name.casefold() != "from":
        return ""
    return _SERVER.sub("", value.strip(_QUOTES).strip().lstrip("@").partition("@")[0])


def is_only_a_name(way: Iterable[Token], *, ours: Collection[str] = ()) -> bool:
    """Is what must be there together somebody's name, and nothing else?"""
    phrases, loose = list[str](), list[str]()
    for token in way:
        text = token.text.lstrip("=~").strip(f"{_QUOTES}*")
        if token.text[0] == "#" or token.kind == "filter":
            written = _sender(token) or text.lstrip("#")
            name = "" if _squeezed(written) in set(map(_squeezed, ours)) else apart(written)
            is_theirs = bool(name) and _means_somebody(name, ours)
            phrases += [name] if is_theirs else []
            loose += [text.lstrip("#").casefold()] if token.text[0] == "#" and not is_theirs else []
        elif token.kind == "quoted" and len(_folded(text)) > 1:
            phrases.append(text)
        elif token.text[0] != "@":
            loose.append(text)
    if all(_is_stop(word) for text in loose for word in _folded(text)) and phrases:
        loose = []
    # One phrase that is no name says what the matter is; single words do so together.
    pieces = [*phrases, " ".join(loose)] if loose else phrases
    return bool(pieces) and all(_means_somebody(piece, ours) for piece in pieces)


def _squeezed(name: str) -> str:
    """A name as a tag writes it: "gemeentealtena"."""
    return "".join(_folded(name))


def apart(joined: str) -> str:
    """A tag or an account as the name that it is written of: "FatimaYilmaz", "fatima_yilmaz", "fatimayilmaz"; or ""."""
    words = " ".join(_JOINTS.sub(" ", unicodedata.normalize("NFKC", joined)).split())
    first, _space, rest = words.casefold().partition(" ")
    if rest:
        return words if _is_first_name(first) and first not in _WORDS_TOO else ""
    for end in range(len(first) - _SHORTEST, _SHORTEST, -1):
        name, rest = first[:end], first[end:]
        is_place = (_is_common(rest) and rest not in _SHORT_SURNAMES) or rest.endswith(_PLACE_ENDINGS)
        is_long = len(rest) > _SHORTEST or rest in _SHORT_SURNAMES
        if is_long and not is_place and name not in _BEGIN_WORDS and _is_first_name(name):
            return f"{name} {rest}"
    return ""


def _means_somebody(piece: str, ours: Collection[str]) -> bool:
    """Is this a name, however its words are joined, and whatever stands beside them that says nothing?"""
    whole = _written(piece)
    parted = _JOINERS.sub(" ", whole)
    if not {" ".join(text.casefold().split()) for text in (piece, whole, parted)}.isdisjoint(ours):
        return False
    if any(is_a_name(text, ours=ours) for text in (whole, _trimmed(whole))):
        return True
    telling = [word for word in parted.split() if not _is_stop(*_folded(word)[:1])]
    long_enough = bool(telling) and len(telling[0]) >= _SHORTEST
    if long_enough and any(is_a_name(text, ours=ours) for text in (parted, _trimmed(parted))):
        return True
    # Two words with a capital and "and" between are two things, unless the first is surely somebody's.
    return long_enough and _is_first_name(telling[0]) and is_a_name(" ".join(telling), ours=ours)


def _written(text: str) -> str:
    """Its words with spaces between, in their own case, without what nobody sees."""
    seen = (sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) not in _UNSEEN)
    return " ".join(_GLUED_INITIAL.sub(r"\1 ", _GAP.sub(" ", "".join(seen))).split())


def _trimmed(text: str) -> str:
    """Without the words at its ends that nearly every message has."""
    words = text.split()
    while words and _is_stop(*_folded(words[-1])[:1]):
        words.pop()
    while words and _is_stop(*_folded(words[0])[:1]):
        words.pop(0)
    return " ".join(words)


def _folded(text: str) -> list[str]:
    """As the matcher reads it, hyphens as gaps."""
    return fold([text])[0].partition("|")[0].split()


def _is_stop(word: str = "") -> bool:
    return word in STOP_WORDS or len(word) < 2


def is_a_name(text: str, *, ours: Collection[str] = ()) -> bool:
    """Are these words a first name (or initials, or a title) and a surname, and nothing else?"""
    if text.casefold() in ours:
        return False
    words = [word for word in text.split() if word.casefold() not in _PARTS]
    if words and words[0].casefold().rstrip(".") in _TITLES:
        return len(words) > 1 and not any(map(_is_common, words[1:]))
    if not 2 <= len(words) <= MOST_WORDS or not all(map(_WORD.fullmatch, words[1:])):
        return False
    if _is_surely_one(text, words):
        return True
    if any(map(_is_common, words[1:])):
        return False
    return _begins_as_a_name(text, words) or _ends_as_a_name(text, words) or all(map(_has_capital, words))


def _is_surely_one(text: str, words: Sequence[str]) -> bool:
    """Whatever its last word may mean beside: "Jan van Dijk"; and "j de vries", where a dot was left out."""
    is_initial = len(words) == 2 and len(words[0]) == 1 and len(text.split()) > len(words)
    return is_initial or (all(map(_is_sure, words[:-1])) and words[-1].casefold() in _SURNAMES)


def _begins_as_a_name(text: str, words: Sequence[str]) -> bool:
    first = words[0]
    if first.endswith(".") and _INITIALS.fullmatch(first):
        return True
    return _is_first_name(first) or _found_by_the_extra(text)


def _ends_as_a_name(text: str, words: Sequence[str]) -> bool:
    """As in lists, the surname first. "dijk jan van" is one, "plein emma" is not."""
    first, has_particle = words[0], len(text.split()) > len(words)
    is_surname = not _is_common(first) or (has_particle and first.casefold() in _SURNAMES)
    return is_surname and bool(_WORD.fullmatch(first)) and _is_sure(words[-1])


def _is_sure(word: str) -> bool:
    """Initials, or a first name that is hardly ever anything else."""
    if word.endswith(".") and _INITIALS.fullmatch(word):
        return len(word) < _SHORTEST or "." in word[:-1]
    return _is_first_name(word) and word.title() not in DOUBTFUL and len(word) >= _SHORTEST


def _is_first_name(word: str) -> bool:
    return " ".join(_folded(word)) in _first_names()


@cache
def _first_names() -> frozenset[str]:
    """Folded, as the matcher finds "Fátima" where somebody looks for "fatima"."""
    return frozenset(" ".join(each.partition("|")[0].split()) for each in fold(sorted(FIRST_NAMES | DOUBTFUL)))


def _found_by_the_extra(text: str) -> bool:
    finder = name_finder()
    titled = " ".join(word if word.casefold() in _PARTS else word[:1].upper() + word[1:] for word in text.split())
    return finder is not None and any(span.start == 0 and span.end == len(titled) for span in finder(titled))


def _is_common(word: str) -> bool:
    small = word.casefold().rstrip(".")
    return small in _NO_NAMES or small in STOP_WORDS or small.endswith(_NO_NAME_ENDINGS)


def _has_capital(word: str) -> bool:
    """Written as a name: a capital, and not in capitals only, as abbreviations are."""
    return word[:1].isupper() and not word.isupper() and not _is_common(word)
