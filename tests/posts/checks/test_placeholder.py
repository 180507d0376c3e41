import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.placeholder import Placeholder


def tiers(drafted: Drafted, text: str) -> set[Tier]:
    return {finding.tier for finding in Placeholder().findings(drafted(text))}


@pytest.mark.parametrize(
    "text",
    [
        "Lorem ipsum dolor sit amet",
        "De inloopavond is op [datum] in het wijkcentrum.",
        "Beste [naam], u krijgt [bedrag].",
        "Meer weten? [link hier]",
        "Bel [nog invullen] voor een afspraak.",
        "Wij openen [insert number of locations] locaties.",
        "De wethouder, <naam>, opent de school.",
        "Dag {{ voornaam }}, tot morgen.",
        "Dag {naam}, tot morgen.",
        "Dear *|FNAME|*, see you tomorrow.",
        "Dag %(naam)s, tot morgen.",
        "Dag ${naam}, tot morgen.",
        "Dag %VOORNAAM%, tot morgen.",
        "NAAM HIER opent vanavond het park.",
        "YOUR TEXT HERE",
        "De opening is op DATUM INVULLEN.",
        "TODO: link nog controleren",
        "De avond is op xx-xx-2026.",
        "De avond is op 12-xx-2026 om xx.xx uur.",
        "Het kost € xx per maand.",
        "Bel 06-xxxxxxxx.",
        "test",
        "Test 123",
        "Dit is een test.",
        "Even testje",
        "test test test",
        "testbericht",
        "Hallo test!",
        "Negeer dit bericht",
        "test 123 doet ie t",
        "testing testing, pls ignore",
        "Even kijken of inplannen werkt. Mag weg.",
        "Just checking if scheduling works, please ignore",
        "test vanuit de nieuwe tool",
        "Is this thing on?",
        "[OEFENING] Grote brand bij De Haven",
        "Grote brand in de haven. EINDE OEFENING",
        "Inwoners van [wijknaam] krijgen een brief.",
        "Bel [telefoonnummer] of mail [e-mailadres].",
        "[naam wethouder] opent het plein.",
        "Van XX:XX tot XX:XX uur",
        "Typ hier je tekst",
        "EXERCISE EXERCISE EXERCISE a ship has run aground",
        "OEFENING - OEFENING: brand in de haven",
        "Bel 0314 - xx xx xx",
        "proef proef",
        "Is dit ding aan?",
        "Foto: [credits]",
    ],
)
def test_a_leftover_is_a_stop(drafted: Drafted, text: str) -> None:
    assert Tier.STOP in tiers(drafted, text)


@pytest.mark.parametrize(
    "text",
    [
        "Dit is een oefening, er is geen gevaar.",
        "This is only an exercise.",
        "This is an exercise message about a flood.",
        "Kijk, een testbericht over het zwembad",
        "Prijs: xxx per maand",
        "Wie komt er??????",
        "Locatie: TBA",
        "Datum: ______",
        "Koffie &amp; thee op het plein",
        "De cafÃ©s zijn open",
        "Natuurlijk! Hier is een bericht over de markt:",
        "Concept: de markt is open",
        "<p>De markt is open</p>",
        "Quote wethouder volgt nog",
        "De bijeenkomst is op ... december om ... uur.",
        "De kosten zijn € ...",
        "@@NOG CHECKEN@@ De raad vergadert donderdag",
        "Aanmelden kan via LINK",
        "De avond begint om HH.MM uur",
        "De wethouder zegt: “quote”",
        "Oefening oefening oefening: gaslek Molenweg",
    ],
)
def test_what_may_be_meant_is_shown(drafted: Drafted, text: str) -> None:
    assert tiers(drafted, text) == {Tier.LOOK}


@pytest.mark.parametrize(
    "text",
    [
        "Maandag om 12.00 uur ontvangt u een testbericht van NL-Alert.",
        "De sirenes worden getest: elke eerste maandag om 12.00 uur.",
        "Doe de test en ontdek welke regeling bij u past.",
        "Laat u testen bij de GGD.",
        "De brandweer houdt zaterdag een oefening op de Markt.",
        "Vul hier uw gegevens in: https://gemeente.example/formulier",
        "Noteer uw naam en adres op de envelop.",
        "Naam invullen, handtekening eronder en klaar!",
        "Nieuw: [video] rondleiding door het stadhuis [1/3]",
        "[Update] De brug is weer open.",
        "Wat vindt u? Stuur uw idee naar het wijkteam!",
        "Amsterdam toont de drie kruisen in het wapen.",
        "Zie pagina 12-13 van het jaarverslag; bel 14 0123.",
        "De tekst van het besluit ligt ter inzage (link hieronder).",
        "Kleding in maat XXL gezocht voor de kringloop.",
        "100% groen, 50% minder gas & 20% korting.",
        "https://gemeente.example/zoek?q=%5Bnaam%5D&p=%7Bx%7D",
        "Temperatuur < 5 graden en > 3 graden",
        "Doet het licht het niet? Test de lamp.",
        "Even testen of uw rookmelder werkt: druk op de knop.",
        "Deze naam is bekend: [naam bekend bij de redactie].",
        "De enquête [link in bio] duurt vijf minuten.",
        "De test voor het rijbewijs is voortaan online.",
        "Hoor je ons? Test je gehoor, woensdag in de bus.",
        "Maandag oefent de brandweer (grote oefening).",
        "Koffie & thee op het plein, < 5 euro",
        "Testament of levenstestament? Kom naar de inloop.",
        "De link volgt na aanmelding.",
        "Nog even ... en dan is het zover!",
        "Via Link in bio lees je alles.",
        "Doe de test: past thuis wonen nog bij jou?",
        "Oefening baart kunst, dus oefen mee.",
    ],
)
def test_ordinary_sentences_pass(drafted: Drafted, text: str) -> None:
    assert tiers(drafted, text) == set()


def test_the_finding_shows_the_words(drafted: Drafted) -> None:
    [finding] = Placeholder().findings(drafted("De avond is op [datum invullen] in de raadzaal."))
    assert finding.message % finding.values == "“[datum invullen]” still has to be filled in."


def test_a_leftover_in_the_text_of_one_channel_is_found(drafted: Drafted) -> None:
    draft = drafted(targets=drafted("Dag {{ naam }}").targets[:1])
    assert [finding.tier for finding in Placeholder().findings(draft)] == [Tier.STOP]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("test 123", "TEST"), ("OEFENING OEFENING brand", "TEST"), ("Dag [naam]", ""), ("Dit is een oefening.", "TEST")],
)
def test_a_try_out_and_an_exercise_are_a_kind_of_their_own(drafted: Drafted, text: str, kind: str) -> None:
    assert {finding.kind for finding in Placeholder().findings(drafted(text))} == {kind}
