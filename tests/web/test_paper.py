"""Papers hold what they were told, as it was written."""

import io
from datetime import UTC, datetime

import pypdf

from vierogen.web.paper import Chapter, Paper, printed


def read(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_a_paper_says_what_it_was_told() -> None:
    chapter = Chapter("Who", ["A sentence."], ["one line"], ["name", "until"], [["Anna", "May"], ["Ben", ""]])
    text = read(printed(Paper("Report", "of today", [chapter]), made_at=datetime(2026, 3, 1, tzinfo=UTC)))
    assert all(
        word in text for word in ("Report", "of today", "Who", "A sentence.", "one line", "Anna", "Ben", "1 / 1")
    )


def test_markup_in_a_name_stays_what_it_is() -> None:
    strange = '#panic("x") *b* _i_ $1$ [a] @b <c> \\ "q"'
    assert '#panic("x")' in read(printed(Paper(strange, "", [Chapter(strange, [strange])])))
