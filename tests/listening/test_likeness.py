"""What says the same, and what only looks like it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vierogen.listening.likeness import Told, _ends_a_sentence, are_copies, bands, sketches

# Marked by a person before the rule was made.
PAIRS = json.loads((Path(__file__).parent / "pairs.json").read_text())
PLACES = ["Almere", "Breda", "Zwolle", "Ede", "Assen", "Goes", "Hoorn", "Venlo", "Oss", "Emmen", "Delft", "Gouda"]
VACANCY = (
    "Vacature: medewerker burgerzaken in {}. Ben jij klantgericht? Wij bieden 36 uur per week. Solliciteer direct."
)


def told(title: str, text: str, by: str) -> Told:
    is_site = "." in by
    return Told(text, title=title, author="" if is_site else by, link=f"https://{by}/x" if is_site else "")


@given(st.text(alphabet=" .!?_\n-…", max_size=40))
def test_a_stop_or_a_new_line_ends_a_sentence(gap: str) -> None:
    assert _ends_a_sentence(gap) == bool(re.search(r"[.!?]\W*$|\n", gap))


def test_a_gap_of_any_length_is_read_in_one_go() -> None:
    """The pattern that says the same begins anew at each stop."""
    told = Told("Brand " + "." * 1_000_000 + "_ " + "." * 1_000_000 + "_ school")
    assert [word for word, _is_name in told.opening] == ["brand", "school"]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{'copy' if pair['same'] else 'other'}: {pair['a'][1][:30]}")
def test_pairs_are_judged_as_people_do(pair: dict[str, Any]) -> None:
    one, other = told(*pair["a"]), told(*pair["b"])
    assert are_copies(one, other) == are_copies(other, one) == pair["same"]


@pytest.mark.parametrize("same_author", [True, False])
def test_the_same_vacancy_in_other_places_is_other_news(same_author: bool) -> None:
    posts = [Told(VACANCY.format(place), author="jobs" if same_author else f"jobs {place}") for place in PLACES]
    assert not [one for one in posts for other in posts if one is not other and are_copies(one, other)]


def test_the_same_news_on_forty_sites_is_the_same() -> None:
    body = "De brand in een loods op het industrieterrein is onder controle, meldt de veiligheidsregio. {}"
    news = [
        Told(
            body.format(f"Lees meer op Site{n}.nl."),
            title=f"Brand in loods onder controle - Site{n}.nl",
            author=f"s{n}",
        )
        for n in range(40)
    ]
    assert all(are_copies(news[0], other) for other in news)


def test_copies_have_a_band_in_common_and_others_seldom_do() -> None:
    drawn = [[set(bands(sketch)) for sketch in sketches([told(*pair[side]).words for side in "ab"])] for pair in PAIRS]
    assert all(one & other for (one, other), pair in zip(drawn, PAIRS, strict=True) if pair["same"])
    firsts = [one for one, _other in drawn]
    chance = [bool(one & other) for n, one in enumerate(firsts) for other in firsts[n + 1 :]]
    assert sum(chance) < len(chance) / 10


def test_a_sketch_is_the_same_in_every_process() -> None:
    (sketch,) = sketches([frozenset({"brand", "loods", "moerdijk"})])
    assert len(sketch) == 256
    assert sketch.hex().startswith("7f6267f138a02009124ff994")


@pytest.mark.parametrize("text", ["", "😀", "https://voorbeeld.example/a", "東京 京都"])
def test_texts_without_words_are_no_copies_of_each_other(text: str) -> None:
    one, other = Told(text), Told(text)
    assert are_copies(one, other) == bool(one.words)
