"""Hits as lines of a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from vierogen.listening.actions.marking import Leaning, Taste, usefulness
from vierogen.listening.models import Hit
from vierogen.listening.spam import reasons
from vierogen.listening.views.marked import marked

# Sorting by use looks at so many of the newest.
SORTED = 300
MARK = "<mark>"


@dataclass(frozen=True)
class HitLine:
    """A hit with all that its line says. ``spam``: translatable English. ``is_changed``: it last came in other words
    than those that are shown."""

    hit: Hit
    copies: int
    leaning: Leaning
    title: SafeString
    text: SafeString
    spam: tuple[str, ...]
    is_changed: bool

    @property
    def link(self) -> str:
        """Where it can be read; "" for what is no address of the web: nothing else is ever opened."""
        return self.hit.item.link if self.hit.item.link.startswith(("https://", "http://")) else ""

    @property
    def language(self) -> str:
        """What people call its language, in the language of the page; as it was told, where nobody here knows it."""
        told = self.hit.item.language
        try:
            return str(get_language_info(told)["name_translated"]) if told else ""
        except KeyError:
            return told

    @property
    def site(self) -> str:
        """The host that the link leads to."""
        try:
            return (urlsplit(self.link).hostname or "").removeprefix("www.")
        except ValueError:  # it only looked like an address
            return ""


def line_of(hit: Hit, taste: Taste) -> HitLine:
    """One hit; ``copies`` as the query counted them."""
    item = hit.item
    title = marked(item.title, hit.clause, longest=200) if item.title else SafeString("")
    told = tuple(reasons(hit.spam_why))
    text = marked(item.words, hit.clause)
    if item.later and MARK not in text and MARK in (first := marked(item.text, hit.clause)):
        text = first
    is_changed = bool(item.later) and text != marked(item.later, hit.clause)
    return HitLine(hit, getattr(hit, "number", 0), taste.of(hit), title, text, told, is_changed)


def most_useful_first(hits: Iterable[Hit], taste: Taste, *, now: datetime | None = None) -> list[Hit]:
    """The same hits, in the order in which members probably want to see them."""
    moment = now or timezone.now()

    def use(hit: Hit) -> float:
        return usefulness(hit, taste.of(hit), now=moment, copies=getattr(hit, "number", 0))

    return sorted(hits, key=use, reverse=True)
