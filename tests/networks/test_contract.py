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
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.networks.walk.listening import SOON, Listening
from tests.networks.walk.running import LATE, WRONG, Running, assert_plain, marked, picture, refusal
from tests.networks.walk.stage import Edits, LogsIn, RunsOut, Shares, Stage, Stories, stages
from tests.servers.faulty import Fault, cut_after, cut_before, error_after, late, limited, refused
from vierogen.channels.models import Channel, networks
from vierogen.networks.abilities import Allows, Authorises, Charges, LooksUp, Paced, Refreshes, Request
from vierogen.networks.base import (
    Client,
    Deletes,
    Disconnected,
    Format,
    Limited,
    Network,
    NetworkError,
    Picture,
    Shown,
    Streams,
    Unknown,
)
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


def publish(running: Running, text: str, *pictures: Picture, form: Format = "post") -> Shown:
    """Send one post, straight to the stage."""
    post = running.post(text, *pictures, form=form)
    return running.at(post).publish(post)


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
    screens = [screen for way in network.by_hand.values() for screen in way]
    assert all(screen.endswith((".", "?")) and screen in marked() for screen in screens)
    # Who holds a phone with several accounts has to know at the first screen which one.
    assert all("%(handle)s" in way[0] for way in network.by_hand.values())
    assert all(screen % {"handle": "@us"} for screen in screens)


@every_network
def test_a_network_says_which_forms_it_takes(network: type[Network]) -> None:
    assert network.formats
    assert len(network.formats) == len(set(network.formats))
    assert network.formats[0] == "post"
    assert (network.film_limit > 0) == (network.film_seconds > 0)
    assert not network.needs_picture or network.picture_limit > 0


@every_network
@pytest.mark.parametrize("size", [(40, 30), (3000, 1000), (500, 2500), (1080, 1080)], ids=str)
def test_preparing_a_picture_always_gives_the_same(network: type[Network], size: tuple[int, int]) -> None:
    for form in network.formats:
        ours = picture("Een vlak", size=size)
        once = network.prepared(ours, form=form)
        assert once == network.prepared(ours, form=form) == network.prepared(once, form=form)
        assert once.alt == "Een vlak"


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
    shown = running.at(post).publish(post)
    assert link in shown.text
    assert "<" not in shown.text
    assert running.standing(shown.text) == 1
    for seen in (shown, running.network.read(shown.remote_id), running.at(post).find(post)):
        assert running.network.same(post, here(seen))
        assert here(seen).remote_id == shown.remote_id
        assert here(seen).kind == "post"
    assert shown.url.startswith(("https://", "http://"))
    assert here(shown.created_at and shown).created_at
    assert abs((shown.created_at or datetime.min.replace(tzinfo=UTC)) - post.created_at) < timedelta(minutes=5)
    assert len(shown.remote_id) <= (RemotePost._meta.get_field("remote_id").max_length or 0)


@on_every_stage
def test_the_newest_is_listed_first(running: Running) -> None:
    first = publish(running, "De eerste").remote_id
    second = running.stage.post("De tweede, van de telefoon")
    third = publish(running, "De derde").remote_id
    eventually(lambda: ids(running.network.recent())[:3] == [third, second, first])
    assert ids(running.network.recent(1))[:1] == [third]


@on_every_stage
def test_one_post_is_not_taken_for_another(running: Running) -> None:
    one, other = running.post("Het zwembad is open"), running.post("Het zwembad is dicht")
    shown = running.at(one).publish(one)
    assert not running.network.same(other, shown)
    assert running.at(other).find(other) is None
    assert running.standing(other.text) == 0


@on_every_stage
def test_a_text_may_be_as_long_as_the_network_says_and_no_longer(running: Running) -> None:
    fits = "vol " + "x" * (running.stage.network.text_limit - 4)
    assert running.network.length(fits) == running.stage.network.text_limit
    assert publish(running, fits).text == fits
    with refusal(running) as refused_:
        publish(running, f"{fits}x")
    assert not isinstance(refused_.error, Unknown)
    assert not refused_.error.may_retry
    assert running.standing(f"{fits}x") == 0


@on_every_stage
def test_pictures_keep_their_alt_texts_and_their_order(running: Running) -> None:
    alts = [ALT, "Nog een"][: running.stage.network.picture_limit]
    post = running.post("Kijk eens", *map(picture, alts))
    shown = running.at(post).publish(post)
    for seen in (shown, here(running.network.read(shown.remote_id))):
        assert [media.alt for media in seen.media] == alts
        assert all(media.url.startswith(("https://", "http://")) for media in seen.media)
        assert running.network.same(post, seen)


@on_every_stage
def test_what_never_was_reads_as_none(running: Running) -> None:
    shown = publish(running, "Bijna")
    assert running.network.read(f"{shown.remote_id}0") is None


@on_every_stage
def test_what_was_published_is_no_stray(running: Running) -> None:
    post = running.post("Van ons, en van niemand anders")
    ours = running.at(post).publish(post)
    theirs = running.stage.post("Niet van ons")
    # Opened as the watch does: it knows nothing of the delivery but the post.
    eventually(lambda: theirs in ids(running.network.recent()))
    explained = [seen.remote_id for seen in running.network.recent() if running.through.same(post, seen)]
    assert explained == [ours.remote_id]


# What stands there for a day


@on_stages(Stories)
def test_a_story_of_ours_is_told_from_one_of_somebody_else(running: Running) -> None:
    ours, stage = running.post("", picture("", size=(1080, 1920)), form="story"), can(Stories, running.stage)  # type: ignore[arg-type]
    foreign = stage.story(picture("", size=(1080, 1920)).data)
    shown = running.at(ours).publish(ours)
    listed = running.network.recent()
    assert {shown.remote_id, foreign} <= {seen.remote_id for seen in listed if seen.kind == "story"}
    assert [seen.remote_id for seen in listed if running.through.same(ours, seen)] == [shown.remote_id]
    assert here(running.at(ours).find(ours)).remote_id == shown.remote_id


@on_stages(Stories)
def test_a_story_says_when_it_ends(running: Running) -> None:
    remote_id = can(Stories, running.stage).story(picture("").data)  # type: ignore[arg-type]
    seen = here(running.network.read(remote_id))
    assert seen.kind == "story"
    assert seen.created_at is not None
    assert seen.expires_at == seen.created_at + timedelta(hours=24)
    assert len(seen.media) == 1


@on_stages(Stories, Deletes)
def test_a_story_is_taken_down_whole(running: Running) -> None:
    remote_id = can(Stories, running.stage).story(picture("").data)  # type: ignore[arg-type]
    network, seen = can(Deletes, running.network), here(running.network.read(remote_id))
    assert len(network.remains(seen)) == 1 + len(seen.addresses)
    network.delete(remote_id)
    eventually(lambda: network.remains(seen) == [])
    assert remote_id not in [each for each, _since in can(Stories, running.stage).stories()]  # type: ignore[arg-type]


@on_stages(Stories)
@pytest.mark.parametrize("fault", [cut_after(), error_after(500)], ids=["cut", "error"])
def test_a_story_whose_answer_got_lost_is_found(running: Running, fault: Fault) -> None:
    post, stage = running.post("", picture(""), form="story"), can(Stories, running.stage)  # type: ignore[arg-type]
    before = len(stage.stories())
    running.goes_wrong(fault)
    with refusal(running, Unknown):
        running.through_at(post).publish(post)
    assert here(running.through_at(post).find(post)).kind == "story"
    assert not running.through_at(post).may_repeat(post)
    assert len(stage.stories()) == before + 1


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
    assert running.at(ours).find(ours) is None


@on_stages(Streams)
def test_what_somebody_posts_with_the_app_is_told_within_seconds(running: Running) -> None:
    with Listening(can(Streams, running.network)) as listening:
        foreign = running.stage.post("Live van de telefoon")
        told = listening.hears("seen", foreign)
        ours = publish(running, "Van ons")
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
    shown = running.at(post).publish(post)
    can(Edits, running.stage).edit(shown.remote_id, "Iets anders")  # type: ignore[arg-type]
    eventually(lambda: here(running.network.read(shown.remote_id)).text == "Iets anders")
    assert "Iets anders" in [seen.text for seen in running.network.recent()]


@on_stages(Edits, Streams)
def test_an_edit_is_told_within_seconds(running: Running) -> None:
    shown = publish(running, "Zoals het was")
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
    shown = publish(running, "Weg ermee", *pictures)
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
        running.through_at(post).publish(post)
    found = here(running.through_at(post).find(post))
    assert running.through.same(post, found)
    if running.through_at(post).may_repeat(post):
        with suppress(NetworkError):  # or it is refused, as there is nothing left to publish
            assert running.at(post).publish(post).remote_id == found.remote_id
    assert running.standing(found.text) == 1


@on_every_stage
def test_what_never_arrived_is_unknown_too_and_not_found(running: Running) -> None:
    post = running.post("Nooit aangekomen")
    running.goes_wrong(cut_before())
    with refusal(running, Unknown):
        running.through_at(post).publish(post)
    assert running.through_at(post).find(post) is None
    # Whether the network lets the connector be sure of it, or a person decides.
    assert running.through_at(post).may_repeat(post) in (True, False)
    running.through_at(post).publish(post)
    assert running.standing(post.text) == 1


@on_every_stage
def test_an_acceptance_that_makes_no_sense_is_no_refusal(running: Running) -> None:
    post = running.post("Geplaatst, denk ik")
    running.goes_wrong(replace(refused(200, ["odd"]), reaches=True))
    with suppress(Unknown):  # or it knows without reading the answer
        running.through_at(post).publish(post)
    found = here(running.through_at(post).find(post))
    assert running.standing(found.text) == 1


@on_every_stage
def test_a_limit_says_for_how_long_and_nothing_was_accepted(running: Running) -> None:
    post = running.post("Te veel gevraagd")
    running.goes_wrong(limited(7))
    with refusal(running, Limited) as told:
        running.through_at(post).publish(post)
    assert isinstance(told.error, Limited)
    assert 5 <= told.error.seconds <= 8
    assert told.error.may_retry
    assert running.standing(post.text) == 0


# Who is there


@on_stages(LooksUp)
def test_it_knows_who_is_there_and_who_is_not(running: Running) -> None:
    network = can(LooksUp, running.network)
    assert network.exists(running.stage.mention) is True
    assert network.exists(running.network.me().handle) is True
    nobody = running.stage.mention.replace("@", "@niemand")
    assert network.exists(nobody) is False


@on_stages(LooksUp)
def test_of_an_account_elsewhere_it_claims_nothing_that_it_cannot_know(running: Running) -> None:
    assert can(LooksUp, running.network).exists("@iemand@elders.example") is not True


@on_stages(LooksUp)
@pytest.mark.parametrize("fault", [cut_before(), error_after(), limited(7)])
def test_looking_up_that_fails_is_an_error_and_no_answer(running: Running, fault: Fault) -> None:
    running.proxy.next(fault, method="GET", path=".*(lookup|resolveHandle).*")
    with refusal(running):
        can(LooksUp, running.through).exists(running.stage.mention)


# What is allowed


@on_stages(Allows)
def test_it_says_how_much_may_still_be_published(running: Running) -> None:
    before = can(Allows, running.network).allowance()
    publish(running, "Telt mee")
    after = can(Allows, running.network).allowance()
    assert (after.used, after.total) == (before.used + 1, before.total)
    assert after.seconds > 0


@on_stages(Paced)
def test_it_says_how_many_calls_are_used(running: Running) -> None:
    network = can(Paced, running.later.opened())
    assert network.calls_a_day() > 0
    before = len(running.proxy.seen)
    network.recent()  # type: ignore[attr-defined]
    assert len(running.proxy.seen) - before == network.calls_a_look
    assert network.usage is not None
    assert 0 <= network.usage.share < 1


@on_stages(RunsOut)
def test_when_the_calls_are_used_up_nothing_goes_out_and_it_says_for_how_long(running: Running) -> None:
    stage, post = can(RunsOut, running.stage), running.post("Te veel vandaag")  # type: ignore[arg-type]
    stage.use_up()
    try:
        for verb in ("recent", "publish", "recent"):
            with suppress(Limited):
                asked(running.at(post), verb, post)
        with refusal(running, Limited) as told:
            running.through.recent()
    finally:
        stage.refill()
    assert isinstance(told.error, Limited)
    assert told.error.seconds >= 1
    assert running.standing(post.text) <= 1
    running.through.recent()


@on_stages(Charges)
def test_it_says_what_sending_costs_before_it_is_sent(running: Running) -> None:
    network = can(Charges, running.network)
    plain, linked = running.post("Morgen open"), running.post("Morgen open: https://www.voorbeeld.nl/zwemmen")
    before = list(running.stage.texts())
    prices = [network.price(post) for post in (plain, linked)]
    assert 0 < prices[0].amount <= prices[1].amount
    assert {price.currency for price in prices} == {prices[0].currency}
    assert len(prices[0].currency) == 3
    assert prices == [network.price(post) for post in (plain, linked)]
    assert running.stage.texts() == before


# Keys that end, and logging in at the network


@on_stages(Refreshes)
def test_a_renewed_key_works_and_says_when_it_ends(running: Running) -> None:
    way = running.way(running.stage.spare(running.proxy.base_url))
    before = dict(way.credentials)
    can(Refreshes, way.opened()).renew()
    changed = {name for name, value in way.credentials.items() if before.get(name) != value}
    assert changed & {"expires_at", *(field.name for field in running.stage.network.fields), *running.stage.tokens}
    assert datetime.fromisoformat(way.credentials["expires_at"]) > datetime.now(UTC)
    assert way.opened().me().account_id == running.network.me().account_id


@on_stages(Refreshes)
def test_a_refused_key_is_not_renewed_and_not_forgotten(running: Running) -> None:
    way = running.way({"server": running.proxy.base_url, **running.stage.filled_in, **wrong_secrets(running)})
    before = dict(way.credentials)
    with refusal(running, Disconnected):
        can(Refreshes, way.opened()).renew()
    assert way.credentials == before


@on_stages(Refreshes)
@pytest.mark.parametrize(
    "fault", [refused(503), cut_before(), refused(200, {}), refused(200, ["odd"])], ids=["error", "cut", "empty", "odd"]
)
def test_renewing_that_fails_loses_nothing_and_can_be_tried_again(running: Running, fault: Fault) -> None:
    way = running.way(running.stage.spare(running.proxy.base_url))
    before = dict(way.credentials)
    running.proxy.next(fault)
    with refusal(running) as told:
        can(Refreshes, way.opened()).renew()
    assert not isinstance(told.error, Disconnected)
    assert told.error.may_retry
    assert way.credentials == before


BACK = "https://voorbeeld.nl/terug/"


def log_in(running: Running, *, state: str = "een-toestand") -> tuple[Request, str]:
    """One log-in, and the address to which the person is sent; both go straight to the stage."""
    client = running.stage.client
    assert isinstance(client, Client)
    request = Request(client, BACK, state, "v" * 50)
    return request, can(Authorises, running.network).log_in_at(running.address, request)


def given(address: str) -> dict[str, str]:
    """What the network sends along to the address to which it leads back."""
    assert address.startswith(BACK)
    return {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}


@on_stages(Authorises, LogsIn)
def test_logging_in_gives_each_account_its_own_credentials(running: Running) -> None:
    stage = can(LogsIn, running.stage)  # type: ignore[arg-type]
    request, address = log_in(running)
    back = given(stage.agree(address))
    assert back["state"] == request.state
    choices = can(Authorises, running.network).redeem(
        running.address, request, code=back["code"], http=running.direct.http
    )
    assert {choice.profile.handle for choice in choices} == stage.handles
    for choice in choices:
        opened = running.way({"server": running.address, **choice.credentials}).opened()
        assert opened.me().account_id == choice.profile.account_id
        assert opened.me().handle == choice.profile.handle
        assert all(choice.credentials.values())
    assert running.network.me().handle in stage.handles


@on_stages(Authorises, LogsIn)
def test_the_address_of_the_log_in_holds_no_secret(running: Running) -> None:
    request, address = log_in(running)
    assert request.client.secret not in address
    assert request.verifier not in address
    asked_for = parse_qs(urlsplit(address).query)
    assert asked_for["state"] == [request.state]
    assert asked_for["redirect_uri"] == [BACK]
    assert asked_for["response_type"] == ["code"]


@on_stages(Authorises, LogsIn)
def test_who_says_no_is_led_back_without_a_code(running: Running) -> None:
    request, address = log_in(running)
    back = given(can(LogsIn, running.stage).decline(address))  # type: ignore[arg-type]
    assert "code" not in back
    assert back["error"] == "access_denied"
    assert back["state"] == request.state


@on_stages(Authorises, LogsIn)
@pytest.mark.parametrize("wrong", ["a code twice", "another address", "another secret", "no code at all"])
def test_a_code_works_once_and_only_for_who_asked(running: Running, wrong: str) -> None:
    network = can(Authorises, running.network)
    request, address = log_in(running)
    code = given(can(LogsIn, running.stage).agree(address))["code"]  # type: ignore[arg-type]
    if wrong == "a code twice":
        network.redeem(running.address, request, code=code, http=running.direct.http)
    if wrong == "another address":
        request = replace(request, back=f"{BACK}elders")
    if wrong == "another secret":
        request = replace(request, client=Client(request.client.id, "another"))
    if wrong == "no code at all":
        code = "made-up"
    with refusal(running) as told:
        network.redeem(running.address, request, code=code, http=running.direct.http)
    assert not isinstance(told.error, Unknown)


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


def wrong_secrets(running: Running) -> dict[str, str]:
    """Everything secret that the connector has, and none of it right."""
    names = [field.name for field in running.stage.network.fields if field.secret]
    return dict.fromkeys([*names, *running.stage.tokens], WRONG)


def test_a_sentence_with_raw_data_in_it_would_be_noticed() -> None:
    for wrong in ("", "no capital.", "No end", "<html>.", "Wait %(n)s s.", "Nobody ever marked this."):
        with pytest.raises(AssertionError):
            assert_plain(wrong)


def test_a_secret_in_a_cause_would_be_noticed(start: Start) -> None:
    running = start(stages()["practice"])
    for secret in running.secrets:
        with pytest.raises(AssertionError, match="a secret is in the error"), refusal(running):
            raise NetworkError("The network refused this.") from ValueError(f"Bearer {secret}")
