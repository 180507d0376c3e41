"""Has documents read by ``worker.py``, a process without rights that is begun when it is first needed.

So time and memory are really limited. The process ends with the program, when nobody asked anything for some minutes,
after some hundreds of documents (parsers do not give back all memory), and where it hangs or dies.
"""

import json
import logging
from pathlib import Path
from typing import Any

from vierogen.core.apart import AbsentError, Apart, ApartError, TooSlowError, framed
from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources.base import SourceError
from vierogen.networks.taming import tamed

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[4]
# Seconds on the clock: to load everything on a slow or busy machine, and for one document.
START_TIMEOUT = 60.0
TIMEOUT = 10.0
DOCUMENTS = 500
_LONGEST_ANSWER = 60_000_000
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from vierogen.listening.sources.documents.worker import main; main()"
)

_SLOW = _("It takes too long to read what this address gives.")
_BROKEN = _("What this address gives is damaged and cannot be read.")
_REASONS = {
    "entities": _("What this address gives has definitions in it that can be an attack, so it is not read."),
    "no_feed": _("There is no feed at this address."),
    "no_page": _("There is no web page at this address."),
    "no_text": _("No text was found on this page. Some pages only show text to browsers that run programs."),
    "no_map": _("There is no site map at this address."),
    "heavy": _("What this address gives takes too much memory to read."),
}


def read_apart(what: str, body: bytes, content_type: str = "") -> dict[str, Any]:
    """What is in a document: ``what`` is "feed", "page", "links" or "map". Raises ``SourceError``."""
    said = _asked(what, body, content_type)
    if code := said.get("failed"):
        if code == "unprepared":
            logger.error("the program that reads documents has no rights for what it needs: %s", said.get("detail"))
        raise SourceError(_REASONS.get(str(code), _BROKEN), detail=f"{what}: {code} {said.get('detail', '')}")
    return dict(tamed(said))


APART = Apart(
    ["-c", _START, str(ROOT)],
    environment={},
    to_start=START_TIMEOUT,
    to_answer=TIMEOUT,
    longest_answer=_LONGEST_ANSWER,
    most_questions=DOCUMENTS,
)


def _asked(what: str, body: bytes, content_type: str) -> dict[str, Any]:
    question = json.dumps({"what": what, "content_type": content_type[:200]}).encode()
    try:
        return APART.ask(framed(question) + framed(body))
    except AbsentError as error:
        logger.error("the program that reads documents does not start: %s", error.detail)  # noqa: TRY400
        raise SourceError(_BROKEN, detail=error.detail) from None
    except TooSlowError as error:
        raise SourceError(_SLOW, detail=error.detail) from None
    except ApartError as error:
        raise SourceError(_BROKEN, detail=error.detail) from None
