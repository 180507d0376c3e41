"""What the gateway offers to lower rooms: its sealed evidence, for a new key."""

from vierogen.posts.actions.removing import evidence_context
from vierogen.posts.models import Evidence, EvidenceMedia
from vierogen.vault.sealed import EnvelopeRows


class EvidenceRows(EnvelopeRows):
    """What the network showed."""

    key = "posts.evidence"
    model = Evidence
    related = ("channel",)

    def context(self, row: Evidence) -> bytes:
        """As it is captured."""
        return evidence_context(row.channel, row.sha256).encode()


class EvidenceMediaRows(EnvelopeRows):
    """Its pictures and films."""

    key = "posts.evidence_media"
    model = EvidenceMedia
    related = ("evidence__channel",)

    def context(self, row: EvidenceMedia) -> bytes:
        """As they are fetched."""
        return evidence_context(row.evidence.channel, row.sha256).encode()
