"""Walks along every network that is found, on every stage on which it can be tried, and holds it to its contract.

A new network is tested by this file before its author has written a test: it needs one file in
tests/networks/stages. What is said here is what the gateway and the watch rely on (vierogen/networks/base.py).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event as Flag
from typing import Any, TypeVar

import pytest

from tests.networks.walk.listening import SOON, Listening
from tests.networks.walk.running import LATE, Running, assert_plain, picture, refusal
from tests.networks.walk.stage import Edits, Shares, Stage, stages
from tests.servers.faulty import Fault, cut_after, cut_before, error_after, late, limited, refused
from vierogen.channels.models import Channel, networks
from vierogen.networks.base import Deletes, Disconnected, Limited, Network, NetworkError, Shown, Streams, Unknown
from vierogen.posts.models import Delivery
from vierogen.watch.models import RemotePost

NETWORKS = sorted(networks().items())
STAGES = sorted(stages().items())
ALT = "Een rood vlak, met “aanhalingstekens” & <haken>"
# Texts that take a careless counter minutes, or break it.
STRANGE = {
    "brackets": "https://a.nl/" + ")" * 50_000,
    "mentions": "@a@" * 15_000,
    "a long mention": "@" + "a" * 50_000,
    "hashtag": "#" + "." * 50_000 + "a",
    "flags": "🇳🇱" * 25_000,
    "marks": "a" + "\u0301\u0327" * 25_000,
    "joiners": "👨\u200d" * 25_000,
    "spaces": " " * 50_000,
    "half a sign": "a\ud800b",
    "nothing at all": "\x00",
}

every_network = pytest.mark.parametrize("network", [network for _, network in NETWORKS], ids=dict(NETWORKS))
Part = TypeVar("Part")


def on_stages(*parts: type) -> pytest.MarkDecorator:
    """The test runs on every stage that, itself or with its network, can do all of these."""
    found = [
        pytest.param(stage, id=key, marks=[getattr(pytest.mark, mark) for mark in stage.needs])
        for key, stage in STAGES
        if all(issubclass(stage, part) or issubclass(stage.network, part) for part in parts)
    ]
    return pytest.mark.parametrize("running", found, indirect=True)


on_every_stage = on_stages()
Start = Callable[[type[Stage]], Running]


@pytest.fixture(scope="module")
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """Starts each stage once, when the first test asks for it."""
    started: dict[type[Stage], Running] = {}
    with ExitStack() as stack:

        def find(stage: type[Stage]) -> Running:
            if stage not in started:
                started[stage] = stack.enter_context(Running(stage(), request.getfixturevalue))
            return started[stage]

        yield find


@pytest.fixture
def running(request: pytest.FixtureRequest, start: Start, caplog: pytest.LogCaptureFixture) -> Iterator[Running]:
    """The stage; whatever the test does, no secret reaches the log, or an address, which servers log."""
    found = start(request.param)
    with caplog.at_level("INFO"):
        yield found
    assert not [secret for secret in found.secrets if secret in caplog.text + " ".join(found.proxy.seen)]


def can(part: type[Part], network: Network) -> Part:
    """The connector as what the test's mark promised."""
    assert isinstance(network, part)
    return network


def here(shown: Shown | None) -> Shown:
    """It is there."""
    assert shown is not None
    return shown


def eventually(find: Callable[[], Any], *, within: float = SOON) -> None:
    """Networks may show what happened a moment later."""
    deadline = time.monotonic() + within
    while not find():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def ids(found: list[Shown]) -> list[str]:
    return [shown.remote_id for shown in found]


# What it says of itself


@every_network
def test_a_network_can_be_tried_somewhere(network: type[Network]) -> None:
    tried = [key for key, stage in STAGES if stage.network is network]
    assert tried, f"{network.key} needs a stage: one file in tests/networks/stages"


@every_network
def test_a_network_says_what_it_is_and_what_it_allows(network: type[Network]) -> None:
    assert network.key == network.key.lower()
    assert len(network.key) <= (Channel._meta.get_field("network_key").max_length or 0)
    assert network.name
    assert network.text_limit > 0
    assert network.picture_limit == 0 or (network.picture_limit > 0 and network.alt_limit > 0)
    assert 0 <= network.read_lag <= network.poll_every
    assert not network.blind_to or network.blind_to.endswith(".")


@every_network
def test_a_network_says_what_a_person_fills_in(network: type[Network]) -> None:
    names = [field.name for field in network.fields]
    assert names[0] == "server"
    assert len(names) == len(set(names))
    assert all(field.label for field in network.fields)
    assert [field.name for field in network.fields if field.secret], "nothing is sealed"
    assert not [field.name for field in network.fields if field.secret and field.default]


@every_network
def test_each_delivery_gets_a_key_of_its_own(network: type[Network]) -> None:
    now = datetime.now(UTC)
    keys = {network.new_key(now) for _ in range(1000)}
    assert len(keys) == 1000
    assert max(map(len, keys)) <= (Delivery._meta.get_field("key").max_length or 0)


@every_network
def test_text_is_counted_by_what_people_see(network: type[Network]) -> None:
    assert [network.length(text) for text in ("", "a", "Hallo", "a\nb")] == [0, 1, 5, 3]
    assert network.length("e\u0301") == network.length("é") == 1
    assert network.length("Hallo " * 10) == 60


@every_network
@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_counting_a_strange_text_takes_no_strange_time(network: type[Network], text: str) -> None:
    begun = time.monotonic()
    assert network.length(text) >= 0
    assert time.monotonic() - begun < 1


# What it shows of the account


@on_every_stage
def test_it_knows_whose_account_it_has(running: Running) -> None:
    profile = running.network.me()
    assert profile.account_id
    assert profile.handle
    assert profile == running.network.me()
    assert profile.account_id == running.through.me().account_id


@on_every_stage
def test_what_is_published_is_there_as_it_was_written(running: Running) -> None:
    link = "https://www.voorbeeld.nl/een/tamelijk/lang/pad?van=ons&voor=jou"
    post = running.post(f"Morgen open ☀️ & droog.\nKom je ook, {running.stage.mention}?\n\nZie {link} #zwemmen")
    shown = running.network.publish(post)
    assert link in shown.text
    assert "<" not in shown.text
    assert running.standing(shown.text) == 1
    for seen in (shown, running.network.read(shown.remote_id), running.network.find(post)):
        assert running.network.same(post, here(seen))
        assert here(seen).remote_id == shown.remote_id
        assert here(seen).kind == "post"
    assert shown.url.startswith(("https://", "http://"))
    assert here(shown.created_at and shown).created_at
    assert abs((shown.created_at or datetime.min.replace(tzinfo=UTC)) - post.created_at) < timedelta(minutes=5)
    assert len(shown.remote_id) <= (RemotePost._meta.get_field("remote_id").max_length or 0)


@on_every_stage
def test_the_newest_is_listed_first(running: Running) -> None:
    first = running.network.publish(running.post("De eerste")).remote_id
    second = running.stage.post("De tweede, van de telefoon")
    third = running.network.publish(running.post("De derde")).remote_id
    eventually(lambda: ids(running.network.recent())[:3] == [third, second, first])
    assert ids(running.network.recent(1))[:1] == [third]


@on_every_stage
def test_one_post_is_not_taken_for_another(running: Running) -> None:
    one, other = running.post("Het zwembad is open"), running.post("Het zwembad is dicht")
    shown = running.network.publish(one)
    assert not running.network.same(other, shown)
    assert running.network.find(other) is None
    assert running.standing(other.text) == 0


@on_every_stage
def test_a_text_may_be_as_long_as_the_network_says_and_no_longer(running: Running) -> None:
    fits = "vol " + "x" * (running.stage.network.text_limit - 4)
    assert running.network.length(fits) == running.stage.network.text_limit
    assert running.network.publish(running.post(fits)).text == fits
    with refusal(running) as refused_:
        running.network.publish(running.post(f"{fits}x"))
    assert not isinstance(refused_.error, Unknown)
    assert not refused_.error.may_retry
    assert running.standing(f"{fits}x") == 0


@on_every_stage
def test_pictures_keep_their_alt_texts_and_their_order(running: Running) -> None:
    alts = [ALT, "Nog een"][: running.stage.network.picture_limit]
    post = running.post("Kijk eens", *map(picture, alts))
    shown = running.network.publish(post)
    for seen in (shown, here(running.network.read(shown.remote_id))):
        assert [media.alt for media in seen.media] == alts
        assert all(media.url.startswith(("https://", "http://")) for media in seen.media)
        assert running.network.same(post, seen)


@on_every_stage
def test_what_never_was_reads_as_none(running: Running) -> None:
    shown = running.network.publish(running.post("Bijna"))
    assert running.network.read(f"{shown.remote_id}0") is None


# What happens around Vierogen


@on_every_stage
def test_what_somebody_posts_with_the_app_is_found(running: Running) -> None:
    text = "Feestje bij mij thuis!"
    ours = running.post("Iets heel anders")
    foreign = running.stage.post(text)
    eventually(lambda: foreign in ids(running.network.recent()))
    seen = here(running.network.read(foreign))
    assert (seen.text, seen.kind) == (text, "post")
    assert not running.network.same(ours, seen)
    assert running.network.find(ours) is None


@on_stages(Streams)
def test_what_somebody_posts_with_the_app_is_told_within_seconds(running: Running) -> None:
    with Listening(can(Streams, running.network)) as listening:
        foreign = running.stage.post("Live van de telefoon")
        told = listening.hears("seen", foreign)
        ours = running.through.publish(running.post("Van ons"))
        assert here(listening.hears("seen", ours.remote_id).shown).text == "Van ons"
    assert here(told.shown).text == "Live van de telefoon"
    assert here(told.shown) == running.network.read(foreign)


@on_stages(Streams, Deletes)
def test_a_deletion_is_told_within_seconds(running: Running) -> None:
    foreign = running.stage.post("Even maar")
    with Listening(can(Streams, running.network)) as listening:
        can(Deletes, running.through).delete(foreign)
        listening.hears("deleted", foreign)


@on_stages(Edits)
def test_what_somebody_edits_is_found(running: Running) -> None:
    post = running.post("Zoals goedgekeurd")
    shown = running.network.publish(post)
    can(Edits, running.stage).edit(shown.remote_id, "Iets anders")  # type: ignore[arg-type]
    eventually(lambda: here(running.network.read(shown.remote_id)).text == "Iets anders")
    assert "Iets anders" in [seen.text for seen in running.network.recent()]


@on_stages(Edits, Streams)
def test_an_edit_is_told_within_seconds(running: Running) -> None:
    shown = running.network.publish(running.post("Zoals het was"))
    with Listening(can(Streams, running.network)) as listening:
        can(Edits, running.stage).edit(shown.remote_id, "Zoals het werd")  # type: ignore[arg-type]
        assert here(listening.hears("edited", shown.remote_id).shown).text == "Zoals het werd"


@on_stages(Shares, Deletes)
@pytest.mark.parametrize("kind", ["repost", "like"])
def test_a_repost_or_like_is_found_and_can_be_undone(running: Running, kind: str) -> None:
    share = can(Shares, running.stage)  # type: ignore[arg-type]
    remote_id = share.repost() if kind == "repost" else share.like()
    eventually(lambda: remote_id in ids(running.network.recent()))
    seen = here(running.network.read(remote_id))
    assert seen.kind == kind
    assert seen.target not in ["", *(each.remote_id for each in running.network.recent())], "that is not ours"
    network = can(Deletes, running.network)
    network.delete(remote_id)
    eventually(lambda: remote_id not in ids(running.network.recent()))
    assert network.remains(seen) == []


# Taking down


@on_stages(Deletes)
def test_a_take_down_is_finished_when_everything_is_gone(running: Running) -> None:
    pictures = [picture(ALT)][: running.stage.network.picture_limit]
    shown = running.network.publish(running.post("Weg ermee", *pictures))
    network = can(Deletes, running.network)
    addresses = shown.addresses
    assert len(network.remains(shown)) == 1 + len(addresses) > len(pictures)
    network.delete(shown.remote_id)
    kept = addresses if running.stage.keeps_pictures else []
    eventually(lambda: network.remains(shown) == kept)
    assert running.network.read(shown.remote_id) is None
    assert shown.remote_id not in ids(running.network.recent())
    assert running.standing("Weg ermee") == 0
    network.delete(shown.remote_id)  # already gone is success


# Exactly once


@on_every_stage
@pytest.mark.parametrize("fault", [cut_after(), error_after(500), late(LATE)], ids=["cut", "error", "late"])
def test_a_lost_answer_is_unknown_and_looking_settles_it(running: Running, fault: Fault) -> None:
    post = running.post(f"Misschien geplaatst, {fault.seconds} {fault.answer!r:.20}")
    running.goes_wrong(fault)
    with refusal(running, Unknown):
        running.through.publish(post)
    found = here(running.through.find(post))
    assert running.through.same(post, found)
    if running.stage.network.repeat_is_safe:
        assert running.network.publish(post).remote_id == found.remote_id
    assert running.standing(found.text) == 1


@on_every_stage
def test_what_never_arrived_is_unknown_too_and_not_found(running: Running) -> None:
    post = running.post("Nooit aangekomen")
    running.goes_wrong(cut_before())
    with refusal(running, Unknown):
        running.through.publish(post)
    assert running.through.find(post) is None
    running.through.publish(post)
    assert running.standing(post.text) == 1


@on_every_stage
def test_an_acceptance_that_makes_no_sense_is_no_refusal(running: Running) -> None:
    post = running.post("Geplaatst, denk ik")
    running.goes_wrong(replace(refused(200, ["odd"]), reaches=True))
    with suppress(Unknown):  # or it knows without reading the answer
        running.through.publish(post)
    found = here(running.through.find(post))
    assert running.standing(found.text) == 1


@on_every_stage
def test_a_limit_says_for_how_long_and_nothing_was_accepted(running: Running) -> None:
    post = running.post("Te veel gevraagd")
    running.goes_wrong(limited(7))
    with refusal(running, Limited) as told:
        running.through.publish(post)
    assert isinstance(told.error, Limited)
    assert 5 <= told.error.seconds <= 8
    assert told.error.may_retry
    assert running.standing(post.text) == 0


# Trouble


@on_every_stage
@pytest.mark.parametrize("verb", ["me", "recent", "publish"])
def test_a_refused_secret_is_a_disconnected_channel(running: Running, verb: str) -> None:
    post = running.post("Wie ben ik?")
    with refusal(running, Disconnected):
        asked(running.stranger(), verb, post)
    assert running.standing(post.text) == 0


@on_every_stage
@pytest.mark.parametrize("verb", ["me", "recent", "publish", "stream"])
def test_a_server_that_is_down_has_accepted_nothing(running: Running, verb: str) -> None:
    with refusal(running) as told:
        asked(running.nobody(), verb, running.post("Is daar iemand?"))
    assert not isinstance(told.error, Unknown)
    assert told.error.may_retry


@on_every_stage
@pytest.mark.parametrize("verb", ["me", "recent"])
@pytest.mark.parametrize(
    "fault", [error_after(502), cut_after(), refused(200, {"odd": 1})], ids=["error", "cut", "odd"]
)
def test_looking_that_fails_can_be_tried_again(running: Running, verb: str, fault: Fault) -> None:
    running.proxy.next(fault)
    with refusal(running) as told:
        asked(running.through, verb, running.post(""))
    assert not isinstance(told.error, Unknown | Disconnected)
    assert told.error.may_retry
    asked(running.through, verb, running.post(""))


def asked(network: Network, verb: str, post: Any) -> None:
    """Let the connector do one thing."""
    if verb == "publish":
        network.publish(post)
    elif verb == "stream" and isinstance(network, Streams):
        next(network.stream(Flag()))
    elif verb == "recent":
        network.recent()
    else:
        network.me()


def test_a_sentence_with_raw_data_in_it_would_be_noticed() -> None:
    for wrong in ("", "no capital.", "No end", "<html>.", "Wait %(n)s s."):
        with pytest.raises(AssertionError):
            assert_plain(wrong)


def test_a_secret_in_a_cause_would_be_noticed(start: Start) -> None:
    running = start(stages()["practice"])
    for secret in running.secrets:
        with pytest.raises(AssertionError, match="a secret is in the error"), refusal(running):
            raise NetworkError("It failed.") from ValueError(f"Bearer {secret}")
