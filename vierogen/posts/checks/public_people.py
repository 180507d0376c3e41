"""Who may be named because of an office, a talk, or history."""

import re

from vierogen.posts.checks.plain import sentence_around

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
    r"|bibliothecar\w+|ranger|adviser|\w*arts|\w*therapeute?|verloskundige|jurist|\w*expert|\w*deskundige|docente"
    r"|\w*specialiste?"
)
_SPEAKS = (
    r"motie van|amendement|initiatief van|fractie|wist u dat|wist je dat|did you know|tipt|\w*voorstelling|circus"
    r"|theater|musical|in première|zit(?:ten)? (?:voor (?:je|u) )?klaar|help(?:t"
    r"|en) (?:je|u|jou)(?!\w)|beantwoord(?:t|en) (?:al )?(?:je|uw|jouw|vragen)|onze collega's"
    r"|our (?:advisers|colleagues)|expositie|tentoonstelling|vertelt(?: u| je)? (?:over|hoe|waarom)"
    r"|vertelde? over|spreekt over|sprak over"
    r"|geeft (?:een )?(?:lezing|workshop|uitleg|les|tips|concert|college|cursus|rondleiding)|leest voor"
    r"|signeert|exposeert|treedt op|te gast"
    r"|(?:schilderij(?:en)?|beeld|tekening(?:en)?|prent(?:en)?) van|werk van|muziek van|lezing (?:van|door)"
    r"|workshop (?:van|door)|gastcollege"
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


def is_public(text: str, start: int, end: int) -> bool:
    """Is the person there for an office, a talk or history?"""
    if _FAMOUS.search(text, max(0, start - 12), end + 12) or _has_office(text, start, end):
        return True
    sentence = sentence_around(text, start, end)
    if _PARTY.match(text, end) or _SHOW.search(text, max(0, start - 70), end + 50):
        return True
    # "Hij vertelt over zijn schulden": not a speaker on debt.
    if _HIS_OWN.search(sentence):
        return False
    return bool(_SPEAKER.search(sentence) or (_LONG_AGO.search(sentence) and not re.search(r"geb|born", sentence)))


_PARTY = re.compile(
    r"[ ]\((?:VVD|D66|CDA|PvdA|GroenLinks|GL|SP|PVV|CU|ChristenUnie|SGP|Volt|PvdD|BBB|JA21|FvD|Denk|DENK|NSC|50PLUS"
    r"|Labour|Lab"
    r"|Con\w*|Lib Dem\w*|Green\w*|SNP|[A-Z]\w+ ?[Bb]elang)"
)
# What is announced with somebody in it, also in the sentence before.
_SHOW = re.compile(
    r"(?<!\w)(?:\w*theater|toneel\w*|cabaret\w*|\w*conference|concert\w*|musical|film|lezing|optreden|expositie"
    r"|album|top \d+"
    r"|marathon|wint|winnaar|winner|wins|kampioen\w*|tickets|kaarten|lecture|gig|comedy|toernooi|scoorde|scored)(?!\w)",
    re.IGNORECASE,
)
_HIS_OWN = re.compile(
    r"(?<!\w)(?:zijn|haar|his|her)[ ](?:eigen |own |zware |zwangere )?(?:\w*schuld\w*|ziekte|verslaving"
    r"|depressie|kanker|uitkering|verleden"
    r"|detentie|herstel|debts?|illness|addiction|depression|cancer|recovery|benefits|arrest|burn-?out)(?!\w)",
    re.IGNORECASE,
)


def _has_office(text: str, start: int, end: int) -> bool:
    """ "Wethouder De Jonge", "De Jonge, wethouder"; not "de wethouder bij mevrouw De Jonge"."""
    before = text[max(0, start - 45) : start]
    before = before[max(before.rfind(stop) for stop in (". ", "! ", "? ", "\n")) + 1 :]
    offices = list(_OFFICE.finditer(before))
    if offices and (before.rstrip().endswith(":") or not _OF_ANOTHER.search(before, offices[-1].end())):
        return True
    return bool(_OFFICE_AFTER.match(text, end, end + 60))


_OF_ANOTHER = re.compile(
    r"\b(?:van|of|for|aan|bij|voor|met|door)\b.*[,;]|\b(?:bij|for|voor|met|with|heeft|had|gaf|gave|dealt|is|was"
    r"|zegt|meldt|zag|belt|kent|wil|moet|kan|krijgt|vond|haalde|said|says|has|saw|told)\b",
    re.IGNORECASE,
)
_OFFICE_AFTER = re.compile(rf"[ ]?[,(][^.!?]{{0,25}}?(?<!\w)(?:{_OFFICES})(?!\w)", re.IGNORECASE)
