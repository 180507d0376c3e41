"""``vierogen simulate``: a network to play with, in a process of its own, and a page to post on as its app does."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import httpx
import pytest
from django.core.management import CommandError, call_command

from vierogen.core.http import guarded_client
from vierogen.practice.simulators import by_phone
from vierogen.practice.simulators.door import simulators

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ["127.0.0.0/8"]


@contextmanager
def running(network: str, home: Path) -> Iterator[list[str]]:
    """The command as people start it; gives what it says. Ctrl-C ends it well."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("VIEROGEN_", "DJANGO_"))}
    environment |= {"VIEROGEN_HOME": str(home), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-c", "from vierogen.config.cli import main; main()", "simulate", network, "--port", "0"]
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as done:
        impatience = Timer(60, done.kill)
        impatience.start()
        assert done.stdout is not None
        try:
            yield list(iter(done.stdout.readline, "Everything there is forgotten when you stop it, with Ctrl-C.\n"))
        finally:
            done.send_signal(signal.SIGINT)
            _output, errors = done.communicate(timeout=40)
            impatience.cancel()
    assert (done.returncode, errors) == (0, "")


@pytest.mark.parametrize("network", sorted(simulators()))
def test_it_says_how_to_use_it_and_answers_there(network: str, tmp_path: Path) -> None:
    with running(network, tmp_path) as lines, guarded_client(allowed=LOCAL) as browser:
        told = dict(re.findall(r"^  (VIEROGEN_\w+)=(.+)$", "".join(lines), re.MULTILINE))
        name, _sign, address = told["VIEROGEN_NETWORK_SERVERS"].partition("=")
        assert name == network.upper()
        assert re.fullmatch(rf"{name}=[^:]+:.+", told["VIEROGEN_NETWORK_CLIENTS"])
        assert told["VIEROGEN_ALLOW_PRIVATE"] == "127.0.0.0/8"
        assert {"gemeente_voorbeeld", "anna_thuis"} <= set(" ".join(lines).split())
        (page,) = re.findall(rf"{address}/\S+", "".join(lines))
        assert "Post as gemeente_voorbeeld" in browser.get(page).text


@pytest.mark.parametrize("network", sorted(simulators()))
def test_what_is_posted_on_its_page_stands_there_until_it_is_removed(network: str) -> None:
    with simulators()[network]() as simulator, guarded_client(base_url=simulator.url, allowed=LOCAL) as browser:
        by_phone.furnish(simulator)
        told = {"account": "gemeente_voorbeeld", "text": "Lekker <b>weg</b>", "story": "yes"}
        assert browser.post("/by-phone", data=told).headers["Location"] == "/by-phone"
        assert browser.post("/by-phone", data={"account": "koning", "text": "x"}).status_code == 303
        assert browser.get("/by-phone").text.count("Lekker &lt;b&gt;weg") == 1
        browser.post("/by-phone/2")
        assert "Lekker" in browser.get("/by-phone").text
        browser.post("/by-phone/1")
        assert "Lekker" not in browser.get("/by-phone").text
        assert not simulator.asked


def test_a_taken_port_and_an_unknown_network_are_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CommandError, match="another with --port"):
        call_command("simulate", "instagram", port=taken.getsockname()[1])
    with pytest.raises(CommandError, match="another with --port"):
        call_command("simulate", "instagram", port=70_000)
    with pytest.raises(CommandError, match=r"No simulator is here for 'mastodon'. Choose one of: .*instagram"):
        call_command("simulate", "mastodon")


def test_the_page_of_instagram_really_removes() -> None:
    with simulators()["instagram"]() as simulator, guarded_client(base_url=simulator.url, allowed=LOCAL) as browser:
        page = by_phone.furnish(simulator)
        account = page.accounts["gemeente_voorbeeld"]
        browser.post("/by-phone", data={"account": "gemeente_voorbeeld", "story": "yes"})
        (story,) = simulator.stories_of(account)  # type: ignore[attr-defined]
        assert browser.get(story.file.path).status_code == httpx.codes.OK
        browser.post("/by-phone/1")
        assert simulator.stories_of(account) == []  # type: ignore[attr-defined]
        assert browser.get(story.file.path).status_code == httpx.codes.NOT_FOUND
