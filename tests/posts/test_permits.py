"""The last door: however a delivery came to stand in the table, without a valid approval it does not leave."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.plugins.house import make_member
from tests.posts.nets import TEXT, due_on
from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, permits
from vierogen.posts.actions.content import Content, content_of
from vierogen.posts.actions.reviewing import approve, publish_in_emergency
from vierogen.posts.actions.writing import begin, save, submit
from vierogen.posts.models import (
    AfterReview,
    Approval,
    Attachment,
    Contributor,
    Delivery,
    Media,
    Post,
    Target,
    Version,
)
from vierogen.posts.states import DeliveryState, PostState
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect


def refused(delivery: Delivery, practice: PracticeServer) -> str:
    """It did not leave, somebody is told, and this is why."""
    assert not jobs.deliver("test")
    assert practice.network.timeline() == []
    row = Delivery.objects.get(pk=delivery.pk)
    assert (row.state, row.attempts) == (DeliveryState.FAILED, 0)
    assert Entry.objects.filter(verb="fail").exists()
    assert Message.objects.filter(email="anna@voorbeeld.example").exists()
    return row.problem


def forged(version: Version, approval: Approval, channel: Channel, **columns: object) -> Delivery:
    """A delivery that no action made."""
    now = timezone.now()
    Post.objects.filter(pk=version.post_id).update(state=PostState.APPROVED)
    times = {"dated": now, "cooling_until": now, "due_at": now}
    rows = {"organisation": channel.organisation, "version": version, "channel": channel, "approval": approval}
    return Delivery.objects.create(key=f"forged {version.pk}", **{**times, **rows, **columns})


CHANGES: dict[str, Callable[[Version], object]] = {
    "the text": lambda v: Version.objects.filter(pk=v.pk).update(text="Iets anders"),
    "the language": lambda v: Version.objects.filter(pk=v.pk).update(language="fr"),
    "the time": lambda v: Version.objects.filter(pk=v.pk).update(not_before=timezone.now() - timedelta(hours=1)),
    "text and digest": lambda v: Version.objects.filter(pk=v.pk).update(text="Iets anders", digest="0" * 64),
    "a channel's text": lambda v: Target.objects.filter(version=v).update(text="Iets anders"),
    "an alt text": lambda v: Attachment.objects.filter(version=v).update(alt="Iets anders"),
    "the picture": lambda v: Media.objects.update(data=b"another picture"),
    "the picture's digest": lambda v: Media.objects.update(sha256="0" * 64),
    "the pictures": lambda v: Attachment.objects.filter(version=v).delete(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_after_the_approval_does_not_leave(
    what: str, channel: Channel, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    delivery = due_on(channel, anna, ben, pictures=1)
    CHANGES[what](delivery.version)
    assert refused(delivery, practice) == permits.CHANGED


def test_untouched_it_leaves(channel: Channel, anna: Member, ben: Member, practice: PracticeServer) -> None:
    due_on(channel, anna, ben, pictures=1)
    assert jobs.deliver("test")
    assert len(practice.network.timeline()) == 1


def test_an_approval_of_another_post_is_none(
    approved: Version, channel: Channel, anna: Member, practice: PracticeServer
) -> None:
    mine = begin(channel.organisation, Content("Ongezien.", (channel,)), by=anna)
    assert refused(forged(mine, approved.approval, channel), practice) == permits.CHANGED


def test_an_approval_of_an_older_version_with_the_same_words_is_none(
    approved: Version, channel: Channel, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    save(approved.post, Content(TEXT + " Let op.", (channel,)), by=ben)
    again = save(approved.post, content_of(approved), by=anna)
    assert again.digest == approved.digest
    assert refused(forged(again, approved.approval, channel), practice) == permits.CHANGED


def test_an_approval_by_somebody_who_wrote_part_of_it_is_none(
    due: Delivery, ben: Member, practice: PracticeServer
) -> None:
    Contributor.objects.create(version=due.version, member=ben)
    assert refused(due, practice) == permits.UNAPPROVED


def test_an_approval_by_the_writer_under_another_membership_is_none(
    due: Delivery, anna: Member, elsewhere: Organisation, ben: Member, practice: PracticeServer
) -> None:
    Member.objects.filter(pk=ben.pk).update(organisation=elsewhere)
    Member.objects.filter(pk=ben.pk).update(user=anna.user)
    assert refused(due, practice) == permits.UNAPPROVED


def test_an_approval_by_somebody_of_another_organisation_is_none(
    offered: Version, channel: Channel, otto: Member, practice: PracticeServer
) -> None:
    approval = Approval.objects.create(version=offered, digest=offered.digest, by=otto, writer=offered.written_by)
    assert refused(forged(offered, approval, channel), practice) == permits.UNAPPROVED


def test_an_emergency_without_the_review_that_it_owes_is_none(
    version: Version, channel: Channel, dirk: Member, practice: PracticeServer
) -> None:
    publish_in_emergency(version, by=dirk, reason="Brand.")
    AfterReview.objects.all().delete()
    assert refused(Delivery.objects.get(), practice) == permits.UNAPPROVED


def test_an_emergency_of_which_the_reason_is_blank_is_none(
    version: Version, dirk: Member, practice: PracticeServer
) -> None:
    publish_in_emergency(version, by=dirk, reason="Brand.")
    Approval.objects.update(reason=" ")
    assert refused(Delivery.objects.get(), practice) == permits.UNAPPROVED


def test_a_channel_that_was_not_approved_gets_nothing(
    approved: Version, channel: Channel, cora: Member, practice: PracticeServer
) -> None:
    account = practice.network.add_account("wijk_noord", "Wijk Noord")
    other = connect(
        channel.organisation, "mastodon", server=practice.url, credentials={"token": account.token}, by=cora
    )
    assert refused(forged(approved, approved.approval, other), practice) == permits.ASTRAY


@pytest.mark.parametrize("whose", ["the channel", "the delivery", "the post"])
def test_nothing_leaves_for_another_organisation(
    whose: str, due: Delivery, channel: Channel, elsewhere: Organisation, practice: PracticeServer
) -> None:
    if whose == "the channel":
        Channel.objects.filter(pk=channel.pk).update(organisation=elsewhere)
    elif whose == "the delivery":
        Delivery.objects.update(organisation=elsewhere)
    else:
        Post.objects.update(organisation=elsewhere)
    assert refused(due, practice) == permits.ASTRAY


@pytest.mark.parametrize("state", [state for state in PostState if state != PostState.APPROVED])
def test_a_post_that_is_not_approved_stays(state: PostState, due: Delivery, practice: PracticeServer) -> None:
    Post.objects.update(state=state)
    assert not jobs.deliver("test")
    assert practice.network.timeline() == []


def test_one_that_may_not_leave_holds_up_no_other(
    due: Delivery, channel: Channel, town: Organisation, anna: Member, practice: PracticeServer
) -> None:
    bas = make_member(town, "Bas", Role.REVIEWER)
    Version.objects.filter(pk=due.version_id).update(text="Iets anders")
    good = begin(town, Content("Wel gezien.", (channel,)), by=anna)
    submit(good, by=anna)
    approve(good, by=bas, digest=good.digest)
    Delivery.objects.update(cooling_until=timezone.now(), due_at=timezone.now())
    assert jobs.deliver("test")
    assert [status.text for status in practice.network.timeline()] == ["Wel gezien."]


def test_one_that_our_own_fault_stops_holds_up_no_other(
    due: Delivery,
    channel: Channel,
    anna: Member,
    ben: Member,
    practice: PracticeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    why_not = permits.why_not

    def fails(delivery: Delivery) -> str:
        if delivery.pk == due.pk:
            raise KeyError("a bug")
        return why_not(delivery)

    monkeypatch.setattr(delivering, "why_not", fails)
    due_on(channel, anna, ben)
    assert jobs.deliver("test")
    assert len(practice.network.timeline()) == 1
    assert Delivery.objects.get(pk=due.pk).state == DeliveryState.WAITING
    assert not jobs.deliver("test")
    monkeypatch.undo()
    with time_machine.travel(timezone.now() + delivering.PASSED_OVER):
        assert jobs.deliver("test")
