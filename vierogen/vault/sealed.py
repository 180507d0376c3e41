"""Rows with the columns of an envelope, as ``vierogen rotate-key`` finds them; a room's offers name its tables."""

from abc import abstractmethod
from typing import Any, ClassVar

from django.db import connection, transaction

from vierogen.core.sealing import Sealed, SealedRows, SealError, Turn
from vierogen.vault.models import Envelope


class EnvelopeRows(SealedRows):
    """All rows of one table of ``Envelope``s. ``related`` are what the context is made of."""

    model: ClassVar[type[Envelope]]
    related: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def context(self, row: Any) -> bytes:
        """What this row is bound to."""

    def _rows(self) -> Any:
        # What was removed has no key.
        return self.model._base_manager.exclude(key_id="")

    def key_ids(self) -> set[str]:
        """See ``SealedRows``."""
        if self.model._meta.db_table not in connection.introspection.table_names():
            return set()
        return set(self._rows().order_by().values_list("key_id", flat=True).distinct())

    def rewrap(self, turn: Turn, *, to: str, at_most: int) -> int:
        """See ``SealedRows``."""
        waiting = self._rows().exclude(key_id=to).exclude(pk__in=self.damaged).order_by("pk")
        with transaction.atomic():
            locked = waiting.select_for_update(of=("self",), skip_locked=True, no_key=True)
            rows = list(locked.select_related(*self.related).defer("ciphertext")[:at_most])
            return sum(self._turned(row, turn) for row in rows)

    def _turned(self, row: Any, turn: Turn) -> bool:
        try:
            sealed = turn(Sealed(row.key_id, bytes(row.wrapped), b""), self.context(row))
        except SealError:
            self.damaged.add(row.pk)
            return False
        mine = self.model._base_manager.filter(pk=row.pk, key_id=row.key_id, wrapped=row.wrapped)
        return bool(mine.update(key_id=sealed.key_id, wrapped=sealed.wrapped))
