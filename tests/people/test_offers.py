"""What a member holds in each room is seen, and can be given to somebody who may have it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from tests.plugins.house import PASSWORD, make_member
from vierogen.channels.actions import entrust
from vierogen.channels.models import Channel
from vierogen.incidents.actions import open_incident
from vierogen.listening.actions.handing import hand_on
from vierogen.listening.models import Alert, HandOver, Hit, Item
from vierogen.notices.actions import Addressee, ring, subscribe
from vierogen.notices.models import Alarm, Message
from vierogen.people import departing
from vierogen.people.actions import end, invite, invite_again
from vierogen.people.holding import Held, Holding, holdings
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.writing import begin, submit
from vierogen.posts.models import Comment, Post, Version


def kind(key: str) -> Holding:
    """The kind of thing with this key."""
    return next(each for each in holdings() if each.key == key)


def held(key: str, member: Member) -> list[Held]:
    """What ``member`` holds of it."""
    return kind(key).held_by(member)


def give(key: str, member: Member, *, to: Member, by: Member) -> None:
    """Hand all of it over."""
    for each in held(key, member):
        kind(key).hand_over(member, each.subject, to=to, by=by)


@pytest.fixture
def draft(town: Organisation, channel: Channel, anna: Member) -> Version:
    """Anna's draft."""
    return begin(town, Content("Het zwembad is weer open.", (channel,)), by=anna)


def test_a_draft_is_held_until_somebody_else_goes_on_with_it(draft: Version, anna: Member, cora: Member) -> None:
    nora = make_member(cora.organisation, "Nora", Role.WRITER)
    assert [each.subject for each in held("posts.unfinished", anna)] == [f"posts.post:{draft.post_id}"]
    give("posts.unfinished", anna, to=nora, by=cora)
    assert not held("posts.unfinished", anna)
    assert [each.subject for each in held("posts.unfinished", nora)] == [f"posts.post:{draft.post_id}"]


def test_remarks_about_a_draft_come_with_it(draft: Version, anna: Member, ben: Member, cora: Member) -> None:
    Comment.objects.create(version=draft, by=ben, text="Which pool?")
    assert Comment.objects.to_answer(anna).exists()
    give("posts.unfinished", anna, to=ben, by=cora)
    assert Comment.objects.to_answer(ben).exists()
    assert not Comment.objects.to_answer(anna).exists()


def test_nobody_but_who_manages_people_gives_and_nobody_gets_what_they_may_not_have(
    draft: Version, anna: Member, ben: Member, cora: Member, dirk: Member, otto: Member
) -> None:
    with pytest.raises(PermissionDenied):
        give("posts.unfinished", anna, to=ben, by=dirk)
    with pytest.raises(ValidationError, match="cannot take this over"):
        give("posts.unfinished", anna, to=dirk, by=cora)
    with pytest.raises(PermissionDenied):
        give("posts.unfinished", anna, to=otto, by=cora)
    assert Post.objects.get().owner is None
    give("posts.unfinished", anna, to=ben, by=cora)
    assert Post.objects.get().owner == ben


def test_a_review_that_only_one_can_do_is_held_by_them(draft: Version, anna: Member, ben: Member) -> None:
    submit(draft, by=anna)
    assert [each.subject for each in held("posts.only_reviews", ben)] == [f"posts.version:{draft.pk}"]
    make_member(ben.organisation, "Nora", Role.REVIEWER)
    assert not held("posts.only_reviews", ben)


def test_an_open_incident_is_held_by_whoever_leads_it(dirk: Member, cora: Member) -> None:
    open_incident("A photo too much", by=dirk)
    nora = make_member(cora.organisation, "Nora", Role.DUTY_OFFICER)
    assert len(held("incidents.led", dirk)) == 1
    give("incidents.led", dirk, to=nora, by=cora)
    assert (len(held("incidents.led", dirk)), len(held("incidents.led", nora))) == (0, 1)


def test_alerts_and_handed_hits_are_given(town: Organisation, anna: Member, ben: Member, cora: Member) -> None:
    alert = Alert.objects.create(organisation=town, name="Zwembad", query="zwembad", made_by=anna)
    item = Item.objects.create(key="k", title="Zwembad dicht")
    hit = Hit.objects.create(organisation=town, alert=alert, item=item)
    hand_on(hit, reason="Answer this", owner=anna, by=ben)
    for key in ("listening.alerts", "listening.handed"):
        assert len(held(key, anna)) == 1
        give(key, anna, to=ben, by=cora)
        assert (len(held(key, anna)), len(held(key, ben))) == (0, 1)
    assert HandOver.objects.get().owner == ben
    assert ben.readings.filter(alert=alert).exists()


def test_a_channel_is_given_and_the_other_custodians_stay(channel: Channel, cora: Member) -> None:
    nora, sem = (make_member(cora.organisation, name, Role.CUSTODIAN) for name in ("Nora", "Sem"))
    entrust(channel, to=[cora, nora], by=cora)
    give("channels.custody", nora, to=sem, by=cora)
    assert {row.member for row in channel.custodians.all()} == {cora, sem}


@pytest.mark.parametrize("days", [None, 3])
def test_two_custodians_who_leave_together_do_not_hold_each_other(
    channel: Channel, cora: Member, days: int | None
) -> None:
    town = channel.organisation
    nora, sem, kim = (make_member(town, name, Role.CUSTODIAN) for name in ("Nora", "Sem", "Kim"))
    entrust(channel, to=[nora, sem], by=cora)
    day = None if days is None else town.today() + timedelta(days=days)
    departures = [departing.begin(each, last_day=day, by=cora) for each in (nora, sem)]
    subject = [each.subject for each in held("channels.custody", nora)]
    assert departing.hand_over(departures[0], "channels.custody", subject, to=kim, by=cora) == 1
    assert departing.hand_over(departures[1], "channels.custody", subject, to=kim, by=cora) == 0
    assert [row.member for row in channel.custodians.all()] == [kim]
    assert not held("channels.custody", sem)


def test_of_two_who_stay_one_is_not_left_alone_by_handing_over(channel: Channel, cora: Member) -> None:
    nora, sem = (make_member(cora.organisation, name, Role.CUSTODIAN) for name in ("Nora", "Sem"))
    entrust(channel, to=[nora, sem], by=cora)
    with pytest.raises(ValidationError, match="fewer than two"):
        give("channels.custody", nora, to=sem, by=cora)


def test_whom_a_leaver_invited_comes_in_only_if_somebody_else_stands_for_it(town: Organisation, cora: Member) -> None:
    lena = make_member(town, "Lena", Role.ADMINISTRATOR)
    friends = [
        invite(town, name, f"{name}@voorbeeld.example", roles=[Role.ADMINISTRATOR], by=lena)
        for name in ("Fay", "Gus", "Hal")
    ]
    departure = departing.begin(lena, last_day=None, by=cora)
    assert [each.title for each in held("people.invited", lena)] == [f"{one} (administrator)" for one in friends]
    with pytest.raises(ValidationError, match="3 things are left"):
        departing.close(departure, by=cora)
    invite_again(friends[0], by=cora)
    end(friends[1], by=cora)
    friends[2].user.set_password(PASSWORD)  # came in, so stands on the list of members for everybody to see
    friends[2].user.save()
    departing.close(departure, by=cora)
    assert [each.title for each in held("people.invited", cora)] == ["Fay (administrator)"]


# What ends at once


def test_sessions_and_password_end_for_who_is_nowhere_else(
    client: Client, enter: Callable[[Member], Client], anna: Member, cora: Member
) -> None:
    enter(anna)
    assert "2 sessions" in held("people.ways_in", anna)[0].title
    end(anna, by=cora)
    assert kind("people.ways_in").let_go(anna) == 2
    anna.user.refresh_from_db()
    assert not held("people.ways_in", anna)
    assert not client.login(email=anna.user.email, password=PASSWORD)


def test_who_leaves_is_called_and_told_no_more(town: Organisation, anna: Member, ben: Member) -> None:
    subscribe(anna.user_id, endpoint="https://push.example/1", p256dh="k", auth="a")
    ladder = [Addressee(each.user_id, each.user.email, each.name, "en") for each in (anna, ben)]
    words = {"template": "notices/mail/test", "values": {}, "link": "/"}
    ring(town.pk, subject="posts.post:1", ladder=ladder, by=ben, **words)  # type: ignore[arg-type]
    assert held("people.devices", anna)
    kind("people.devices").let_go(anna)
    assert not held("people.devices", anna)
    assert not Message.objects.filter(user_id=anna.user_id).exists()
    alarm = Alarm.objects.get()
    assert ([step.user_id for step in alarm.steps.all()], alarm.calls) == ([ben.user_id], 0)  # Ben is still next
    assert alarm.next_at is not None
    assert alarm.next_at < timezone.now() + timedelta(minutes=3)
