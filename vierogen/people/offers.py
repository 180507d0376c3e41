"""What people offer to lower rooms: the sealed seeds of their second step, for a new key."""

import json
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import connection, transaction

from vierogen.core.sealing import SealedRows, SealError, Turn
from vierogen.people.adapters import SECOND_STEP, as_sealed, as_text


class SecondStepRows(SealedRows):
    """Seeds of authenticator apps and of recovery codes; allauth keeps each as a text among other things."""

    key = "people.second_step"

    def key_ids(self) -> set[str]:
        """See ``SealedRows``."""
        if Authenticator._meta.db_table not in connection.introspection.table_names():
            return set()
        return {key_id for row in self._rows() for key_id in _needed(row.data)}

    def rewrap(self, turn: Turn, *, to: str, at_most: int) -> int:
        """See ``SealedRows``."""
        waiting = [row.pk for row in self._rows() if _needed(row.data) - {to}][:at_most]
        with transaction.atomic():
            rows = Authenticator.objects.select_for_update(skip_locked=True).filter(pk__in=waiting).order_by("pk")
            return sum(self._turned(row, turn, to) for row in rows)

    def _rows(self) -> Any:
        return Authenticator.objects.exclude(pk__in=self.damaged).order_by("pk")

    def _turned(self, row: Authenticator, turn: Turn, to: str) -> bool:
        try:
            row.data = _with_each(row.data, turn, to)
        except SealError:
            self.damaged.add(row.pk)
            return False
        row.save(update_fields=["data"])
        return True


def _texts(value: Any) -> list[str]:
    """Every sealed text in what allauth keeps."""
    parts = value if isinstance(value, list) else [value]
    return [part for part in parts if isinstance(part, str) and _is_sealed(part)]


def _is_sealed(text: str) -> bool:
    try:
        told = json.loads(text)
    except ValueError:
        return False
    return isinstance(told, list) and len(told) == 3 and all(isinstance(part, str) for part in told)


def _needed(data: dict[str, Any]) -> set[str]:
    return {as_sealed(text).key_id for value in data.values() for text in _texts(value)}


def _with_each(data: dict[str, Any], turn: Turn, to: str) -> dict[str, Any]:
    def turned(part: Any) -> Any:
        if not isinstance(part, str) or not _is_sealed(part) or as_sealed(part).key_id == to:
            return part
        return as_text(turn(as_sealed(part), SECOND_STEP))

    return {
        name: [turned(part) for part in value] if isinstance(value, list) else turned(value)
        for name, value in data.items()
    }
