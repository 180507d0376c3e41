"""A server of somebody's own that says it has an account of another: ids of Bluesky hold on every server."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Self

DID = "did:plc:abcdefghijklmnopqrstuvwx"


class Rogue:
    """Takes every password, claims the account ``did``, and remembers what it was told; a context manager."""

    def __init__(self, handle: str, did: str = DID) -> None:
        self.passwords: list[str] = []
        self._session = {"did": did, "handle": handle, "accessJwt": "a", "refreshJwt": "r", "active": True}

    def __enter__(self) -> Self:
        rogue = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                """Nothing: tests are read without it."""

            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
                if "password" in sent:
                    rogue.passwords.append(sent["password"])
                made = {"name": sent.get("name"), "password": "made-made-made-made"}
                self._answer(made if "createAppPassword" in self.path else rogue._session)

            def do_GET(self) -> None:
                is_record = "getRecord" in self.path
                self._answer({"error": "RecordNotFound"} if is_record else rogue._session, 400 if is_record else 200)

            def _answer(self, told: dict[str, Any], status: int = 200) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_told: object) -> None:
        self._server.shutdown()
        self._server.server_close()
