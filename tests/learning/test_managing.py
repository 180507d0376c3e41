"""An administrator writes cards, sees what differs, and who confirmed what."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.learning.conftest import Make, agree
from tests.posts.conftest import offered, version  # noqa: F401 - fixtures
from vierogen.channels.models import Channel
from vierogen.learning.actions.agreeing import retire
from vierogen.learning.actions.beginning import take_set
from vierogen.learning.coverage import coverage_of
from vierogen.learning.models import Agreement
from vierogen.people.models import Member, Organisation
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.writing import begin
from vierogen.posts.models import Version

Enter = Callable[[Member], Client]
TOLD = {
    "title": "Eerst vragen",
    "picture": "cup",
    "does": "Je vraagt.\nJe wacht.",
    "does_not": "Je raadt niet.",
    "why": "Daarom.",
    "example": "",
    "question": "Wat doe je?",
    "answer_1": "Raden",
    "tell_1": "Nee.",
    "answer_2": "Vragen",
    "tell_2": "Ja.",
    "answer_3": "Niets",
    "tell_3": "Nee.",
    "right": "1",
}


def test_a_card_goes_from_draft_to_force_and_on_to_its_next_version(enter: Enter, cora: Member, anna: Member) -> None:
    client = enter(cora)
    refused = client.post(reverse("learning:new"), {**TOLD, "right": ""})
    assert refused.status_code == 422
    client.post(reverse("learning:new"), TOLD)
    made = Agreement.objects.get()
    assert made.asks.right == 1
    assert made.does_lines == ["Je vraagt.", "Je wacht."]
    client.post(reverse("learning:put_in_force", args=[made.pk]), {"material": "1", "days": "7"})
    client.post(reverse("learning:change", args=[made.key]))
    second = Agreement.objects.get(number=2)
    address = reverse("learning:draft", args=[second.pk])
    client.post(address, {**TOLD, "why": "Omdat het helpt."})
    page = client.get(address).content.decode()
    assert "<del>Daarom</del>" in page
    client.post(reverse("learning:put_in_force", args=[second.pk]), {"material": "0", "days": "7"})
    assert not Agreement.objects.get(pk=second.pk).material
    history = enter(anna).get(reverse("learning:history", args=[made.key])).content.decode()
    assert "<ins>Omdat het helpt</ins>" in history
    assert client.get(address).status_code in {403, 404}


def test_a_draft_is_thrown_away_and_a_card_withdrawn(enter: Enter, card: Make, cora: Member) -> None:
    made, client = card(), enter(cora)
    client.post(reverse("learning:change", args=[made.key]))
    client.post(reverse("learning:throw_away", args=[Agreement.objects.get(number=2).pk]))
    assert Agreement.objects.count() == 1
    client.post(reverse("learning:retire", args=[made.key]))
    assert Agreement.objects.get().state == "withdrawn"


def test_withdrawing_asks_first_and_a_withdrawn_card_comes_back(
    enter: Enter, card: Make, cora: Member, anna: Member
) -> None:
    made, client = card(), enter(cora)
    agree(made, anna)
    list_ = reverse("learning:agreements")
    assert "Nobody has to confirm it any more." in client.get(list_).content.decode()
    client.post(reverse("learning:retire", args=[made.key]))
    assert "Bring it back" in client.get(list_).content.decode()
    client.post(reverse("learning:change", args=[made.key]))
    draft = Agreement.objects.get(number=2)
    # There is nothing that anybody confirmed before, so that is not asked.
    assert 'name="material"' not in client.get(reverse("learning:draft", args=[draft.pk])).content.decode()
    client.post(reverse("learning:put_in_force", args=[draft.pk]), {"days": "7"})
    draft.refresh_from_db()
    assert (draft.state, draft.counts_from) == ("in_force", 2)
    page = client.get(list_).content.decode()
    assert "Bring it back" not in page
    assert page.count(f'action="{reverse("learning:change", args=[made.key])}"') == 1


def test_a_card_of_another_organisation_is_not_brought_back(
    enter: Enter, card: Make, cora: Member, otto: Member
) -> None:
    made = card()
    retire(made, by=cora)
    assert enter(otto).post(reverse("learning:change", args=[made.key])).status_code == 404
    assert Agreement.objects.count() == 1


def test_who_still_gets_started_is_not_called_late(enter: Enter, card: Make, cora: Member, anna: Member) -> None:
    card(days=0)
    Member.objects.filter(pk=anna.pk).update(arriving_since=timezone.now())
    page = enter(cora).get(reverse("learning:coverage")).content.decode()
    assert page.count("still gets started") == 1
    assert page.count("overdue: cannot publish") == Member.objects.filter(organisation=cora.organisation).count() - 1


def test_coverage_counts_each_team(
    card: Make, town: Organisation, anna: Member, ben: Member, cora: Member, enter: Enter
) -> None:
    first, second = card("first", days=0), card("second")
    agree(first, anna, ben)
    agree(second, anna)
    found = coverage_of(town)
    shares = {share.name: (share.done, share.asked, share.percent) for share in found.shares}
    assert shares == {
        "Everybody": (3, 6, 50),
        "Writer": (2, 2, 100),
        "Reviewer": (1, 2, 50),
        "Administrator": (0, 2, 0),
    }
    assert {line.member.name: line.standing.ok for line in found.lines} == {"Anna": True, "Ben": True, "Cora": False}
    page = enter(cora).get(reverse("learning:coverage")).content.decode()
    assert "50 percent is confirmed" in page
    assert "overdue: cannot publish" in page


def test_administrators_see_on_the_page_of_people_who_is_overdue(
    card: Make, anna: Member, cora: Member, enter: Enter
) -> None:
    agree(card(days=0), cora)
    assert "1 thing to learn is overdue" in enter(cora).get(reverse("people:list")).content.decode()
    assert "overdue" not in enter(anna).get(reverse("people:list")).content.decode()


def test_today_says_how_many_agreements_wait(card: Make, anna: Member, enter: Enter) -> None:
    for number in range(2):
        card(f"card-{number}")
    page = enter(anna).get(reverse("home:today")).content.decode()
    assert "2 agreements wait for you" in page
    assert reverse("learning:missing") in page


def test_a_finding_leads_to_its_agreement(
    town: Organisation, channel: Channel, anna: Member, cora: Member, enter: Enter
) -> None:
    shouted = begin(town, Content("Begint om [tijd invullen].", (channel,)), by=anna)
    address, link = reverse("posts:detail", args=[shouted.post_id]), reverse("learning:card", args=["finished-posts"])
    client = enter(anna)
    assert link not in client.get(address).content.decode()
    take_set(town, kind="municipality", language="en", days=14, by=cora)
    assert link in client.get(address).content.decode()
    typed = {"channels": [channel.pk], "text": "Begint om [tijd invullen]."}
    assert link in client.post(reverse("posts:check"), typed).content.decode()


def test_a_reviewer_sees_at_once_why_somebody_cannot(
    card: Make,
    offered: Version,  # noqa: F811 - a fixture
    anna: Member,
    ben: Member,
    enter: Enter,
) -> None:
    late = card(days=0)
    page = enter(ben).get(reverse("posts:review", args=[offered.post_id])).content.decode()
    assert "First something short, then you can go on" in page
    assert "Anna offered this before" in page
    assert (
        "Ben (cannot now: Read and confirm: Look first)"
        in enter(anna).get(reverse("posts:detail", args=[offered.post_id])).content.decode()
    )
    agree(late, anna, ben)
    page = enter(ben).get(reverse("posts:review", args=[offered.post_id])).content.decode()
    assert "First something short" not in page
    assert "offered this before" not in page
