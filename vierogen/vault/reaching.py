"""What a connector reaches other machines with."""

from django.conf import settings

from vierogen.channels.models import Channel
from vierogen.core.http import GuardedClient, guarded_client


def client_for(channel: Channel) -> GuardedClient:
    """For one use: the public internet and what the operator permits; for an exercise this machine alone."""
    if channel.is_exercise:
        return guarded_client(allowed=["127.0.0.1/32"], public=False)
    return guarded_client(allowed=settings.ALLOW_PRIVATE)
