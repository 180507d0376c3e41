"""Has pictures looked at by ``vision_worker.py``, a process without rights that is begun when it is first needed.

Knows no Django: ``vierogen check`` uses it as it is. The process ends by itself when nobody asked anything for some
minutes, and when the program ends.
"""

import logging
from pathlib import Path
from typing import Any
from unicodedata import normalize

from vierogen.core.apart import AbsentError, Apart, ApartError, TooSlowError, framed
from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Seen

logger = logging.getLogger(__name__)

WORKER = Path(__file__).with_name("vision_worker.py")
# Seconds on the clock: to load everything on a slow or busy machine, and for one picture.
START_TIMEOUT = 90.0
TIMEOUT = 30.0
_LONGEST_ANSWER = 2_000_000
_MOST_LETTERS = 20_000

_SLOW = _("Looking at it took too long.")
_BROKEN = _("Looking at it broke off.")
_TOO_LARGE = _("It takes too much memory to look at.")
_ABSENT = _("The program that looks at pictures does not start. Its packages are missing or of another version.")


class VisionError(Exception):
    """Nobody could look at the picture. ``reason`` is a translatable English sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def look_at_clean(data: bytes) -> Seen:
    """What is to be seen in a picture that ``core.pictures`` has drawn anew. Raises ``VisionError``."""
    said = _asked(data)
    if failure := said.get("failed"):
        logger.warning("a picture could not be looked at: %s", failure)
        raise VisionError(_TOO_LARGE if failure == "memory" else _BROKEN)
    try:
        return _seen(said)
    except (KeyError, TypeError, ValueError):
        raise VisionError(_BROKEN) from None


def _seen(said: dict[str, Any]) -> Seen:
    """The worker's answer, believed only as far as it can be checked: it has read what strangers made."""
    # NFKC: readers of several scripts write a colon or a digit as wide as a Chinese sign.
    text = normalize("NFKC", "\n".join(str(line) for line in said["lines"]))
    return Seen(
        faces=min(int(said["faces"]), 10_000),
        text=_keepable(text)[:_MOST_LETTERS],
        codes=tuple(_keepable(str(code))[:2000] for code in said["codes"][:20]),
    )


def _keepable(text: str) -> str:
    """Without what no database keeps: signs that are none, and halves of one."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


# Nothing of our environment; only that nothing is reported to the makers of a library.
APART = Apart(
    [str(WORKER)],
    environment={"ORT_DISABLE_TELEMETRY": "1"},
    to_start=START_TIMEOUT,
    to_answer=TIMEOUT,
    longest_answer=_LONGEST_ANSWER,
)


def _asked(data: bytes) -> dict[str, Any]:
    try:
        return APART.ask(framed(data))
    except AbsentError as error:
        logger.error("the program that looks at pictures does not start: %s", error.detail)  # noqa: TRY400
        raise VisionError(_ABSENT) from None
    except TooSlowError:
        raise VisionError(_SLOW) from None
    except ApartError:
        raise VisionError(_BROKEN) from None
