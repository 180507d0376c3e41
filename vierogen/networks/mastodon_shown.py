"""What Mastodon's API tells of posts, reposts and likes, as the gateway and the watch know them."""

import mimetypes
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from vierogen.networks.base import Kind, Media, Shown
from vierogen.networks.plain import plain
from vierogen.networks.taming import web_address

# Begins the id of a like: the network itself gives a like none.
LIKE = "like:"


def shown_from(status: Mapping[str, Any]) -> Shown:
    """https://docs.joinmastodon.org/entities/Status/; a repost shows what it reposts."""
    original = status.get("reblog") or {}
    content = original or status
    # https://docs-develop.pleroma.social/backend/development/API/differences_in_mastoapi_responses/#statuses
    expires_at = _moment((status.get("pleroma") or {}).get("expires_at"))
    warning = content.get("spoiler_text") or ""
    kind: Kind = "repost" if original else "story" if expires_at else "post"
    return Shown(
        remote_id=str(status.get("id", "")),
        text=f"{warning}\n\n{plain(content.get('content') or '')}".strip(),
        url=web_address(status.get("url")) or web_address(status.get("uri")),
        kind=kind,
        created_at=_moment(status.get("created_at")),
        edited_at=_moment(status.get("edited_at")),
        expires_at=expires_at,
        media=tuple(_media(attached) for attached in content.get("media_attachments") or ()),
        target=str(original.get("id", "")),
        raw=status,
    )


def liked_from(status: Mapping[str, Any]) -> Shown:
    """The account's like of this post."""
    shown = shown_from(status)
    return Shown(
        remote_id=f"{LIKE}{shown.remote_id}",
        text=shown.text,
        url=shown.url,
        kind="like",
        media=shown.media,
        target=shown.remote_id,
        raw=status,
    )


def _media(attached: Mapping[str, Any]) -> Media:
    """https://docs.joinmastodon.org/entities/MediaAttachment/."""
    preview = attached.get("preview_url") or ""
    url = attached.get("url") or preview
    mime = mimetypes.guess_type(urlsplit(url).path)[0] or ""
    return Media(url=url, alt=attached.get("description") or "", mime=mime, preview=preview)


def _moment(written: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
