"""The composer: what it understands, what it refuses and in which words, and that what was typed stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.core.test_pictures import exif, png, saved, scene
from tests.plugins.house import make_member
from vierogen.channels.actions import add
from vierogen.channels.models import Channel
from vierogen.ledger.moves import move
from vierogen.networks.base import Profile
from vierogen.people.actions import change_roles
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts import forms, uploads
from vierogen.posts.actions.delivering import WORKER
from vierogen.posts.actions.writing import Content, add_picture, begin
from vierogen.posts.models import Delivery, Media, Post, Version

Visit = Callable[[Member], Client]
TEXT = "De weekmarkt is deze week op vrijdag."


@pytest.fixture
def sky(town: Organisation, cora: Member) -> Channel:
    """A second channel, on a network that counts otherwise."""
    profile = Profile("did:plc:voorbeeld", "@voorbeeld.example", "Gemeente Voorbeeld")
    return add(town, profile, network_key="bluesky", server="https://bsky.example", by=cora)


@pytest.fixture
def writer(visit: Visit, anna: Member, channel: Channel) -> Client:
    """Anna at her desk."""
    return visit(anna)


def compose(client: Client, post: Post | None = None, **told: Any) -> HttpResponse:
    """Send the composer's form."""
    url = reverse("posts:edit", args=[post.pk]) if post else reverse("posts:new")
    return client.post(url, told)


def body(answer: HttpResponse) -> str:
    """The page in one line, without the places where a long name may be broken."""
    return " ".join(answer.content.decode().replace("<wbr>", "").split())


def upload(data: bytes, name: str = "plein.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def a_picture() -> bytes:
    return saved(scene(), "PNG")


def test_what_was_written_becomes_a_version_and_its_page_says_what_comes_next(writer: Client, channel: Channel) -> None:
    answer = compose(writer, channels=channel.pk, text=TEXT)
    version = Version.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("posts:detail", args=[version.post_id])
    assert (version.text, [target.channel for target in version.targets.all()]) == (TEXT, [channel])
    page = body(writer.get(answer["Location"]))
    assert "Look at it once more" in page
    assert f"Offer for {channel.handle} on Mastodon" in page


def test_the_only_account_is_chosen_already_and_shown_as_the_target(writer: Client, channel: Channel) -> None:
    page = body(writer.get(reverse("posts:new")))
    assert f'value="{channel.pk}" checked' in page
    assert '<div class="target' in page


def test_of_two_accounts_none_is_chosen_for_you(writer: Client, channel: Channel, sky: Channel) -> None:
    page = body(writer.get(reverse("posts:new")))
    assert "checked" not in page
    assert "No account chosen yet" in page


def test_without_an_account_nothing_is_saved_and_the_text_stays(writer: Client) -> None:
    answer = compose(writer, text=TEXT)
    assert answer.status_code == 422
    assert "Choose at least one account." in body(answer)
    assert TEXT in body(answer)
    assert not Post.objects.exists()


def test_an_empty_post_is_refused_in_plain_words(writer: Client, channel: Channel) -> None:
    answer = compose(writer, channels=channel.pk, text="   ")
    assert answer.status_code == 422
    assert "Write something, or add a picture." in body(answer)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2020-01-01T10:00", "This time has passed. Choose a later time, or leave it empty."),
        ("2030-03-31T02:30", "The clock changes in that hour"),
        ("2030-10-27T02:30", "The clock changes in that hour"),
        ("tomorrow", "Enter a valid date/time."),
    ],
    ids=["in the past", "the hour that does not exist", "the hour that comes twice", "no time at all"],
)
def test_a_time_that_cannot_be_is_told_beside_it(writer: Client, channel: Channel, when: str, words: str) -> None:
    answer = compose(writer, channels=channel.pk, text=TEXT, not_before=when)
    assert answer.status_code == 422
    assert words in body(answer)
    assert 'href="#id_not_before"' in body(answer)
    assert TEXT in body(answer)


def test_a_time_is_the_organisations_own(writer: Client, channel: Channel) -> None:
    compose(writer, channels=channel.pk, text=TEXT, not_before="2030-07-01T08:30")
    version = Version.objects.get()
    assert version.not_before is not None
    assert version.not_before.isoformat() == "2030-07-01T06:30:00+00:00"
    assert 'value="2030-07-01T08:30"' in body(writer.get(reverse("posts:edit", args=[version.post_id])))


def test_another_organisations_account_cannot_be_chosen(
    writer: Client, channel: Channel, elsewhere: Organisation, otto: Member
) -> None:
    profile = Profile("did:plc:anders", "@anders.example", "Welzijn Anders")
    theirs = add(elsewhere, profile, network_key="bluesky", server="https://bsky.example", by=otto)
    answer = compose(writer, channels=theirs.pk, text=TEXT)
    assert answer.status_code == 422
    assert not Post.objects.exists()
    assert "@anders.example" not in body(answer)


def test_a_text_for_one_account_replaces_the_other_there_only(writer: Client, channel: Channel, sky: Channel) -> None:
    told = {"channels": [channel.pk, sky.pk], "text": TEXT, f"text_{sky.pk}": "Markt op vrijdag."}
    compose(writer, **told)
    texts = {target.channel.handle: target.effective_text for target in Version.objects.get().targets.all()}
    assert texts == {channel.handle: TEXT, sky.handle: "Markt op vrijdag."}


def test_an_edit_starts_from_what_was_written(writer: Client, channel: Channel, sky: Channel, anna: Member) -> None:
    content = Content(TEXT, (channel, sky), texts={sky.pk: "Markt op vrijdag."})
    post = begin(channel.organisation, content, by=anna).post
    page = body(writer.get(reverse("posts:edit", args=[post.pk])))
    assert TEXT in page
    assert "Markt op vrijdag." in page
    assert page.count(" checked") == 2


class TestWhileWriting:
    """``posts:check``: what stands around a text that is still being typed."""

    def around(self, client: Client, **told: Any) -> str:
        answer = client.post(reverse("posts:check"), told)
        assert answer.status_code == 200
        return body(answer)

    def test_each_network_counts_for_itself(self, writer: Client, channel: Channel, sky: Channel) -> None:
        link = "https://voorbeeld.example/" + "a" * 100
        page = self.around(writer, channels=[channel.pk, sky.pk], text=f"Kijk op {link}")
        # Mastodon takes any link for 23 signs, Bluesky counts all of it.
        assert f"Mastodon: {500 - 8 - 23} characters left" in page
        assert f"Bluesky: {300 - 8 - len(link)} characters left" in page

    def test_what_is_too_long_says_by_how_much(self, writer: Client, channel: Channel) -> None:
        assert "Mastodon: 1 character too many" in self.around(writer, channels=channel.pk, text="e" * 501)
        assert "Mastodon: 0 characters left" in self.around(writer, channels=channel.pk, text="e" * 500)

    def test_a_text_of_its_own_is_counted_and_shown_on_its_account(
        self, writer: Client, channel: Channel, sky: Channel
    ) -> None:
        told = {"channels": [channel.pk, sky.pk], "text": TEXT, f"text_{sky.pk}": "Kort."}
        page = self.around(writer, **told)
        assert f"{sky.handle}: 295 characters left" in page
        assert page.count(TEXT) == 1
        assert page.count("Kort.") == 1

    def test_every_chosen_account_is_shown_as_a_target(self, writer: Client, channel: Channel, sky: Channel) -> None:
        page = self.around(writer, channels=[channel.pk, sky.pk], text="")
        assert page.count('<div class="target ') == 2
        assert self.around(writer, channels=sky.pk, text="").count('<div class="target ') == 1

    def test_findings_come_beside_the_text(self, writer: Client, channel: Channel) -> None:
        page = self.around(writer, channels=channel.pk, text="Begint om [tijd invullen].")
        assert "Stop: Leftovers" in page
        assert "Nothing so far" in self.around(writer, channels=channel.pk, text=TEXT)

    def test_nothing_is_kept(self, writer: Client, channel: Channel) -> None:
        self.around(writer, channels=channel.pk, text=TEXT)
        assert not Post.objects.exists()

    def test_what_others_typed_cannot_run(self, writer: Client, channel: Channel) -> None:
        assert "<script>" not in self.around(writer, channels=channel.pk, text="<script>alert(1)</script>")


class TestPictures:
    """Pictures: taken in at once with the script, with a button or with the rest of the form without it."""

    def test_a_picture_comes_back_with_a_place_for_its_alt_text(self, writer: Client, channel: Channel) -> None:
        told = {"text": TEXT, "channels": channel.pk, "new_pictures": upload(a_picture())}
        answer = writer.post(reverse("posts:pictures"), told)
        media = Media.objects.get()
        assert answer.status_code == 200
        assert f'name="alt_{media.pk}"' in body(answer)
        assert not Post.objects.exists()

    def test_without_the_script_a_button_adds_them_and_the_rest_stays(self, writer: Client, channel: Channel) -> None:
        told = {"text": TEXT, "channels": channel.pk, "new_pictures": upload(a_picture()), "do": "pictures"}
        answer = compose(writer, **told)
        assert answer.status_code == 200
        assert TEXT in body(answer)
        assert f'name="picture" value="{Media.objects.get().pk}"' in body(answer)
        assert not Post.objects.exists()

    def test_saving_takes_new_and_earlier_pictures_with_their_alt_texts(
        self, writer: Client, channel: Channel, anna: Member
    ) -> None:
        known = add_picture(channel.organisation, saved(scene(), "JPEG"), name="oud.jpg", by=anna)
        told = {"picture": known.pk, f"alt_{known.pk}": "Een rood plein", "new_pictures": upload(a_picture())}
        compose(writer, channels=channel.pk, text=TEXT, **told)
        shown = Version.objects.get().attachments.all()
        assert [(one.media.name, one.alt) for one in shown] == [("oud.jpg", "Een rood plein"), ("plein.png", "")]

    def test_a_picture_can_be_taken_away_again(self, writer: Client, channel: Channel, anna: Member) -> None:
        known = add_picture(channel.organisation, a_picture(), name="oud.png", by=anna)
        compose(writer, channels=channel.pk, text=TEXT, picture=known.pk, remove_picture=known.pk)
        assert not Version.objects.get().attachments.exists()

    def test_another_organisations_picture_cannot_be_used(
        self, writer: Client, channel: Channel, elsewhere: Organisation, otto: Member
    ) -> None:
        theirs = add_picture(elsewhere, a_picture(), name="geheim.png", by=otto)
        compose(writer, channels=channel.pk, text=TEXT, picture=theirs.pk)
        assert not Version.objects.get().attachments.exists()
        assert writer.get(reverse("posts:picture", args=[theirs.pk])).status_code == 404

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawings can carry hidden programs"),
            (png(30_000, 30_000), "This picture has more than 50 megapixels."),
            (b"just words", "Only JPEG, PNG, WebP and GIF pictures can be added."),
        ],
        ids=["svg", "bomb", "no picture"],
    )
    def test_a_refusal_is_told_beside_the_pictures_and_the_text_stays(
        self, writer: Client, channel: Channel, data: bytes, words: str
    ) -> None:
        told = {"new_pictures": [upload(data, "fout.png"), upload(a_picture(), "goed.png")]}
        answer = compose(writer, channels=channel.pk, text=TEXT, **told)
        assert answer.status_code == 422
        assert f"fout.png: {words}" in body(answer)
        assert 'href="#id_new_pictures"' in body(answer)
        assert TEXT in body(answer)
        # The good one need not be chosen again.
        assert f'name="picture" value="{Media.objects.get(name="goed.png").pk}"' in body(answer)
        assert not Post.objects.exists()

    def test_a_file_that_is_too_large_is_refused_before_it_is_read(
        self, writer: Client, channel: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(forms, "MAX_UPLOAD", 10)
        monkeypatch.setattr(forms, "add_picture", lambda *_args, **_more: pytest.fail("it was read"))
        answer = compose(writer, channels=channel.pk, text=TEXT, new_pictures=upload(a_picture()))
        assert answer.status_code == 422
        assert "plein.png: This file is larger than 25 MB. Make it smaller first." in body(answer)
        assert TEXT in body(answer)

    def test_more_pictures_than_fit_are_refused_before_any_is_read(
        self, writer: Client, channel: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(forms, "add_picture", lambda *_args, **_more: pytest.fail("it was read"))
        files = [upload(a_picture(), f"{number}.png") for number in range(5)]
        answer = compose(writer, channels=channel.pk, text=TEXT, new_pictures=files)
        assert answer.status_code == 422
        assert "At most 4 pictures fit. None of the new ones were added." in body(answer)
        assert TEXT in body(answer)

    def test_a_form_that_is_far_too_large_gets_a_plain_page(
        self, writer: Client, channel: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploads, "MAX_FORM", 1000)
        answer = compose(writer, channels=channel.pk, text=TEXT, new_pictures=upload(a_picture() + b"0" * 2000))
        assert answer.status_code == 400
        assert "Together they may be at most 100 MB." in body(answer)
        assert not Media.objects.exists()

    def test_the_writer_is_told_that_a_picture_said_where_it_was_taken(self, writer: Client, channel: Channel) -> None:
        photo = upload(saved(scene(), "JPEG", exif=exif()), "thuis.jpg")
        answer = writer.post(reverse("posts:pictures"), {"channels": channel.pk, "new_pictures": photo})
        assert "This picture told where it was taken." in body(answer)
        media = Media.objects.get()
        told = {"picture": media.pk, f"alt_{media.pk}": "Een plein"}
        saved_as = compose(writer, channels=channel.pk, text=TEXT, **told)
        assert "thuis.jpg" in body(writer.get(saved_as["Location"]))


class TestOffering:
    """``posts:submit``: the reasons for stops, and who is asked."""

    def draft(self, channel: Channel, anna: Member, text: str, **more: Any) -> Version:
        return begin(channel.organisation, Content(text, (channel,), **more), by=anna)

    def test_the_page_then_says_whose_eyes_were_asked(
        self, writer: Client, channel: Channel, anna: Member, ben: Member
    ) -> None:
        version = self.draft(channel, anna, TEXT)
        answer = writer.post(reverse("posts:submit", args=[version.post_id]), follow=True)
        assert "Offered. Asked for their eyes: Ben." in body(answer)
        assert "It waits for a second pair of eyes" in body(answer)

    def test_it_says_so_when_there_is_nobody_to_ask(self, writer: Client, channel: Channel, anna: Member) -> None:
        version = self.draft(channel, anna, TEXT)
        answer = writer.post(reverse("posts:submit", args=[version.post_id]), follow=True)
        assert "nobody here can review it" in body(answer)

    def test_a_stop_needs_a_reason_and_what_was_typed_stays(
        self, writer: Client, channel: Channel, anna: Member, ben: Member
    ) -> None:
        version = self.draft(
            channel, anna, "Begint om [tijd invullen], kijk op https://voorbeeld.example@kwaad.example/"
        )
        first, second = version.findings.filter(tier="stop")
        url = reverse("posts:submit", args=[version.post_id])
        answer = writer.post(url, {f"reason_{first.pk}": "Zo heet de zaal."})
        assert answer.status_code == 422
        assert "say for each stop why it may go out all the same" in body(answer)
        assert "Zo heet de zaal." in body(answer)
        assert Post.objects.get().state == "draft"
        both = {f"reason_{first.pk}": "Zo heet de zaal.", f"reason_{second.pk}": "Dat is ons eigen adres."}
        assert writer.post(url, both).status_code == 302
        assert Post.objects.get().state == "in_review"

    def test_no_reason_makes_a_text_fit(self, writer: Client, channel: Channel, anna: Member, ben: Member) -> None:
        version = self.draft(channel, anna, "e" * 501)
        (stop,) = version.findings.filter(tier="stop")
        url = reverse("posts:submit", args=[version.post_id])
        page = body(writer.get(reverse("posts:detail", args=[version.post_id])))
        assert "The network refuses this. Change it, then offer it." in page
        assert f"reason_{stop.pk}" not in page
        answer = writer.post(url, {f"reason_{stop.pk}": "Het moet."})
        assert answer.status_code == 422
        assert "Too long for Mastodon: 501 of at most 500 characters." in body(answer)
        assert Post.objects.get().state == "draft"

    def test_too_many_pictures_for_the_chosen_network_cannot_be_offered(
        self, writer: Client, channel: Channel, anna: Member, ben: Member
    ) -> None:
        pictures = [
            Media.objects.create(
                organisation=channel.organisation,
                data=b"",
                sha256=f"{number:064}",
                mime="image/png",
                width=1,
                height=1,
                name=f"{number}.png",
                uploaded_by=anna,
            )
            for number in range(5)
        ]
        version = self.draft(channel, anna, TEXT, pictures=tuple((one.pk, "Een plein.") for one in pictures))
        answer = writer.post(reverse("posts:submit", args=[version.post_id]))
        assert "Too many pictures for Mastodon: 5 of at most 4." in body(answer)
        assert Post.objects.get().state == "draft"

    def test_a_second_offer_hears_that_it_was_decided(
        self, writer: Client, channel: Channel, anna: Member, ben: Member
    ) -> None:
        url = reverse("posts:submit", args=[self.draft(channel, anna, TEXT).post_id])
        writer.post(url)
        answer = writer.post(url, follow=True)
        assert "This was already decided, or changed a moment ago. Look at it again." in body(answer)

    def test_a_time_that_passed_meanwhile_is_told(self, writer: Client, channel: Channel, anna: Member) -> None:
        version = self.draft(channel, anna, TEXT, not_before=timezone.now() + timedelta(hours=1))
        Version.objects.update(not_before=timezone.now() - timedelta(minutes=1))
        answer = writer.post(reverse("posts:submit", args=[version.post_id]))
        assert "The time you chose has passed. Choose a later time." in body(answer)


def test_a_draft_can_be_thrown_away_once(writer: Client, channel: Channel, anna: Member) -> None:
    post = begin(channel.organisation, Content(TEXT, (channel,)), by=anna).post
    url = reverse("posts:discard", args=[post.pk])
    assert "Thrown away." in body(writer.post(url, follow=True))
    assert "already decided" in body(writer.post(url, follow=True))
    assert "Throw this post away" not in body(writer.get(reverse("posts:detail", args=[post.pk])))


def test_what_is_out_cannot_be_changed(writer: Client, channel: Channel, due: Delivery) -> None:
    move(due, "send", by=WORKER)
    post = due.version.post
    assert "Change it" not in body(writer.get(reverse("posts:detail", args=[post.pk])))
    answer = compose(writer, post, channels=channel.pk, text="Anders.")
    assert answer.status_code == 422
    assert "This post is already out or on its way. Write a new post instead." in body(answer)
    assert "Anders." in body(answer)


@pytest.mark.parametrize("moves", [["send"], ["send", "found_there", "withdraw"]])
def test_the_composer_does_not_open_for_what_is_or_was_out(writer: Client, due: Delivery, moves: list[str]) -> None:
    address = reverse("posts:edit", args=[due.version.post_id])
    assert writer.get(address).status_code == 200
    for name in moves:
        move(due, name, by=WORKER)
    page = writer.get(address, follow=True)
    assert page.redirect_chain == [(reverse("posts:detail", args=[due.version.post_id]), 302)]
    assert "Write a new post instead." in body(page)
    assert "Change it" not in body(page)


def test_the_composer_does_not_open_for_what_was_thrown_away(writer: Client, channel: Channel) -> None:
    compose(writer, channels=channel.pk, text=TEXT)
    post = Post.objects.get()
    writer.post(reverse("posts:discard", args=[post.pk]))
    assert "This post was thrown away." in body(writer.get(reverse("posts:edit", args=[post.pk]), follow=True))


def test_who_may_not_write_sees_no_way_to(visit: Visit, channel: Channel, town: Organisation, cora: Member) -> None:
    reader = make_member(town, "Roos", Role.AUDITOR)
    client = visit(reader)
    assert "Write a post" not in body(client.get(reverse("posts:list")))
    assert client.get(reverse("posts:new")).status_code == 403
    change_roles(reader, roles=[Role.WRITER], ends_on=None, by=cora)
    assert "Write a post" in body(client.get(reverse("posts:list")))


def test_without_an_account_the_composer_says_what_to_do(visit: Visit, anna: Member) -> None:
    page = body(visit(anna).get(reverse("posts:new")))
    assert "A custodian or administrator has to connect an account first." in page
    assert "<textarea" not in page
