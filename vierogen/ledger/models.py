"""Tables of the ledger: entries, the head of each chain, and the openings of commitments."""

from typing import Any

from django.db import models


class AppendOnlyError(Exception):
    """Somebody tried to change or remove an entry of the ledger."""


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries can be read and added, nothing else. The database refuses it too (see guard.py)."""

    def update(self, **_: Any) -> int:
        raise AppendOnlyError("entries of the ledger never change")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("entries of the ledger are never removed")


class Entry(models.Model):
    """One line: who (``actor``) did what (``verb``) to what (``subject``), when.

    ``facts`` holds nothing personal. ``commitments`` maps a name to the SHA-256 of a salted personal value,
    whose salt and value stand in ``Opening`` and can be deleted without breaking the chain.
    ``hash`` covers everything else in the row, ``previous`` included.
    """

    organisation_id = models.BigIntegerField()
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, db_index=True)
    facts = models.JSONField(default=dict)
    commitments = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["organisation_id", "number"]
        constraints = [models.UniqueConstraint(fields=["organisation_id", "number"], name="entry_number_once")]

    def save(self, **kwargs: Any) -> None:
        """Add the entry; an entry that exists never changes."""
        if self.pk:
            raise AppendOnlyError("entries of the ledger never change")
        super().save(**kwargs)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        """Refuse."""
        raise AppendOnlyError("entries of the ledger are never removed")


class Head(models.Model):
    """The end of one organisation's chain; its row lock puts writers in a queue."""

    organisation_id = models.BigIntegerField(unique=True)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)


class Opening(models.Model):
    """Salt and value behind one commitment. Deleting the row forgets the person, not that it happened."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="openings")
    name = models.CharField(max_length=40)
    salt = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "name"], name="opening_once")]
