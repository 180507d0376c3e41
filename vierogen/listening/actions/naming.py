"""Is a query only somebody's name? Then it listens for a person, whatever its maker said it is about.

Known first names tell it whatever the case. Without one, two or three words with a capital that are no common words
are taken for a name: rather one question too many to the privacy officer than one person too many listened for.
"""

import re
from collections.abc import Collection, Iterator

from vierogen.matching.breadth import STOP_WORDS
from vierogen.matching.parsing import parse
from vierogen.matching.tokens import Token, tokens
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


def name_in(query: str, *, ours: Collection[str] = ()) -> str:
    """The first part between OR that is only a name, as it was written; "" if there is none.

    ``ours`` are names, in small letters, of the organisation and its channels: those are no people. Raises
    ``QueryError`` for what is no query.
    """
    read = parse(query)
    for number in range(len(read.clauses)):
        worded = read.worded(number)
        if _is_only_a_name(worded, ours):
            return worded
    return ""


def _is_only_a_name(clause: str, ours: Collection[str]) -> bool:
    phrases, loose = [], []
    for token in _wanted(tokens(clause)):
        text = token.text.lstrip("=~").strip('"“”„*')
        if token.kind == "quoted" and len(text.split()) > 1:
            phrases.append(text)
        else:
            loose.append(text)
    # Whoever says a part of the name twice says no more by it.
    said = {word for phrase in phrases for word in phrase.casefold().split()}
    loose = [word for word in dict.fromkeys(loose) if word.casefold() not in said]
    # One phrase that is no name says what the matter is; single words do so together.
    pieces = [*phrases, " ".join(loose)] if loose else phrases
    return bool(pieces) and all(is_a_name(piece, ours=ours) for piece in pieces)


def _wanted(found: list[Token]) -> Iterator[Token]:
    """The words and phrases that must be there."""
    depth, skipping = 0, -1
    not_next = False
    for token in found:
        if token.kind == "open":
            depth += 1
            if not_next and skipping < 0:
                skipping = depth
        elif token.kind == "close":
            skipping = -1 if depth == skipping else skipping
            depth -= 1
        elif token.kind in {"word", "quoted"} and skipping < 0 and not not_next and token.text[0] not in "#@":
            yield token
        not_next = token.kind == "minus" or (token.kind == "operator" and token.text == "NOT")


def is_a_name(text: str, *, ours: Collection[str] = ()) -> bool:
    """Are these words a first name (or initials, or a title) and a surname, and nothing else?"""
    if text.casefold() in ours:
        return False
    words = [word for word in text.split() if word.casefold() not in _PARTS]
    if words and words[0].casefold().rstrip(".") in _TITLES:
        return len(words) > 1 and not any(map(_is_common, words[1:]))
    if not 2 <= len(words) <= MOST_WORDS or not all(map(_WORD.fullmatch, words[1:])):
        return False
    if any(map(_is_common, words[1:])):
        return False
    return _begins_as_a_name(text, words) or all(map(_has_capital, words))


def _begins_as_a_name(text: str, words: list[str]) -> bool:
    first = words[0]
    if first.endswith(".") and _INITIALS.fullmatch(first):
        return True
    return first.title() in FIRST_NAMES | DOUBTFUL or _found_by_the_extra(text)


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
