"""The pages of learning: reading, confirming, and the way back."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.learning.conftest import RIGHT, WRONG, Make, agree
from tests.posts.conftest import version  # noqa: F401 - a fixture
from vierogen.learning.actions.agreeing import draft_anew, put_in_force, rewrite
from vierogen.learning.models import Agreement, Confirmation
from vierogen.learning.standing import standing_of
from vierogen.people.models import Member, Organisation
from vierogen.posts.models import Version

Enter = Callable[[Member], Client]


def test_one_button_takes_a_starter_set_into_use(enter: Enter, town: Organisation, cora: Member, anna: Member) -> None:
    page = reverse("learning:list")
    assert reverse("learning:begin") not in enter(anna).get(page).content.decode()
    client = enter(cora)
    assert reverse("learning:begin") in client.get(page).content.decode()
    client.post(reverse("learning:begin"), {"kind": "welfare"})
    cards = Agreement.objects.filter(organisation=town)
    assert {card.state for card in cards} == {"in_force"}
    assert {card.language for card in cards} == {"en"}
    assert cards.filter(key="their-story").exists()
    assert not cards.filter(key="one-voice").exists()
    assert standing_of(anna).ok
    assert len(standing_of(anna).waiting) == cards.count()


def test_a_card_is_confirmed_with_the_right_answer(enter: Enter, card: Make, anna: Member) -> None:
    asked = card()
    address, client, told = reverse("learning:card", args=[asked.key]), enter(anna), {"version": asked.pk}
    assert "Which account?" in client.get(address).content.decode()
    answer = client.post(address, {**told, "answer": WRONG})
    assert answer.status_code == 422
    assert "Look again." in answer.content.decode()
    assert client.post(address, {**told, "answer": RIGHT}).status_code == 302
    assert "You confirmed this agreement." in client.get(address).content.decode()


def test_the_way_back_walks_past_all_and_leads_to_where_one_was(enter: Enter, card: Make, anna: Member) -> None:
    cards = [card(f"card-{number}", days=number, title=f"Card {number}") for number in range(3)]
    client, address = enter(anna), "/posts/new/"
    way = f"{reverse('learning:missing')}?next={address}"
    for number, each in enumerate(cards):
        page = client.get(way).content.decode()
        assert f"Card {number}</h1>" in page
        wrong = client.post(reverse("learning:missing"), {"agreement": each.pk, "answer": WRONG, "next": address})
        assert wrong.status_code == 422
        answer = client.post(reverse("learning:missing"), {"agreement": each.pk, "answer": RIGHT, "next": address})
        assert answer.status_code == 302
    assert answer["Location"] == address
    assert Confirmation.objects.count() == 3
    assert client.get(way)["Location"] == address


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_the_way_back_leads_nowhere_outside(enter: Enter, card: Make, anna: Member, elsewhere: str) -> None:
    asked = card()
    answer = enter(anna).post(reverse("learning:missing"), {"agreement": asked.pk, "answer": RIGHT, "next": elsewhere})
    assert answer["Location"] == reverse("learning:list")


def test_nobody_confirms_for_another_organisation(enter: Enter, card: Make, otto: Member) -> None:
    asked, client = card(), enter(otto)
    assert client.get(reverse("learning:card", args=[asked.key])).status_code == 404
    client.post(reverse("learning:missing"), {"agreement": asked.pk, "answer": RIGHT})
    assert not Confirmation.objects.exists()


def test_who_read_the_version_before_gets_the_new_one(enter: Enter, card: Make, anna: Member, cora: Member) -> None:
    first = card()
    put_in_force(draft_anew(first, by=cora), material=True, days=3, by=cora)
    answer = enter(anna).post(reverse("learning:missing"), {"agreement": first.pk, "answer": RIGHT}, follow=True)
    assert "Which account?" in answer.content.decode()
    assert "This changed while you read." in answer.content.decode()
    assert not Confirmation.objects.exists()


def test_on_its_own_page_too_nobody_confirms_words_that_they_did_not_see(
    enter: Enter, card: Make, anna: Member, cora: Member
) -> None:
    first, client = card(), enter(anna)
    address = reverse("learning:card", args=[first.key])
    assert f'name="version" value="{first.pk}"' in client.get(address).content.decode()
    second = draft_anew(first, by=cora)
    rewrite(second, {"does": "You never post after six."}, by=cora)
    put_in_force(second, material=True, days=0, by=cora)
    for stale in ({"version": first.pk}, {}):
        answer = client.post(address, {**stale, "answer": RIGHT}, follow=True).content.decode()
        assert "This changed while you read." in answer
        assert "You never post after six." in answer
        assert not Confirmation.objects.exists()
    client.post(address, {"version": second.pk, "answer": RIGHT})
    assert Confirmation.objects.get().agreement == second


def test_a_refused_writer_sees_why_and_the_way(enter: Enter, card: Make, anna: Member, version: Version) -> None:  # noqa: F811
    late, client = card(days=0), enter(anna)
    address = reverse("posts:submit", args=[version.post_id])
    refused = client.post(address, headers={"referer": f"http://testserver/posts/{version.post_id}/"})
    assert refused.status_code == 422
    assert f"{reverse('learning:missing')}?next=%2Fposts%2F" in refused.content.decode()
    agree(late, anna)
    assert client.post(address).status_code == 302
