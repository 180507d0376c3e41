"""Who is spoken of in a plain text: names with what leads up to them, and people meant without a name.

A name alone is no secret. Mayors, speakers and people of history are named all day; so each person found says by
which words it was found, and whoever asks decides what that takes beside it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Literal

from vierogen.posts.checks.base import Span
from vierogen.posts.checks.first_names import FIRST_NAMES
from vierogen.posts.checks.public_people import is_public

# Names looked at in one text; a list of more is no post.
_MOST = 2000
How = Literal["title", "role", "whole", "first", "guess"]

_CAP = r"(?:[A-Z]'(?=[A-Z]))?[A-ZÀ-ÖØ-ÞĀ-ŽƏȘ][^\W\d_]+(?:['-][^\W\d_]{2,}){0,3}"
_PART = (
    r"(?:[Vv]an|[Vv]on|[Dd]e|[Dd]er|[Dd]en|[Hh]et|[Tt]en|[Tt]er|[Tt]e|[Ee]l|[Aa]l|[Bb]in|[Bb]en|[Ii]bn|[Dd]u"
    r"|[Ll]a|[Ll]e|[Dd]i|[Dd]a|[Dd]os|'t|[Vv]\.?d\.?|[Vv]/d|[Vv]\.)"
)
_SURNAME = rf"(?:{_PART}[ ]){{0,3}}(?:[Ee]l-|[Aa]l-)?{_CAP}(?:[ ]?-[ ]?(?:{_PART}[ ]){{0,2}}{_CAP})?"
_INITIALS = r"(?:[A-Z](?:[a-z]h?)?\.[ ]?){1,4}"
_TITLE = (
    r"(?:mevrouw|mevr\.?|mw\.?|mej\.?|juffrouw|meneer|menere?|mijnheer|dhr\.?|hr\.|(?:de )?heer|de heren|fam\.?|familie"
    r"|gezin|family|mrs?\.?|ms\.?|mx\.?|mister|miss|mme\.?)"
)
# Roles after which any name is believed, and those that a place or a club may follow.
_SURE_ROLE = (
    r"(?:cli[eë]nte?|pati[eë]nte?|leerling|verdachte|dader|slachtoffer|getuige|buurman|buurvrouw|huurder|huurster"
    r"|\w*bewo(?:ner|onster)|statushouder|asielzoek(?:er|ster)|aanvra(?:ger|agster)|indien(?:er|ster)|kla(?:ger|agster)"
    r"|melder|meldster|bezwaarmaker|inspreker|insprekster|mantelzorger|stagiaire?|pleeg(?:kind|zoon|dochter|moeder"
    r"|vader)"
    r"|pupil|peuter|kleuter|baby|\w*(?:mijder|pleger|genoot|genote|koopman|koopvrouw|houder|houdster|gerechtigde"
    r"|gedupeerde"
    r"|verlater|spijbelaar|patiënt|huurder|aanvrager|debiteur|schuldenaar|gedetineerde|arrestant|verslaafde|dakloze"
    r"|jarige"
    r"|jubilaris|bruid|bruidegom|weduwe|weduwnaar|zwerver|vluchteling|jeugdige|betrokkene|vermiste|overledene)"
    r"|client|patient|tenant|neighbour|applicant|claimant|complainant|suspect|offender|victim|witness|carer|care leaver"
    r"|trainee|service user|pupil|appellant|foster (?:child|son|daughter|mum|dad)|widow|widower|newborn|toddler)"
)
_UNSURE_ROLE = (
    r"(?:kinderen|ouders|kids|children|parents|collega|inwo(?:ner|onster)|klant|student|deelne(?:mer|emster)|vader"
    r"|moeder|zoon|dochter|zoontje|dochtertje"
    r"|broer"
    r"|zus|broertje|zusje|kindje|kind|vriend|vriendin|ex|partner|opa|oma|tante|oom|neef|nicht|juf|meester|zuster"
    r"|broeder"
    r"|vrijwillig(?:er|ster)|chauffeur|kapper|bakker|slager|boer|monteur|schoonmaker|schoonmaakster|meneer|man|vrouw"
    r"|jongen|meisje|eigenaar|eigenaresse|bezoeker|speler|lid|medewerk(?:er|ster)|resident|colleague|learner|driver"
    r"|caller|son|daughter|mum|mam|dad|mother|father|brother|sister|nan|nana|gran|granny|grandma|grandad|aunt"
    r"|auntie|uncle"
    r"|friend|girlfriend|boyfriend|husband|wife|boy|girl|baby|little|young|poor|staff member|volunteer)"
)
_ROLE = rf"(?:{_SURE_ROLE}|{_UNSURE_ROLE})"
# After these words comes a name, whatever it is.
_CALLED = (
    r"(?:heet(?:te)?|genaamd|luistert naar de naam|named|is called|gefeliciteerd|congratulations(?: to)?"
    r"|congrats(?: to)?|proficiat"
    r"|well done|op naam van|t\.?n\.?v\.?|in the name of|name of)"
)
_TITLED = re.compile(rf"(?<![\w])(?i:{_TITLE})[ ]{{1,2}}(?P<name>(?:{_INITIALS})?(?:{_CAP}[ ])?{_SURNAME})")
_LOWER = re.compile(r"(?<![\w'.@-])[a-zà-ÿ]{4,}(?![\w'@-]|\.\w)")
# Written in haste: "mw haddou", "mevrouw van dijk".
_SMALL = re.compile(
    r"(?<!\w)(?i:mw|mevr|dhr)\.?[ ](?P<name>(?:(?:van|de|der|den|el|ten|ter|v\.?d)[ ]){0,3}(?!van |de |die "
    r"|en |of |is |heeft )[a-zà-ÿ]{3,})(?!\w)"
    r"|(?<!die )(?<!de )(?<!deze )(?<!onze )(?<!\w)(?i:mevrouw|meneer)[ ](?!van (?:de|het) )(?P<more>(?:(?:van|de"
    r"|der|den|el|ten|ter)[ ]){1,3}(?!de |het |directeur|voorz|burg|weth|minis|presid|griff|rechter|leraar|dokter"
    r"|juf)[a-zà-ÿ]{3,})(?!\w)"
)
_ROLED = re.compile(
    rf"(?<!\w)(?:(?P<sure>(?i:{_SURE_ROLE}))|(?i:{_UNSURE_ROLE}))(?: (?:van|of|genaamd))?[ ]{{1,2}}"
    rf"(?P<name>{_INITIALS}(?:{_SURNAME}|(?:{_PART}[ ])?[A-Z]\.)|{_CAP}(?:[ ]{_SURNAME})?)"
)
# "Tom's mum", "the Novak family".
_RELATED = re.compile(
    rf"(?<!\w)(?:(?P<name>{_CAP})(?:'?s|[ ]z'n|[ ]d'r|[ ]zijn|[ ]haar)[ ](?i:\w+[ ])?(?i:{_UNSURE_ROLE})"
    rf"|(?P<her>(?!{_PART}[ ]){_CAP})[ ](?:is |was |heeft )?(?:haar|zijn|d'r|z'n|hun)[ ](?!dat|is|met|er|van|in|op"
    rf"|we|ze)[a-z]{{3,}}"
    rf"|(?:[Tt]he|[Hh]et|[Dd]e)[ ](?P<more>{_SURNAME})[ ](?:family|household|boy|girl|twins|gezin|huishouden))(?!\w)"
)
# Two words in capitals where a name would stand; believed beside a fact or a number only.
_GUESSED = re.compile(rf"(?<=[a-z,:;)/][ ])(?P<name>{_CAP}[ ](?:{_CAP}[ ])?{_SURNAME})(?:'s)?(?![ ]?\d)(?!\w)")
# "Stefan K.": as newspapers and hasty people write.
_FIRST_AND_LETTER = re.compile(rf"(?<!\w)(?P<name>(?P<first>{_CAP})[ ](?:{_PART}[ ])?[A-Z]\.)(?!\w)")
# First names that are words too: believed before a surname only.
DOUBTFUL_WRITTEN = """
Mark Marc Ben Wil Will Roos Sterre Joy Grace Rose Hope Faith April June May Bill Pat Max Storm Bob Ed Jo Ton Ad
Door Linde Merel Vos Job Bo Dot Ray Guy Frank Rob Tim Penny Carol Dale Ash Cliff Joke
"""
DOUBTFUL = frozenset(DOUBTFUL_WRITTEN.split())
_NAMED = re.compile(rf"(?<!\w)(?i:{_CALLED}),?[ ]{{1,2}}(?P<name>(?:{_INITIALS}|{_CAP}[ ]){_SURNAME})")
# Not "op X. Morgen": the network, a plan or a team at the end of a sentence.
_INITIALLED = re.compile(
    rf"(?<![\w.])(?!X\.)(?<!plan )(?<!team )(?<!hal )(?<!vak )(?<!fase )(?<!zaal )(?<!part"
    rf" )(?P<name>{_INITIALS}{_SURNAME})"
)
_WHOLE = re.compile(rf"(?<![\w'-])(?=(?P<name>(?P<first>{_CAP})[ ]{_SURNAME}(?:[ ](?!{_TITLE}){_CAP})?))")
_SINGLE = re.compile(rf"(?<![\w'-])(?P<name>{_CAP})(?!\w)")

_PLACES_END = (
    r"straat|laan|plein|kade|steeg|gracht|singel|school|college|lyceum|ziekenhuis|kliniek|tunnel|zaal|dreef"
    r"|plantsoen|pad|huis"
    r"|kantoor|loket|dienst|bank|streek|land|stad|burg|dorp|kring|platform|belasting|centrale|centrum|prijs"
    r"|stichting|fonds|toernooi|museum|theater|stadion|bibliotheek|polder|bokaal|cup|run|weg"
    r"|voedselbank|gemeente|vereniging|comit[eé]|club|parochie|revalidatie|kinder\w*|zorg\w*|buurt\w*|wijk\w*"
    r"|dorps?raad|leger|groep|nummer|service|fonds"
)
_PLACE_WORD = re.compile(
    rf"\w*(?:{_PLACES_END})(?:en|je)?|fc|sv|vv|Street|Road|Hall|Library|Hospital|Trust|Foundation|Awards?|Close|Avenue"
    rf"|Lane|House|Centre|Center|Park|Square"
    r"|Primary|Academy|Cup|Day|Week|Court|Gardens|Hub|Team|Hospice|Ward|Church|Theatre|Stichting|Fonds"
    r"|Festival|BV|B\.V|Wood|Hotel|Way|Drive|Grove|Rise|Infirmary|Surgery|Cathedral|Institute|Society|Project"
    r"|Bridge",
    re.IGNORECASE,
)
# "Stichting Mevrouw Muis".
_NAMED_AFTER = re.compile(
    r"(?<!\w)(?:stichting|caf[eé]|museum|theater\w*|film|boek|serie|voorstelling|musical|restaurant|lunchroom"
    r"|winkel|foundation)[ ]"
    rf"(?i:{_TITLE}|{_ROLE})[ ]$",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(
    r"(?<!\w)(?:stichting|basisschool|school|college|park|caf[eé]|zaal|restaurant|hotel|theater|museum|bibliotheek"
    r"|snackbar|cafetaria|bakkerij|slagerij|kapsalon|kliniek|ziekenhuis|huize|villa|molen|sporthal|gebouw|kerk"
    r"|gemeente|provincie"
    r"|storm|hurricane|schip|veerpont|rondvaartboot|team|hospice|saint|st\.?|sint|serie|film|actie|project"
    r"|straat|plein|in|te|naar|uit|the|de|het)[ ]$",
    re.IGNORECASE,
)
# Words in capitals at the start of a sentence, and words that follow a title without being a name.
_NO_NAMES_WRITTEN = """
De Het Een Wij We U Je Jij Ik Hij Zij Ze Dit Dat Deze Die Er Hier Daar Als Want Maar En Of Dus Om Op In Aan Bij
Voor Met Van Naar Uit Over Onder Door Na Tot Niet Geen Wel Ook Nog Al Bel Mail The A An This That It He She They
You Your Our My His Her And Or But If When For From With Is Are Was Were Has Have Not No Yes Please Dear Beste
Geachte Hallo Hoi Dag Hello Hi Burgemeester Voorzitter Wethouder Minister Mayor Speaker President Gemeente Council
Januari Februari Maart April Mei Juni Juli Augustus September Oktober November December January February March May
June July August October Maandag Dinsdag Woensdag Donderdag Vrijdag Zaterdag Zondag Monday Tuesday Wednesday
Thursday Friday Saturday Sunday Nederland Holland Britain England Team Groep Afdeling Wijk Kerst Pasen Universe
World Jezus Bean Potato Incredible Duck Bommel
"""
_NO_NAMES = frozenset(_NO_NAMES_WRITTEN.split())


# In a form that was pasted: "Naam: Oosterhuis".
_IN_FORM = re.compile(
    rf"(?:^|\n|[|;,>-][ ]?)[ ]{{0,3}}(?i:(?:achter|voor|roep|geslachts)?naam|naam (?:cli[eë]nt|leerling|huurder"
    rf"|aanvrager|kind"
    rf"|bewoner|patiënt)|(?:first |last |sur|family |full )?name|student|pupil|leerling|cli[eë]nte?|huurder|aanvrager"
    rf"|betrokkene|bewoner|patient|patiënt|tenant|applicant|claimant|melder|verdachte|contactpersoon)[ ]?[:=][ ]"
    rf"(?P<name>(?:{_INITIALS}|{_CAP}[ ])?{_SURNAME})"
)
_SMALL_ONES: tuple[tuple[re.Pattern[str], How], ...] = ((_SMALL, "first"), (_RELATED, "role"))
# First names that are words too when they stand in small letters.
_LOWER_WORDS = """
said dawn floor harm merel roos blessing gene noel carol scott jordan victoria geert hazel heather mees iris max jack
jean mary rose ruth pien wies noor bert rita frank sean ross grace hope faith victor martin owen dean dale claudia petri
storm koos lies guus hans saar evert sally peter teun henk job mark
"""
_LOWER_NAMES = frozenset(name.casefold() for name in FIRST_NAMES) - frozenset(_LOWER_WORDS.split()[:-6])


@dataclass(frozen=True)
class Person:
    """A name at ``start`` to ``end`` of a plain text, and ``how`` it was known for one.

    ``title``: after "mevrouw"; ``role``: after "cliënt", "heet"; ``whole``: first name or initials and surname;
    ``first``: a first name alone; ``guess``: two words in capitals where a name would stand.
    """

    start: int
    end: int
    how: How


@lru_cache(maxsize=16)
def people(text: str, extra: tuple[Span, ...] = (), own: tuple[str, ...] = ()) -> tuple[Person, ...]:
    """Everybody named in ``text`` who is not there for an office, a talk, or history; first come first.

    ``extra`` are places of names that others found; ``own`` are names that may be said.
    """
    found: list[Person] = []
    taken = bytearray(len(text) + 1)
    for person in islice(_candidates(text, extra), _MOST):
        if any(taken[person.start : person.end]) or _is_no_person(text, person, own):
            continue
        # Whoever is public is taken as well, so that no part of the name counts by itself.
        taken[person.start : person.end] = b"\1" * (person.end - person.start)
        if not is_public(text, person.start, person.end):
            found.append(person)
    return tuple(sorted(found, key=lambda person: person.start))


def near(found: Sequence[Person], start: int, end: int) -> Sequence[Person]:
    """Those of ``found`` (in order) who are named between two places of the text."""
    first = bisect_left(found, start, key=lambda person: person.end)
    last = bisect_left(found, end, key=lambda person: person.start)
    return found[first:last]


def _candidates(text: str, extra: Sequence[Span]) -> Iterator[Person]:
    """Everything that could be a person; the surest first, because what is taken is not looked at again."""
    listed = {span.start for span in extra}
    yield from _matches(text, _TITLED, "title")
    yield from _in_roles(text, listed)
    yield from (_believed(text, person) for person in _matches(text, _NAMED, "role"))
    yield from _matches(text, _INITIALLED, "whole")
    yield from (
        Person(*match.span("name"), "whole")
        for match in _FIRST_AND_LETTER.finditer(text)
        if match["first"] in FIRST_NAMES or match.start() in listed
    )
    wholes = [match for match in _WHOLE.finditer(text) if _is_whole(match)]
    yield from (Person(*match.span("name"), "whole") for match in wholes if match["first"] in FIRST_NAMES)
    spans = sorted(extra, key=lambda span: span.start - span.end)
    yield from (Person(span.start, span.end, _how(text, span)) for span in spans)
    yield from (Person(*match.span("name"), "guess") for match in wholes)
    yield from (
        Person(*match.span("name"), "first") for match in _SINGLE.finditer(text) if match["name"] in FIRST_NAMES
    )
    yield from (person for person in _matches(text, _GUESSED, "guess") if _is_guess(text, person))
    yield from (Person(*match.span("name"), "guess") for match in _ROLED.finditer(text) if _is_name(match))
    yield from _in_small_letters(text)


def _in_roles(text: str, listed: AbstractSet[int]) -> Iterator[Person]:
    """ "Cliënt Jansen", "Tom's mum", "mw haddou"."""
    yield from (
        Person(*match.span("name"), "role")
        for match in _ROLED.finditer(text)
        if _is_name(match) and _is_name_after_role(match, listed=match.start("name") in listed)
    )
    yield from _matches(text, _IN_FORM, "role")
    for pattern, how in _SMALL_ONES:
        yield from (
            Person(*match.span(match.lastgroup or 0), how)
            for match in pattern.finditer(text)
            if _is_name(match)
            and (match.lastgroup != "her" or match["her"] in FIRST_NAMES or match.start("her") in listed)
        )


def _in_small_letters(text: str) -> Iterator[Person]:
    """First names in a text that somebody wrote without a capital, but for its first letter."""
    if text[1:] == text[1:].lower():
        yield from (Person(*match.span(), "first") for match in _LOWER.finditer(text) if match.group() in _LOWER_NAMES)


def _is_whole(match: re.Match[str]) -> bool:
    """Does it begin with a first name? "Storm Pieter" begins with a word that can be one."""
    first, last = match["first"], match["name"].split()[-1]
    return first in FIRST_NAMES or (first in DOUBTFUL and last not in FIRST_NAMES)


def _how(text: str, span: Span) -> How:
    return "whole" if " " in text[span.start : span.end].strip() else "first"


def _matches(text: str, pattern: re.Pattern[str], how: How) -> Iterator[Person]:
    yield from (Person(*match.span("name"), how) for match in pattern.finditer(text) if _is_name(match))


def _is_name(match: re.Match[str]) -> bool:
    words = (match[match.lastgroup or 0] if "more" in match.groupdict() else match["name"]).split()
    return bool(words) and (words[0] not in _NO_NAMES or (words[0] in {"De", "Van", "Het"} and len(words) > 1))


def _is_guess(text: str, person: Person) -> bool:
    """Neither "De Linde" nor "NU DE": two words that begin with a capital and go on small."""
    words = text[person.start : person.end].split()
    return words[0] not in _NO_NAMES and words[0].lower() not in {"van", "den", "ter", "ten"} and not words[0].isupper()


def _believed(text: str, person: Person) -> Person:
    """ "Gefeliciteerd Sanne Kuiper"; a choir can be congratulated too, so an unknown name needs more beside it."""
    first = text[person.start : person.end].split(maxsplit=1)[0]
    known = first in FIRST_NAMES or first in DOUBTFUL or "." in first
    return person if known else replace(person, how="first")


def _is_name_after_role(match: re.Match[str], *, listed: bool) -> bool:
    """ "Cliënt Jansen", "collega Floor"; not "klant Welzijn" nor "inwoner Amsterdam"."""
    words = match["name"].split()
    if not match["sure"] and match.string.startswith("'s ", match.end("name")):
        return False
    if len(words) > 1 and words[0] in {"Van", "De", "El", "Ten", "Ter", "Den"} and not _PLACE_WORD.fullmatch(words[-1]):
        return True
    if listed or words[0].strip(".") in FIRST_NAMES or "." in words[0]:
        return True
    if _PLACE_WORD.fullmatch(words[-1]) or (len(words) > 1 and _PLACE_WORD.fullmatch(words[0])):
        return False
    return bool(match["sure"])


def _is_no_person(text: str, person: Person, own: Iterable[str]) -> bool:
    """Is it a place, an institution, or a name that may be said?"""
    name = text[person.start : person.end]
    last = name.split()[-1]
    if _has_family_name(name):
        return _is_of_an_institution(text, person)
    if person.how != "title" and any(_PLACE_WORD.fullmatch(word) for word in name.split()):
        return True
    if any(said.casefold() in name.casefold() or name.casefold() in said.casefold() for said in own if said.strip()):
        return True
    if _PLACE_WORD.fullmatch(last) and (
        person.how != "title"
        or last.endswith(("straat", "laan", "plein", "weg", "Fonds", "Stichting", "School", "Trust"))
    ):
        return True
    return _is_of_an_institution(text, person)


def _has_family_name(name: str) -> bool:
    """ "Truus Kamphuis", "Kees Hoogland": a first name, and a surname that could be a place as well."""
    words = name.split()
    return len(words) > 1 and words[0] in FIRST_NAMES and bool(_LIKE_A_PLACE.fullmatch(words[-1]))


_LIKE_A_PLACE = re.compile(
    r"\w+(?<!zieken)(?<!gast)(?<!raad)(?<!stad)(?<!buurt)(?<!wijk)(?:huis|land|stad|burg|dorp|bank|polder|kring)"
)


def _is_of_an_institution(text: str, person: Person) -> bool:
    if person.how in {"title", "role"}:
        return bool(_NAMED_AFTER.search(text, max(0, person.start - 40), person.start))
    after = re.match(r"(?:'s)?[ -]([A-Z]?\w+)", text[person.end : person.end + 30])
    if after and after[1][0].isupper() and (_PLACE_WORD.fullmatch(after[1]) or person.how == "first"):
        return True
    before = text[max(0, person.start - 20) : person.start]
    if before.endswith("naar ") and text[person.start : person.end] in FIRST_NAMES:
        return False
    return bool(_PLACE_BEFORE.search(before)) and (
        person.how == "first" or not before.endswith(("uit ", "naar ", "in "))
    )
