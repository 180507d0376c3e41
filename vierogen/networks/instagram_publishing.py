"""Publishing on Instagram: containers are made, waited for, and published once.

https://developers.facebook.com/documentation/instagram-platform/content-publishing. Only the last call,
``media_publish``, can publish. Every container is kept before it is used, and once more before it is to be published
(``asked``), so whoever comes later can ask what became of it: that, and not a guess, decides whether anything is sent
again. Once publishing was asked for, no other container is made, unless a person decides so.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast

import httpx

from vierogen.core.words import gettext_noop as _
from vierogen.networks.asking import Missing, body_as
from vierogen.networks.base import Attempt, NetworkError, Outgoing, Picture, Unknown
from vierogen.networks.graph import UNSURE, Unfetched, by_subcode

# .../reference/ig-container, "status_code"; "" where the network does not have it any more.
Status = Literal["EXPIRED", "ERROR", "FINISHED", "IN_PROGRESS", "PUBLISHED", ""]
# content-publishing, "Troubleshooting": ask once a minute, for five minutes at most. Pictures are ready at once, so the
# first looks come sooner. What takes longer is tried again with the same container, and holds up no other post.
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
GOOD = ("FINISHED", "IN_PROGRESS")
# So many containers of one delivery may come to nothing.
MOST_TRIES = 3
GAVE_UP = _("Instagram could not prepare this post, however often it was tried. Choose another picture or film.")
# error-codes, 2207010; ig-user/media, "caption".
MOST_HASHTAGS, MOST_MENTIONS = 30, 20
# ig-user/media, "Story Video Specifications": 60 seconds at most.
STORY_SECONDS = 60.0
FETCHING = _("Instagram is fetching the pictures.")
PREPARING = _("Instagram is preparing the post.")
PUBLISHING = _("Instagram is publishing it.")


class Spoilt(NetworkError):  # noqa: N818 - what became of it
    """A container came to nothing; ``may_retry`` says whether another one can help."""


class Ask(Protocol):
    """A call to the Graph API under the account, as ``Instagram`` makes it."""

    def __call__(self, method: str, path: str, *, accepting: bool = False, **options: Any) -> httpx.Response:
        """Make it. Raises ``NetworkError``."""


@dataclass
class Sending:
    """One delivery on its way: ``ask`` calls the network, ``account`` is where it goes."""

    ask: Ask
    account: str
    attempt: Attempt
    sleep: Callable[[float], None] = time.sleep
    kept: dict[str, Any] = field(init=False)
    # What this try made itself. What is wrong with one of an earlier try may be that its picture is offered no more.
    made: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.kept = dict(self.attempt.kept)

    @property
    def container(self) -> str:
        """The container of an earlier try, or "" ."""
        return str(self.kept.get("container") or "")

    @property
    def media_id(self) -> str:
        """What became of it, where the network said so, or ""."""
        return str(self.kept.get("media") or "")

    @property
    def is_asked(self) -> bool:
        """Was the network asked to publish the kept container, without a clear no?"""
        return bool(self.container) and self.kept.get("asked") == self.container

    def status(self) -> Status:
        """What became of the kept container; "" where there is none."""
        return self._status(self.container)[0] if self.container else ""

    def prepare(self, post: Outgoing) -> None:
        """Have a finished container: the one of an earlier try while it is good, else a new one.

        Raises ``Unknown`` where an earlier one may have been published, else ``NetworkError``.
        """
        refuse_what_does_not_fit(post)
        try:
            if self.status() not in GOOD:
                self._refuse_another()
                self._make(post)
            self._wait_for(self.container)
        except (Spoilt, Unfetched) as error:
            raise self._counted(error) from error

    def _refuse_another(self) -> None:
        """Whatever became of a container that was to be published: only a person decides to make another one."""
        if self.is_asked:
            raise Unknown(UNSURE, detail="it was to be published, and is not waiting any more")

    def _counted(self, error: NetworkError) -> NetworkError:
        """Another container may help, but not for ever."""
        tries = int(self.kept.get("spoilt") or 0) + 1
        self._keep({"spoilt": tries})
        if not error.may_retry or tries < MOST_TRIES:
            return error
        return NetworkError(error.reason if isinstance(error, Unfetched) else GAVE_UP, detail=error.detail)

    def publish(self) -> str:
        """Publish the container; returns the id of the post. Raises ``Unknown`` where that is not known."""
        self.attempt.tell(PUBLISHING, 90)
        before = self.kept.get("asked") or ""
        self._keep({"asked": self.container})
        data = {"creation_id": self.container}
        try:
            self.attempt.ready()
            answer = self.ask("POST", f"{self.account}/media_publish", accepting=True, data=data)
        except Unknown:
            raise
        except NetworkError:  # a clear no, to this call
            self._keep({"asked": before})
            raise
        made = str(body_as(answer, dict, accepting=True).get("id") or "")
        if not made:
            raise Unknown(UNSURE, detail="no id")
        self._keep({"media": made})
        return made

    def _make(self, post: Outgoing) -> None:
        self.attempt.tell(FETCHING, 10)
        values = {"caption": post.text} if post.format != "story" else {}
        if len(post.pictures) == 1:
            made = self._created({**values, **self._media_of(post.pictures[0], post)})
        else:
            parts = ",".join(self._part(place, post) for place in range(len(post.pictures)))
            made = self._created({**values, "media_type": "CAROUSEL", "children": parts})
        self._keep({"container": made, "media": ""})

    def _part(self, place: int, post: Outgoing) -> str:
        """content-publishing, "Carousel Posts": each part is a container of its own, and done before the whole."""
        known = self.kept.get("children") or {}
        part = str(known.get(str(place)) or "")
        if not part or self._status(part)[0] not in GOOD:
            picture = self._media_of(post.pictures[place], post, is_part=True)
            part = self._created({**picture, "is_carousel_item": "true"})
            self._keep({"children": {**known, str(place): part}})
        self._wait_for(part)
        return part

    def _media_of(self, picture: Picture, post: Outgoing, *, is_part: bool = False) -> dict[str, str]:
        """ig-user/media: where it is fetched, and what it becomes. Single films are reels (``media_type``).

        ``alt_text`` is for pictures in the feed only: "Reels and stories are not supported."
        """
        address = self.attempt.offer(picture)
        kind = "VIDEO" if is_part else "STORIES" if post.format == "story" else "REELS"
        if picture.is_film:
            return {"video_url": address, "media_type": kind}
        if post.format == "story":
            return {"image_url": address, "media_type": kind}
        return {"image_url": address, **({"alt_text": picture.alt} if picture.alt else {})}

    def _created(self, values: Mapping[str, str]) -> str:
        answer = self.ask("POST", f"{self.account}/media", data=values)
        made = str(body_as(answer, dict, "id")["id"])
        self.made.add(made)
        return made

    def _wait_for(self, container: str) -> None:
        for look, pause in enumerate((*PAUSES, 0.0)):
            status, words = self._status(container)
            if status == "FINISHED":
                return
            if status != "IN_PROGRESS":
                self._refuse_another()
                raise _spoilt(words, may_retry=container not in self.made)
            self.attempt.tell(PREPARING, min(80, 30 + 10 * look))
            self.sleep(pause)
        raise NetworkError(_("Instagram is still busy with the picture or film. It is tried again."), may_retry=True)

    def _status(self, container: str) -> tuple[Status, str]:
        try:
            answer = self.ask("GET", container, params={"fields": "status_code,status"})
        except Missing:
            return "", ""
        body = body_as(answer, dict, "status_code")
        return cast("Status", str(body["status_code"])), str(body.get("status") or "")

    def _keep(self, news: Mapping[str, Any]) -> None:
        self.attempt.keep(news)
        self.kept.update(news)


def _spoilt(words: str, *, may_retry: bool) -> Spoilt:
    """.../ig-container, "status": on an error it names the sub-code."""
    named = re.search(r"\b(2207\d{3})\b", words)
    if named is None:
        return Spoilt(_("Instagram could not prepare this post. It is tried again."), may_retry=True)
    row = by_subcode(int(named[1]))
    again = may_retry or row.means in ("again", "busy", "unfetched")
    return Spoilt(row.reason, may_retry=again, detail=words[:500])


def refuse_what_does_not_fit(post: Outgoing) -> None:
    """Say in a plain sentence what the network would refuse with a number. Raises ``NetworkError``."""
    if reason := _misfit(post):
        raise NetworkError(reason)


def _misfit(post: Outgoing) -> str:
    films = [each for each in post.pictures if each.is_film]
    if not post.pictures:
        return _("Instagram takes no post without a picture or film. Add one.")
    if post.format == "story":
        if len(post.pictures) > 1:
            return _("A story takes one picture or film. Make a story of each.")
        too_long = any(each.seconds > STORY_SECONDS for each in films)
        return _("A film in a story lasts 60 seconds at most. Choose a shorter one.") if too_long else ""
    if post.format == "reel" and (len(post.pictures), len(films)) != (1, 1):
        return _("A reel is one film. Choose a film, or choose another form.")
    return _too_many_names(post.text)


def _too_many_names(text: str) -> str:
    if len(re.findall(r"#\w", text)) > MOST_HASHTAGS:
        return _("Instagram takes 30 hashtags at most. Take some away.")
    if len(re.findall(r"@\w", text)) > MOST_MENTIONS:
        return _("Instagram takes 20 names with @ at most. Take some away.")
    return ""
