"""Walks every check in the folder: a new file is tested before its author has written a test."""

import ast
import inspect
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.posts.checks.conftest import NOW, TEXT, Drafted
from vierogen.posts.checks.base import Check, Draft, Finding, Link, PictureFacts, Tier
from vierogen.posts.checks.running import checks

ALL = [pytest.param(check, id=key) for key, check in checks().items()]
OWN = ("gemeente-voorbeeld.nl",)
PICTURE = PictureFacts("Twee gele borden langs de Stationsweg.", "borden.jpg", "00")
HARMLESS = """
    Vanaf dinsdag ligt de brug bij de Molenweg eruit. Fietsers kunnen omrijden via de Dorpsstraat.
    Het stadskantoor is vrijdag dicht wegens Koningsdag. Maandag helpen we u graag weer.
    Paspoort bijna verlopen? Plan nu een afspraak op gemeente-voorbeeld.nl/afspraak.
    De raad praat vanavond over de begroting. U kunt vanaf 19.30 uur live meekijken.
    Let op: code oranje! Ga niet de weg op als het niet hoeft.
    Vraag vóór 1 november de energietoeslag aan. Hulp nodig? Bel 14 0123.
    Fijn dat jullie er waren! Bedankt, vrijwilligers van de opschoondag 💚
    Om 20.00 uur zijn we twee minuten stil.
    De kerstbomen worden opgehaald op 7 januari; zet ze vóór 8.00 uur aan de straat (zonder pot).
    Wethouder De Vries-van 't Hof opent zaterdag het vernieuwde zwembad.
    Rook door een brand in de Industrieweg: sluit ramen en deuren en zet de ventilatie uit.
    #CodeGeel: pas op voor ijzel, de strooiwagens rijden de hele nacht.
    Uw mening telt! Vul vóór 15 mei de vragenlijst in.
    Wegens een storing is DigiD inloggen nu niet mogelijk. Onze excuses.
    Nieuw in de bieb: taalcafé, elke woensdag van 10 tot 12 uur. Gratis!
    Gefeliciteerd, lintjesregen! 14 inwoners kregen vandaag een koninklijke onderscheiding.
    De WOZ-beschikking valt deze week op de mat. Vragen? Het loket is open tot 17.00 uur.
    Meld losliggende stoeptegels met de app of via https://gemeente-voorbeeld.nl/melding.
    Jeugdsportfonds: ook dit jaar betalen we mee aan contributie, schoenen en tenue.
    We zijn op zoek naar een coördinator schuldhulpverlening (32-36 uur), schaal 10.
    In verband met droogte geldt een sproeiverbod in Noord, Oost en Zuidwesthoek.
    The town hall is closed on Monday. We are back on Tuesday at 9 am.
""".strip().splitlines()
ODD = {
    "empty": "",
    "only spaces": " " * 50_000,
    "one endless word": "a" * 100_000,
    "one endless number": "1" * 100_000,
    "endless consonants": "bcdfgh" * 20_000,
    "endless links": "https://a.example/x " * 5_000,
    "an endless link": "https://a.example/" + ")" * 20_000,
    "endless dots": "a." * 50_000,
    "endless hyphens": "a-" * 50_000,
    "endless brackets": "[{(<«" * 20_000,
    "endless fields": "{{ a " * 20_000,
    "endless tests": "test 1 " * 15_000,
    "endless dates": "1.xx" * 25_000,
    "endless questions": "?" * 100_000,
    "families": "👨‍👩‍👧‍👦" * 10_000,
    "zalgo": "e" + "\u0301" * 50_000,
    "turned around": "\u202eabc\u202c\u200b\ufeff" * 10_000,
    "nothing printable": "\x00\x1b\x7f\u2028" * 10_000,
    "percent signs": "%s %(x)s %%" * 5_000,
    "arabic": "صباح الخير " * 5_000,
}


POSTS = [line.strip() for line in HARMLESS]


def ordinary(drafted: Drafted, text: str) -> Draft:
    """A post by somebody who wrote the other ones yesterday."""
    others = tuple((other, NOW - timedelta(days=1)) for other in POSTS if other != text)
    found = {"resolve": lambda url: Link(url, url, 200), "recent": others}
    return drafted(text, pictures=(PICTURE,), own_domains=OWN, **found)


def odd(drafted: Drafted, text: str) -> Draft:
    """The text wherever one can stand."""
    facts = PictureFacts(text, text, "00")
    recent = ((text, NOW), (f"{text} en nog wat", NOW), (TEXT, NOW))
    return drafted(text, pictures=(facts,) * 5, recent=recent, own_domains=("", text[:60], *OWN))


def sentence(finding: Finding) -> str:
    return finding.message % finding.values


@pytest.mark.parametrize("check", ALL)
class TestEveryCheck:
    def test_has_its_texts_in_whole_plain_sentences(self, check: Check) -> None:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", check.key)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.agreement)
        assert check.title.strip() == check.title != ""
        for text in (check.why, check.todo):
            assert text[0].isupper()
            assert text.endswith(".")
            assert max(len(part.split()) for part in re.split(r"[.!?;:] ", text)) <= 20

    def test_says_in_its_docstring_how_much_its_findings_weigh(self, check: Check) -> None:
        said = inspect.getdoc(type(check)) or ""
        source = inspect.getsource(inspect.getmodule(type(check)))  # type: ignore[arg-type]
        assert ("Stops:" in said) == ("Tier.STOP" in source)
        assert ("Looks at:" in said) == ("Tier.LOOK" in source)

    def test_marks_every_sentence_for_translation(self, check: Check) -> None:
        tree = ast.parse(Path(inspect.getfile(type(check))).read_text(encoding="utf-8"))
        marked = {
            call.args[0].value
            for call in ast.walk(tree)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == "_"
            and isinstance(call.args[0], ast.Constant)
        }
        assert {check.title, check.why, check.todo} <= marked

    def test_is_silent_on_ordinary_posts(self, check: Check, drafted: Drafted) -> None:
        found = {text: [sentence(finding) for finding in check.findings(ordinary(drafted, text))] for text in POSTS}
        assert {text: said for text, said in found.items() if said} == {}

    def test_survives_a_draft_of_which_nothing_is_known(self, check: Check, drafted: Drafted) -> None:
        assert list(check.findings(drafted("", targets=(), now=None))) == []


@pytest.mark.parametrize("name", ODD)
def test_every_check_survives_odd_texts_quickly(name: str, drafted: Drafted) -> None:
    """Text by text, as a post is checked: what checks share is made once for all of them."""
    text = ODD[name]
    draft = odd(drafted, text)
    for key, check in checks().items():
        started = time.process_time()
        findings = list(check.findings(draft))
        assert time.process_time() - started < 2, key
        for finding in findings:
            assert finding.check == key
            assert finding.tier in Tier, key
            assert len(sentence(finding)) < 300 + 2 * len(text), key


def test_every_file_with_a_check_has_a_test_of_its_own() -> None:
    here = Path(__file__).parent
    for key, check in checks().items():
        module = type(check).__module__.rpartition(".")[2]
        assert module == key, "the file is named after the key"
        assert (here / f"test_{module}.py").exists()
