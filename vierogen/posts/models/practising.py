"""That a newcomer wrote a practice post. What they wrote is kept nowhere: people dare to try what goes wrong."""

from django.db import models
from django.utils import timezone

from vierogen.people.models import Member


class PracticePost(models.Model):
    """The last practice post that a member handed in. It has no text and no channel: there is nothing to deliver."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="practice_post")
    handed_in_at = models.DateTimeField(default=timezone.now)

    @property
    def organisation_id(self) -> int:
        """Whose ledger gets the entry."""
        return int(self.member.organisation_id)
