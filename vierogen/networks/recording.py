"""Records how a connector and its network talk, so that the connector can be tried again without the network.

A recording holds sessions (one opened connector each), a session its steps (one call of the connector each: what it
was given, what was asked over HTTP, what came of it). It is listened in on from outside: the gateway does what it
always does, and nothing is sent for the sake of a recording. ``scrubbing.py`` takes the secrets out.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from functools import wraps
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
from PIL import Image

from vierogen.networks.base import Network, NetworkError, Picture, Profile
from vierogen.networks.scrubbing import Scrubber, in_groups

FORMAT = 1
# The calls of a connector that talk to the network, of base.py and abilities.py.
CALLS = (
    "me may_delete publish recent read find may_repeat delete remains renew allowance calls_a_day stream".split()  # noqa: SIM905
)
# What an answer's headers may tell a connector.
_HEADERS = frozenset(
    "content-type location link retry-after x-business-use-case-usage x-app-usage x-ad-account-usage".split()  # noqa: SIM905
)
# What a connector keeps that is neither a secret nor somebody's name.
_PLAIN_CREDENTIALS = frozenset({"expires_at", "server", "scope", "scopes", "kind"})
_NAMES_IN_CREDENTIALS = frozenset({"handle", "did", "username", "name", "account", "page"})


@dataclass
class Exchange:
    """One request and what came back; ``chunks`` are the bytes of the answer that were read."""

    request: httpx.Request
    response: httpx.Response | None = None
    chunks: list[bytes] = field(default_factory=list)

    def told(self, failure: str) -> dict[str, Any]:
        """The exchange as JSON, not yet scrubbed; ``failure`` names why there is no answer, where there is none."""
        address = self.request.url
        asked = {
            "method": self.request.method,
            "host": address.netloc.decode(),
            "path": unquote(address.path),
            "query": [list(pair) for pair in address.params.multi_items()],
            "sent": _body(self.request.headers.get("content-type", ""), self.request.read()),
        }
        if self.response is None:
            return {**asked, "failed": failure}
        headers = {name: value for name, value in self.response.headers.items() if _matters(name)}
        # An answer without an end (core/http.py) is a stream; what was read of it need not be whole.
        if self.request.extensions.get("max_seconds", 0) is None:
            answer: Any = {"stream": b"".join(self.chunks).decode(errors="replace")}
        else:
            answer = _body(headers.get("content-type", ""), b"".join(self.chunks))
        return {**asked, "status": self.response.status_code, "headers": headers, "answer": answer}


@dataclass
class Step:
    """One call of a connector."""

    call: str
    given: list[Any]
    exchanges: list[Exchange] = field(default_factory=list)
    result: Any = None
    raised: str = ""
    failure: str = "ReadError"

    def told(self) -> dict[str, Any]:
        """The step as JSON, not yet scrubbed."""
        exchanges = [exchange.told(self.failure) for exchange in self.exchanges]
        came = {"raised": self.raised} if self.raised else {"result": self.result}
        return {"call": self.call, "given": self.given, "exchanges": exchanges, **came}


class Session:
    """One opened connector that is listened in on."""

    def __init__(self, network: Network, recorder: "Recorder") -> None:
        self.at, self.server = datetime.now(UTC), network.opened.server
        self.opened, self.recorder = network.opened, recorder
        self.credentials = dict(network.opened.credentials)
        self.offered: list[str] = []
        self.steps: list[Step] = []
        self._now: Step | None = None
        network.opened = replace(
            network.opened,
            remember=self._remember,
            attempt=replace(network.opened.attempt, offer=self._offer),
        )
        hooks = network.opened.http.event_hooks
        network.opened.http.event_hooks = {
            "request": [*hooks["request"], self._asked],
            "response": [*hooks["response"], self._answered],
        }
        for name in CALLS:
            if hasattr(network, name):
                wrap = self._streaming if name == "stream" else self._calling
                setattr(network, name, wrap(name, getattr(network, name)))

    def told(self) -> dict[str, Any]:
        """The session as JSON, not yet scrubbed."""
        client = self.opened.client
        return {
            "at": self.at.isoformat(),
            "server": self.server,
            "credentials": self.credentials,
            "client": {"id": client.id, "client_secret": client.secret} if client else None,
            "kept": dict(self.opened.attempt.kept),
            "offered": self.offered,
            "steps": [step.told() for step in self.steps],
        }

    def _calling(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def called(*given: Any, **named: Any) -> Any:
            if self._now is not None:  # a call within a call
                return call(*given, **named)
            with self._step(name, [*given, *named.values()]) as step:
                came = call(*given, **named)
                step.result = described(came)
            self.recorder.heard(self, step, came)
            return came

        return called

    def _streaming(self, name: str, call: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        @wraps(call)
        def called(*given: Any, **named: Any) -> Iterator[Any]:
            with self._step(name, []) as step:
                step.result = []
                for happened in call(*given, **named):
                    step.result.append(described(happened))
                    yield happened

        return called

    @contextmanager
    def _step(self, name: str, given: list[Any]) -> Iterator[Step]:
        step = self._now = Step(name, [described(each) for each in given])
        try:
            yield step
        except NetworkError as error:
            step.raised, step.failure = type(error).__name__, _failure(error)
            raise
        finally:
            self._now = None
            self.steps.append(step)

    def _asked(self, request: httpx.Request) -> None:
        if self._now is not None:
            self._now.exchanges.append(Exchange(request))

    def _answered(self, response: httpx.Response) -> None:
        for exchange in self._now.exchanges if self._now else ():
            if exchange.request is response.request:
                exchange.response = response
                response.stream = _Copied(response.stream, exchange.chunks)

    def _remember(self, changed: Mapping[str, str]) -> None:
        self.recorder.secrets.update(_secrets_of(self.recorder.network, changed))
        self.opened.remember(changed)

    def _offer(self, picture: Picture) -> str:
        address = self.opened.attempt.offer(picture)
        self.offered.append(address)
        return address


class Recorder:
    """Listens in on every connector that the vault opens for ``whose`` (a channel's number), while ``listening``.

    ``own`` are names and ids of the account that become placeholders.
    """

    def __init__(self, network: type[Network], *, whose: int, own: tuple[str, ...] = ()) -> None:
        self.network, self.whose = network, whose
        self.own = set(own)
        self.secrets: set[str] = set()
        self.sessions: list[Session] = []

    def attend(self, network: Network) -> None:
        """Listen to this opened connector."""
        self.secrets.update(_secrets_of(self.network, network.opened.credentials))
        self.own.update(_own_of(self.network, network.opened.credentials))
        if network.opened.client:
            self.secrets.add(network.opened.client.secret)
            self.own.add(network.opened.client.id)
        self.sessions.append(Session(network, self))

    def heard(self, _session: Session, _step: Step, came: Any) -> None:
        """A call succeeded: whose account it is is not told to others."""
        if isinstance(came, Profile):
            self.own.update({came.account_id, came.name, came.handle.lstrip("@").partition("@")[0]})

    def came_of(self, call: str) -> list[Any]:
        """What each successful ``call`` gave until now."""
        done = [step for session in list(self.sessions) for step in list(session.steps) if step.call == call]
        return [step.result for step in done if not step.raised]

    def told(self) -> tuple[dict[str, Any], frozenset[str]]:
        """The recording without its digest, scrubbed; and every secret that must not be in it."""
        sessions = [session.told() for session in self.sessions if session.steps]
        offered = list(dict.fromkeys(address for session in self.sessions for address in session.offered))
        instead = {address: f"https://installation.example/offered-{n}" for n, address in enumerate(offered, 1)}
        scrubber = Scrubber(sorted(self.secrets), own=sorted(self.own), instead=instead)
        for session in sessions:
            for step in session["steps"]:
                for exchange in step["exchanges"]:
                    scrubber.learn([exchange["query"], exchange["sent"]], sent=True)
            scrubber.learn(session)
            scrubber.learn(list(_packed(session)))
        scrubbed = [_scrubbed(session, scrubber) for session in sessions]
        server = self.sessions[-1].server if self.sessions else ""
        head = {"format": FORMAT, "network": self.network.key, "server": server}
        return {**head, "recorded_at": datetime.now(UTC).isoformat(), "sessions": scrubbed}, scrubber.secrets


_listening: list[Recorder] = []


@contextmanager
def listening(recorder: Recorder) -> Iterator[Recorder]:
    """Let ``recorder`` listen to this whole process for the length of the block."""
    _listening.append(recorder)
    try:
        yield recorder
    finally:
        _listening.remove(recorder)


def overheard(network: Network, *, whose: int) -> Network:
    """``network`` itself, opened for the channel ``whose``; who listens for that channel hears what it does."""
    for recorder in _listening:
        if recorder.whose == whose:
            recorder.attend(network)
    return network


def described(value: Any) -> Any:
    """A dataclass, or whatever else a connector takes or gives, as JSON; of bytes the length and the SHA-256."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: described(getattr(value, each.name)) for each in fields(value) if each.name != "raw"}
    if isinstance(value, Mapping):
        return {str(name): described(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [described(part) for part in value]
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": in_groups(hashlib.sha256(value).hexdigest())}
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def digest_of(recording: Mapping[str, Any]) -> str:
    """The SHA-256 over everything in the recording but the digest itself."""
    rest = {name: part for name, part in recording.items() if name != "digest"}
    plain = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return in_groups(hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest())


def _packed(session: Mapping[str, Any]) -> Iterator[Any]:
    """The JSON within its texts: in headers, and in streams an object a line, as server-sent events or bare."""
    exchanges = [exchange for step in session["steps"] for exchange in step["exchanges"]]
    for exchange in exchanges:
        stream = str((exchange.get("answer") or {}).get("stream", ""))
        for text in [*exchange.get("headers", {}).values(), *stream.splitlines()]:
            with suppress(ValueError, RecursionError):
                yield json.loads(text.removeprefix("data:"))


def _scrubbed(session: Mapping[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    """Without touching the names of calls, which an account may bear as well."""
    steps = [{**scrubber.scrubbed(step), "call": step["call"]} for step in session["steps"]]
    return {**scrubber.scrubbed({**session, "steps": []}), "steps": steps}


class _Copied(httpx.SyncByteStream):
    """The answer's own stream, of which a copy is kept as it is read."""

    def __init__(self, stream: Any, copy: list[bytes]) -> None:
        self.stream, self.copy = stream, copy

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.stream:
            self.copy.append(chunk)
            yield chunk

    def close(self) -> None:
        self.stream.close()


def _matters(header: str) -> bool:
    name = header.lower()
    return name in _HEADERS or "ratelimit" in name or "rate-limit" in name


def _body(kind: str, data: bytes) -> Any:
    """A body as JSON: what is JSON or a form is taken apart, text stays text, anything else is length and hash."""
    mime = kind.partition(";")[0].strip().lower()
    if not data:
        return None
    if mime == "multipart/form-data":
        return {"form": _parts(kind, data)}
    try:
        text = data.decode()
        if mime == "application/x-www-form-urlencoded":
            return {"form": [list(pair) for pair in parse_qsl(text, keep_blank_values=True)]}
        return {"json": json.loads(text)}
    except (ValueError, RecursionError):
        is_text = mime.startswith("text/") or "json" in mime
        return {"text": data.decode(errors="replace")} if is_text else {**described(data), **_size(data)}


def _size(data: bytes) -> dict[str, int]:
    """Of a picture its size in pixels, so that a stand-in of the same shape can take its place."""
    try:
        width, height = Image.open(BytesIO(data)).size
    except (OSError, ValueError, Image.DecompressionBombError):  # no picture, or none that we open
        return {}
    return {"width": width, "height": height}


def _parts(kind: str, data: bytes) -> list[list[Any]]:
    """Name and content of each part of a form with files (RFC 7578)."""
    message: Message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + data)
    found = []
    for part in message.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        raw = content if isinstance(content, bytes) else b""
        told = described(raw) if part.get_filename() else raw.decode(errors="replace")
        found.append([str(part.get_param("name", header="content-disposition")), told])
    return found


def _failure(error: NetworkError) -> str:
    cause = error.__cause__
    return type(cause).__name__ if isinstance(cause, httpx.HTTPError) else "ReadError"


def _secrets_of(network: type[Network], credentials: Mapping[str, str]) -> set[str]:
    """Those that are not known to be something else: a connector may keep what it never asked a person for."""
    open_ones = {each.name for each in network.fields if not each.secret} | _PLAIN_CREDENTIALS
    return {
        value
        for name, value in credentials.items()
        if name not in open_ones and not _is_name(name) and urlsplit(value).scheme not in {"http", "https"}
    }


def _own_of(network: type[Network], credentials: Mapping[str, str]) -> set[str]:
    asked = {each.name for each in network.fields if not each.secret and each.name != "server"}
    return {value for name, value in credentials.items() if name in asked or _is_name(name)}


def _is_name(name: str) -> bool:
    return name in _NAMES_IN_CREDENTIALS or name.endswith("_id")
