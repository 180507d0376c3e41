"""Bluesky's connector on a real server (PDS)."""

from collections.abc import Mapping
from itertools import count

from tests.networks.walk.stage import Edits, Fixture, Shares, Stage
from tests.servers.pds import PDS
from vierogen.networks.bluesky import Bluesky

POSTS = "app.bsky.feed.post"
NUMBERS = count(1)


class BlueskyPDS(Stage, Edits, Shares):
    """The server that all tests share, with two accounts for the walk."""

    key = "bluesky-pds"
    network = Bluesky
    accepts = ("POST", "/xrpc/com.atproto.repo.putRecord")
    needs = ("pds",)
    tokens = ("access_jwt", "refresh_jwt")

    def start(self, fixture: Fixture) -> None:
        server: PDS = fixture("pds")
        self.port = server.port
        # Two walks may share the server.
        number = next(NUMBERS)
        self.account = server.create_account(f"walk{number}")
        self.friend = server.create_account(f"friend{number}-of-walk")
        self.mention = f"@{self.friend.handle}"
        self.filled_in = {"handle": self.account.handle, "app_password": self.account.password}

    def remembered(self, server: str) -> Mapping[str, str]:
        # The address of the repository's server is learned at log-in, so only a session leads elsewhere.
        return {
            "server": server,
            **self.filled_in,
            "did": self.account.did,
            "pds": server,
            "access_jwt": self.account.access,
            "refresh_jwt": self.account.refresh,
            "session_of": f"{self.account.handle} {server}",
        }

    def post(self, text: str) -> str:
        return self.account.post(text)

    def texts(self) -> list[str]:
        listed = self.account.ask("com.atproto.repo.listRecords", repo=self.account.did, collection=POSTS, limit=100)
        return [record["value"]["text"] for record in listed["records"]]

    def edit(self, remote_id: str, text: str) -> None:
        created = {"createdAt": "2026-01-02T03:04:05.678Z"}
        self.account.put(POSTS, remote_id.rpartition("/")[2], text=text, **created)

    def repost(self) -> str:
        return self._shared("app.bsky.feed.repost")

    def like(self) -> str:
        return self._shared("app.bsky.feed.like")

    def _shared(self, collection: str) -> str:
        theirs = self.friend.post("Van iemand anders")
        return self.account.create(collection, subject={"uri": theirs, "cid": self.friend.cid_of(theirs)})
