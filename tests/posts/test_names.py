import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vierogen.posts import names
from vierogen.posts.actions.checking import as_draft
from vierogen.posts.actions.content import content_of
from vierogen.posts.checks import extras
from vierogen.posts.checks.base import Draft, Tier
from vierogen.posts.checks.running import run
from vierogen.posts.models import Version
from vierogen.posts.names import find_names, name_finder


@pytest.fixture
def read_anew() -> Iterator[None]:
    """What is kept of the lists and of what is installed is forgotten, before and after."""
    kept = (names._listed, names._words, extras.is_installed)
    for one in kept:
        one.cache_clear()
    yield
    for one in kept:
        one.cache_clear()


def names_in(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find_names(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Gisteren belde Aaltje Hoeksema weer.", ["Aaltje Hoeksema"]),
        ("Xander van den Berg-de Wit en Ilknur", ["Xander van den Berg-de Wit", "Ilknur"]),
        ("Mohammed el Amrani is er.", ["Mohammed el Amrani"]),
        ("Ook Mark Visser kwam.", ["Mark Visser"]),
        ("Mark je agenda!", []),
        ("Hoi allemaal, kom morgen naar de markt.", []),
        ("May we help you? Will you come?", []),
        ("Kom zaterdag naar het buurtfeest op het Marktplein!", []),
        ("", []),
    ],
)
def test_names_are_found_by_the_lists(text: str, names: list[str]) -> None:
    assert names_in(text) == names


def test_the_package_itself_is_not_loaded() -> None:
    program = (
        "import sys; from vierogen.posts.names import find_names; find_names('Jan de Wit');"
        "print(len({'deduce', 'docdeid', 'django'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "0\n"


@pytest.mark.usefixtures("read_anew")
def test_without_the_extra_there_is_no_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert name_finder() is find_names
    extras.is_installed.cache_clear()
    monkeypatch.setattr(extras, "find_spec", lambda _module: None)
    assert name_finder() is None


@pytest.mark.usefixtures("read_anew")
def test_lists_that_cannot_be_read_are_said_and_never_count_as_clean(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(names, "_lists", lambda: tmp_path / "gone")
    with caplog.at_level(logging.CRITICAL):
        findings = run(Draft("Xanthippe zit in de schuldsanering.", (), find_names=find_names))
    assert Tier.NOT_CHECKED in {finding.tier for finding in findings if finding.check == "names"}


def test_a_long_text_takes_no_long_time() -> None:
    started = time.process_time()
    find_names("Aaltje van de Storm " * 5_000)
    assert time.process_time() - started < 2


@pytest.mark.django_db
def test_what_is_written_is_shown_to_the_checks_with_the_finder(version: Version) -> None:
    draft = as_draft(content_of(version), version.post.organisation, follow_links=False)
    assert draft.find_names is find_names
