"""The watch on a real Bluesky server and on a Mastodon API server: streams, strays, deviations, take-down."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from tests.servers.mastodon import MastodonServer
from tests.servers.pds import PDS
from tests.waiting import eventually
from tests.watch.conftest import watching
from vierogen.channels.models import Channel
from vierogen.notices.models import Message
from vierogen.people.models import Member
from vierogen.posts import jobs as posts_jobs
from vierogen.posts.actions.reviewing import approve, publish_now
from vierogen.posts.actions.writing import Content, begin, submit
from vierogen.vault.actions import connect
from vierogen.watch import jobs
from vierogen.watch.actions.answering import take_down
from vierogen.watch.models import RemotePost, Stray, Watched
from vierogen.watch.states import Mode, Origin, State, What

NAMES = count(1)

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Place:
    """A channel on a real server, and what somebody with the app on a phone can do there."""

    channel: Channel
    post: Callable[[str], str]
    edit: Callable[[str, str], object]
    delete: Callable[[str], object]
    like: Callable[[], str]
    rename: Callable[[str], object]


@pytest.fixture
def on_mastodon(mastodon: MastodonServer, cora: Member, dirk: Member) -> Place:
    credentials = {"token": mastodon.token("anna")}
    channel = connect(cora.organisation, "mastodon", server=mastodon.base_url, credentials=credentials, by=cora)

    def act(method: str, path: str, **options: Any) -> Any:
        return mastodon.as_person("anna", method, f"/api/v1/{path}", **options)

    def like() -> str:
        status = mastodon.post("ben", "Mooi weer")
        act("POST", f"statuses/{status}/favourite")
        return f"like:{status}"

    return Place(
        channel,
        post=lambda text: mastodon.post("anna", text),
        edit=lambda post, text: act("PUT", f"statuses/{post}", json={"status": text}),
        delete=lambda post: act("DELETE", f"statuses/{post}"),
        like=like,
        rename=lambda name: act("PATCH", "accounts/update_credentials", data={"display_name": name}),
    )


@pytest.fixture
def on_bluesky(pds: PDS, cora: Member, dirk: Member) -> Place:
    account, other = (pds.create_account(f"watch{next(NAMES)}") for _ in range(2))
    credentials = {"handle": account.handle, "app_password": account.password}
    channel = connect(cora.organisation, "bluesky", server=account.server, credentials=credentials, by=cora)

    def like() -> str:
        uri = other.post("Mooi weer")
        return account.create("app.bsky.feed.like", subject={"uri": uri, "cid": other.cid_of(uri)})

    def edit(uri: str, text: str) -> str:
        stamp = "2026-01-02T03:04:05.678Z"
        return account.put("app.bsky.feed.post", uri.rpartition("/")[2], text=text, createdAt=stamp)

    return Place(
        channel,
        post=account.post,
        edit=edit,
        delete=account.delete,
        like=like,
        rename=lambda name: account.put("app.bsky.actor.profile", "self", displayName=name),
    )


@pytest.fixture(params=["mastodon", pytest.param("bluesky", marks=pytest.mark.pds)])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(f"on_{request.param}")
    return found


def is_live() -> bool:
    return Watched.objects.filter(mode=Mode.STREAMED).exclude(polled_at=None).exists()


def seen(what: What, remote_id: str = "") -> Stray:
    rows = Stray.objects.filter(what=what)
    rows = rows.filter(remote__remote_id=remote_id) if remote_id else rows
    found: Stray = eventually(lambda: rows.select_related("channel", "remote").first(), seconds=15)
    return found


def test_strays_and_deviations_ring_on_a_real_server(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place.channel.network, "poll_every", 1.0)
    monkeypatch.setattr("vierogen.watch.watching.PROFILE_EVERY", 0.0)
    before = place.post("Van voor het koppelen")
    Channel.objects.update(connected_at=timezone.now())
    with watching():
        eventually(is_live, seconds=15)
        assert RemotePost.objects.get(remote_id=before).origin == Origin.BASELINE
        stray = seen(What.POST, place.post("Gezellig op het strand!"))
        assert Message.objects.filter(alarm=stray.alarm).exists()
        place.edit(before, "Gehackt")
        seen(What.EDIT, before)
        seen(What.LIKE, place.like())
        place.rename("Gehackt")
        assert seen(What.PROFILE).parts == ["name"]
        changed = Stray.objects.get(what=What.EDIT)
        Stray.objects.filter(pk=changed.pk).update(state=State.ADOPTED, reason="Van ons")
        place.delete(before)
        seen(What.DELETION, before)
    assert Stray.objects.count() == 5


def test_a_stray_is_taken_down_on_a_real_server(place: Place, dirk: Member) -> None:
    with watching():
        eventually(is_live, seconds=15)
        stray = seen(What.POST, place.post("Gezellig op het strand!"))
        take_down(stray, by=dirk)
        eventually(lambda: _is_settled(stray), seconds=15)
    assert Stray.objects.count() == 1


def test_an_own_post_is_explained_on_a_real_server(place: Place, anna: Member, ben: Member) -> None:
    with watching():
        eventually(is_live, seconds=15)
        version = begin(place.channel.organisation, Content("Morgen is het stadhuis dicht.", (place.channel,)), by=anna)
        submit(version, by=anna)
        approve(version, by=ben, digest=version.digest)
        publish_now(version, by=ben)
        assert posts_jobs.deliver("test")
        eventually(lambda: RemotePost.objects.filter(origin=Origin.EXPLAINED).exists(), seconds=15)
    assert Stray.objects.count() == 0


def _is_settled(stray: Stray) -> bool:
    posts_jobs.remove("test")
    jobs.settle("test")
    return bool(Stray.objects.get(pk=stray.pk).state == State.TAKEN_DOWN)
