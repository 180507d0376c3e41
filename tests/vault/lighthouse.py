"""The server of the made-up network Lantern: codes with PKCE, accounts, keys that are renewed with a rotating token."""

import json
import secrets
import threading
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT = ("our-app", "the secret of our app")
DAY = 24 * 3600
# One black pixel.
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")


@dataclass
class Official:
    """An account on the network."""

    id: str
    handle: str
    name: str
    avatar: str = ""
    may_delete: bool = True
    access: str = ""
    refresh: str = ""


@dataclass
class Lighthouse:
    """What the network knows. ``seconds`` is how long its keys live; ``trouble`` answers everything with 503."""

    accounts: dict[str, Official] = field(default_factory=dict)
    handed_over: list[str] = field(default_factory=list)
    seconds: int = 60 * DAY
    trouble: bool = False
    renews: bool = True
    asked: dict[str, str] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, number: str, handle: str, name: str, **more: Any) -> Official:
        """Another account, that whoever logs in looks after."""
        self.accounts[number] = Official(number, handle, name, **more)
        self.handed_over.append(number)
        return self.accounts[number]

    def allow(self, address: str) -> dict[str, str]:
        """The person logs in at ``address`` and allows everything: what the network sends them back with."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(32)
        self.codes[code] = self.asked
        return {"code": code, "state": self.asked["state"]}

    def count(self, path: str) -> int:
        """How often ``path`` was asked for."""
        return sum(asked == path for asked, _told in self.requests)

    def answer(self, path: str, told: dict[str, str], bearer: str) -> tuple[int, Any]:
        """Status and body."""
        with self.lock:
            self.requests.append((path, told))
            if self.trouble:
                return 503, {}
            if path == "/token":
                return self._redeem(told)
            account = next((each for each in self.accounts.values() if each.access == bearer), None)
            if path == "/renew":
                return self._renew(told)
            return (200, vars(account)) if account else (401, {})

    def _redeem(self, told: dict[str, str]) -> tuple[int, Any]:
        asked = self.codes.pop(told.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(told["code_verifier"].encode()).digest()).decode().rstrip("=")
        right = asked and challenge == asked["code_challenge"] and told["redirect_uri"] == asked["redirect_uri"]
        if not right or (told["client_id"], told["client_secret"]) != CLIENT:
            return 400, {"error": "invalid_grant"}
        return 200, {"accounts": [self._key(self.accounts[number]) for number in self.handed_over]}

    def _renew(self, told: dict[str, str]) -> tuple[int, Any]:
        account = next((each for each in self.accounts.values() if each.refresh == told["refresh"]), None)
        if account is None or not self.renews:
            return 401, {"error": "invalid_grant"}
        return 200, self._key(account)

    def _key(self, account: Official) -> dict[str, Any]:
        account.access, account.refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        return {**vars(account), "seconds": self.seconds}


class Handler(BaseHTTPRequestHandler):
    """Answers for a ``Lighthouse``, also what a browser asks."""

    house: Lighthouse

    def do_GET(self) -> None:
        path, _mark, query = self.path.partition("?")
        if path == "/avatar.png":
            self._send(200, PNG, "image/png")
        elif path == "/authorize":  # a network leads through several addresses of its own
            self._lead_to(f"/dialog?{query}")
        elif path == "/dialog":
            button = f'<form method="post" action="/allow?{escape(query)}"><button>Allow</button></form>'
            self._send(200, f"<!doctype html><title>Lantern</title>{button}".encode(), "text/html")
        else:
            self._answer({})

    def do_POST(self) -> None:
        if self.path.startswith("/allow?"):
            told = self.house.allow(self.path)
            self._lead_to(f"{self.house.asked['redirect_uri']}?{urlencode(told)}")
            return
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer({name: values[0] for name, values in parse_qs(sent).items()})

    def _answer(self, told: dict[str, str]) -> None:
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        status, body = self.house.answer(urlsplit(self.path).path, told, bearer)
        self._send(status, json.dumps(body).encode(), "application/json")

    def _lead_to(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_told: Any) -> None:
        return


class Server:
    """Serves a ``Lighthouse`` on 127.0.0.1."""

    def __init__(self) -> None:
        self.house = Lighthouse()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answering", (Handler,), {"house": self.house}))
        self.server.daemon_threads = True
        self.house.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """No more answers."""
        self.server.shutdown()
        self.server.server_close()
