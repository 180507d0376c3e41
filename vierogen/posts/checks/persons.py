"""Who is spoken of in a plain text: names with what leads up to them, and people meant without a name.

A name alone is no secret. Mayors, speakers and people of history are named all day; so each person found says by
which words it was found, and whoever asks decides what that takes beside it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Literal

from vierogen.posts.checks.base import Span
from vierogen.posts.checks.first_names import FIRST_NAMES
from vierogen.posts.checks.plain import sentence_around

# Names looked at in one text; a list of more is no post.
_MOST = 2000
How = Literal["title", "role", "whole", "first"]

_CAP = r"(?:[A-Z]'(?=[A-Z]))?[A-ZÀ-ÖØ-ÞĀ-ŽƏȘ][^\W\d_]+(?:['-][^\W\d_]{2,}){0,3}"
_PART = (
    r"(?:[Vv]an|[Vv]on|[Dd]e|[Dd]er|[Dd]en|[Hh]et|[Tt]en|[Tt]er|[Tt]e|[Ee]l|[Aa]l|[Bb]in|[Bb]en|[Ii]bn|[Dd]u"
    r"|[Ll]a|[Ll]e|[Dd]i|[Dd]a|[Dd]os|'t|[Vv]\.?d\.?|[Vv]/d)"
)
_SURNAME = rf"(?:{_PART}[ ]){{0,3}}(?:[Ee]l-|[Aa]l-)?{_CAP}(?:[ ]?-[ ]?(?:{_PART}[ ]){{0,2}}{_CAP})?"
_INITIALS = r"(?:[A-Z](?:[a-z]h?)?\.[ ]?){1,4}"
_TITLE = (
    r"(?:mevrouw|mevr\.?|mw\.?|mej\.?|meneer|menere?|mijnheer|dhr\.?|(?:de )?heer|fam\.?|familie|mrs?\.?"
    r"|ms\.?|mister|mme\.?)"
)
_ROLE = (
    r"(?:cli[eë]nte?|bewo(?:ner|onster)|collega|leerling|pati[eë]nte?|inwo(?:ner|onster)|klant|buurman"
    r"|buurvrouw|inspreker|insprekster"
    r"|indien(?:er|ster)|kla(?:ger|agster)|aanvra(?:ger|agster)|huurder|huurster|statushouder|asielzoeker"
    r"|asielzoekster|verdachte|dader"
    r"|slachtoffer|mantelzorger|stagiaire?|pleegkind|pleegzoon|pleegdochter|peuter|kleuter|baby|pupil|student"
    r"|deelnemer|deelneemster"
    r"|bezwaarmaker|melder|vader|moeder|zoon|dochter|zoontje|dochtertje|broertje|zusje"
    r"|resident|client|patient|tenant|neighbour|colleague|applicant|claimant|complainant|suspect|offender"
    r"|victim|carer|care leaver"
    r"|trainee|service user|learner|driver|caller|appellant|foster child|son|daughter|mum|dad)"
)
# After these words comes a name, whatever it is.
_CALLED = (
    r"(?:heet(?:te)?|genaamd|luistert naar de naam|named|is called|gefeliciteerd|congratulations(?: to)?"
    r"|congrats(?: to)?|proficiat"
    r"|well done|op naam van|t\.?n\.?v\.?|in the name of|name of)"
)
_TITLED = re.compile(rf"(?<![\w])(?i:{_TITLE})[ ]{{1,2}}(?P<name>(?:{_INITIALS})?(?:{_CAP}[ ])?{_SURNAME})")
# Written in haste: "mw haddou", "mevrouw van dijk".
_SMALL = re.compile(
    r"(?<!\w)(?i:mw|mevr|dhr)\.?[ ](?P<name>(?:(?:van|de|der|den|el|ten|ter|v\.?d)[ ]){0,3}(?!van |de |die "
    r"|en |of |is |heeft )[a-zà-ÿ]{3,})(?!\w)"
    r"|(?<!\w)(?i:mevrouw|meneer)[ ](?P<more>(?:(?:van|der|den|el|ten|ter)[ ]){1,3}(?!de |het )[a-zà-ÿ]{3,})(?!\w)"
)
_ROLED = re.compile(rf"(?<!\w)(?i:{_ROLE})[ ]{{1,2}}(?P<name>(?:{_INITIALS}{_SURNAME}|{_CAP}(?:[ ]{_SURNAME})?))")
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

_OFFICES = (
    r"\w*burgemeesters?|\w*-burgemeester|\w*wethouders?|minister\w*|\w*raadslid|\w*voorzitter|\w*directeur"
    r"|\w*verpleegkundige|\w*agent|\w*adviseur|\w*consulent|\w*medewerker|\w*coach|\w*trainer|\w*docent"
    r"|\w*leider|premier|staatssecretaris|koning|koningin|prins|prinses|kroonprinses"
    r"|president|commissaris|gedeputeerde|raads(?:lid|leden|griffier)|fractievoorzitter|statenlid|kamerlid"
    r"|lijsttrekker|griffier"
    r"|gemeentesecretaris|dijkgraaf|voorzitter|directeur|directrice|bestuurder|woordvoerder|hoogleraar"
    r"|professor|prof\.|lector|dokter"
    r"|dr\.?|huisarts|arts|psycholoog|psychiater|verpleegkundige|wijkverpleegkundige|wijkagent|agent"
    r"|brandweercommandant|commandant|rechter|officier"
    r"|consulent|adviseur|coach|co[oö]rdinator|projectleider|onderzoeker|onderzoekster|docent|trainer"
    r"|wijkmanager|gebiedsmanager|boswachter|conservator"
    r"|kok|chef-kok|regisseur|acteur|actrice|zanger|zangeres|muzikant|pianist\w*|gitarist|dirigent|band"
    r"|cabaretier\w*|dj|artiest"
    r"|schrijver|schrijfster|auteur|dichter\w*|stadsdichter\w*|journalist\w*|columnist\w*|presentator"
    r"|presentatrice|kunstenaar|kunstenares|schilder|fotogra(?:af|fe)"
    r"|architect\w*|illustrator|historicus|historica|verhalenverteller|olympisch\w*|wielrenner|voetballer"
    r"|schaatser|schaatsster|judoka|kampioen\w*|ereburger|verzetsheld\w*|verzetsstrijd\w+|schrijvers"
    r"|uitvinder"
    r"|(?:gast)?spreker\w*|spreekster|ervaringsdeskundige|ambassadeur|gastheer|dominee|ds\.|pastoor|imam"
    r"|rabbijn|notaris|advocaat|bisschop|paus|sint|sinterklaas|generaal|admiraal|keizer|graaf|gravin"
    r"|mayor|(?:lord )?provost|councillors?|cllr\.?|alderman|ministers?|prime minister|secretary|mp|king"
    r"|queen|prince|princess|lord|lady|sir|dame|leader|chair(?:man|woman)?|director|chief executive|ceo"
    r"|spokes\w+|speakers?|prof|doctor|gp|nurse|officer|pc|inspector|superintendent|author|poet|novelist"
    r"|artist|singer|actor|actress|comedian|historian|broadcaster|presenter|composer"
    r"|curator|architect|photographer|coach|olympi\w+|paralympi\w+|champion|footballer|ambassador"
    r"|commissioner|vicar|bishop|reverend|rev\.?|saint|st|cabinet member|headteacher|librarian"
    r"|bibliothecar\w+|ranger|adviser"
)
_SPEAKS = (
    r"tipt|\w*voorstelling|circus|theater|musical|in première|zit(?:ten)? (?:voor (?:je|u) )?klaar|help(?:t"
    r"|en) (?:je|u|jou)(?!\w)|beantwoord\w*|onze collega's"
    r"|our (?:advisers|colleagues)|expositie|tentoonstelling|vertelt(?: u| je)? (?:over|hoe|waarom)"
    r"|vertelde? over|spreekt over|sprak over"
    r"|geeft (?:een )?(?:lezing|workshop|uitleg|les|tips|concert|college|cursus|rondleiding)|leest voor"
    r"|signeert|exposeert|treedt op|te gast"
    r"|schilderijen van|werk van|foto's van|muziek van|lezing (?:van|door)|workshop (?:van|door)|gastcollege"
    r"|optreden van|concert van|boek van|roman van"
    r"|film van|tentoonstelling|gedicht van|geschreven door|schreef|schilderde|interview met"
    r"|in gesprek met burgemeester|speelt in"
    r"|presenteert|verzorgt|leidt u rond|opent (?:de|het|vandaag|zaterdag)|will (?:speak|talk|read|perform"
    r"|answer your)|talks? (?:by|about)|speaks|lecture by|reading by|book by|novel by|film by|exhibition by"
    r"|concert by|performs"
    r"|standbeeld|statue of|vernoemd naar|named after|genoemd naar|born in 1[0-8]|eeuw|century|overleed in 1"
    r"|tijdens de oorlog|in de oorlog|herdenk\w+"
)
_OFFICE = re.compile(rf"(?<!\w)(?:{_OFFICES})(?!\w)", re.IGNORECASE)
_SPEAKER = re.compile(rf"(?<!\w)(?:{_SPEAKS})", re.IGNORECASE)
_LONG_AGO = re.compile(
    r"(?:(?<!\w)(?:in|uit|van|sinds|rond|anno|tot|from|since|by|of)[ ]|(?<!\d)[(–-])(?:1[0-8]\d\d"
    r"|19[0-4]\d)(?![\d-]|[ .]\d)",
    re.IGNORECASE,
)
_FAMOUS = re.compile(
    r"(?i:Anne Frank|Aletta Jacobs|Vincent van Gogh|Rembrandt|Johan Cruij?ff|Willem-Alexander|M[aá]xima"
    r"|Amalia|Nelson Mandela"
    r"|Martin Luther King|Multatuli|Erasmus|Willem Drees|Mark Rutte|Dick Schoof|Rob Jetten|Geert Wilders"
    r"|Keir Starmer|King Charles|Florence Nightingale|Johan de Witt"
    r"|Michiel de Ruyter|Annie M\.? ?G\.? Schmidt|Max Verstappen|Toon Hermans|Hannie Schaft|Jan Wolkers"
    r"|Alan Turing|William Shakespeare|Charles Dickens|Jane Austen"
    r"|Rosa Parks|Emmeline Pankhurst|Piet Mondriaan|Johannes Vermeer|Frans Hals|Jan Steen|Baruch Spinoza"
    r"|Ramses Shaffy|Andr[eé] Hazes|Paul van Vliet|Joke Smit|Freddy Heineken|Greta Thunberg|Donald Trump"
    r"|Joe Biden"
    r"|Jeroen Bosch|Jan Terlouw|Roald Dahl|Sint Maarten|Dick Bruna|Marie Curie|Albert Einstein|Malala"
    r"|Jacoba van Beieren|Willem van Oranje|Pieter de Hooch?|Charles Darwin|Isaac Newton|Ada Lovelace"
    r"|Winston Churchill)"
)
_PLACES_END = (
    r"straat|laan|plein|kade|steeg|gracht|singel|school|college|lyceum|ziekenhuis|kliniek|tunnel|zaal|dreef"
    r"|plantsoen|pad|huis"
    r"|prijs|stichting|fonds|toernooi|museum|theater|stadion|bibliotheek|polder|bokaal|cup|run|weg"
    r"|voedselbank|gemeente|vereniging|comit[eé]|club|parochie|revalidatie|kinder\w*|zorg\w*|buurt\w*|wijk\w*"
    r"|dorps?raad|fc|sv|vv|leger|groep|nummer|service|fonds"
)
_PLACE_WORD = re.compile(
    rf"\w*(?:{_PLACES_END})(?:en|je)?|Street|Road|Hall|Library|Hospital|Trust|Foundation|Awards?|Close|Avenue"
    rf"|Lane|House|Centre|Center|Park|Square"
    r"|Primary|Academy|Cup|Day|Week|Court|Gardens|Hub|Team|Hospice|Ward|Church|Theatre|Stichting|Fonds"
    r"|Festival|BV|B\.V|Wood|Hotel|Way|Drive|Grove|Rise|Infirmary|Surgery|Cathedral|Institute|Society|Project"
    r"|Bridge",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(
    r"(?<!\w)(?:stichting|basisschool|school|college|park|caf[eé]|zaal|restaurant|hotel|theater|museum|bibliotheek"
    r"|kliniek|ziekenhuis|huize|villa|molen|sporthal|gebouw|kerk|gemeente|provincie"
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


@dataclass(frozen=True)
class Person:
    """A name at ``start`` to ``end`` of a plain text, and ``how`` it was known for one.

    ``title``: after "mevrouw"; ``role``: after "cliënt", "heet"; ``whole``: first name or initials and surname;
    ``first``: a first name alone.
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
        if any(taken[person.start : person.end]):
            continue
        taken[person.start : person.end] = b"\1" * (person.end - person.start)
        if not _is_known(text, person, own):
            found.append(person)
    return tuple(sorted(found, key=lambda person: person.start))


def near(found: Sequence[Person], start: int, end: int) -> Sequence[Person]:
    """Those of ``found`` (in order) who are named between two places of the text."""
    first = bisect_left(found, start, key=lambda person: person.end)
    last = bisect_left(found, end, key=lambda person: person.start)
    return found[first:last]


def _candidates(text: str, extra: Sequence[Span]) -> Iterator[Person]:
    yield from _matches(text, _TITLED, "title")
    yield from (person for person in _matches(text, _ROLED, "role") if _is_name_after_role(text, person))
    yield from (Person(*match.span(match.lastgroup or 0), "first") for match in _SMALL.finditer(text))
    yield from (_believed(text, person) for person in _matches(text, _NAMED, "role"))
    yield from _matches(text, _INITIALLED, "whole")
    yield from (Person(*match.span("name"), "whole") for match in _WHOLE.finditer(text) if _is_whole(match))
    spans = sorted(extra, key=lambda span: span.start - span.end)
    yield from (Person(span.start, span.end, _how(text, span)) for span in spans)
    yield from (
        Person(*match.span("name"), "first") for match in _SINGLE.finditer(text) if match["name"] in FIRST_NAMES
    )


def _is_whole(match: re.Match[str]) -> bool:
    """Does it begin with a first name? "Storm Pieter" begins with a word that can be one."""
    first, last = match["first"], match["name"].split()[-1]
    return first in FIRST_NAMES or (first in DOUBTFUL and last not in FIRST_NAMES)


def _how(text: str, span: Span) -> How:
    return "whole" if " " in text[span.start : span.end].strip() else "first"


def _matches(text: str, pattern: re.Pattern[str], how: How) -> Iterator[Person]:
    for match in pattern.finditer(text):
        if not _NO_NAMES.issuperset(match["name"].split()[:1]) or match["name"].split()[0] in {"De", "Van", "Het"}:
            yield Person(*match.span("name"), how)


def _believed(text: str, person: Person) -> Person:
    """ "Gefeliciteerd Sanne Kuiper"; a choir can be congratulated too, so an unknown name needs more beside it."""
    first = text[person.start : person.end].split(maxsplit=1)[0]
    known = first in FIRST_NAMES or first in DOUBTFUL or "." in first
    return person if known else replace(person, how="first")


def _is_name_after_role(text: str, person: Person) -> bool:
    """ "Cliënt Jansen", "collega Floor"; not "klant Welzijn" nor "bewoner Amsterdam"."""
    words = text[person.start : person.end].split()
    if len(words) > 1 or "." in words[0]:
        return words[0].strip(".") in FIRST_NAMES or len(words[0]) < 4 or not _PLACE_WORD.fullmatch(words[-1])
    role = text[max(0, person.start - 12) : person.start].casefold()
    sure = re.search(r"(?:cli[eë]nte?|pati[eë]nte?|patient|leerling|verdachte|suspect) +$", role)
    return words[0] in FIRST_NAMES or bool(sure)


def _is_known(text: str, person: Person, own: Iterable[str]) -> bool:
    """Is it somebody whom everybody may name, or no person at all?"""
    name = text[person.start : person.end]
    last = name.split()[-1]
    if person.how != "title" and any(_PLACE_WORD.fullmatch(word) for word in name.split()):
        return True
    if any(said.casefold() in name.casefold() or name.casefold() in said.casefold() for said in own if said.strip()):
        return True
    if _PLACE_WORD.fullmatch(last) and (
        person.how != "title"
        or last.endswith(("straat", "laan", "plein", "weg", "Fonds", "Stichting", "School", "Trust"))
    ):
        return True
    return _is_of_an_institution(text, person) or _is_public(text, person)


def _is_of_an_institution(text: str, person: Person) -> bool:
    if person.how in {"title", "role"}:
        return False
    after = re.match(r"[ -]([A-Z]?\w+)", text[person.end : person.end + 30])
    if after and after[1][0].isupper() and (_PLACE_WORD.fullmatch(after[1]) or person.how == "first"):
        return True
    before = text[max(0, person.start - 20) : person.start]
    return bool(_PLACE_BEFORE.search(before)) and (
        person.how == "first" or not before.endswith(("uit ", "naar ", "in "))
    )


def _is_public(text: str, person: Person) -> bool:
    """Is the person there for an office, a talk or history?"""
    if _FAMOUS.search(text, max(0, person.start - 12), person.end + 12) or _has_office(text, person):
        return True
    sentence = sentence_around(text, person.start, person.end)
    # "Hij vertelt over zijn schulden": not a speaker on debt.
    if _HIS_OWN.search(sentence):
        return False
    return bool(_SPEAKER.search(sentence) or (_LONG_AGO.search(sentence) and not re.search(r"geb|born", sentence)))


_HIS_OWN = re.compile(
    r"(?<!\w)(?:zijn|haar|his|her)[ ](?:eigen |own |zware |zwangere )?(?:\w*schuld\w*|ziekte|verslaving"
    r"|depressie|kanker|uitkering|verleden"
    r"|detentie|herstel|debts?|illness|addiction|depression|cancer|recovery|benefits|arrest|burn-?out)(?!\w)",
    re.IGNORECASE,
)


def _has_office(text: str, person: Person) -> bool:
    """ "Wethouder De Jonge", "De Jonge, wethouder"; not "de wethouder bij mevrouw De Jonge"."""
    before = text[max(0, person.start - 45) : person.start]
    before = before[max(before.rfind(stop) for stop in (". ", "! ", "? ", "\n")) + 1 :]
    offices = list(_OFFICE.finditer(before))
    if offices and (before.rstrip().endswith(":") or not _OF_ANOTHER.search(before, offices[-1].end())):
        return True
    return bool(_OFFICE_AFTER.match(text, person.end, person.end + 60))


_OF_ANOTHER = re.compile(
    r"\b(?:van|of|for|aan|bij|voor|met|door)\b.*[,;]|\b(?:bij|for|voor|met|with|heeft|had|gaf|gave)\b", re.IGNORECASE
)
_OFFICE_AFTER = re.compile(rf"[ ]?[,(][^.!?]{{0,25}}?(?<!\w)(?:{_OFFICES})(?!\w)", re.IGNORECASE)


# Somebody without a name who can still be recognised by those around.
_SHE = r"(?:mevrouw|meneer|mijnheer|hij|zij|ze|hem|haar|he|she|him|her|madam)"
PRONOUN = re.compile(rf"(?<!\w)(?:{_SHE}|zijn|his|d'r|z'n)(?!\w)", re.IGNORECASE)
_SOMEBODY = (
    r"(?:\w+(?:meester|man|vrouw|baas|leider|leidster|houder|houdster)|man|vrouw|jongen|meisje|meneer|mevrouw"
    r"|heer|dame|buurman|buurvrouw|receptionist\w*|collega"
    r"|cli[eë]nte?|bewo(?:ner|onster)|leerling\w*|juf|meester"
    r"|moeder|vader|zoon|dochter|opa|oma|zus|broer|weduwe|weduwnaar|bakker|slager|conci[eë]rge|eigena(?:ar"
    r"|resse)|huurder|huurster|kapper|kapster|chauffeur|secretaresse"
    r"|vrijwillig(?:er|ster)|stagiaire?|leidinggevende|chef|baas|bode|portier|beheerder|teamleider|kok"
    r"|wijkagent|leraar|lerares|student\w*|directeur|voorzitter|penningmeester|trainer"
    r"|lady|woman|boy|girl|gentleman|neighbour|receptionist|colleague|caretaker|cleaner|client|resident"
    r"|tenant|pupil|mother|father|mum|dad|son|daughter|widow|teacher|lad|lass|fellow|gent|baker|butcher"
    r"|landlord|manager|driver"
    r"|volunteer|student|chap|bloke|guy)"
)
SOMEBODY = re.compile(
    rf"(?<!\w)(?:de|het|die|dat|deze|onze|ons|mijn|m'n|jullie|the|that|our|my"
    rf"|this)[ ](?:\w+[ ]){{0,2}}?{_SOMEBODY}(?!\w)",
    re.IGNORECASE,
)
_DETAIL = re.compile(
    r"(?:in|from|at)[ ](?!case|need|general)\w+[ ](?:is|has|was)|(?:op|boven|onder|naast|tegenover|aan|in|bij"
    r"|van|uit|met|from|at|above|below|opposite|next to|with|in"
    r"|on|of)[ ](?:de|het|the|nummer|number|nr\.?|no\.?|groep|huisnummer|year|kamer|room|flat)[ ]",
    re.IGNORECASE,
)


def is_pointed_out(text: str, start: int, end: int) -> bool:
    """Does what follows "the lady" say which one: "with the parrot above the chip shop", "op nummer 12"?"""
    after = text[end : end + 60]
    stop = re.search(r"[.!?\n]", after)
    return bool(_DETAIL.search(after[: stop.start() if stop else 60]))
