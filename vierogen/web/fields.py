"""Fields of forms that every room can use."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from vierogen.core.numbers import whole


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # at run time it takes none
    """Some of a number of rows. What cannot be the number of a row is refused as any other wrong choice."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        """The rows. Raises ``ValidationError``; Django itself would ask the database, which gives up on some."""
        for pk in value or ():
            if whole(str(pk)) is None:
                raise ValidationError(self.error_messages["invalid_pk_value"], "invalid_pk_value", {"pk": pk})
        return super().clean(value)


def typed(data: QueryDict, name: str, *, longest: int = 2_000) -> str:
    """What was typed there, for a page with a single field and no form. Raises ``ValidationError``.

    As any field of a form it takes no NUL: on that PostgreSQL gives up.
    """
    told: str = forms.CharField(required=False, max_length=longest).clean(data.get(name, ""))
    return told
