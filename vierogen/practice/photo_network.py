"""The simulated Instagram of the demo: the same as in the tests, with an app beside it, and kept in a file.

Without the file a second start would have other accounts, and everything that was watched would seem removed.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from vierogen.practice.api import Answer
from vierogen.practice.calls import Call
from vierogen.practice.simulators.door import Flow
from vierogen.practice.simulators.instagram import InstagramSimulator
from vierogen.practice.simulators.instagram_phone import open_phone
from vierogen.practice.simulators.instagram_records import LONG_LIFE, Account, File, Media, Token, now

# Where everybody sees a post or a story.
PAGES = ("/p/", "/stories/")


class PhotoNetwork(InstagramSimulator):
    """Goes on where it was at the last change; what was only being prepared then is forgotten."""

    def __init__(self, path: Path) -> None:
        """Continue with the file at ``path``, or start empty."""
        super().__init__()
        self.path = path
        open_phone(self)
        with suppress(FileNotFoundError):
            self._recall(json.loads(path.read_text()))

    def done(self, call: Call) -> Answer | Flow:
        """Do it, and keep what it changed."""
        answer = super().done(call)
        if call.method not in ("GET", "HEAD"):
            self.keep()
        return answer

    def answer(self, call: Call) -> Answer:
        """The public page of a post leads on to the phone: there it is removed by hand."""
        answer = super().answer(call)
        if call.path.startswith(PAGES) and answer.status == HTTPStatus.OK:
            phone, words = settings.PUBLIC_URL + reverse("practice:photos"), _("Remove it on the phone of the demo")
            link = f'<p><a href="{escape(phone)}">{escape(words)}</a></p>'
            return replace(answer, body=answer.body + link.encode())
        return answer

    def keep(self) -> None:
        """Write everything down, for its owner only: there are tokens in it."""
        with self.lock:
            kept = {
                "port": self.port,
                "accounts": [asdict(one) for one in self.kept.accounts.values()],
                "tokens": [asdict(one) for one in self.kept.tokens.values()],
                "media": [asdict(one) for one in self.kept.media.values() if not one.is_over],
            }
            new = self.path.with_suffix(".new")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(kept, file, default=_plain)
            new.replace(self.path)

    def account(self, username: str) -> Account | None:
        """The account of this name, if there is one."""
        return next((one for one in self.kept.accounts.values() if one.username == username), None)

    def _recall(self, kept: Mapping[str, Any]) -> None:
        self.kept.accounts.update({one["id"]: Account(**one) for one in kept["accounts"]})
        self.kept.tokens.update({one["value"]: _token(one) for one in kept["tokens"]})
        self.kept.media.update({one["id"]: _media(one) for one in kept["media"]})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else sorted(value)


def _media(kept: Mapping[str, Any]) -> Media:
    return Media(
        **{
            **kept,
            "file": _file(kept["file"]) if kept["file"] else None,
            "created_at": datetime.fromisoformat(kept["created_at"]),
            "children": [_media(child) for child in kept["children"]],
        }
    )


def _file(kept: Mapping[str, Any]) -> File:
    return File(b64decode(kept["data"]), kept["mime"], kept["name"])


def _token(kept: Mapping[str, Any]) -> Token:
    """A demo may rest for months: its tokens are as good as new."""
    return Token(**{**kept, "scopes": frozenset(kept["scopes"]), "expires_at": now() + LONG_LIFE})
