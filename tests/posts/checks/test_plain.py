import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vierogen.posts.checks.base import Draft
from vierogen.posts.checks.plain import masked, plain, sentence_around
from vierogen.posts.checks.running import checks

PRIVATE = ("BSN", "IBAN", "CARD", "PHONE", "EMAIL", "ADDRESS", "PLATE", "DOB", "IDDOC", "NAME", "HEALTH", "SECRET")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("０６－１２", "06-12"),
        ("8\u00ad1\u200b3", "813"),
        ("\u202e123\u202c", "123"),
        ("٠١٢", "012"),
        ("a\u00a0b\u2009c", "a b c"),
        ("12\u201134\u201356", "12-34-56"),
        ("Јаn Dе Wit", "Jan De Wit"),
        ("Привет", "Привет"),
        ("e\u0301e\u0301n", "één"),
        ("jan [at] ziggo [punt] nl", "jan@ziggo.nl"),
        ("jan (at) ziggo (dot) nl", "jan@ziggo.nl"),
        ("jan apenstaartje ziggo punt nl", "jan@ziggo.nl"),
        ("j punt smit@ziggo punt nl", "j.smit@ziggo.nl"),
        ("paul dot jones at gmail dot com", "paul.jones@gmail.com"),
        ("nul zes twaalf 34 56 78", "06 12 34 56 78"),
        ("nul zes eenentwintig drieënveertig 65 87", "06 21 43 65 87"),
        ("07700 nine hundred 482", "07700 900 482"),
        ("Kom om drie uur, punt uit.", "Kom om drie uur, punt uit."),
        ("Een van de drie, of twee?", "Een van de drie, of twee?"),
        ("See you at ten dot", "See you at ten dot"),
        ("👨‍👩‍👧 hoi", "👨👩👧 hoi"),
    ],
)
def test_a_text_is_seen_as_a_reader_takes_it(text: str, seen: str) -> None:
    assert plain(text).text == seen


def test_a_place_leads_back_to_the_original() -> None:
    text = "Bel 0\u00ad6 - 12 \u200b34 en jan [at] ziggo [punt] nl, dank"
    view = plain(text)
    start = view.text.index("jan@")
    span = view.span(start, start + len("jan@ziggo.nl"))
    assert text[span.start : span.end] == "jan [at] ziggo [punt] nl"
    start = view.text.index("06")
    span = view.span(start, start + len("06 - 12 34"))
    assert text[span.start : span.end] == "0\u00ad6 - 12 \u200b34"


@given(st.text(max_size=200))
def test_every_place_lies_within_the_original_and_in_order(text: str) -> None:
    view = plain(text)
    assert len(view.places) == len(view.text) + 1
    assert list(view.places) == sorted(view.places)
    assert all(0 <= at <= len(text) for at in view.places)


@given(st.text(alphabet=" 0123456789abcXYZ@.[]()-/:,'\n\u00ad\u200b٣é", max_size=120))
def test_findings_point_within_the_text(text: str) -> None:
    for check in checks().values():
        if check.kind in PRIVATE:
            for finding in check.findings(Draft(f"bsn auto wachtwoord: {text}", ())):
                assert 0 <= finding.start < finding.end <= len(text) + 21


@pytest.mark.parametrize(
    "piece",
    [
        "mevrouw Jansen ",
        "Jan Jansen depressie ",
        "depressie ",
        "Piet de Vries (12-03-1987) ",
        "0612345678 ",
        "020 123 45 67 ",
        "NL91 ABNA 0417 1643 00 ",
        "4111 1111 1111 1111 ",
        "bsn 725763863 ",
        "paspoort NW4KRH5P8 ",
        "wachtwoord: Welkom2024! ",
        "code deur ",
        "auto 12-ab-3 ",
        "auto a 1 b 2 ",
        "1 2 3 4 5 ",
        "Dorpsstraat 12, 1234 AB ",
        "A b C d ",
        "a.b@c.d ",
        "De Van Der ",
        "de man ",
        "nul zes een twee ",
        "[at] ",
        "= = : ",
        "Xx ",
        "AAAA",
        "-",
        "12-",
        "paspoort ",
        "geboren ",
        "'t Van 't ",
        "zoom 123 456 7890 ",
    ],
)
def test_endless_repetition_takes_no_endless_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    for key, check in checks().items():
        if check.kind in PRIVATE:
            started = time.process_time()
            list(check.findings(Draft(text, ())))
            assert time.process_time() - started < 1, key


def test_a_sentence_ends_where_a_reader_stops() -> None:
    text = "Dag. Bel dhr. Smit even! Dank je."
    assert sentence_around(text, text.index("Smit"), text.index("Smit") + 4).strip() == "Bel dhr. Smit even!"


def test_a_masked_value_cannot_be_used() -> None:
    assert masked("725.763.863") == "72••••••"
    assert masked("NL24 SNSB 0414 5705 48", keep=4) == "NL24••••••"
