"""The records of Bluesky's app: what a post is written as, and how a record that was read is shown.

The shapes are those of https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky

Whoever holds the account can write any record, and servers pass on what they do not know. So what is read is
tamed first: a record that cannot be shown or stored would be a post that the watch does not see.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from vierogen.networks.base import Kind, Media, Outgoing, Picture, Profile, Shown
from vierogen.networks.taming import tamed

POST = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"
KINDS: Mapping[str, Kind] = {POST: "post", "app.bsky.feed.repost": "repost", "app.bsky.feed.like": "like"}

Address = Callable[[str], str]


def post_record(post: Outgoing, *, facets: list[dict[str, Any]], images: list[dict[str, Any]]) -> dict[str, Any]:
    """Write ``post`` as a record; nothing in it depends on when or how often it is sent."""
    moment = post.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    record: dict[str, Any] = {"$type": POST, "text": post.text, "createdAt": moment, "langs": [post.language]}
    if facets:
        record["facets"] = facets
    if images:
        record["embed"] = {"$type": "app.bsky.embed.images", "images": images}
    return record


def image(picture: Picture, blob: Mapping[str, Any]) -> dict[str, Any]:
    """Describe an uploaded picture for ``post_record``."""
    size = {"width": picture.width, "height": picture.height}
    return {"image": dict(blob), "alt": picture.alt, "aspectRatio": size}


def blob_of(picture: Picture) -> dict[str, Any]:
    """Describe the blob that a server makes of these bytes.

    Its name is a CID version 1, raw, SHA-256, in base32: https://atproto.com/specs/data-model#link-and-cid-formats
    """
    cid = b"\x01\x55\x12\x20" + hashlib.sha256(picture.data).digest()
    link = "b" + base64.b32encode(cid).decode().rstrip("=").lower()
    return {"$type": "blob", "ref": {"$link": link}, "mimeType": picture.mime, "size": len(picture.data)}


def read(post: Shown) -> tuple[Any, ...]:
    """What a reader gets of a post: its words, its pictures with their alt texts, and where it leads."""
    return post.text, [(media.url, media.alt) for media in post.media], post.links


def says_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Are both records the same post? Facets may differ: a handle that was mentioned can have moved since."""
    return all(one.get(name) == other.get(name) for name in {*one, *other} - {"facets"})


def shown(uri: str, value: Mapping[str, Any], *, blob: Address) -> Shown:
    """Show a post, repost or like; ``blob`` gives the address of a blob by its CID."""
    did, collection, rkey = parts(uri)
    kind, value = KINDS[collection], tamed(value)
    subject = value.get("subject")
    return Shown(
        remote_id=uri,
        text=_text(value.get("text")),
        url=f"https://bsky.app/profile/{did}/post/{rkey}" if kind == "post" else "",
        kind=kind,
        created_at=_moment(value.get("createdAt")),
        media=tuple(_media(value.get("embed"), blob)),
        links=tuple(_links(value)),
        key=rkey,
        target=_text(subject.get("uri")) if isinstance(subject, Mapping) else "",
        raw=value,
    )


def profile(did: str, handle: str, value: Mapping[str, Any], *, blob: Address) -> Profile:
    """Show a profile record; an account that never filled one in has an empty one."""
    value = tamed(value)
    avatar, banner = cid_of(value.get("avatar")), cid_of(value.get("banner"))
    return Profile(
        account_id=did,
        handle=handle,
        name=_text(value.get("displayName")),
        about=_text(value.get("description")),
        avatar=blob(avatar) if avatar else "",
        banner=blob(banner) if banner else "",
        url=f"https://bsky.app/profile/{handle}",
    )


def parts(uri: str) -> tuple[str, str, str]:
    """Take apart ``at://did/collection/rkey`` (https://atproto.com/specs/at-uri-scheme).

    Raises ``ValueError`` where it is not such an address.
    """
    scheme, empty, did, collection, rkey = uri.split("/")
    if (scheme, empty) != ("at:", ""):
        raise ValueError(f"not an at:// address: {uri!r}")
    return did, collection, rkey


def cid_of(blob: Any) -> str:
    """Return the content identifier of a blob, "" where ``blob`` is none."""
    ref = blob.get("ref") if isinstance(blob, Mapping) else None
    return str(ref.get("$link", "")) if isinstance(ref, Mapping) else ""


def _media(embed: Any, blob: Address, alt: str = "") -> Iterator[Media]:
    """Every blob anywhere below ``embed``, so that a kind of embed that is new next year is seen too."""
    if cid_of(embed):
        yield Media(url=blob(cid_of(embed)), alt=alt, mime=str(embed.get("mimeType", "")))
    elif isinstance(embed, Mapping):
        alt = _text(embed.get("alt")) or _text(embed.get("title"))
        for part in embed.values():
            yield from _media(part, blob, alt)
    elif isinstance(embed, list):
        for part in embed:
            yield from _media(part, blob, alt)


def _links(value: Mapping[str, Any]) -> Iterator[str]:
    """Addresses behind words, in their order; then each address, title and quoted post of what is embedded."""
    for facet in _list(value.get("facets")):
        for feature in _list(facet.get("features")) if isinstance(facet, Mapping) else []:
            if isinstance(feature, Mapping) and (address := _text(feature.get("uri"))):
                yield address
    yield from _words(value.get("embed"))


def _words(embed: Any) -> Iterator[str]:
    """As ``_media``: anywhere below, in an order that does not change."""
    if isinstance(embed, Mapping):
        for name in sorted(embed):
            found = embed[name]
            if name in ("uri", "title", "description") and _text(found):
                yield found
            else:
                yield from _words(found)
    elif isinstance(embed, list):
        for part in embed:
            yield from _words(part)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _moment(written: Any) -> datetime | None:
    """The author's own app writes ``createdAt``, so it may be anything."""
    try:
        moment = datetime.fromisoformat(str(written))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):  # the year 1 in Asia is the year 0 in UTC
        return None
