"""Mastodon's connector on another server that speaks its API: PyPI's mastodon-mock."""

from tests.networks.walk.stage import Edits, Fixture, Shares, Stage
from tests.servers.mastodon import MastodonServer
from vierogen.networks.mastodon import Mastodon
from vierogen.networks.plain import plain


class MastodonMock(Stage, Edits, Shares):
    """The server that all tests share, emptied first."""

    key = "mastodon-mock"
    network = Mastodon
    accepts = ("POST", "/api/v1/statuses")
    mention = "@ben"
    keeps_pictures = True

    def start(self, fixture: Fixture) -> None:
        self.server: MastodonServer = fixture("mastodon_process")
        self.server.reset()
        self.port = self.server.port
        self.filled_in = {"token": self.server.token("anna")}

    def post(self, text: str) -> str:
        return self.server.post("anna", text)

    def texts(self) -> list[str]:
        return [plain(status["content"]) for status in self.server.statuses("anna")]

    def edit(self, remote_id: str, text: str) -> None:
        self.server.as_person("anna", "PUT", f"/api/v1/statuses/{remote_id}", json={"status": text})

    def repost(self) -> str:
        theirs = self.server.post("ben", "Van Ben")
        return str(self.server.as_person("anna", "POST", f"/api/v1/statuses/{theirs}/reblog")["id"])

    def like(self) -> str:
        theirs = self.server.post("ben", "Leuk!")
        self.server.as_person("anna", "POST", f"/api/v1/statuses/{theirs}/favourite")
        return f"like:{theirs}"
