"""The demo: one command, and a municipality to practise with. Its open doors exist nowhere else."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.plugins.house import make_member
from vierogen.channels.models import Channel
from vierogen.config import own_home
from vierogen.config.env import SettingError
from vierogen.core import http
from vierogen.core.http import Guard, Refused, StayedInside, stay_inside
from vierogen.learning.standing import standings_of
from vierogen.people.models import Member, Organisation, User
from vierogen.people.roles import Role
from vierogen.people.steps import steps_of
from vierogen.posts.models import Approval, GuestReview, Post, Version
from vierogen.posts.outside import resolve_link
from vierogen.practice.demo import (
    NEIGHBOURS,
    OFFERED,
    ORGANISATION,
    PEOPLE,
    TOGETHER,
    entrance,
    furnish,
    mail_folder,
    people,
    phone_file,
)
from vierogen.practice.mailbox import Mailbox
from vierogen.practice.phone import logins
from vierogen.practice.server import PracticeServer
from vierogen.watch.models import Watched

ROOT = Path(__file__).resolve().parents[2]
TLS = httpx.create_ssl_context(trust_env=False)


@pytest.fixture
def furnished(practice: PracticeServer, settings: Any, tmp_path: Path, db: None) -> Organisation:
    """What the demo begins with, in a home of its own."""
    settings.HOME, settings.PRACTICE_URL = tmp_path, practice.url
    furnish(practice)
    return Organisation.objects.get(name=ORGANISATION)


def member(name: str) -> Member:
    return Member.objects.select_related("user", "organisation").get(user__name=name)


# ---- What it begins with ----


def test_six_people_hold_the_roles_of_the_story(furnished: Organisation) -> None:
    assert {row.user.name: row.roles for row in furnished.members.select_related("user")} == {
        "Anna": {Role.WRITER},
        "Ben": {Role.REVIEWER},
        "Cora": {Role.ADMINISTRATOR, Role.CUSTODIAN},
        "Dirk": {Role.DUTY_OFFICER, Role.CUSTODIAN},
        "Fleur": {Role.PRIVACY_OFFICER},
        "Tess": {Role.TRAINEE},
    }
    assert {row.user.name for row in furnished.members.exclude(ends_on=None).select_related("user")} == {"Tess"}


def test_everybody_is_up_to_date_but_for_the_trainee_who_came_last(furnished: Organisation) -> None:
    standings = standings_of(furnished)
    assert {member(name).pk: standings[member(name).pk].ok for name in ("Anna", "Ben", "Cora", "Dirk", "Fleur")} == {
        member(name).pk: True for name in ("Anna", "Ben", "Cora", "Dirk", "Fleur")
    }
    tess = member("Tess")
    assert standings[tess.pk].missing
    assert standings[tess.pk].arrival
    assert [step.is_done for step in steps_of(tess)] == [False, False, False]


def test_a_takeover_was_practised_and_the_account_is_looked_after(furnished: Organisation, client: Client) -> None:
    client.force_login(member("Cora").user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("vault:takeover", args=[Channel.objects.order_by("pk")[0].pk])).content.decode()
    assert "Oefening door Dirk: Klaar, 17 min" in page
    care = client.get(reverse("channels:hygiene", args=[Channel.objects.order_by("pk")[0].pk])).content.decode()
    assert "Drie mensen beantwoorden om beurten vragen" in care
    file = client.get(reverse("channels:handover", args=[Channel.objects.order_by("pk")[0].pk])).content.decode()
    assert "omgevingsdienst" in file


def test_two_accounts_of_two_colours_have_two_custodians_each(furnished: Organisation) -> None:
    channels = list(Channel.objects.filter(organisation=furnished))
    assert [channel.handle for channel in channels] == ["@gemeente_voorbeeld", "@jongerenwerk"]
    assert len({channel.colour for channel in channels}) == 2
    assert [channel.custodians.count() for channel in channels] == [2, 2]


def waiting(text: str) -> Version:
    return Version.objects.get(text=text, post__state="in_review")


def test_one_post_is_being_written_and_one_waits_for_its_second_reader(furnished: Organisation) -> None:
    assert sorted(Post.objects.values_list("state", flat=True)) == ["draft", "in_review", "in_review"]
    offered = waiting(OFFERED)
    assert [shown.alt != "" for shown in offered.attachments.all()] == [True]
    # Nothing in it makes the checks raise their finger.
    assert list(offered.findings.all()) == []


def test_another_post_waits_for_the_neighbours_who_see_that_and_nothing_else(
    furnished: Organisation, client: Client
) -> None:
    version = waiting(TOGETHER)
    asked = GuestReview.objects.open().get(version=version)
    assert list(version.findings.all()) == []
    client.post(reverse("practice:enter"), {"email": member("Guus").user.email})
    assert reverse("posts:guest", args=[asked.pk]) in client.get("/").content.decode()
    page = client.get(reverse("posts:guest", args=[asked.pk])).content.decode()
    assert version.text in page
    assert version.digest in page
    assert client.get(reverse("posts:detail", args=[version.post_id])).status_code == 404
    again = client.post(reverse("posts:guest_approve", args=[asked.pk]), {"digest": version.digest})
    client.get(again["Location"])
    client.post(reverse("practice:prove"))
    client.post(reverse("posts:guest_approve", args=[asked.pk]), {"digest": version.digest})
    assert Approval.objects.get().by == member("Guus")


def test_there_are_earlier_posts_and_they_are_older_than_the_watch(
    furnished: Organisation, practice: PracticeServer
) -> None:
    posts = practice.network.timeline()
    assert len(posts) >= 5
    assert max(post.created_at for post in posts) < timezone.now() - timedelta(hours=2)
    assert [post.created_at for post in posts] == sorted((post.created_at for post in posts), reverse=True)


def test_the_phone_is_logged_in_to_a_private_and_the_official_account(
    furnished: Organisation, practice: PracticeServer
) -> None:
    known = {login.handle: login for login in logins(phone_file())}
    assert {handle: login.private for handle, login in known.items()} == {
        "anna_thuis": True,
        "gemeente_voorbeeld": False,
    }
    assert practice.network.by_token(known["anna_thuis"].token) is not None


def test_again_it_changes_nothing_that_people_did(furnished: Organisation, practice: PracticeServer) -> None:
    User.objects.filter(name="Ben").update(name="Benjamin")
    Post.objects.get(state="draft").delete()
    before = (User.objects.count(), Channel.objects.count(), Post.objects.count(), len(practice.network.timeline()))
    furnish(practice)
    after = (User.objects.count(), Channel.objects.count(), Post.objects.count(), len(practice.network.timeline()))
    assert before == after
    assert User.objects.filter(name="Benjamin").exists()


def test_the_channels_follow_when_the_network_gets_another_port(
    furnished: Organisation, practice: PracticeServer
) -> None:
    channel = Channel.objects.order_by("pk")[0]
    Channel.objects.filter(pk=channel.pk).update(server="http://127.0.0.1:1")
    Watched.objects.create(channel=channel, expected_by=timezone.now(), profile={"handle": "@x@127.0.0.1:1"})
    furnish(practice)
    assert Channel.objects.get(pk=channel.pk).server == practice.url
    assert Watched.objects.get().profile == {}


# ---- One click, and only in practice ----


def test_each_of_the_people_is_one_click_away(furnished: Organisation, client: Client) -> None:
    page = client.get(reverse("practice:people")).content.decode()
    for person in (*PEOPLE, *NEIGHBOURS):
        assert f'value="{person.email}"' in page
        answer = client.post(reverse("practice:enter"), {"email": person.email, "next": "/posts/"})
        assert (answer.status_code, answer["Location"]) == (302, "/posts/")
        assert client.get("/posts/").wsgi_request.user.email == person.email


def test_the_way_in_leads_nowhere_else(furnished: Organisation, client: Client) -> None:
    for onwards in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"):
        answer = client.post(reverse("practice:enter"), {"email": PEOPLE[0].email, "next": onwards})
        assert answer["Location"] == reverse("home:today")


def test_opening_the_page_logs_nobody_in(furnished: Organisation, client: Client) -> None:
    assert client.get(reverse("practice:enter"), {"email": PEOPLE[0].email}).status_code == 405
    assert not client.get(reverse("practice:people")).wsgi_request.user.is_authenticated


def test_outside_practice_nobody_gets_in_without_a_password(
    furnished: Organisation, client: Client, settings: Any
) -> None:
    settings.PRACTICE = False
    assert people() == []
    assert client.get(reverse("practice:people")).status_code == 302
    for person in (*PEOPLE, *NEIGHBOURS):
        with pytest.raises(PermissionDenied):
            entrance(person.email)
        assert client.post(reverse("practice:enter"), {"email": person.email}).status_code == 403
    assert not client.get("/log-in/login/").wsgi_request.user.is_authenticated


def test_outside_practice_nobody_proves_anything_with_a_button(
    furnished: Organisation, client: Client, settings: Any
) -> None:
    client.post(reverse("practice:enter"), {"email": member("Ben").user.email})
    settings.PRACTICE = False
    assert client.post(reverse("practice:prove")).status_code == 403
    assert not client.session.get("account_authentication_methods")


def test_outside_practice_the_addresses_do_not_even_exist() -> None:
    program = (
        "import django; django.setup()\n"
        "from django.urls import NoReverseMatch, reverse\n"
        "try: reverse('practice:people')\n"
        "except NoReverseMatch: print('none')"
    )
    environment = {**os.environ, "VIEROGEN_PRACTICE": "no", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "none"


def test_real_people_are_never_one_click_away(furnished: Organisation, client: Client) -> None:
    real = make_member(furnished, "Greet", Role.ADMINISTRATOR)
    assert client.post(reverse("practice:enter"), {"email": real.user.email}).status_code == 403
    assert real.user.email not in client.get(reverse("practice:people")).content.decode()
    client.force_login(real.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("practice:prove")).status_code == 403


def test_where_nobody_of_the_demo_is_one_logs_in_as_everywhere(client: Client, db: None) -> None:
    assert client.get(reverse("practice:people"))["Location"] == reverse("account_login")


def test_approving_asks_who_one_is_and_a_button_answers(furnished: Organisation, client: Client) -> None:
    client.post(reverse("practice:enter"), {"email": member("Ben").user.email})
    version = waiting(OFFERED)
    address = reverse("posts:approve", args=[version.post_id])
    asked = client.post(address, {"digest": version.digest})
    assert asked.status_code == 302
    assert not Approval.objects.exists()
    page = client.get(asked["Location"]).content.decode()
    assert f'action="{reverse("practice:prove")}"' in page
    onwards = re.search(r'name="next" value="([^"]+)"', page)
    assert onwards is not None
    client.post(reverse("practice:prove"), {"next": onwards[1]})
    assert Approval.objects.get().by == member("Ben")


# ---- The mail ----


def test_the_mailbox_shows_the_mail_of_the_own_organisation_only(
    furnished: Organisation, elsewhere: Organisation, client: Client
) -> None:
    otto = make_member(elsewhere, "Otto", Role.WRITER)
    letter = (
        "To: Ben <{}>\r\nSubject: Your eyes\r\nImportance: high\r\n\r\nLook at http://127.0.0.1:1/posts/2/ <b>now</b>"
    )
    with Mailbox(mail_folder()) as mailbox:
        mailbox.take(("x",), letter.format(member("Ben").user.email).encode())
        mailbox.take(("x",), letter.format("somebody@elsewhere.example").encode())
    number = min(int(path.stem) for path in mail_folder().glob("*.eml"))
    client.force_login(member("Tess").user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("practice:mailbox")).content.decode().count("Your eyes") == 1
    page = client.get(reverse("practice:mail", args=[number])).content.decode()
    assert 'href="http://127.0.0.1:1/posts/2/"' in page
    assert "&lt;b&gt;now" in page
    client.force_login(otto.user, backend="django.contrib.auth.backends.ModelBackend")
    assert "Your eyes" not in client.get(reverse("practice:mailbox")).content.decode()
    assert client.get(reverse("practice:mail", args=[number])).status_code == 404
    assert client.get(reverse("practice:mail", args=[1])).status_code == 404


def test_an_empty_mailbox_says_what_to_do(furnished: Organisation, client: Client) -> None:
    client.force_login(member("Anna").user, backend="django.contrib.auth.backends.ModelBackend")
    assert reverse("practice:phone") in client.get(reverse("practice:mailbox")).content.decode()


# ---- Nothing leaves this computer ----


@pytest.fixture
def inside() -> Iterator[None]:
    stay_inside()
    yield
    http._staying_inside.clear()


def test_who_stays_inside_reaches_no_public_address_and_asks_no_name_server(
    inside: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *_, **__: pytest.fail("a name server was asked"))
    guard = Guard((http.ip_network("127.0.0.0/8"),))
    assert guard.permits("127.0.0.1")
    assert not guard.permits("93.184.215.14")
    with pytest.raises(StayedInside):
        guard.addresses("www.example.org", 443)


@pytest.mark.parametrize(("host", "kind"), [("93.184.215.14", StayedInside), ("10.0.0.1", Refused)])
def test_an_address_that_practice_does_not_reach_differs_from_one_that_nobody_may(
    inside: None, host: str, kind: type[Refused]
) -> None:
    with pytest.raises(Refused) as refusal:
        Guard().addresses(host, 443)
    assert type(refusal.value) is kind


def test_a_link_to_the_outside_is_not_checked_and_said_so(inside: None) -> None:
    link = resolve_link("https://www.example.org/")
    assert (link.tried, link.problem) == (False, http.INSIDE)


def test_who_does_not_may_reach_the_public_internet() -> None:
    assert Guard().permits("93.184.215.14")


# ---- Its home ----


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """What ``own_home`` puts into the environment is gone after the test."""
    environment = {"VIEROGEN_HOME": str(tmp_path / "home"), "VIEROGEN_DATABASE_URL": "postgres://precious/"}
    monkeypatch.setattr(own_home.os, "environ", environment)
    return tmp_path / "home"


def test_the_demo_uses_nothing_of_an_installation(own_environment: Path) -> None:
    with own_home.own_home(["demo", "--port", "0"]):
        settings = dict(own_home.os.environ)
    assert settings["VIEROGEN_HOME"] == str(own_environment)
    assert settings["VIEROGEN_PRACTICE"] == "yes"
    assert settings["VIEROGEN_ALLOW_PRIVATE"] == "127.0.0.0/8"
    assert "VIEROGEN_DATABASE_URL" not in settings


def test_other_commands_keep_their_environment(own_environment: Path) -> None:
    before = dict(own_home.os.environ)
    with own_home.own_home(["serve"]), own_home.own_home([]):
        assert own_home.os.environ == before
    assert not own_environment.exists()


def test_the_home_of_an_installation_is_refused(own_environment: Path) -> None:
    own_environment.mkdir()
    (own_environment / "vierogen.sqlite3").touch()
    with pytest.raises(SettingError, match="home of an installation"), own_home.own_home(["demo"]):
        pass


def test_two_demos_do_not_share_a_home(own_environment: Path) -> None:
    with own_home.own_home(["demo"]):
        second = own_home.own_home(["demo"])
        with pytest.raises(SettingError, match="already"):
            second.__enter__()


def test_a_home_that_cannot_be_made_is_one_sentence(own_environment: Path) -> None:
    own_environment.write_text("a file")
    with pytest.raises(SettingError, match="cannot be used"), own_home.own_home(["demo"]):
        pass


def test_a_taken_port_gives_way_to_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert own_home.free_port(port) not in {0, port}
    assert own_home.free_port(port) == port


def test_the_command_runs_only_in_a_home_of_its_own(settings: Any) -> None:
    settings.PRACTICE_URL = ""
    with pytest.raises(CommandError, match="vierogen demo"):
        call_command("demo")


# ---- The whole of it ----


@contextmanager
def running(home: Path) -> Iterator[str]:
    """The demo as people start it; gives its address."""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment |= {"VIEROGEN_HOME": str(home), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-c", "from vierogen.config.cli import main; main()", "demo", "--port", "0"]
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        try:
            yield _announced(demo)
        finally:
            demo.terminate()
            _output, errors = demo.communicate(timeout=40)
    assert (demo.returncode, errors) == (0, "")


def _announced(demo: subprocess.Popen[str]) -> str:
    """The address on a line of its own; ends the demo, and the test, when it does not come."""
    assert demo.stdout is not None
    impatience = Timer(60, demo.kill)
    impatience.start()
    try:
        said = (line.strip() for line in demo.stdout if re.fullmatch(r"http://127\.0\.0\.1:\d+/\n", line))
        address = next(said, "")
        assert address, demo.stderr and demo.stderr.read()
        return address
    finally:
        impatience.cancel()


@contextmanager
def entered(address: str, email: str) -> Iterator[httpx.Client]:
    """A browser without scripts in which somebody of the demo was chosen."""
    with httpx.Client(base_url=address, verify=TLS, follow_redirects=True, timeout=20) as browser:
        page = browser.get("/")
        assert page.url.path == reverse("practice:people")
        assert email in page.text
        press(browser, page, reverse("practice:enter"), email=email)
        yield browser


def press(browser: httpx.Client, page: httpx.Response, where: str, **content: str) -> httpx.Response:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    answer = browser.post(where, data={"csrfmiddlewaretoken": token[1], **content})
    assert answer.status_code == 200, answer.text[:500]
    return answer


def soon(look: Any, *, seconds: float = 20) -> Any:
    give_up = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < give_up:
        time.sleep(0.1)
    assert found, "it did not happen in time"
    return found


def test_the_accident_from_start_to_mail_and_a_second_start_that_keeps_it(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    with running(home) as address, entered(address, "dirk@voorbeeld.example") as browser:
        page = browser.get(reverse("practice:write"))
        press(browser, page, reverse("practice:write"), photo="beach", account="gemeente_voorbeeld", **{"as": "story"})
        mailbox = reverse("practice:mailbox")
        letters = soon(lambda: [line for line in browser.get(mailbox).text.splitlines() if "Dirk" in line])
        assert len(letters) == 1
        number = re.search(rf'href="({mailbox}\d+/)"', browser.get(mailbox).text)
        assert number is not None
        mail = browser.get(number[1]).text
        assert f'href="{address}watch/' in mail
        assert "gemeente_voorbeeld" in mail
    with running(home) as address, entered(address, "anna@voorbeeld.example") as browser:
        assert reverse("practice:story", args=[1])[:-2] in browser.get(reverse("practice:timeline")).text
        assert number[1] in browser.get(mailbox).text
