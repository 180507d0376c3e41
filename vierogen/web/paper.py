"""Pages to print and to keep: a PDF of headings, sentences, lists and tables, without another program.

What goes in is data, never markup: a name with a hash or a bracket stands on paper as it is written.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import typst
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

TEMPLATE = Path(__file__).with_name("paper.typ")


@dataclass(frozen=True)
class Chapter:
    """A part of a paper: a heading, sentences, lines of a list, and a table with its heads; any may be empty."""

    title: str
    text: Sequence[str] = ()
    lines: Sequence[str] = ()
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Paper:
    """A whole paper: ``under`` is the line below its title; ``made_at`` stands at the foot of each page."""

    title: str
    under: str
    chapters: Sequence[Chapter]


def printed(paper: Paper, *, made_at: datetime | None = None) -> bytes:
    """The paper as PDF (PDF/UA-1: readable aloud), in the language in use, A4."""
    at = timezone.localtime(made_at)
    told = {
        **asdict(paper),
        "language": (translation.get_language() or "nl").split("-")[0],
        "foot": _("Made on %(day)s by Vierogen") % {"day": date_format(at, "j F Y H:i")},
    }
    pdf: bytes = typst.compile(
        TEMPLATE, format="pdf", sys_inputs={"told": json.dumps(told)}, ignore_system_fonts=True, pdf_standards=["ua-1"]
    )
    return pdf
