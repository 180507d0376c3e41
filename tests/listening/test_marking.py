"""What members find of hits tunes the order, says why, hides nothing, and can be taken back."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from tests.listening.found import heard, listening_for
from vierogen.listening.actions.marking import Taste, mark, taste_of
from vierogen.listening.models import Alert, Hit, Source, Subscription
from vierogen.listening.states import Mark
from vierogen.listening.views.hit_lines import most_useful_first
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role


@pytest.fixture
def alert(town: Organisation) -> Alert:
    return listening_for(town, "belastingdienst")


def judged(alert: Alert, text: str, as_: str, by: Member, **of_item: object) -> Hit:
    hit = heard(alert, text, **of_item)
    mark(hit, as_, by=by)
    return hit


def test_a_mark_is_kept_with_who_gave_it_and_can_be_taken_back(alert: Alert, anna: Member) -> None:
    hit = judged(alert, "Belastingdienst spelletje", Mark.USEFUL, anna)
    hit.refresh_from_db()
    assert (hit.mark, hit.marked_by, hit.marked_at is None) == (Mark.USEFUL, anna, False)
    mark(hit, Mark.NONE, by=anna)
    hit.refresh_from_db()
    assert (hit.mark, hit.marked_by, hit.marked_at) == ("", None, None)


def test_only_who_listens_here_marks(alert: Alert, anna: Member, otto: Member) -> None:
    hit = heard(alert, "Belastingdienst")
    with pytest.raises(PermissionDenied):
        mark(hit, Mark.USEFUL, by=otto)
    with pytest.raises(ValidationError):
        mark(hit, "great", by=anna)
    anna.held.update(role=Role.AUDITOR)
    with pytest.raises(PermissionDenied):
        mark(hit, Mark.USEFUL, by=anna)
    hit.refresh_from_db()
    assert hit.mark == ""


def test_what_an_author_said_before_counts_for_what_comes(alert: Alert, town: Organisation, anna: Member) -> None:
    for number in range(4):
        judged(alert, f"Bericht {number}", Mark.NOT_USEFUL, anna, author="@spel")
        judged(alert, f"Artikel {number}", Mark.USEFUL, anna, author="@nos")
    taste = taste_of(town.pk)
    bad, good, new = (heard(alert, "Iets nieuws", author=name) for name in ("@spel", "@nos", "@piet"))
    assert taste.of(bad).weight < taste.of(new).weight < taste.of(good).weight
    assert taste.of(bad).why == "Shown lower because you marked others of @spel as not useful."
    assert taste.of(good).why == taste.of(new).why == ""
    assert most_useful_first([bad, new, good], taste) == [good, new, bad]


def test_words_count_and_are_named(alert: Alert, town: Organisation, anna: Member) -> None:
    for number in range(5):
        judged(alert, f"Speel het belastingdienst spelletje {number}", Mark.NOT_USEFUL, anna)
        judged(alert, f"De belastingdienst schrijft brieven {number}", Mark.USEFUL, anna)
    leaning = taste_of(town.pk).of(heard(alert, "Leuk spelletje zeg, speel mee"))
    assert leaning.why == "Shown lower because you marked similar ones as not useful, with “speel”, “spelletje”."


def test_a_source_counts_for_half(alert: Alert, town: Organisation, anna: Member) -> None:
    source = Source.objects.create(kind="feed", address="https://spel.example/rss", title="Spelnieuws")
    Subscription.objects.create(organisation=town, source=source)
    for number in range(9):
        judged(alert, f"Nummer{number * 7919} abc", Mark.NOT_USEFUL, anna, source=source)
    leaning = taste_of(town.pk).of(heard(alert, "heel anders", source=source))
    assert leaning.why == "Shown lower because you marked others of Spelnieuws as not useful."
    assert leaning.weight == pytest.approx(-9 / 13 / 2)


def test_one_judgement_is_told_to_nobody(alert: Alert, town: Organisation, anna: Member) -> None:
    judged(alert, "Belastingdienst spelletje", Mark.NOT_USEFUL, anna, author="@spel")
    assert taste_of(town.pk).of(heard(alert, "Belastingdienst spelletje", author="@spel")).why == ""


def test_another_organisation_s_judgements_and_very_old_ones_say_nothing(
    alert: Alert, town: Organisation, anna: Member, elsewhere: Organisation, otto: Member
) -> None:
    theirs = listening_for(elsewhere, "belastingdienst")
    for number in range(5):
        judged(theirs, f"Hun {number}", Mark.NOT_USEFUL, otto, author="@a")
        judged(alert, f"Ons {number}", Mark.NOT_USEFUL, anna, author="@a")
    Hit.objects.filter(alert=alert).update(marked_at=timezone.now() - timedelta(days=200))
    assert taste_of(town.pk).of(heard(alert, "x", author="@a")).weight == 0


def test_newer_and_less_spammy_ones_come_first_where_nobody_judged(alert: Alert) -> None:
    now = timezone.now()
    old, new, spam = (heard(alert, "x", at=now - timedelta(days=days)) for days in (3, 0, 0))
    spam.spam = 0.9
    assert most_useful_first([old, spam, new], Taste(), now=now) == [new, spam, old]
