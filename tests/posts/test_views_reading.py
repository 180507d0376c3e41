"""Pages that only show: the list, one post, what waits for review, a picture."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from tests.core.test_pictures import saved, scene
from tests.posts.nets import TEXT
from vierogen.channels.models import Channel
from vierogen.ledger.moves import move
from vierogen.people.models import Member, User
from vierogen.posts.actions import delivering, reviewing, writing
from vierogen.posts.models import Delivery, Media, Post, Version
from vierogen.posts.states import DeliveryState, PostState
from vierogen.posts.views.headlines import headline
from vierogen.posts.views.reading import TABS
from vierogen.posts.views.shown import DELIVERY_LOOK, POST_LOOK
from vierogen.web.comparing import changed

Visit = Callable[[Member], Client]


def body(answer: HttpResponse) -> str:
    """The page in one line, without the places where a long name may be broken."""
    return " ".join(answer.content.decode().replace("<wbr>", "").split())


def draft(channel: Channel, by: Member, text: str = TEXT) -> Version:
    return writing.begin(channel.organisation, writing.Content(text, (channel,)), by=by)


class TestTheList:
    """All posts, by state."""

    def test_a_post_says_what_who_where_and_how_it_fares(
        self, visit: Visit, anna: Member, offered: Version, channel: Channel
    ) -> None:
        page = body(visit(anna).get(reverse("posts:list")))
        assert TEXT in page
        assert 'lang="nl">' + TEXT in page
        assert "Anna, today" in page
        assert "Waits for a second pair of eyes" in page

    def test_once_under_way_each_account_says_how_it_fares(
        self, visit: Visit, anna: Member, approved: Version, delivery: Delivery
    ) -> None:
        client = visit(anna)
        assert "Waits for its time" in body(client.get(reverse("posts:list")))
        move(delivery, "send", by=delivering.WORKER)
        assert "Being sent" in body(client.get(reverse("posts:list")))

    def test_tabs_show_one_state_and_count(
        self, visit: Visit, anna: Member, offered: Version, channel: Channel
    ) -> None:
        draft(channel, anna, "Een concept.")
        client = visit(anna)
        page = body(client.get(reverse("posts:list")))
        assert 'Drafts <span class="count">1</span>' in page
        assert "Expired" not in page
        page = body(client.get(reverse("posts:list"), {"state": "draft"}))
        assert "Een concept." in page
        assert TEXT not in page

    def test_what_was_thrown_away_is_found_under_its_own_tab_only(
        self, visit: Visit, anna: Member, version: Version
    ) -> None:
        writing.discard(version.post, by=anna)
        client = visit(anna)
        assert TEXT not in body(client.get(reverse("posts:list")))
        assert TEXT in body(client.get(reverse("posts:list"), {"state": "discarded"}))

    @pytest.mark.parametrize("query", [{"state": "nonsense"}, {"page": "nonsense"}, {"page": "999"}])
    def test_a_strange_address_shows_the_list(
        self, visit: Visit, anna: Member, version: Version, query: dict[str, str]
    ) -> None:
        assert TEXT in body(visit(anna).get(reverse("posts:list"), query))

    def test_a_long_list_is_cut_in_pages(self, visit: Visit, anna: Member, channel: Channel) -> None:
        for number in range(21):
            draft(channel, anna, f"Bericht nummer {number}.")
        client = visit(anna)
        first, second = (body(client.get(reverse("posts:list"), {"page": page})) for page in (1, 2))
        assert "Bericht nummer 20." in first
        assert "Bericht nummer 0." not in first
        assert "Page 1 of 2" in first
        assert "Bericht nummer 0." in second


class TestReviewList:
    """What waits, first what this member can judge; it changes by itself."""

    def test_it_tells_mine_from_others(self, visit: Visit, anna: Member, ben: Member, offered: Version) -> None:
        assert "1 post waits for your eyes" in body(visit(ben).get(reverse("posts:review_list")))
        page = body(visit(anna).get(reverse("posts:review_list")))
        assert "Nothing waits for your eyes" in page
        assert "Anna waits for a colleague" in page

    def test_all_accounts_and_the_deadline_are_named(
        self, visit: Visit, anna: Member, ben: Member, channel: Channel
    ) -> None:
        later = timezone.now() + timedelta(days=30)
        version = writing.begin(channel.organisation, writing.Content(TEXT, (channel,), not_before=later), by=anna)
        writing.submit(version, by=anna)
        page = body(visit(ben).get(reverse("posts:review_list")))
        assert "not approved by then, it expires" in page
        assert channel.handle.split("@")[1].split("_")[0] in page

    def test_the_living_part_asks_for_itself(self, visit: Visit, ben: Member, offered: Version) -> None:
        live = body(visit(ben).get(reverse("posts:review_live")))
        assert f'hx-get="{reverse("posts:review_live")}"' in live
        assert "<html" not in live
        assert "Anna asks for your eyes" in live

    def test_an_emergency_is_on_top_for_who_can_look_back(
        self, visit: Visit, ben: Member, dirk: Member, version: Version
    ) -> None:
        reviewing.publish_in_emergency(version, by=dirk, reason="Storm")
        assert reverse("posts:look_back", args=[version.post_id]) in body(visit(ben).get(reverse("posts:review_list")))
        page = body(visit(dirk).get(reverse("posts:review_list")))
        assert "An emergency waits" in page
        assert reverse("posts:look_back", args=[version.post_id]) not in page


class TestHeadlines:
    """The sentence on top of a post's page."""

    @pytest.mark.parametrize("state", [state for state in PostState if state != PostState.APPROVED])
    def test_every_state_of_a_post_has_one(self, state: str) -> None:
        assert headline(Post(state=state), []).title
        assert headline(Post(state=state), []).text

    @pytest.mark.parametrize("state", list(DeliveryState))
    def test_every_state_of_a_delivery_has_one(self, state: str) -> None:
        now = timezone.now()
        row = Delivery(state=state, due_at=now, cooling_until=now, next_look_at=now)
        post = Post(state="draft" if state == DeliveryState.STOPPED else "approved")
        assert headline(post, [row]).text

    def test_the_worst_channel_is_what_it_is_about(self) -> None:
        now = timezone.now()
        rows = [Delivery(state=state, due_at=now, cooling_until=now) for state in ("verified", "failed")]
        assert headline(Post(state="approved"), rows).title == "It did not go out everywhere"
        rows[0] = Delivery(state="uncertain", due_at=now, cooling_until=now)
        assert headline(Post(state="approved"), rows).title == "Is it there? Somebody has to look"

    def test_what_goes_out_later_says_when(self) -> None:
        now = timezone.now()
        row = Delivery(state="waiting", due_at=now + timedelta(days=1), cooling_until=now)
        assert headline(Post(state="approved"), [row]).title.startswith("It goes out tomorrow ")


def test_every_state_has_a_shape_and_a_tab() -> None:
    assert set(POST_LOOK) == set(PostState) == set(TABS)
    assert set(DELIVERY_LOOK) == set(DeliveryState)


def test_differences_are_marked_and_what_was_typed_cannot_run() -> None:
    assert changed("Rij om.", "Rij <b>door</b>.") == "Rij <del>om</del><ins>&lt;b&gt;door&lt;/b&gt;</ins>."


def test_why_a_link_was_not_opened_is_told_in_the_readers_language(
    visit: Visit, anna: Member, channel: Channel, settings: Any
) -> None:
    settings.ALLOW_PRIVATE = ()
    version = draft(channel, anna, "Kijk op http://127.0.0.1/geheim")
    client = visit(anna)
    page = body(client.get(reverse("posts:detail", args=[version.post_id])))
    words = "This address is not on the public internet, so it was not contacted."
    assert f"http://127.0.0.1/geheim could not be opened. {words}" in page
    with translation.override("nl"):
        dutch = gettext(words)
    User.objects.update(language="nl")
    assert dutch in body(client.get(reverse("posts:detail", args=[version.post_id])))


def test_a_picture_is_served_as_what_it_is_and_to_its_own_organisation_only(
    visit: Visit, anna: Member, otto: Member, channel: Channel
) -> None:
    media = writing.add_picture(channel.organisation, saved(scene(), "PNG"), name="plein.png", by=anna)
    url = reverse("posts:picture", args=[media.pk])
    answer = visit(anna).get(url)
    assert answer["Content-Type"] == media.mime == Media.objects.get().mime
    assert answer.content == bytes(media.data)
    assert "private" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert visit(otto).get(url).status_code == 404


def test_a_page_with_pictures_does_not_read_their_bytes(
    visit: Visit, anna: Member, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = writing.add_picture(channel.organisation, saved(scene(), "PNG"), name="plein.png", by=anna)
    content = writing.Content(TEXT, (channel,), pictures=((media.pk, "Een plein"),))
    version = writing.begin(channel.organisation, content, by=anna)
    (row,) = Post.objects.with_latest()
    (shown,) = row.latest.attachments.all()
    assert shown.media.get_deferred_fields() == {"data"}
    assert "Description: “Een plein”" in body(visit(anna).get(reverse("posts:detail", args=[version.post_id])))
