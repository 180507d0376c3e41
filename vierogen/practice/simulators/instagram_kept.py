"""Everything that the simulated Instagram holds, and who may have it."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image

from vierogen.networks.base import Client
from vierogen.practice.calls import Call
from vierogen.practice.drawing import with_words
from vierogen.practice.simulators.instagram_records import (
    LONG_LIFE,
    SCOPES,
    Account,
    Container,
    GraphError,
    Media,
    Token,
    no_permission,
    no_such,
    now,
    refused_token,
)
from vierogen.practice.simulators.instagram_usage import Counts


class Kept:
    """Accounts, tokens, containers and media, by id. ``base`` gives the address at which the simulator is reached."""

    def __init__(self, client: Client, base: Callable[[], str]) -> None:
        self.client, self.base = client, base
        self.accounts: dict[str, Account] = {}
        self.tokens: dict[str, Token] = {}
        self.containers: dict[str, Container] = {}
        self.media: dict[str, Media] = {}
        self.unlisted: dict[str, str] = {}
        self.violations: list[str] = []
        self.counts = Counts(self.violations)

    def add_account(self, account: Account) -> Account:
        """Take it up, its token too."""
        self.accounts[account.id] = account
        self.tokens[account.token] = Token(
            account.token, account.person, SCOPES, now() + LONG_LIFE, account_id=account.id
        )
        return account

    def issue(self, person: str, scopes: frozenset[str], life: timedelta) -> Token:
        """A new token for ``person``."""
        token = Token(secrets.token_urlsafe(40), person, scopes, now() + life)
        self.tokens[token.value] = token
        return token

    def of_person(self, person: str) -> list[Account]:
        """The accounts that this person sees."""
        return [account for account in self.accounts.values() if account.person == person]

    def token(self, value: str) -> Token:
        """A good token. Raises ``GraphError`` for any other (graph-api/guides/error-handling)."""
        if not value:
            raise GraphError("An active access token must be used to query information.", code=2500)
        token = self.tokens.get(value)
        if token is None:
            raise GraphError("Invalid OAuth access token - Cannot parse access token", code=190, status=401)
        if token.refused or now() >= token.expires_at:
            raise refused_token(token.refused or 463)
        return token

    def granted(self, token: Token) -> frozenset[str]:
        """What the token is good for: a right that one of its accounts does not give is not granted."""
        seen = [self.accounts[token.account_id]] if token.account_id else self.of_person(token.person)
        taken = frozenset() if all(account.may_delete for account in seen) else {"instagram_manage_contents"}
        return token.scopes - taken

    def reach(self, call: Call, account_id: str, *, scope: str = "instagram_basic") -> Account:
        """The account, for who may see it. Raises ``GraphError`` for everybody else."""
        token = self.token(call.token)
        account = self.accounts.get(account_id)
        if account is None or account.person != token.person:
            raise no_such(account_id)
        if scope not in token.scopes or (scope == "instagram_manage_contents" and not account.may_delete):
            raise no_permission(scope)
        return account

    def standing(self, media_id: str, *, since: datetime | None = None) -> Media | None:
        """The media where it is still there; with ``since`` only where it is older than that."""
        media = self.media.get(media_id)
        if media is None or media.is_over or (since and media.created_at > since):
            return None
        return media

    def of_account(self, account: Account) -> list[Media]:
        """All that stands on the account, newest first."""
        found = [each for each in self.media.values() if each.account_id == account.id and not each.is_over]
        return sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)

    def publish(self, media: Media) -> Media:
        """Let it stand from now on."""
        self.media[media.id] = media
        return media

    def permalink(self, account: Account, code: str, *, story: bool) -> str:
        """The address of its page, for everybody."""
        kind = f"stories/{account.username}" if story else "p"
        return f"{self.base()}/{kind}/{code}/"


def as_jpeg(picture: bytes | None, words: str) -> bytes:
    """What the app makes of a photo; a note with the words on it where there is none."""
    with Image.open(BytesIO(picture or with_words(words))) as opened:
        image = opened.convert("RGB")
    image.thumbnail((1440, 1800))
    packed = BytesIO()
    image.save(packed, "JPEG", quality=85)
    return packed.getvalue()
