"""A page beside a simulated network, on which one posts as its app does: with any simulator, and without a phone.

For who plays with ``vierogen simulate``. It asks nobody who they are: it answers on this computer only, and what
stands there is nobody's.
"""

from collections.abc import Sequence
from html import escape
from inspect import signature
from typing import Any, Protocol, cast

from vierogen.core.numbers import whole
from vierogen.networks.base import Client
from vierogen.practice.api import Answer
from vierogen.practice.calls import Call
from vierogen.practice.simulators.door import Simulator

PATH = "by-phone"


class Owned(Protocol):
    """An account of a simulator."""

    username: str
    name: str


class Played(Protocol):
    """What every simulator has for who plays; see ``InstagramSimulator``."""

    client: Client

    def add_account(self, username: str, name: str, **more: Any) -> Owned:
        """A new account."""

    def post_by_phone(self, account: Any, text: str, **more: Any) -> Any:
        """Post with the app; returns its id, or something that has one."""

    def delete_by_phone(self, account: Any, post_id: str) -> Any:
        """Remove with the app."""


def furnish(simulator: Simulator) -> "ByPhone":
    """Open the page, with an official account, a private one of the same person, and, where the network knows that,
    one on which Vierogen may remove nothing."""
    played = cast("Played", simulator)
    accounts = [
        played.add_account("gemeente_voorbeeld", "Gemeente Voorbeeld"),
        played.add_account("anna_thuis", "Anna thuis (private, of the same person)"),
    ]
    if "may_delete" in signature(played.add_account).parameters:
        without = "Jongerenwerk Voorbeeld (Vierogen may remove nothing here)"
        accounts.append(played.add_account("jongerenwerk", without, may_delete=False))
    page = ByPhone(simulator, accounts)
    simulator.aside[PATH] = page.answer
    return page


class ByPhone:
    """The page: ``GET /by-phone`` shows it, ``POST /by-phone`` posts, ``POST /by-phone/N`` removes the Nth."""

    def __init__(self, simulator: Simulator, accounts: Sequence[Owned]) -> None:
        self.played, self.key = cast("Played", simulator), simulator.key
        self.accounts = {account.username: account for account in accounts}
        self.has_stories = "story" in signature(self.played.post_by_phone).parameters
        self.posted: dict[int, tuple[Owned, str, str]] = {}

    def answer(self, call: Call) -> Answer:
        """Do it, and show the page again."""
        if call.method != "POST":
            return Answer(200, self._page().encode(), "text/html; charset=utf-8")
        _root, _page, *rest = call.path.split("/")
        if rest:
            self._remove(rest[0])
        elif call.value("account") in self.accounts:
            self._post(call)
        return Answer(303, b"", "text/plain", {"Location": f"/{PATH}"})

    def _post(self, call: Call) -> None:
        account, text = self.accounts[call.value("account")], call.value("text") or "Oops"
        more = {"story": True} if self.has_stories and call.yes("story") else {}
        made = self.played.post_by_phone(account, text, **more)
        self.posted[max(self.posted, default=0) + 1] = (account, str(getattr(made, "id", made)), text)

    def _remove(self, number: str) -> None:
        if found := self.posted.pop(whole(number) or 0, None):
            account, post_id, _text = found
            self.played.delete_by_phone(account, post_id)

    def _page(self) -> str:
        story = '<label><input type="checkbox" name="story" value="yes"> as a story</label>' * self.has_stories
        forms = "".join(
            f'<form method="post"><h2>{escape(account.name)}</h2><input type="hidden" name="account" value="{handle}">'
            f'<label>Text <input name="text"></label> {story} <button>Post as {handle}</button></form>'
            for handle, account in self.accounts.items()
        )
        posted = "".join(
            f'<li><form method="post" action="/{PATH}/{number}">{account.username}: {escape(text)} '
            f"<button>Delete</button></form></li>"
            for number, (account, _post_id, text) in self.posted.items()
        )
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulated {self.key}</title>'
            f"<h1>Simulated {self.key}: post as its app does</h1>{forms}<h2>Posted here</h2><ul>{posted}</ul></html>"
        )
