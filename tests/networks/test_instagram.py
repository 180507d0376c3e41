"""What is particular about Instagram: containers, forms, refusals by number, and calls that are counted by the day."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.networks.walk.running import marked, picture
from tests.networks.walk.shelf import Shelf
from vierogen.core.http import guarded_client
from vierogen.networks import graph
from vierogen.networks.abilities import Allowance, Request, Usage
from vierogen.networks.asking import Forbidden, Missing
from vierogen.networks.base import (
    Attempt,
    Client,
    Disconnected,
    Format,
    Limited,
    NetworkError,
    Opened,
    Outgoing,
    Picture,
    Unknown,
)
from vierogen.networks.instagram import Instagram
from vierogen.networks.instagram_login import SCOPES
from vierogen.networks.instagram_pictures import MOST_BYTES
from vierogen.networks.instagram_publishing import GAVE_UP, MOST_TRIES
from vierogen.practice.simulators.instagram import InstagramSimulator
from vierogen.practice.simulators.instagram_records import Account

FILM = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 200
PUBLISH = "POST /v23.0/*/media_publish"


def film(seconds: float = 10.0) -> Picture:
    return Picture(FILM, "video/mp4", "Een film", 1080, 1920, seconds)


def plain_picture(width: int, height: int, *, kind: str = "PNG", mode: str = "RGB") -> Picture:
    packed = BytesIO()
    Image.new(mode, (width, height), 128 if mode == "L" else "#0a66b0").save(packed, kind)
    return Picture(packed.getvalue(), f"image/{kind.lower()}", "Een vlak", width, height)


@dataclass
class Desk:
    """The account on the simulator, and a delivery from it: what was kept, told, and how often it was asked."""

    simulator: InstagramSimulator
    account: Account
    shelf: Shelf
    http: httpx.Client
    kept: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, int]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    form: Format = "post"

    def opened(self, account: Account | None = None, **changed: Any) -> Instagram:
        """The connector, as for one more try at the same delivery."""
        credentials = {"account_id": (account or self.account).id, "token": (account or self.account).token}
        attempt = Attempt(
            ready=lambda: self.asked.append("ready"),
            kept=dict(self.kept),
            keep=self._keep,
            tell=lambda sentence, percent: self.told.append((sentence, percent)),
            offer=lambda each: self.shelf.offer(Instagram.prepared(each, form=self.form)),
        )
        values = {"remember": self._remember, "attempt": attempt, "client": self.simulator.client, **changed}
        network = Instagram(Opened(self.simulator.url, credentials, self.http, **values))
        network._sending.sleep = lambda seconds: self.asked.append(f"pause {seconds:g}")
        return network

    def post(self, text: str = "Open om negen uur", *pictures: Picture, form: Format = "post") -> Outgoing:
        self.form = form
        return Outgoing(text, "a-key", datetime.now(UTC), pictures or (picture("Een foto"),), format=form)

    def calls(self, what: str) -> int:
        """How often the simulator was asked this, whatever the ids."""
        return sum(times for (_whose, asked), times in self.simulator.asked.items() if what in asked)

    def is_ready(self, container: str) -> None:
        """The network is done with it."""
        self.simulator.kept.containers[container].ready_at = datetime.now(UTC)

    def _keep(self, news: Mapping[str, Any]) -> None:
        self.asked.append(f"keep {' '.join(news)}")
        self.kept.update(news)

    def _remember(self, changed: Mapping[str, str]) -> None:
        assert all(changed.values())
        self.asked.append(f"remember {' '.join(sorted(changed))}")


@pytest.fixture
def desk() -> Iterator[Desk]:
    with (
        InstagramSimulator() as simulator,
        Shelf() as shelf,
        guarded_client(allowed=["127.0.0.0/8"]) as http,
    ):
        yield Desk(simulator, simulator.add_account("gemeente_x", "Gemeente X"), shelf, http)


# Forms


def test_a_picture_goes_into_the_feed_with_its_alt_text(desk: Desk) -> None:
    shown = desk.opened().publish(desk.post())
    (standing,) = desk.simulator.media_of(desk.account)
    assert (standing.kind, standing.caption, standing.alt) == ("post", "Open om negen uur", "Een foto")
    assert (shown.remote_id, shown.kind, shown.media[0].alt) == (standing.id, "post", "Een foto")
    assert standing.file is not None
    assert standing.file.data[:2] == b"\xff\xd8"


def test_several_pictures_are_a_carousel_in_their_order(desk: Desk) -> None:
    pictures = [picture(f"Foto {place}") for place in range(4)]
    shown = desk.opened().publish(desk.post("Vier foto's", *pictures))
    (standing,) = desk.simulator.media_of(desk.account)
    assert [child.alt for child in standing.children] == [media.alt for media in shown.media]
    assert [media.alt for media in shown.media] == ["Foto 0", "Foto 1", "Foto 2", "Foto 3"]


def test_a_film_and_pictures_go_together(desk: Desk) -> None:
    post = desk.post("Gemengd", picture("Foto"), film())
    shown = desk.opened().publish(post)
    assert [media.mime for media in shown.media] == ["image/jpeg", "video/mp4"]
    assert desk.opened().same(post, shown)


@pytest.mark.parametrize("form", ["post", "reel"])
def test_a_film_alone_becomes_a_reel(desk: Desk, form: Format) -> None:
    desk.opened().publish(desk.post("Kijk mee", film(), form=form))
    (standing,) = desk.simulator.media_of(desk.account)
    assert (standing.kind, standing.caption) == ("reel", "Kijk mee")


@pytest.mark.parametrize("shown", [picture("Een foto"), film()], ids=["picture", "film"])
def test_a_story_has_no_text_and_no_alt_text(desk: Desk, shown: Picture) -> None:
    story = desk.opened().publish(desk.post("Alleen voor wie het goedkeurt", shown, form="story"))
    (standing,) = desk.simulator.stories_of(desk.account)
    assert (standing.caption, standing.alt) == ("", "")
    assert (story.kind, story.text) == ("story", "")
    assert story.created_at is not None
    assert story.expires_at == story.created_at + timedelta(hours=24)


@pytest.mark.parametrize(
    ("pictures", "form", "text"),
    [
        ((), "post", "Zonder"),
        ((film(),) * 2, "reel", "Twee films"),
        ((picture(""),), "reel", "Een foto"),
        ((picture(""),) * 2, "story", "Twee"),
        ((film(61.0),), "story", "Te lang"),
        ((picture(""),), "post", "#a " * 31),
        ((picture(""),), "post", "@a " * 21),
    ],
    ids=["none", "two films", "no film", "two in a story", "a long film", "hashtags", "names"],
)
def test_what_does_not_fit_is_refused_before_anything_is_asked(
    desk: Desk, pictures: tuple[Picture, ...], form: Format, text: str
) -> None:
    with pytest.raises(NetworkError) as refused:
        desk.opened().publish(Outgoing(text, "a-key", datetime.now(UTC), pictures, format=form))
    assert refused.value.reason in marked()
    assert not refused.value.may_retry
    assert desk.calls("POST") == 0


def test_thirty_hashtags_and_twenty_names_fit(desk: Desk) -> None:
    text = f"{'#a ' * 30}{'@a ' * 20}".strip()
    assert desk.opened().publish(desk.post(text)).text == text


# Pictures


@pytest.mark.parametrize(
    ("size", "form", "becomes"),
    [
        ((1080, 1080), "post", (1080, 1080)),
        ((4000, 3000), "post", (1440, 1080)),
        ((100, 100), "post", (320, 320)),
        ((1000, 2000), "post", (1440, 1800)),
        ((2000, 500), "post", (1440, 755)),
        ((1080, 1920), "story", (1080, 1920)),
        ((1080, 1920), "post", (1440, 1800)),
    ],
)
def test_a_picture_is_made_to_fit_and_nothing_is_cut_off(
    size: tuple[int, int], form: Format, becomes: tuple[int, int]
) -> None:
    fitted = Instagram.prepared(plain_picture(*size), form=form)
    with Image.open(BytesIO(fitted.data)) as image:
        assert (image.format, image.size) == ("JPEG", (fitted.width, fitted.height))
        middle = image.getpixel((image.width // 2, image.height // 2))
    assert (fitted.width, fitted.height) == becomes
    assert isinstance(middle, tuple)
    assert max(abs(one - other) for one, other in zip(middle, (10, 102, 176), strict=True)) < 6
    assert len(fitted.data) <= MOST_BYTES
    assert Instagram.prepared(fitted, form=form) == fitted


def test_what_shines_through_becomes_white() -> None:
    packed = BytesIO()
    Image.new("RGBA", (600, 600), (0, 0, 0, 0)).save(packed, "PNG")
    fitted = Instagram.prepared(Picture(packed.getvalue(), "image/png", "", 600, 600))
    with Image.open(BytesIO(fitted.data)) as image:
        assert image.getpixel((300, 300)) == (255, 255, 255)


def test_every_shape_that_is_made_to_fit_is_taken(desk: Desk) -> None:
    desk.simulator.publishing_total = 100
    for width, height in ((40, 30), (33, 997), (997, 33), (1441, 1802), (801, 1001), (3001, 1571), (321, 401)):
        desk.kept.clear()
        desk.opened().publish(desk.post(f"{width} bij {height}", plain_picture(width, height)))
    assert len(desk.simulator.media_of(desk.account)) == 7


# Containers


def test_a_container_is_kept_before_it_is_used_and_asked_before_it_is_published(desk: Desk) -> None:
    desk.simulator.processing = 3600.0
    network = desk.opened()
    network._sending.sleep = lambda seconds: desk.is_ready(desk.kept["container"])
    network.publish(desk.post())
    assert desk.asked == ["keep container media", "keep asked", "ready", "keep media"]
    assert desk.told[0][1] < desk.told[-1][1] <= 100
    assert all(sentence in marked() for sentence, _percent in desk.told)


def test_waiting_says_how_far_it_is_and_ends(desk: Desk) -> None:
    desk.simulator.processing = 3600.0
    with pytest.raises(NetworkError) as refused:
        desk.opened().publish(desk.post())
    assert refused.value.may_retry
    assert not isinstance(refused.value, Unknown)
    assert "ready" not in desk.asked
    assert desk.calls("GET") < 20
    # The next try waits for the same container.
    made = desk.kept["container"]
    desk.is_ready(made)
    desk.opened().publish(desk.post())
    assert desk.kept["container"] == made
    assert desk.calls("/media_publish") == 1


def test_a_lost_answer_is_settled_by_the_container(desk: Desk) -> None:
    post = desk.post()
    desk.simulator.faults.next("cut_after_accepting", on=PUBLISH)
    with pytest.raises(Unknown):
        desk.opened().publish(post)
    network = desk.opened()
    assert network.find(post) is not None
    assert not network.may_repeat(post)
    # Even asked to, it does not send it again.
    assert desk.opened().publish(post).remote_id == desk.simulator.media_of(desk.account)[0].id
    assert len(desk.simulator.media_of(desk.account)) == 1


def test_what_never_arrived_goes_out_with_the_same_container(desk: Desk) -> None:
    post = desk.post()
    desk.simulator.faults.next("cut_before", on=PUBLISH)
    with pytest.raises(Unknown):
        desk.opened().publish(post)
    made, network = desk.kept["container"], desk.opened()
    assert network.find(post) is None
    assert network.may_repeat(post)
    network.publish(post)
    assert desk.kept["container"] == made
    assert len(desk.simulator.media_of(desk.account)) == 1


def test_an_answer_that_got_lost_within_the_read_lag_makes_no_second_post(desk: Desk) -> None:
    post = desk.post()
    desk.simulator.read_lag = 3600.0
    desk.simulator.faults.next("cut_after_accepting", on=PUBLISH)
    with pytest.raises(Unknown):
        desk.opened().publish(post)
    network = desk.opened()
    assert network.find(post) is None
    assert not network.may_repeat(post)
    with pytest.raises(Unknown):
        desk.opened().publish(post)
    assert len(desk.simulator.media_of(desk.account)) == 1


def test_what_was_published_but_not_yet_shown_is_published(desk: Desk) -> None:
    desk.simulator.read_lag = 3600.0
    shown = desk.opened().publish(desk.post())
    assert shown.remote_id == desk.simulator.media_of(desk.account)[0].id
    assert shown.text == "Open om negen uur"


def test_what_stood_there_and_was_removed_can_be_sent_again_by_a_person(desk: Desk) -> None:
    post = desk.post()
    desk.opened().publish(post)
    desk.simulator.delete_by_phone(desk.account, desk.kept["media"])
    later = replace(post, created_at=post.created_at - timedelta(minutes=11))
    with pytest.raises(Unknown):  # by itself, never
        desk.opened().publish(later)
    assert desk.simulator.media_of(desk.account) == []
    desk.kept = dict(Instagram.forgets(desk.kept))
    desk.opened().publish(later)
    assert len(desk.simulator.media_of(desk.account)) == 1


def test_a_container_that_expired_before_anybody_asked_to_publish_it_is_made_anew(desk: Desk) -> None:
    desk.simulator.processing = 3600.0
    with pytest.raises(NetworkError, match="still busy"):
        desk.opened().publish(desk.post())
    made, desk.simulator.processing = desk.kept["container"], 0.0
    desk.simulator.kept.containers[made].created_at -= timedelta(hours=25)
    assert desk.opened().may_repeat(desk.post())
    desk.opened().publish(desk.post())
    assert desk.kept["container"] != made


@pytest.mark.parametrize("became", ["expired", "lost", "in error"])
def test_once_publishing_was_asked_for_only_a_person_has_another_container_made(desk: Desk, became: str) -> None:
    post = desk.post()
    desk.simulator.faults.next("cut_before", on=PUBLISH)
    with pytest.raises(Unknown):
        desk.opened().publish(post)
    made = desk.simulator.kept.containers[desk.kept["container"]]
    if became == "expired":
        made.created_at -= timedelta(hours=25)
    elif became == "in error":
        made.error = 2207053
    else:
        del desk.simulator.kept.containers[made.id]
    assert not desk.opened().may_repeat(post)
    with pytest.raises(Unknown):
        desk.opened().publish(post)
    assert desk.kept["container"] == made.id
    desk.kept = dict(Instagram.forgets(desk.kept))
    desk.opened().publish(post)
    assert desk.kept["container"] != made.id


def test_a_refused_publication_was_not_asked_for(desk: Desk) -> None:
    def ready() -> None:
        raise NetworkError("Somebody stopped it.")

    with pytest.raises(NetworkError, match="stopped"):
        desk.opened(attempt=replace(desk.opened().opened.attempt, ready=ready)).publish(desk.post())
    assert not desk.kept["asked"]


def test_what_is_published_late_and_not_listed_yet_is_not_published_twice(desk: Desk) -> None:
    post = desk.post("Een keer", picture("Een foto"))
    post = replace(post, created_at=post.created_at - timedelta(minutes=11))
    desk.simulator.read_lag = 3600.0
    desk.simulator.faults.next("late_accepting", on=PUBLISH, seconds=1.0)
    with guarded_client(allowed=["127.0.0.0/8"], timeout=httpx.Timeout(2, read=0.3)) as hasty:
        patient, desk.http = desk.http, hasty
        with pytest.raises(Unknown):
            desk.opened().publish(post)
    desk.http = patient
    assert desk.opened().may_repeat(post)
    time.sleep(1.2)
    with pytest.raises(Unknown):
        desk.opened().publish(post)
    assert len(desk.simulator.media_of(desk.account)) == 1


def test_a_container_that_is_gone_is_made_anew(desk: Desk) -> None:
    desk.kept["container"] = "1"
    desk.opened().publish(desk.post())
    assert len(desk.simulator.media_of(desk.account)) == 1


def test_a_film_that_is_none_is_refused_in_words(desk: Desk) -> None:
    with pytest.raises(NetworkError, match="cannot show this film") as refused:
        desk.opened().publish(desk.post("Geen film", replace(film(), data=b"no film at all")))
    assert not refused.value.may_retry
    assert desk.calls("/media_publish") == 0


def test_an_installation_that_cannot_be_reached_is_told_so(desk: Desk) -> None:
    desk.shelf.offer = lambda each: "http://127.0.0.1:1/"  # type: ignore[method-assign]
    worth_it = []
    for _try in range(MOST_TRIES):
        with pytest.raises(NetworkError, match="could not fetch the picture") as refused:
            desk.opened().publish(desk.post())
        worth_it.append(refused.value.may_retry)
    assert worth_it == [True, True, False]


def test_a_container_that_is_spoilt_again_and_again_is_given_up(desk: Desk) -> None:
    worth_it = []
    for _try in range(MOST_TRIES):
        network = desk.opened()
        status = network._sending._status
        network._sending._status = lambda _container: ("ERROR", "Error: 2207053")  # type: ignore[method-assign]
        with pytest.raises(NetworkError) as refused:
            network.publish(desk.post())
        worth_it.append(refused.value.may_retry)
        assert status(desk.kept["container"])[0] == "FINISHED"
    assert (worth_it, refused.value.reason) == ([True, True, False], GAVE_UP)


def test_a_second_story_film_at_the_same_moment_is_left_to_a_person(desk: Desk) -> None:
    """Films are packed anew, so nobody can tell which of two is ours."""
    post = desk.post("", film(), form="story")
    desk.simulator.faults.next("cut_after_accepting", on=PUBLISH)
    with pytest.raises(Unknown):
        desk.opened().publish(post)
    # Also while it is the only one there: it could be somebody's private one.
    assert desk.opened().find(post) is None
    other = Desk(desk.simulator, desk.account, desk.shelf, desk.http)
    other.opened().publish(other.post("", film(), form="story"))
    assert desk.opened().find(post) is None
    assert not desk.opened().may_repeat(post)


@pytest.mark.parametrize("form", ["story", "reel"])
def test_a_private_film_is_not_taken_for_ours(desk: Desk, form: Format) -> None:
    post = desk.post("", film(), form=form)
    private = desk.simulator.post_by_phone(desk.account, "", film=FILM, story=form == "story")
    desk.simulator.faults.next("cut_after_accepting", on=PUBLISH)
    with pytest.raises(Unknown):
        desk.opened().publish(post)
    ours = next(each for each in desk.simulator.kept.media if each != private)
    del desk.simulator.kept.media[ours]  # not listed yet
    assert desk.opened().find(post) is None
    with pytest.raises(Unknown):
        desk.opened().publish(post)


def test_a_film_whose_number_is_known_is_that_one(desk: Desk) -> None:
    post = desk.post("", film(), form="story")
    desk.simulator.post_by_phone(desk.account, "", film=FILM, story=True)
    ours = desk.opened().publish(post)
    found = desk.opened().find(post)
    assert found is not None
    assert found.remote_id == ours.remote_id


def test_a_picture_that_cannot_be_fetched_is_not_alike_and_breaks_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = desk.post("", picture(""), form="story")
    desk.simulator.post_by_phone(desk.account, "", picture=picture("").data, story=True)
    network, (foreign,) = desk.opened(), desk.opened().recent()
    tries = list[str]()

    def get(url: str) -> httpx.Response:
        tries.append(url)
        raise httpx.ConnectError("no way there")

    monkeypatch.setattr(desk.http, "get", get)
    assert [network.same(ours, foreign) for _again in range(5)] == [False] * 5
    assert len(tries) == 1


def test_a_private_picture_in_the_story_is_not_ours(desk: Desk) -> None:
    post = desk.post("", picture(""), form="story")
    desk.simulator.post_by_phone(desk.account, "", picture=picture("").data, story=True)
    (foreign,) = desk.opened().recent()
    assert not desk.opened().same(post, foreign)
    assert not desk.opened().reads_as(post, foreign)


def test_a_post_without_text_is_told_by_its_picture(desk: Desk) -> None:
    ours = desk.post("")
    desk.simulator.post_by_phone(desk.account, "", picture=picture("").data)
    shown = desk.opened().publish(ours)
    desk.kept.clear()
    assert [each.remote_id for each in desk.opened().recent() if desk.opened().same(ours, each)] == [shown.remote_id]


class Killed(BaseException):
    """The worker is gone, as after ``kill -9``: nothing of it runs any more."""


def dies(desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Let the worker die right before or after one step of the delivery."""
    when, _space, what = step.partition(" ")
    real = httpx.Client.request

    def request(self: httpx.Client, method: str, url: Any, **options: Any) -> httpx.Response:
        matches = f"{method} {url}".endswith(what)
        if matches and when == "before":
            raise Killed
        answer = real(self, method, url, **options)
        if matches:
            raise Killed
        return answer

    monkeypatch.setattr(httpx.Client, "request", request)


@pytest.mark.parametrize("several", [False, True], ids=["one picture", "carousel"])
@pytest.mark.parametrize(
    "step", ["before /media", "after /media", "before /media_publish", "after /media_publish", "after ?none"]
)
def test_whoever_takes_over_from_a_dead_worker_sends_it_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str, several: bool
) -> None:
    post = desk.post("Eén keer", *(picture(f"{each}") for each in range(1 + several)))
    with monkeypatch.context() as dying, suppress(Killed):
        dies(desk, dying, step)
        desk.opened().publish(post)
    for _look in range(3):  # as the gateway does: look, and send only where that is safe
        network = desk.opened()
        if network.find(post) is None and network.may_repeat(post):
            desk.opened().publish(post)
    assert [each.caption for each in desk.simulator.media_of(desk.account)] == ["Eén keer"]
    assert desk.opened().find(post) is not None


@pytest.mark.parametrize("form", ["post", "story"])
def test_a_publication_that_is_still_under_way_is_not_made_twice(desk: Desk, form: Format) -> None:
    """The network works on the first call while it says that nothing is published; the container can go out once."""
    post = desk.post("Traag", picture(""), form=form)
    desk.simulator.faults.next("late_accepting", on=PUBLISH, seconds=1.0)
    with guarded_client(allowed=["127.0.0.0/8"], timeout=httpx.Timeout(2, read=0.3)) as hasty:
        patient, desk.http = desk.http, hasty
        with pytest.raises(Unknown):
            desk.opened().publish(post)
    desk.http = patient
    network = desk.opened()
    assert network.find(post) is None
    assert network.may_repeat(post)
    first = network.publish(post)
    time.sleep(1.0)
    standing = [*desk.simulator.media_of(desk.account), *desk.simulator.stories_of(desk.account)]
    assert [each.id for each in standing] == [first.remote_id]


def test_parts_of_a_carousel_outlive_a_try(desk: Desk) -> None:
    desk.simulator.processing = 3600.0
    post = desk.post("Twee", film(), picture("Een foto"))
    for place in range(2):
        with pytest.raises(NetworkError, match="still busy"):
            desk.opened().publish(post)
        desk.is_ready(desk.kept["children"][str(place)])
    with pytest.raises(NetworkError, match="still busy"):
        desk.opened().publish(post)
    desk.is_ready(desk.kept["container"])
    desk.opened().publish(post)
    assert len(desk.simulator.media_of(desk.account)) == 1
    assert len(desk.simulator.kept.containers) == 3


def test_what_went_wrong_with_an_earlier_try_is_made_anew(desk: Desk) -> None:
    desk.simulator.processing = 3600.0
    post = desk.post("Kijk mee", film())
    with pytest.raises(NetworkError, match="still busy"):
        desk.opened().publish(post)
    first = desk.simulator.kept.containers[desk.kept["container"]]
    network = desk.opened()

    def fails(seconds: float) -> None:
        first.error = 2207052
        desk.is_ready(first.id)

    network._sending.sleep = fails
    with pytest.raises(NetworkError, match="could not fetch") as refused:
        network.publish(post)
    assert refused.value.may_retry
    desk.simulator.processing = 0.0
    desk.opened().publish(post)
    assert desk.kept["container"] != first.id
    assert len(desk.simulator.media_of(desk.account)) == 1


def test_what_was_removed_and_sent_again_is_looked_for_anew(desk: Desk) -> None:
    post = desk.post()
    desk.opened().publish(post)
    desk.simulator.delete_by_phone(desk.account, desk.kept["media"])
    assert desk.opened().find(post) is None
    assert not desk.opened().may_repeat(post)
    later = replace(post, created_at=post.created_at - timedelta(minutes=11))
    desk.kept = dict(Instagram.forgets(desk.kept))
    desk.simulator.faults.next("cut_after_accepting", on=PUBLISH)
    with pytest.raises(Unknown):
        desk.opened().publish(later)
    found = desk.opened().find(later)
    assert found is not None
    assert found.remote_id == desk.simulator.media_of(desk.account)[0].id


# Lists


def test_posts_and_stories_are_listed_together_newest_first(desk: Desk) -> None:
    made = []
    for place, story in enumerate((False, True, False, True)):
        made.append(desk.simulator.post_by_phone(desk.account, f"{place}", picture=picture("").data, story=story))
        desk.simulator.kept.media[made[-1]].created_at -= timedelta(seconds=10 - place)
    found = desk.opened().recent()
    assert [each.remote_id for each in found] == made[::-1]
    assert [each.kind for each in found] == ["story", "post", "story", "post"]
    assert desk.calls("GET") == Instagram.calls_a_look


def test_many_posts_take_more_pages_only_where_they_are_wanted(desk: Desk) -> None:
    for place in range(60):
        desk.simulator.post_by_phone(desk.account, f"{place}", picture=picture("").data)
    assert len(desk.opened().recent(40)) == 40
    assert desk.calls("/media") == 1
    assert len(desk.opened().recent(55)) == 55
    assert desk.calls("/media") == 3


def test_a_post_that_we_may_not_see_any_more_is_not_taken_for_gone(desk: Desk) -> None:
    network = desk.opened()
    shown = network.publish(desk.post())
    desk.account.person = "otto"
    for look in (lambda: network.read(shown.remote_id), lambda: network.delete(shown.remote_id)):
        with pytest.raises(NetworkError, match="does not show us this account") as refused:
            look()
        assert refused.value.may_retry
        assert not isinstance(refused.value, Disconnected | Missing)


# Taking down


def test_without_the_permission_taking_down_is_refused_in_words(desk: Desk) -> None:
    bound = desk.simulator.add_account("museum_x", "Museum X", may_delete=False, person="dirk")
    posted = desk.simulator.post_by_phone(bound, "Blijft staan", picture=picture("").data)
    network = desk.opened(bound)
    assert not network.may_delete()
    assert desk.opened().may_delete()
    with pytest.raises(Forbidden, match="no right to remove"):
        network.delete(posted)
    assert len(desk.simulator.media_of(bound)) == 1


def test_a_take_down_looks_at_the_picture_as_a_stranger_would(desk: Desk) -> None:
    network = desk.opened()
    shown = network.publish(desk.post("Weg", picture("1"), picture("2")))
    assert network.remains(shown) == [shown.url, *shown.addresses]
    network.delete(shown.remote_id)
    assert network.remains(shown) == []
    strangers = {asked for (whose, asked) in desk.simulator.asked if asked.startswith("GET /cdn/") and not whose}
    assert len(strangers) == 2
    assert not [asked for (whose, asked) in desk.simulator.asked if asked.startswith("GET /cdn/") and whose]


# Pace and room


def test_calls_and_posts_that_are_left_are_told(desk: Desk) -> None:
    desk.account.impressions = 25
    network = desk.opened()
    assert network.usage is None
    assert network.calls_a_day() == 25 * 4800
    network.publish(desk.post())
    assert network.allowance() == Allowance(1, 50, 86_400)
    assert network.usage == Usage(0.0)


def test_a_quiet_account_still_has_the_calls_of_one_view(desk: Desk) -> None:
    desk.account.impressions = 0
    assert desk.opened().calls_a_day() == 4800


def test_without_insight_into_views_the_least_is_assumed(desk: Desk) -> None:
    token = desk.simulator.kept.tokens[desk.account.token]
    token.scopes -= {"instagram_manage_insights"}
    assert desk.opened().calls_a_day() == 4800


def test_used_up_calls_say_when_they_come_back(desk: Desk) -> None:
    desk.simulator.quota_factor = 4 / 48_000
    network = desk.opened()
    for _look in range(2):
        network.recent()
    assert network.usage is not None
    assert network.usage.share == 1.0
    with pytest.raises(Limited) as limited:
        network.recent()
    assert 23 * 3600 < limited.value.seconds <= 25 * 3600
    assert network.usage.share > 1.0
    assert network.usage.regain == limited.value.seconds


def test_no_more_posts_today_is_a_limit_and_nothing_went_out(desk: Desk) -> None:
    desk.simulator.publishing_total = 0
    with pytest.raises(Limited, match="no more posts") as limited:
        desk.opened().publish(desk.post())
    assert limited.value.seconds == 3600
    assert desk.simulator.media_of(desk.account) == []


@pytest.mark.parametrize(
    ("header", "usage"),
    [
        ('{"1": [{"type": "instagram", "call_count": 28, "total_cputime": 25, "total_time": 95}]}', Usage(0.95)),
        ('{"1": [{"type": "ads_insights", "call_count": 90}]}', None),
        (
            '{"1": [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": 19}], "2": []}',
            Usage(1.0, 1140.0),
        ),
        ("", None),
        ("nonsense", None),
        ("[1]", None),
        ('{"1": 2}', None),
        ('{"1": [{"type": "instagram", "call_count": "many"}]}', Usage(0.0)),
    ],
)
def test_what_is_used_is_read_from_the_header(header: str, usage: Usage | None) -> None:
    assert graph.usage_in(httpx.Headers({"X-Business-Use-Case-Usage": header})) == usage


# Refusals by number


def refusal(code: int, subcode: int = 0, *, accepting: bool = False, **more: Any) -> NetworkError:
    error = {"message": "Raw words", "code": code, **({"error_subcode": subcode} if subcode else {}), **more}
    with pytest.raises(NetworkError) as raised:
        graph.raise_for(httpx.Response(400, json={"error": error}), accepting=accepting)
    assert raised.value.reason in marked()
    assert len(raised.value.reason) <= 120
    assert "Raw words" in raised.value.detail
    return raised.value


def every_row() -> list[graph.Row]:
    return [*graph._CODES.values(), *graph._SUBCODES.values()]


def test_every_reason_is_a_plain_sentence_that_says_what_follows() -> None:
    for row in every_row():
        assert row.reason in marked()
        assert len(row.reason) <= 120
        assert row.reason.endswith(".")
        assert not any(letter.isdigit() for letter in row.reason.replace("MP4", "").replace("2 to 10", ""))


@pytest.mark.parametrize("subcode", [0, 458, 459, 460, 463, 464, 467, 492, 2207052, 33])
def test_a_refused_access_is_a_disconnected_channel(subcode: int) -> None:
    assert isinstance(refusal(190, subcode), Disconnected)
    assert isinstance(refusal(190, subcode, accepting=True), Disconnected)


@pytest.mark.parametrize("subcode", [458, 460, 463, 467])
def test_each_refused_access_says_its_own_reason(desk: Desk, subcode: int) -> None:
    desk.simulator.revoke(desk.account, subcode=subcode)
    with pytest.raises(Disconnected) as refused:
        desk.opened().me()
    assert refused.value.reason == graph._SUBCODES[subcode].reason


@pytest.mark.parametrize("code", [0, 5, 99, 459, 463, 999, 12345, -7])
def test_an_unknown_refusal_never_disconnects(code: int) -> None:
    found = refusal(code, 463)
    assert not isinstance(found, Disconnected)
    assert not found.may_retry


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80002])
def test_a_limit_is_told_apart_from_a_refusal(code: int) -> None:
    found = refusal(code, accepting=True)
    assert isinstance(found, Limited)
    assert found.seconds >= 300


@pytest.mark.parametrize("code", [3, 10, 200, 210, 299])
def test_a_missing_permission_is_forbidden(code: int) -> None:
    assert isinstance(refusal(code), Forbidden)


def test_what_is_gone_is_missing() -> None:
    assert isinstance(refusal(100, 33), Missing)


@pytest.mark.parametrize(("code", "subcode"), [(1, 0), (2, 0), (-1, 2207001), (24, 2207006), (24, 2207008), (777, 0)])
def test_trouble_on_their_side_leaves_a_publication_unknown(code: int, subcode: int) -> None:
    assert isinstance(refusal(code, subcode, accepting=True), Unknown)
    assert not isinstance(refusal(code, subcode), Unknown)


def test_passing_trouble_of_an_unknown_kind_can_be_tried_again() -> None:
    assert refusal(777, is_transient=True).may_retry
    assert isinstance(refusal(777, is_transient=True, accepting=True), Unknown)


@pytest.mark.parametrize(
    ("code", "subcode"),
    [(36003, 2207009), (36000, 2207004), (36001, 2207005), (36004, 2207010), (352, 2207026)],
)
def test_what_is_wrong_with_a_picture_is_said_and_not_tried_again(code: int, subcode: int) -> None:
    for found in (refusal(code, subcode), refusal(code)):
        assert not found.may_retry
        assert "Instagram" in found.reason


def test_spam_is_no_limit_that_passes_by_itself() -> None:
    assert not isinstance(refusal(4, 2207051), Limited)


def test_a_proxy_s_401_says_nothing_about_our_access() -> None:
    for body in ({"error": "proxy_auth_required"}, {"error": {"message": "no code"}}, {}):
        with pytest.raises(NetworkError) as told:
            graph.raise_for(httpx.Response(401, json=body))
        assert told.value.may_retry
        assert not isinstance(told.value, Disconnected)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"error": "text"}', b'{"error": {"message": "no code"}}'])
def test_an_answer_that_is_not_theirs_is_read_by_its_status(body: bytes) -> None:
    with pytest.raises(Limited):
        graph.raise_for(httpx.Response(429, content=body))
    with pytest.raises(NetworkError) as broken:
        graph.raise_for(httpx.Response(502, content=body))
    assert broken.value.may_retry


# Logging in


def code_for(simulator: InstagramSimulator, back: str = "https://voorbeeld.nl/") -> tuple[Request, str]:
    request = Request(simulator.client, back, "toestand", "v" * 50)
    simulator.auto = True
    answer = httpx.get(Instagram.log_in_at(simulator.url, request))
    return request, httpx.URL(answer.headers["Location"]).params["code"]


def test_it_sends_people_to_facebook_and_asks_no_more_than_it_needs() -> None:
    request = Request(Client("app", "secret"), "https://voorbeeld.nl/", "toestand", "v" * 50)
    address = httpx.URL(Instagram.log_in_at(Instagram.home, request))
    assert (address.host, address.path) == ("www.facebook.com", "/v23.0/dialog/oauth")
    assert set(address.params["scope"].split(",")) == set(SCOPES)
    assert not [scope for scope in SCOPES if "messages" in scope or "ads" in scope or "comments" in scope]
    assert "secret" not in str(address)


def test_an_account_comes_with_its_picture_and_a_key_of_sixty_days(desk: Desk) -> None:
    request, code = code_for(desk.simulator)
    (choice,) = Instagram.redeem(desk.simulator.url, request, code=code, http=desk.http)
    assert choice.profile.avatar.startswith("http")
    assert httpx.get(choice.profile.avatar).status_code == 200
    ends = datetime.fromisoformat(choice.credentials["expires_at"])
    assert timedelta(days=59) < ends - datetime.now(UTC) <= timedelta(days=60)
    assert "instagram_manage_contents" in choice.credentials["scopes"]


@pytest.mark.parametrize(
    ("client", "code", "words"),
    [
        (None, "made-up", "Start it again"),
        (Client("simulated-app", "wrong"), None, "secret of this installation"),
        (Client("another-app", "wrong"), None, "does not know this installation"),
    ],
)
def test_a_log_in_that_fails_says_whose_turn_it_is(
    desk: Desk, client: Client | None, code: str | None, words: str
) -> None:
    request, good = code_for(desk.simulator)
    asked = replace(request, client=client or request.client)
    with pytest.raises(NetworkError, match=words) as refused:
        Instagram.redeem(desk.simulator.url, asked, code=code or good, http=desk.http)
    assert refused.value.reason in marked()
    assert len(refused.value.reason) <= 120


def test_who_has_no_professional_account_has_nothing_to_choose(desk: Desk) -> None:
    desk.simulator.person = "somebody else"
    request, code = code_for(desk.simulator)
    assert Instagram.redeem(desk.simulator.url, request, code=code, http=desk.http) == []


def test_a_right_that_is_needed_and_not_given_is_said_at_once(desk: Desk) -> None:
    request, code = code_for(desk.simulator)
    found = next(iter(desk.simulator.log_in.codes.values()))
    found.scopes -= {"instagram_content_publish"}
    with pytest.raises(Forbidden, match="Not all rights"):
        Instagram.redeem(desk.simulator.url, request, code=code, http=desk.http)


def test_without_the_right_to_remove_it_connects_all_the_same(desk: Desk) -> None:
    desk.account.may_delete = False
    request, code = code_for(desk.simulator)
    (choice,) = Instagram.redeem(desk.simulator.url, request, code=code, http=desk.http)
    assert "instagram_manage_contents" not in choice.credentials["scopes"]
    assert not desk.opened(replace(desk.account, token=choice.credentials["token"])).may_delete()


def test_no_secret_stands_in_an_address(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses: list[str] = []
    real: Callable[..., httpx.Response] = httpx.Client.send

    def noted(self: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        addresses.append(str(request.url))
        return real(self, request, **options)

    monkeypatch.setattr(httpx.Client, "send", noted)
    request, code = code_for(desk.simulator)
    (choice,) = Instagram.redeem(desk.simulator.url, request, code=code, http=desk.http)
    network = desk.opened(replace(desk.account, token=choice.credentials["token"]))
    network.publish(desk.post())
    network.renew()
    assert len(addresses) > 8
    secrets = [choice.credentials["token"], desk.simulator.client.secret, code, request.verifier]
    assert not [each for each in addresses if any(secret in each for secret in secrets)]


def test_a_key_cannot_be_renewed_without_an_app(desk: Desk) -> None:
    with pytest.raises(NetworkError, match="not registered"):
        desk.opened(client=None).renew()


def test_a_renewed_key_without_an_end_leaves_the_old_end(desk: Desk) -> None:
    """So people go on being warned before it, until a log-in gives a new one."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"access_token": "new", "token_type": "bearer"})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        desk.http = http
        desk.opened().renew()
    assert desk.asked == ["remember token"]


def test_the_proof_is_sent_only_where_the_app_is_known(desk: Desk) -> None:
    with suppress(NetworkError):
        desk.opened(client=None).me()
    wrong = Client(desk.simulator.client.id, "another secret")
    with pytest.raises(NetworkError):
        desk.opened(client=wrong).me()
    assert desk.opened().me().handle == "@gemeente_x"


def test_what_it_says_of_itself_is_marked_for_translation() -> None:
    said = [
        *Instagram.way_by_hand("story"),
        *Instagram.way_by_hand("post"),
        Instagram.blind_to,
        *(each.label for each in Instagram.fields),
    ]
    assert [each for each in said if each not in marked()] == []
    assert json.dumps(said)
