"""The servers and rules that all other tests lean on do what they promise."""

import asyncio
import http.client
import os
import smtplib
import socket
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page
from py_vapid import Vapid02, b64urlencode
from pywebpush import WebPushException, webpush

from tests.plugins.loopback import OutsideCallError, is_loopback
from tests.run import Total, _counted
from tests.servers import needs
from tests.servers.axe import Check
from tests.servers.browser import NewPage
from tests.servers.oidc import Provider
from tests.servers.postgres import postgres
from tests.servers.push import PushService
from tests.servers.smtp import Mailbox

PROJECT = Path(__file__).parents[2]


def send(mailbox: Mailbox, *, subject: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "anna@example.nl", "ben@example.nl"
    message.set_content("Goedemorgen")
    message.add_alternative("<p>Goedemorgen</p>", subtype="html")
    with smtplib.SMTP(mailbox.host, mailbox.port) as connection:
        connection.send_message(message)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "pds.localhost"])
def test_this_machine_is_reachable(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "0.0.0.0", "192.0.2.1", "2001:db8::1", "localhost.example.nl"])
def test_other_machines_are_not_reachable(host: str) -> None:
    assert not is_loopback(host)


def test_no_connection_leaves_this_machine() -> None:
    with socket.socket() as outside, pytest.raises(OutsideCallError):
        outside.connect(("192.0.2.1", 80))


def test_no_name_is_asked_of_another_machine() -> None:
    with pytest.raises(OutsideCallError):
        httpx.get("http://vierogen.nl/")


def test_no_event_loop_leaves_this_machine() -> None:
    async def connect() -> None:
        await asyncio.open_connection("192.0.2.1", 80)

    with pytest.raises(OutsideCallError):
        asyncio.run(connect())


def test_a_name_that_never_exists_is_not_found_as_in_real_life() -> None:
    with pytest.raises(httpx.ConnectError):
        httpx.get("http://nobody.invalid/")


def test_an_unknown_name_to_leave_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WITHOUT", "node,chromum")
    with pytest.raises(SystemExit, match="chromum"):
        needs.left_out()


def test_names_to_leave_out_may_be_separated_by_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WITHOUT", " node, chromium postgresql")
    assert needs.left_out() == {"node", "chromium", "postgresql"}


def test_failures_errors_and_skips_are_counted_apart(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>')
    assert _counted(report) == Total(passed=3, failed=3, skipped=3)


def test_a_run_without_a_report_counts_nothing(tmp_path: Path) -> None:
    assert str(_counted(tmp_path / "none.xml")) == "0 passed, 0 failed"


OUTCOMES = """
import pytest
from tests.servers import needs

needs.chromium = lambda: None

@pytest.mark.browser
def test_needs_a_browser():
    pass

def test_needs_nothing():
    pass
"""
ALONE = ["-c", "/dev/null", "-o", "markers=browser", "-p", "no:django", "-p", "no:cacheprovider"]


@pytest.mark.parametrize(
    ("without", "outcome"),
    [("", "1 passed, 1 error"), ("chromium", "1 passed, 1 skipped")],
    ids=["missing", "left out"],
)
def test_a_missing_browser_fails_the_test_unless_it_is_left_out(tmp_path: Path, without: str, outcome: str) -> None:
    file = tmp_path / "test_outcomes.py"
    file.write_text(OUTCOMES)
    plugin = ["-p", "tests.plugins.needed"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        *plugin,
        *ALONE,
        f"--rootdir={tmp_path}",
        f"--confcutdir={tmp_path}",
        str(file),
    ]
    environment = os.environ | {"WITHOUT": without, "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert outcome in done.stdout


def test_a_mail_arrives_with_its_parts(mailbox: Mailbox) -> None:
    send(mailbox, subject="Alarm")
    mail = mailbox.wait_for(lambda mail: mail.subject == "Alarm")
    assert (mail.text.strip(), mail.html.strip()) == ("Goedemorgen", "<p>Goedemorgen</p>")
    assert mail.recipients == ("ben@example.nl",)


def test_a_mail_that_does_not_come_is_a_failure_that_tells_what_came(mailbox: Mailbox) -> None:
    send(mailbox, subject="Iets anders")
    with pytest.raises(AssertionError, match="Iets anders"):
        mailbox.wait_for(lambda mail: mail.subject == "Alarm", seconds=0.05)


def test_a_greylisting_server_takes_the_second_try(mailbox: Mailbox) -> None:
    mailbox.greylist = 1
    with pytest.raises(smtplib.SMTPDataError, match="Greylisted"):
        send(mailbox, subject="Alarm")
    send(mailbox, subject="Alarm")
    assert len(mailbox.mails) == 1


@pytest.mark.postgresql
def test_postgresql_starts_empty_and_stops() -> None:
    with postgres() as address:
        host, port = "127.0.0.1", int(address.rpartition(":")[2].partition("/")[0])
        with socket.create_connection((host, port)):
            pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port))


def test_the_openid_provider_logs_somebody_in(oidc: Provider) -> None:
    oidc.knows("anna", email="anna@example.nl")
    described = httpx.get(f"{oidc.url}/.well-known/openid-configuration").json()
    assert described["issuer"] == oidc.url
    asked = {
        "client_id": "vierogen",
        "redirect_uri": "http://localhost/",
        "response_type": "code",
        "scope": "openid",
    }
    answer = httpx.post(described["authorization_endpoint"], params=asked, data={"sub": "anna"})
    assert answer.status_code == http.client.FOUND
    assert "code=" in answer.headers["location"]


def test_the_push_service_reads_an_encrypted_message(push_service: PushService) -> None:
    key = Vapid02()
    key.generate_keys()
    point = key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    subscription = push_service.subscribe(public_key=b64urlencode(point))
    claims = {"sub": "mailto:beheer@example.nl"}
    webpush(subscription.as_browser(), "Alarm", vapid_private_key=key, vapid_claims=claims, ttl=60)
    assert push_service.received(subscription) == ["Alarm"]
    push_service.expire(subscription)
    with pytest.raises(WebPushException, match="410"):
        webpush(subscription.as_browser(), "Alarm", vapid_private_key=key, vapid_claims=claims, ttl=60)


def test_the_push_service_listens_on_this_machine_only(push_service: PushService) -> None:
    port = int(push_service.url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port))


def test_a_page_has_the_width_of_a_desk_or_a_phone(browser_page: Page) -> None:
    assert browser_page.evaluate("window.innerWidth") in {1280, 390}


def test_two_windows_are_two_people(new_page: NewPage) -> None:
    first, second = new_page(), new_page(viewport={"width": 390, "height": 844})
    first.context.add_cookies([{"name": "who", "value": "anna", "url": "http://localhost/"}])
    assert second.context.cookies() == []


def test_a_picture_without_a_description_is_a_violation(axe: Check, desktop_page: Page) -> None:
    desktop_page.set_content('<html lang="nl"><title>x</title><main><h1>x</h1><img src="data:,"></main></html>')
    assert any(line.startswith("image-alt") for line in axe(desktop_page))


def test_a_good_page_has_no_violations(axe: Check, phone_page: Page) -> None:
    phone_page.set_content('<html lang="nl"><title>Vandaag</title><main><h1>Alles in orde</h1></main></html>')
    assert axe(phone_page) == []
