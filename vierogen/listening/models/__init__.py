"""Tables of listening: alerts, sources, what was found, and who is told of it."""

from vierogen.listening.models.alerts import Alert, Keeping, Wanted
from vierogen.listening.models.bringing import Brought
from vierogen.listening.models.documents import Document
from vierogen.listening.models.hits import Count, HandOver, Hit, Item, Sketch, Spike
from vierogen.listening.models.reading import Bulletin, Line, Reader, Reading
from vierogen.listening.models.sources import Source, Subscription

__all__ = [
    "Alert",
    "Brought",
    "Bulletin",
    "Count",
    "Document",
    "HandOver",
    "Hit",
    "Item",
    "Keeping",
    "Line",
    "Reader",
    "Reading",
    "Sketch",
    "Source",
    "Spike",
    "Subscription",
    "Wanted",
]
