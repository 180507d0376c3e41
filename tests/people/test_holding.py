"""What a member holds is asked of every room by the same few words."""

import inspect
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import apps

import vierogen
from vierogen.people.holding import Holding, holdings
from vierogen.people.models import Member, User


def test_each_kind_says_which_columns_it_answers_for() -> None:
    for holding in holdings():
        assert holding.covers, holding.key
        assert holding.title


def test_a_kind_that_can_be_handed_over_says_how() -> None:
    for holding in holdings():
        says_how = inspect.getattr_static(type(holding), "hand_over") is not Holding.hand_over
        assert holding.can_hand_over == says_how, holding.key
        ends = inspect.getattr_static(type(holding), "let_go") is not Holding.let_go
        assert holding.ends_at_once == ends, holding.key


# Every column that points to somebody is answered for


def _columns() -> set[str]:
    """``room.Model.column`` of every column that points to a member or a user, by a key or by a bare number."""
    pointed = (Member, User)
    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.concrete and (field.related_model in pointed or field.name in {"user_id", "member_id"})
    }


def _stays() -> dict[str, str]:
    told: dict[str, str] = {}
    for room in iter_modules(vierogen.__path__):
        if room.ispkg and find_spec(f"vierogen.{room.name}.offers"):
            told |= getattr(import_module(f"vierogen.{room.name}.offers"), "STAYS", {})
    return told


def test_every_column_that_points_to_somebody_is_answered_for() -> None:
    covered = {column for holding in holdings() for column in holding.covers}
    missing = _columns() - covered - set(_stays())
    assert not missing, f"what happens with these when somebody leaves? {sorted(missing)}"


def test_no_column_is_answered_for_that_does_not_exist_or_both_stays_and_goes() -> None:
    covered = {column for holding in holdings() for column in holding.covers}
    assert covered | set(_stays()) == _columns()
    assert not covered & set(_stays())
    assert all(_stays().values())
