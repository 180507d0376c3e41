"""The naive peers: what somebody would write in an afternoon, each as a program of its own.

``python -m bench.naive publisher FILE SERVER TOKEN EVERY`` is a worker as cron would run it: it looks every so
many seconds, sends what is due, and notes it when the network says yes. On an error it sends again, three times
in all. No lease, no *sending* that is written down first, no key, no looking.

``python -m bench.naive watcher SERVER TOKEN EVERY SMTP_PORT`` lists the account's newest posts every so many
seconds, and mails about one that it does not know.

``python -m bench.naive poller FILE SERVER EVERY`` asks many accounts, every so many seconds.
"""

import smtplib
import sqlite3
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import httpx

TRIES = 3


def publisher(file: str, server: str, token: str, every: str) -> None:
    """Send what is due, for ever."""
    with httpx.Client(base_url=server, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as http:
        database = sqlite3.connect(file, timeout=30)
        print("running", flush=True)
        while True:
            rows = database.execute("SELECT id, text FROM post WHERE sent = 0 AND due <= ?", (time.time(),)).fetchall()
            for number, text in rows:
                if _sent(http, text):
                    database.execute("UPDATE post SET sent = 1 WHERE id = ?", (number,))
                    database.commit()
            time.sleep(float(every))


def _sent(http: httpx.Client, text: str) -> bool:
    for _try in range(TRIES):
        try:
            if http.post("/api/v1/statuses", json={"status": text}, timeout=15).is_success:
                return True
        except httpx.HTTPError:
            continue
    return False


def watcher(server: str, token: str, every: str, smtp_port: str) -> None:
    """Look for unknown posts, for ever."""
    with httpx.Client(base_url=server, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as http:
        me = http.get("/api/v1/accounts/verify_credentials").json()["id"]
        known: set[str] = {status["id"] for status in _listed(http, me)}
        print("running", flush=True)
        while True:
            for status in _listed(http, me):
                if status["id"] not in known:
                    known.add(status["id"])
                    _mail(status["content"], int(smtp_port))
            time.sleep(float(every))


def poller(file: str, server: str, every: str) -> None:
    """Ask every account of a file with ids and tokens what stands there, one after the other, for ever."""
    accounts = [line.split() for line in Path(file).read_text(encoding="utf-8").splitlines()]
    with httpx.Client(base_url=server, trust_env=False) as http:
        known: set[str] = set()
        print("running", flush=True)
        while True:
            began = time.monotonic()
            for account, token in accounts:
                known.update(_stories_and_posts(http, account, token))
            time.sleep(max(0.0, float(every) - (time.monotonic() - began)))


def _stories_and_posts(http: httpx.Client, account: str, token: str) -> set[str]:
    asked = {"fields": "id,caption,media_type,media_url,permalink,timestamp", "access_token": token}
    answers = [http.get(f"/v23.0/{account}/{edge}", params=asked).json() for edge in ("media", "stories")]
    return {media["id"] for answer in answers for media in answer.get("data", ())}


def _listed(http: httpx.Client, account_id: str) -> list[dict[str, str]]:
    answer = http.get(f"/api/v1/accounts/{account_id}/statuses", params={"limit": 40})
    return list(answer.json())


def _mail(text: str, port: int) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "peer@localhost", "dirk@voorbeeld.example", "Unknown post"
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", port) as line:
        line.send_message(mail)


if __name__ == "__main__":
    {"publisher": publisher, "watcher": watcher, "poller": poller}[sys.argv[1]](*sys.argv[2:])
