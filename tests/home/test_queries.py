"""A page asks the database as often for thirty things as for one."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.learning.conftest import WORDS
from tests.learning.test_teaching import VALUES, done
from tests.plugins.house import make_member
from vierogen.channels.actions import add, entrust
from vierogen.channels.models import Channel
from vierogen.learning.actions import agreeing, teaching
from vierogen.ledger.moves import move
from vierogen.networks.base import Profile, Shown
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts.actions import consenting, delivering, moments, reviewing, writing
from vierogen.posts.models import Media, Version
from vierogen.watch.actions.minding import enrol
from vierogen.watch.actions.raising import raise_stray
from vierogen.watch.models import RemotePost
from vierogen.watch.states import What

MANY = 30
PAGES = {
    "Today": "/",
    "the living part of Today": "/live/",
    "Posts": "/posts/",
    "Review": "/posts/review/",
    "Watch": "/watch/",
    "Channels": "/channels/",
    "People": "/people/",
    "Ledger": "/ledger/",
    "Stop everything": "/posts/halt/",
    "Something grave happened": "/posts/grave/",
    "Quiet moments": "/posts/moments/",
    "Declarations of consent": "/posts/consents/",
    "Learning": "/learning/",
    "Agreements": "/learning/agreements/",
    "Who confirmed what": "/learning/agreements/coverage/",
    "What waits for you": "/learning/missing/",
    "Lessons": "/learning/lessons/",
    "My certificates": "/learning/certificates/",
}


class Town:
    """Makes one more of everything that pages list."""

    def __init__(self, organisation: Organisation, *, anna: Member, ben: Member, cora: Member, dirk: Member) -> None:
        self.organisation, self.anna, self.ben, self.cora, self.dirk = organisation, anna, ben, cora, dirk
        self.made = 0

    def grow(self) -> None:
        """One more."""
        self.made += 1
        channel = self._channel()
        self._version(channel, "Concept")
        self._asked(channel, "Gevraagd")
        reviewing.ask_for_changes(self._asked(channel, "Terug"), by=self.ben, text="Noem de dag.")
        self._approved(channel, "Onderweg")
        self._held(channel)
        self._doubtful(channel)
        emergency = self._version(channel, "Nood")
        reviewing.publish_in_emergency(emergency, by=self.dirk, reason="Storm")
        self._stray(channel)
        self._quiet_moment()
        card = agreeing.draft(self.organisation, WORDS, by=self.cora)
        agreeing.put_in_force(card, material=True, days=14, by=self.cora)
        agreeing.draft_anew(card, by=self.cora)
        lesson = teaching.draft_lesson(self.organisation, VALUES, by=self.cora)
        teaching.use(lesson, by=self.cora)
        teaching.oblige(lesson, mandatory=True, days=14, by=self.cora)
        done(lesson, by=self.anna)
        shown = Media.objects.defer("data").latest("pk")
        consenting.keep([shown], who=f"Noor {self.made}", how="Formulier", until=None, by=self.anna)

    def _channel(self) -> Channel:
        number = self.made
        keeper = make_member(self.organisation, f"Lid{number}", Role.WRITER, Role.CUSTODIAN)
        profile = Profile(f"did:plc:{number}", f"@kanaal{number}.example", f"Kanaal {number}")
        channel = add(self.organisation, profile, network_key="bluesky", server="https://bsky.example", by=self.cora)
        entrust(channel, to=[self.cora, keeper], by=self.cora)
        enrol()
        return channel

    def _version(self, channel: Channel, words: str, **more: Any) -> Version:
        data = str(Media.objects.count()).encode()
        picture = Media.objects.create(
            organisation=self.organisation,
            data=data,
            sha256=hashlib.sha256(data).hexdigest(),
            mime="image/png",
            width=1,
            height=1,
            name="x.png",
            uploaded_by=self.anna,
        )
        text = f"{words} nummer {self.made}."
        content = writing.Content(text, (channel,), pictures=((picture.pk, "Het plein."),), **more)
        return writing.begin(self.organisation, content, by=self.anna)

    def _asked(self, channel: Channel, words: str) -> Version:
        version = self._version(channel, words, not_before=timezone.now() + timedelta(hours=self.made))
        writing.submit(version, by=self.anna)
        return version

    def _approved(self, channel: Channel, words: str) -> Version:
        version = self._asked(channel, words)
        reviewing.approve(version, by=self.ben, digest=version.digest)
        return version

    def _held(self, channel: Channel) -> None:
        delivery = self._approved(channel, "Vastgehouden").deliveries.get()
        move(delivery, "hold", by=delivering.WORKER)

    def _doubtful(self, channel: Channel) -> None:
        delivery = self._approved(channel, "Onzeker").deliveries.get()
        move(delivery, "send", by=delivering.WORKER)
        move(delivery, "doubt", by=delivering.WORKER)

    def _quiet_moment(self) -> None:
        starts = timezone.now() + timedelta(days=self.made)
        moments.add(f"Uitvaart {self.made}", starts=starts, ends=starts + timedelta(hours=1), by=self.cora)

    def _stray(self, channel: Channel) -> None:
        shown = Shown(f"at://{self.made}", "Lekker in de zon", created_at=timezone.now())
        remote = RemotePost.objects.create(
            channel=channel, remote_id=shown.remote_id, kind="post", fingerprint="0" * 64, origin="stray"
        )
        raise_stray(channel, What.POST, shown, remote=remote)


@pytest.fixture
def growing(town: Organisation, anna: Member, ben: Member, cora: Member, dirk: Member) -> Town:
    """A town with one of everything."""
    made = Town(town, anna=anna, ben=ben, cora=cora, dirk=dirk)
    made.grow()
    return made


@pytest.fixture
def nosy(town: Organisation, enter: Callable[[Member], Client]) -> Client:
    """Somebody who sees as much as anybody can."""
    roles = [role for role in Role if role != Role.TRAINEE]
    return enter(make_member(town, "Nel", *roles))


def asked(client: Client, path: str) -> list[str]:
    """The statements of one visit, the second: what the first kept for later does not count."""
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in seen.captured_queries]


@pytest.mark.once
def test_no_page_asks_more_because_there_is_more(growing: Town, nosy: Client) -> None:
    few = {name: asked(nosy, path) for name, path in PAGES.items()}
    for _more in range(MANY - 1):
        growing.grow()
    many = {name: asked(nosy, path) for name, path in PAGES.items()}
    more = {name: (len(few[name]), len(many[name])) for name in PAGES if len(many[name]) > len(few[name])}
    assert not more, more
    assert {name: len(statements) for name, statements in many.items() if len(statements) > 50} == {}
