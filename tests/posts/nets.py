"""A network with an account of the organisation on it, and something due for it."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from itertools import count

from PIL import Image

from tests.servers.faulty import FaultyProxy
from tests.servers.pds import PDS
from vierogen.channels.models import Channel
from vierogen.people.models import Member, Organisation
from vierogen.posts.actions.reviewing import approve, publish_now
from vierogen.posts.actions.writing import Content, add_picture, begin, submit
from vierogen.posts.models import Delivery
from vierogen.practice.simulators.instagram import InstagramSimulator
from vierogen.practice.simulators.x import XSimulator
from vierogen.vault.actions import connect, seal

TEXT = "Morgen beginnen de werkzaamheden aan de Stationsweg."
NAMES = count(1)


@dataclass
class Net:
    """A network with our account on it; ``texts`` says what anybody sees there now."""

    key: str
    channel: Channel
    texts: Callable[[], list[str]]
    proxy: FaultyProxy | None = None


def on_bluesky(pds: PDS, proxy: FaultyProxy, town: Organisation, cora: Member) -> Net:
    """A real server, reached through a proxy that can go wrong."""
    account = pds.create_account(f"faults{next(NAMES)}")
    given = {"handle": account.handle, "app_password": account.password}
    channel = connect(town, "bluesky", server=proxy.base_url, credentials=given, by=cora)
    # The address of the repository was learned from the server itself.
    seal(channel, {"pds": proxy.base_url})

    def texts() -> list[str]:
        listed = account.ask("com.atproto.repo.listRecords", repo=account.did, collection="app.bsky.feed.post")
        return [record["value"]["text"] for record in listed["records"]]

    return Net("bluesky", channel, texts, proxy)


def on_x(simulator: XSimulator, town: Organisation, cora: Member) -> Net:
    """The simulated X."""
    account = simulator.add_account(f"faults{next(NAMES)}", "Gemeente X")
    given = {"access_token": account.token, "refresh_token": account.refresh_token}
    channel = connect(town, "x", server=simulator.url, credentials=given, by=cora)
    return Net("x", channel, lambda: simulator.posts_of(account))


def on_instagram(simulator: InstagramSimulator, town: Organisation, cora: Member) -> Net:
    """The simulated Instagram, feed and stories together."""
    account = simulator.add_account(f"faults{next(NAMES)}", "Gemeente X")
    given = {"token": account.token, "account_id": account.id}
    channel = connect(town, "instagram", server=simulator.url, credentials=given, by=cora)

    def texts() -> list[str]:
        return [media.caption for media in (*simulator.media_of(account), *simulator.stories_of(account))]

    return Net("instagram", channel, texts)


def due_on(
    channel: Channel,
    anna: Member,
    ben: Member,
    *,
    pictures: int = 0,
    film: bytes = b"",
    text: str = TEXT,
    form: str = "post",
) -> Delivery:
    """A delivery to this channel whose time has come."""
    files = [(png(place), f"{place}.png") for place in range(pictures)] + [(film, "film.mp4")] * bool(film)
    media = [add_picture(channel.organisation, data, name=name, by=anna) for data, name in files]
    shown = tuple((each.pk, "Een opgebroken straat") for each in media)
    version = begin(
        channel.organisation, Content(text, (channel,), pictures=shown, formats={channel.pk: form}), by=anna
    )
    submit(version, by=anna)
    approve(version, by=ben, digest=version.digest)
    publish_now(version, by=ben)
    return Delivery.objects.get(version=version)


def png(shade: int) -> bytes:
    buffer = BytesIO()
    image = Image.new("RGB", (40, 30), (shade * 40, 90, 90))
    image.paste((200, 60, shade * 20), (5 + shade, 5, 25, 20))  # nobody can recognise an even surface
    image.save(buffer, "PNG")
    return buffer.getvalue()
