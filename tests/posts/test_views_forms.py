"""In which form a post goes out, what it costs and how it fares: said wherever the target is shown."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from tests.core.test_pictures import saved, scene
from tests.posts.film_boxes import chatty, film
from tests.posts.gallery import Gallery, due_there
from tests.posts.nets import png
from vierogen.channels.models import Channel, Room
from vierogen.networks.base import Limited, Outgoing
from vierogen.people.models import Member
from vierogen.posts import films, jobs
from vierogen.posts.actions.reviewing import approve
from vierogen.posts.actions.writing import Content, add_picture, begin, save, submit
from vierogen.posts.models import Delivery, Media, Target, Version
from vierogen.posts.states import DeliveryState
from vierogen.posts.views.terms import terms

Visit = Callable[[Member], Client]
STORY = "Gallery, as a story"


@pytest.fixture
def writer(visit: Visit, anna: Member) -> Client:
    """Anna at her desk."""
    return visit(anna)


@pytest.fixture
def photo(gallery: Channel, anna: Member) -> Media:
    """A picture of hers."""
    return add_picture(gallery.organisation, saved(scene(), "PNG"), name="plein.png", by=anna)


def content(channel: Channel, photo: Media, **more: Any) -> Content:
    return Content("De brug gaat open.", (channel,), pictures=((photo.pk, "De brug."),), **more)


@pytest.fixture
def story(gallery: Channel, anna: Member, photo: Media) -> Version:
    """A story by anna."""
    return begin(gallery.organisation, content(gallery, photo, formats={gallery.pk: "story"}), by=anna)


def body(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().replace("<wbr>", "").split())


def told(channel: Channel, photo: Media, **more: Any) -> dict[str, Any]:
    """What the composer sends."""
    plain = {"channels": channel.pk, "text": "Dag", "picture": photo.pk, f"alt_{photo.pk}": "De brug."}
    return {**plain, **more}


class TestTheForm:
    def test_only_accounts_with_more_than_one_form_offer_a_choice(
        self, writer: Client, gallery: Channel, channel: Channel
    ) -> None:
        page = body(writer.get(reverse("posts:new")))
        assert page.count(f'name="format_{gallery.pk}"') == 3
        assert f'name="format_{channel.pk}"' not in page
        for words in ("In the timeline", "As a reel (short film)", "As a story, for 24 hours"):
            assert words in page
        assert "Readers of a story on Gallery see no text and no description" in page

    def test_the_choice_is_kept_and_stands_there_again(self, writer: Client, gallery: Channel, photo: Media) -> None:
        writer.post(reverse("posts:new"), told(gallery, photo, **{f"format_{gallery.pk}": "story"}))
        target = Target.objects.get()
        assert target.format == "story"
        page = body(writer.get(reverse("posts:edit", args=[target.version.post_id])))
        assert page.count("checked") == 2
        assert STORY in page

    def test_without_a_choice_it_is_the_usual_form(self, writer: Client, gallery: Channel, photo: Media) -> None:
        writer.post(reverse("posts:new"), told(gallery, photo))
        assert Target.objects.get().format == "post"

    def test_a_form_that_the_network_does_not_have_is_refused(
        self, writer: Client, gallery: Channel, channel: Channel, photo: Media
    ) -> None:
        answer = writer.post(reverse("posts:new"), told(gallery, photo, **{f"format_{gallery.pk}": "opera"}))
        assert answer.status_code == 422
        assert not Target.objects.exists()
        writer.post(reverse("posts:new"), told(channel, photo, **{f"format_{channel.pk}": "story"}))
        assert Target.objects.get().format == "post"

    def test_it_is_part_of_what_is_approved(self, story: Version, gallery: Channel, anna: Member, photo: Media) -> None:
        submit(story, by=anna)
        assert Target.objects.filter(version=story).update(format="post") == 1
        fresh = Version.objects.get(pk=story.pk)
        assert not fresh.holds(story.digest)

    def test_it_reaches_the_network(self, gallery: Channel, anna: Member, ben: Member, photo: Media) -> None:
        due_there(gallery, [photo.pk], by=anna, reviewed_by=ben, form="story")
        assert jobs.deliver("test")
        assert [post.format for post in Gallery.sent] == ["story"]


class TestWhereItIsSaid:
    def test_while_writing_on_the_post_and_in_lists(self, story: Version, writer: Client) -> None:
        own = [reverse(f"posts:{name}", args=[story.post_id]) for name in ("detail", "edit")]
        for url in (reverse("posts:list"), *own):
            assert STORY in body(writer.get(url)), url
        page = body(writer.get(reverse("posts:detail", args=[story.post_id])))
        assert "Offer for @gemeente_voorbeeld on Gallery, as a story" in page
        assert "Readers do not see these words on Gallery, as a story" in page

    def test_to_the_reviewer_with_the_difference(
        self, story: Version, visit: Visit, gallery: Channel, anna: Member, ben: Member, photo: Media
    ) -> None:
        submit(save(story.post, content(gallery, photo), by=anna), by=anna)
        page = body(visit(ben).get(reverse("posts:review", args=[story.post_id])))
        assert "it was to go out as a story, and now in the timeline." in page
        submit(
            save(story.post, content(gallery, photo, formats={gallery.pk: "story"}), by=anna),
            by=anna,
        )
        page = body(visit(ben).get(reverse("posts:review", args=[story.post_id])))
        assert STORY in page
        assert STORY in body(visit(ben).get(reverse("posts:review_list")))

    def test_on_today_while_it_waits(self, story: Version, visit: Visit, anna: Member, ben: Member) -> None:
        submit(story, by=anna)
        assert STORY in body(visit(ben).get("/"))
        approve(story, by=ben, digest=story.digest)
        assert STORY in body(visit(ben).get("/"))

    def test_when_it_is_taken_down(
        self, gallery: Channel, photo: Media, visit: Visit, anna: Member, ben: Member, dirk: Member
    ) -> None:
        due = due_there(gallery, [photo.pk], by=anna, reviewed_by=ben, form="story")
        jobs.deliver("test")
        assert STORY in body(visit(dirk).get(reverse("posts:withdraw", args=[due.pk])))

    def test_the_usual_form_is_not_named(self, gallery: Channel, photo: Media, anna: Member, writer: Client) -> None:
        version = begin(gallery.organisation, content(gallery, photo), by=anna)
        page = body(writer.get(reverse("posts:detail", args=[version.post_id])))
        assert "in the timeline" not in page
        assert "Offer for @gemeente_voorbeeld on Gallery<" in page.replace(" <", "<")


class TestTerms:
    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("Dag", "Costs about $0.015 on Gallery."),
            ("Zie https://x.example/a", "Costs about $0.20 on Gallery, because there is a link in it."),
        ],
    )
    def test_the_price_stands_beside_the_text_as_it_is_typed(
        self, writer: Client, gallery: Channel, photo: Media, text: str, sentence: str
    ) -> None:
        assert sentence in body(writer.post(reverse("posts:check"), told(gallery, photo, text=text)))

    def test_price_and_room_are_told_before_anybody_offers_or_judges(
        self, story: Version, visit: Visit, gallery: Channel, anna: Member, ben: Member
    ) -> None:
        Room.objects.create(channel=gallery, used=53, total=100, seconds=86_400)
        room = "Gallery takes 47 more posts from this account in the next 24 hours, asked just now."
        page = body(visit(anna).get(reverse("posts:detail", args=[story.post_id])))
        assert room in page
        assert "Costs about $0.015 on Gallery." in page
        submit(story, by=anna)
        page = body(visit(ben).get(reverse("posts:review", args=[story.post_id])))
        assert room in page
        assert "Costs about $0.015 on Gallery." in page

    def test_money_is_written_as_the_reader_does(self, gallery: Channel) -> None:
        with translation.override("nl"):
            [price] = terms(gallery, Outgoing("Dag", "", timezone.now()))
        assert "$0,015" in price

    def test_a_network_without_prices_or_limits_says_nothing(
        self, writer: Client, channel: Channel, photo: Media
    ) -> None:
        page = body(writer.post(reverse("posts:check"), told(channel, photo)))
        assert "Costs about" not in page
        assert "more post" not in page

    def test_more_drafts_cost_no_more_questions(
        self, story: Version, writer: Client, gallery: Channel, photo: Media, anna: Member
    ) -> None:
        Room.objects.create(channel=gallery, used=53, total=100, seconds=86_400)

        def asked() -> int:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                writer.get(reverse("posts:list"))
            return len(queries)

        few = asked()
        for number in range(5):
            begin(gallery.organisation, Content(f"Dag {number}", (gallery,), pictures=((photo.pk, "x"),)), by=anna)
        assert asked() == few


class TestFilms:
    def upload(self, data: bytes, name: str = "brug.mp4") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, data)

    def test_a_film_is_taken_in_shown_as_a_film_and_given_in_parts(self, writer: Client, gallery: Channel) -> None:
        answer = writer.post(reverse("posts:pictures"), {"channels": gallery.pk, "new_pictures": self.upload(chatty())})
        page = body(answer)
        media = Media.objects.get()
        assert (media.mime, media.seconds, media.had_place, media.is_film) == ("video/mp4", 2.0, True, True)
        assert f'<video src="{reverse("posts:picture", args=[media.pk])}" controls muted playsinline' in page
        assert 'preload="metadata"' in page
        assert "This film told where it was taken" in page
        part = writer.get(reverse("posts:picture", args=[media.pk]), headers={"range": "bytes=0-99"})
        assert (part.status_code, len(part.content), part["Content-Type"]) == (206, 100, "video/mp4")

    def test_it_is_shown_as_a_film_to_the_reviewer(
        self, visit: Visit, gallery: Channel, anna: Member, ben: Member
    ) -> None:
        media = add_picture(gallery.organisation, film(), name="brug.mp4", by=anna)
        reel = Content("Dag", (gallery,), pictures=((media.pk, "De brug."),), formats={gallery.pk: "reel"})
        version = begin(gallery.organisation, reel, by=anna)
        submit(version, by=anna)
        page = body(visit(ben).get(reverse("posts:review", args=[version.post_id])))
        assert "<video" in page
        assert "Gallery, as a reel" in page

    def test_a_film_reaches_the_network_with_its_length(self, gallery: Channel, anna: Member, ben: Member) -> None:
        media = add_picture(gallery.organisation, film(), name="brug.mp4", by=anna)
        due_there(gallery, [media.pk], by=anna, reviewed_by=ben, form="reel")
        assert jobs.deliver("test")
        [post] = Gallery.sent
        assert (post.pictures[0].mime, post.pictures[0].seconds, post.pictures[0].is_film) == ("video/mp4", 2.0, True)

    def test_where_no_network_takes_films_none_is_offered_or_taken(self, writer: Client, channel: Channel) -> None:
        assert "video/mp4" not in body(writer.get(reverse("posts:new")))
        answer = writer.post(reverse("posts:pictures"), {"new_pictures": self.upload(film())})
        assert "Only pictures can be added." in body(answer)
        assert not Media.objects.exists()

    def test_a_film_that_is_too_large_is_not_even_read(
        self, writer: Client, gallery: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(films, "MAX_UPLOAD", 100)
        answer = writer.post(reverse("posts:pictures"), {"new_pictures": self.upload(film())})
        assert "brug.mp4: This film is larger than 50 MB." in body(answer)

    def test_a_picture_may_still_not_be_as_large_as_a_film(
        self, writer: Client, gallery: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("vierogen.posts.forms.MAX_UPLOAD", 10)
        answer = writer.post(reverse("posts:pictures"), {"new_pictures": self.upload(png(1), "plein.png")})
        assert "larger than 25 MB" in body(answer)


class TestProgress:
    def test_it_is_shown_while_it_is_sent_and_gone_when_that_ended(
        self, visit: Visit, gallery: Channel, anna: Member, ben: Member, photo: Media, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client, seen = visit(anna), []
        due = due_there(gallery, [photo.pk], by=anna, reviewed_by=ben, form="post")

        def slow(network: Gallery, _post: Outgoing) -> None:
            network.opened.attempt.tell("The network is preparing the picture.", 250)
            network.opened.attempt.tell("The network is preparing the picture.", 40)
            seen.append(body(client.get(reverse("posts:live", args=[due.version.post_id]))))

        monkeypatch.setattr(Gallery, "while_sending", slow)
        assert jobs.deliver("test")
        assert "The network is preparing the picture." in seen[0]
        assert '<progress value="40" max="100"' in seen[0]
        due.refresh_from_db()
        assert (due.state, due.progress, due.percent) == (DeliveryState.PUBLISHED, "", 0)
        assert "<progress" not in body(client.get(reverse("posts:live", args=[due.version.post_id])))

    def test_a_refusal_clears_it_too(
        self, gallery: Channel, anna: Member, ben: Member, photo: Media, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        due = due_there(gallery, [photo.pk], by=anna, reviewed_by=ben, form="post")

        def full(network: Gallery, _post: Outgoing) -> None:
            network.opened.attempt.tell("Halfway.", 50)
            raise Limited("Not now.", seconds=60)

        monkeypatch.setattr(Gallery, "while_sending", full)
        assert jobs.deliver("test")
        due.refresh_from_db()
        assert (due.state, due.progress, due.percent) == (DeliveryState.WAITING, "", 0)

    def test_a_worker_that_lost_its_delivery_tells_nothing_any_more(
        self, gallery: Channel, anna: Member, ben: Member, photo: Media, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        due = due_there(gallery, [photo.pk], by=anna, reviewed_by=ben, form="post")

        def overtaken(network: Gallery, _post: Outgoing) -> None:
            Delivery.objects.update(fence=99)
            network.opened.attempt.tell("Halfway.", 50)

        monkeypatch.setattr(Gallery, "while_sending", overtaken)
        jobs.deliver("test")
        due.refresh_from_db()
        assert due.progress == ""
