"""Plays accidents again, each against a fresh organisation, and says what would have become of them.

Nothing here knows a single accident: ``route``, ``text`` and ``image_text`` decide. The way of an accident is the
real one: the gateway's own actions and checks, and for what goes around it the real watcher, worker and mail.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from threading import Event
from uuid import uuid4

from django.conf import settings

from vierogen.channels import actions as channels
from vierogen.channels.models import Channel
from vierogen.core.http import guarded_client
from vierogen.core.schedule import start
from vierogen.ledger.actions import Machine
from vierogen.networks.mastodon import Mastodon
from vierogen.notices import jobs as notices_jobs
from vierogen.people.actions import found, join
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.actions import writing
from vierogen.posts.actions.content import Content
from vierogen.posts.checks.base import Tier
from vierogen.posts.models import Version
from vierogen.practice.accidents import Accident
from vierogen.practice.drawing import with_words
from vierogen.practice.mailbox import Mailbox
from vierogen.practice.network import TEXT_LIMIT
from vierogen.practice.phone import App
from vierogen.practice.records import Account
from vierogen.practice.rendering import length
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect
from vierogen.watch import jobs as watch_jobs
from vierogen.watch.models import Stray, Watched
from vierogen.watch.states import Mode

REPLAY = Machine("replay")
# What a writer in a hurry says of a picture: something, and nothing about what can be read in it.
ALT = "Foto bij het bericht"
# Seconds to wait for an alarm before the accident counts as missed, and for a watcher to be there.
PATIENCE = 20.0
SETTLING = 15.0
# So many accounts are watched at the same time.
AT_ONCE = 12


class Outcome(StrEnum):
    """What became of an accident."""

    STOPPED = "stopped"
    WARNED = "warned"
    SECOND_READER = "second reader only"
    CAUGHT = "caught"
    OUTSIDE = "outside"
    MISSED = "missed"


@dataclass(frozen=True)
class Played:
    """An accident and its outcome; ``seconds`` from the post to the alarm mail received, where it was caught."""

    accident: Accident
    outcome: Outcome
    seconds: float | None = None


@dataclass(frozen=True)
class Stage:
    """Where accidents are played: a practice network, and a mailbox that gets the mail of all."""

    network: PracticeServer
    mailbox: Mailbox
    patience: float = PATIENCE


@dataclass(frozen=True)
class Cast:
    """A fresh organisation with one account, and who matters in it."""

    organisation: Organisation
    writer: Member
    officer: Member
    custodian: Member
    account: Account
    channel: Channel


@contextmanager
def stage(mailbox: Mailbox, *, patience: float = PATIENCE) -> Iterator[Stage]:
    """A practice network, with the worker and the watcher of this process at work."""
    stop = Event()
    with PracticeServer() as network:
        threads = start([*posts_jobs.JOBS, *notices_jobs.JOBS, *watch_jobs.JOBS], stop)
        threads += watch_jobs.start_watching(stop)
        try:
            yield Stage(network, mailbox, patience)
        finally:
            stop.set()
            for thread in threads:
                thread.join(timeout=30)


def play(accidents: Iterable[Accident], *, on: Stage) -> Iterator[Played]:
    """Play them in their order; yields each outcome as soon as it is known."""
    rest = iter(accidents)
    while group := list(islice(rest, AT_ONCE)):
        yield from _play_together(group, on)


def _play_together(group: Sequence[Accident], on: Stage) -> Iterator[Played]:
    """The accounts of a group are connected at once, and then the accidents happen one after the other."""
    casts = {number: _cast(on) for number, accident in enumerate(group) if accident.route != "private"}
    _wait_until_watched([casts[number] for number in casts if group[number].route != "gateway"])
    for number, accident in enumerate(group):
        yield _play(accident, casts.get(number), on)
    for cast in casts.values():
        channels.close(cast.channel, by=cast.custodian)


def _play(accident: Accident, cast: Cast | None, on: Stage) -> Played:
    if cast is None:
        return Played(accident, Outcome.OUTSIDE)
    if accident.route == "gateway":
        return Played(accident, _outcome(_drafted(accident, cast)))
    posted_at = time.monotonic()
    _post_around(accident, cast, on)
    arrived_at = _alarmed_at(cast, on, posted_at)
    if arrived_at is None:
        return Played(accident, Outcome.MISSED)
    return Played(accident, Outcome.CAUGHT, round(arrived_at - posted_at, 3))


def _cast(on: Stage) -> Cast:
    name = uuid4().hex[:12]
    organisation = found(f"Organisatie {name}", by=REPLAY)
    writer, officer, custodian = (
        join(organisation, _user(name, role), roles=[role], by=REPLAY)
        for role in (Role.WRITER, Role.DUTY_OFFICER, Role.CUSTODIAN)
    )
    account = on.network.network.add_account(f"org_{name}", organisation.name)
    credentials = {"token": account.token}
    channel = connect(organisation, Mastodon.key, server=on.network.url, credentials=credentials, by=custodian)
    return Cast(organisation, writer, officer, custodian, account, channel)


def _user(name: str, role: Role) -> User:
    return User.objects.create_user(f"{role}.{name}@voorbeeld.example", name=str(role.label))


def _wait_until_watched(casts: Sequence[Cast]) -> None:
    """Until every account has its baseline and its stream is open. Later is no disaster: looking finds it too."""
    give_up = time.monotonic() + SETTLING
    ready = Watched.objects.filter(
        channel__in=[cast.channel for cast in casts], baseline_at__isnull=False, mode=Mode.STREAMED
    )
    while ready.count() < len(casts) and time.monotonic() < give_up:
        time.sleep(0.1)


def _drafted(accident: Accident, cast: Cast) -> Version:
    """What the accident would have been in the gateway: a draft, with a picture where one mattered."""
    pictures: tuple[tuple[int, str], ...] = ()
    if accident.image_text or not accident.text:
        drawn = with_words(accident.image_text)
        media = writing.add_picture(cast.organisation, drawn, name="foto bij bericht.png", by=cast.writer)
        pictures = ((media.pk, ALT),)
    content = Content(accident.text, (cast.channel,), pictures=pictures)
    return writing.begin(cast.organisation, content, by=cast.writer)


def _outcome(version: Version) -> Outcome:
    tiers = set(version.findings.values_list("tier", flat=True))
    if Tier.STOP in tiers:
        return Outcome.STOPPED
    return Outcome.WARNED if Tier.LOOK in tiers else Outcome.SECOND_READER


def _post_around(accident: Accident, cast: Cast, on: Stage) -> None:
    """Post with an app that knows nothing of us; without words it is a picture, by phone as a story."""
    needs_picture = accident.image_text or not accident.text
    photo = with_words(accident.image_text) if needs_picture else None
    story = accident.route == "phone" and not accident.text
    with guarded_client(base_url=on.network.url, allowed=settings.ALLOW_PRIVATE) as http:
        App(http, token=cast.account.token).post(_fitting(accident.text), photo=photo, story=story)


def _fitting(text: str) -> str:
    """As much of it as the practice network takes: elsewhere posts may be longer."""
    while length(text) > TEXT_LIMIT:
        text = text[: len(text) - max(1, length(text) - TEXT_LIMIT)]
    return text


def _alarmed_at(cast: Cast, on: Stage, posted_at: float) -> float | None:
    """When the mail about a stray on this channel was received (monotonic clock); None when it was not in time."""
    give_up = posted_at + on.patience
    known: set[str] = set()
    while mail := on.mailbox.wait_for(
        lambda mail: cast.officer.user.email in mail.recipients and mail.mail_id not in known,
        seconds=give_up - time.monotonic(),
    ):
        if Stray.objects.filter(channel=cast.channel, alarm__messages__mail_id=mail.mail_id).exists():
            return mail.at
        known.add(mail.mail_id)
    return None
