"""The practice network's records as the JSON of Mastodon's client API.

https://docs.joinmastodon.org/entities/Status/, /Account/, /MediaAttachment/ and /Instance/. The
``pleroma`` part of a status, which says when a story ends, is from the API documents of Pleroma
(https://docs-develop.pleroma.social/backend/development/API/differences_in_mastoapi_responses/).
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from vierogen.practice.network import ALT_LIMIT, MIMES, PICTURE_LIMIT, TEXT_LIMIT, PracticeNetwork
from vierogen.practice.records import Account, Attachment, NotFound, Standing, Status
from vierogen.practice.rendering import LINK_LENGTH, html, mentions, tags

Entity = dict[str, Any]

VERSION = "4.4.0 (compatible; Vierogen practice network)"
PICTURE_BYTES = 16 * 1024 * 1024
PICTURE_PIXELS = 33_177_600


class Entities:
    """Writes entities for one network, which is reached at ``base`` (no slash at the end)."""

    def __init__(self, network: PracticeNetwork, base: str) -> None:
        self.network, self.base = network, base

    def account(self, account: Account) -> Entity:
        """https://docs.joinmastodon.org/entities/Account/"""
        profile = self.profile(account)
        avatar = f"{self.base}/avatars/{account.id}-{account.avatar_key or 'drawn'}"
        return {
            "id": account.id,
            "username": account.handle,
            "acct": account.handle,
            "display_name": account.name,
            "locked": False,
            "bot": False,
            "discoverable": True,
            "group": False,
            "created_at": instant(account.created_at.replace(hour=0, minute=0, second=0, microsecond=0)),
            "note": self.html(account.about),
            "url": profile,
            "uri": f"{self.base}/users/{account.handle}",
            "avatar": avatar,
            "avatar_static": avatar,
            "header": f"{self.base}/headers/missing.png",
            "header_static": f"{self.base}/headers/missing.png",
            "followers_count": 0,
            "following_count": 0,
            "statuses_count": self.network.count_of(account),
            "last_status_at": None,
            "emojis": [],
            "fields": [],
        }

    def credentials(self, account: Account) -> Entity:
        """https://docs.joinmastodon.org/entities/Account/#CredentialAccount"""
        source = {
            "note": account.about,
            "fields": [],
            "privacy": "public",
            "sensitive": False,
            "language": None,
            "follow_requests_count": 0,
        }
        return self.account(account) | {"source": source}

    def status(self, status: Status, *, viewer: Account | None = None) -> Entity:
        """https://docs.joinmastodon.org/entities/Status/"""
        standing = self.network.standing(status, viewer=viewer)
        return {
            "id": status.id,
            "created_at": instant(status.created_at),
            "edited_at": instant(status.edited_at) if status.edited_at else None,
            "in_reply_to_id": status.in_reply_to_id,
            "in_reply_to_account_id": self._answered(status),
            "sensitive": status.sensitive,
            "spoiler_text": status.spoiler_text,
            "visibility": status.visibility,
            "language": status.language,
            "uri": f"{self.base}/users/{status.account.handle}/statuses/{status.id}",
            "url": self.address(status),
            "content": self.html(status.text),
            "reblog": self.status(status.reblog, viewer=viewer) if status.reblog else None,
            "application": None,
            "account": self.account(status.account),
            "media_attachments": [self.attachment(medium) for medium in status.media],
            "mentions": self._mentions(status),
            "tags": [{"name": tag.lower(), "url": f"{self.base}/tags/{tag}"} for tag in tags(status.text)],
            "emojis": [],
            "card": None,
            "poll": None,
            "pleroma": {"expires_at": instant(status.expires_at) if status.expires_at else None},
        } | _counts(standing)

    def attachment(self, medium: Attachment) -> Entity:
        """https://docs.joinmastodon.org/entities/MediaAttachment/"""
        size = {
            "width": medium.width,
            "height": medium.height,
            "size": f"{medium.width}x{medium.height}",
            "aspect": medium.width / medium.height,
        }
        return {
            "id": medium.id,
            "type": "image",
            "url": f"{self.base}/media/{medium.file_name}",
            "preview_url": f"{self.base}/media/{medium.file_name}?small",
            "remote_url": None,
            "preview_remote_url": None,
            "text_url": None,
            "meta": {"original": size, "small": size},
            "description": medium.description or None,
            "blurhash": None,
        }

    def instance(self) -> Entity:
        """https://docs.joinmastodon.org/entities/Instance/"""
        return {
            "domain": self.base.partition("://")[2],
            "title": "Vierogen practice network",
            "version": VERSION,
            "source_url": "",
            "description": "To practise on. Nothing here leaves this computer.",
            "usage": {"users": {"active_month": len(self.network.accounts())}},
            "thumbnail": {"url": f"{self.base}/headers/missing.png"},
            "languages": ["nl", "en"],
            "configuration": {"urls": {"streaming": self._streaming()}} | _limits(),
            "registrations": {"enabled": False, "approval_required": False, "message": None},
            "contact": {"email": "", "account": None},
            "rules": [],
        }

    def instance_v1(self) -> Entity:
        """https://docs.joinmastodon.org/entities/V1_Instance/"""
        return {
            "uri": self.base.partition("://")[2],
            "title": "Vierogen practice network",
            "short_description": "To practise on. Nothing here leaves this computer.",
            "description": "To practise on. Nothing here leaves this computer.",
            "email": "",
            "version": VERSION,
            "urls": {"streaming_api": self._streaming()},
            "stats": {"user_count": len(self.network.accounts()), "status_count": 0, "domain_count": 0},
            "thumbnail": None,
            "languages": ["nl", "en"],
            "registrations": False,
            "approval_required": False,
            "invites_enabled": False,
            "configuration": _limits(),
            "contact_account": None,
            "rules": [],
        }

    def html(self, text: str) -> str:
        """``text`` as the network shows it."""
        return html(text, base=self.base, profile_of=self._profile_of)

    def profile(self, account: Account) -> str:
        """The address of the account's page."""
        return f"{self.base}/@{account.handle}"

    def address(self, status: Status) -> str:
        """The address of the status's page."""
        return f"{self.profile(status.account)}/{status.id}"

    def _streaming(self) -> str:
        return self.base.replace("http", "ws", 1)

    def _answered(self, status: Status) -> str | None:
        """Whose post this answers, as long as that is there."""
        with suppress(NotFound):
            return self.network.status(status.in_reply_to_id or "").account.id
        return None

    def _profile_of(self, handle: str) -> str | None:
        account = self.network.by_handle(handle)
        return self.profile(account) if account else None

    def _mentions(self, status: Status) -> list[Entity]:
        found = [self.network.by_handle(handle) for handle in mentions(status.text)]
        return [
            {"id": one.id, "username": one.handle, "acct": one.handle, "url": self.profile(one)} for one in found if one
        ]


def instant(moment: datetime) -> str:
    """https://docs.joinmastodon.org/api/datetime-format/: UTC, milliseconds, Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _counts(standing: Standing) -> Entity:
    return {
        "replies_count": standing.replies,
        "reblogs_count": standing.reblogs,
        "favourites_count": standing.favourites,
        "favourited": standing.favourited,
        "reblogged": standing.reblogged,
        "muted": False,
        "bookmarked": False,
        "filtered": [],
    }


def _limits() -> Entity:
    """What clients may send; https://docs.joinmastodon.org/entities/Instance/#configuration."""
    return {
        "accounts": {"max_featured_tags": 0},
        "statuses": {
            "max_characters": TEXT_LIMIT,
            "max_media_attachments": PICTURE_LIMIT,
            "characters_reserved_per_url": LINK_LENGTH,
        },
        "media_attachments": {
            "supported_mime_types": list(MIMES.values()),
            "description_limit": ALT_LIMIT,
            "image_size_limit": PICTURE_BYTES,
            "image_matrix_limit": PICTURE_PIXELS,
        },
    }
