"""Offers pictures and films at addresses on 127.0.0.1, as an installation offers them to a network that fetches."""

import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

from vierogen.networks.base import Picture


class Shelf(ThreadingHTTPServer):
    """What was offered, by path; ``fetched`` lists the paths that somebody came for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.offered: dict[str, Picture] = {}
        self.fetched: list[str] = []

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.shutdown()
        self.server_close()

    def offer(self, picture: Picture) -> str:
        """The address at which it can be fetched from now on."""
        path = f"/{secrets.token_hex(16)}"
        self.offered[path] = picture
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Shelf

    def do_GET(self) -> None:
        """Give it."""
        self.server.fetched.append(self.path)
        picture = self.server.offered.get(self.path)
        self.send_response(200 if picture else 404)
        self.send_header("Content-Type", picture.mime if picture else "text/plain")
        self.end_headers()
        self.wfile.write(picture.data if picture else b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""
