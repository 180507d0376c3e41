import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.anger import Anger
from vierogen.posts.checks.base import Tier


@pytest.mark.parametrize(
    "text",
    [
        "Wéér iemand die zijn bankstel naast de glasbak zet. Knap hoor, u kunt wel tillen maar niet lezen.",
        "Ach gossie, moest u wel twintig minuten wachten? Wat een drama.",
        "Lees eerst eens de brief voor je loopt te klagen.",
        "Hou je mond als je er niks van weet",
        "Ga toch fietsen",
        "Wat een stelletje idioten daar",
        "Bent u nou echt doof?",
        "Kunt u niet lezen?",
        "U bent gewoon te lui om te bellen",
        "Schaam je!",
        "Ik ben het helemaal zat",
        "We zijn er nu echt klaar mee",
        "Hoe moeilijk kan het zijn?",
        "Interesseert ons echt niks",
        "Wie denkt u wel dat u bent?",
        "Bemoei je met je eigen zaken",
        "Eigen schuld, dikke bult",
        "Altijd maar klagen over de bussen",
        "Wat een gezeur weer",
        "Kijk er nu al naar uit naar 't verwijderen van die zwervers!",
        "Dit soort mensen leert het nooit",
        "Spuugzat",
        "Oh, what a surprise, another complaint. Do you people ever go outside?",
        "Learn to read!",
        "Get a life",
        "Cry me a river",
        "Shut up already",
        "What is wrong with you people",
        "How dare you",
        "We are sick and tired of this",
        "Who do you think you are?",
        "Bunch of idiots",
        "Serves them right",
        "Too lazy to read the sign?",
        "Well done, genius",
        "In your face S&P #bim",
        "Can't. Deal. With. The. Blathering.",
        "Nobody asked you",
        "Stop whining",
        "fed up of dirty homo's",
        "How hard can it be?",
        "We hebben het nu al tien keer uitgelegd. Het wordt vermoeiend.",
        "Fijn dat u de tijd heeft om hier de hele dag te reageren.",
        "Prima, dan lossen jullie het toch zelf op?",
        "Zo, heb je je zin? De speeltuin is nu dicht.",
        "U had het ook gewoon kunnen vragen in plaats van te schreeuwen.",
        "Blijkbaar is een bordje lezen te veel gevraagd.",
        "Honestly, what more do you want from us?",
        "We've explained this ten times already.",
    ],
)
def test_a_hot_head_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = Anger().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values
    assert text[finding.start : finding.end]


@pytest.mark.parametrize(
    "text",
    [
        "Boos over troep naast de container? Snappen we.",
        "Knap hoor, die 84 vrijwilligers!",
        "Fijn dat u er was!",
        "Niet doen: afval naast de container zetten kost 104 euro.",
        "Wat een feest was het gisteren in de Weverij",
        "Heeft u een klacht? Dien die in via de website.",
        "Kort zat is ons motto",
        "Wij zijn boos en verdrietig om het geweld tegen hulpverleners.",
        "Stop met roken? Wij helpen.",
        "Blijf van onze hulpverleners af. Geweld melden wij altijd.",
        '"Hou je mond", riep hij. Wat doe je dan? Training voor ouders.',
        "Agressie? Bel de politie.",
        "Ben je het zat dat je fiets in de weg staat? Meld het.",
        "Some people need a little more time. We'll wait.",
        "Grow your own vegetables",
        "Read the letter first, then call us.",
        "Learn to read and write with our volunteers",
        "Not our usual opening hours this week",
        "We know how hard it is to ask for help.",
        "Another great day at the pool!",
        "Leer lezen en schrijven in het taalhuis",
        "Trots op ons team. Wat een prestatie!",
        "Kunt u de brief niet goed lezen? Vraag om hulp bij de balie.",
        "Lees eerst de voorwaarden.",
        "Fijn dat je de tijd hebt genomen om de vragenlijst in te vullen!",
        "Voor de laatste keer dit jaar: de zomermarkt.",
        "Word zelf buurtbemiddelaar: de training start op 12 januari.",
        "Luister gewoon eens naar een ander: dat is het thema van de Week van de Dialoog.",
        "Onze boa's krijgen steeds vaker te maken met schelden en spugen. Dat is niet normaal.",
        "Je kunt nu ook gewoon bellen in plaats van te mailen.",
        "Geen van jullie heeft ons vergeten: 1.200 kaartjes voor ouderen!",
        "Some of you have asked about the bins. Here's the answer.",
        "Get out more this winter: free guided walks every Sunday.",
        "I explained the new bins ten times today, and I loved every chat, says Bill.",
    ],
)
def test_a_friendly_or_firm_post_passes(drafted: Drafted, text: str) -> None:
    assert list(Anger().findings(drafted(text))) == []
