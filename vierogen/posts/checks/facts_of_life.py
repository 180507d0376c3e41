"""Words by which a sentence says something private about somebody: care, debt, benefits, police.

``TOLD`` are facts in themselves; ``NEAR`` are words that only show that a person is being dealt with.
"""

import re

_BODY = (
    r"depressi\w+|depressed|burn-?outs?|overspannen|(?:her\s?sen|hart)(?:infarct|aanval|bloeding)\w*|beroerte|stroke"
    r"|heart attack|\w*kanker|cancer|chemo\w*|bestral\w+|tumou?r\w*|uitgezaaid|dement\w*|dementia|alzheimer\w*"
    r"|parkinson\w*|diabe\w+|suikerziekte|epilep\w+|autis\w+|adhd|pts[sd]|borderline|schizofre\w+"
    r"|schizophren\w+|psychos\w+"
    r"|psychotisch\w*|psychotic|bipola\w+|su[iï]cid\w+|zelfmoord\w*|zelfdoding\w*|self-harm\w*|overdos\w+|anorexi\w+"
    r"|eetstoornis\w*|\w*verslaafd\w*|verslaving\w*|addict\w*|afgekickt|afkick\w*|rehab|sober|nuchter|drugs|alcohol\w*"
    r"|(?:aan|van) de drank|zonder drank|drinkt te veel|drinking again"
    r"|drank(?:probleem|zucht)\w*|drink(?:ing)? problem|relapse\w*|terugval|clean|hiv|aids|covid|corona|astma"
    r"|asthma|copd|reuma\w*|longemfyseem|dialyse"
    r"|hartfalen|blind geworden|hernia|gebroken (?:heup|been|arm|enkel)|broken (?:hip|leg|arm)|heupoperatie"
    r"|miskraam|miscarriage|zwanger\w*|pregnant|abortus|abortion|ongeneeslijk\w*|terminaal|terminal(?:ly)?|hospice"
    r"|(?:ligt|lag|beland\w*|terug|ontslagen|gebracht|vervoerd|moest|nog|weer|thuis|komt|kwam|is|zit"
    r"|zat)(?: \w+){0,3} (?:in|uit|naar|van) het \w*ziekenhuis|naar het ziekenhuis|(?:in|from|into|to"
    r"|out of) hospital|intensive care|geopereerd|\w*operatie|surgery|ziek(?:gemeld|gemelde|melding)?"
    r"|ernstig ziek"
    r"|seriously ill|off sick|sick leave|sectioned|opgenomen|opname|ggz|psychiat\w+|psycholo[og]\w*"
    r"|therap(?:ie|y)|counselling"
    r"|\w*ziekte|\w*stoornis|medicatie|medicijn\w*|medication|insulin\w*|antidepress\w+|diagnos\w+"
    r"|rolstoel\w*|wheelchair\w*"
    r"|scootmobiel|traplift"
    r"|stairlift|gehandicapt\w*|handicap|disab(?:led|ility)|beperking|invalide|verstandelijk\w*|verward\w*"
    r"|mental health|breakdown|zenuwinzinking|besmet|infected|paniekaanval\w*|panic attack\w*|incontinent\w*"
    r"|overleden aan"
    r"|passed away|amputat\w+|geamputeerd|nierziekte|dyslex\w+|trauma\w*"
)
_CARE = (
    r"wmo\w*|wlz|pgb|zorgindicatie|indicatie|thuiszorg|home care|care package|begeleid wonen|beschermd wonen"
    r"|verpleeghuis|verzorgingshuis|nursing home|care home|jeugdzorg|jeugdbescherm\w+|uit huis geplaatst\w*"
    r"|uithuisplaatsing|taken into care|in care|foster care|in pleegzorg|pleeggezin"
    r"|onder(?:\s?toezicht\s?stelling| toezicht)"
    r"|voogdij|onder voogdij|onder bewind\w*|bewindvoer\w+|curatele|social services|social worker"
    r"|maatschappelijk werker"
    r"|kinderbescherming|child protection|safeguarding|keukentafelgesprek|dagbesteding|crisisopvang"
    r"|maatschappelijke opvang|daklozenopvang|nachtopvang"
    r"|blijf-van-mijn-lijf\w*"
    r"|vrouwenopvang|women's refuge|refuge|afasie|huishoudelijke hulp|urgentieverklaring|gehoorapparaat"
)
_MONEY = (
    r"bijstand\w*|\w*uitkering\w*|wajong\w*|wia|participatiewet|leefgeld|zakgeld|budgetbeheer"
    r"|beschermingsbewind|schuldeiser\w*|benefits?|universal credit|pip|housing benefit"
    r"|disability allowance|toeslagenaffaire|voedselbank\w*|voedselpakket\w*|food ?bank|food parcels?"
    r"|schuld(?:en|sanering"
    r"|hulp\w*|regeling|bemiddeling|probleem|problemen)?|wsnp|in debt|debts?|deurwaarder|bailiffs?|(?:huur"
    r"|betalings|belasting)?"
    r"achterstand\w*|arrears|loonbeslag|beslag|failliet|faillissement|bankrupt\w*|insolven\w+|uithuiszetting"
    r"|huis ?uitgezet|evict\w+"
    r"|ontruim\w+|dakloos|dakloze|homeless\w*|op straat (?:sliep|slaapt|leefde|gezet)|op straat geslapen"
    r"|(?:slaapt|sliep|leeft|leefde|slapen)(?: \w+){0,3} op straat|slept rough|sleeping rough"
    r"|rough sleep\w*|gokverslav\w+|gambl\w+|energietoeslag|kwijtschelding|minimaregeling|hardship"
    r"|debt relief|werkloos|unemployed"
    r"|ontslagen|bijzondere bijstand|kan (?:de|haar|zijn) huur niet|schuldenvrij|debt[- ]free"
    r"|tijdelijke huisvesting|temporary housing"
)
_POLICE = (
    r"aangehouden|gearresteerd|opgepakt|arrest\w*|verdacht\w*|suspect\w*|strafblad|criminal record|\w*gevangenis"
    r"|bajes|prison|jail"
    r"|in de cel|detentie|zit (?:weer )?vast|vrijgekomen|vrijgelaten|celstraf|vastgezet|veroordeeld\w*"
    r"|veroordeling|convict\w+|sentenced|taakstraf|community service|werkstraf"
    r"|inbraak|burglary|mishandel\w+|assault\w*|huiselijk geweld|domestic (?:abuse|violence)|huisverbod"
    r"|gestalkt|stalk\w+|vechtpartij"
    r"|gestolen|stealing|stole|stolen|diefstal|theft|shoplift\w*|winkeldief\w*|fraude\w*|frauderen|fraud"
    r"|reclassering|probation|enkelband|misbruik\w*|abus\w+|verkracht\w*"
    r"|aangerand|rape\w*|drugsdeal\w*|dealer|drug dealing|wietplantage|hennep\w*|reed onder invloed"
    r"|drink[- ]driving|door de politie|by (?:the )?police"
    r"|restraining order|contactverbod|straatverbod|uitgezet|deported|asielzoeker|asylum\w*"
    r"|verblijfsvergunning|tbs|huiszoeking|in scheiding|jeugdinrichting|vrijspraak|drugsbezit|bekeurd|strafzaak"
)
_DEALT_WITH = (
    r"politie|police|opvang|shelter|zorg\w*|hulp|help|cli[eë]nt\w*|client\w*|dossier\w*|case file|file"
    r"|aangifte|klacht\w*|klager|complain\w*|bezwaar\w*"
    r"|aanvraag|aangevraagd|application|refund\w*|teruggaaf|terugbetal\w+|boete\w*|fine|rekening|account"
    r"|traject|huisbezoek\w*"
    r"|home visit|wijkteam|jeugdhulp|mantelzorg\w*|carer|rechtbank|court|rechter|judge|voogd|guardian|gezin"
    r"|scheiding|gescheiden|divorc\w+"
    r"|geboren|geb\.|born|begraf\w+|overleden|died|school|examen|gezakt|schors\w+|geschorst|suspended"
    r"|inburger\w*|statushouder|refugee\w*|huurder"
    r"|tenant|overlast|nuisance|ziet er slecht uit|eenzaam|lonely|ruzie|thuis|home|kwijt|vermist\w*|missing"
    r"|inkomen|salaris|salary|loon|woont|lives"
    r"|noodopvang|zwerft|wajonger|taalles|zwerver|toegekend|afgewezen|stopgezet|rejected|granted|hoorzitting"
    r"|gehoord worden|lintje"
)
# Compounds that name a service, a law or a theme and say nothing of anybody.
_SERVICES = (
    r"(?:schuldhulp|debt|geldzorgen)[- ]?(?:team|verlening|maatje\w*|advice|advisers?|coach\w*)|ggz-(?:week|instelling)"
    r"|zorgloket|wmo-(?:loket|raad|consulent|adviesraad|team)|ziekenhuispleintje|politie(?:bureau|team)"
    r"|corona(?:maatregel|regel|prik|test)\w*"
    r"|alcoholvrij\w*|alcohol-free|hospital (?:radio|car park|road)|clean (?:air|up|energy|streets?)"
    r"|keep \w+ clean|opgenomen in de (?:krant|podcast|begroting|wet|agenda|lijst|collectie|canon)"
    r"|dementievriendelijk\w*|dementia[- ]friendly|benefits? (?:from|of)|traumahelikopter|health benefits"
)
TOLD = re.compile(rf"(?<![\w-])(?:{_BODY}|{_CARE}|{_MONEY}|{_POLICE})(?!\w)", re.IGNORECASE)
NEAR = re.compile(rf"(?<!\w)(?:{_DEALT_WITH})(?!\w)", re.IGNORECASE)
SERVICES = re.compile(rf"(?<!\w)(?:{_SERVICES})(?!\w)", re.IGNORECASE)


def private_facts(text: str) -> list[tuple[int, int]]:
    """The places of words in ``text`` that would say something private, were they about a person."""
    if not TOLD.search(text):
        return []
    bare = SERVICES.sub(lambda match: " " * len(match.group()), text)
    return [match.span() for match in TOLD.finditer(bare)]
