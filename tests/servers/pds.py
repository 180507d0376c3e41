"""A real Bluesky server (PDS) with its own identity directory, for the tests; on 127.0.0.1 only."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import select
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

from tests.servers.node import find_node, installed

SCRIPT = Path(__file__).with_name("pds") / "serve.js"
# Seconds; it takes three on a quiet machine.
PATIENCE = 90


class CannotStartError(Exception):
    """Says why the server did not come up."""


@dataclass(frozen=True)
class Account:
    """An account on the server, with a password that works as an app password."""

    server: str
    handle: str
    password: str = field(repr=False)
    did: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    http: httpx.Client = field(repr=False, compare=False)

    def call(self, method: str, **body: Any) -> dict[str, Any]:
        """Call a procedure as this account, as the app on a phone would."""
        return self._answer("POST", method, json=body)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask a query as this account."""
        return self._answer("GET", method, params=params)

    def upload(self, data: bytes, mime: str) -> dict[str, Any]:
        """Upload a blob and return its reference."""
        blob = self._answer("POST", "com.atproto.repo.uploadBlob", content=data, type=mime)["blob"]
        return dict(blob)

    def create(self, collection: str, **record: Any) -> str:
        """Create a record directly on the network, around Vierogen; returns its at:// URI."""
        made = {"$type": collection, "createdAt": "2026-01-02T03:04:05.678Z", **record}
        body = {"repo": self.did, "collection": collection, "record": made}
        return str(self.call("com.atproto.repo.createRecord", **body)["uri"])

    def post(self, text: str, **record: Any) -> str:
        """Post directly on the network; returns the at:// URI."""
        return self.create("app.bsky.feed.post", text=text, **record)

    def raw_post(self, text: str, embed: str) -> str:
        """Post what no Python program would write: ``text`` and ``embed`` are JSON already."""
        created = '"$type": "app.bsky.feed.post", "createdAt": "2026-01-02T03:04:05.678Z"'
        record = f'{{{created}, "text": {text}, "embed": {embed}}}'
        body = f'{{"repo": "{self.did}", "collection": "app.bsky.feed.post", "record": {record}}}'
        options = {"content": body, "type": "application/json"}
        return str(self._answer("POST", "com.atproto.repo.createRecord", **options)["uri"])

    def put(self, collection: str, rkey: str, **record: Any) -> str:
        """Write a record over what stands there; returns its at:// URI."""
        made = {"$type": collection, **record}
        body = {"repo": self.did, "collection": collection, "rkey": rkey, "record": made}
        return str(self.call("com.atproto.repo.putRecord", **body)["uri"])

    def cid_of(self, uri: str) -> str:
        """Return the content identifier of one of its records, which likes and reposts must give."""
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        return str(self.ask("com.atproto.repo.getRecord", repo=repo, collection=collection, rkey=rkey)["cid"])

    def revoke(self) -> None:
        """End the session: the refresh token is worth nothing after this."""
        headers = {"Authorization": f"Bearer {self.refresh}"}
        address = f"{self.server}/xrpc/com.atproto.server.deleteSession"
        self.http.post(address, headers=headers).raise_for_status()

    def delete(self, uri: str) -> None:
        """Delete a record directly on the network."""
        _at, _empty, did, collection, rkey = uri.split("/")
        self.call("com.atproto.repo.deleteRecord", repo=did, collection=collection, rkey=rkey)

    def _answer(self, verb: str, method: str, *, type: str = "", **options: Any) -> dict[str, Any]:  # noqa: A002
        headers = {"Authorization": f"Bearer {self.access}", **({"Content-Type": type} if type else {})}
        answer = self.http.request(verb, f"{self.server}/xrpc/{method}", headers=headers, **options)
        answer.raise_for_status()
        return dict(answer.json()) if answer.content else {}


class PDS:
    """The running server; a context manager."""

    def __init__(self) -> None:
        self.secret = secrets.token_hex(16)
        self.url = ""
        # One client for all calls: making one takes longer than most answers.
        self.http = httpx.Client(timeout=PATIENCE, trust_env=False)

    def __enter__(self) -> "PDS":
        node = find_node()
        self.folder = tempfile.TemporaryDirectory(prefix="vierogen-pds-", ignore_cleanup_errors=True)
        self.complaints = Path(self.folder.name, "complaints.txt")
        environment = {
            "NODE_PATH": str(installed(node)),
            "PDS_JWT_SECRET": self.secret,
            "LOG_ENABLED": "false",
        }
        with self.complaints.open("w") as complaints:
            self.process = subprocess.Popen(
                [node.executable, SCRIPT, self.folder.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env={**os.environ, **environment},
                text=True,
            )
        try:
            self.url = str(json.loads(self._first_line())["pds"])
            self.http.get(f"{self.url}/xrpc/_health").raise_for_status()
        except (ValueError, httpx.HTTPError) as error:
            said = self.complaints.read_text()[-2000:]
            self.stop()
            raise CannotStartError(f"The Bluesky server did not start. It said:\n{said}") from error
        return self

    def __exit__(self, *_problem: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove what it wrote."""
        self.http.close()
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        self.folder.cleanup()

    def _first_line(self) -> str:
        output: IO[str] | None = self.process.stdout
        if output is None or not select.select([output], [], [], PATIENCE)[0]:
            return ""
        return output.readline()

    def create_account(self, name: str) -> Account:
        """Create the account ``name``.test; a name has at least three letters."""
        password = secrets.token_urlsafe(12)
        body = {"handle": f"{name}.test", "email": f"{name}@example.org", "password": password}
        answer = self.http.post(f"{self.url}/xrpc/com.atproto.server.createAccount", json=body)
        answer.raise_for_status()
        made = answer.json()
        tokens = made["accessJwt"], made["refreshJwt"]
        return Account(self.url, body["handle"], password, made["did"], *tokens, self.http)

    @property
    def port(self) -> int:
        """For a proxy before it."""
        return httpx.URL(self.url).port or 80

    def outdated_token(self, did: str) -> str:
        """Sign an access token that this server itself could have given two hours and a minute ago."""
        issued = int(time.time()) - 7260
        scope, audience = "com.atproto.access", "did:web:localhost"
        claims = {"scope": scope, "aud": audience, "sub": did, "iat": issued, "exp": issued + 7200}
        head = {"typ": "at+jwt", "alg": "HS256"}
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in (head, claims))
        signature = hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
