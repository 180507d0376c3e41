"""Speaks Bluesky's AT Protocol for one account, with its own server only: no app view, no relay."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from itertools import chain
from threading import Event as Flag
from typing import Any

from vierogen.core.words import gettext_noop as _
from vierogen.networks import lexicons
from vierogen.networks.abilities import LooksUp
from vierogen.networks.asking import answered, told
from vierogen.networks.atproto import SERVER, Repository, checked, error_of, fields_of
from vierogen.networks.base import (
    Deletes,
    Disconnected,
    Field,
    Happened,
    Happening,
    Network,
    NetworkError,
    Outgoing,
    Picture,
    Profile,
    Shown,
    Streams,
)
from vierogen.networks.bluesky_keys import AppPasswords
from vierogen.networks.counting import graphemes
from vierogen.networks.firehose import Change, Firehose, Jetstream, News, OutdatedCursorError, Source
from vierogen.networks.richtext import facets
from vierogen.networks.shrinking import shrunk
from vierogen.networks.streaming import frames
from vierogen.networks.taming import tamed
from vierogen.networks.tid import new_tid

# app.bsky.embed.images: a picture has at most a million bytes.
PICTURE_BYTES = 1_000_000
# app.bsky.feed.post: at most 300 graphemes and 3000 bytes.
BYTES_PER_SIGN = 10
_HAPPENINGS: dict[str, Happening] = {"create": "seen", "update": "edited"}


class Bluesky(Network, Deletes, Streams, LooksUp, AppPasswords):
    """A Bluesky account with an app password.

    The stream comes from the account's own server; a credential ``jetstream`` (the address of a Jetstream
    server) takes it from there instead.
    """

    key = "bluesky"
    name = "Bluesky"
    tried_for_real = True
    text_limit = 300
    picture_limit = 4
    alt_limit = 2000
    fields = (
        Field(
            "server",
            _("Server"),
            help=_("Leave this as it is, unless the account lives on a server of its own."),
            default=SERVER,
        ),
        Field("handle", _("Handle"), help=_("The name after the @, for example gemeente.bsky.social.")),
        Field(
            "app_password",
            _("App password"),
            help=_("Make one in Bluesky, under Settings, Privacy and security. Never fill in the account's own."),
            secret=True,
        ),
        Field(
            "jetstream",
            _("Jetstream server"),
            help=_("Leave this empty, unless your technical people run a Jetstream server to watch with."),
            optional=True,
        ),
    )
    repeat_is_safe = True
    id_is_global = True
    read_lag = 1.0
    blind_to = _("Direct messages, and whom the account follows, lists or blocks.")

    @cached_property
    def repository(self) -> Repository:
        """The account's repository, with a session; opened by the first call."""
        return Repository(self.opened)

    @classmethod
    def length(cls, text: str) -> int:
        """Count graphemes; a text of emoji can reach the limit of 3000 bytes first, and is then as full."""
        return max(graphemes(text), -(-len(text.encode(errors="surrogatepass")) // BYTES_PER_SIGN))

    @classmethod
    def new_key(cls, at: datetime) -> str:
        return new_tid(at)

    def me(self) -> Profile:
        answer = checked(self.repository.call("com.atproto.server.getSession", verb="GET"))
        session = fields_of(answer, "handle")
        if session.get("active") is False:
            raise Disconnected(_("Bluesky has suspended this account, or somebody has switched it off."))
        found = self.repository.record(lexicons.PROFILE, "self") or {"value": {}}
        return lexicons.profile(self.repository.did, session["handle"], found["value"], blob=self._blob)

    def publish(self, post: Outgoing) -> Shown:
        record = lexicons.post_record(
            post,
            facets=facets(post.text, self._did_of),
            images=[self._uploaded(picture) for picture in post.pictures],
        )
        self.opened.attempt.ready()
        response = self.repository.call(
            "com.atproto.repo.putRecord",
            accepting=True,
            json={
                "repo": self.repository.did,
                "collection": lexicons.POST,
                "rkey": post.key,
                "record": record,
                # Nothing may stand under this key yet: an answer that got lost cannot make a second post.
                "swapRecord": None,
            },
        )
        if error_of(response) != "InvalidSwap":
            checked(response, accepting=True)
            return self._shown(self._uri(post.key), record)
        stands = self.find(post)
        if stands is None or not lexicons.says_the_same(stands.raw, tamed(record)):
            raise NetworkError(_("Bluesky has something else under the key of this post."))
        return stands

    def recent(self, limit: int = 40) -> list[Shown]:
        found = chain(*(self.repository.records(collection, limit) for collection in lexicons.KINDS))
        newest = sorted(
            (self._shown(each["uri"], each["value"]) for each in found),
            key=lambda shown: shown.key,
            reverse=True,
        )
        return newest[:limit]

    def read(self, remote_id: str) -> Shown | None:
        _did, collection, rkey = self._own(remote_id)
        found = self.repository.record(collection, rkey)
        return self._shown(remote_id, found["value"]) if found else None

    def find(self, post: Outgoing) -> Shown | None:
        return self.read(self._uri(post.key))

    def same(self, post: Outgoing, shown: Shown) -> bool:
        """The key decides: it is ours, and what somebody edits under it later is still this delivery."""
        return shown.kind == "post" and shown.key == post.key

    def reads_as(self, post: Outgoing, shown: Shown) -> bool:
        """Compare with the record that ``publish`` writes, pictures by the content identifiers of their bytes."""
        fitting = [shrunk(picture, limit=PICTURE_BYTES) for picture in post.pictures]
        images = [lexicons.image(picture, lexicons.blob_of(picture)) for picture in fitting]
        record = lexicons.post_record(post, facets=facets(post.text, self._did_of), images=images)
        ours = self._shown(self._uri(post.key), tamed(record))
        return self.same(post, shown) and lexicons.read(ours) == lexicons.read(shown)

    def delete(self, remote_id: str) -> None:
        did, collection, rkey = self._own(remote_id)
        record = {"repo": did, "collection": collection, "rkey": rkey}
        checked(self.repository.call("com.atproto.repo.deleteRecord", json=record))

    def remains(self, shown: Shown) -> list[str]:
        did, collection, rkey = self._own(shown.remote_id)
        address = self.repository.address("com.atproto.repo.getRecord", repo=did, collection=collection, rkey=rkey)
        media = [media.url for media in shown.media if self._is_there(media.url)]
        return [address, *media] if self.repository.record(collection, rkey) else media

    def exists(self, handle: str) -> bool | None:
        """Does the handle lead to somebody? Where it is no domain name, Bluesky shows it as plain text."""
        name = handle.lstrip("@").lower()
        if "." not in name or "@" in name:
            return False
        address = self.repository.address("com.atproto.identity.resolveHandle", handle=name)
        with told():
            response = self.opened.http.get(address, timeout=self.patience)
        return response.status_code != 400 and bool(fields_of(answered(response), "did"))

    def stream(self, stop: Flag, cursor: str = "") -> Iterator[Happened]:
        source = self._source()
        try:
            arriving = frames(self.opened.http, source.address(cursor), stop=stop)
            yield from self._happening(source, arriving, cursor)
        except OutdatedCursorError:
            yield from self.stream(stop)

    def _source(self) -> Source:
        jetstream = self.opened.credentials.get("jetstream", "")
        if jetstream:
            return Jetstream(jetstream, self.repository.did)
        return Firehose(self.repository.pds, self.repository.did)

    def _happening(self, source: Source, arriving: Iterator[str | bytes | None], cursor: str) -> Iterator[Happened]:
        for frame in arriving:
            news = source.news(frame) if frame is not None else None
            if frame is None:
                yield Happened("alive", cursor=cursor)
            elif news:
                cursor = news.cursor
                yield from self._told_by(news)

    def _told_by(self, news: News) -> Iterator[Happened]:
        if news.account:
            yield Happened("profile", cursor=news.cursor)
        for change in news.changes:
            happened = self._happened(change, news.cursor)
            if happened:
                yield happened

    def _happened(self, change: Change, cursor: str) -> Happened | None:
        _did, collection, _rkey = lexicons.parts(change.uri)
        if collection == lexicons.PROFILE:
            return Happened("profile", cursor=cursor)
        if collection not in lexicons.KINDS:
            return None
        if change.operation == "delete":
            return Happened("deleted", change.uri, cursor=cursor)
        shown = self._shown(change.uri, change.record) if change.record else self._looked_up(change.uri)
        return Happened(_HAPPENINGS[change.operation], change.uri, shown, cursor) if shown else None

    def _looked_up(self, uri: str) -> Shown | None:
        """Show a record that did not come along; None where it is gone again, as the stream will tell."""
        try:
            return self.read(uri)
        except NetworkError:  # that it is there is news enough, even where nobody can read it
            return self._shown(uri, {})

    def _shown(self, uri: str, value: Mapping[str, Any]) -> Shown:
        return lexicons.shown(uri, value, blob=self._blob)

    def _blob(self, cid: str) -> str:
        return self.repository.address("com.atproto.sync.getBlob", did=self.repository.did, cid=cid)

    def _uri(self, key: str) -> str:
        return f"at://{self.repository.did}/{lexicons.POST}/{key}"

    def _own(self, remote_id: str) -> tuple[str, str, str]:
        did, collection, rkey = lexicons.parts(remote_id)
        if did != self.repository.did:
            raise NetworkError(_("This post belongs to another account."))
        return did, collection, rkey

    def _did_of(self, handle: str) -> str | None:
        response = self.repository.ask("com.atproto.identity.resolveHandle", handle=handle)
        if response.status_code == 400:  # nobody has this handle; then it is just text
            return None
        return str(fields_of(answered(response), "did")["did"])

    def _uploaded(self, picture: Picture) -> dict[str, Any]:
        fitting = shrunk(picture, limit=PICTURE_BYTES)
        response = self.repository.call(
            "com.atproto.repo.uploadBlob", content=fitting.data, headers={"Content-Type": fitting.mime}
        )
        return lexicons.image(fitting, fields_of(checked(response), "blob")["blob"])

    def _is_there(self, address: str) -> bool:
        """Can anybody still fetch this? A server says 400 for a blob that it does not have (any more)."""
        with told(), self.opened.http.stream("GET", address) as response:
            if not response.is_success:
                response.read()
        if response.status_code in (400, 404):
            return False
        answered(response)
        return True
