"""Containers and media of the simulated Instagram: prepared, published, listed, read, deleted.

Official pages under https://developers.facebook.com/documentation/instagram-platform/: content-publishing,
instagram-graph-api/reference/ig-user/media (here "ig-user/media"), .../ig-user/media_publish, .../ig-container,
.../ig-user/stories, .../error-codes, reference/instagram-media.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any, Protocol

import httpx
from PIL import Image

from vierogen.core.numbers import whole
from vierogen.practice.api import Answer
from vierogen.practice.calls import Call
from vierogen.practice.simulators.door import told
from vierogen.practice.simulators.instagram_fields import chosen, wanted
from vierogen.practice.simulators.instagram_kept import Kept, as_jpeg
from vierogen.practice.simulators.instagram_records import (
    Account,
    Container,
    File,
    GraphError,
    Kind,
    Media,
    bad_parameter,
    new_id,
    no_such,
    now,
)

# ig-user/media, "Image Specifications".
MOST_BYTES, NARROWEST, FLATTEST, STEEPEST = 8 * 1024 * 1024, 320, 1.91, 0.8
# ig-user/media, "caption", and error-codes, 2207010.
MOST_SIGNS, MOST_HASHTAGS, MOST_MENTIONS = 2200, 30, 20
# content-publishing, "Carousel Posts".
PARTS = range(2, 11)
_MOST_LISTED = 100


class Habits(Protocol):
    """How this network behaves today; see ``InstagramSimulator``."""

    read_lag: float
    processing: float
    fetches: bool
    publishing_total: int


class Library:
    """Everything about media."""

    def __init__(self, kept: Kept, habits: Habits) -> None:
        self.kept, self.habits = kept, habits

    def create(self, call: Call, account: Account) -> Answer:
        """POST ig-user/media."""
        self.kept.counts.container(account)
        kind = _kind(call)
        caption = _caption(call.value("caption"))
        if call.value("alt_text") and (kind != "post" or call.value("video_url")):
            # content-publishing: "Reels and stories are not supported." Unsure how it is refused.
            raise bad_parameter("alt_text is only supported for images")
        container = Container(new_id(), account.id, kind, caption, call.value("alt_text"))
        container.is_part = call.yes("is_carousel_item")
        if call.value("media_type") == "CAROUSEL":
            container.children = self._parts(call, account)
        else:
            self._fetch(container, call)
        container.ready_at = now() + timedelta(seconds=self.habits.processing)
        self.kept.containers[container.id] = container
        return told({"id": container.id})

    def status(self, call: Call, container: Container) -> Answer:
        """GET ig-container: status_code, and the sub-code of an error in the words of status."""
        self.kept.reach(call, container.account_id)
        words = f"Error: Media upload has failed with error code {container.error}" if container.error else ""
        told_us = {"id": container.id, "status_code": container.status, "status": words or container.status.title()}
        return told(chosen(told_us, wanted(call.value("fields") or "id")))

    def publish(self, call: Call, account: Account) -> Answer:
        """POST ig-user/media_publish; error-codes 2207006, 2207020, 2207027.

        Unsure: no page says what a second publication of one container gets. Here it is refused, as
        status_code PUBLISHED suggests.
        """
        container = self.kept.containers.get(call.value("creation_id"))
        if container is None or container.account_id != account.id or container.is_part:
            raise GraphError("The media could not be found.", code=24, subcode=2207006)
        refusals = {
            "PUBLISHED": GraphError("This media has been published already.", code=24, subcode=2207008),
            "EXPIRED": GraphError("The media has expired.", code=-2, subcode=2207020),
            "IN_PROGRESS": GraphError("The media is not ready to be published.", code=9007, subcode=2207027),
            "ERROR": GraphError("The media could not be processed.", code=-1, subcode=2207032),
        }
        if container.status in refusals:
            raise refusals[container.status]
        self.kept.counts.publication(account, total=self.habits.publishing_total)
        media = self._made(container, account)
        container.media_id = media.id
        return told({"id": self.kept.publish(media).id})

    def listed(self, call: Call, account: Account, *, stories: bool) -> Answer:
        """GET ig-user/media and ig-user/stories: newest first, by cursors (graph-api/results)."""
        # Not listed: live video (ig-user/media) and reshared stories (ig-user/stories).
        found = [
            each for each in self.kept.of_account(account) if (each.kind == "story") is stories and self._readable(each)
        ]
        limit = max(1, min(whole(call.value("limit") or "25") or 25, _MOST_LISTED))
        after = call.value("after")
        start = next((place + 1 for place, each in enumerate(found) if each.id == after), 0)
        page, fields = found[start : start + limit], wanted(call.value("fields") or "id")
        answer: dict[str, Any] = {"data": [chosen(self._told(each), fields) for each in page]}
        if page:
            answer["paging"] = {"cursors": {"before": page[0].id, "after": page[-1].id}}
            if start + limit < len(found):
                answer["paging"]["next"] = f"{self.kept.base()}{call.path}?after={page[-1].id}"
        return told(answer)

    def read(self, call: Call, media_id: str) -> Answer:
        """GET reference/instagram-media."""
        media = self._known(media_id)
        self.kept.reach(call, media.account_id)
        return told(chosen(self._told(media), wanted(call.value("fields") or "id")))

    def delete(self, call: Call, media_id: str) -> Answer:
        """DELETE reference/instagram-media: posts, reels, stories, whole carousels; since December 2025."""
        media = self._known(media_id)
        self.kept.reach(call, media.account_id, scope="instagram_manage_contents")
        del self.kept.media[media_id]
        return told({"success": True})

    def file(self, name: str) -> Answer:
        """A file at its own address, for everybody, while its media stands."""
        for media in self.kept.media.values():
            for file in media.files if not media.is_over else ():
                if file.path == f"/cdn/{name}":
                    return Answer(200, file.data, file.mime)
        return Answer(404, b"", "text/plain")

    def _known(self, media_id: str) -> Media:
        media = self.kept.standing(media_id)
        if media is None or not self._readable(media):
            raise no_such(media_id)
        return media

    def _readable(self, media: Media) -> bool:
        return now() >= media.created_at + timedelta(seconds=self.habits.read_lag)

    def _parts(self, call: Call, account: Account) -> list[Container]:
        ids = [part.strip() for value in call.all("children") for part in value.split(",")]
        found = [self.kept.containers[each] for each in ids if each in self.kept.containers]
        if len(ids) not in PARTS or len(found) != len(ids):
            raise GraphError("A carousel has 2 to 10 parts.", code=100, subcode=2207028)
        if any(not each.is_part or each.account_id != account.id for each in found):
            raise GraphError("These parts are not for a carousel.", code=100, subcode=2207028)
        if any(each.status != "FINISHED" for each in found):
            raise GraphError("A part is not ready.", code=9007, subcode=2207027)
        return found

    def _fetch(self, container: Container, call: Call) -> None:
        """Picture at once, a film later: what is wrong with it shows in the container."""
        if film := call.value("video_url"):
            try:
                container.file = File(_film(self._fetched(film)), "video/mp4")
            except GraphError as error:
                container.error = error.subcode
        elif picture := call.value("image_url"):
            data = self._fetched(picture)
            container.file = File(_picture(data, in_feed=container.kind == "post"), "image/jpeg")
        else:
            raise GraphError("Only photo or video can be accepted as media type.", code=9004, subcode=2207067)

    def _fetched(self, address: str) -> bytes:
        """content-publishing: "must be hosted on a publicly accessible server at the time of the attempt"."""
        if not self.habits.fetches:
            return as_jpeg(None, "")
        try:
            with httpx.Client(timeout=5, trust_env=False) as client:
                answer = client.get(address)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unfetched(repr(error)) from error
        if answer.status_code != 200:
            raise _unfetched(f"status {answer.status_code}")
        return answer.content

    def _made(self, container: Container, account: Account) -> Media:
        media = Media(new_id(), account.id, container.caption, container.kind, "", container.file, container.alt)
        for part in container.children:
            media.children.append(Media(new_id(), account.id, "", "post", "", part.file, part.alt))
        media.url = self.kept.permalink(account, media.code, story=media.kind == "story")
        return media

    def _told(self, media: Media) -> Mapping[str, Any]:
        """reference/instagram-media, "Fields". A story's words are part of its picture, so no caption comes back."""
        account, base = self.kept.accounts[media.account_id], self.kept.base()
        address = base + media.file.path if media.file else None
        products = {"post": "FEED", "reel": "REELS", "story": "STORY"}
        return {
            "id": media.id,
            "caption": (media.caption or None) if media.kind != "story" else None,
            # Unsure whether parts of a carousel give it back.
            "alt_text": media.alt or None,
            "media_type": _type(media),
            "media_product_type": products[media.kind],
            "media_url": address,
            "thumbnail_url": None if not media.file or not media.file.is_film else address,
            "permalink": media.url or None,
            "shortcode": media.code,
            "timestamp": media.created_at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "username": account.username,
            "owner": {"id": account.id},
            "children": {"data": [self._told(part) for part in media.children]} if media.children else None,
        }


def _type(media: Media) -> str:
    if media.children:
        return "CAROUSEL_ALBUM"
    return "VIDEO" if media.file and media.file.is_film else "IMAGE"


def _kind(call: Call) -> Kind:
    kinds: dict[str, Kind] = {"": "post", "IMAGE": "post", "CAROUSEL": "post", "REELS": "reel", "STORIES": "story"}
    asked = call.value("media_type")
    if asked == "VIDEO" and call.yes("is_carousel_item"):
        return "post"
    if asked not in kinds:
        # ig-user/media, "media_type": single films are reels since November 2023.
        raise GraphError("The media type is not supported.", code=100, subcode=2207023)
    if asked == "REELS" and not call.value("video_url"):
        raise bad_parameter("The parameter video_url is required")
    return kinds[asked]


def _caption(text: str) -> str:
    hashtags, mentions = len(re.findall(r"#\w", text)), len(re.findall(r"@\w", text))
    if len(text) > MOST_SIGNS or hashtags > MOST_HASHTAGS or mentions > MOST_MENTIONS:
        raise GraphError("The caption is too long.", code=36004, subcode=2207010)
    return text


def _picture(data: bytes, *, in_feed: bool) -> bytes:
    """error-codes: 36000 too large, 36001 another format, 36003 another shape."""
    if len(data) > MOST_BYTES:
        raise GraphError("The image size is too large.", code=36000, subcode=2207004)
    try:
        with Image.open(BytesIO(data)) as image:
            kind, (width, height) = image.format, image.size
    except (OSError, ValueError) as error:
        raise GraphError("Only photo or video can be accepted.", code=9004, subcode=2207052) from error
    if kind != "JPEG":
        raise GraphError("The image format is not supported.", code=36001, subcode=2207005)
    if in_feed and not STEEPEST - 0.01 <= width / height <= FLATTEST + 0.01:
        raise GraphError("The aspect ratio is not supported.", code=36003, subcode=2207009)
    return data


def _film(data: bytes) -> bytes:
    """error-codes 352 with 2207026; ISO/IEC 14496-12: the file begins with its type."""
    if data[4:8] != b"ftyp" and data[:2] != b"\xff\xd8":
        raise GraphError("The video format is not supported.", code=352, subcode=2207026)
    return data


def _unfetched(why: str) -> GraphError:
    return GraphError(f"The media could not be fetched from this URI: {why}", code=9004, subcode=2207052)
