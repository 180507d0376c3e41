"""Takes an uploaded film in: refused, or copied without anything but its picture and sound.

Films are not coded anew: that needs libraries that read far more kinds of hostile bytes than anybody can watch
over. Networks code them anew themselves. What a film says beside its picture and sound is left behind in a
process without rights (``film_worker.py``). What stands within the coded picture stays, as with any film.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vierogen.core.pictures import HEIC_BRANDS, UNSAFE, Cleaned, PictureRefused, digest, worked_on
from vierogen.core.words import gettext_noop as _

WORKER = Path(__file__).with_name("film_worker.py")
# Films stand in the database as pictures do, so that no backup and no approval misses one. Each is then held
# whole in memory a few times (upload, clean copy, sending; PostgreSQL writes bytes as twice as many signs), and
# SQLite puts it into its log first. Fifty megabytes are a minute and a half of a phone's film as networks want it.
MAX_UPLOAD = 50 * 1024 * 1024
TOO_BIG = _("This film is larger than 50 MB. Make it shorter or smaller first.")
_DAMAGED = _("This film is damaged or incomplete. Save it again and try once more.")
_SLOW = _("This film takes too long to read. Make it shorter first.")
_REFUSALS: Mapping[str, str] = {
    "big": _("This film is larger than 4096 pixels on a side, or very long. Make it smaller first."),
    "coding": _(
        "This film is not in the form that networks take (H.264). Save it as MP4 with H.264 and add that. "
        "On an iPhone: Settings, Camera, Formats, Most compatible."
    ),
    "sound": _("The sound of this film is not in the form that networks take (AAC). Save it as MP4 and add that."),
    "no picture": _("There is no picture in this file, only sound or nothing at all."),
    "pieces": _("This film is cut in pieces for streaming. Save it as one ordinary MP4 and add that."),
    "heavy": _SLOW,
    "damaged": _DAMAGED,
}


def is_film(start: bytes) -> bool:
    """Do these first bytes (12 at least) begin an MP4 or MOV film (ISO/IEC 14496-12, 4.3)?"""
    return start[4:8] == b"ftyp" and start[8:12] not in HEIC_BRANDS | {b"avif", b"avis"}


def copied(data: bytes, *, name: str) -> Cleaned:
    """Copy the uploaded film without what it says beside picture and sound. Raises ``PictureRefused``."""
    if len(data) > MAX_UPLOAD:
        raise PictureRefused(TOO_BIG, name=name)
    said = worked_on(data, worker=WORKER, slow=_SLOW, name=name)
    try:
        return _cleaned(said, size=len(data))
    except PictureRefused as refused:
        raise PictureRefused(refused.reason, name=name) from None
    except (ValueError, KeyError, TypeError):
        raise PictureRefused(UNSAFE, name=name) from None


def _cleaned(said: bytes, *, size: int) -> Cleaned:
    """The worker's answer, believed only as far as it can be checked: it has read hostile bytes."""
    line, _newline, data = said.partition(b"\n")
    facts: dict[str, Any] = json.loads(line)
    if "refused" in facts:
        raise PictureRefused(_REFUSALS[facts["refused"]])
    if len(data) != size or not is_film(data[:12]) or facts["mime"] != "video/mp4":
        raise PictureRefused(UNSAFE)
    return Cleaned(
        data=data,
        mime="video/mp4",
        width=int(facts["width"]),
        height=int(facts["height"]),
        has_place=facts["has_place"] is True,
        taken_at=str(facts["taken_at"])[:19],
        sha256=digest(data),
        seconds=float(facts["seconds"]),
    )
