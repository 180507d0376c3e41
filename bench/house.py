"""The organisation that is measured: its people, its channels, and the one way of a post to *approved*."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from bench.networks import Phone
from vierogen.channels.models import Channel
from vierogen.ledger.actions import Machine
from vierogen.people.actions import change_settings, found, join
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role
from vierogen.posts.actions.reviewing import approve, publish_now
from vierogen.posts.actions.writing import Content, begin, submit
from vierogen.posts.models import Delivery, Version
from vierogen.vault.actions import connect

SETUP = Machine("bench")
STREETS = ("Stationsweg", "Kerkstraat", "Dorpsplein", "Molenlaan", "Havenkade", "Schoolpad", "Lindelaan")


@dataclass
class House:
    """Anna writes, ben reviews, cora administers, dirk is on duty.

    ``intended`` is what was approved, per channel; ``foreign`` the remote ids of what was posted past Vierogen.
    """

    organisation: Organisation
    anna: Member
    ben: Member
    cora: Member
    dirk: Member
    channels: Mapping[str, Channel]
    intended: dict[str, list[str]] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_text(self, about: str) -> str:
        """A text that no other post has."""
        number = next(self._numbers)
        return f"Melding {number}: {about} aan de {STREETS[number % len(STREETS)]}, huisnummer {number}."

    def approved(self, name: str, *, not_before: datetime | None = None) -> Version:
        """Write, offer, and approve a post for the channel ``name``."""
        text = self.new_text("de werkzaamheden beginnen" if not_before is None else "de straat is weer open")
        channel = self.channels[name]
        version = begin(self.organisation, Content(text, (channel,), not_before=not_before), by=self.anna)
        submit(version, by=self.anna)
        approve(version, by=self.ben, digest=version.digest)
        self.intended.setdefault(name, []).append(text)
        return version

    def publish_now(self, version: Version) -> tuple[Delivery, float]:
        """Ben publishes it now; returns the delivery and the moment at which that was committed."""
        delivery = Delivery.objects.select_related("version").get(version=version)
        publish_now(version, by=self.ben)
        return delivery, time.monotonic()

    def cool_off(self, seconds: int) -> None:
        """Cora changes the cooling-off of posts approved from now on."""
        change_settings(self.organisation, by=self.cora, cooling_off_seconds=seconds)

    def by_phone(self, name: str, phone: Phone) -> tuple[str, float]:
        """Post past Vierogen; returns the remote id and the moment at which the phone began to send."""
        text = self.new_text("per ongeluk een privébericht")
        began = time.monotonic()
        remote_id = phone.post(text)
        self.foreign.append(remote_id)
        return remote_id, began


def furnish(phones: Mapping[str, Phone]) -> House:
    """Found the organisation, let everybody join, and connect an account on each network."""
    organisation = found("Gemeente Voorbeeld", by=SETUP)
    cora = _member(organisation, "Cora", Role.ADMINISTRATOR)
    channels = {
        name: connect(organisation, phone.key, server=phone.server, credentials=phone.credentials, by=cora)
        for name, phone in phones.items()
    }
    return House(
        organisation=organisation,
        anna=_member(organisation, "Anna", Role.WRITER),
        ben=_member(organisation, "Ben", Role.REVIEWER),
        cora=cora,
        dirk=_member(organisation, "Dirk", Role.DUTY_OFFICER),
        channels=channels,
    )


def _member(organisation: Organisation, name: str, role: Role) -> Member:
    user = User.objects.create_user(f"{name.lower()}@voorbeeld.example", name=name)
    return join(organisation, user, roles=[role], by=SETUP)
