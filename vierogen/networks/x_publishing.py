"""Sends what one delivery to X consists of, part by part, and finds again what was sent without an answer.

Between attempts three things are kept: ``parts``, the ids that X accepted, in order; ``url``, the address of the
first; and ``asked``, the place of the part that X was asked for last. By these it is known which part, if any, may
have been accepted without our knowing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from vierogen.core.words import gettext_noop as _
from vierogen.networks.asking import body_as
from vierogen.networks.base import Attempt, NetworkError, Outgoing, Picture, Shown, Unknown
from vierogen.networks.x_api import Api, Duplicate
from vierogen.networks.x_shown import address_of, is_id

NO_ANSWER = _("The network did not say whether it accepted this.")
SAID_BEFORE = _("X does not take the same words twice, and this account said them before.")


class Publishing:
    """One attempt at one delivery."""

    def __init__(self, api: Api, attempt: Attempt) -> None:
        self.api, self.attempt = api, attempt
        self.kept: dict[str, Any] = dict(attempt.kept)

    @property
    def parts(self) -> list[str]:
        """The ids of the parts that X accepted, in order."""
        return [str(each) for each in self.kept.get("parts", ())]

    @property
    def is_certain(self) -> bool:
        """Is every part that X was ever asked for known to be there, or refused?

        Where nothing was kept nobody knows, so it is not.
        """
        return "asked" in self.kept and int(self.kept["asked"]) < len(self.parts)

    def send(
        self,
        thread: Sequence[Outgoing],
        *,
        uploaded: Callable[[Picture], str],
        stands: Callable[[Outgoing, Sequence[str]], str],
    ) -> list[str]:
        """Send what is not known to be there and return the ids of all parts.

        ``stands`` finds the id under which a part stands already, where X says so and was asked for it before. Asked
        for the first time, what stands there is somebody else's: they said the same words.
        """
        if "asked" not in self.kept:
            self._keep({"asked": -1})
        ids = self.parts
        pictures = [] if ids else [uploaded(picture) for picture in thread[0].pictures]
        for place in range(len(ids), len(thread)):
            body = _body(thread[place], pictures if place == 0 else [], after=ids[-1:])
            before = self.kept["asked"]
            try:
                made = self._asked(body, place)
            except Duplicate as error:
                if before < place:
                    self._keep({"asked": before})
                    raise NetworkError(SAID_BEFORE, detail=error.detail) from error
                made = stands(thread[place], ids)
            ids.append(made)
            self._accepted(ids)
        return ids

    def _asked(self, body: Mapping[str, Any], place: int) -> str:
        """https://docs.x.com/x-api/posts/create-post. Written down before, so that a kill leaves no secret."""
        before = self.kept["asked"]
        self._keep({"asked": max(place, before)})
        try:
            self.attempt.ready()
            answer = self.api.ask("POST", "/2/tweets", accepting=True, json=body)
        except (Unknown, Duplicate):
            raise
        except NetworkError:
            self._keep({"asked": before})
            raise
        told = body_as(answer, dict, accepting=True).get("data")
        made = str(told.get("id", "")) if isinstance(told, dict) else ""
        if not is_id(made):
            raise Unknown(NO_ANSWER, detail="no id")
        return made

    def found(
        self, thread: Sequence[Outgoing], listed: Iterable[Shown], *, same: Callable[[Outgoing, Shown], bool]
    ) -> list[str]:
        """The ids of the parts that are there, in order, up to the first that is not among ``listed``."""
        ids, there = self.parts, list(listed)
        for part in thread[len(ids) :]:
            made = next((each.remote_id for each in there if same(part, each) and follows(each, ids)), "")
            if not made:
                break
            ids.append(made)
        if len(thread) > 1 and len(ids) > len(self.parts):
            self._accepted(ids)
        return ids

    def _accepted(self, ids: Sequence[str]) -> None:
        self._keep({"parts": list(ids), "url": address_of(ids[0])})

    def _keep(self, news: Mapping[str, Any]) -> None:
        self.kept |= news
        self.attempt.keep(news)


def follows(shown: Shown, ids: Sequence[str]) -> bool:
    """Is it none of the parts before, and an answer to the last of them?"""
    if shown.remote_id in ids:
        return False
    named = (shown.raw.get("data") or {}).get("referenced_tweets") or ()
    answers = [str(each.get("id")) for each in named if each.get("type") == "replied_to"]
    return answers == list(ids[-1:])


def _body(part: Outgoing, pictures: Sequence[str], *, after: Sequence[str]) -> dict[str, Any]:
    body: dict[str, Any] = {"text": part.text} if part.text else {}
    if pictures:
        body["media"] = {"media_ids": list(pictures)}
    if after:
        body["reply"] = {"in_reply_to_tweet_id": after[0]}
    return body
