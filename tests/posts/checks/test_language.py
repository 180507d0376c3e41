import pytest

from tests.posts.checks.conftest import Drafted
from vierogen.posts.checks.base import Tier
from vierogen.posts.checks.language import Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Das Rathaus bleibt am Freitag wegen einer Betriebsversammlung geschlossen.", "German"),
        ("Jutro biuro obsługi mieszkańców będzie zamknięte. Zapraszamy ponownie w czwartek.", "Polish"),
        ("Vous accordez à ce personnage extrémiste d'ultra gauche beaucoup trop d'importance ?", "French"),
        ("Belediye binası cuma günü bakım nedeniyle kapalı olacaktır.", "Turkish"),
        ("Завтра адміністрація не працює, чекаємо на вас у четвер.", "Ukrainian"),
        ("El ayuntamiento estará cerrado el viernes por obras de mantenimiento.", "Spanish"),
        ("مرحبا بكم في البلدية يوم الجمعة القادم", "Arabic"),
    ],
)
def test_another_language_is_shown_by_its_name(drafted: Drafted, text: str, language: str) -> None:
    [finding] = Language().findings(drafted(text))
    assert finding.tier is Tier.LOOK
    assert finding.values == {"problem": language}


@pytest.mark.parametrize(
    "text",
    [
        "Goeie moarn! It gemeentehûs is moandei ticht fanwege de skoalling fan ús kollega's.",
        "Moi allemoal, mörgen is het gemientehoes dicht, tot donderdag.",
        "Ut geet waal good mit de vastelaovend in Mestreech dit jaor",
        "Adios Amigos! #NEDMEX",
        "Guten Morgen!",
        "Vanavond speelt Einstürzende Neubauten in het theater, morgen Sigur Rós.",
        "“Das Leben der Anderen und andere Filme aus Deutschland” draait vrijdag in de bibliotheek.",
        "Uitslag klootschieten: Neukirchen (onze Duitse zustergemeente) werd tweede. Wat een middag!",
        "https://das-rathaus-bleibt-am-freitag.example/geschlossen @rathaus #geschlossen",
        "12 34 56 78 90",
        "Tomorrow the town hall is closed for staff training.",
    ],
)
def test_own_languages_frisian_dialects_and_short_texts_pass(drafted: Drafted, text: str) -> None:
    assert list(Language().findings(drafted(text))) == []


def test_what_the_organisation_or_the_writer_chose_passes(drafted: Drafted) -> None:
    german = "Das Rathaus bleibt am Freitag wegen einer Betriebsversammlung geschlossen."
    assert list(Language().findings(drafted(german, languages=("nl", "de")))) == []
    assert list(Language().findings(drafted(german, language="de-DE"))) == []
    english = "Tomorrow the town hall is closed for staff training and a long lunch."
    assert len(list(Language().findings(drafted(english, languages=("nl",))))) == 1
