"""What the practice network keeps: its tables, and their rows as dataclasses.

One small SQLite file, or memory alone; one connection behind one lock, so that any thread may ask.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any, Literal, get_args

from vierogen.core.numbers import whole

Visibility = Literal["public", "unlisted", "private", "direct"]

VISIBILITIES: tuple[str, ...] = get_args(Visibility)

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY, handle TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT '', colour TEXT NOT NULL, token TEXT NOT NULL UNIQUE,
    avatar BLOB, avatar_key TEXT NOT NULL DEFAULT '', created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS status (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account, text TEXT NOT NULL,
    created_at INTEGER NOT NULL, edited_at INTEGER, expires_at INTEGER,
    in_reply_to INTEGER, reblog_of INTEGER REFERENCES status ON DELETE CASCADE,
    language TEXT, visibility TEXT NOT NULL, sensitive INTEGER NOT NULL, spoiler_text TEXT NOT NULL,
    UNIQUE (account_id, reblog_of));
CREATE INDEX IF NOT EXISTS status_of_account ON status (account_id, id);
CREATE INDEX IF NOT EXISTS status_reply ON status (in_reply_to);
CREATE INDEX IF NOT EXISTS status_reblog ON status (reblog_of);
CREATE TABLE IF NOT EXISTS media (
    id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account,
    status_id INTEGER REFERENCES status ON DELETE SET NULL, place INTEGER NOT NULL DEFAULT 0,
    data BLOB NOT NULL, mime TEXT NOT NULL, description TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL, height INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS media_of_status ON media (status_id);
CREATE TABLE IF NOT EXISTS favourite (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL REFERENCES account,
    status_id INTEGER NOT NULL REFERENCES status ON DELETE CASCADE, UNIQUE (account_id, status_id));
CREATE INDEX IF NOT EXISTS favourite_of_status ON favourite (status_id);
CREATE TABLE IF NOT EXISTS follow (
    account_id INTEGER NOT NULL, target_id INTEGER NOT NULL, PRIMARY KEY (account_id, target_id));
CREATE TABLE IF NOT EXISTS idempotency (
    account_id INTEGER NOT NULL, key TEXT NOT NULL, status_id INTEGER NOT NULL,
    stored_at INTEGER NOT NULL, PRIMARY KEY (account_id, key));
"""

# After its time a story is simply no longer there, nor is a repost of it: questions go through this view.
ALIVE = """
CREATE TEMP VIEW alive AS SELECT * FROM status AS own
WHERE (expires_at IS NULL OR expires_at > now_ms()) AND (reblog_of IS NULL OR EXISTS (
    SELECT 1 FROM status WHERE id = own.reblog_of AND (expires_at IS NULL OR expires_at > now_ms())));
"""


class NotFound(LookupError):  # noqa: N818 - Mastodon's own word for it
    """There is no such record, or it is not for this account to see (404)."""


class Refused(ValueError):  # noqa: N818 - Mastodon's own word for it
    """The network does not accept this (422); the message is what the network says."""


@dataclass(frozen=True)
class Account:
    """One account of the practice network. ``avatar_key`` changes with the picture, "" for the drawn one."""

    id: str
    handle: str
    name: str
    about: str
    colour: str
    created_at: datetime
    token: str = field(repr=False)
    avatar_key: str = ""


@dataclass(frozen=True)
class Attachment:
    """A stored picture without its bytes; pixels ``width`` x ``height``."""

    id: str
    account_id: str
    mime: str
    description: str
    width: int
    height: int

    @property
    def file_name(self) -> str:
        """The last part of its address."""
        return f"{self.id}.{self.mime.rpartition('/')[2]}"


@dataclass(frozen=True)
class Status:
    """A post, a story (``expires_at``) or a repost (``reblog``); ``text`` is what the writer typed."""

    id: str
    account: Account
    text: str
    created_at: datetime
    edited_at: datetime | None
    expires_at: datetime | None
    in_reply_to_id: str | None
    reblog: "Status | None"
    language: str | None
    visibility: str
    spoiler_text: str
    sensitive: bool
    media: tuple[Attachment, ...]


@dataclass(frozen=True)
class Standing:
    """What others did with a status, and what the viewer did."""

    replies: int
    reblogs: int
    favourites: int
    favourited: bool
    reblogged: bool


@dataclass(frozen=True)
class Page:
    """A stretch of a list, by id, as https://docs.joinmastodon.org/api/guidelines/#pagination has it.

    ``max_id``: older than; ``since_id``: newer than, newest first; ``min_id``: newer than, from there on.
    """

    limit: int = 20
    max_id: str = ""
    since_id: str = ""
    min_id: str = ""


@dataclass(frozen=True)
class Row:
    """One status in a list, with the ``key`` by which that list is paged."""

    key: str
    status: Status


class Records:
    """The tables, and every question that changes nothing."""

    def __init__(self, path: Path | None) -> None:
        """Open ``path``, made when missing; ``None`` keeps everything in memory until ``close``."""
        self.lock = RLock()
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        # What was answered survives the end of the process, which is all a demo needs.
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA foreign_keys=ON")
        self._db.create_function("now_ms", 0, now)
        self._db.executescript(SCHEMA + ALIVE)
        self._last_id: int = max(
            self._db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("account", "status", "media")
        )

    def close(self) -> None:
        """Close the file; whoever still asks gets ``sqlite3.ProgrammingError``."""
        with self.lock:
            self._db.close()

    @property
    def port(self) -> int:
        """The port at which this network was reached last, 0 where it never was."""
        port: int = self._one("PRAGMA user_version")[0]
        return port

    @port.setter
    def port(self, port: int) -> None:
        with self.lock:
            self._db.execute(f"PRAGMA user_version = {port:d}")

    def accounts(self) -> list[Account]:
        """Every account, oldest first."""
        return [_account(row) for row in self._rows("SELECT * FROM account ORDER BY id")]

    def account(self, account_id: str) -> Account:
        """The account with this id; raises ``NotFound``."""
        return _account(self._one("SELECT * FROM account WHERE id = ?", (number(account_id),)))

    def by_handle(self, handle: str) -> Account | None:
        """The account with this handle, in any case."""
        rows = self._rows("SELECT * FROM account WHERE handle = ?", (handle,))
        return _account(rows[0]) if rows else None

    def by_token(self, token: str) -> Account | None:
        """The account whose token this is."""
        rows = self._rows("SELECT * FROM account WHERE token = ?", (token,))
        return _account(rows[0]) if rows else None

    def avatar(self, account_id: str) -> bytes | None:
        """The uploaded avatar, or None where there is only the drawn one."""
        row = self._one("SELECT avatar FROM account WHERE id = ?", (number(account_id),))
        avatar: bytes | None = row["avatar"]
        return avatar

    def count_of(self, account: Account) -> int:
        """How many statuses the account has made and kept; ended stories too, which makes this cheap."""
        count: int = self._one("SELECT count(*) FROM status WHERE account_id = ?", (number(account.id),))[0]
        return count

    def status(self, status_id: str, *, viewer: Account | None = None) -> Status:
        """One status; raises ``NotFound`` when gone, expired, or private and not the viewer's own."""
        status = self._status(self._one("SELECT * FROM alive WHERE id = ?", (number(status_id),)))
        hidden = status.visibility in ("private", "direct")
        if hidden and (viewer is None or viewer.id != status.account.id):
            raise NotFound
        return status

    def standing(self, status: Status, *, viewer: Account | None = None) -> Standing:
        """Counts of ``status``, and whether ``viewer`` favoured or reposted it."""
        row = self._one(
            """SELECT (SELECT count(*) FROM status WHERE in_reply_to = :id),
                      (SELECT count(*) FROM status WHERE reblog_of = :id),
                      (SELECT count(*) FROM favourite WHERE status_id = :id),
                      EXISTS (SELECT 1 FROM favourite WHERE status_id = :id AND account_id = :viewer),
                      EXISTS (SELECT 1 FROM status WHERE reblog_of = :id AND account_id = :viewer)""",
            {"id": number(status.id), "viewer": number(viewer.id) if viewer else None},
        )
        return Standing(row[0], row[1], row[2], bool(row[3]), bool(row[4]))

    def statuses_of(self, account: Account, page: Page | None = None, *, viewer: Account | None = None) -> list[Status]:
        """The account's own posts, stories and reposts, newest first; private ones for itself alone."""
        own = viewer is not None and viewer.id == account.id
        seen = "" if own else "AND s.visibility IN ('public', 'unlisted')"
        where = f"s.account_id = :account {seen}"
        rows = self._page("alive s", where, page or Page(), {"account": number(account.id)})
        return [row.status for row in rows]

    def timeline(self, page: Page | None = None) -> list[Status]:
        """Every public post and story of everybody, newest first, without reposts."""
        where = "s.visibility = 'public' AND s.reblog_of IS NULL"
        return [row.status for row in self._page("alive s", where, page or Page(), {})]

    def favourites_of(self, account: Account, page: Page | None = None) -> list[Row]:
        """What the account favoured, the last one first; paged by the favourite's own id."""
        table = "favourite f JOIN alive s ON s.id = f.status_id"
        return self._page(
            table, "f.account_id = :account", page or Page(), {"account": number(account.id), "key": "f.id"}
        )

    def attachment(self, media_id: str, *, owner: Account) -> Attachment:
        """A picture of ``owner``; raises ``NotFound`` for anybody else's."""
        question = "SELECT * FROM media WHERE id = ? AND account_id = ?"
        return _attachment(self._one(question, (number(media_id), number(owner.id))))

    def file(self, file_name: str) -> tuple[bytes, str]:
        """Bytes and MIME type behind a media address; raises ``NotFound``, also when its status expired."""
        question = """SELECT m.* FROM media m WHERE m.id = ? AND
                      (m.status_id IS NULL OR EXISTS (SELECT 1 FROM alive WHERE id = m.status_id))"""
        row = self._one(question, (number(file_name.partition(".")[0]),))
        if _attachment(row).file_name != file_name:
            raise NotFound
        return row["data"], row["mime"]

    def _page(self, table: str, where: str, page: Page, given: dict[str, Any]) -> list[Row]:
        key = given.pop("key", "s.id")
        bounds = [("<", "max_id"), (">", "since_id"), (">", "min_id")]
        given |= {name: number(getattr(page, name)) for _, name in bounds if getattr(page, name)}
        bounded = "".join(f" AND {key} {sign} :{name}" for sign, name in bounds if name in given)
        order = "ASC" if page.min_id else "DESC"
        question = f"""SELECT s.*, {key} AS page_key FROM {table} WHERE {where}
                       {bounded} ORDER BY {key} {order} LIMIT :limit"""  # noqa: S608 - our own words only
        rows = self._rows(question, given | {"limit": page.limit})
        found = [Row(str(row["page_key"]), self._status(row)) for row in rows]
        return found[::-1] if page.min_id else found

    def _status(self, row: sqlite3.Row) -> Status:
        media = self._rows("SELECT * FROM media WHERE status_id = ? ORDER BY place, id", (row["id"],))
        reblog = self._rows("SELECT * FROM status WHERE id = ?", (row["reblog_of"],))
        return Status(
            id=str(row["id"]),
            account=self.account(str(row["account_id"])),
            text=row["text"],
            created_at=moment(row["created_at"]),
            edited_at=moment(row["edited_at"]) if row["edited_at"] else None,
            expires_at=moment(row["expires_at"]) if row["expires_at"] else None,
            in_reply_to_id=str(row["in_reply_to"]) if row["in_reply_to"] else None,
            reblog=self._status(reblog[0]) if reblog else None,
            language=row["language"],
            visibility=row["visibility"],
            spoiler_text=row["spoiler_text"],
            sensitive=bool(row["sensitive"]),
            media=tuple(_attachment(medium) for medium in media),
        )

    def _rows(self, question: str, given: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        with self.lock:
            return self._db.execute(question, given).fetchall()

    def _one(self, question: str, given: Sequence[Any] | dict[str, Any] = ()) -> sqlite3.Row:
        rows = self._rows(question, given)
        if not rows:
            raise NotFound
        return rows[0]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Everything inside happens at once for all other threads, or not at all; may be nested."""
        with self.lock:
            if self._db.in_transaction:
                yield self._db
                return
            with self._db:
                self._db.execute("BEGIN")
                yield self._db

    def _new_id(self) -> int:
        """Milliseconds times 65,536, as Mastodon's own ids: they sort by time and never repeat."""
        self._last_id = max(self._last_id + 1, now() << 16)
        return self._last_id


def now() -> int:
    """Milliseconds since 1970: the precision that Mastodon shows."""
    return time.time_ns() // 1_000_000


def moment(milliseconds: int) -> datetime:
    """The aware UTC time of a stored number."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def number(record_id: str) -> int:
    """The stored form of an id; raises ``NotFound`` for what cannot be one."""
    found = whole(record_id)
    if found is None:
        raise NotFound
    return found


def _account(row: sqlite3.Row) -> Account:
    return Account(
        id=str(row["id"]),
        handle=row["handle"],
        name=row["name"],
        about=row["about"],
        colour=row["colour"],
        created_at=moment(row["created_at"]),
        token=row["token"],
        avatar_key=row["avatar_key"],
    )


def _attachment(row: sqlite3.Row) -> Attachment:
    return Attachment(
        id=str(row["id"]),
        account_id=str(row["account_id"]),
        mime=row["mime"],
        description=row["description"],
        width=row["width"],
        height=row["height"],
    )
