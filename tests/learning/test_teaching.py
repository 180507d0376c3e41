"""Lessons, their certificates, and the rights that depend on them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.learning.conftest import RIGHT, WRONG
from tests.plugins.house import make_member
from vierogen.learning.actions import teaching
from vierogen.learning.models import Certificate, Lesson
from vierogen.learning.numbers import new_number, read, written
from vierogen.learning.quiz import Question
from vierogen.learning.standing import Suspended, require, standing_of, standings_of
from vierogen.learning.starting import lessons
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role

Enter = Callable[[Member], Client]
ASKS = {"question": "Which account?", "answers": [["Any", "Look again."], ["The right one", "Yes."]], "right": 1}
VALUES = {
    "title": "Two accounts",
    "story": "It was late.",
    "wrong": "Too quick.",
    "helps": "To look.",
    "questions": [ASKS, {**ASKS, "question": "Really?"}],
    "language": "en",
}


@pytest.fixture
def lesson(town: Organisation, cora: Member) -> Lesson:
    """A lesson in use."""
    made = teaching.draft_lesson(town, VALUES, by=cora)
    teaching.use(made, by=cora)
    return made


def done(lesson: Lesson, by: Member) -> Certificate:
    """Somebody does it, and gives all the right answers."""
    made, _heard = teaching.finish(lesson, answers=[RIGHT, RIGHT], by=by)
    assert made
    return made


def test_only_all_the_right_answers_give_a_certificate(lesson: Lesson, anna: Member) -> None:
    for answers in ([RIGHT, WRONG], [RIGHT], [], ["9", RIGHT]):
        made, heard = teaching.finish(lesson, answers=answers, by=anna)
        assert made is None
        assert len(heard) == 2
    assert not Certificate.objects.exists()
    made = done(lesson, anna)
    assert made.is_valid()
    assert Entry.objects.get(verb="certify").actor == anna.actor


def test_a_certificate_lasts_as_many_months_as_the_lesson_says() -> None:
    at = datetime(2027, 8, 31, 10, 0, tzinfo=UTC)
    assert teaching.months_later(at, 6) == datetime(2028, 2, 29, 10, 0, tzinfo=UTC)
    assert teaching.months_later(at, 12) == datetime(2028, 8, 31, 10, 0, tzinfo=UTC)
    assert teaching.months_later(at, 4) == datetime(2027, 12, 31, 10, 0, tzinfo=UTC)


def test_a_voluntary_lesson_asks_nobody_and_a_mandatory_one_who_publishes(
    lesson: Lesson, anna: Member, cora: Member, town: Organisation
) -> None:
    auditor = make_member(town, "Aad", Role.AUDITOR)
    require(anna)
    teaching.oblige(lesson, mandatory=True, days=0, by=cora)
    with pytest.raises(Suspended, match="Do the lesson: Two accounts"):
        require(anna)
    require(auditor)
    assert standings_of(town)[anna.pk] == standing_of(anna)
    done(lesson, anna)
    require(anna)
    assert standings_of(town)[anna.pk].ok
    teaching.oblige(lesson, mandatory=False, days=0, by=cora)
    assert not Lesson.objects.get().mandatory


def test_a_certificate_that_ended_suspends_and_is_announced_a_month_before(
    lesson: Lesson, anna: Member, cora: Member
) -> None:
    teaching.oblige(lesson, mandatory=True, days=0, by=cora)
    made = done(lesson, anna)
    for before, missing, waiting in ((40, 0, 0), (20, 0, 1), (-1, 1, 0)):
        with time_machine.travel(made.valid_until - timedelta(days=before), tick=False):
            standing = standing_of(anna)
            assert (len(standing.missing), len(standing.waiting)) == (missing, waiting)
            assert standings_of(anna.organisation)[anna.pk] == standing
    with time_machine.travel(made.valid_until + timedelta(days=1), tick=False):
        done(lesson, anna)
        require(anna)


def test_who_did_a_lesson_long_ago_has_as_much_time_as_who_never_did_once_it_is_mandatory(
    lesson: Lesson, anna: Member, ben: Member, cora: Member
) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=400)):
        done(lesson, anna)
    teaching.oblige(lesson, mandatory=True, days=14, by=cora)

    def stand(who: Member) -> tuple[bool, list[datetime]]:
        standing = standing_of(who)
        assert standings_of(who.organisation)[who.pk] == standing
        return standing.ok, [one.due_at for one in standing.open]

    assert stand(anna) == stand(ben)
    assert stand(anna)[0]
    assert standing_of(anna).open[0].since > timezone.now() - timedelta(minutes=5)
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert not stand(anna)[0]
        assert not stand(ben)[0]


def test_a_certificate_that_lasts_beyond_the_term_counts_until_its_end(
    lesson: Lesson, anna: Member, cora: Member
) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=345)):
        done(lesson, anna)
    teaching.oblige(lesson, mandatory=True, days=0, by=cora)
    ends = Certificate.objects.get().valid_until
    assert [one.due_at for one in standing_of(anna).waiting] == [ends]
    assert standings_of(anna.organisation)[anna.pk] == standing_of(anna)


def test_a_new_version_keeps_certificates_and_what_was_asked(lesson: Lesson, anna: Member, cora: Member) -> None:
    teaching.oblige(lesson, mandatory=True, days=5, by=cora)
    done(lesson, anna)
    anew = teaching.draft_lesson_anew(Lesson.objects.get(), by=cora)
    assert teaching.draft_lesson_anew(Lesson.objects.get(number=1), by=cora) == anew
    teaching.rewrite_lesson(anew, {"title": "Three accounts"}, by=cora)
    teaching.use(anew, by=cora)
    assert standing_of(anna).open == ()
    assert [one.title for one in standing_of(make_member(anna.organisation, "Nora", Role.WRITER)).missing] == [
        "Three accounts"
    ]
    with pytest.raises(WrongStateError):
        done(lesson, anna)
    with pytest.raises(WrongStateError):
        teaching.rewrite_lesson(anew, {"title": "Four"}, by=cora)


def test_a_lesson_out_of_use_is_asked_of_nobody(lesson: Lesson, anna: Member, cora: Member) -> None:
    teaching.oblige(lesson, mandatory=True, days=0, by=cora)
    teaching.retire_lesson(Lesson.objects.get(), by=cora)
    require(anna)


def test_only_administrators_look_after_lessons(lesson: Lesson, town: Organisation, anna: Member, otto: Member) -> None:
    for member in (anna, otto):
        for refused in (
            lambda by: teaching.draft_lesson(town, VALUES, by=by),
            lambda by: teaching.draft_lesson_anew(lesson, by=by),
            lambda by: teaching.oblige(lesson, mandatory=True, days=1, by=by),
            lambda by: teaching.retire_lesson(lesson, by=by),
            lambda by: teaching.take_lessons(town, language="nl", by=by),
        ):
            with pytest.raises(PermissionDenied):
                refused(member)
    with pytest.raises(PermissionDenied):
        done(lesson, otto)
    done(lesson, anna)


# ---- Numbers ----


def test_a_number_is_read_as_people_type_it_and_a_slip_is_noticed() -> None:
    number = new_number()
    assert read(written(number).lower()) == number
    assert read(written(number).replace("0", "O").replace("1", "l")) == number
    for place, sign in enumerate(number):
        other = "Z" if sign != "Z" else "Y"
        assert read(number[:place] + other + number[place + 1 :]) is None
    assert read(number[:-1]) is None
    assert len({new_number() for _one in range(200)}) == 200


def test_anybody_with_the_number_sees_whether_it_is_valid_and_no_name(
    lesson: Lesson, anna: Member, client: Client
) -> None:
    made = done(lesson, anna)
    address = reverse("learning:certificate", args=[written(made.number)])
    page = client.get(address).content.decode()
    assert "This certificate is valid" in page
    assert anna.organisation.name in page
    assert lesson.title in page
    assert "Anna" not in page
    Certificate.objects.update(valid_until=timezone.now())
    assert "This certificate has ended" in client.get(address).content.decode()
    wrong = client.get(address.replace(written(made.number)[:1], "Z" if made.number[0] != "Z" else "Y", 1))
    assert wrong.status_code == 404
    unknown = client.get(reverse("learning:certificate", args=[new_number()]))
    assert unknown.status_code == 404
    assert "no certificate with this number" in unknown.content.decode()


# ---- Pages ----


def test_a_lesson_is_done_on_its_page_and_leads_back_to_what_is_missing(
    lesson: Lesson, anna: Member, cora: Member, enter: Enter
) -> None:
    teaching.oblige(lesson, mandatory=True, days=0, by=cora)
    client = enter(anna)
    page = client.get(f"{reverse('learning:missing')}?next=/posts/").content.decode()
    assert reverse("learning:lesson", args=[lesson.key]) in page
    back = f"{reverse('learning:missing')}?next=%2Fposts%2F"
    told = {"version": lesson.pk, "answer_0": RIGHT, "answer_1": WRONG, "next": back}
    refused = client.post(reverse("learning:lesson", args=[lesson.key]), told)
    assert refused.status_code == 422
    assert "Look again." in refused.content.decode()
    answer = client.post(reverse("learning:lesson", args=[lesson.key]), {**told, "answer_1": RIGHT})
    assert answer["Location"] == back
    assert client.get(back)["Location"] == "/posts/"
    assert "Nothing waits for you" in client.get(reverse("learning:missing")).content.decode()
    assert written(Certificate.objects.get().number) in client.get(reverse("learning:certificates")).content.decode()


def test_nobody_answers_questions_about_a_lesson_that_they_did_not_see(
    lesson: Lesson, anna: Member, cora: Member, enter: Enter
) -> None:
    client, address = enter(anna), reverse("learning:lesson", args=[lesson.key])
    assert f'name="version" value="{lesson.pk}"' in client.get(address).content.decode()
    teaching.use(teaching.draft_lesson_anew(lesson, by=cora), by=cora)
    told = {"version": lesson.pk, "answer_0": RIGHT, "answer_1": RIGHT, "next": "/posts/"}
    answer = client.post(address, told)
    assert answer["Location"] == f"{address}?next=%2Fposts%2F"
    assert "This changed while you read." in client.get(answer["Location"]).content.decode()
    assert not Certificate.objects.exists()
    newest = Lesson.objects.in_use().get(key=lesson.key)
    assert client.post(address, {**told, "version": newest.pk})["Location"] == "/posts/"
    assert Certificate.objects.get().lesson == newest


def test_the_page_of_learning_marks_the_lesson_that_waits(
    enter: Enter, lesson: Lesson, anna: Member, cora: Member
) -> None:
    client, list_ = enter(anna), reverse("learning:list")
    assert "waits for you" not in client.get(list_).content.decode()
    teaching.oblige(lesson, mandatory=True, days=14, by=cora)
    # In the notice above, and at the lesson itself.
    assert client.get(list_).content.decode().count("waits for you") == 2
    done(lesson, anna)
    assert "waits for you" not in client.get(list_).content.decode()


def test_a_lesson_out_of_use_comes_back(enter: Enter, lesson: Lesson, cora: Member) -> None:
    client, list_ = enter(cora), reverse("learning:lessons")
    client.post(reverse("learning:retire_lesson", args=[lesson.key]))
    assert "Bring it back" in client.get(list_).content.decode()
    client.post(reverse("learning:change_lesson", args=[lesson.key]))
    client.post(reverse("learning:use_lesson", args=[Lesson.objects.get(number=2).pk]))
    assert Lesson.objects.in_use().get().number == 2
    assert "Bring it back" not in client.get(list_).content.decode()


def test_an_administrator_takes_lessons_into_use_and_writes_one(enter: Enter, cora: Member) -> None:
    client = enter(cora)
    client.post(reverse("learning:begin_lessons"))
    assert Lesson.objects.in_use().count() == len(lessons("en"))
    told = {"title": "Eigen les", "story": "Het ging mis.", "wrong": "Haast.", "helps": "Rust.", "months": "6"}
    form = {"q-TOTAL_FORMS": "4", "q-INITIAL_FORMS": "0", "q-MIN_NUM_FORMS": "4", "q-MAX_NUM_FORMS": "4"}
    assert client.post(reverse("learning:new_lesson"), told | form).status_code == 422
    asked = {"q-0-question": "Wat?", "q-0-right": "2"}
    for number in (1, 2, 3):
        asked |= {f"q-0-answer_{number}": f"A{number}", f"q-0-tell_{number}": f"T{number}"}
    assert client.post(reverse("learning:new_lesson"), told | form | {"q-0-question": "Wat?"}).status_code == 422
    client.post(reverse("learning:new_lesson"), told | form | asked)
    made = Lesson.objects.get(title="Eigen les")
    assert [question.right for question in made.asks] == [2]
    address = reverse("learning:lesson_draft", args=[made.pk])
    assert "A3" in client.get(address).content.decode()
    client.post(address, told | form | asked | {"title": "Onze les"})
    client.post(reverse("learning:use_lesson", args=[made.pk]))
    client.post(reverse("learning:oblige", args=[made.key]), {"mandatory": "1", "days": "3"})
    kept = Lesson.objects.get(pk=made.pk)
    assert (kept.title, kept.state, kept.mandatory, kept.months) == ("Onze les", "in_use", True, 6)
    client.post(reverse("learning:change_lesson", args=[made.key]))
    client.post(reverse("learning:throw_lesson_away", args=[Lesson.objects.get(key=made.key, number=2).pk]))
    client.post(reverse("learning:retire_lesson", args=[made.key]))
    assert Lesson.objects.get(key=made.key).state == "withdrawn"


# ---- The starter set ----


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_starter_lessons_fit_and_ask_three_or_four_questions(
    language: str, town: Organisation, cora: Member
) -> None:
    found = lessons(language)
    assert len(found) == 6
    for each in found:
        Lesson(organisation=town, written_by=cora, **each).full_clean()
        asked = [Question.told(kept) for kept in each["questions"]]
        assert 3 <= len(asked) <= 4
        assert all(question.right < len(question.answers) == 3 for question in asked)


def test_the_starter_lessons_are_taken_once(town: Organisation, cora: Member) -> None:
    teaching.take_lessons(town, language="nl", by=cora)
    with pytest.raises(ValidationError):
        teaching.take_lessons(town, language="nl", by=cora)
    assert not Lesson.objects.filter(mandatory=True).exists()
