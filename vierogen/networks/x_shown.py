"""What X's posts, profiles and events say, in the connectors' terms.

https://docs.x.com/x-api/fundamentals/data-dictionary: fields and expansions come only when asked for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from vierogen.networks.base import Happened, Kind, Media, Outgoing, Profile, Shown
from vierogen.networks.taming import tamed, web_address
from vierogen.networks.x_text import essence

FIELDS = {
    "tweet.fields": "attachments,author_id,created_at,edit_history_tweet_ids,entities,note_tweet,referenced_tweets",
    "expansions": "attachments.media_keys,referenced_tweets.id",
    "media.fields": "alt_text,preview_image_url,type,url,variants",
}
USER_FIELDS = {"user.fields": "description,profile_banner_url,profile_image_url,url"}
LIKE = "like:"
CREATED, DELETED = "post.create", "post.delete"
# Ids of posts carry their moment: milliseconds since then, above 22 bits
# (https://docs.x.com/fundamentals/x-ids).
_SINCE = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
# What X itself adds to a text for each picture.
_OWN_PICTURE = re.compile(r"https?://(?:\w+\.)?(?:x|twitter)\.com/\w+/status/\d+/(?:photo|video)/\d+$")
_MIMES = {"photo": "image/jpeg", "video": "video/mp4", "animated_gif": "video/mp4"}
_IDS = re.compile(r"[0-9]{1,19}")
# Our clock and X's may differ by this much.
CLOCKS = timedelta(minutes=5)


def is_id(remote_id: str) -> bool:
    """Can a post have this id? X answers 400 for any other."""
    return _IDS.fullmatch(remote_id) is not None


def moment_of(post_id: str) -> datetime:
    """When the post with this id was made."""
    return _SINCE + timedelta(milliseconds=int(post_id) >> 22)


def address_of(post_id: str) -> str:
    """Where anybody can see it, whatever the account is called today."""
    return f"https://x.com/i/web/status/{post_id}"


def shown(tweet: Mapping[str, Any], includes: Mapping[str, Any]) -> Shown:
    """https://docs.x.com/x-api/fundamentals/data-dictionary#tweet; a repost shows what it reposts.

    An edit makes a post with another id; the first one stays the name of the whole
    (https://docs.x.com/x-api/fundamentals/edit-posts).
    """
    remote_id, edited_at = _history(tweet)
    original = _referenced(tweet, "retweeted")
    content = _included(includes, "tweets", "id").get(original, tweet) if original else tweet
    kind: Kind = "repost" if original else "post"
    quoted = _referenced(tweet, "quoted")
    return Shown(
        remote_id=remote_id,
        text=_text(content),
        url=address_of(str(tweet.get("id", ""))),
        kind=kind,
        created_at=moment_of(remote_id) if edited_at else _moment(tweet),
        edited_at=edited_at,
        media=tuple(_media(content, includes)),
        links=(address_of(quoted),) if quoted else (),
        target=original,
        raw={"data": tweet, "includes": includes},
    )


def liked(tweet: Mapping[str, Any], includes: Mapping[str, Any]) -> Shown:
    """A post of somebody else that the account likes; X does not say since when."""
    theirs = shown(tweet, includes)
    return Shown(
        remote_id=f"{LIKE}{tweet.get('id', '')}",
        text=theirs.text,
        url=theirs.url,
        kind="like",
        media=theirs.media,
        target=str(tweet.get("id", "")),
        raw=theirs.raw,
    )


def profile(user: Mapping[str, Any]) -> Profile:
    """https://docs.x.com/x-api/fundamentals/data-dictionary#user."""
    username = str(user.get("username") or "")
    return Profile(
        account_id=str(user.get("id", "")),
        handle=f"@{username}",
        name=str(user.get("name") or ""),
        about="\n".join(filter(None, [str(user.get("description") or ""), str(user.get("url") or "")])),
        avatar=web_address(user.get("profile_image_url")),
        banner=web_address(user.get("profile_banner_url")),
        url=f"https://x.com/{username}",
    )


def newest(tweet: Mapping[str, Any]) -> str:
    """The id under which its latest version can be read."""
    return _versions(tweet)[-1]


def happened(line: str, *, own: str) -> Happened | None:
    """One line of the activity stream; None for what is of another account or says nothing to us.

    https://docs.x.com/x-api/activity/event-payloads. Not all of a post may have come along: see ``is_whole``.
    """
    event = _object(line).get("data")
    if not isinstance(event, dict) or (event.get("filter") or {}).get("user_id") != own:
        return None
    payload, includes = event.get("payload") or {}, event.get("includes") or {}
    remote_id = str(payload.get("id", ""))
    if not is_id(remote_id):
        return None
    if event.get("event_type") == DELETED:
        return Happened("deleted", remote_id)
    if event.get("event_type") != CREATED:
        return None
    told = shown(payload, includes)
    return Happened("edited" if told.edited_at else "seen", told.remote_id, told)


def is_whole(told: Shown) -> bool:
    """Did everything come along that a post with pictures, links or a repost consists of?"""
    pictures = len((told.raw["data"].get("attachments") or {}).get("media_keys") or ())
    return len(told.media) == pictures and "https://t.co/" not in told.text and told.kind == "post"


def _object(line: str) -> dict[str, Any]:
    """A line that is no JSON object is passed over: looking will see what the stream garbled."""
    with suppress(ValueError, RecursionError):
        found = tamed(json.loads(line))
        if isinstance(found, dict):
            return found
    return {}


def _versions(tweet: Mapping[str, Any]) -> list[str]:
    told = [str(each) for each in tweet.get("edit_history_tweet_ids") or () if is_id(str(each))]
    return sorted(told, key=int) or [str(tweet.get("id", ""))]


def _history(tweet: Mapping[str, Any]) -> tuple[str, datetime | None]:
    versions = _versions(tweet)
    return versions[0], moment_of(versions[-1]) if len(versions) > 1 else None


def _moment(tweet: Mapping[str, Any]) -> datetime | None:
    with suppress(TypeError, ValueError):
        return datetime.fromisoformat(tweet["created_at"]).astimezone(UTC)
    remote_id = str(tweet.get("id", ""))
    return moment_of(remote_id) if is_id(remote_id) else None


def _referenced(tweet: Mapping[str, Any], how: str) -> str:
    named = [str(each.get("id", "")) for each in tweet.get("referenced_tweets") or () if each.get("type") == how]
    return named[0] if named else ""


def _included(includes: Mapping[str, Any], what: str, key: str) -> dict[str, Mapping[str, Any]]:
    return {str(each.get(key)): each for each in includes.get(what) or ()}


def _text(tweet: Mapping[str, Any]) -> str:
    """As it was written: links instead of X's shortened ones, and without those that X adds for pictures.

    https://docs.x.com/x-api/fundamentals/data-dictionary#tweet, "entities.urls" and "note_tweet". Unsure: &, < and >
    come escaped, as they always did.
    """
    long = tweet.get("note_tweet") or tweet
    text = str(long.get("text") or "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for found in (long.get("entities") or tweet.get("entities") or {}).get("urls") or ():
        short, whole = str(found.get("url") or ""), str(found.get("expanded_url") or "")
        is_own = "media_key" in found or _OWN_PICTURE.match(whole)
        if short:
            text = text.replace(short, "" if is_own else whole or short, 1)
    return text.rstrip()


def _media(tweet: Mapping[str, Any], includes: Mapping[str, Any]) -> Iterator[Media]:
    """https://docs.x.com/x-api/fundamentals/data-dictionary#media."""
    known = _included(includes, "media", "media_key")
    for key in (tweet.get("attachments") or {}).get("media_keys") or ():
        told = known.get(str(key))
        if told:
            small = web_address(told.get("preview_image_url"))
            address = web_address(told.get("url")) or _film(told) or small
            mime = _MIMES.get(str(told.get("type")), "")
            yield Media(address, str(told.get("alt_text") or ""), mime, small if small != address else "")


def _film(media: Mapping[str, Any]) -> str:
    """The best version of a film."""
    found = [each for each in media.get("variants") or () if each.get("content_type") == "video/mp4"]
    best = sorted(found, key=lambda each: int(each.get("bit_rate") or 0))[-1:]
    return web_address(best[0].get("url")) if best else ""


def reads_alike(part: Outgoing, shown: Shown) -> bool:
    """Has it the same words and pictures as this part, and was it made since then?"""
    return (
        shown.kind == "post"
        and not is_older(shown, part)
        and essence(shown.text) == essence(part.text)
        and [essence(each.alt) for each in part.pictures] == [essence(each.alt) for each in shown.media]
    )


def is_told_by(part: Outgoing, shown: Shown) -> bool:
    """Is it this part? Where neither has a word, nothing tells it from somebody's private picture."""
    says_something = essence(part.text) or any(essence(each.alt) for each in part.pictures)
    return bool(says_something) and reads_alike(part, shown)


def is_older(shown: Shown, part: Outgoing) -> bool:
    """Was it made before this part was to go out?"""
    return shown.created_at is not None and shown.created_at < part.created_at - CLOCKS
