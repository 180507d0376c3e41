"""Web pages: only what is new in their main text. Polled.

A page never speaks on the first reading, nor twice of the same paragraph, also if that was away for a while. What
only counts or tells the time ("seen 312 times", "5 minutes ago") makes no paragraph new.
"""

import hashlib
import re
from datetime import UTC, datetime

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources import pacing
from vierogen.listening.sources.addresses import typed
from vierogen.listening.sources.base import LONGEST, Found, Memory, Polled, Reading
from vierogen.listening.sources.documents.apart import read_apart
from vierogen.listening.sources.fetching import Limits, fetch
from vierogen.listening.sources.links import clean

ACCEPT = "text/html, application/xhtml+xml, */*;q=0.1"
LIMITS = Limits(bytes=5_000_000)
_REMEMBERED = 3_000
_MOMENTS = 12
_UNITS = (
    r"seconde[n]?|minu(?:ut|ten)|uur|uren|dag(?:en)?|we(?:ek|ken)|maand(?:en)?|jaar|sec(?:onds?)?|min(?:utes?)?|"
    r"hours?|days?|weeks?|months?|years?|keer|x|times?|views?|likes?|reacties?|comments?|weergaven|lezers?|readers?"
)
# 1.234 keer, 12 minutes, 14:05:33
_COUNTS = re.compile(
    rf"(?<![\d.,])\d[\d.,]{{0,20}}\s{{0,3}}(?:{_UNITS})\b|\b\d{{1,2}}:\d{{2}}(?::\d{{2}})?\b", re.IGNORECASE
)


class Page(Polled):
    """A page without a feed."""

    key = "page"
    label = _("Web page")
    hint = _("For a page that has no feed. We only tell what is new in its text.")

    @classmethod
    def tidied(cls, address: str) -> str:
        """Absolute, without what only follows people around."""
        return clean(typed(address)) or typed(address)

    def read(self, client: httpx.Client, address: str, memory: Memory) -> Reading:
        """The paragraphs that are new since ``memory``, as one message. Raises ``SourceError``."""
        now = datetime.now(UTC)
        moments = [datetime.fromisoformat(moment) for moment in memory.get("at", ())]
        got = fetch(client, address, accept=ACCEPT, memory=memory, limits=LIMITS)
        if got.unchanged:
            again = pacing.again_in(moments, asked=got.asked, now=now)
            return Reading(memory={**memory, **got.memory}, again_in=again)
        told = read_apart("page", got.body, got.content_type)
        fresh = new_paragraphs(told["paragraphs"], memory.get("seen", []))
        speaks = bool(fresh) and "seen" in memory
        at = [*moments, now][-_MOMENTS:] if speaks else moments
        return Reading(
            (_found(got.address, told, fresh),) if speaks else (),
            memory={
                **got.memory,
                "seen": remembered(told["paragraphs"], memory.get("seen", [])),
                "at": [moment.isoformat(timespec="seconds") for moment in at],
            },
            again_in=pacing.again_in(at, asked=got.asked, now=now),
            title=told["title"][:200],
            language=told["language"],
        )


def _found(address: str, told: dict[str, object], fresh: list[str]) -> Found:
    text = "\n".join(fresh)[:LONGEST]
    link = clean(address) or address
    return Found(
        key=f"{link}#{_digest(text)}",
        text=text,
        title=str(told["title"]),
        link=link,
        language=str(told["language"]),
        network="web",
    )


def new_paragraphs(paragraphs: list[str], seen: list[str]) -> list[str]:
    """Those that were not seen before, each once, in their order."""
    known, fresh = set(seen), []
    for paragraph in paragraphs:
        name = _digest(paragraph)
        if name not in known:
            known.add(name)
            fresh.append(paragraph)
    return fresh


def remembered(paragraphs: list[str], seen: list[str]) -> list[str]:
    """All of now, and the last ones that are not there any more."""
    now = list(dict.fromkeys(_digest(paragraph) for paragraph in paragraphs))
    present = set(now)
    return ([name for name in seen if name not in present] + now)[-_REMEMBERED:]


def _digest(paragraph: str) -> str:
    plain = _COUNTS.sub("0", " ".join(paragraph.split()).casefold())
    return hashlib.sha256(plain.encode()).hexdigest()[:12]
