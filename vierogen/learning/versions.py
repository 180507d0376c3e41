"""What differs between two versions of a card, part by part and word by word."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vierogen.learning.models import Agreement
from vierogen.web.comparing import changed


@dataclass(frozen=True)
class Change:
    """A part of a card that differs: its name, and its words with what is new and what is gone.

    For the picture also both versions, whose pictures are shown beside each other.
    """

    part: str
    words: SafeString
    shown: tuple[Agreement, ...] = ()


def changes(before: Agreement, after: Agreement) -> list[Change]:
    """Every part that differs, in the order of the card; nothing where only the dates do."""
    old, new = _parts(before), _parts(after)
    found = [Change(part, changed(old[part], words)) for part, words in new.items() if old[part] != words]
    if _picture(before) == _picture(after):
        return found
    words = format_html("<del>{}</del> <ins>{}</ins>", _told(before), _told(after))
    return [Change(_("Picture"), words, shown=(before, after)), *found]


def _picture(card: Agreement) -> tuple[int | None, str]:
    """What is to be seen: one's own picture hides the drawing."""
    return card.own_picture_id, card.picture_alt if card.own_picture_id else card.picture


def _told(card: Agreement) -> str:
    return card.picture_alt if card.own_picture_id else str(card.get_picture_display())


def _parts(card: Agreement) -> dict[str, str]:
    asks = card.asks
    answers = "\n".join(f"{'✓' if place == asks.right else '–'} {one.text}" for place, one in enumerate(asks.answers))
    return {
        _("Title"): card.title,
        _("What we do"): card.does,
        _("What we do not"): card.does_not,
        _("Why"): card.why,
        _("Example"): card.example,
        _("The question"): asks.text,
        _("Answers"): answers,
    }
