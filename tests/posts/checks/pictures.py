"""Pictures as the checks see them, for tests of one check at a time."""

from datetime import UTC, datetime
from typing import Any

from vierogen.posts.checks.base import Check, Draft, Finding, PictureFacts, Seen
from vierogen.posts.checks.running import worded

AT = datetime(2026, 4, 11, 14, 30, tzinfo=UTC)


def picture(*, seen: Seen | None = None, **facts: Any) -> PictureFacts:
    """A picture of which this is known."""
    return PictureFacts("Een open dag", "dag.jpg", "00", seen=seen, **facts)


def showing(text: str = "", *, faces: int = 0, codes: tuple[str, ...] = ()) -> PictureFacts:
    """A picture in which this was seen."""
    return picture(seen=Seen(faces, text, codes))


def findings(check: Check, draft: Draft) -> list[Finding]:
    """What the check finds."""
    return list(check.findings(draft))


def told(found: Finding) -> str:
    """Its sentence."""
    return worded(found, str)
