"""How the simulated X writes posts, people and media: https://docs.x.com/x-api/fundamentals/data-dictionary."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from html import escape
from typing import Any

import regex

from vierogen.practice.simulators.x_records import Account, Picture, Post

# On purpose not what the connector goes by: two of a kind would share a mistake.
LINK = re.compile(
    r"https?://[^\s<>]*[^\s<>.,!?;:)'\"]|\b(?<![@.-])[a-z0-9-]+\.(?:nl|com|org|eu)\b(?![@.])[^\s<>]*", re.IGNORECASE
)


def weighed(text: str) -> int:
    """fundamentals/counting-characters: a link is 23, an emoji 2, what is not from Latin to Georgian 2."""
    counted = LINK.sub("x" * 23, unicodedata.normalize("NFC", text))
    return sum(_weight(cluster) for cluster in regex.findall(r"\X", counted))


def _weight(cluster: str) -> int:
    if "\ufe0f" in cluster or any(ord(sign) >= 0x1F000 for sign in cluster):
        return 2
    return sum(1 if ord(sign) <= 0x10FF or 0x2000 <= ord(sign) <= 0x201F else 2 for sign in cluster)


def wanted(told: str) -> set[str]:
    """The fields or expansions that were asked for: a list with commas."""
    return {each for each in told.split(",") if each}


class Entities:
    """Writes them, with addresses that begin with ``base``."""

    def __init__(self, base: Callable[[], str]) -> None:
        self.base = base

    def user(self, account: Account) -> dict[str, Any]:
        """.../data-dictionary#user."""
        return {
            "id": account.id,
            "username": account.username,
            "name": account.name,
            "description": account.about,
            "profile_image_url": f"{self.base()}/profile_images/{account.id}_normal.png",
        }

    def post(self, post: Post, fields: set[str]) -> dict[str, Any]:
        """.../data-dictionary#tweet: id and text, the history of edits, and what else was asked for."""
        text, urls = self._text(post)
        whole = {
            "author_id": post.author.id,
            "created_at": stamp(post.made_at),
            "entities": {"urls": urls} if urls else None,
            "attachments": {"media_keys": [each.key for each in post.pictures]} if post.pictures else None,
            "referenced_tweets": _references(post),
        }
        told = {"id": post.versions[-1], "text": text, "edit_history_tweet_ids": list(post.versions)}
        return told | {name: value for name, value in whole.items() if value and name in fields}

    def media(self, pictures: Iterable[Picture], fields: set[str]) -> list[dict[str, Any]]:
        """.../data-dictionary#media."""
        return [self._medium(each, fields) for each in pictures]

    def address(self, picture: Picture) -> str:
        """Where anybody can fetch it."""
        return f"{self.base()}/media/{picture.name}"

    def _medium(self, picture: Picture, fields: set[str]) -> dict[str, Any]:
        whole = {"url": self.address(picture), "alt_text": picture.alt}
        told = {"media_key": picture.key, "type": "photo"}
        return told | {name: value for name, value in whole.items() if value and name in fields}

    def _text(self, post: Post) -> tuple[str, list[dict[str, Any]]]:
        """Links become short ones, one more is added for pictures, and &, < and > are escaped (unsure: still so)."""
        text, end, urls = "", 0, list[dict[str, Any]]()
        for found in LINK.finditer(post.text):
            text += escape(post.text[end : found.start()], quote=False)
            urls.append(_link(found[0] if "://" in found[0] else f"http://{found[0]}", at=len(text)))
            text += urls[-1]["url"]
            end = found.end()
        text += escape(post.text[end:], quote=False)
        if post.pictures:
            text += " " if text else ""
            shown = f"https://x.com/{post.author.username}/status/{post.id}/photo/1"
            urls += [_link(shown, at=len(text)) | {"media_key": each.key} for each in post.pictures]
            text += urls[-1]["url"]
        return text, urls


def stamp(moment: datetime) -> str:
    """ISO 8601 with milliseconds, always .000 in posts."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _references(post: Post) -> list[dict[str, str]] | None:
    named = [("replied_to", post.answers), ("retweeted", post.retweeted)]
    return [{"type": how, "id": which} for how, which in named if which] or None


def _link(whole: str, *, at: int) -> dict[str, Any]:
    short = f"https://t.co/{hashlib.sha256(whole.encode()).hexdigest()[:10]}"
    shown = whole.partition("://")[2]
    return {"start": at, "end": at + len(short), "url": short, "expanded_url": whole, "display_url": shown[:26]}
