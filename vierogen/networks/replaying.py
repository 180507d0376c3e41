"""Reads recordings: plays one to its connector again, and says whether it proves that the connector works for real."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from socket import socketpair
from threading import Event as Flag
from typing import Any, Self, cast
from urllib.parse import unquote, urlsplit

import httpx
from PIL import Image

from vierogen.networks import abilities
from vierogen.networks.base import (
    Attempt,
    Client,
    Deletes,
    Media,
    Network,
    NetworkError,
    Opened,
    Outgoing,
    Picture,
    Shown,
)
from vierogen.networks.recording import FORMAT, Recorder, described, digest_of
from vierogen.networks.scrubbing import leaks

# Those that are part of Vierogen, and prove it for every installation.
SHIPPED = Path(__file__).with_name("recordings")
Told = dict[str, Any]


class NotReplayedError(Exception):
    """The connector asks something else than it did when it was recorded, or makes something else of the answer."""


class _NotAnAnswerError(Exception):
    """A WebSocket is no exchange of HTTP, so what came over it cannot come again."""


class LeakError(Exception):
    """A finished recording still holds what it must not; it was not written."""


def play(recording: Mapping[str, Any], network: type[Network]) -> Iterator[tuple[Told, Any]]:
    """Let ``network`` live through the recording again; yields each step with what came of it now, as JSON.

    Times in it are those of then, so a connector that looks at the clock must be shown ``recorded_at``. Raises
    ``NotReplayedError`` where it asks something else.
    """
    for session in recording["sessions"]:
        with _Answers() as answers, httpx.Client(transport=httpx.MockTransport(answers.answer)) as http:
            connector = network(_opened(session, http))
            for step in session["steps"]:
                answers.wait_for(step)
                try:
                    yield step, _came_of(connector, step)
                except _NotAnAnswerError:
                    continue
                if step["call"] != "stream":
                    answers.check_all_asked()


def differences(recording: Mapping[str, Any], network: type[Network]) -> list[str]:
    """What comes out differently now, in words; [] where the connector makes of every answer what it did then."""
    try:
        return [
            f"{step['call']} gives something else now"
            for step, came in play(recording, network)
            if came != _came_then(step)
        ]
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, it was not replayed
        return [f"it cannot be played again: {type(error).__name__}: {error}"]


def finished(recorder: Recorder) -> Told:
    """The recording as it is written to a file, with what is ``missing`` from it. Raises ``LeakError``."""
    told, secrets = recorder.told()
    missing = [*_gaps(told, recorder.network), *differences(told, recorder.network)]
    told |= {"missing": missing}
    told["digest"] = digest_of(told)
    if wrong := leaks(json.dumps(told, ensure_ascii=False), secrets):
        raise LeakError("; ".join(dict.fromkeys(wrong)))
    return told


@dataclass(frozen=True)
class Proof:
    """That a connector was tried on the live network: when, and on which recording ("" is its own tests)."""

    at: str = ""
    path: str = ""


def proof_for(network: type[Network], folders: Iterable[Path] = ()) -> Proof | None:
    """What shows that ``network`` works on the live network, or None: then it was only ever simulated."""
    if network.tried_for_real:
        return Proof()
    for folder in (SHIPPED, *folders):
        path = folder / f"{network.key}.json"
        with suppress(OSError):
            if not why_not_proved(path, network, path.stat().st_mtime_ns):
                return Proof(_read(path)["recorded_at"][:10], str(path))
    return None


@lru_cache(maxsize=64)
def why_not_proved(path: Path, network: type[Network], _changed: int = 0) -> tuple[str, ...]:
    """Why the recording at ``path`` does not prove that ``network`` works for real; () where it does."""
    try:
        return why_no_proof(_read(path), network)
    except (OSError, ValueError):
        return ("it is no recording",)


def why_no_proof(recording: Mapping[str, Any], network: type[Network]) -> tuple[str, ...]:
    """The same of a recording at hand."""
    try:
        if recording["format"] != FORMAT or recording["network"] != network.key:
            return ("it is a recording of something else",)
        if recording["digest"] != digest_of(recording):
            return ("it was changed after it was made",)
        unplayed = [str(each) for each in recording["missing"]]
        elsewhere = [] if _was_live(recording, network) else ["it was not made on the live network"]
        return tuple(dict.fromkeys([*elsewhere, *unplayed, *_gaps(recording, network)]))
    except (ValueError, LookupError, TypeError, AttributeError, NetworkError):
        return ("it is no recording",)


def is_live(server: str, network: type[Network]) -> bool:
    """Is this the network itself, and not a simulator or a server of somebody's own machine?"""
    home = getattr(network, "home", "")
    return _is_public(server) and (not home or network.server_of(server) == home)


def _read(path: Path) -> Told:
    return cast("Told", json.loads(path.read_text(encoding="utf-8")))


def _was_live(recording: Mapping[str, Any], network: type[Network]) -> bool:
    """Did every part of it come from the network itself?"""
    sessions = recording["sessions"]
    servers = {recording["server"], *(session["server"] for session in sessions)}
    asked = {each["host"] for session in sessions for step in session["steps"] for each in step["exchanges"]}
    return all(is_live(server, network) for server in servers) and all(_is_public(f"https://{host}") for host in asked)


def _is_public(server: str) -> bool:
    host = urlsplit(server).hostname or ""
    with suppress(ValueError):
        return ip_address(host).is_global
    return "." in host and not host.endswith((".localhost", ".local", ".internal", ".example", ".test", ".invalid"))


def _gaps(recording: Mapping[str, Any], network: type[Network]) -> list[str]:
    """The calls that every recording has to have, and this one has not."""
    steps = [step for session in recording["sessions"] for step in session["steps"]]

    def came(call: str) -> list[Any]:
        return [step["result"] for step in steps if step["call"] == call and "result" in step]

    made = [shown["remote_id"] for shown in came("publish") if shown["remote_id"]]
    reads = [step for step in steps if step["call"] == "read" and step["given"][:1] == made[:1]]
    wanted = {
        "me": came("me"),
        "recent": came("recent"),
        "publish": made,
        "find": [shown for shown in came("find") if shown],
        "read": [step for step in reads if step.get("result")],
        "gone again": [step for step in reads if step.get("result", "") is None],
        "allowance": came("allowance") if issubclass(network, abilities.Allows) else ["not told there"],
    }
    if issubclass(network, Deletes) and False not in came("may_delete"):
        wanted |= {
            "delete": [step for step in steps if step["call"] == "delete" and "raised" not in step],
            "remains": [left for left in came("remains") if left == []],
        }
    return [f"{call} is missing" for call, found in wanted.items() if not found]


class _Answers:
    """Gives the answers of one step after the other, each only to the question that it was given to."""

    def __init__(self) -> None:
        self.exchanges: list[Told] = []
        self.closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.closing.close()

    def wait_for(self, step: Mapping[str, Any]) -> None:
        self.exchanges = list(step["exchanges"])

    def check_all_asked(self) -> None:
        if self.exchanges:
            raise NotReplayedError(f"{_asked(self.exchanges[0])} was not asked")

    def answer(self, request: httpx.Request) -> httpx.Response:
        request.read()
        asked = f"{request.method} {unquote(request.url.path)}"
        if not self.exchanges or _asked(self.exchanges[0]) != asked:
            raise NotReplayedError(f"{asked} was asked and not recorded")
        exchange = self.exchanges.pop(0)
        if "failed" in exchange:
            raise _failure(exchange["failed"], request)
        return httpx.Response(
            exchange["status"],
            headers=exchange["headers"],
            content=_content(exchange["answer"], exchange["headers"]),
            extensions={"network_stream": _Plug(self.closing)},
        )


class _Plug:
    """What stands in for the connection of an answer: whoever reads a stream may want to cut it."""

    def __init__(self, closing: ExitStack) -> None:
        self.closing = closing

    def get_extra_info(self, _info: str) -> Any:
        ours, theirs = socketpair()
        theirs.close()
        return self.closing.enter_context(ours)


def _asked(exchange: Mapping[str, Any]) -> str:
    return f"{exchange['method']} {unquote(exchange['path'])}"


def _failure(name: str, request: httpx.Request) -> Exception:
    kind = getattr(httpx, name, httpx.ReadError)
    wanted = isinstance(kind, type) and issubclass(kind, httpx.RequestError)
    return (kind if wanted else httpx.ReadError)("as it was recorded", request=request)


def _content(answer: Mapping[str, Any] | None, headers: Mapping[str, str]) -> bytes:
    if answer is None:
        return b""
    if "json" in answer:
        return json.dumps(answer["json"]).encode()
    text = answer.get("text", answer.get("stream"))
    return str(text).encode() if text is not None else _stand_in(answer, mime=headers.get("content-type", ""))


def _came_of(connector: Network, step: Mapping[str, Any]) -> Told:
    call = getattr(connector, step["call"])
    try:
        if step["call"] == "stream":
            return {"result": _streamed(call, len(_events(step)))}
        return {"result": described(call(*map(_given, step["given"])))}
    except NetworkError as error:
        return {"raised": type(error).__name__}


def _came_then(step: Mapping[str, Any]) -> Told:
    return {"raised": step["raised"]} if "raised" in step else {"result": _events(step)}


def _events(step: Mapping[str, Any]) -> Any:
    """What came of it; of a stream without its signs of life, which come by the clock."""
    came = step.get("result", [])
    return [each for each in came if each["happening"] != "alive"] if step["call"] == "stream" else came


def _streamed(call: Callable[[Flag], Iterator[Any]], wanted: int) -> list[Any]:
    """As many events as there were then: what was read beyond them nobody had looked at yet."""
    found, stop = list[Any](), Flag()
    try:
        for happened in call(stop):
            if happened.happening != "alive" and not stop.is_set():
                found.append(described(happened))
            if len(found) >= wanted:
                stop.set()
    except TypeError as error:  # core/http.py opens sockets only for its own client
        raise _NotAnAnswerError from error
    return found


def _given(told: Any) -> Any:
    if not isinstance(told, Mapping):
        return told
    if "remote_id" in told:
        return _shown(told)
    return _outgoing(told) if "created_at" in told else dict(told)


def _outgoing(told: Mapping[str, Any]) -> Outgoing:
    pictures = tuple(
        Picture(**{**each, "data": _stand_in({**each, **each["data"]}, mime=each["mime"])}) for each in told["pictures"]
    )
    created_at = datetime.fromisoformat(told["created_at"])
    return Outgoing(**{**_known(Outgoing, told), "created_at": created_at, "pictures": pictures})


def _shown(told: Mapping[str, Any]) -> Shown:
    moments = {
        name: told[name] and datetime.fromisoformat(told[name]) for name in ("created_at", "edited_at", "expires_at")
    }
    media = tuple(Media(**each) for each in told["media"])
    lists = {"links": tuple(told["links"]), "rest": tuple(told["rest"])}
    return Shown(**{**_known(Shown, told), **moments, **lists, "media": media})


def _known(kind: type[Any], told: Mapping[str, Any]) -> Told:
    names = {each.name for each in fields(kind)}
    return {name: part for name, part in told.items() if name in names}


def _stand_in(told: Mapping[str, Any], *, mime: str) -> bytes:
    """As many bytes as there were, and a grey picture of that size where it was one: connectors look at pictures."""
    data = BytesIO()
    kind = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}.get(mime)
    if kind and "width" in told:
        Image.new("RGB", (told["width"], told["height"]), "grey").save(data, kind)
    return data.getvalue().ljust(told["bytes"], b"\0")


def _opened(session: Mapping[str, Any], http: httpx.Client) -> Opened:
    offered = iter(session["offered"])
    app = session["client"]
    return Opened(
        server=session["server"],
        credentials=session["credentials"],
        http=http,
        attempt=Attempt(kept=session["kept"], offer=lambda _picture: next(offered)),
        client=Client(app["id"], app["client_secret"]) if app else None,
    )
