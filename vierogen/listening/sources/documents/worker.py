"""Reads one hostile document after the other, in a process of its own with hardly any rights.

``apart.py`` starts it with an empty environment, so that a flaw in a parser meets no settings, no database and no
secrets. Standard input: a frame of JSON (``what``, ``content_type``) and one of bytes; standard output: a frame of
JSON. A frame is four bytes of length (big-endian) and so many bytes.
"""

import codecs
import encodings
import json
import os
import resource
import select
import struct
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pkgutil import iter_modules
from typing import IO, Any

from vierogen.listening.sources.documents.feeds import Unreadable, read_feed
from vierogen.listening.sources.documents.maps import read_map
from vierogen.listening.sources.documents.markup import decoded
from vierogen.listening.sources.documents.pages import read_links, read_page

MEMORY_BYTES = 1_000_000_000
# Seconds without a question after which it ends: whoever has the next one begins another.
IDLE = 300.0
READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "feed": read_feed,
    "page": read_page,
    "links": read_links,
    "map": read_map,
}
_REHEARSAL = (
    ("feed", b"<rss version='2.0'><channel><item><title>a</title></item></channel></rss>"),
    ("feed", b"<rss version='2.0'><channel><item><title>a & b &eacute; \xe9</title></item></channel>"),
    ("page", b"<html><body><article><p>" + b"Some words of a page. " * 20 + b"</p></article></body></html>"),
    ("page", b"<html><body><script>a()</script></body></html>"),
    ("page", b"<html><body>" + b"<div><a href='/'>Some words</a> of a page. </div>" * 40 + b"</body></html>"),
    ("links", b"<html><head><title>a</title></head></html>"),
    ("map", b"<urlset><url><loc>https://a.example/</loc></url></urlset>"),
)


def confine() -> None:
    """Give up what reading does not need; a child cannot get it back."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        # All descriptors are in use: no file and no connection can be opened from here on.
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(limit, (most, most))


def rehearse() -> None:
    """Use everything once: parsers and encodings are loaded at first use, and later no file can be opened."""
    for name in [module.name for module in iter_modules(encodings.__path__)]:
        with suppress(LookupError):
            codecs.lookup(name)
    for what, body in _REHEARSAL:
        answer(what, body)


def answer(what: str, body: bytes, content_type: str = "") -> dict[str, Any]:
    """What is in the document, or ``{"failed": CODE}``."""
    try:
        return READERS[what](decoded(body, content_type))
    except Unreadable as refusal:
        return {"failed": refusal.code}
    except (OSError, ImportError) as error:  # something should have been rehearsed
        return {"failed": "unprepared", "detail": repr(error)[:300]}
    except MemoryError:
        return {"failed": "heavy"}
    except Exception as error:  # noqa: BLE001 - parsers raise anything on hostile bytes, and all of it means the same
        return {"failed": "broken", "detail": type(error).__name__}


def _frame(source: IO[bytes]) -> bytes:
    return source.read(struct.unpack(">I", source.read(4))[0])


def _send(told: dict[str, Any], out: IO[bytes]) -> None:
    frame = json.dumps(told).encode()
    out.write(struct.pack(">I", len(frame)) + frame)
    out.flush()


def main() -> None:
    """Answer until nobody asks any more, or has not for some minutes."""
    warnings.simplefilter("ignore")
    out = sys.stdout.buffer
    rehearse()
    confine()
    _send({"ready": True}, out)
    with suppress(struct.error, OSError):
        while select.select([sys.stdin], [], [], IDLE)[0]:
            asked = json.loads(_frame(sys.stdin.buffer))
            _send(answer(str(asked["what"]), _frame(sys.stdin.buffer), str(asked["content_type"])), out)
    os._exit(0)


if __name__ == "__main__":
    main()
