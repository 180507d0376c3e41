import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.private_talk import PrivateTalk


@pytest.mark.parametrize(
    "text",
    [
        "haha lekker aan het bier met de mannen, wat een avond weer 😂",
        "Kan iemand oppassen vanavond? Sjaak is ziek en ik heb sport",
        "Mijn vakantie is begonnen, doei allemaal, tot over drie weken!",
        "Net nieuwe schoenen gekocht, wat vinden jullie? 😍",
        "Schat, neem jij melk mee? Ik ben pas om zes uur thuis",
        "Schat ik ben wat later, haal jij Noor van zwemles en zet de oven vast aan? xx",
        "zit nu al drie uur op de bank met chips en The Bridge, beste zondag ooit",
        "Collega's, borrel vrijdag bij mij",
        "Ben volgende week vrij, dus probeer me niet te bereiken 😎",
        "Mam, kun je zaterdag op de kids passen?",
        "Ik mis je zo",
        "Ben bijna thuis, zet het eten vast op",
        "Lig nog lekker in bed",
        "Eindelijk weekend, wijntje erbij en netflix aan haha",
        "Mijn vriend heeft net een nieuwe hond haha zo lief",
        "Mum's asking whether you're bringing the pavlova or the trifle. Also I miss your face.",
        "Babe can you pick up milk on your way",
        "Running late, can you grab the kids from school?",
        "On my way home by six x",
        "Quiet evening on the terrace...",
        "Best night ever with my sister lol",
        "I'm so hungover",
        "love you too",
        "Ryan found two more 4 bottle packs of Dogfish Head's Midas Touch beer.... when we drink we do it right",
        "Netflix and pizza on my sofa tonight omg",
        "Ben er over 10 min, doe jij vast de deur open?",
        "Kan je me om 6 uur ophalen bij het station?",
        "Lieve schat, gefeliciteerd met je verjaardag!",
        "Running ten mins late, order me a flat white x",
    ],
)
def test_private_talk_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = PrivateTalk().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values
    assert (finding.end > 0) == ("found" in finding.values)


@pytest.mark.parametrize(
    "text",
    [
        "Kom jij ook naar de open dag? Neem je buren mee!",
        "Haal jij ook een gratis boom op?",
        "Fijn weekend allemaal!",
        "Mis je een container? Meld het.",
        "Wat vinden jullie van het nieuwe plein?",
        "Mijn Waalburg ligt eruit",
        "MijnOverheid is tijdelijk niet bereikbaar",
        "Ik ben wijkagent Sanne. Ik ben elke dinsdag in het wijkcentrum.",
        '"Mijn man werd ziek en ik wist niet waar ik moest beginnen", vertelt een mantelzorger.',
        "Wij hebben er zin in! De thee is heet 😊",
        "Op vakantie? Vraag op tijd een paspoort aan.",
        "Gezellig buurten bij de koffie",
        "Trots op het team van de bibliotheek ❤️",
        "De oven van het buurthuis is stuk",
        "Slaap lekker: tips van de GGD voor kinderen",
        "Moeder van drie zoekt taalmaatje",
        "Wie wil oppassen op opvangkinderen? Word gastouder.",
        "Love where you live: join the big tidy",
        "We love our volunteers ❤️",
        "Miss the bin collection? Tell us.",
        "My first week as mayor: I met the night shift at the depot.",
        "Pub quiz in the library on Friday",
        "Bed bugs? Call environmental health.",
        "It's sleepy time so we're off to hit the hay! See you at 8am for more",
        "Hoi Lisa, wat vervelend! Stuur je ons een privébericht?",
        "Zie je vlammen? Bel 112",
        "Trouwen kan ook op zaterdag",
        "Save the date: zaterdag 10 oktober",
        "Zaterdag taart, zondag soep",
        "Ik ga het voor je navragen, groet Sanne",
        "KOM JE OOK? Zaterdag is het feest",
        "Mam, pap, ga je mee naar de voorleesochtend in de bieb?",
        "Ik zie u graag op mijn spreekuur, elke woensdag. Burgemeester Van Oosten",
        "Date je online? Pas op voor oplichters.",
        "Kids, pak je zwembroek! Woensdag gratis zwemmen.",
        "Ben je ziek? Blijf thuis.",
        "Heb je vragen over je belasting? Ik help je graag, groet Sanne van het webcareteam",
        "Lieve oma, lieve opa: dinsdag is er voorleesontbijt in de bieb.",
        "Ben er snel bij: er zijn nog 12 plekken.",
        "Zullen we morgen samen wandelen? Verzamelen om 10.00 uur bij de kerk.",
        "Heb je gezien hoe Waalburg verandert? Bekijk de oude foto's.",
        "Heb jij dit jaar al geprikt? Ook als je zwanger bent kun je de griepprik halen.",
        "Save me a seat! Sign up for the pensioners' lunch.",
    ],
)
def test_an_official_post_passes(drafted: Drafted, text: str) -> None:
    assert list(PrivateTalk().findings(drafted(text))) == []


def test_a_number_in_private_talk_is_not_repeated(drafted: Drafted) -> None:
    [finding] = PrivateTalk().findings(drafted("Schat, kun je 123456782 even aan Bas geven"))
    assert "123456782" not in finding.message % finding.values
