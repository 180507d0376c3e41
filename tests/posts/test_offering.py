"""The public address of a picture: for one picture, one attempt, half an hour, and nothing besides."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from tests.posts.film_boxes import film
from tests.posts.gallery import Gallery, due_there
from tests.posts.nets import png
from vierogen.channels.models import Channel
from vierogen.core.reach import NOT_ENCRYPTED, UNKNOWN_NAME
from vierogen.networks.base import NetworkError, Outgoing, Picture, Unknown
from vierogen.people.models import Member
from vierogen.posts import jobs
from vierogen.posts.actions import offering
from vierogen.posts.actions.consenting import keep, withdraw
from vierogen.posts.actions.offering import NOT_OURS, _Named, picture_of
from vierogen.posts.actions.stopping import stop, stop_everything
from vierogen.posts.actions.writing import add_picture
from vierogen.posts.models import Delivery, Media
from vierogen.posts.states import DeliveryState

Send = Callable[[Callable[[str, Picture], None]], Delivery]
PUBLIC = "http://localhost:8000"


@pytest.fixture
def anybody() -> Client:
    """Somebody on the internet, without any cookie."""
    return Client()


@pytest.fixture
def send(gallery: Channel, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch) -> Send:
    """Send a post with one picture, and look at its address meanwhile."""

    def sending(look: Callable[[str, Picture], None], *, data: bytes = png(1), name: str = "straat.png") -> Delivery:
        media = add_picture(gallery.organisation, data, name=name, by=anna)
        due = due_there(gallery, [media.pk], by=anna, reviewed_by=ben, form="post")

        def offers(network: Gallery, post: Outgoing) -> None:
            look(network.opened.attempt.offer(post.pictures[0]), post.pictures[0])

        monkeypatch.setattr(Gallery, "while_sending", offers)
        assert jobs.deliver("test")
        due.refresh_from_db()
        return due

    return sending


def path(url: str) -> str:
    assert url.startswith(f"{PUBLIC}/posts/offered/")
    return url.removeprefix(PUBLIC)


def whole(answer: HttpResponse) -> bytes:
    return bytes(answer.content)


def is_nothing(answer: HttpResponse) -> bool:
    """The same bare answer whatever the reason."""
    return (answer.status_code, answer.content, bool(answer.cookies)) == (404, b"", False)


def test_while_a_post_is_being_sent_its_network_can_fetch_exactly_what_it_takes(send: Send, anybody: Client) -> None:
    seen: list[tuple[HttpResponse, bytes]] = []
    due = send(lambda url, picture: seen.append((anybody.get(path(url)), Gallery.prepared(picture).data)))
    [(answer, expected)] = seen
    assert due.state == DeliveryState.PUBLISHED
    assert (answer.status_code, whole(answer)) == (200, expected)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"] == "inline"
    assert answer["Content-Length"] == str(len(expected))
    assert not answer.cookies


def test_before_and_after_there_is_nothing(send: Send, anybody: Client) -> None:
    urls: list[str] = []
    send(lambda url, _picture: urls.append(url))
    assert is_nothing(anybody.get(path(urls[0])))


def test_after_half_an_hour_there_is_nothing(send: Send, anybody: Client) -> None:
    seen: list[HttpResponse] = []

    def look(url: str, _picture: Picture) -> None:
        for minutes in (29, 31):
            with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
                seen.append(anybody.get(path(url)))

    send(look)
    assert seen[0].status_code == 200
    assert is_nothing(seen[1])


def test_no_other_token_name_or_picture_opens_anything(send: Send, anybody: Client) -> None:
    tried: list[HttpResponse] = []

    def look(url: str, _picture: Picture) -> None:
        told = path(url)
        token, name = told.split("/")[-2:]
        value, stamp, signature = token.split(".")
        delivery, attachment, fence = map(int, value.split("-"))
        fresh = [
            _Named(delivery + 1, attachment, fence),
            _Named(delivery, attachment + 1, fence),
            _Named(delivery, attachment, fence + 1),
            _Named(delivery, attachment, fence - 1),
        ]
        tokens = [
            f"{value}.{stamp}.{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}",
            f"{delivery + 1}-{attachment}-{fence}.{stamp}.{signature}",
            f"{delivery}-{attachment + 1}-{fence}.{stamp}.{signature}",
            f"{value}.{stamp}",
            f"{value}..{signature}",
            value,
            "x",
            *(named.signed() for named in fresh),
        ]
        tried.extend(anybody.get(told.replace(token, other)) for other in tokens)
        tried.extend(anybody.get(told.replace(name, other)) for other in ("film.mp4", "picture.png", "x"))
        assert anybody.get(told).status_code == 200

    assert send(look).state == DeliveryState.PUBLISHED
    assert len(tried) == 14
    assert all(map(is_nothing, tried))


def test_nothing_is_listed_and_no_address_in_it_is_fetched(send: Send, anybody: Client) -> None:
    seen: dict[str, HttpResponse] = {}

    def look(url: str, _picture: Picture) -> None:
        told = path(url)
        seen["plain"] = anybody.get(told)
        seen["asked"] = anybody.get(told, {"url": "http://127.0.0.1:1/", "next": "http://10.0.0.1/"})
        seen["above"] = anybody.get(told.rsplit("/", 1)[0] + "/")
        seen["top"] = anybody.get("/posts/offered/")

    assert send(look).state == DeliveryState.PUBLISHED
    assert whole(seen["asked"]) == whole(seen["plain"])
    assert (seen["above"].status_code, seen["top"].status_code) == (404, 404)
    with pytest.raises(NoReverseMatch):
        reverse("posts:offered")


def test_it_only_ever_gives(send: Send, anybody: Client) -> None:
    seen: dict[str, HttpResponse] = {}

    def look(url: str, _picture: Picture) -> None:
        for method in ("head", "get", "post", "put", "delete"):
            seen[method] = getattr(anybody, method)(path(url))

    send(look)
    assert {method: answer.status_code for method, answer in seen.items()} == {
        "head": 200,
        "get": 200,
        "post": 405,
        "put": 405,
        "delete": 405,
    }
    assert seen["head"].content == b""
    assert seen["head"]["Content-Length"] == seen["get"]["Content-Length"]


@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ("bytes=0-9", 206, slice(0, 10), "bytes 0-9/{size}"),
        ("bytes=10-", 206, slice(10, None), "bytes 10-{last}/{size}"),
        ("bytes=-5", 206, slice(-5, None), "bytes {fifth}-{last}/{size}"),
        ("bytes=0-99999999", 200, slice(None), ""),
        ("bytes=3-2", 416, slice(0, 0), "bytes */{size}"),
        ("bytes=99999999-", 416, slice(0, 0), "bytes */{size}"),
        ("bytes=-0", 416, slice(0, 0), "bytes */{size}"),
        ("bytes=0-1,4-5", 200, slice(None), ""),
        ("lines=1-2", 200, slice(None), ""),
        ("bytes=-", 200, slice(None), ""),
    ],
)
def test_a_film_is_given_in_the_parts_that_a_network_asks_for(
    send: Send, anybody: Client, asked: str, status: int, part: slice, told: str
) -> None:
    seen: list[HttpResponse] = []
    send(
        lambda url, _picture: seen.append(anybody.get(path(url), headers={"range": asked})),
        data=film(),
        name="brug.mp4",
    )  # type: ignore[call-arg]
    [answer] = seen
    clean = bytes(Delivery.objects.get().version.attachments.get().media.data)
    size = len(clean)
    assert answer.status_code == status
    assert answer["Content-Type"] == "video/mp4"
    assert whole(answer) == clean[part]
    assert answer.get("Content-Range", "") == told.format(size=size, last=size - 1, fifth=size - 5)


def test_once_somebody_stopped_it_there_is_nothing(send: Send, anybody: Client, anna: Member, dirk: Member) -> None:
    seen: list[HttpResponse] = []

    def look(url: str, _picture: Picture) -> None:
        stop(Delivery.objects.get().version.post, by=anna)
        seen.append(anybody.get(path(url)))

    send(look)
    assert is_nothing(seen[0])


def test_while_everything_is_stopped_there_is_nothing(send: Send, anybody: Client, dirk: Member) -> None:
    seen: list[HttpResponse] = []

    def look(url: str, _picture: Picture) -> None:
        stop_everything(dirk.organisation, by=dirk)
        seen.append(anybody.get(path(url)))

    send(look)
    assert is_nothing(seen[0])


def test_once_somebody_in_it_took_back_their_consent_there_is_nothing(
    send: Send, anybody: Client, anna: Member
) -> None:
    seen: list[HttpResponse] = []

    def look(url: str, _picture: Picture) -> None:
        media = list(Media.objects.all())
        consent = keep(media, who="Noor Voorbeeld", how="Formulier", until=None, by=anna)
        seen.append(anybody.get(path(url)))
        withdraw(consent, by=anna)
        seen.append(anybody.get(path(url)))

    send(look)
    assert whole(seen[0])
    assert is_nothing(seen[1])


def test_an_uncertain_post_is_still_offered_however_often_somebody_looks(send: Send, anybody: Client) -> None:
    urls: list[str] = []

    def look(url: str, _picture: Picture) -> None:
        urls.append(url)
        raise Unknown("Nobody knows.")

    due = send(look)
    assert due.state == DeliveryState.UNCERTAIN
    Delivery.objects.filter(pk=due.pk).update(next_look_at=timezone.now())
    assert jobs.look("test")
    assert anybody.get(path(urls[0])).status_code == 200


def test_an_earlier_attempt_s_address_is_dead_in_the_next_one(send: Send, anybody: Client) -> None:
    seen: list[HttpResponse] = []

    def look(url: str, _picture: Picture) -> None:
        Delivery.objects.update(fence=99)
        seen.append(anybody.get(path(url)))

    send(look)
    assert is_nothing(seen[0])


def test_between_two_tries_at_what_was_kept_the_network_can_still_fetch_it(
    send: Send, anybody: Client, anna: Member
) -> None:
    """A film may be fetched longer than one try waits for it."""
    urls: list[str] = []

    def look(url: str, _picture: Picture) -> None:
        urls.append(url)
        if len(urls) == 1:
            Delivery.objects.update(kept={"container": "1"})
        raise NetworkError("Still busy.", may_retry=True)

    due = send(look)
    assert due.state == DeliveryState.WAITING
    assert anybody.get(path(urls[0])).status_code == 200
    Delivery.objects.update(next_try_at=timezone.now())
    assert jobs.deliver("test")
    assert [anybody.get(path(url)).status_code for url in urls] == [200, 200]
    Delivery.objects.update(kept={})
    assert all(is_nothing(anybody.get(path(url))) for url in urls)
    Delivery.objects.update(kept={"container": "1"})
    stop(due.version.post, by=anna)
    assert all(is_nothing(anybody.get(path(url))) for url in urls)


@pytest.fixture
def refused(send: Send, settings: object) -> Callable[[], Delivery]:
    """Send it from an installation that the network cannot reach."""
    settings.ALLOW_PRIVATE = []  # type: ignore[attr-defined]
    return lambda: send(lambda _url, _picture: pytest.fail("it was offered"))


def test_an_installation_that_cannot_be_reached_says_so_in_plain_words(refused: Callable[[], Delivery]) -> None:
    due = refused()
    assert (due.state, due.problem) == (DeliveryState.FAILED, NOT_ENCRYPTED)


def test_a_name_server_that_is_down_for_a_moment_costs_no_post(
    refused: Callable[[], Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offering, "why_unreachable", lambda *_told, **_more: UNKNOWN_NAME)
    due = refused()
    assert (due.state, due.problem) == (DeliveryState.WAITING, UNKNOWN_NAME)


def test_only_what_was_approved_is_offered(send: Send, gallery: Channel) -> None:
    errors: list[NetworkError] = []

    def look(_url: str, picture: Picture) -> None:
        delivery = Delivery.objects.select_related("channel").get()
        prepared = offering.offer(delivery, Gallery.prepared(picture))
        assert prepared.split("/")[-1] == "picture.jpg"
        with pytest.raises(NetworkError) as refusal:
            offering.offer(delivery, Picture(b"other", "image/jpeg", "", 1, 1))
        errors.append(refusal.value)

    send(look)
    assert [error.reason for error in errors] == [NOT_OURS]


@pytest.mark.django_db(transaction=True)
def test_a_network_fetches_it_over_http_while_the_worker_sends(
    transactional_db: None, live_server: Any, settings: Any, send: Send
) -> None:
    settings.PUBLIC_URL = live_server.url
    seen: list[httpx.Response] = []

    def look(url: str, _picture: Picture) -> None:
        seen.extend(httpx.get(each, trust_env=False) for each in (url, url.replace("picture", "pictures")))

    due = send(look)
    assert due.state == DeliveryState.PUBLISHED
    answer, other = seen
    expected = Gallery.prepared(picture_of(due.version.attachments.get())).data
    assert (answer.status_code, answer.content) == (200, expected)
    assert answer.headers["content-type"] == "image/jpeg"
    assert (other.status_code, other.content) == (404, b"")
    assert "set-cookie" not in answer.headers
    assert "set-cookie" not in other.headers
