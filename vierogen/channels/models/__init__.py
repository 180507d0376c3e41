"""Tables of channels: the official accounts, who answers for them, how they are kept, and how they are taken over."""

from vierogen.channels.models.care import AppOnPhone, CustodyCheck, Declared, Handover
from vierogen.channels.models.channels import (
    HERE,
    Channel,
    ChannelQuerySet,
    Colour,
    Custodian,
    Room,
    networks,
    realm_of,
)
from vierogen.channels.models.takeovers import Takeover, TakeoverStep

__all__ = [
    "HERE",
    "AppOnPhone",
    "Channel",
    "ChannelQuerySet",
    "Colour",
    "Custodian",
    "CustodyCheck",
    "Declared",
    "Handover",
    "Room",
    "Takeover",
    "TakeoverStep",
    "networks",
    "realm_of",
]
