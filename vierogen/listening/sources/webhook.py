"""Messages that another program brings: JSON under the usual names. Received."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any

from vierogen.core.words import gettext_noop as _
from vierogen.listening.sources.base import LONGEST, Found, Received, SourceError
from vierogen.listening.sources.links import clean
from vierogen.networks.plain import plain
from vierogen.networks.taming import tamed

# Messages in one delivery.
MOST = 500
_NO_JSON = _("This is not JSON.")
_NOTHING = _("There is no message in it: each needs a text.")
_TOO_MANY = _("These are more than 500 messages at once.")
_LISTS = ("items", "entries", "posts", "messages", "articles", "results", "mentions", "data")
_TEXT = ("text", "content", "content_text", "body", "message", "content_html", "html", "description", "summary")
_TITLE = ("title", "subject", "headline")
_LINK = ("url", "link", "permalink", "uri", "href")
_NAME = ("id", "guid", "uuid", "key")
_AUTHOR = ("author", "user", "username", "account", "from", "creator")
_LANGUAGE = ("language", "lang", "locale")
_MOMENT = ("published_at", "published", "created_at", "date_published", "pubDate", "date", "timestamp", "time")
_INNER = ("name", "username", "display_name", "acct", "handle", "id")


class Webhook(Received):
    """A secret address to which another program sends what it finds."""

    key = "webhook"
    label = _("Another program")
    hint = _("You get a secret address. Whatever another program sends there is heard too.")

    def unpack(self, body: bytes, content_type: str) -> list[Found]:
        """An object, a list of them (also under a name such as ``items``), or a line each. Raises ``SourceError``."""
        try:
            told = [each for each in _objects(body) if isinstance(each, dict)]
        except (ValueError, RecursionError):
            raise SourceError(_NO_JSON) from None
        if len(told) > MOST:
            raise SourceError(_TOO_MANY)
        found = [one for one in (_found(each) for each in told) if one]
        if told and not found:
            raise SourceError(_NOTHING)
        return found


def _objects(body: bytes) -> Iterable[Any]:
    text = body.decode("utf-8-sig").strip()
    if not text:
        raise ValueError("nothing")
    try:
        whole = tamed(json.loads(text))
    except ValueError:
        return [tamed(json.loads(line)) for line in text.splitlines() if line.strip()]
    return _listed(whole)


def _listed(whole: Any) -> Iterable[Any]:
    if isinstance(whole, list):
        return whole
    if not isinstance(whole, dict):
        raise ValueError("neither an object nor a list")  # noqa: TRY004 - as json says it
    inner = next((whole[name] for name in _LISTS if isinstance(whole.get(name), list)), None)
    if inner is not None and not _first(whole, _TEXT):
        return list(inner)
    return [whole]


def _found(told: dict[str, Any]) -> Found | None:
    text, title = plain(_first(told, _TEXT)[: 4 * LONGEST])[:LONGEST], plain(_first(told, _TITLE)[:2_000])[:500]
    if not text and not title:
        return None
    link = clean(_first(told, _LINK)[:4_000])
    name = _first(told, _NAME)
    return Found(
        key=link or _named(name, title, text),
        text=text,
        title=title,
        link=link,
        language=_first(told, _LANGUAGE)[:10],
        author=_first(told, _AUTHOR)[:200],
        network=_first(told, ("network", "platform"))[:40].lower(),
        published_at=next(_moments(told), None),
        has=frozenset(name for name in ("image", "video") if told.get(name)) | ({"link"} if link else set()),
        is_reply=bool(told.get("is_reply") or told.get("in_reply_to_id")),
    )


def _named(name: str, title: str, text: str) -> str:
    """What tells it apart within this source."""
    return sha256(f"{name}\n{title}\n{text}".encode()).hexdigest() if not name else f"#{name[:200]}"


def _first(told: dict[str, Any], names: tuple[str, ...]) -> str:
    """The first of these that says something; of a person, the name."""
    for name in names:
        said = told.get(name)
        if isinstance(said, dict):
            said = next((said[inner] for inner in _INNER if said.get(inner)), "")
        if isinstance(said, (str, int)) and not isinstance(said, bool) and str(said).strip():
            return str(said).strip()
    return ""


def _moments(told: dict[str, Any]) -> Iterator[datetime]:
    """ISO 8601, RFC 5322, or seconds or milliseconds since 1970; nothing that cannot be."""
    for name in _MOMENT:
        moment = _moment(told.get(name))
        if moment and datetime(1991, 1, 1, tzinfo=UTC) < moment < datetime.now(UTC) + timedelta(days=1):
            yield moment


def _moment(said: Any) -> datetime | None:
    if isinstance(said, (int, float)) and not isinstance(said, bool):
        try:
            return datetime.fromtimestamp(said / 1_000 if said > 1e11 else said, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(str(said))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError, TypeError):
            continue
    return None
