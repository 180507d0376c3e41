"""What the network's own app does, as doors beside the simulated API: for the phone page, and for whoever plays.

Nothing of this is in the network's contract: the real app has doors of its own, which nobody else may use.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from vierogen.practice.api import Answer
from vierogen.practice.calls import Call
from vierogen.practice.simulators.door import told
from vierogen.practice.simulators.instagram import InstagramSimulator
from vierogen.practice.simulators.instagram_records import STORY_LIFE, Account, Media


def open_phone(simulator: InstagramSimulator) -> None:
    """Open the doors under ``/phone/``. Each wants the token of the account that is on."""
    simulator.aside["phone"] = Phone(simulator).answer


class Phone:
    """The app, on any account of one simulator."""

    def __init__(self, simulator: InstagramSimulator) -> None:
        self.simulator = simulator

    def answer(self, call: Call) -> Answer:
        """Do it: 401 for a token that is no account's, 404 for what is not there, 422 for what is no picture."""
        on = next((one for one in self._accounts() if one.token == call.token), None)
        if on is None:
            return _refused(401)
        for route in ROUTES:
            if route.method == call.method and (found := route.path.fullmatch(call.path)):
                return route.door(self, on, call, *found.groups())
        return _refused(404)

    def me(self, on: Account, _call: Call) -> Answer:
        """The account that is on."""
        return told(_owner(on))

    def shots(self, _on: Account, _call: Call) -> Answer:
        """What everybody shows, newest first."""
        shown = [told_there for told_there, _media in self._everything()]
        return told(sorted(shown, key=lambda one: (one["posted_at"], one["id"]), reverse=True))

    def shot(self, _on: Account, _call: Call, media_id: str) -> Answer:
        """One photo or story."""
        return next((told(shown) for shown, media in self._everything() if media.id == media_id), _refused(404))

    def post(self, on: Account, call: Call) -> Answer:
        """Out at once: ``photo``, ``caption``, and ``story`` where it is one."""
        try:
            media_id = self.simulator.post_by_phone(
                on, call.value("caption"), picture=call.files.get("photo"), story=call.yes("story")
            )
        except (OSError, ValueError):  # Pillow's words for what is no picture
            return _refused(422)
        return self.shot(on, call, media_id)

    def delete(self, on: Account, _call: Call, media_id: str) -> Answer:
        """Remove something of one's own."""
        if not any(media.id == media_id and media.account_id == on.id for _shown, media in self._everything()):
            return _refused(404)
        self.simulator.delete_by_phone(on, media_id)
        return told({})

    def picture(self, _on: Account, _call: Call, media_id: str) -> Answer:
        """The photo itself."""
        for _shown, media in self._everything():
            if media.id == media_id and media.files:
                return Answer(200, media.files[0].data, media.files[0].mime)
        return _refused(404)

    def avatar(self, _on: Account, call: Call, handle: str) -> Answer:
        """The round picture of an account."""
        of = next((one.id for one in self._accounts() if one.username == handle), "")
        return self.simulator.avatar(call, of)

    def _accounts(self) -> list[Account]:
        with self.simulator.lock:
            return list(self.simulator.kept.accounts.values())

    def _everything(self) -> list[tuple[dict[str, Any], Media]]:
        return [
            (_shot(media, account), media)
            for account in self._accounts()
            for media in (*self.simulator.media_of(account), *self.simulator.stories_of(account))
        ]


def _owner(account: Account) -> dict[str, Any]:
    return {"handle": account.username, "name": account.name, "about": account.about}


def _shot(media: Media, account: Account) -> dict[str, Any]:
    ends_at = media.created_at + STORY_LIFE if media.kind == "story" else None
    return {
        "id": media.id,
        "owner": _owner(account),
        "caption": media.caption,
        "posted_at": media.created_at.isoformat(),
        "ends_at": ends_at and ends_at.isoformat(),
    }


def _refused(status: int) -> Answer:
    return told({"error": status}, status=status)


class Route(NamedTuple):
    """One door."""

    method: str
    path: re.Pattern[str]
    door: Callable[..., Answer]


ROUTES = (
    Route("GET", re.compile(r"/phone/me"), Phone.me),
    Route("GET", re.compile(r"/phone/shots"), Phone.shots),
    Route("POST", re.compile(r"/phone/shots"), Phone.post),
    Route("GET", re.compile(r"/phone/shots/(\d+)"), Phone.shot),
    Route("DELETE", re.compile(r"/phone/shots/(\d+)"), Phone.delete),
    Route("GET", re.compile(r"/phone/shots/(\d+)/picture"), Phone.picture),
    Route("GET", re.compile(r"/phone/avatars/([\w.]+)"), Phone.avatar),
)
