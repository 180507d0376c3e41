"""The practice post: the real checks, an account that exists nowhere, and nothing that could ever go out."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.ledger.words import sentence
from vierogen.people.models import Member, Organisation, User
from vierogen.posts.actions.practising import hand_in, imaginary, noticed
from vierogen.posts.checks.base import Level, Tier
from vierogen.posts.models import CheckLevel, Delivery, EarlierText, Post, PracticePost, Version
from vierogen.posts.views.practising import _example

Enter = Callable[[Member], Client]
CLEAN = "The library is closed on Saturday."
STOP = "The file of Mrs Jansen, BSN 123456782, is lost."
URL = "/posts/practise/"


@pytest.mark.parametrize("language", ["en", "nl", "nl-formal"])
def test_what_it_begins_with_has_a_stop_in_it(town: Organisation, language: str) -> None:
    town.language = language
    assert [found.check for found in noticed(_example(town), town) if found.tier == Tier.STOP] == ["bsn"]


def test_a_stop_or_nothing_at_all_is_not_handed_in(anna: Member) -> None:
    with pytest.raises(ValidationError, match="still a stop"):
        hand_in(STOP, by=anna)
    for nothing in ("", " \r\n "):
        with pytest.raises(ValidationError, match="Write something"):
            hand_in(nothing, by=anna)
    assert not PracticePost.objects.exists()
    hand_in(CLEAN, by=anna)
    assert sentence(Entry.objects.get(verb="practise")) == "Anna handed in a practice post"


def test_something_to_look_at_may_stand(anna: Member, town: Organisation) -> None:
    text = "Ask Saskia Jansen, 06-12345678."
    assert {found.tier for found in noticed(text, town)} == {Tier.LOOK}
    hand_in(text, by=anna)


def test_it_heeds_how_much_the_organisation_lets_a_check_weigh(anna: Member, town: Organisation) -> None:
    CheckLevel.objects.create(organisation=town, check_key="bsn", level=Level.LOOK)
    hand_in(STOP, by=anna)


def test_nothing_of_it_is_kept_and_nothing_can_go_out(anna: Member) -> None:
    hand_in(CLEAN, by=anna)
    hand_in(CLEAN, by=anna)
    assert PracticePost.objects.count() == 1
    for model in (Post, Version, Delivery, EarlierText, Channel):
        assert not model.objects.exists()
    assert {field.name for field in PracticePost._meta.get_fields()} == {"id", "member", "handed_in_at"}
    assert CLEAN not in str(list(Entry.objects.values()))


def test_the_account_exists_nowhere(town: Organisation) -> None:
    assert imaginary(town).pk is None
    assert imaginary(town).handle == "@exercise"


def test_who_may_not_write_does_not_practise(dirk: Member, enter: Enter) -> None:
    with pytest.raises(PermissionDenied):
        hand_in(CLEAN, by=dirk)
    assert enter(dirk).get(URL).status_code == 403
    assert enter(dirk).post(reverse("posts:practise_look"), {"text": CLEAN}).status_code == 403


# The page


def test_it_says_that_it_is_an_exercise_in_both_languages(anna: Member, enter: Enter) -> None:
    page = enter(anna).get(URL).content.decode()
    assert "EXERCISE: your practice post" in page
    assert "This goes nowhere" in page
    assert page.count("EXERCISE") >= 3
    User.objects.update(language="nl")
    page = enter(anna).get(URL).content.decode()
    assert page.count("OEFENING") >= 3
    assert "EXERCISE" not in page
    translation.deactivate()


def test_a_stop_is_shown_and_then_it_is_handed_in(anna: Member, enter: Enter) -> None:
    client = enter(anna)
    answer = client.post(URL, {"text": STOP})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "still a stop" in page
    assert 'data-state="stop"' in page
    assert "Mrs Jansen" in page  # what was typed stays
    assert client.post(URL, {"text": CLEAN})["Location"] == reverse("people:arriving")
    assert PracticePost.objects.get().member == anna


def test_looking_again_hands_nothing_in(anna: Member, enter: Enter) -> None:
    client = enter(anna)
    page = client.post(URL, {"text": CLEAN, "do": "look"})
    assert page.status_code == 200
    assert "Nothing. You can hand it in." in page.content.decode()
    assert 'data-state="stop"' in client.post(URL, {"text": STOP, "do": "look"}).content.decode()
    assert not PracticePost.objects.exists()


def test_while_typing_only_what_stands_beside_it_comes_back(anna: Member, enter: Enter) -> None:
    page = enter(anna).post(reverse("posts:practise_look"), {"text": STOP}).content.decode()
    assert 'data-state="stop"' in page
    assert "<html" not in page
    empty = enter(anna).post(reverse("posts:practise_look"), {"text": " "}).content.decode()
    assert "Write something, and you see here" in empty
