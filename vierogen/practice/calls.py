"""A request to the practice network, read: form, JSON or multipart all become the same named values."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from vierogen.practice.records import Account

Values = dict[str, list[str]]


class BadCall(Exception):  # noqa: N818 - the caller's mistake, not ours
    """The request cannot be read; ``status`` is the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Call:
    """One request: query and body together in ``values``, without Rails' ``[]`` behind the names of lists."""

    method: str
    path: str
    values: Mapping[str, list[str]] = field(default_factory=dict, repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    token: str = field(default="", repr=False)
    key: str = ""
    account: Account | None = None
    # The whole header, for log-ins that are no bearer's.
    authorization: str = field(default="", repr=False)

    def value(self, name: str, default: str = "") -> str:
        """The last value given under ``name``."""
        return self.values[name][-1] if self.values.get(name) else default

    def all(self, name: str) -> list[str]:
        """Every value given under ``name``; an empty one only says that the list is empty."""
        return [value for value in self.values.get(name, []) if value]

    def yes(self, name: str) -> bool:
        """Is ``name`` given and true, as Mastodon reads it?"""
        return self.value(name).lower() not in ("", "0", "f", "false", "off")

    def member(self) -> Account:
        """The account behind the token, on a route that lets nobody else in."""
        if self.account is None:
            raise LookupError("this route needs an account")
        return self.account


def read(method: str, target: str, headers: Message, body: bytes) -> Call:
    """Read one request; raises ``BadCall`` where the body is not what its type says."""
    parts = urlsplit(target)
    given, files = _body(headers.get("Content-Type") or "", body)
    values: Values = {}
    for name, value in [*parse_qsl(parts.query, keep_blank_values=True), *given]:
        values.setdefault(name.replace("[]", ""), []).append(value)
    scheme, _, token = (headers.get("Authorization") or "").partition(" ")
    if scheme.lower() != "bearer":
        token = "".join(values.get("access_token", [])[-1:])
    key = headers.get("Idempotency-Key") or ""
    header = headers.get("Authorization") or ""
    return Call(method, unquote(parts.path), values, files, token.strip(), key, authorization=header)


def _body(content_type: str, body: bytes) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
    head = Message()
    head["Content-Type"] = content_type
    if not body:
        return [], {}
    try:
        match head.get_content_type():
            case "application/json":
                return list(_flat("", json.loads(body))), {}
            case "multipart/form-data":
                return _multipart(body, head.get_boundary() or "")
            case _:
                return parse_qsl(body.decode(), keep_blank_values=True), {}
    except ValueError as error:
        raise BadCall(400, "Error occurred while parsing request parameters") from error


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """JSON as a form would send it: ``{"poll": {"options": ["a"]}}`` gives ``poll[options]``, a."""
    if isinstance(value, dict):
        for inner, content in value.items():
            yield from _flat(f"{name}[{inner}]" if name else inner, content)
    elif isinstance(value, list):
        for content in value or [""]:
            yield from _flat(name, content)
    elif value is not None:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _multipart(body: bytes, boundary: str) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
    """RFC 7578: parts between boundaries; a part with a file name is a file, kept byte for byte."""
    values: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if not boundary or not parts or not parts[-1].startswith(b"--"):
        raise ValueError("the closing boundary is missing")
    for part in parts[:-1]:
        lines, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        head = message_from_bytes(lines)
        name = str(head.get_param("name", header="content-disposition") or "")
        if head.get_filename() is None:
            values.append((name, content.decode()))
        else:
            files[name] = content
    return values, files
