"""A web site on this machine that answers as a test wants it, also badly."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DOCUMENTS = Path(__file__).with_name("documents")


@dataclass
class Page:
    """What stands at a path. ``pour``: writes the whole answer itself, byte by byte if it wants."""

    body: bytes = b""
    type: str = "application/xml"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pour: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Site:
    """``asked`` holds (path, headers) of every request, in order."""

    url: str
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def put(self, path: str, body: bytes | str = b"", type: str = "application/xml", **more: object) -> str:  # noqa: A002
        """Put something there; returns its whole address."""
        data = body.encode() if isinstance(body, str) else body
        self.pages[path] = Page(data, type, **more)  # type: ignore[arg-type]
        return self.url + path

    def document(self, name: str, path: str = "/feed", type: str = "application/xml") -> str:  # noqa: A002
        """Put one of the files there."""
        return self.put(path, (DOCUMENTS / name).read_bytes(), type)

    def paths(self) -> list[str]:
        """What was asked, without robots.txt."""
        return [path for path, _headers in self.asked if path != "/robots.txt"]


@contextmanager
def served(host: str = "127.0.0.1") -> Iterator[Site]:
    """A site, as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers)))
            page = site.pages.get(self.path, Page(b"not here", "text/plain", 404))
            try:
                self.answer(page)
            except OSError:  # whoever asked has hung up
                self.close_connection = True

        def answer(self, page: Page) -> None:
            if page.pour:
                self.close_connection = True
                page.pour(self)
                return
            etag = page.headers.get("ETag")
            status = 304 if etag and self.headers.get("If-None-Match") == etag else page.status
            body = b"" if status == 304 else page.body
            self.send_response(status)
            for name, value in {"Content-Type": page.type, **page.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep still."""

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    site = Site(f"http://{host}:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
