import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.work import Work


@pytest.mark.parametrize(
    "text",
    [
        "pff mijn leidinggevende heeft weer een vergadering gepland om over vergaderen te praten, ik trek dit dus niet",
        "Derde reorganisatie in twee jaar en niemand weet wie de planning maakt",
        "Mijn baas snapt er weer niks van",
        "Ik haat mijn baan",
        "Zo klaar met deze afdeling",
        "Weer overwerken vandaag, zucht",
        "Wat een puinhoop op mijn afdeling",
        "Mijn collega's laten me weer alles doen, pfff",
        "Lekker georganiseerd hier",
        "Ik zoek echt een andere baan, ik wil hier weg",
        "Kutrooster weer deze week",
        "Niemand hier luistert naar ons",
        "Mag ik het weer alleen opknappen",
        "Fourth manager since Easter and still nobody has shown me how the case system works.",
        "Morale here is on the floor",
        "Bloody printer's eaten the minutes again",
        "I hate my job",
        "So sick of this office",
        "My boss is clueless again",
        "Another pointless meeting about meetings",
        "Management has no idea what we do",
        "This place is a shambles",
        "Overworked and underpaid",
        "My manager never answers, useless",
        "Weer een maandag vol zinloos overleg, ik hou het niet meer vol.",
        "Directie krijgt bonus, wij krijgen een kerststol. Lekker dan.",
        "Ik snap niet waarom ik hier nog werk",
        "Nooit een bedankje van de leiding",
        "Honestly can't wait to hand in my notice",
    ],
)
def test_a_complaint_about_work_is_shown(drafted: Drafted, text: str) -> None:
    [finding] = Work().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.message % finding.values
    assert text[finding.start : finding.end]


@pytest.mark.parametrize(
    "text",
    [
        "Onze collega's aan de balie helpen u graag",
        "Wij zoeken een manager dienstverlening (36 uur)",
        "Onze nieuwe directeur begint maandag",
        "De ICT-afdeling werkt aan een storing",
        "Werkdruk in de zorg: wethouder praat met verpleegkundigen",
        "Door drukte duurt het langer. Onze collega's doen hun best.",
        "De reorganisatie van de afdeling Burgerzaken is klaar",
        "Some weeks remind you why you do this job",
        "Our manager Priya retires on Friday after 30 years",
        "My job as a gritter driver: watch the film",
        "Ziek van de werkdruk? De vakbond helpt, woensdag in de Weverij.",
        "Hoe is het om hier te werken? Kom kijken op de open dag.",
        "De vergadering van de raad begint om 19.30 uur",
        "We're hiring: team leader for the library",
        "The printer in the library is broken. We expect a new one on Monday.",
        "De printer in de bibliotheek is stuk. Maandag komt er een nieuwe.",
        "Waarom we dit doen? Om de straat veiliger te maken.",
        "Bonus voor wie zijn dak vergroent: tot 500 euro subsidie.",
        "Bij ons werk je niet voor de baas, maar voor je stad. Bekijk onze vacatures.",
        "Nog 10 dagen tot de kerstmarkt!",
    ],
)
def test_news_about_work_passes(drafted: Drafted, text: str) -> None:
    assert list(Work().findings(drafted(text))) == []
