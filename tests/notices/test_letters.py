"""What is told is written in the language of whoever gets it."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.template import TemplateDoesNotExist

from vierogen.notices.letters import write

MONDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)
VALUES = {"account": "@gemeente_x", "due": MONDAY, "name": "Anna <script>"}


def test_title_and_text_are_in_the_language_of_the_addressee(template: str) -> None:
    dutch = write(template, VALUES, language="nl")
    english = write(template, VALUES, language="en")
    assert dutch.title == "@gemeente_x & co: maandag"
    assert english.title == "@gemeente_x & co: Monday"
    assert "maandag" in dutch.text
    assert 'lang="nl"' in dutch.html
    assert 'lang="en"' in english.html


def test_times_are_in_the_current_time_zone(template: str) -> None:
    midnight_in_utc = VALUES | {"due": datetime(2026, 1, 4, 23, 30, tzinfo=UTC)}
    assert write(template, midnight_in_utc, language="en").title.endswith("Monday")


def test_the_title_is_one_line_of_at_most_200_letters(template: str) -> None:
    letter = write(template, VALUES | {"account": "x\r\nBcc: all@example.nl " + "y" * 300}, language="en")
    assert "\n" not in letter.title
    assert "\r" not in letter.title
    assert len(letter.title) == 200


def test_the_text_is_not_escaped_and_the_html_is(template: str) -> None:
    letter = write(template, VALUES, language="en")
    assert "Anna <script> & colleagues" in letter.text
    assert "<script>" not in letter.html
    assert "Anna &lt;script&gt; &amp; colleagues" in letter.html


def test_the_link_is_absolute_and_a_button(template: str, settings: Any) -> None:
    settings.PUBLIC_URL = "https://vierogen.example.nl"
    letter = write(template, VALUES, language="en", link="/watch/7/")
    assert "https://vierogen.example.nl/watch/7/" in letter.text
    assert 'href="https://vierogen.example.nl/watch/7/"' in letter.html


def test_css_is_inlined_and_nothing_is_fetched_from_elsewhere(template: str) -> None:
    letter = write(template, VALUES, language="en", link="/watch/7/")
    assert 'class="button"' in letter.html
    assert letter.html.count("<style") == 1
    (kept,) = re.findall(r"<style>(.*?)</style>", letter.html, re.DOTALL)
    assert kept.strip().startswith("@media (prefers-color-scheme: dark)")
    assert "style=" in letter.html
    assert "<img" not in letter.html
    assert "<link" not in letter.html


def test_an_html_template_replaces_the_layout(template: str, tmp_path: Path) -> None:
    (tmp_path / "templates" / "room" / "told.html").write_text("<html><body><h1>{{ title }}</h1></body></html>")
    assert "<h1>@gemeente_x &amp; co: Monday</h1>" in write(template, VALUES, language="en").html


def test_an_exercise_is_marked_as_one(template: str, settings: Any) -> None:
    settings.PRACTICE = True
    assert "PRACTICE" in write(template, VALUES, language="en").text
    settings.PRACTICE = False
    assert "PRACTICE" not in write(template, VALUES, language="en").text


def test_a_missing_template_is_an_error(template: str) -> None:
    with pytest.raises(TemplateDoesNotExist):
        write("room/untold", VALUES, language="en")
