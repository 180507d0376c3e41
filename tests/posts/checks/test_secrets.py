import pytest

from tests.posts.checks.saying import found, place, told
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.secrets import Secrets

FOUND = [
    "wachtwoord Welkom2024!",
    "Het wachtwoord is Zomer2026",
    "ww: Klompen#Dans77",
    "Nieuwe wifi op kantoor: Gasten / wachtwoord: koffie4all",
    "wifi-code 83KLM22x",
    "Wachtwoord van de nieuwsbrief: hallo1234",
    "inlog canva: communicatie@waalburg.example / Tulp3n!veld",
    "password = hunter2",
    "the password for the booking system is Harrow!dale9",
    "Deurcode 2580#",
    "de code van de voordeur is 4821, daarna hekje",
    "alarmcode 7319 en dan binnen 30 seconden naar de kelder",
    "Sleutelkluisje links van de deur, code: 0 9 1 7",
    "pincode van de pas is 4417",
    "Pin 9034 voor de tablet bij de balie",
    "Gate code 5512Y, same as last week",
    "The key safe at the hall is 7-3-1-9 now, combination changed",
    "Teams-vergadering 318 442 907 65, wachtwoordcode: qT7mZe",
    "Meeting ID: 865 0417 2293 Passcode: 771204",
    "Zoom 845 1122 3344, pw vergader7",
    "https://zoom.example/j/86504172293?pwd=a1B2c3D4e5F6g7H8",
    "api_key=9f8b7c6d5e4f3a2b1c0d",
    "API-key: sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIA4QZ7NWX2LMPD9TRB",
    "xoxb-209384756102-h7Kq2LpVz9TnWc4RdYs8",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "otpauth://totp/Waalburg:web?secret=JBSWY3DPEHPK3PXP",
    "postgres://beheer:T0pGeheim@db.waalburg.example/site",
    "Server=db;User=sa;Password=Appel-taart9;",
    "token: 7d1f0a9c3b5e48f2a6c1",
    "ww is nog steeds Welkom01 toch?",
    "Toegangscode fietsenstalling 6482",
]
PASSED = [
    "Verander je wachtwoord regelmatig.",
    "Wachtwoord vergeten? Vraag een nieuw aan via Mijn Waalburg.",
    "Deel nooit je wachtwoord of pincode.",
    "Een sterk wachtwoord heeft minstens 12 tekens.",
    "Let op: uw wachtwoord verandert u voortaan via Mijn Gemeente.",
    "Wachtwoord-inloop: dinsdag 14.00 uur in de bieb",
    "Code geel vanaf 18.00 uur!",
    "Code oranje: ga niet de weg op.",
    "Postcode 1234 AB",
    "De pincode kiest u zelf aan de balie, kosten 5 euro",
    "Scan de QR-code bij de deur en doe mee.",
    "Kortingscode ZOMER2026 geeft 10% op een kaartje.",
    "Open deur op 12 juni 2026 in het stadhuis",
    "Vergadering 2026-04 van de raad, toegangscode volgt per mail",
    "Passwords are like underwear: change them often.",
    "Never share your password with anyone, not even us.",
    "Password? Use three random words.",
    "Teams-overleg op 12 mei om 20.00 uur, wachtwoord volgt",
    "Wifi in de bibliotheek is gratis, zonder wachtwoord.",
    "Wie heeft de sleutel van de gymzaal? Deur is op slot sinds 1930.",
    "The gate closes at 2130 hrs on Sundays.",
    "Token economie: lezing op 3 juni",
    "Een wachtwoord als Welkom123 is zo geraden.",
    "Het geheim van de smid: 1500 graden",
    "Alarmnummer 112, daar red je levens mee.",
    "Wachtwoord wijzigen duurt 2 minuten.",
    "Onze gedragscode 2025 staat online.",
    "Door een storing bij de deur van loket 1234 wachten mensen langer",
    "https://waalburg.example/zoek?key=afval&pagina=2",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_secret_is_a_stop(text: str) -> None:
    assert {finding.tier for finding in found(Secrets(), text)} == {Tier.STOP}


@pytest.mark.parametrize("text", PASSED)
def test_talk_about_passwords_passes(text: str) -> None:
    assert found(Secrets(), text) == []


def test_the_message_does_not_repeat_the_secret() -> None:
    text = "Wifi bij de balie: wachtwoord Welkom2024! (niet delen)"
    [finding] = found(Secrets(), text)
    assert place(finding, text) == "Welkom2024!"
    assert told(finding) == "A password stands in the text."
