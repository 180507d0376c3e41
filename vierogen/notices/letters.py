"""Writes what is told: a title, a text and an HTML part, in the language of whoever gets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import css_inline
from django.conf import settings
from django.template import Context, Engine, TemplateDoesNotExist
from django.template.defaultfilters import urlize
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Letter:
    """What one person is told: ``title`` is one line, never content of a post; ``html`` has inlined CSS."""

    title: str
    text: str
    html: str


def absolute(link: str) -> str:
    """The address that a mail can use for the path ``link``; empty stays empty."""
    return f"{settings.PUBLIC_URL}{link}" if link.startswith("/") else link


def write(template: str, values: Mapping[str, Any], *, language: str, link: str = "") -> Letter:
    """Render the title from ``<template>.subject.txt`` and the body, as paragraphs, from ``<template>.txt``.

    The house's layout adds the button to ``link`` and the small print, for text and for HTML; a template
    ``<template>.html`` replaces the latter. Templates know ``values``, ``title`` and ``link`` (absolute);
    ``values`` may set ``organisation``, ``action`` (words on the button) and ``why`` (why you get this).
    Times appear in the current time zone. Raises ``TemplateDoesNotExist``.
    """
    with translation.override(language):
        known = {**_usual(), **values, "link": absolute(link), "url": absolute(link), "language": language}
        known["title"] = " ".join(_plain(f"{template}.subject.txt", known).split())[:200]
        paragraphs = _paragraphs(_plain(f"{template}.txt", known))
        text = _plain("web/mail/base.txt", {**known, "paragraphs": paragraphs}).strip() + "\n"
        html = _html(template, {**known, "paragraphs": [urlize(part) for part in paragraphs]})
    return Letter(known["title"], text, html)


def _usual() -> dict[str, Any]:
    return {
        "practice": settings.PRACTICE,
        "action": _("Open in Vierogen"),
        "why": _("You get this mail because you help to look after your organisation's accounts."),
    }


def _plain(name: str, values: Mapping[str, Any]) -> str:
    # Not HTML, so an ampersand stays one.
    return str(Engine.get_default().get_template(name).render(Context(dict(values), autoescape=False)))


def _html(template: str, values: dict[str, Any]) -> str:
    try:
        page = render_to_string(f"{template}.html", values)
    except TemplateDoesNotExist:
        page = render_to_string("web/mail/base.html", values)
    return _inliner().inline(page)


def _paragraphs(body: str) -> list[str]:
    return [part.strip() for part in body.split("\n\n") if part.strip()]


@cache
def _inliner() -> css_inline.CSSInliner:
    # Whatever a template links to is not fetched: a mail is written without asking anybody.
    # What is for dark screens cannot be inlined; mail programs that know it read it where it stands.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
