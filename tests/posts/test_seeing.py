"""Looks at pictures are rows that a worker takes up; what it sees reaches the posts, and nothing waits for it."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import ExifTags, Image

from tests.posts.checks.drawing import jpeg, photo, written
from tests.posts.killing import let_time_pass
from vierogen.channels.models import Channel
from vierogen.core.schedule import Job
from vierogen.people.models import Member, Organisation
from vierogen.posts import jobs, vision
from vierogen.posts.actions import removing, seeing, sights
from vierogen.posts.actions.checking import as_draft, check, preview_findings
from vierogen.posts.actions.reviewing import approve, ask_for_changes, publish_now
from vierogen.posts.actions.writing import Content, add_picture, begin, save, submit
from vierogen.posts.checks import running
from vierogen.posts.checks.base import Seen, Tier
from vierogen.posts.models import (
    Consent,
    Delivery,
    EvidenceMedia,
    Fingerprint,
    FoundThing,
    Media,
    OwnDetails,
    PictureLook,
    TakeDown,
    Version,
)
from vierogen.posts.states import TakeDownState
from vierogen.posts.vision import VisionError

pytestmark = pytest.mark.django_db(transaction=True)

IMITATION = ("https://gemeente-voorbee1d.nl/betalen",)


@pytest.fixture
def looking(settings: Any, monkeypatch: pytest.MonkeyPatch, town: Organisation) -> None:
    """Pictures are looked at, and nobody waits long for a worker that is not there."""
    settings.VISION = True
    town.own_domains = "gemeente-voorbeeld.nl"
    town.save()
    monkeypatch.setattr(sights, "TAKEN_UP", timedelta(0))


@pytest.fixture
def sees(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What is seen in every picture, or why nothing is."""

    def see(seen: Seen | None = None, *, problem: str = "") -> None:
        def look_at_clean(_data: bytes) -> Seen:
            if problem:
                raise VisionError(problem)
            return seen or Seen()

        monkeypatch.setattr(vision, "look_at_clean", look_at_clean)

    see()
    return see


@pytest.fixture
def picture(looking: None, town: Organisation, anna: Member) -> Media:
    return add_picture(town, jpeg(photo("coffee")), name="koffie.jpg", by=anna)


@pytest.fixture
def version(picture: Media, channel: Channel, anna: Member) -> Version:
    return begin(channel.organisation, Content("Een dag", (channel,), pictures=((picture.pk, "Een kop"),)), by=anna)


def look() -> bool:
    return bool(jobs.see("worker"))


def found(version: Version, tier: Tier | None = None) -> set[str]:
    rows = FoundThing.objects.filter(version=version)
    return set((rows.filter(tier=tier) if tier else rows).values_list("check_key", flat=True))


class TestTheQueue:
    def test_a_picture_is_looked_at_once(self, picture: Media, sees: Callable[..., None]) -> None:
        sees(Seen(2, "Welkom", ("https://gemeente-voorbeeld.nl",)))
        assert look()
        row = PictureLook.objects.get(media=picture)
        assert (row.faces, row.text, row.codes) == (2, "Welkom", ["https://gemeente-voorbeeld.nl"])
        assert row.looked_at is not None
        assert not row.lease_owner
        assert not look()

    def test_the_same_picture_added_again_is_not_asked_for_again(
        self, picture: Media, town: Organisation, anna: Member
    ) -> None:
        add_picture(town, jpeg(photo("coffee")), name="koffie.jpg", by=anna)
        assert PictureLook.objects.count() == 1

    def test_what_goes_wrong_is_tried_three_times_and_then_said(
        self, picture: Media, sees: Callable[..., None]
    ) -> None:
        sees(problem="Looking at it took too long.")
        for _time in range(seeing.MOST_ATTEMPTS):
            assert PictureLook.objects.waiting().exists()
            assert look()
        row = PictureLook.objects.get(media=picture)
        assert row.problem == "Looking at it took too long."
        assert not look()

    def test_what_nobody_could_look_at_is_tried_again_by_who_saves_it_later(
        self, version: Version, channel: Channel, anna: Member, sees: Callable[..., None]
    ) -> None:
        sees(problem="Looking at it took too long.")
        while look():
            pass
        sees(Seen(faces=1))
        (shown,) = version.attachments.values_list("media_id", "alt")
        content = Content("Nog een dag", (channel,), pictures=(shown,))
        save(version.post, content, by=anna)
        assert not look()
        PictureLook.objects.update(looked_at=timezone.now() - sights.ONCE_MORE - timedelta(minutes=1))
        again = save(version.post, content, by=anna)
        assert look()
        assert found(again) == {"faces"}

    def test_a_picture_on_which_the_worker_itself_dies_is_given_up(
        self, picture: Media, sees: Callable[..., None]
    ) -> None:
        for _time in range(seeing.MOST_ATTEMPTS):
            assert seeing.claim("doomed")
            PictureLook.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert look()
        assert PictureLook.objects.get().problem == seeing.GIVEN_UP

    def test_one_that_keeps_going_wrong_lets_the_others_go_first(
        self, picture: Media, town: Organisation, anna: Member, sees: Callable[..., None]
    ) -> None:
        other = add_picture(town, jpeg(photo("rocket")), name="raket.jpg", by=anna)
        sees(problem="Looking at it took too long.")
        assert look()
        sees(Seen())
        assert look()
        assert PictureLook.objects.get(looked_at=None).media_id == picture.pk
        assert PictureLook.objects.exclude(looked_at=None).get().media_id == other.pk

    def test_nobody_takes_what_another_holds(self, picture: Media) -> None:
        assert seeing.claim("one")
        assert seeing.claim("other") is None

    def test_the_late_word_of_a_worker_that_lost_it_is_not_kept(
        self, picture: Media, sees: Callable[..., None]
    ) -> None:
        slow = seeing.claim("slow")
        assert slow is not None
        PictureLook.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        quick = seeing.claim("quick")
        assert quick is not None
        sees(Seen(1))
        seeing.look(quick)
        sees(Seen(9))
        seeing.look(slow)
        assert PictureLook.objects.get().faces == 1

    def test_where_it_is_switched_off_there_are_no_rows(self, settings: Any, town: Organisation, anna: Member) -> None:
        settings.VISION = False
        add_picture(town, jpeg(photo("coffee")), name="koffie.jpg", by=anna)
        assert not PictureLook.objects.exists()
        assert not look()

    def test_where_the_extra_is_missing_there_are_no_rows_and_no_words_about_it(
        self, monkeypatch: pytest.MonkeyPatch, looking: None, town: Organisation, channel: Channel, anna: Member
    ) -> None:
        monkeypatch.setattr(sights, "is_installed", lambda _extra: False)
        media = add_picture(town, jpeg(photo("coffee")), name="koffie.jpg", by=anna)
        version = begin(town, Content("Een dag", (channel,), pictures=((media.pk, "Een kop"),)), by=anna)
        assert not PictureLook.objects.exists()
        assert found(version) == set()

    def test_it_is_among_the_jobs_and_ends_its_process_with_them(self) -> None:
        (job,) = [each for each in jobs.JOBS if each.run is jobs.see]
        assert isinstance(job, Job)
        assert job.finish == vision.APART.stop


class TestWhatPostsHear:
    def test_a_post_saved_before_anybody_looked_says_not_checked(self, version: Version) -> None:
        assert found(version, Tier.NOT_CHECKED) == {"unseen"}

    def test_what_was_seen_before_is_there_at_once(
        self, picture: Media, channel: Channel, anna: Member, sees: Callable[..., None]
    ) -> None:
        sees(Seen(faces=1))
        look()
        version = begin(channel.organisation, Content("Dag", (channel,), pictures=((picture.pk, "Wij"),)), by=anna)
        assert found(version) == {"faces"}

    def test_a_later_look_takes_the_place_of_not_checked(self, version: Version, sees: Callable[..., None]) -> None:
        sees(Seen(faces=1))
        look()
        assert found(version) == {"faces"}
        assert FoundThing.objects.get(version=version).late

    def test_a_later_look_that_found_nothing_leaves_nothing(self, version: Version, sees: Callable[..., None]) -> None:
        look()
        assert found(version) == set()

    def test_one_that_failed_says_so_to_the_reviewer(self, version: Version, sees: Callable[..., None]) -> None:
        sees(problem="Looking at it broke off.")
        while look():
            pass
        (row,) = FoundThing.objects.filter(version=version)
        assert row.tier == Tier.NOT_CHECKED
        assert row.values["problem"] == "Looking at it broke off."

    def test_a_declaration_of_consent_is_heard_with_the_next_version(
        self, picture: Media, version: Version, anna: Member, sees: Callable[..., None]
    ) -> None:
        sees(Seen(faces=1))
        look()
        given = Consent.objects.create(organisation=anna.organisation, who="Ria", how="mail", kept_by=anna)
        given.media.add(picture)
        channel = version.targets.get().channel
        again = save(version.post, Content("Dag!", (channel,), pictures=((picture.pk, "Ria"),)), by=anna)
        assert found(again) == set()

    def test_an_older_version_hears_nothing_any_more(
        self, version: Version, anna: Member, sees: Callable[..., None]
    ) -> None:
        channel = version.targets.get().channel
        save(version.post, Content("Zonder foto", (channel,)), by=anna)
        sees(Seen(faces=1))
        look()
        assert found(version) == {"unseen"}

    def test_saving_waits_for_a_look_that_is_on_its_way(
        self, picture: Media, channel: Channel, anna: Member, sees: Callable[..., None], monkeypatch: Any
    ) -> None:
        sees(Seen(faces=1))
        claimed = seeing.claim("worker")
        assert claimed is not None
        # The worker ends its look while somebody waits.
        monkeypatch.setattr(sights.time, "sleep", lambda _seconds: seeing.look(claimed))
        version = begin(channel.organisation, Content("Dag", (channel,), pictures=((picture.pk, "Wij"),)), by=anna)
        assert found(version) == {"faces"}

    def test_a_look_that_ended_while_the_checks_ran_is_not_lost(
        self, version: Version, sees: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        FoundThing.objects.all().delete()
        Version.objects.update(checked_at=None)
        sees(Seen(faces=1))
        # Nobody waits, and the look ends after the checks were shown the picture and before they are done.
        monkeypatch.setattr(sights, "wait_for", lambda _media: None)
        real = running.run

        def slow(*told: Any, **also: Any) -> Any:
            findings = real(*told, **also)
            look()
            return findings

        monkeypatch.setattr("vierogen.posts.actions.checking.run", slow)
        version.checked_at = None
        check(version)
        assert found(version) == {"faces"}

    def test_a_late_word_about_one_picture_does_not_undo_that_of_another(
        self,
        picture: Media,
        town: Organisation,
        channel: Channel,
        anna: Member,
        sees: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        other = add_picture(town, jpeg(photo("rocket")), name="raket.jpg", by=anna)
        shown = ((picture.pk, "Een kop"), (other.pk, "Een raket"))
        version = begin(town, Content("Een dag", (channel,), pictures=shown), by=anna)
        sees(Seen(faces=1))
        real, meanwhile = running.run, [look]

        def slow(*told: Any, **also: Any) -> Any:
            findings = real(*told, **also)
            if meanwhile:
                meanwhile.pop()()
            return findings

        monkeypatch.setattr("vierogen.posts.actions.checking.run", slow)
        look()
        assert not PictureLook.objects.waiting().exists()
        assert sorted(version.findings.values_list("check_key", "tier")) == [("faces", "look"), ("faces", "look")]

    def test_a_look_asks_the_checks_of_pictures_only_and_of_the_newest_version_only(
        self, version: Version, anna: Member, sees: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        channel = version.targets.get().channel
        (shown,) = version.attachments.values_list("media_id", "alt")
        save(version.post, Content("Nog een dag", (channel,), pictures=(shown,)), by=anna)
        real, asked = running.run, []

        def counted(*told: Any, **also: Any) -> Any:
            asked.append(also["keys"])
            return real(*told, **also)

        monkeypatch.setattr("vierogen.posts.actions.checking.run", counted)
        look()
        (keys,) = asked
        assert "links" not in keys
        assert "faces" in keys

    def test_a_film_says_that_it_is_not_looked_at(self, picture: Media, town: Organisation, channel: Channel) -> None:
        Media.objects.filter(pk=picture.pk).update(mime="video/mp4")
        draft = as_draft(Content("Dag", (channel,), pictures=((picture.pk, "Film"),)), town, follow_links=False)
        assert draft.pictures[0].unseen == sights.FILM


class TestTheReviewer:
    @pytest.fixture
    def offered(self, version: Version, anna: Member) -> Version:
        submit(version, by=anna)
        return version

    def test_what_came_later_has_to_be_read_before_approving(
        self, offered: Version, ben: Member, sees: Callable[..., None]
    ) -> None:
        shown = list(FoundThing.objects.values_list("pk", flat=True))
        sees(Seen(faces=1))
        look()
        with pytest.raises(ValidationError, match="More was found in the pictures"):
            approve(offered, by=ben, digest=offered.digest, passed=shown)
        approve(offered, by=ben, digest=offered.digest, passed=[FoundThing.objects.latest("pk").pk])

    def test_a_stop_that_came_later_needs_the_writer(
        self, offered: Version, anna: Member, ben: Member, sees: Callable[..., None]
    ) -> None:
        sees(Seen(codes=IMITATION))
        look()
        (stop,) = offered.stops()
        with pytest.raises(ValidationError, match="nobody said why it may go out"):
            approve(offered, by=ben, digest=offered.digest, passed=[stop.pk])
        ask_for_changes(offered, by=ben, text="Wat is dat voor code?")
        offered.refresh_from_db()
        submit(offered, by=anna, reasons={stop.pk: "Dat is onze oude site."})
        approve(offered, by=ben, digest=offered.digest, passed=[stop.pk])

    def test_not_checked_can_be_approved_and_stays_as_it_was_approved(
        self, offered: Version, ben: Member, sees: Callable[..., None]
    ) -> None:
        approve(offered, by=ben, digest=offered.digest)
        sees(Seen(faces=1))
        look()
        assert found(offered) == {"unseen"}

    def test_a_stop_that_is_seen_after_the_approval_holds_it(
        self, offered: Version, ben: Member, sees: Callable[..., None]
    ) -> None:
        approve(offered, by=ben, digest=offered.digest)
        sees(Seen(codes=IMITATION))
        look()
        publish_now(offered, by=ben)
        jobs.deliver("worker")
        held = Delivery.objects.get()
        assert (held.state, held.problem) == ("held", "check:codes")
        (stop,) = offered.stops()
        assert stop.when_due

    def test_what_is_seen_after_the_approval_and_is_no_stop_lets_it_go(
        self, offered: Version, ben: Member, sees: Callable[..., None]
    ) -> None:
        approve(offered, by=ben, digest=offered.digest)
        sees(Seen(faces=1))
        look()
        publish_now(offered, by=ben)
        assert jobs.deliver("worker")
        assert Delivery.objects.get().state in {"published", "verified"}

    def test_the_page_says_what_it_showed(
        self, offered: Version, ben: Member, client: Client, sees: Callable[..., None]
    ) -> None:
        client.force_login(ben.user)
        page = client.get(reverse("posts:review", args=[offered.post_id])).content.decode()
        newest = FoundThing.objects.latest("pk").pk
        assert f'name="passed" value="{newest}"' in page
        sees(Seen(codes=IMITATION))
        look()
        page = client.get(reverse("posts:review", args=[offered.post_id])).content.decode()
        assert "The code in picture 1 (koffie.jpg): gemeente-voorbee1d.nl looks like gemeente-voorbeeld.nl" in page
        assert "This was found after the post was offered." in page


class TestWhileWriting:
    def test_the_box_asks_until_somebody_looked(
        self, picture: Media, anna: Member, client: Client, sees: Callable[..., None]
    ) -> None:
        client.force_login(anna.user)
        address = reverse("posts:seen", args=[picture.pk])
        before = client.get(address)
        assert "load delay:1s" in before.content.decode()
        assert "HX-Trigger" not in before.headers
        sees(Seen(2, "Welkom"))
        look()
        after = client.get(address)
        assert json.loads(after.headers["HX-Trigger"]) == {"looked": {"target": "#noticed"}}
        words = " ".join(after.content.decode().split())
        assert "Seen in it: 2 faces. Words." in words
        assert "hx-get" not in words

    def test_it_stops_asking_where_nobody_looks_any_more(
        self, picture: Media, anna: Member, client: Client, settings: Any
    ) -> None:
        settings.VISION = False
        client.force_login(anna.user)
        assert client.get(reverse("posts:seen", args=[picture.pk])).content == b""

    def test_pictures_of_others_are_not_there(self, picture: Media, otto: Member, client: Client) -> None:
        client.force_login(otto.user)
        assert client.get(reverse("posts:seen", args=[picture.pk])).status_code == 404

    def test_what_we_notice_is_asked_for_again(self, channel: Channel, anna: Member, client: Client) -> None:
        client.force_login(anna.user)
        page = client.get(reverse("posts:new")).content.decode()
        assert "from:#composer, looked" in page


def taken_at(latitude: tuple[float, ...], longitude: tuple[float, ...]) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: latitude,
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: longitude,
        }
    )
    return jpeg(photo("coffee"), exif=exif)


class TestPlaces:
    AMSTERDAM = ((52.0, 22.0, 12.7), (4.0, 53.0, 42.7))

    def test_only_how_far_is_kept(self, town: Organisation, anna: Member) -> None:
        OwnDetails.objects.create(organisation=town, latitude=52.0907, longitude=5.1214)
        media = add_picture(town, taken_at(*self.AMSTERDAM), name="dam.jpg", by=anna)
        assert media.km_away == 35
        with Image.open(io.BytesIO(bytes(media.data))) as kept:
            assert not kept.getexif()

    def test_without_a_place_of_its_own_nothing_is_known(self, town: Organisation, anna: Member) -> None:
        assert add_picture(town, taken_at(*self.AMSTERDAM), name="dam.jpg", by=anna).km_away is None


class TestCopies:
    @pytest.fixture
    def delivered(self, town: Organisation, channel: Channel, anna: Member, ben: Member) -> Version:
        """A post with a cup of coffee, which is out."""
        media = add_picture(town, jpeg(photo("coffee")), name="koffie.jpg", by=anna)
        version = begin(town, Content("Een dag", (channel,), pictures=((media.pk, "Een kop"),)), by=anna)
        submit(version, by=anna)
        approve(version, by=ben, digest=version.digest)
        publish_now(version, by=ben)
        assert jobs.deliver("one")
        return version

    def test_one_that_was_taken_down_is_a_stop_and_the_evidence_is_enough_to_know_it(
        self, delivered: Version, town: Organisation, channel: Channel, anna: Member, dirk: Member
    ) -> None:
        removing.withdraw(Delivery.objects.get(), by=dirk, reason="Verkeerde foto.")
        for _round in range(10):
            let_time_pass()
            jobs.remove("one")
        assert TakeDown.objects.get().state == TakeDownState.GONE
        kept = EvidenceMedia.objects.get()
        # As if a colleague had posted it with a telephone: it is known by the evidence alone.
        Fingerprint.objects.exclude(evidence=kept).delete()
        TakeDown.objects.update(delivery=None)
        again = add_picture(town, jpeg(mirrored()), name="andersom.jpg", by=anna)
        content = Content("Nog eens", (channel,), pictures=((again.pk, "Een kop"),))
        # Also while somebody writes, when there is no post yet.
        assert "same_picture" in {each.check for each in preview_findings(content, town) if each.tier is Tier.STOP}
        version = begin(town, content, by=anna)
        assert "same_picture" in found(version, Tier.STOP)

    def test_one_that_was_posted_before_is_known_mirrored_and_under_another_name(
        self, delivered: Version, town: Organisation, channel: Channel, anna: Member
    ) -> None:
        again = add_picture(town, jpeg(mirrored()), name="andersom.jpg", by=anna)
        draft = as_draft(Content("Nog eens", (channel,), pictures=((again.pk, "Een kop"),)), town, follow_links=False)
        assert [alike.was for alike in draft.pictures[0].alike] == ["posted"]

    def test_many_pictures_cost_no_more_queries_than_one(
        self, town: Organisation, anna: Member, django_assert_num_queries: Any
    ) -> None:
        every = [add_picture(town, jpeg(photo(name)), name="foto.jpg", by=anna) for name in ("coffee", "rocket")]
        with CaptureQueriesContext(connection) as one:
            sights.facts_of([(every[0].pk, "")], town, at=None)
        with django_assert_num_queries(len(one)):
            sights.facts_of([(media.pk, "") for media in every], town, at=None)

    def test_a_post_is_no_copy_of_itself(self, delivered: Version, town: Organisation, channel: Channel) -> None:
        content = Content("Dag", (channel,), pictures=((delivered.attachments.get().media_id, "Een kop"),))
        draft = as_draft(content, town, follow_links=False, but=delivered.post_id)
        assert draft.pictures[0].alike == ()

    def test_another_organisation_knows_nothing_of_it(self, delivered: Version, otto: Member, channel: Channel) -> None:
        media = add_picture(otto.organisation, jpeg(photo("coffee")), name="koffie.jpg", by=otto)
        (facts,) = sights.facts_of(((media.pk, ""),), otto.organisation, at=None)
        assert facts.alike == ()

    def test_another_picture_is_not_taken_for_it(self, delivered: Version, town: Organisation, anna: Member) -> None:
        other = add_picture(town, jpeg(written(["Kom ook!"])), name="poster.jpg", by=anna)
        (facts,) = sights.facts_of(((other.pk, ""),), town, at=None)
        assert facts.alike == ()


def mirrored() -> Image.Image:
    return photo("coffee").transpose(Image.Transpose.FLIP_LEFT_RIGHT)
