"""Mastodon's connector on the practice network that ships with Vierogen."""

from tests.networks.walk.stage import Edits, Fixture, Shares, Stage
from vierogen.networks.mastodon import Mastodon
from vierogen.practice.network import Draft
from vierogen.practice.server import PracticeServer


class Practice(Stage, Edits, Shares):
    """The practice network with an official and a private account."""

    key = "practice"
    network = Mastodon
    accepts = ("POST", "/api/v1/statuses")
    mention = "@anna"

    def start(self, fixture: Fixture) -> None:
        self.server = PracticeServer().start()
        self.port = self.server.network.port
        self.account = self.server.network.add_account("gemeente_x", "Gemeente X")
        self.anna = self.server.network.add_account("anna", "Anna privé")
        self.filled_in = {"token": self.account.token}

    def stop(self) -> None:
        self.server.stop()

    def post(self, text: str) -> str:
        return self.server.network.post_by_phone(self.account, text).id

    def texts(self) -> list[str]:
        return [each.text for each in self.server.network.timeline() if each.account.id == self.account.id]

    def edit(self, remote_id: str, text: str) -> None:
        self.server.network.edit(self.account, remote_id, Draft(text))

    def repost(self) -> str:
        return self.server.network.reblog(self.account, self._foreign()).id

    def like(self) -> str:
        return f"like:{self.server.network.favourite(self.account, self._foreign()).id}"

    def _foreign(self) -> str:
        return self.server.network.post_by_phone(self.anna, "Privéfeest!").id
