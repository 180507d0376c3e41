"""Words by which a sentence says something private about somebody, in families; each line a piece of a pattern.

A family is written broadly: what counts is that a person who can be recognised stands beside the word.
"""

BODY = r"""
brandwond\w*|gewond\w*|letsel|injur\w+|burns|hartbewaking|longfoto|(?:mri|ct|pet)[- ]?scan|röntgen\w*|x-ray|biopsie
|biopsy
|bloed(?:onderzoek|uitslag|test)|drugstest|alcoholtest|gedronken|blies|bedplass\w+|in (?:(?:het|haar
|zijn) )?bed geplast|wet the bed
|luiers?|incontinentie\w*|matrasbeschermer|(?:kindje|baby|kind) verloren|(?:met|at) \w+ (?:weken|weeks)|lost (?:her
|the|their) baby
|depressi\w+|depri|depressed|burn-?outs?|overspannen|opgebrand|(?:her\s?sen|hart)(?:infarct|aanval|bloeding|letsel
|schudding|operatie|patiënt|klachten)\w*|beroerte|stroke|heart (?:attack|condition|failure|disease)|\w*kanker|cancer
|chemo\w*|bestral\w+|radiotherapy|tumou?r\w*|uitgezaaid\w*|uitzaaiing\w*|leukemie|leuka?emia|dement\w*|dementia
|alzheimer\w*|parkinson\w*|vergeetachtig|geheugen(?:problemen|verlies)|diabe\w+|suikerziekte|suikerpatiënt|epilep\w+
|autis\w+|asperger|adhd|(?-i:ADD)|pts[sd]|borderline|schizofre\w+|schizophren\w+|psychos\w+|psychotisch\w*|psychotic
|bipola\w+|manisch\w*|manic|su[iï]cid\w+|zelfmoord\w*|zelfdoding\w*|self-?harm\w*|zelfbeschadig\w+|snijdt zichzelf
|overdos\w+|anorexi\w+|bulimi\w+|eetstoornis\w*|eating disorder|\w*verslaafd\w*|verslaving\w*|addict\w*|alcoholi\w+
|junk(?:ie|s)?|afgekickt|afkick\w*|ontgift\w*|detox|rehab|sober|nuchter|drugs|coca[iï]ne\w*|heroïne|heroin|methadon\w*
|methadone|ghb|speed gebruikt|blowt|blowen|aan de (?:coke|speed|drugs|ghb|pillen|fles|dope|wiet|heroïne)|verslaafde
|alcohol\w*|(?:aan|van) de drank|zonder drank|drinkt te veel|drinkt weer|stomdronken|dronken|drunk\w*|drinking again
|drank(?:probleem|zucht|misbruik)\w*|drink(?:ing)? problem|relapse\w*|terugval|teruggevallen|clean|hiv|aids|soa
|hepatitis|tuberculose|tbc?|scabi[eë]s|schurft|covid|corona|astma|asthma|copd|reuma\w*|rheumat\w+|artrose|arthritis
|longemfyseem|long covid|chronisch\w*|chronic\w*|dialy[sz]\w+|hartfalen|pacemaker|blind|slechtziend\w*|slechthorend\w*
|doof|doofblind|dove|deaf|hard of hearing|hernia|whiplash|(?:gebroken|gekneusd\w*) (?:heup|been|arm|enkel|pols|nek|rug)
|(?:heup|been|arm|enkel|pols|nek) (?:gebroken|gekneusd)|broken? (?:\w+ )?(?:hip|leg|arm|ankle|wrist)|fractured?
|(?-i:MS)|(?-i:ALS)|spierziekte|ms-patiënt|miskraam|miscarr\w+|stillb\w+|doodgeboren|zwanger\w*|in verwachting
|hoogzwanger
|pregnan\w+|expecting (?:a|her|their|twins)|abortus|abortion|ivf|ongeneeslijk\w*|terminaal|terminale|terminal(?:ly)?
|palliatie\w+|palliative|euthanasie|euthanasia|uitbehandeld|stervende|op sterven|sterft|hospice
|(?:ligt|lag|beland\w*|terug|ontslagen|gebracht|vervoerd|moest|nog|weer|thuis|komt|kwam|is|zit|zat|sinds
|vanuit)(?: \w+){0,3} (?:in|uit|naar|van) het \w*ziekenhuis|(?:in|naar|uit|vanuit) (?:het|een) (?:\w+ )?\w*ziekenhuis
|\w*ziekenhuisopname|(?:in|from|into|to|out of|left|leaving) hospital|hospitali[sz]ed|intensive care|(?-i:IC)|op de ic
|ambulance|gereanimeerd|geopereerd|\w*operatie|(?:had|needs|after|for|having|awaiting|heart|hip|knee|brain
|eye) surgery|operated on|ziek|zieke|ziek(?:gemeld|gemelde|melding|jes)
|(?:ernstig|langdurig|erg|heel|al \w+) ziek|ziek thuis|ill|sick|unwell|poorly|off sick|sick leave|signed off|sectioned
|opgenomen|opname|\w*opname|crisisdienst|crisis ?team|crisis(?:groep|plaatsing|bed|situatie|afdeling)|ggz\w*|ggd-arts
|psychiat\w+|psycholo[og]\w*|psych|psychisch\w*|psychosoci\w+|praatgroep|\w*therapeut\w*|therap(?:ie|y|ist)|emdr
|counsell\w+|\w*ziekte|disease|illness|condition|syndroom|syndrome|down-?syndroom|\w*stoornis|disorder|medicatie
|medicijn\w*|pillen|medication|tablets|prescri\w+|insulin\w*|antidepress\w+|antipsychot\w+|ritalin\w*|oxazepam|morfine
|diagnos\w+|prognose|prognosis|\w*onderzoek naar (?:autisme|adhd)|rolstoel\w*|wheelchair\w*|scootmobiel|rollator
|\w*traplift|stairlift|walking frame|hoog-?laagbed|tillift|catheter|stoma|sonde|zuurstof(?:fles|apparaat)
|\w*gehandicapt\w*|handicap|disab(?:led|ility|ilities)|impaired|lichamelijke beperking|beperking|invalide
|invaliden\w+|verstandelijk\w*|laagbegaafd\w*|l?vb|laaggeletterd\w*|analfabe\w+|illiterate|kan niet lezen
|leerproblemen|learning (?:disability|difficult\w+)|special needs|bijzondere school|verward\w*|in de war|confused
|onbegrepen gedrag|mental (?:health|illness)|mentally|nervous breakdown|breakdown|zenuwinzinking|ingestort|inzinking
|meltdown|anxiety|angst(?:stoornis|aanval|klachten|ig)\w*|paniekaanval\w*|panic attack\w*|hoort stemmen|hear(?:s|ing)
voices|hallucin\w+|waanbeeld\w*|wanen|paranoi\w+|besmet|besmettelijk\w*|infected|tested positive|positief getest
|incontinent\w*|ondersteek|bedlegerig\w*|bedridden|valgevaar|gevallen en|is gevallen|valt (?:steeds|vaak|om)|had a fall
|fallen|overleden aan|died (?:of|from|by)|passed away|pleegde|end(?:ed|ing)? (?:his|her|their) (?:own )?life
|took (?:his|her|their) own life|kill(?:ed|ing)? (?:him|her)self|(?:eind\w*|einde) aan (?:zijn|haar|het) leven
|leven (?:beëindigd|beneemt|benomen)|niet meer (?:wil\w* )?leven|niet meer (?:verder )?(?:wil|wilde)
|levensmoe|dood wil\w*|wil(?:de)? dood|doodgaan|springen|van het dak|amputat\w+|amputee|geamputeerd|nierziekte
|dyslex\w+|trauma\w*|rouw(?:t|begeleiding|verwerking)|griev\w+|bereav\w+|transgender\w*|in transitie|genderpoli|gay
|lesbian|homo|lesbisch\w*|uit de kast|overgewicht|obes\w+|afgevallen|ondervoed\w*|malnourish\w*|blaas\w*ontsteking
|longontsteking|pneumonia|infectie|infection|allerg\w+|migraine|hoge bloeddruk|blood pressure|vruchtbaarheid\w*
|fertility|menopau\w+|overgang|eenzaam|eenzaamheid|lonely|verzuim\w*|bedrijfsarts|occupational health|re-?integr\w+
|arbeidsongeschikt\w*|medische keuring|slaapproblemen|insomnia|slaappillen|lijdt aan|suffer(?:s|ing)? from
|krijgt zorg|slecht ter been|doktersbezoek|bij de (?:dokter|huisarts|specialist|cardioloog|neuroloog|oncoloog)
|oncolog\w+|cardiolo\w+|neurolo\w+|gynaeco\w+|verloskund\w+|midwife|behandelplan|behandeld (?:voor|aan)|(?:onder
|in therapie en) behandeling|behandeling (?:voor|tegen)|treatment
|kliniek|clinic|wondzorg|wound care|huidziekte|eczeem|psoriasis|prikpil|anticonceptie|donor\w*|transplant\w+
"""

CARE = r"""
vroegsignalering|incassobureaus?|oogdruppels|eye drops|insuline|injections?|aan de zuurstof
|oxygen|zuurstoffles|(?:in|naar|to|at) (?:het |een |the |a |ons |our )?hospice
|palliatie\w*|palliative|discharged?|ready to go home|into our care|in our care|(?:on|at)
ward \d+|ward \d+|double-handed|hoist|tillift|veiligheidsplan|safety plan|from placement|strategy meeting|looked after
|blue badge|assisted collection|living allowance|(?:had|having) (?:his|her) (?:hip|knee|heart|cataract)\w*|korsakov
|vaccinatie\w*
|(?-i:BMR|DKTP|MMR|HPV)|(?-i:MRI)|(?-i:Wzd|WVGGZ|Wvggz)|gesloten afdeling|heropgenomen|terug uit het ziekenhuis
|drink limit|over the limit|WW (?:is|was|loopt)|uw WW|slaapt daarna|can't move|kan nog niet staan|bed- and chairbound
|krijgt \w+druppels|hoort slecht|ziet slecht|hard of hearing|slecht ter been|noodopvang|rolstoel
|wmo\w*|\w*wlz\w*|pgb\w*|zorgindicatie|\w*indicatie|thuiszorg\w*|wijkverpleeg\w+|home care|home help|care package
|care plan|zorgplan|zorgprofiel|zorgkantoor|zorgmijd\w+|zorgbehoev\w+|hulpbehoevend\w*|zorg nodig|needs care
|begeleid(?:e)? wonen|beschermd wonen|beschermde woon\w+|woonbegeleid\w+|ambulant\w*|begeleiding|begeleider\w*
|supported (?:living|housing)|sheltered housing|verpleeg(?:huis|tehuis|afdeling)|verzorgingshuis|verzorgingstehuis
|gesloten (?:afdeling|jeugdzorg|instelling|inrichting|plaatsing)|zorginstelling|inrichting|nursing home|care home
|respite|jeugdzorg\w*|jeugdhulp\w*|jeugdbescherm\w+|jeugdreclassering|jeugdige|uit ?huis ?geplaatst\w*
|uithuisplaats\w+|uithuisgeplaatst\w*|uit huis|taken into care|in care|leaving care|care leaver\w*|foster(?:ed|ing)?
|foster (?:care|carers?|child|home|family)|in pleegzorg|pleegzorg|pleeggezin\w*|pleegkind|pleegouder\w*|gezinshuis
|adopt(?:ed|ion|eerd|ie)\w*|onder(?:\s?toezicht\s?stell\w+| toezicht|toezicht\w*)|(?-i:OTS)|voogd(?:ij|ijzaak)?|onder
voogdij|gezinsvoogd\w*|omgangsregeling|custody|ouderlijk gezag|onder bewind\w*|bewindvoer\w+|bewind|curatele|curator
|mentorschap|social services|social (?:care|worker)|maatschappelijk (?:werk\w*|wer\w+)|kinderbescherming
|raad voor de kinderbescherming|kinderrechter|child protection|safeguard\w*|at risk|veilig thuis|kindermishandeling
|meldcode|keukentafelgesprek|dagbesteding|day centre|crisisopvang|maatschappelijke opvang|daklozenopvang|nachtopvang
|opvanglocatie|opvanghuis|naar de opvang|langs de opvang|bij de opvang|blijf-van-mijn-lijf\w*
|vrouwenopvang|safe house|women's (?:refuge|shelter|aid)|refuge|shelter|afasie|huishoudelijke hulp|hulp in de
huishouding|urgentie(?:verklaring|aanvraag|woning)?|gehoorapparaat|hearing aid|mantelzorg\w*|young carer\w*|carers?
|hulpverlen\w+|hulpvraag|wijkteam\w*|zorgvraag|zorgmelding|bemoeizorg|multiprobleem\w*|probleemgezin|leerplicht\w*
|spijbel\w+|truan\w+|thuiszitter\w*|schooluitval\w*|van school gestuurd|geschorst|expelled|excluded from school
|sociaal medische|medisch\w*|medical\w*|weggelopen|runaway|ran away|weggelopen|kinderen zonder|zonder bed
|aanpassing(?:en)? (?:in|aan) (?:haar|zijn|de) (?:huis|woning|badkamer)|woningaanpassing|douchestoel|steunkous\w*
|maaltijd(?:service|dienst)
|meals on wheels|alarmknop|personenalarm\w*|tafeltje-?dekje|valt onder (?:de )?(?:jeugdwet|wmo)|sgp|cjg
|casusoverleg|casus|casemanager|case ?worker|support worker|outreach
"""

MONEY = r"""
\w*bijstand\w*|in de ww|ww-\w+|\w*uitkering\w*|uitkeringsgerechtigd\w*|wajong\w*|wia|wao|ioaw|ziektewet
|participatiewet|leefgeld|zakgeld|budgetbeheer|budgetcoach|inkomensbeheer|beschermingsbewind|schuldeiser\w*
|benefits?|on the dole|universal credit|income support|(?-i:PIP)|attendance allowance|carer'?s allowance|jobseeker\w*
|housing benefit|disability allowance|sanction(?:ed|s)|\w*toeslag|toeslagen\w*|gedupeerd\w*|voedselbank\w*
|voedselpakket\w*
|food ?banks?|food parcels?|kledingbank|schuld(?:en\w*|sanering\w*|hulp\w*|regeling\w*|bemiddeling|probleem|problemen
|aflossing)?|\w+schuld(?:en)?|schuld van|in de schulden|wsnp|in debt|debts?|debt[- ]\w+|owes|owed|rood staan|staat rood
|geldproblemen|geldzorgen|money (?:problems|worries|troubles)|financiële (?:problemen|zorgen|nood)|deurwaarder\w*
|bailiffs?|dwangbevel\w*|dwangsom\w*|aanmaning\w*|wanbetal\w+|betaalt (?:haar|zijn|de) \w+ niet
|(?:huur|betalings|belasting|energie)?achterstand\w*|achterstallig\w*|arrears|rent arrears|loonbeslag|beslag\w*
|in beslag genomen|failliet|faillissement|bankrupt\w*|insolven\w+|repossess\w+|uithuiszett\w+|huisuitzett\w+
|uit (?:zijn|haar|hun) (?:huis|woning)|uit huis gezet|huis ?uitgezet|op straat gezet|evict\w+|\w*ontruim\w+
|afgesloten van (?:gas|stroom|energie|water)|dakloos|dakloze\w*|thuisloz?\w*|homeless\w*|zwerft|zwerver|zwerf\w+
|rough sleep\w*|slept rough|sleeping rough|sofa[- ]surf\w*|bankslaper|briefadres|geen (?:vaste )?(?:woon|verblijf)plek
|(?:slaapt|sliep|slapen|woont|leeft|leefde|bivakkeert|overnacht)(?: \w+){0,3} (?:op straat|in (?:zijn|haar|de|een|hun)
(?:auto|tent|portiek|park|schuur|busje|caravan|garage|fietsenstalling))|op straat (?:sliep|slaapt|leefde|gezet|beland)
|(?:sleep|slept|sleeping|liv\w+) (?:\w+ )?in (?:his|her|a|the|their) (?:car|van|tent|doorway|park|shed)
|op straat geslapen
|gok(?:t|ken|te|verslaa?[fv]\w*|schuld\w*|probleem|problemen|kast)|gambl\w+|energietoeslag|kwijtschelding\w*
|kwijtgescholden|minimaregeling
|minima|armoede|arm gezin|poverty|hardship|debt relief|debt plan|payment plan|betalingsregeling|in termijnen
|afbetal\w+|werkloos|werkloze|unemploy\w+|ontslagen|ontslag|op staande voet|sacked|made redundant|redundan\w+|laid off
|fired|bijzondere bijstand|kan (?:de|haar|zijn) (?:\w+ )?(?:huur|rekening\w*|energie\w*) niet|kan (?:het|dat) niet
betalen|can'?t (?:pay|afford)|cannot (?:pay|afford)|(?:can't|cannot|couldn't) pay|schuldenvrij|debt[- ]free
|teruggevorderd
|terugvorder\w+|te veel ontvangen|overpa(?:id|yment)|krijgt geen geld|tijdelijke huisvesting|temporary
(?:housing|accommodation)|inkomen van|verdient|salaris|salary|laag inkomen|low income|means[- ]tested|aow-gat
|alimentatie
|child support|alimony|wage|kale kip|bedelt|begging|zwart werk\w*|zwartwerk\w*|bijverdien\w+|bijgeklust
|maatwerkvoorziening|tegemoetkoming|collectieve zorgverzekering
"""

POLICE = r"""
slachtoffers?|victims?|zonder rijbewijs|mes bij zich|suspended|aangehouden|aanhouding|gearresteerd|opgepakt
|ingerekend|arrest\w*|arrestant|verdacht\w*|verdenking|suspect\w*|detained
|strafblad|criminal record|convictions?|\w*gevangenis\w*|bajes|gedetineerd\w*|prison\w*|jail\w*|behind bars|achter
(?:de )?tralies|in de cel|huis van bewaring|detentie|ex-?gedetineerd\w*|ex-?offender|offender|custody|zit (?:weer )?vast
|zat (?:\w+ )?vast|vast(?:gezeten|zit)|inside for|vrijgekomen|vrijgelaten|released from|celstraf|vastgezet
|veroordeeld\w*
|veroordeling|convict\w+|sentenced|taakstraf|community (?:service|payback)|werkstraf|voorwaardelijk\w*|halt-?straf
|bureau halt|haltafdoening|op heterdaad|caught (?:stealing|shoplifting|with|dealing)|charged with|on bail|bailed
|cautioned
|inbraak|inbreker|burgl\w+|beroofd|overval\w*|robb\w+|mishandel\w+|assault\w*|geslagen|sloeg|slaat|hit(?:s|ting)? (?:his
|her|him)|beaten|beats|huiselijk geweld|geweld\w*|domestic (?:abuse|violence)|violen\w+|huisverbod|bedreig\w+|threat\w+
|wapen\w*|vuurwapen\w*|knife|mes getrokken|stak|neergestoken|stabbed|gestalkt|stalk\w+|belaagd|lastig ?gevallen
|lastigvall\w+
|harass\w+|vechtpartij|gevochten|(?:vanwege|door|voor|met) (?:haar|zijn|een) ex|(?:gewelddadige|agressieve|violent
|abusive) ex(?:-\w+)?|ex-(?:man|vrouw|partner|vriend|husband
|wife|boyfriend)\w*|durft niet (?:naar huis|thuis|alleen)|niet veilig|onveilig thuis|afraid to go home|scared of
|bang voor (?:haar|zijn|hem|him)
|steelt|stal\b|jatte?|gejat|stealing|stole|diefstal|theft|shoplift\w*|winkeldie\w+|fraude\w*|fraudeur
|frauderen|fraud\w*|oplicht\w+|opgelicht|scammed|witwas\w+|heling|reclass\w+|probation|enkelband|\btag(?:ged)?\b
|misbruik\w*|abus\w+|verkracht\w*|aangerand\w*|aanranding|zedenzaak|zeden\w*|ontucht|rape\w*|sexual\w* \w+|groom(?:ed
|ing)
|pedo\w*|loverboy\w*|uitbuiting|exploit\w+|mensenhandel|traffick\w+|drugsdeal\w*|dealer|dealt|drug dealing
|drugs(?:pand|lab
|bezit)|wietplantage|\w*hennep\w*|wiet(?:plant\w*|kweker\w*|teelt|handel)?|cannabis (?:farm|factory|plants)|xtc\w*
|(?:onder|under) (?:the )?(?:invloed
|influence)|reed (?:onder invloed|dronken)|rijbewijs (?:kwijt|ingevorderd)|ingevorderd|rijontzegging|drink[- ]driv\w+
|drunk driv\w+|disqualified|door de politie|(?:by|with|from) (?:the )?police|politie (?:kwam|was|viel|staat|stond
|haalde|nam)
|police (?:came|were|are|called|attended|took|visited)|restraining order|contactverbod|straatverbod|gebiedsverbod
|winkelverbod
|uitgezet|uitzetting|deport\w+|asielzoek\w+|asielaanvraag|asylum\w*|ongedocumenteerd\w*|undocumented|illegaal
|uitgeprocedeerd\w*
|azc|vluchteling\w*|refugee\w*|statushouder\w*|verblijfsvergunning\w*|immigration status|tbs|huiszoeking|house search
|doorzoeking|inval|in scheiding|ligt in scheiding|vechtscheiding|scheiding|gescheiden|divorc\w+|jeugdinrichting
|vrijspraak|vrijgesproken|acquitted|bekeurd|strafzaak|\brecidiv\w+|veelpleger\w*|proces-verbaal|doorgereden|hit and run
|gevlucht voor|ondergedoken|geheim adres|extremis\w+|radicalis\w+|bende|gang member|aangifte tegen
|anti-?social behaviour
|asbo|woonoverlast|(?:geeft|veroorzaakt|bezorgt) (?:\w+ )?overlast|overlastgevend\w*
"""

# What happens to bodies, minds and homes, in everyday words.
EVERYDAY = r"""
gepest|pest(?:en|kop|erij)?|bull(?:ied|ying)|durft? niet (?:meer )?(?:naar|alleen|thuis|buiten)|bypass|revalid\w+
|rehabilitation|losing (?:his|her|their) (?:sight|hearing|memory|mind)|slechte ogen|ziet (?:bijna )?niets|plast|poept
|zindelijk\w*|(?:kinderen|kind|zoon|dochter) (?:\w+ ){0,4}geplaatst|dreig\w+|promille|(?:kamer|huis|woning) uit
|uit (?:haar|zijn) (?:kamer|huis|woning|flat)|dealt|drugs? verkoopt|van (?:zijn|haar) bed gelicht|lachgas|laughing gas
|no-?show|\w+(?:itis|ontsteking\w*|aandoening\w*|verlamming|scopie|ectomie|therapie|vergiftiging|stoornis|trauma)
|verlamd\w*|paraly[sz]ed|heup(?:breuk|prothese)|hartklachten|rugklachten|longklachten|psychische klachten|kwaal|infuus
|chemokuur|kuur|prik|vaccin\w*|spuit(?:en|je)?|injecti\w+|jab|bloedprikken|bloed geprikt|hartritme\w*|palpitations
|wond(?:en|je)?|wounds?|bult|uitslag van (?:de|het|haar|zijn)|test results|slecht nieuws van|goede uitslag|(?:uitslag
|afspraak) (?:van|voor) (?:de|een|haar|zijn) scan
|wordt (?:steeds )?vergeetachtig\w*|in de rouw|weduwe geworden|is alleen sinds|alleen achtergebleven|verlies van
|kan niet meer|niet meer uit bed|komt (?:niet|nauwelijks) (?:meer )?buiten|niet meer buiten|doet de deur niet open
|wil geen hulp|weigert (?:hulp|zorg|medicijnen|medewerking)|refuses (?:help|care|treatment)|verwaarloo?s\w*|neglect\w*
|vervuild\w*|hoarding|hoarder|verzamelwoede|stinkt|onverzorgd|geen vaste baan|zit zonder werk|zonder werk|out of work
|baan kwijt|lost (?:his|her) job|contract niet verlengd|geschorst|op non-actief|suspended|disciplin\w+|functioneert niet
|verbeterplan|zwanger\w*verlof|maternity|leave of absence|overwerkt|uitgevallen|thuiszitten|thuis zit|uit de roulatie
|verdenkt|vermoeden van|vermoedelijk mishandeld|bekende van de politie|known to (?:the )?(?:police|social services)
|bekend bij (?:\w+ )?(?:de )?(?:politie|wijkteams?|hulpverlening|ggz|veilig thuis|jeugdzorg)|signalering|zorgen om
|worried about
|zorgelijk|concerns about|melding gedaan|aangifte gedaan|gezocht (?:voor|wegens) (?:diefstal|mishandeling|fraude)
|wanted for|opsporing|voortvluchtig|ontsnapt
|vandalis\w+|vernield|vernieling\w*|graffiti gespoten|brand gesticht|brandstichting|arson|inbre\w+|insluip\w+
|heeft gestolen
|krijgt (?:extra |wekelijks )?(?:begeleiding|steun|hulp|geld|bijles|therapie|korting)|needs (?:help|support|a carer)
|gets (?:help|support|free)|struggl(?:es|ing) (?:with|to)|worstelt met|heeft moeite met|last van|klaagt over pijn|pijn
|in pain|moe en|vermoeid|uitgeput|exhausted|slaapt slecht|nachtmerries|nightmares|piekeren|trekt het niet|zit erdoorheen
|gaat slecht met|slecht gaat|niet goed gaat|gaat het niet goed|isn't coping|not coping|struggling
|\w+behandeling|hulp (?:bij|in|met) (?:het |de )?(?:\w+en|huishouden)|eerste hulp|spoedeisende hulp|(?-i:SEH)
|huisartsenpost|a&e|bevallen|keizersnede
|gave birth|in labour|kraam\w+|hechtingen|in het gips|in een gipsverband|op krukken|crutches|botbreuk|(?:nieuwe
|kunst) ?(?:heup|knie)
|(?:hip|knee) replacement|prothese|griep|koorts|flauwgevallen|fainted|collapsed|bewusteloos|unconscious|reanimatie
|seizures?
|verdronken|drowned|opvoedproblemen|gedragsproblemen|behavio\w+ (?:problems|issues)|schoolweiger\w+|hoofdluis|luizen
|nits|in therapie
|rechterlijke machtiging|zorgmachtiging|crisismaatregel|somber|piekert|huilt|stress|stressed|gestrest
|iets aan ?(?:te )?doen
|pillen geslikt|vergeet (?:haar|zijn|de|alles|steeds)|forgetful|dwaalt|dwaalde|verdwaald|wandering|wanders
|blauwe plekken|blauw oog|black eye
|bruises|bruised|klappen|schreeuwt|ruzie(?:t|s)? (?:met|thuis)|vreemd ?gegaan|affaire|affair|armoedegrens|jeugdfonds
|lening(?:en)?|loan shark|loans?
|cannot feed|niet te eten|geen eten|zonder (?:stroom|gas|water|eten|verwarming|geld|inkomen|papieren|bed)
|without (?:power|gas|food|heating|papers)
|(?:betaal\w*|betalen) (?:al |de |haar |zijn |hun )?(?:\w+ )?(?:niet|nooit)|niet betaald|hasn't paid|haven't paid
|behind (?:on|with) (?:\w+ )?rent
|notice to quit|free school meals|pupil premium|ehcp|sen support|ccj|verhoord|verhoor|ondervraagd|questioned by
|under caution|handboeien
|handcuff\w*|huisarrest|locked up|(?:is|went|back|been|he's|she's) inside|meegenomen (?:door|naar het bureau)
|op het politiebureau|kind(?:eren)? niet (?:\w+ )?zien
|see (?:his|her) (?:kids|children)|drink(?:t|s|en)? (?:zich|himself|herself|weer|te)|zuipt|hoist|nappies|care needs
|zorgvragen|persoonlijk faillissement
|wachtlijst voor (?:\w+ )?(?:behandeling|therapie|operatie|opname|woning)|loopt bij (?:de|een)|in behandeling bij
|kan niet meer (?:lopen|praten|alleen)
|(?:kan|can) (?:nauwelijks|barely|hardly) \w+|slecht ter been|niet meer alleen|aan bed|bij het douchen
|wassen en aankleden|washing and dressing
|huisverbod|buitenshuis geplaatst|gescheiden ouders|vecht\w*scheiding|abortus\w*|kinderloos|spraakles|logopedi\w+
|fysiotherap\w+|physio\w*
|remedial|dyscalculi\w+|zittenblijv\w+|dementerend\w*|mantelzorger|overprikkeld|hoogbegaafd|hechtingsstoornis
|oorlogstrauma|getraumatiseerd
"""

# Words that only show that a person is being dealt with.
DEALT_WITH = r"""
beschikking|besluit over|uitschrijving|inschrijving|ingeschreven|verwerkt|ontvangen|ingediend|vergunning|paspoort
|passport|rijbewijs|toestemming\w*
|aangemeld|afgemeld|opgezegd|formulier|machtiging|kopie|uitnodiging|zienswijze|handtekening|registered|processed
|signed|politie|police|zorg\w*|hulp|help|cli[eë]nt\w*|client\w*|dossier\w*|case file|file|aangifte|klacht\w*|klager
|complain\w*
|bezwaar\w*|aanvraag|aangevraagd|aanvragen|application|applied|refund\w*|teruggaaf|terugbetal\w+|boete\w*|fine|rekening
|account|traject|huisbezoek\w*|home visit|voogd|guardian|gezin|rechtbank|court|rechter|judge|geboren|geb\.|born
|begraf\w+
|overleden|died|school|examen|gezakt|schors\w+|suspended|inburger\w*|huurder|tenant|ziet er slecht uit|ruzie|thuis|home
|kwijt|inkomen|loon|woont|woonde|lives|lived|wajonger|taalles|toegekend|afgewezen|stopgezet|rejected|granted|hoorzitting
|gehoord worden|lintje|trouwd?e?n?|getrouwd|married|wedding|geslaagd|gefeliciteerd|jarig|birthday|jubil\w+|verhuis\w*
|moved|sleutel\w*|keys?|afspraak|appointment|wacht (?:nog|al|op)|waiting|gebeld|belt|belde|called|mailde|mailt|emailed
|langsgekomen|intake|huur\w*|rent\w*|betaal\w*|paid|pays|contract|sollicit\w+|interview|parkeer\w*|melding\w*|reported
"""

# Compounds that name a service, a law or a theme and say nothing of anybody.
SERVICES = r"""
(?:schuldhulp|debt|geldzorgen)[- ]?(?:team|verlening|maatje\w*|advice|advisers?|coach\w*)|schuldhulpmaatje\w*
|ggz-(?:week
|instelling)|zorgloket|wmo-(?:loket|raad|consulent|adviesraad|team)|ziekenhuispleintje|politie(?:bureau|team)
|corona(?:maatregel|regel|prik|test)\w*|alcoholvrij\w*|alcohol-free|hospital (?:radio|car park|road)
|clean (?:air|up|energy|streets?)|keep \w+ clean|opgenomen in de (?:krant|podcast|begroting|wet|agenda|lijst
|collectie|canon)
|dementievriendelijk\w*|dementia[- ]friendly|benefits? (?:from|of)|traumahelikopter|health benefits|opname(?:s
|studio) van
|(?:kinder|buitenschoolse |na-?schoolse )opvang|overgangs\w+|springkussen\w*|uitgezette? (?:route|koers|wandel\w*)
|(?:in|de) overgang naar|missing (?:link|manhole|sign)|air condition\w*|terms and conditions|weather conditions
|regenwateropvang|opvang van (?:regen)?water|waterberging|in good condition|speeltoestel\w*|conditie
"""
