"""What the documents point to exists, and they say nothing of the places where the project happened to be made."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
NAMES = [str(path.relative_to(PROJECT)) for path in DOCUMENTS]
# What changed may name what is gone since.
CURRENT = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]

_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)|<(?:img|a)\b[^>]*?\b(?:src|href)=\"([^\"]+)\"", re.IGNORECASE)
_CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# `vierogen/networks/base.py`, `tests/networks/stages/`: a path in the text, up from a folder of the project.
_PATH = re.compile(r"`((?:vierogen|tests|docs|scripts|requirements|bench)/[\w./-]*)(?::\w+)?`")
_HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
# Folders of somebody's machine. (That nothing names a place to get packages from: tests/test_requirements.py.)
_ELSEWHERE = re.compile(r"(?<![\w.>/-])/(?:root|mnt|Users|home/(?!vierogen\b)\w+)/", re.IGNORECASE)


def links(page: str) -> Iterator[str]:
    """Where the page's links and pictures lead, code left out."""
    for found in _LINK.finditer(_CODE.sub("", page)):
        yield found[1] or found[2]


def anchors(page: str) -> set[str]:
    """The places in a page, named as code-hosting sites name them."""
    headings = _HEADING.findall(_CODE.sub("", page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(document: Path) -> Iterator[str]:
    """Links of a document to what the project does not have."""
    page = document.read_text(encoding="utf-8")
    for link in links(page):
        parts = urlsplit(link)
        if not parts.scheme and not parts.netloc:
            target = (document.parent / unquote(parts.path)).resolve() if parts.path else document
            if not target.is_relative_to(PROJECT) or not has(target, parts.fragment):
                yield link


def has(target: Path, place: str) -> bool:
    """Whether the file or folder exists and, where it is a document, has the place."""
    if not place or target.suffix != ".md":
        return target.exists()
    return target.exists() and place in anchors(target.read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_links_lead_somewhere(document: Path) -> None:
    assert not list(broken(document))


@pytest.mark.parametrize("document", CURRENT, ids=lambda path: path.name)
def test_files_that_are_named_exist(document: Path) -> None:
    page = document.read_text(encoding="utf-8")
    # A how-to writes some of them itself.
    written = set(re.findall(r"^```\w+ file=(\S+)$", page, re.MULTILINE))
    named = set(_PATH.findall(_CODE.sub("", page))) - written
    assert not sorted(name for name in named if not (PROJECT / name).exists())


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_no_document_speaks_of_where_it_was_made(document: Path) -> None:
    assert not _ELSEWHERE.findall(document.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", ["see /mnt/disk/main", "(/root/x)", "`/home/anna/vierogen`", "/Users/anna/"])
def test_such_words_are_found(page: str) -> None:
    assert _ELSEWHERE.search(page)


@pytest.mark.parametrize(
    "page", ["a square/root/cube", "https://example.org/home/1", "/home/vierogen/", "vierogen/home/", "network/"]
)
def test_ordinary_words_are_left_alone(page: str) -> None:
    assert not _ELSEWHERE.search(page)


def test_broken_links_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "PROJECT", tmp_path)
    (tmp_path / "there.md").write_text("# Two `words`, here!\n")
    page = tmp_path / "page.md"
    good = '[a](there.md) ![b](there.md#two-words-here) [c](#top) <img src="there.md">\n# Top\n[d](https://example.org/x)\n'
    page.write_text(f"{good}```\n[e](not-read.md)\n```\n")
    assert list(broken(page)) == []
    page.write_text(f'{good}[f](gone.md) ![g](there.md#gone) <img alt="x" src="h.png"> [i](../outside.md)\n')
    assert list(broken(page)) == ["gone.md", "there.md#gone", "h.png", "../outside.md"]
