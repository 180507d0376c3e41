"""Today: one sentence, what to do now and for whom, the accounts, and what goes out next."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.plugins.house import make_member
from tests.posts.conftest import approved, delivery, due, offered, version  # noqa: F401 - a post on its way
from vierogen.channels.actions import disconnect, entrust
from vierogen.channels.models import Channel
from vierogen.ledger.moves import move
from vierogen.notices.actions import tell
from vierogen.notices.models import Message
from vierogen.people.actions import addressees, change_roles, end
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts.actions import delivering, reviewing, stopping, writing
from vierogen.posts.actions.content import content_of
from vierogen.posts.models import AfterReview, Delivery, Version
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import opened
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.models import Watched

Visit = Callable[[Member], Client]


@pytest.fixture
def today(visit: Visit) -> Callable[[Member], str]:
    """The page as a member sees it, in one line."""

    def seen(member: Member) -> str:
        return " ".join(visit(member).get("/").content.decode().split())

    return seen


@pytest.fixture
def kees(town: Organisation) -> Member:
    """A custodian."""
    return make_member(town, "Kees", Role.CUSTODIAN)


@pytest.fixture
def watched(channel: Channel) -> Watched:
    """The account is being watched, live."""
    enrol()
    now = timezone.now()
    Watched.objects.update(mode="streamed", heard_at=now, baseline_at=now, expected_by=now + timedelta(hours=1))
    return Watched.objects.select_related("channel__organisation").get()


def test_a_quiet_day_says_so_in_one_sentence(
    today: Callable[[Member], str], watched: Watched, cora: Member, anna: Member, dirk: Member, kees: Member
) -> None:
    entrust(watched.channel, to=[cora, kees], by=cora)
    page = today(anna)
    assert "All is well" in page
    assert "Nothing waits for you, and every account is being watched." in page
    assert "Live: within about a second" in page
    assert "No strays" in page
    assert "2 custodians" in page


def test_without_an_account_it_says_where_to_begin(today: Callable[[Member], str], anna: Member) -> None:
    page = today(anna)
    assert "Connect your first account" in page
    assert "All is well" not in page


def test_an_account_with_one_custodian_asks_to_be_looked_at(
    today: Callable[[Member], str], watched: Watched, cora: Member, anna: Member
) -> None:
    assert "No custodian yet" in today(anna)
    entrust(watched.channel, to=[cora], by=cora)
    assert "Only 1 custodian" in today(anna)


def test_a_custodian_who_left_or_leaves_is_not_counted_on(
    today: Callable[[Member], str], watched: Watched, town: Organisation, cora: Member, anna: Member, kees: Member
) -> None:
    entrust(watched.channel, to=[cora, kees], by=cora)
    assert '"ok"' in _mark(today(anna), "2 custodians")
    change_roles(kees, roles=[Role.CUSTODIAN], ends_on=town.today() + timedelta(days=3), by=cora)
    assert '"look"' in _mark(today(anna), "2 custodians, 1 with a last day")
    end(kees, by=cora)
    assert '"look"' in _mark(today(anna), "Only 1 custodian")


def _mark(page: str, words: str) -> str:
    """The tag around a mark, as far as it tells its state."""
    before, found, _after = page.partition(words)
    assert found
    return before.rpartition("<li")[2]


def test_a_stray_comes_first_and_its_content_stays_sealed(
    today: Callable[[Member], str],
    watched: Watched,
    offered: Version,  # noqa: F811
    practice: PracticeServer,
    official: Account,
    ben: Member,
    dirk: Member,
) -> None:
    with opened(watched.channel) as network:
        look(watched, network)
        practice.network.post_by_phone(official, "Lekker in de zon")
        look(watched, network)
    page = today(ben)
    assert "2 things ask for attention" in page
    assert page.index("Stray post") < page.index("Anna asks for your eyes")
    assert "Lekker in de zon" not in page
    assert "Look and take down" in today(dirk)
    assert "Look and take down" not in page


def test_a_review_asks_only_those_who_can_judge_it(
    today: Callable[[Member], str],
    offered: Version,  # noqa: F811
    anna: Member,
    ben: Member,
    town: Organisation,
) -> None:
    assert "Anna asks for your eyes" in today(ben)
    assert "asks for your eyes" not in today(anna)
    writing.save(offered.post, content_of(offered), by=ben)
    writing.submit(offered.post.latest, by=anna)
    assert "asks for your eyes" not in today(ben)
    assert "asks for your eyes" in today(make_member(town, "Bea", Role.REVIEWER))


def test_remarks_ask_the_writer_until_she_changes_something(
    today: Callable[[Member], str],
    offered: Version,  # noqa: F811
    anna: Member,
    ben: Member,
    channel: Channel,
) -> None:
    reviewing.ask_for_changes(offered, by=ben, text="Noem de dag.")
    page = today(anna)
    assert "Ben asks you to change something" in page
    assert "Noem de dag." in page
    assert "asks you to change" not in today(ben)
    writing.save(offered.post, writing.Content("Morgen, dinsdag.", (channel,)), by=anna)
    assert "asks you to change" not in today(anna)


def test_an_expired_post_is_told_to_its_writer(
    today: Callable[[Member], str], channel: Channel, anna: Member, ben: Member
) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    late = writing.begin(channel.organisation, writing.Content("Vanavond.", (channel,), not_before=soon), by=anna)
    writing.submit(late, by=anna)
    reviewing.expire_due(soon + timedelta(seconds=1))
    assert "The time of your post passed without approval" in today(anna)
    assert "passed without approval" not in today(ben)


def test_a_post_that_did_not_go_out_is_told_to_its_writer_for_a_day(
    today: Callable[[Member], str],
    due: Delivery,  # noqa: F811
    anna: Member,
    ben: Member,
) -> None:
    move(due, "fail", by=delivering.WORKER, changes={"problem": "No."})
    assert "Your post did not go out" in today(anna)
    assert "did not go out" not in today(ben)
    Delivery.objects.update(due_at=timezone.now() - timedelta(days=2))
    assert "did not go out" not in today(anna)


def test_what_is_held_or_in_doubt_asks_for_a_decision_from_who_may_decide(
    today: Callable[[Member], str],
    due: Delivery,  # noqa: F811
    anna: Member,
    dirk: Member,
) -> None:
    move(due, "hold", by=delivering.WORKER)
    assert "A post waits to be released" in today(dirk)
    assert "Look and decide" in today(dirk)
    assert "Look and decide" not in today(anna)
    move(due, "release", by=dirk)
    move(due, "send", by=delivering.WORKER)
    move(due, "doubt", by=delivering.WORKER, changes={"next_look_at": timezone.now()})
    assert "Is this post there?" not in today(dirk)
    Delivery.objects.update(next_look_at=None)
    assert "Is this post there? Somebody has to look" in today(dirk)


def test_an_emergency_asks_somebody_else_to_look_back(
    today: Callable[[Member], str],
    version: Version,  # noqa: F811
    anna: Member,
    ben: Member,
    dirk: Member,
) -> None:
    reviewing.publish_in_emergency(version, by=dirk, reason="Storm")
    page = today(ben)
    assert "An emergency waits for a second pair of eyes" in page
    assert reverse("posts:look_back", args=[version.post_id]) in page
    assert "An emergency waits" not in today(dirk)
    assert "An emergency waits" not in today(anna)
    AfterReview.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert 'attention" data-state="stop"' in today(ben)


def test_a_disconnected_account_asks_who_can_connect_it_again(
    today: Callable[[Member], str], watched: Watched, anna: Member, cora: Member
) -> None:
    disconnect(watched.channel, by=delivering.WORKER, why="The network refuses our key.")
    page = today(cora)
    assert "An account is disconnected" in page
    assert reverse("vault:reconnect", args=[watched.channel_id]) in page
    assert reverse("vault:reconnect", args=[watched.channel_id]) not in today(anna)


def test_a_silent_watch_is_never_a_quiet_day(today: Callable[[Member], str], watched: Watched, anna: Member) -> None:
    Watched.objects.update(silent_since=timezone.now())
    page = today(anna)
    assert "We cannot see an account at the moment" in page
    assert "All is well" not in page


def test_a_place_that_nobody_fills_is_told_to_who_can_fill_it(
    today: Callable[[Member], str], cora: Member, anna: Member, town: Organisation
) -> None:
    page = today(cora)
    assert "Nobody can review" in page
    assert "Nobody is on duty" in page
    assert "Nobody can review" not in today(anna)
    make_member(town, "Bea", Role.REVIEWER)
    make_member(town, "Dora", Role.DUTY_OFFICER)
    assert "Nobody" not in today(cora).replace("Nobody here", "")


def test_a_reviewer_who_still_gets_started_fills_no_place_yet(
    today: Callable[[Member], str], cora: Member, town: Organisation
) -> None:
    bea = make_member(town, "Bea", Role.REVIEWER, Role.DUTY_OFFICER)
    Member.objects.filter(pk=bea.pk).update(arriving_since=timezone.now())
    page = today(cora)
    assert "Nobody can review" in page
    assert "until the new reviewer has done the first steps" in page
    assert "Nobody is on duty" not in page
    make_member(town, "Ben", Role.REVIEWER)
    assert "Nobody can review" not in today(cora)


def test_what_goes_out_next_comes_in_order_with_stop_where_it_goes_at_once(
    today: Callable[[Member], str],
    approved: Version,  # noqa: F811
    channel: Channel,
    anna: Member,
    ben: Member,
) -> None:
    later = timezone.now() + timedelta(days=3)
    content = writing.Content("Vrijdag is het open dag.", (channel,), not_before=later)
    second = writing.begin(channel.organisation, content, by=anna)
    writing.submit(second, by=anna)
    reviewing.approve(second, by=ben, digest=second.digest)
    page = today(anna)
    assert page.index("Stationsweg") < page.index("open dag")
    assert page.count("data-countdown") == 1
    assert f'action="{reverse("posts:stop", args=[approved.post_id])}"' in page
    assert f'action="{reverse("posts:stop", args=[second.post_id])}"' not in page


def test_the_living_part_is_the_same_and_asks_for_itself(visit: Visit, watched: Watched, anna: Member) -> None:
    client = visit(anna)
    live = client.get(reverse("home:live")).content.decode()
    assert 'hx-get="/live/"' in live
    assert "<html" not in live
    assert " ".join(live.split())[:200] in " ".join(client.get("/").content.decode().split())


def test_nothing_of_another_organisation_is_on_it(
    today: Callable[[Member], str],
    approved: Version,  # noqa: F811
    watched: Watched,
    otto: Member,
) -> None:
    page = today(otto)
    assert "Stationsweg" not in page
    assert watched.channel.handle not in page


def test_somebody_without_a_place_is_told(client: Client, anna: Member) -> None:
    type(anna).objects.filter(pk=anna.pk).update(ends_on=timezone.now() - timedelta(days=3))
    client.force_login(anna.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/")["Location"] == reverse("people:nowhere")


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_the_signs_of_life_answer_without_logging_in(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_stop_is_the_headline_and_never_a_quiet_day(
    today: Callable[[Member], str], watched: Watched, anna: Member, dirk: Member, cora: Member, kees: Member
) -> None:
    entrust(watched.channel, to=[cora, kees], by=cora)
    stopping.stop_everything(watched.channel.organisation, by=anna)
    page = today(anna)
    assert '<h1 aria-live="polite"> Everything is stopped </h1>' in page
    assert "All is well" not in page
    assert "Nothing waits for you" not in page
    Watched.objects.update(silent_since=timezone.now())
    page = today(anna)
    assert '<h1 aria-live="polite"> Everything is stopped </h1>' in page
    assert "We cannot see an account at the moment" in page
    stopping.lift(watched.channel.organisation, by=dirk)
    assert "Everything is stopped" not in today(anna).partition("<h1")[2].partition("</h1>")[0]


TROUBLE = "Mail does not leave: alarms may reach nobody"


@pytest.fixture
def mail(town: Organisation, ben: Member) -> Message:
    """A mail to Ben that waits."""
    values = {"by": "Cora", "organisation_name": town.name, "is_new": False}
    return tell(town.pk, addressees([ben]), template="people/mail/invitation", values=values)[0]


def test_mail_that_does_not_leave_is_told_to_who_answers_alarms_and_who_can_mend_it(
    today: Callable[[Member], str], mail: Message, anna: Member, cora: Member, dirk: Member, otto: Member
) -> None:
    Message.objects.update(attempts=1)
    assert TROUBLE not in today(dirk)
    Message.objects.update(problem="Connection refused")
    for member in (cora, dirk):
        page = today(member)
        assert TROUBLE in page
        assert "Mails not taken: 1, the latest to Ben. The mail server said: Connection refused" in page
        assert reverse("notices:mine") in page
    assert TROUBLE not in today(anna)
    assert TROUBLE not in today(otto)
    Message.objects.update(sent_at=timezone.now(), next_at=None, problem="")
    assert TROUBLE not in today(dirk)


def test_a_mail_that_failed_for_good_asks_for_a_day(
    today: Callable[[Member], str], mail: Message, dirk: Member
) -> None:
    now = timezone.now()
    Message.objects.update(failed_at=now, next_at=None, attempts=1, problem="550 nobody here")
    assert TROUBLE in today(dirk)
    Message.objects.update(failed_at=now - timedelta(days=2))
    assert TROUBLE not in today(dirk)


def test_much_trouble_with_mail_asks_the_database_no_more_than_one(
    mail: Message, dirk: Member, visit: Visit, django_assert_num_queries: Callable[..., Any]
) -> None:
    Message.objects.update(attempts=1, problem="451 later")
    client = visit(dirk)
    client.get("/")
    with CaptureQueriesContext(connection) as seen:
        client.get("/")
    for number in range(30):
        copy = Message.objects.get(pk=mail.pk)
        copy.pk, copy.mail_id = None, f"<{number}@voorbeeld.example>"
        copy.save(force_insert=True)
    with django_assert_num_queries(len(seen)):
        assert "Mails not taken: 31" in client.get("/").content.decode()
