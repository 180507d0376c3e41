"""Log-in with a password, in the pages of allauth as they are set up here."""

import re
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.people.conftest import is_in
from tests.plugins.house import PASSWORD
from tests.servers.smtp import Mailbox
from vierogen.notices import mail
from vierogen.notices.jobs import send_due
from vierogen.notices.models import Message
from vierogen.people.models import Member, User

Enter = Callable[[Member], Client]


def log_in(client: Client, email: str, password: str = PASSWORD) -> HttpResponse:
    """Fill in the form."""
    answer = client.post(reverse("account_login"), {"login": email, "password": password})
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_member_logs_in_with_address_and_password(client: Client, anna: Member) -> None:
    answer = log_in(client, anna.user.email)
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(anna.user_id)


def test_capitals_in_the_address_do_not_matter(client: Client, anna: Member) -> None:
    log_in(client, anna.user.email.upper())
    assert is_in(client)


@pytest.mark.parametrize("wrong", ["", "another long password", PASSWORD.upper()])
def test_a_wrong_password_lets_nobody_in(client: Client, anna: Member, wrong: str) -> None:
    assert log_in(client, anna.user.email, wrong).status_code == 200
    assert not is_in(client)


def test_an_unknown_address_gets_the_same_answer_as_a_wrong_password(client: Client, anna: Member) -> None:
    known = log_in(client, anna.user.email, "wrong password").context["form"].errors
    assert log_in(client, "nobody@voorbeeld.example", "wrong password").context["form"].errors == known


def test_after_five_wrong_passwords_the_right_one_has_to_wait(client: Client, anna: Member) -> None:
    for _ in range(5):
        log_in(client, anna.user.email, "wrong password")
    answer = log_in(client, anna.user.email)
    assert not is_in(client)
    assert "too_many_login_attempts" in answer.context["form"].errors.as_json()


def test_wrong_passwords_for_one_person_do_not_lock_out_another(client: Client, anna: Member, ben: Member) -> None:
    for _ in range(5):
        log_in(client, anna.user.email, "wrong password")
    log_in(client, ben.user.email)
    assert is_in(client)


def test_somebody_who_was_switched_off_does_not_get_in(client: Client, anna: Member) -> None:
    User.objects.filter(pk=anna.user_id).update(is_active=False)
    log_in(client, anna.user.email)
    assert not is_in(client)


def test_after_log_in_a_page_elsewhere_is_not_opened(client: Client, anna: Member) -> None:
    told = {"login": anna.user.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(reverse("account_login"), told)["Location"] == "/"


def test_opening_the_log_out_page_logs_nobody_out(enter: Enter, anna: Member) -> None:
    client = enter(anna)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_in(client)
    client.post(reverse("account_logout"))
    assert not is_in(client)


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "confirm-email/",
        "confirm-email/MQ:abc/",
        "password/set/",
        "3rdparty/",
        "3rdparty/signup/",
        "social/signup/",
        "social/connections/",
        "login/code/confirm/",
    ],
)
def test_what_nobody_does_here_is_not_there(enter: Enter, anna: Member, path: str) -> None:
    told = {"email": "new@voorbeeld.example", "password1": PASSWORD, "action_add": ""}
    for client in (Client(), enter(anna)):
        assert client.get(f"/log-in/{path}").status_code == 404
        assert client.post(f"/log-in/{path}", told).status_code == 404
    assert not User.objects.filter(email=told["email"]).exists()


class TestForgottenPassword:
    """The way back in goes through the mail, as a real SMTP server receives it."""

    @pytest.fixture(autouse=True)
    def no_line_left_open(self) -> object:
        """Each test has a mail server of its own."""
        yield
        mail.hang_up()

    def ask(self, client: Client, email: str) -> None:
        """Fill in the form, and let the worker send what waits."""
        answer = client.post(reverse("account_reset_password"), {"email": email})
        assert answer.headers["Location"] == reverse("account_reset_password_done")
        send_due("worker")

    def link(self, mailbox: Mailbox) -> str:
        """The path in the mail."""
        words = mailbox.wait_for().text.split()
        return next(word for word in words if "/password/reset/" in word).partition("localhost:8000")[2]

    def test_a_mail_brings_the_address_on_which_a_new_password_is_chosen(
        self, client: Client, anna: Member, mailbox: Mailbox
    ) -> None:
        self.ask(client, anna.user.email.title())
        form = client.get(self.link(mailbox), follow=True)
        path = form.redirect_chain[-1][0]
        told = {"password1": "an even longer password", "password2": "an even longer password"}
        assert client.post(path, told).status_code == 302
        log_in(client, anna.user.email, "an even longer password")
        assert is_in(client)

    def test_the_address_works_once(self, client: Client, anna: Member, mailbox: Mailbox) -> None:
        self.ask(client, anna.user.email)
        path = self.link(mailbox)
        told = {"password1": "an even longer password", "password2": "an even longer password"}
        client.post(client.get(path, follow=True).redirect_chain[-1][0], told)
        assert client.get(path).context["token_fail"]

    def test_opening_the_address_changes_nothing(self, client: Client, anna: Member, mailbox: Mailbox) -> None:
        self.ask(client, anna.user.email)
        client.get(self.link(mailbox), follow=True)
        log_in(client, anna.user.email)
        assert is_in(client)

    def test_a_weak_password_is_refused_here_too(self, client: Client, anna: Member, mailbox: Mailbox) -> None:
        self.ask(client, anna.user.email)
        path = client.get(self.link(mailbox), follow=True).redirect_chain[-1][0]
        assert client.post(path, {"password1": "short", "password2": "short"}).context["form"].errors
        log_in(client, anna.user.email)
        assert is_in(client)

    def test_a_changed_password_is_told_by_mail(self, client: Client, anna: Member, mailbox: Mailbox) -> None:
        self.ask(client, anna.user.email)
        path = client.get(self.link(mailbox), follow=True).redirect_chain[-1][0]
        client.post(path, {"password1": "an even longer password", "password2": "an even longer password"})
        send_due("worker")
        mailbox.wait_for(lambda received: "log" in received.subject and "password" in received.text)

    def test_nobody_learns_who_has_an_account(self, client: Client, anna: Member) -> None:
        pages = [
            client.post(reverse("account_reset_password"), {"email": email}, follow=True).content
            for email in (anna.user.email, "nobody@voorbeeld.example")
        ]
        known, unknown = (re.sub(rb'(?:nonce|value)="[^"]+"', b"", page) for page in pages)
        assert known == unknown
        assert Message.objects.count() == 1

    def test_somebody_whose_membership_ended_gets_no_mail(self, client: Client, anna: Member) -> None:
        Member.objects.filter(pk=anna.pk).update(ends_on="2020-01-01")
        client.post(reverse("account_reset_password"), {"email": anna.user.email})
        assert not Message.objects.exists()
