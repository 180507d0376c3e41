"""The practice network itself: accounts, posts, stories, reposts, pictures, and who hears of them at once.

Its rules are Mastodon's (https://docs.joinmastodon.org/methods/statuses/), with the stories of
servers whose posts may expire. It needs no server: the phone page may act on it directly, and what
it does is streamed all the same.
"""

import secrets
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from vierogen.practice.records import (
    VISIBILITIES,
    Account,
    Attachment,
    NotFound,
    Records,
    Refused,
    Status,
    now,
    number,
)
from vierogen.practice.rendering import length
from vierogen.practice.streams import Event, Name, Streams

TEXT_LIMIT = 500
PICTURE_LIMIT = 4
ALT_LIMIT = 1500
NAME_LIMIT = 30
STORY = timedelta(hours=24)
# https://docs.joinmastodon.org/methods/statuses/#headers: kept for up to one hour.
KEY_LIFE = timedelta(hours=1)
MIMES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
COLOURS = ("#2a6f97", "#8f2d56", "#386641", "#7b4fa3", "#a1471b", "#155e63")
# Enough for any benchmark, and an end to what a demo of months would keep.
POSTED_KEPT = 100_000


@dataclass(frozen=True)
class Draft:
    """What somebody wants to post. ``expires_in`` (seconds) makes a story; ``key`` is the idempotency key."""

    text: str
    media_ids: Sequence[str] = ()
    language: str | None = None
    visibility: str = "public"
    in_reply_to_id: str | None = None
    expires_in: int | None = None
    spoiler_text: str = ""
    sensitive: bool = False
    key: str = ""


class Posted(NamedTuple):
    """When a post was stored, by the monotonic clock of this process, in seconds."""

    remote_id: str
    at: float
    account: Account


class PracticeNetwork(Records):
    """Everything that can be done on the practice network; each verb is whole and safe between threads."""

    def __init__(self, path: Path | None) -> None:
        """Continue with what is in the file at ``path``; ``None`` starts empty and leaves nothing."""
        super().__init__(path)
        self.posted: deque[Posted] = deque(maxlen=POSTED_KEPT)
        self.streams = Streams()

    def add_account(self, handle: str, name: str, *, about: str = "", colour: str = "") -> Account:
        """Make an account with a token, or give the one that has this handle already."""
        with self._writing() as db:
            there = self.by_handle(handle)
            if there:
                return there
            account_id = self._new_id()
            colour = colour or COLOURS[len(self.accounts()) % len(COLOURS)]
            db.execute(
                """INSERT INTO account (id, handle, name, about, colour, token, created_at)
                   VALUES (?, ?, ?, ?, ?, ?, ?)""",
                (account_id, handle, name, about, colour, secrets.token_urlsafe(32), now()),
            )
            return self.account(str(account_id))

    def new_token(self, account: Account) -> Account:
        """Give the account another token: the old one is refused and its streams end."""
        with self._writing() as db:
            given = (secrets.token_urlsafe(32), number(account.id))
            db.execute("UPDATE account SET token = ? WHERE id = ?", given)
            self.streams.tell(None, [account.id])
            return self.account(account.id)

    def change_profile(
        self,
        account: Account,
        *,
        name: str | None = None,
        about: str | None = None,
        avatar: bytes | None = None,
    ) -> Account:
        """Change what is given. No stream tells of it, just as on Mastodon."""
        if name is not None and len(name) > NAME_LIMIT:
            raise Refused("Validation failed: Display name is too long (maximum is 30 characters)")
        if avatar is not None:
            _looked_at(avatar)
        key = sha256(avatar).hexdigest()[:16] if avatar is not None else None
        with self._writing() as db:
            db.execute(
                """UPDATE account SET name = coalesce(?, name), about = coalesce(?, about),
                   avatar = coalesce(?, avatar), avatar_key = coalesce(?, avatar_key) WHERE id = ?""",
                (name, about, avatar, key, number(account.id)),
            )
            return self.account(account.id)

    def follow(self, account: Account, target: Account) -> None:
        """``account`` wants to see what ``target`` posts: its streams tell of both."""
        with self._writing() as db:
            both = (number(account.id), number(target.id))
            db.execute("INSERT OR IGNORE INTO follow (account_id, target_id) VALUES (?, ?)", both)

    def publish(self, account: Account, draft: Draft) -> Status:
        """Post ``draft``, or give what was posted under its key before. Raises ``Refused``, ``NotFound``."""
        with self._writing():
            before = self._under_key(account, draft.key)
            if before:
                return self.status(before, viewer=account)
            self._check(draft)
            attachments = self._free_media(account, draft.media_ids)
            status_id = self._insert(account, draft)
            self._attach(status_id, attachments)
            self._remember_key(account, draft.key, status_id)
            return self._tell("update", self.status(str(status_id), viewer=account))

    def backdate(self, status: Status, moment: datetime) -> None:
        """Pretend that it was posted at ``moment``: for the posts with which a demo begins."""
        with self._writing() as db:
            given = (round(moment.timestamp() * 1000), number(status.id))
            db.execute("UPDATE status SET created_at = ? WHERE id = ?", given)

    def edit(
        self,
        account: Account,
        status_id: str,
        draft: Draft,
        *,
        descriptions: dict[str, str] | None = None,
    ) -> Status:
        """Replace text, pictures and content warning; where nothing differs, nothing happens.

        ``descriptions`` changes alt texts, by picture id. Raises ``NotFound``, ``Refused``.
        """
        with self._writing() as db:
            old = self._own(account, status_id)
            self._check(draft)
            kept = {medium.id for medium in old.media}
            new = self._free_media(account, [one for one in draft.media_ids if one not in kept])
            self._describe(kept | {medium.id for medium in new}, descriptions or {})
            db.execute("UPDATE media SET status_id = NULL WHERE status_id = ?", (number(status_id),))
            self._attach(number(status_id), [self.attachment(one, owner=account) for one in draft.media_ids])
            given = (draft.text.strip(), draft.spoiler_text, number(status_id))
            db.execute("UPDATE status SET text = ?, spoiler_text = ? WHERE id = ?", given)
            if self._own(account, status_id) == old:
                return old
            db.execute("UPDATE status SET edited_at = ? WHERE id = ?", (now(), number(status_id)))
            return self._tell("status.update", self._own(account, status_id))

    def delete(self, account: Account, status_id: str, *, with_media: bool = False) -> Status:
        """Remove an own post with its reposts, or undo an own repost; gives what was there.

        Without ``with_media`` its pictures stay where they are, free for another post, as on Mastodon.
        """
        with self._writing() as db:
            status = self._own(account, status_id)
            reposts = db.execute("SELECT * FROM status WHERE reblog_of = ?", (number(status_id),)).fetchall()
            gone = [*(self._status(row) for row in reposts), status]
            if with_media:
                db.execute("DELETE FROM media WHERE status_id = ?", (number(status_id),))
            db.execute("DELETE FROM status WHERE id = ?", (number(status_id),))
            for one in gone:
                self._tell("delete", one)
            return status

    def reblog(self, account: Account, status_id: str) -> Status:
        """Repost; gives the account's own repost, the same one when it was there already."""
        with self._writing():
            original = self._original(account, status_id)
            before = self._repost_of(account, original)
            if before:
                return before
            repost_id = self._insert(account, Draft(""), reblog_of=original.id)
            return self._tell("update", self.status(str(repost_id), viewer=account))

    def unreblog(self, account: Account, status_id: str) -> Status:
        """Undo a repost; gives the original. Undoing what was not done is fine."""
        with self._writing():
            original = self._original(account, status_id)
            repost = self._repost_of(account, original)
            if repost:
                self.delete(account, repost.id)
            return original

    def favourite(self, account: Account, status_id: str) -> Status:
        """Like; no stream tells of it, just as on Mastodon."""
        with self._writing() as db:
            status = self._original(account, status_id)
            both = (number(account.id), number(status.id))
            db.execute("INSERT OR IGNORE INTO favourite (account_id, status_id) VALUES (?, ?)", both)
            return status

    def unfavourite(self, account: Account, status_id: str) -> Status:
        """Undo a like. Undoing what was not done is fine."""
        with self._writing() as db:
            status = self._original(account, status_id)
            both = (number(account.id), number(status.id))
            db.execute("DELETE FROM favourite WHERE account_id = ? AND status_id = ?", both)
            return status

    def add_media(self, account: Account, data: bytes, *, description: str = "") -> Attachment:
        """Keep a PNG, JPEG, GIF or WebP for a post to come. Raises ``Refused`` for anything else."""
        mime, width, height = _looked_at(data)
        with self._writing() as db:
            media_id = self._new_id()
            db.execute(
                """INSERT INTO media (id, account_id, data, mime, description, width, height)
                   VALUES (?, ?, ?, ?, ?, ?, ?)""",
                (media_id, number(account.id), data, mime, description[:ALT_LIMIT], width, height),
            )
            return self.attachment(str(media_id), owner=account)

    def describe(self, account: Account, media_id: str, description: str) -> Attachment:
        """Change the alt text of a picture that is in no post yet. Raises ``NotFound``, ``Refused``."""
        with self._writing():
            self.attachment(media_id, owner=account)
            self._free_media(account, [media_id])
            self._describe({media_id}, {media_id: description})
            return self.attachment(media_id, owner=account)

    def post_by_phone(
        self, account: Account, text: str, *, picture: bytes | None = None, story: bool = False
    ) -> Status:
        """What the ordinary app on a phone does: at once, without asking anybody. A story lasts 24 hours."""
        media = [self.add_media(account, picture).id] if picture else []
        expires_in = int(STORY.total_seconds()) if story else None
        return self.publish(account, Draft(text, media_ids=media, expires_in=expires_in))

    def _check(self, draft: Draft) -> None:
        if not draft.text.strip() and not draft.media_ids:
            raise Refused("Validation failed: Text can't be blank")
        if length(draft.text) > TEXT_LIMIT:
            raise Refused(f"Validation failed: Text character limit of {TEXT_LIMIT} exceeded")
        if len(draft.media_ids) > PICTURE_LIMIT:
            raise Refused(f"Validation failed: Cannot attach more than {PICTURE_LIMIT} files")
        if draft.visibility not in VISIBILITIES:
            raise Refused("Validation failed: Visibility is not included in the list")
        if draft.expires_in is not None and draft.expires_in <= 0:
            raise Refused("Validation failed: Expires in must be in the future")

    def _insert(self, account: Account, draft: Draft, *, reblog_of: str = "") -> int:
        with self._writing() as db:
            status_id = self._new_id()
            moment = now()
            replied = self.status(draft.in_reply_to_id, viewer=account).id if draft.in_reply_to_id else None
            db.execute(
                """INSERT INTO status (id, account_id, text, created_at, expires_at, in_reply_to, reblog_of,
                   language, visibility, sensitive, spoiler_text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    status_id,
                    number(account.id),
                    draft.text.strip(),
                    moment,
                    moment + draft.expires_in * 1000 if draft.expires_in else None,
                    number(replied) if replied else None,
                    number(reblog_of) if reblog_of else None,
                    draft.language,
                    draft.visibility,
                    draft.sensitive,
                    draft.spoiler_text,
                ),
            )
            return status_id

    def _under_key(self, account: Account, key: str) -> str:
        oldest = now() - KEY_LIFE // timedelta(milliseconds=1)
        question = "SELECT status_id FROM idempotency WHERE account_id = ? AND key = ? AND stored_at > ?"
        rows = self._rows(question, (number(account.id), key, oldest)) if key else []
        return str(rows[0]["status_id"]) if rows else ""

    def _remember_key(self, account: Account, key: str, status_id: int) -> None:
        if key:
            self._db.execute(
                """INSERT OR REPLACE INTO idempotency (account_id, key, status_id, stored_at)
                   VALUES (?, ?, ?, ?)""",
                (number(account.id), key, status_id, now()),
            )

    def _free_media(self, account: Account, media_ids: Sequence[str]) -> list[Attachment]:
        """The account's pictures with these ids; raises ``Refused`` for any that is not free."""
        given = (number(account.id),)
        question = "SELECT id FROM media WHERE account_id = ? AND status_id IS NULL"
        free = {str(row["id"]) for row in self._rows(question, given)} if media_ids else set()
        missing = [one for one in media_ids if one not in free]
        if missing:
            raise Refused(f"Media {', '.join(missing)} not found or already attached to another post")
        return [self.attachment(one, owner=account) for one in media_ids]

    def _attach(self, status_id: int, attachments: Sequence[Attachment]) -> None:
        for place, medium in enumerate(attachments):
            given = (status_id, place, number(medium.id))
            self._db.execute("UPDATE media SET status_id = ?, place = ? WHERE id = ?", given)

    def _describe(self, allowed: set[str], descriptions: dict[str, str]) -> None:
        for media_id in allowed & descriptions.keys():
            given = (descriptions[media_id][:ALT_LIMIT], number(media_id))
            self._db.execute("UPDATE media SET description = ? WHERE id = ?", given)

    def _own(self, account: Account, status_id: str) -> Status:
        status = self.status(status_id, viewer=account)
        if status.account.id != account.id:
            raise NotFound
        return status

    def _original(self, account: Account, status_id: str) -> Status:
        """The status itself, or what it reposts."""
        status = self.status(status_id, viewer=account)
        return status.reblog or status

    def _repost_of(self, account: Account, original: Status) -> Status | None:
        question = "SELECT * FROM status WHERE account_id = ? AND reblog_of = ?"
        rows = self._rows(question, (number(account.id), number(original.id)))
        return self._status(rows[0]) if rows else None

    def _tell(self, name: Name, status: Status) -> Status:
        """Tell the writer's own streams and those of followers, in the order in which it happened."""
        if name == "update" and status.reblog is None:
            self.posted.append(Posted(status.id, time.monotonic(), status.account))
        event = Event(name, status.id, status if name != "delete" else None)
        self.streams.tell(event, [status.account.id, *self._followers(status)])
        return status

    def _followers(self, status: Status) -> list[str]:
        if status.visibility == "direct":
            return []
        question = "SELECT account_id FROM follow WHERE target_id = ?"
        return [str(row["account_id"]) for row in self._rows(question, (number(status.account.id),))]


def _looked_at(data: bytes) -> tuple[str, int, int]:
    """MIME type, width and height; reads the head only, so that no bomb goes off here."""
    try:
        with Image.open(BytesIO(data), formats=tuple(MIMES)) as picture:
            return MIMES[str(picture.format)], picture.width, picture.height
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("Validation failed: File content type is invalid, File is invalid") from error
