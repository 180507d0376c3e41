"""Learning in a real browser: its pages are for everybody, and the way back takes a minute."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.walking import HEIGHTS, Stop, Walk, Window
from tests.learning.conftest import WORDS
from vierogen.channels.models import Channel
from vierogen.core.pictures import reencode
from vierogen.learning.actions import teaching
from vierogen.learning.actions.agreeing import confirm, draft, draft_anew, put_in_force, rewrite
from vierogen.learning.actions.beginning import take_set
from vierogen.learning.forms import SIDE
from vierogen.learning.models import Agreement, Lesson
from vierogen.learning.numbers import written
from vierogen.people.models import Member, Organisation, User
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.writing import begin
from vierogen.posts.models import Post
from vierogen.practice.drawing import photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def school(town: Organisation, cora: Member, anna: Member) -> Organisation:
    """The starter set in force and confirmed by anna but for the last card, and one lesson done."""
    User.objects.update(language="nl")
    Organisation.objects.update(language="nl")
    take_set(town, kind="municipality", language="nl", days=14, by=cora)
    teaching.take_lessons(town, language="nl", by=cora)
    *cards, _last = Agreement.objects.in_force()
    for card in cards:
        confirm(card, answer=str(card.asks.right), by=anna)
    first = Lesson.objects.in_use()[0]
    teaching.oblige(first, mandatory=True, days=14, by=cora)
    teaching.finish(first, answers=[str(question.right) for question in first.asks], by=anna)
    changed = draft_anew(cards[0], by=cora)
    Agreement.objects.filter(pk=changed.pk).update(why="Omdat het zo vaak misgaat.")
    own = {"own_picture": reencode(photo("hall"), name="hall.png", side=SIDE), "picture_alt": "Ons stadhuis"}
    rewrite(changed, own, by=cora)
    second = draft_anew(cards[1], by=cora)
    rewrite(second, own, by=cora)
    put_in_force(second, material=False, days=14, by=cora)
    return town


def unfold(page: Page) -> None:
    """What lies behind the first "Withdraw" or "More"."""
    page.locator("main summary").first.click()


@pytest.mark.parametrize("width", sorted(HEIGHTS))
def test_every_page_of_learning_is_for_everybody(
    school: Organisation, anna: Member, cora: Member, walk: Walk, width: int
) -> None:
    card, lesson = Agreement.objects.in_force()[0], Lesson.objects.in_use()[0]
    drafted = Agreement.objects.get(state="draft")
    number = written(anna.certificates.get().number)
    places = [
        Stop("learning", anna, "/learning/", "main .attention a.button"),
        Stop("learning-missing", anna, "/learning/missing/", "main form .buttons button"),
        Stop("learning-card", cora, f"/learning/card/{card.key}/", "main form .buttons button"),
        Stop("learning-lesson", cora, f"/learning/lesson/{lesson.key}/", "", shown=False),
        Stop("learning-own-picture", anna, f"/learning/card/{Agreement.objects.in_force()[1].key}/", shown=False),
        Stop("learning-agreements", cora, "/learning/agreements/", "main a.button", shown=False),
        Stop("learning-withdraw", cora, "/learning/agreements/", "main a.button", prepare=unfold, shown=False),
        Stop("learning-draft", cora, f"/learning/agreements/draft/{drafted.pk}/", "", shown=False),
        Stop("learning-coverage", cora, "/learning/agreements/coverage/"),
        Stop("learning-lessons", cora, "/learning/lessons/", "main a.button", shown=False),
        Stop("learning-lessons-more", cora, "/learning/lessons/", "main a.button", prepare=unfold, shown=False),
        Stop("learning-certificate", anna, f"/learning/certificate/{number}/", shown=False),
    ]
    assert walk(places, width) == []


def test_an_agreement_changes_the_right_goes_and_comes_back(
    town: Organisation, channel: Channel, anna: Member, cora: Member, window: Window, prepared: Callable[[], Agreement]
) -> None:
    first = prepared()
    confirm(first, answer="1", by=anna)
    post = begin(town, Content("Zaterdag is het feest op het Plein.", (channel,)), by=anna).post
    page = window(anna, 390)
    page.goto(f"/posts/{post.pk}/")
    expect(page.get_by_text("First something short")).to_have_count(0)
    put_in_force(draft_anew(first, by=cora), material=True, days=0, by=cora)
    offer(page)
    expect(page.locator("#messages")).to_contain_text("First something short")
    assert Post.objects.get(pk=post.pk).state == "draft"
    page.locator("#messages a").click()
    page.get_by_label("Any").check()
    page.get_by_role("button", name="I read this").click()
    expect(page.get_by_text("Look again.")).to_be_visible()
    page.get_by_label("The right one").check()
    page.get_by_role("button", name="I read this").click()
    expect(page.locator("#messages")).to_contain_text("All done")
    assert page.url.endswith(f"/posts/{post.pk}/")
    offer(page)
    expect(page.locator("#messages")).to_contain_text("Offered")
    assert Post.objects.get(pk=post.pk).state == "in_review"


def offer(page: Page) -> None:
    """Press the button that offers the post."""
    page.locator("form[action$='/offer/'] button[type=submit]").click()


@pytest.fixture
def prepared(town: Organisation, cora: Member) -> Callable[[], Agreement]:
    """Makes one agreement that is in force."""

    def made() -> Agreement:
        card = draft(town, WORDS, by=cora)
        put_in_force(card, material=True, days=14, by=cora)
        return card

    return made
