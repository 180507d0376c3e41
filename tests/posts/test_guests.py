"""A colleague organisation is the second pair of eyes, and sees only what it must judge."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.plugins.house import SETUP
from tests.posts.nets import TEXT, png
from vierogen.channels.models import Channel
from vierogen.learning.actions.beginning import take_set
from vierogen.learning.standing import Suspended
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.notices.models import Message
from vierogen.people import departing
from vierogen.people.actions import change_roles, found, join
from vierogen.people.models import Member, Organisation, Partnership, User
from vierogen.people.partnering import agree, ask, end
from vierogen.people.roles import Role
from vierogen.posts import jobs
from vierogen.posts.actions import permits
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.guests import ask_partner, lapse_due, take_back
from vierogen.posts.actions.reviewing import approve, ask_for_changes
from vierogen.posts.actions.writing import add_picture, begin, save, submit
from vierogen.posts.checks import base
from vierogen.posts.models import Approval, Delivery, GuestReview, Post, Version
from vierogen.posts.states import GuestReviewState, PostState
from vierogen.posts.views.noticed import FILES, FOR_GUESTS
from vierogen.practice.server import PracticeServer

Enter = Callable[[Member], Client]


@pytest.fixture
def partners(cora: Member, otto: Member) -> Partnership:
    """Otto's organisation agreed."""
    asked = ask("Welzijn Anders", by=cora)
    agree(asked, by=otto)
    return asked


@pytest.fixture
def asked(partners: Partnership, offered: Version, anna: Member) -> GuestReview:
    """Otto's organisation was asked to look at what anna wrote."""
    return ask_partner(offered, partners.partner, by=anna)


def _verbs(member: Member) -> set[str]:
    return set(Entry.objects.filter(organisation_id=member.organisation_id).values_list("verb", flat=True))


def test_a_guest_approves_and_both_ledgers_say_so(
    asked: GuestReview, offered: Version, otto: Member, anna: Member
) -> None:
    approve(offered, by=otto, digest=offered.digest)
    asked.refresh_from_db()
    assert asked.state == GuestReviewState.DECIDED
    assert Delivery.objects.filter(version=offered).count() == 1
    assert {"ask_guest", "approve_as_guest"} <= _verbs(otto)
    assert {"ask_guest", "decide", "approve"} <= _verbs(anna)


@pytest.mark.parametrize("ends", [False, True])
def test_what_a_guest_approved_goes_out_also_when_the_partnership_ends_then(
    asked: GuestReview, offered: Version, otto: Member, cora: Member, practice: PracticeServer, ends: bool
) -> None:
    approve(offered, by=otto, digest=offered.digest)
    if ends:
        end(asked.partnership, by=cora)
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert jobs.deliver("worker")
    assert [post.text for post in practice.network.timeline()] == [TEXT]


@pytest.mark.parametrize("forged", ["not asked", "asked of others", "emergency"])
def test_an_approval_of_somebody_elsewhere_who_was_not_asked_lets_nothing_out(
    partners: Partnership, offered: Version, otto: Member, anna: Member, practice: PracticeServer, forged: str
) -> None:
    asked = ask_partner(offered, partners.partner, by=anna)
    approve(offered, by=otto, digest=offered.digest)
    # Somebody with the database in their hands.
    if forged == "not asked":
        GuestReview.objects.all().delete()
    elif forged == "asked of others":
        gus = join(
            otto.organisation, User.objects.create_user("gus@b.example", name="Gus"), roles=[*Role][1:], by=SETUP
        )
        GuestReview.objects.filter(pk=asked.pk).update(decided_by=gus)
    else:
        Approval.objects.update(emergency=True, reason="Brand")
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        assert not jobs.deliver("worker")
    assert practice.network.timeline() == []
    assert Delivery.objects.get().problem == permits.UNAPPROVED


@pytest.mark.usefixtures("partners")
def test_a_partner_that_was_not_asked_cannot_approve(offered: Version, otto: Member) -> None:
    with pytest.raises(PermissionDenied):
        approve(offered, by=otto, digest=offered.digest)


@pytest.mark.usefixtures("asked")
def test_another_digest_is_refused(offered: Version, otto: Member) -> None:
    with pytest.raises(WrongStateError):
        approve(offered, by=otto, digest="0" * 64)


@pytest.mark.usefixtures("asked")
def test_who_wrote_it_cannot_approve_it_from_the_other_organisation(
    enter: Enter, offered: Version, anna: Member, otto: Member, asked: GuestReview
) -> None:
    twice = join(otto.organisation, anna.user, roles=[Role.REVIEWER], by=SETUP)
    assert not GuestReview.objects.open().visible_to(twice).exists()
    with pytest.raises(PermissionDenied):
        approve(offered, by=twice, digest=offered.digest)
    assert enter(otto).get(f"/posts/guests/{asked.pk}/").status_code == 200


def test_only_who_reviews_there_judges(asked: GuestReview, offered: Version, otto: Member) -> None:
    otto.held.exclude(role=Role.WRITER).delete()
    again = Member.objects.get(pk=otto.pk)
    with pytest.raises(PermissionDenied):
        approve(asked.version, by=again, digest=offered.digest)


@pytest.mark.usefixtures("asked")
def test_a_guest_asks_for_changes(asked: GuestReview, offered: Version, otto: Member) -> None:
    ask_for_changes(offered, by=otto, text="Noem de dag.")
    assert Post.objects.get(pk=offered.post_id).state == PostState.DRAFT
    asked.refresh_from_db()
    assert asked.state == GuestReviewState.DECIDED


@pytest.mark.parametrize("how", ["edit", "end", "take_back", "decided here"])
def test_what_was_asked_ends_at_once(
    how: str,
    enter: Enter,
    asked: GuestReview,
    partners: Partnership,
    channel: Channel,
    anna: Member,
    ben: Member,
    otto: Member,
) -> None:
    page = f"/posts/guests/{asked.pk}/"
    assert enter(otto).get(page).status_code == 200
    version = asked.version
    if how == "edit":
        save(version.post, Content(TEXT + " Kom ook.", (channel,)), by=anna)
    elif how == "end":
        end(partners, by=otto)
    elif how == "take_back":
        take_back(asked, by=anna)
    else:
        approve(version, by=ben, digest=version.digest)
    assert enter(otto).get(page).status_code == 404
    with pytest.raises((PermissionDenied, WrongStateError)):
        approve(version, by=otto, digest=version.digest)
    assert lapse_due() == (0 if how == "take_back" else 1)
    assert lapse_due() == 0
    assert GuestReview.objects.get(pk=asked.pk).state != GuestReviewState.ASKED


def test_nobody_is_asked_without_an_agreement(partners: Partnership, offered: Version, anna: Member) -> None:
    end(partners, by=anna.organisation.members.get(user__name="Cora"))
    with pytest.raises(ValidationError):
        ask_partner(offered, partners.partner, by=anna)


def test_a_guest_sees_that_version_and_nothing_else(
    enter: Enter, partners: Partnership, channel: Channel, anna: Member, otto: Member
) -> None:
    shown = add_picture(anna.organisation, png(1), name="a.png", by=anna)
    other = add_picture(anna.organisation, png(2), name="b.png", by=anna)
    version = begin(anna.organisation, Content(TEXT, (channel,), pictures=((shown.pk, "Een plein"),)), by=anna)
    submit(version, by=anna)
    asked = ask_partner(version, partners.partner, by=anna)
    browser, page = enter(otto), f"/posts/guests/{asked.pk}/"
    told = browser.get(page).content.decode()
    assert TEXT in told
    assert "Een plein" in told
    assert anna.name not in told
    assert browser.get(f"{page}pictures/{shown.pk}/").status_code == 200
    assert browser.get(f"{page}pictures/{other.pk}/").status_code == 404
    assert page in browser.get("/").content.decode()
    post = f"/posts/{version.post_id}/"
    for hidden in (post, f"{post}review/", f"{post}live/", f"/channels/{channel.pk}/", f"/posts/pictures/{shown.pk}/"):
        assert browser.get(hidden).status_code == 404, hidden
    for hidden in ("/posts/", "/posts/review/", "/channels/", "/people/", "/watch/"):
        assert channel.handle not in browser.get(hidden).content.decode(), hidden
    for act in (f"{post}ask-partner/", f"{page}take-back/"):
        assert browser.post(act).status_code == 404, act


def test_a_guest_reads_of_a_finding_what_stands_in_the_post(
    enter: Enter, partners: Partnership, channel: Channel, anna: Member, otto: Member
) -> None:
    shown = add_picture(anna.organisation, png(1), name="ziekmelding-sanne.png", by=anna)
    text = f"{TEXT} Met dank aan Sanne de Wit."
    version = begin(anna.organisation, Content(text, (channel,), pictures=((shown.pk, "Een plein"),)), by=anna)
    version.findings.all().delete()
    told = {
        "names": ("“%(shown)s” looks like the name of a private person.", {"shown": "Sanne de Wit"}),
        "timing": (
            "Your organisation is quiet then: %(title)s, until %(until)s.",
            {"title": "Ontslag", "until": "noon"},
        ),
        "duplicate": (
            "Nearly this text went out before (days ago: %(days)s): “%(earlier)s”.",
            {"earlier": "Oud", "days": 3},
        ),
        "same_picture": (
            "Picture %(number)s (%(name)s) was posted before, on %(day)s.",
            {"day": "3 May", "number": 1, "name": shown.name},
        ),
    }
    for key, (message, values) in told.items():
        version.findings.create(check_key=key, tier="look", message=message, values=values)
    submit(version, by=anna)
    asked = ask_partner(version, partners.partner, by=anna)
    page = enter(otto).get(f"/posts/guests/{asked.pk}/").content.decode()
    for line in (
        "“Sanne de Wit” looks like the name",
        "Your organisation is quiet then: …, until noon.",
        "Nearly this text went out before (days ago: …): “…”.",
        "Picture 1 (Een plein) was posted before, on ….",
    ):
        assert line in page
    for hidden in ("Ontslag", "Oud", "3 May", "ziekmelding"):
        assert hidden not in page, hidden
    # Whoever works there reads all of it.
    assert "ziekmelding-sanne.png" in enter(anna).get(f"/posts/{version.post_id}/").content.decode()


def test_of_everything_that_a_check_tells_somebody_decided_whether_a_guest_reads_it() -> None:
    """Whoever adds a value to a finding: does it stand in the post, or may only colleagues know it?"""
    folder = Path(base.__file__).parent
    told = {key for file in folder.glob("*.py") for key in re.findall(r"%\((\w+)\)s", file.read_text())}
    assert told - FOR_GUESTS - FILES == {"earlier", "title", "day", "days", "km", "time"}


def test_the_writer_asks_on_the_page(enter: Enter, partners: Partnership, offered: Version, anna: Member) -> None:
    browser, page = enter(anna), f"/posts/{offered.post_id}/"
    assert "Ask Welzijn Anders to look" in browser.get(page).content.decode()
    browser.post(f"{page}ask-partner/", {"partner": partners.partner_id})
    assert "Welzijn Anders was asked too" in browser.get(page).content.decode()


@pytest.fixture
def tess(town: Organisation, cora: Member) -> Member:
    """A trainee."""
    user = User.objects.create_user("tess@voorbeeld.example", name="Tess", language="en")
    return join(town, user, roles=[Role.TRAINEE], ends_on=date(2199, 1, 1), by=cora)


def test_what_a_trainee_wrote_gets_out_only_when_somebody_else_at_home_asks(
    enter: Enter, partners: Partnership, channel: Channel, tess: Member, anna: Member, otto: Member
) -> None:
    version = begin(channel.organisation, Content(TEXT, (channel,)), by=tess)
    submit(version, by=tess)
    page = f"/posts/{version.post_id}/"
    browser = enter(tess)
    told = browser.get(page).content.decode()
    assert "A trainee cannot ask another organisation" in told
    assert "Ask Welzijn Anders to look" not in told
    browser.post(f"{page}ask-partner/", {"partner": partners.partner_id})
    with pytest.raises(PermissionDenied):
        ask_partner(version, partners.partner, by=tess)
    with pytest.raises(PermissionDenied):
        approve(version, by=otto, digest=version.digest)
    ask_partner(version, partners.partner, by=anna)
    approve(version, by=otto, digest=version.digest)
    assert Delivery.objects.filter(version=version).exists()


def test_a_second_role_makes_no_trainee_ask(
    partners: Partnership, channel: Channel, tess: Member, anna: Member
) -> None:
    version = begin(channel.organisation, Content(TEXT, (channel,)), by=anna)
    submit(version, by=anna)
    tess.held.create(role=Role.WRITER)
    with pytest.raises(PermissionDenied):
        ask_partner(version, partners.partner, by=tess)


def test_who_has_something_to_read_first_asks_nobody(
    town: Organisation, partners: Partnership, offered: Version, anna: Member, cora: Member
) -> None:
    take_set(town, kind="municipality", language="en", days=0, by=cora)
    with pytest.raises(Suspended):
        ask_partner(offered, partners.partner, by=anna)


@pytest.mark.parametrize("why", ["a trainee here", "only writes here", "left", "suspended here", "still arriving"])
def test_a_colleague_who_cannot_approve_at_home_cannot_do_it_from_elsewhere(
    why: str, enter: Enter, partners: Partnership, offered: Version, tess: Member, ben: Member, cora: Member
) -> None:
    town, there = cora.organisation, partners.partner
    if why == "only writes here":
        change_roles(ben, roles=[Role.WRITER], ends_on=None, by=cora)
    twice = join(there, (tess if why == "a trainee here" else ben).user, roles=[Role.REVIEWER], by=SETUP)
    other = join(
        there, User.objects.create_user("gus@b.example", name="Gus", language="en"), roles=[Role.REVIEWER], by=SETUP
    )
    if why == "left":
        departing.begin(ben, last_day=None, by=cora)
    elif why == "suspended here":
        asked = ask_partner(offered, there, by=town.members.get(user__name="Anna"))
        take_set(town, kind="municipality", language="en", days=0, by=cora)
    elif why == "still arriving":
        Member.objects.filter(pk=ben.pk).update(arriving_since=timezone.now())
    if why != "suspended here":
        asked = ask_partner(offered, there, by=town.members.get(user__name="Anna"))
        mailed = Message.objects.filter(organisation_id=there.pk).values_list("email", flat=True)
        assert twice.user.email not in mailed
        assert other.user.email in mailed
    assert not GuestReview.objects.open().visible_to(twice).exists()
    browser = enter(twice)
    session = browser.session
    session["organisation"] = there.pk
    session.save()
    assert browser.get("/").status_code == 200
    assert browser.get(f"/posts/guests/{asked.pk}/").status_code == 404
    for act in (
        lambda: approve(offered, by=twice, digest=offered.digest),
        lambda: ask_for_changes(offered, by=twice, text="Anders."),
    ):
        with pytest.raises(PermissionDenied, match="belong to their organisation"):
            act()
    approve(offered, by=other, digest=offered.digest)
    assert Delivery.objects.filter(version=offered).count() == 1


def test_who_may_approve_at_home_may_do_it_from_elsewhere_too(
    asked: GuestReview, offered: Version, ben: Member, otto: Member
) -> None:
    twice = join(otto.organisation, ben.user, roles=[Role.REVIEWER], by=SETUP)
    approve(offered, by=twice, digest=offered.digest)
    asked.refresh_from_db()
    assert asked.state == GuestReviewState.DECIDED


def _mailed(organisation: Organisation) -> dict[str, set[str]]:
    """Who was mailed what: the titles, by the first part of the address."""
    found: dict[str, set[str]] = {}
    for email, title in Message.objects.filter(organisation_id=organisation.pk).values_list("email", "title"):
        found.setdefault(title, set()).add(email.split("@", 1)[0])
    return found


@pytest.mark.parametrize("is_yes", [True, False])
def test_at_home_everybody_concerned_hears_that_a_guest_was_asked_and_judged(
    town: Organisation,
    partners: Partnership,
    channel: Channel,
    tess: Member,
    anna: Member,
    ben: Member,
    otto: Member,
    is_yes: bool,
) -> None:
    version = begin(town, Content(TEXT, (channel,)), by=tess)
    submit(version, by=tess)
    Message.objects.all().delete()
    ask_partner(version, partners.partner, by=anna)
    assert _mailed(town) == {f"Welzijn Anders looks along: {channel.handle}": {"ben", "tess"}}
    Message.objects.all().delete()
    if is_yes:
        approve(version, by=otto, digest=version.digest)
        assert _mailed(town) == {f"Welzijn Anders approved a post for {channel.handle}": {"ben", "tess"}}
        return
    ask_for_changes(version, by=otto, text="Noem de dag.")
    told = _mailed(town)
    assert told.pop(f"Welzijn Anders asks to change a post for {channel.handle}") == {"ben"}
    assert list(told.values()) == [{"tess"}]


def test_what_a_guest_sees_takes_as_many_queries_for_one_membership_elsewhere_as_for_five(
    town: Organisation, asked: GuestReview, ben: Member, otto: Member, cora: Member
) -> None:
    twice = join(otto.organisation, ben.user, roles=[Role.REVIEWER], by=SETUP)
    take_set(town, kind="municipality", language="en", days=9, by=cora)
    with CaptureQueriesContext(connection) as few:
        assert list(GuestReview.objects.open().visible_to(twice)) == [asked]
    for number in range(4):
        join(found(f"Buur {number}", by=SETUP), ben.user, roles=[Role.REVIEWER], by=SETUP)
    with CaptureQueriesContext(connection) as more:
        assert list(GuestReview.objects.open().visible_to(twice)) == [asked]
    assert len(more) == len(few) <= 9
