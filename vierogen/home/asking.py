"""The form of what asks for somebody: see ``attention``, which gathers it."""

from dataclasses import dataclass

from vierogen.channels.models import Channel


@dataclass(frozen=True)
class Attention:
    """One thing to do: ``state`` is stop, look or info; ``action`` are the words on its button.

    ``language`` is that of ``text`` where it is a post's.
    """

    state: str
    title: str
    text: str
    url: str
    action: str
    channel: Channel | None = None
    language: str = ""
