"""Tells a post that only tries whether posting works from one that says something.

A try-out is short, and made of few words: those below, and hardly any other.
"""

import re

_WORD = re.compile(r"[^\W_]+")
# Any of these says that something is tried.
_TRIES = re.compile(
    r"\btest(?:je|jes|ing|en|post|bericht|berichtje|tweet|message)?\b|\btry-?\s?out\b|\bproef(?:bericht|post|je)\b"
    r"|\b(?:even|ff|effe|eventjes|snel) (?:kijken|zien|checken|proberen|testen|uitproberen) (?:of|hoe"
    r"|wat)\b|\bmag (?:dit |deze )?weg\b"
    r"|\b(?:please|pls|plz) ignore\b|\bignore (?:this|me)\b|\bnegeer\b|\bnegeren\b|\bkijken of (?:dit|het"
    r"|ie|inplannen|plannen|posten)\b"
    r"|\b(?:see|check|checking|testing|seeing|trying) (?:if|whether) (?:this|it|the|scheduling|posting)\b"
    r"|\bdoes this (?:thing )?work\b"
    r"|\bprobeersel(?:tje)?\b|^\W*hello,? world\W*$|\bhoort (?:u|je|jullie|iemand) m(?:e|ij)\b"
    r"|\bcheck,? check\b|\bniet publiceren\b|\bdo not publish\b"
    r""
    r"|^\W*(?:proef\W*){1,5}$|\bdummy\b|\bis dit ding aan\b"
    r"|\bis this (?:thing )?(?:on|working)\b|\bdoet (?:ie|hij|dit|het) het\b|\bwerkt (?:dit|ie|hij)\b",
    re.IGNORECASE,
)
_VOCABULARY = """
niet publiceren publish publicatie proefpost test testje testjes testing tests testen tester testpost
testbericht testberichtje testtweet tweet post posts bericht berichtje message proef proefbericht proefje
proberen uitproberen try trying out tryout even eventjes ff effe snel quick quickly dit is was een één maar
gewoon just only a the an this that thing it dat of ie hij t het de doet werkt werk werken kijken zien checken
check checking see seeing if whether does do works work working on one two twee drie mic hallo hello hoi hey hi
ok oke okay please pls plz ignore negeer negeren graag aub svp mag kan weg later zo straks weer verwijderen
verwijderd verwijder wordt gewist delete deleted deleting will be soon remove removed me mij not don reageren
react nodig van from vanuit via met with voor for aan to in op bij nieuwe new tool systeem system account kanaal
channel app planner planning plannen inplannen ingepland scheduling scheduled scheduler schedule posten posting
vierogen knop button koppeling connection nog steeds still again opnieuw nu now i we ik wij je you sorry thanks
bedankt dank haha lol eerste first tweede second derde third laatste last en and so dus hopelijk hoop hope nr
number
hoe eruitziet uitziet ding aan dummy
iets something tekst text probeersel probeerseltje letten opletten hoort u jullie iemand world deze om te
foto goed doorkomt
aankomt nummer einde end want naar ook too mn m n s
"""
_WORDS = frozenset(_VOCABULARY.split())
# Longer texts say something, and a try-out may name one or two things that are tried.
_MOST_WORDS = 16
_MOST_OTHERS = 1


def is_tryout(text: str) -> bool:
    """Does this only try whether posting works?"""
    if len(text) > 200:
        return False
    words = [word.casefold() for word in _WORD.findall(text)]
    if not 0 < len(words) <= _MOST_WORDS or not _TRIES.search(text):
        return False
    others = [word for word in words if word not in _WORDS and not word.isdigit()]
    return len(others) <= (_MOST_OTHERS if len(words) >= 5 else 0)
