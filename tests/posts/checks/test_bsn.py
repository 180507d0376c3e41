import pytest

from tests.posts.checks.conftest import Drafted
from tests.posts.checks.saying import found, place, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.bsn import Bsn

FOUND = [
    "BSN: 725763863",
    "Mijn bsn is 162275869, kunt u het nakijken?",
    "Goedemiddag, ik mis het bsn (192.285.142) van de aanvrager in het formulier.",
    "burgerservicenummer 6881 36 138 staat dubbel in de BRP",
    "Kan iemand b.s.n. 987-825-707 opzoeken?",
    "Het BSN-nummer van mijn dochter luidt 688136138.",
    "Sofinr. 864 623 112, afgegeven in 1994.",
    "Dank u! Met bsn-nr 321146487 vinden we uw dossier.",
    "187891151 (bsn) graag koppelen aan de aanvraag",
    "883235912 is haar BSN, zet jij het in Suite?",
    "Cliënt 178598835 krijgt vanaf maandag begeleiding.",
    "Inwoner met nummer 467279627 wacht al drie weken op de Wmo.",
    "Mevrouw De Boer, 738199795, komt om tien uur.",
    "B S N 1 7 3 8 3 3 6 5 2? Nee: BSN 1 7 3 8 3 3 6 5 2 klopt niet, het is bsn 173833652.",
    "BSN 8\u00ad1\u200b3128006 doorgeven aan de Sociale Verzekeringsbank",
    "bsn：８３１４７２８４４ staat op de lijst",
    "Please check BSN 527239380 for our new colleague from Spain.",
    "His citizen service number is 545921235, can you add it?",
    "Social security number 262455407 was rejected by the system.",
    "Burgerservicenummers: 732566551 en 382122033",
    "dossier 826064310 ligt op mijn bureau, kan jij het afmaken",
]
PASSED = [
    "Een BSN heb je nodig voor zorg, werk en school.",
    "Nooit je BSN in een reactie zetten! Bel 14 0123.",
    "Zaaknummer 725763863: de kap van drie eiken in het Stadspark.",
    "Uw ordernummer 162275869 is verzonden.",
    "RSIN 192285142, ANBI-status sinds 2011.",
    "De factuur met kenmerk 928862021 klopt niet; u krijgt een nieuwe.",
    "Vergunning 987825707 ligt zes weken ter inzage in de hal.",
    "KvK 72576386, vestigingsnummer 000016227586.",
    "Bij het aanvragen vult u uw BSN in en het vorderingsnummer 688136138.",
    "Zo ziet een BSN eruit: negen cijfers, bijvoorbeeld 864623112.",
    "BSN 123456789 bestaat niet.",
    "Opbrengst van de collecte: € 321146487? Nee hoor, € 3.211,46.",
    "Het project kost 187.891.151 euro, verspreid over tien jaar.",
    "Barcode 883235912 scannen bij de milieustraat.",
    "Klantnummer 178598835 hoort bij de oude afvalpas.",
    "Planning application 467279627 was approved on Tuesday.",
    "Charity number 738199795, thank you for your gifts!",
    "Order 173833652 for the new benches has been placed.",
    "Lotnummer 813128006 wint de hoofdprijs.",
    "Het wachtwoord en uw BSN geeft u nooit aan de telefoon.",
    "Meterstand 831472844 doorgeven kan tot vrijdag.",
    "We are open again. Your reference is 527239380.",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_citizen_service_number_is_a_stop(text: str) -> None:
    findings = found(Bsn(), text)
    assert {finding.tier for finding in findings} == {Tier.STOP}


@pytest.mark.parametrize("text", PASSED)
def test_other_numbers_pass(text: str) -> None:
    assert found(Bsn(), text) == []


def test_the_message_does_not_repeat_the_number() -> None:
    text = "Mevrouw, uw bsn 725.763.863 is gewijzigd."
    [finding] = found(Bsn(), text)
    assert place(finding, text) == "725.763.863"
    assert told(finding) == "72•••••• looks like somebody's citizen service number (BSN)."


def test_a_number_that_all_channels_have_is_told_once(drafted: Drafted) -> None:
    assert len(list(Bsn().findings(drafted("BSN 725763863")))) == 1


def test_a_number_in_the_text_of_one_channel_is_found(drafted: Drafted) -> None:
    draft = drafted(targets=drafted("BSN 725763863").targets[:1])
    [finding] = Bsn().findings(draft)
    assert finding.channel == draft.targets[0].channel
    assert (finding.start, finding.end) == (0, 0)
