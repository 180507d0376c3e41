"""What happens by itself on a page: the composer answers while typing; Today and Review follow what others do."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.core.test_pictures import exif, saved, scene
from tests.journeys.conftest import log_in
from vierogen.channels.actions import add
from vierogen.channels.models import Channel
from vierogen.networks.base import Profile
from vierogen.people.models import Member, Organisation
from vierogen.posts import jobs, vision
from vierogen.posts.actions import reviewing, writing
from vierogen.posts.checks.base import Seen
from vierogen.posts.models import Delivery, Post
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import opened
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.models import Watched

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "Morgen beginnen de werkzaamheden aan de Stationsweg."


@pytest.fixture
def window(
    transactional_db: None, live_server: Any, new_page: Callable[..., Page], channel: Channel
) -> Callable[[Member], Page]:
    """A window, logged in."""

    def opened_for(member: Member) -> Page:
        return log_in(new_page(base_url=live_server.url), live_server.url, member)

    return opened_for


@pytest.fixture
def sky(town: Organisation, cora: Member) -> Channel:
    """A second account, on a network with less room."""
    profile = Profile("did:plc:voorbeeld", "@voorbeeld.example", "Gemeente Voorbeeld")
    return add(town, profile, network_key="bluesky", server="https://bsky.example", by=cora)


@pytest.fixture
def composer(window: Callable[[Member], Page], anna: Member, sky: Channel) -> Iterator[Page]:
    """Anna writes; two accounts to choose from."""
    page = window(anna)
    page.goto("/posts/new/")
    yield page
    assert page.url.endswith("/posts/new/"), "nothing that happens while writing leaves the page"


def tick(page: Page, channel: Channel) -> None:
    """Choose an account."""
    page.locator(f"input[name=channels][value='{channel.pk}']").check()


class TestWhileWriting:
    """The composer, with the script."""

    def test_every_chosen_account_stays_in_sight(self, composer: Page, channel: Channel, sky: Channel) -> None:
        expect(composer.locator("#targets")).to_contain_text("No account chosen yet")
        tick(composer, channel)
        expect(composer.locator("#targets .target")).to_have_count(1)
        tick(composer, sky)
        expect(composer.locator("#targets .target")).to_have_count(2)
        composer.locator("#id_not_before").scroll_into_view_if_needed()
        composer.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        expect(composer.locator("#targets .target").first).to_be_in_viewport()
        composer.locator(f"input[name=channels][value='{sky.pk}']").uncheck()
        expect(composer.locator("#targets .target")).to_have_count(1)

    def test_room_findings_and_previews_follow_the_text(self, composer: Page, channel: Channel, sky: Channel) -> None:
        tick(composer, channel)
        tick(composer, sky)
        text = composer.locator("#id_text")
        text.press_sequentially("Begint om [tijd invullen].")
        expect(composer.locator("#counters")).to_contain_text("Mastodon: 474 characters left")
        expect(composer.locator("#counters")).to_contain_text("Bluesky: 274 characters left")
        expect(composer.locator("#noticed")).to_contain_text("Stop: Leftovers")
        expect(composer.locator("#noticed .post .text")).to_have_text(["Begint om [tijd invullen]."] * 2)
        expect(text).to_be_focused()
        text.fill("e" * 301)
        expect(composer.locator("#counters .counter[data-state=stop]")).to_have_text("Bluesky: 1 character too many")

    def test_what_was_typed_last_is_what_counts(self, composer: Page, channel: Channel) -> None:
        """Answers that come late do not overwrite newer ones."""
        tick(composer, channel)
        for length in range(1, 12):
            composer.locator("#id_text").fill("e" * length)
            composer.wait_for_timeout(60)
        expect(composer.locator("#counters")).to_contain_text("Mastodon: 489 characters left")
        composer.wait_for_timeout(700)
        expect(composer.locator("#counters")).to_contain_text("Mastodon: 489 characters left")

    def test_another_text_for_one_account_is_hidden_until_wanted(
        self, composer: Page, channel: Channel, sky: Channel
    ) -> None:
        tick(composer, channel)
        tick(composer, sky)
        own = composer.locator(f"#id_text_{sky.pk}")
        expect(own).to_be_hidden()
        composer.get_by_text("Another text for one account").click()
        own.fill("Alleen hier.")
        expect(composer.locator("#noticed .post").last).to_contain_text("Alleen hier.")
        expect(composer.locator("#counters")).to_contain_text("@voorbeeld.example: 288 characters left")

    def test_a_picture_is_taken_in_at_once_and_what_was_typed_stays(self, composer: Page, channel: Channel) -> None:
        tick(composer, channel)
        composer.locator("#id_text").fill(TEXT)
        photo = {"name": "thuis.jpg", "mimeType": "image/jpeg", "buffer": saved(scene(), "JPEG", exif=exif())}
        composer.locator("#id_new_pictures").set_input_files(photo)  # type: ignore[arg-type]
        expect(composer.locator("#pictures img")).to_have_count(1)
        expect(composer.locator("#pictures")).to_contain_text("This picture told where it was taken.")
        expect(composer.locator("#id_text")).to_have_value(TEXT)
        composer.get_by_label("What is to be seen?").fill("Een plein.")
        expect(composer.locator("#noticed .post figcaption")).to_contain_text("Een plein.")
        composer.get_by_label("Remove picture 1").check()
        expect(composer.locator("#noticed .post figure")).to_have_count(0)

    def test_a_picture_is_looked_at_and_then_says_what_was_seen(
        self, composer: Page, channel: Channel, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.VISION = True
        monkeypatch.setattr(vision, "look_at_clean", lambda _data: Seen(faces=2))
        tick(composer, channel)
        composer.locator("#id_text").fill(TEXT)
        photo = {"name": "plein.jpg", "mimeType": "image/jpeg", "buffer": saved(scene(), "JPEG")}
        composer.locator("#id_new_pictures").set_input_files(photo)  # type: ignore[arg-type]
        expect(composer.locator("#pictures")).to_contain_text("Being looked at for people, words and codes")
        composer.get_by_label("What is to be seen?").fill("Een plein.")
        expect(composer.locator("#noticed")).to_contain_text("Nobody has looked at it yet.")
        assert jobs.see("worker")
        expect(composer.locator("#pictures")).to_contain_text("Seen in it: 2 faces.")
        expect(composer.locator("#noticed")).to_contain_text("There are 2 faces in picture 1 (plein.jpg)")
        expect(composer.locator("#noticed")).not_to_contain_text("Nobody has looked at it yet.")
        expect(composer.get_by_label("What is to be seen?")).to_have_value("Een plein.")

    def test_a_picture_that_is_refused_says_why_beside_it(self, composer: Page, channel: Channel) -> None:
        tick(composer, channel)
        composer.locator("#id_text").fill(TEXT)
        drawing = {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg xmlns='x'/>"}
        composer.locator("#id_new_pictures").set_input_files(drawing)  # type: ignore[arg-type]
        expect(composer.locator("#pictures .errorlist")).to_contain_text("logo.svg: SVG drawings can carry hidden")
        expect(composer.locator("#id_text")).to_have_value(TEXT)


def test_a_review_appears_by_itself(
    window: Callable[[Member], Page], channel: Channel, anna: Member, ben: Member
) -> None:
    page, waiting = window(ben), window(ben)
    waiting.goto("/posts/review/")
    expect(waiting.locator("h1")).to_have_text("Nothing waits for your eyes")
    version = writing.begin(channel.organisation, writing.Content(TEXT, (channel,)), by=anna)
    writing.submit(version, by=anna)
    expect(page.locator("#board")).to_contain_text("Anna asks for your eyes")
    expect(waiting.locator("h1")).to_have_text("1 post waits for your eyes")


def test_a_page_whose_answers_fail_says_so_until_one_comes(window: Callable[[Member], Page], ben: Member) -> None:
    page, words = window(ben), "Vierogen cannot be reached. What you see may be old."
    page.goto("/")
    expect(page.locator("#messages")).not_to_contain_text(words)
    page.route("**/live/", lambda route: route.fulfill(status=502, body="Bad gateway"))
    expect(page.locator("#messages")).to_contain_text(words)
    page.unroute("**/live/")
    expect(page.locator("#messages")).not_to_contain_text(words)


@pytest.mark.parametrize("width", [390, 1280])
def test_stop_everything_stays_in_sight(window: Callable[[Member], Page], anna: Member, width: int) -> None:
    page = window(anna)
    page.set_viewport_size({"width": width, "height": 600})
    page.goto("/posts/new/")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    assert page.evaluate("window.scrollY") > 100
    expect(page.locator("header").get_by_text("Stop everything").first).to_be_in_viewport()


def test_a_stray_appears_by_itself(
    window: Callable[[Member], Page], channel: Channel, dirk: Member, practice: PracticeServer, official: Account
) -> None:
    enrol()
    now = timezone.now()
    Watched.objects.update(mode="streamed", heard_at=now, expected_by=now + timedelta(hours=1))
    page = window(dirk)
    expect(page.locator("#board")).not_to_contain_text("Stray post")
    row = Watched.objects.select_related("channel__organisation").get()
    with opened(channel) as network:
        look(row, network)
        practice.network.post_by_phone(official, "Lekker in de zon")
        look(row, network)
    expect(page.locator("#board .attention")).to_contain_text("Stray post")


def test_the_countdown_runs_and_what_a_colleague_stops_shows(
    window: Callable[[Member], Page], channel: Channel, anna: Member, ben: Member
) -> None:
    version = writing.begin(channel.organisation, writing.Content(TEXT, (channel,)), by=anna)
    writing.submit(version, by=anna)
    reviewing.approve(version, by=ben, digest=version.digest)
    mine, other = window(anna), window(ben)
    for page in (mine, other):
        page.goto(f"/posts/{version.post_id}/")
    first = mine.locator("[data-countdown]").inner_text()
    expect(mine.locator("[data-countdown]")).not_to_have_text(first)
    other.get_by_role("button", name="Stop this post").click()
    expect(mine.locator("h1")).to_have_text("It was stopped")
    assert Delivery.objects.get().state == "stopped"
    assert Post.objects.get().state == "draft"
