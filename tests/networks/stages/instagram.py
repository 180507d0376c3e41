"""Instagram's connector on the simulated Instagram: no real one can be run here."""

from datetime import datetime
from urllib.parse import urljoin

import httpx

from tests.networks.walk.stage import Edits, Fixture, LogsIn, RunsOut, Stage, Stories
from vierogen.networks.instagram import Instagram
from vierogen.practice.simulators.instagram import InstagramSimulator


class SimulatedInstagram(Stage, Edits, Stories, LogsIn, RunsOut):
    """The simulator with the accounts of one person: two that she looks after, and one of somebody else."""

    key = "instagram-simulator"
    network = Instagram
    accepts = ("POST", r"/v23\.0/\d+/media_publish")

    def start(self, fixture: Fixture) -> None:
        self.simulator = InstagramSimulator().start()
        # A walk publishes more than an account may in a day.
        self.simulator.publishing_total = 10_000
        self.client, self.port = self.simulator.client, self.simulator.port
        self.account = self.simulator.add_account("gemeente_x", "Gemeente X")
        self.simulator.add_account("zwembad_x", "Zwembad X")
        self.simulator.add_account("otto", "Otto", person="otto")
        self.filled_in = {"account_id": self.account.id, "token": self.account.token}
        self.handles = {"@gemeente_x", "@zwembad_x"}

    def stop(self) -> None:
        self.simulator.stop()

    def post(self, text: str) -> str:
        return self.simulator.post_by_phone(self.account, text)

    def texts(self) -> list[str]:
        stories = [each.caption for each in self.simulator.stories_of(self.account)]
        return [*(each.caption for each in self.simulator.media_of(self.account)), *stories]

    def edit(self, remote_id: str, text: str) -> None:
        self.simulator.edit_by_phone(self.account, remote_id, text)

    def story(self, picture: bytes) -> str:
        return self.simulator.post_by_phone(self.account, "", picture=picture, story=True)

    def stories(self) -> list[tuple[str, datetime]]:
        return [(each.id, each.created_at) for each in self.simulator.stories_of(self.account)]

    def agree(self, address: str) -> str:
        asked = httpx.URL(address)
        answer = httpx.post(asked.copy_with(query=None), data=dict(asked.params))
        return str(answer.headers["Location"])

    def decline(self, address: str) -> str:
        page = httpx.get(address).text
        link = page.partition('<a href="')[2].partition('"')[0].replace("&amp;", "&")
        return str(httpx.get(urljoin(address, link)).headers["Location"])

    def use_up(self) -> None:
        self.simulator.quota_factor = 1 / 48_000

    def refill(self) -> None:
        self.simulator.quota_factor = 1.0
        self.simulator.kept.counts.calls.clear()
