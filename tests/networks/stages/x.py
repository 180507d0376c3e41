"""X's connector on the simulator of its contract: no server of X can be started here."""

from urllib.parse import urljoin

import httpx

from tests.networks.walk.stage import Edits, Fixture, LogsIn, Shares, Stage
from vierogen.networks.x import X
from vierogen.practice.simulators.x import XSimulator


class XStage(Stage, Edits, Shares, LogsIn):
    """The simulated X with an official and a private account."""

    key = "x"
    network = X
    accepts = ("POST", "/2/tweets")
    mention = "@anna"

    def start(self, fixture: Fixture) -> None:
        self.server = XSimulator().start()
        self.port, self.client = self.server.port, self.server.client
        self.account = self.server.add_account("gemeente_x", "Gemeente X")
        self.friend = self.server.add_account("anna", "Anna privé")
        self.filled_in = {"access_token": self.account.token, "refresh_token": self.account.refresh_token}
        self.handles = {"@gemeente_x"}

    def stop(self) -> None:
        self.server.stop()

    def post(self, text: str) -> str:
        return self.server.post_by_phone(self.account, text)

    def texts(self) -> list[str]:
        return self.server.posts_of(self.account)

    def edit(self, remote_id: str, text: str) -> None:
        self.server.edit_by_phone(self.account, remote_id, text)

    def repost(self) -> str:
        return self.server.repost_by_phone(self.account, self._foreign())

    def like(self) -> str:
        theirs = self._foreign()
        self.server.like_by_phone(self.account, theirs)
        return f"like:{theirs}"

    def agree(self, address: str) -> str:
        asked = httpx.URL(address)
        answer = httpx.post(asked.copy_with(query=None), data=dict(asked.params))
        return str(answer.headers["Location"])

    def decline(self, address: str) -> str:
        page = httpx.get(address).text
        link = page.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
        return str(httpx.get(urljoin(address, link)).headers["Location"])

    def _foreign(self) -> str:
        return self.server.post_by_phone(self.friend, "Privéfeest!")
