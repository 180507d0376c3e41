"""What was found in the last weeks, folded, so that a query can be tried on it while somebody types."""

from django.db import models

from vierogen.listening.models.hits import Item
from vierogen.people.models import Organisation


class Document(models.Model):
    """A message that an organisation has hits on, as queries look at it (``matching.posts.documents``).

    Kept for a month at most. ``folding`` is the ``FOLDING`` by which it was made: under another it is made anew.
    ``hour`` is when it was found, in whole hours since 1970: of thousands of moments only numbers are read quickly.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    hour = models.PositiveIntegerField()
    folding = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "item"], name="one_document_each")]
        indexes = [models.Index(fields=["organisation", "hour"], name="document_of_organisation")]
