"""What Instagram shows, and whether it is what was sent.

https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media, "Fields".
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from vierogen.networks.base import Media, Outgoing, Shown
from vierogen.networks.taming import composed, web_address

_PARTS = "id,media_type,media_url,thumbnail_url,alt_text"
FIELDS = f"{_PARTS},caption,media_product_type,permalink,timestamp,children{{{_PARTS}}}"
# .../reference/ig-user/stories: a story is there for 24 hours.
_A_DAY = timedelta(hours=24)
# Our clock and the network's may differ by this much.
CLOCKS = timedelta(minutes=5)


def shown_from(media: Mapping[str, Any]) -> Shown:
    """One post, reel or story. Unsure whether parts of a carousel give their alt text back."""
    is_story = media.get("media_product_type") == "STORY"
    created = moment(media.get("timestamp"))
    children = media.get("children")
    parts = children.get("data") if isinstance(children, Mapping) else None
    return Shown(
        remote_id=str(media.get("id", "")),
        text=str(media.get("caption") or ""),
        url=web_address(media.get("permalink")),
        kind="story" if is_story else "post",
        created_at=created,
        expires_at=created + _A_DAY if created and is_story else None,
        media=tuple(_media(part) for part in (parts or [media]) if isinstance(part, Mapping)),
        raw=media,
    )


def _media(part: Mapping[str, Any]) -> Media:
    return Media(
        # Left out where it is held back for the rights of others ("media_url").
        url=web_address(part.get("media_url")),
        alt=str(part.get("alt_text") or ""),
        mime="video/mp4" if part.get("media_type") == "VIDEO" else "image/jpeg",
        preview=web_address(part.get("thumbnail_url")),
    )


def moment(written: Any) -> datetime | None:
    """A time as the Graph API writes it: 2026-03-02T12:00:00+0000."""
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def reads_alike(post: Outgoing, shown: Shown, *, looks_alike: Callable[[Outgoing, Shown], bool]) -> bool:
    """Is it made of the same text, pictures and alt texts, in the same form, and not older?

    Where there is no text to go by, and a story never gives its text back, the pictures decide.
    """
    is_story = post.format == "story"
    if is_story != (shown.kind == "story") or shown.kind not in ("post", "story"):
        return False
    if shown.created_at and shown.created_at < post.created_at - CLOCKS:
        return False
    if [each.is_film for each in post.pictures] != [each.mime.startswith("video/") for each in shown.media]:
        return False
    if not is_story and (essence(post.text) != essence(shown.text) or not _are_described_alike(post, shown)):
        return False
    return not (is_story or not essence(post.text)) or looks_alike(post, shown)


def _are_described_alike(post: Outgoing, shown: Shown) -> bool:
    """An alt text that does not come back says nothing."""
    theirs = [essence(each.alt) for each in shown.media]
    return not any(theirs) or theirs == [essence(each.alt) for each in post.pictures]


def essence(text: str) -> str:
    """What stays of a text: Instagram may take spaces and empty lines away."""
    return " ".join(composed(text).split())
