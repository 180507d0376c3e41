"""People who are meant without a name: "the lady with the parrot", and he or she."""

import re

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
    r"|volunteer|student|chap|bloke|guy|postman|milkman|nurse|barber|hairdresser|waiter|waitress|shopkeeper|vicar"
    r"|uncle|aunt|nan"
    r"|grandma|grandad|sister|brother|friend|girlfriend|boyfriend|classmate|postbode|caissi[eè]re|kassi[eè]re"
    r"|tandarts|wijkzuster"
    r"|schoonmaker|schoonmaakster|monteur|boer|boerin|\w+boer|imam|dominee|pastoor|koster|badmeester|gymleraar"
    r"|\w*bu(?:ur|ren)"
    r"|stamgast|klasgenoot|klasgenote|vriend|vriendin|neef|nicht|nichtje|tante|oom|schoon(?:moeder|vader)|zwager"
    r"|schoonzus"
    r"|ober|serveerster|glazenwasser|tuinman|dirigent|organist|penningmeester|kind|baby|tweeling|gezin|stel"
    r"|echtpaar|family|couple|twins)"
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
