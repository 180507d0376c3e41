"""Before something that matters, the person proves again who they are, and what they did goes on by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.people.conftest import Prove, code_of
from tests.plugins.house import PASSWORD
from tests.posts.conftest import TEXT
from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.people.adapters import MFAAdapter
from vierogen.people.models import Member
from vierogen.posts.actions.reviewing import approve
from vierogen.posts.actions.writing import Content, begin, save, submit
from vierogen.posts.models import Approval, Delivery, Version

Enter = Callable[[Member], Client]
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def offered(channel: Channel, anna: Member) -> Version:
    """A version of anna, offered for review."""
    version = begin(channel.organisation, Content(TEXT, (channel,)), by=anna)
    submit(version, by=anna)
    return version


def say_yes(client: Client, version: Version, **options: Any) -> Any:
    """Press *Approve*."""
    path = reverse("posts:approve", args=[version.post_id])
    return client.post(path, {"digest": version.digest}, **options)


def prove_again(client: Client, answer: HttpResponse, password: str = PASSWORD) -> Any:
    """Go where ``answer`` sends, and type the password there."""
    path, _mark, _query = answer["Location"].partition("?")
    asked = client.get(answer["Location"])
    assert asked.status_code == 200
    return client.post(path, {"password": password, "next": asked.context["redirect_field_value"]})


def test_who_proved_it_a_moment_ago_is_not_asked(enter: Enter, prove: Prove, ben: Member, offered: Version) -> None:
    client = enter(ben)
    prove(client, ben, seconds=290)
    assert say_yes(client, offered)["Location"] == reverse("posts:detail", args=[offered.post_id])
    assert Approval.objects.get().by == ben


@pytest.mark.parametrize("seconds", [301, 86_400])
def test_after_five_minutes_nothing_happens_before_the_person_proves_it_again(
    enter: Enter, prove: Prove, ben: Member, offered: Version, seconds: int
) -> None:
    client = enter(ben)
    prove(client, ben, seconds=seconds)
    assert say_yes(client, offered)["Location"].startswith(reverse("account_reauthenticate"))
    assert not Approval.objects.exists()


def test_then_the_approval_goes_on_by_itself_exactly_once(enter: Enter, ben: Member, offered: Version) -> None:
    client = enter(ben)
    answer = say_yes(client, offered)
    done = prove_again(client, answer)
    assert done["Location"] == reverse("posts:detail", args=[offered.post_id])
    approval = Approval.objects.get()
    assert (approval.by, approval.version, approval.digest) == (ben, offered, offered.digest)
    assert Delivery.objects.count() == 1
    prove_again(client, answer)
    assert Entry.objects.filter(verb="approve").count() == 1


def test_a_wrong_password_approves_nothing(enter: Enter, ben: Member, offered: Version) -> None:
    client = enter(ben)
    answer = say_yes(client, offered)
    assert prove_again(client, answer, password="not the password").status_code == 200
    assert not Approval.objects.exists()
    prove_again(client, answer)
    assert Approval.objects.exists()


def test_somebody_else_s_password_approves_nothing(enter: Enter, ben: Member, anna: Member, offered: Version) -> None:
    anna.user.set_password("the password of anna")
    anna.user.save()
    client = enter(ben)
    prove_again(client, say_yes(client, offered), password="the password of anna")
    assert not Approval.objects.exists()


def test_what_was_kept_is_judged_as_things_are_now(enter: Enter, ben: Member, anna: Member, offered: Version) -> None:
    """While ben typed his password, anna changed the text."""
    client = enter(ben)
    answer = say_yes(client, offered)
    channels = tuple(target.channel for target in offered.targets.all())
    newer = save(offered.post, Content(f"{TEXT} En morgen ook.", channels), by=anna)
    submit(newer, by=anna)
    prove_again(client, answer)
    assert not Approval.objects.exists()


def test_publishing_now_asks_again_too(enter: Enter, ben: Member, offered: Version) -> None:
    approve(offered, by=ben, digest=offered.digest)
    client = enter(ben)
    before = Delivery.objects.get().due_at
    answer = client.post(reverse("posts:publish_now", args=[offered.post_id]))
    assert Delivery.objects.get().due_at == before
    prove_again(client, answer)
    assert Delivery.objects.get().due_at < before
    assert Entry.objects.filter(verb="hasten").count() == 1


def test_who_may_not_do_it_is_not_asked_for_a_password(enter: Enter, anna: Member, offered: Version) -> None:
    client = enter(anna)
    assert say_yes(client, offered).status_code == 403


def test_without_anything_to_prove_it_with_one_sets_that_up_first(enter: Enter, ben: Member, offered: Version) -> None:
    """Somebody of single sign-on: with no password and no passkey, nothing may count as proof."""
    ben.user.set_unusable_password()
    ben.user.save()
    client = enter(ben)
    assert say_yes(client, offered)["Location"] == reverse("mfa_index")
    assert not Approval.objects.exists()


def test_an_app_with_codes_is_proof_enough_for_somebody_of_single_sign_on(
    enter: Enter, ben: Member, offered: Version
) -> None:
    ben.user.set_unusable_password()
    ben.user.save()
    Authenticator.objects.create(user=ben.user, type="totp", data={"secret": MFAAdapter().encrypt(SEED)})
    client = enter(ben)
    answer = say_yes(client, offered)
    path = reverse("mfa_reauthenticate")
    assert answer["Location"].startswith(path)
    following = client.get(answer["Location"]).context["redirect_field_value"]
    for later in (0, 1):  # the period may end between showing and checking
        client.post(path, {"code": code_of(SEED, later=later), "next": following})
    assert Approval.objects.get().digest == offered.digest


class TestPower:
    """Whoever gives roles or shortens the delay could open a way around a second step, so that is what is asked for."""

    TOLD = {"name": "Piet", "email": "piet@voorbeeld.example", "roles": ["administrator"], "ends_on": ""}

    def is_invited(self) -> bool:
        """Did it happen?"""
        return Member.objects.filter(user__email=self.TOLD["email"]).exists()

    def test_without_a_second_step_the_password_is_asked_and_the_invitation_goes_on(
        self, enter: Enter, cora: Member
    ) -> None:
        client = enter(cora)
        answer = client.post(reverse("people:invite"), self.TOLD)
        assert not self.is_invited()
        prove_again(client, answer)
        assert self.is_invited()

    def test_with_one_a_password_is_not_enough(self, enter: Enter, prove: Prove, cora: Member) -> None:
        Authenticator.objects.create(user=cora.user, type="totp", data={"secret": MFAAdapter().encrypt(SEED)})
        client, path = enter(cora), reverse("mfa_reauthenticate")
        prove(client, cora)
        answer = client.post(reverse("people:invite"), self.TOLD)
        assert answer["Location"].startswith(path)
        assert "is not enough here" in client.get(answer["Location"]).content.decode()
        assert not self.is_invited()
        following = client.get(answer["Location"]).context["redirect_field_value"]
        for later in (0, 1):  # the period may end between showing and checking
            client.post(path, {"code": code_of(SEED, later=later), "next": following})
        assert self.is_invited()

    @pytest.mark.parametrize("page", ["member", "end", "settings"])
    def test_so_it_is_where_roles_memberships_and_settings_change(
        self, enter: Enter, cora: Member, anna: Member, page: str
    ) -> None:
        path = reverse(f"people:{page}", args=[] if page == "settings" else [anna.pk])
        before = Entry.objects.count()
        answer = enter(cora).post(path, {"roles": ["administrator"], "break_glass_minutes": "15"})
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
        assert Entry.objects.count() == before


class TestSecrets:
    """A form in which a secret is typed asks first: what waits in a session is not sealed."""

    def path(self) -> str:
        """Where the credentials of an account are handed in."""
        return reverse("vault:connect_to", args=["mastodon"])

    def test_the_form_is_not_shown_before_the_proof(self, enter: Enter, prove: Prove, cora: Member) -> None:
        client = enter(cora)
        answer = client.get(self.path())
        assert prove_again(client, answer)["Location"] == self.path()
        assert client.get(self.path()).status_code == 200

    def test_what_was_typed_too_late_is_forgotten(self, enter: Enter, cora: Member) -> None:
        client = enter(cora)
        answer = client.post(self.path(), {"server": "https://social.example", "token": "very secret"})
        kept = "".join(str(session.get_decoded()) for session in Session.objects.all())
        assert "very secret" not in kept
        assert "very secret" not in answer["Location"]
        assert prove_again(client, answer)["Location"] == self.path()
        assert not Channel.objects.exists()
