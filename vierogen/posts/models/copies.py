"""By what pictures are known again."""

from django.db import models
from django.db.models import Q

from vierogen.people.models import Organisation
from vierogen.posts.models.removals import EvidenceMedia
from vierogen.posts.models.writing import Media


class Fingerprint(models.Model):
    """By what a picture is known, ours or one that a network showed: 64 bits each, the whole first, then cuts of it.

    ``alike`` are those that show the same; they were found when the younger of the two was kept.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    media = models.OneToOneField(Media, on_delete=models.CASCADE, null=True, related_name="fingerprint")
    evidence = models.OneToOneField(EvidenceMedia, on_delete=models.CASCADE, null=True, related_name="fingerprint")
    hashes = models.BinaryField()
    alike = models.ManyToManyField("self", symmetrical=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(media=None, evidence__isnull=False) | Q(media__isnull=False, evidence=None),
                name="fingerprint_of_one_picture",
            )
        ]
