"""Nothing is approved that a second, qualified person has not seen, exactly as it is."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.plugins.house import make_member
from tests.posts.nets import TEXT, png
from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts.actions import reviewing, writing
from vierogen.posts.actions.content import Content, content_of
from vierogen.posts.actions.reviewing import (
    approve,
    ask_for_changes,
    expire_due,
    look_back,
    publish_in_emergency,
    publish_now,
    remind_of_after_reviews,
)
from vierogen.posts.actions.stopping import stop
from vierogen.posts.actions.writing import begin, save, submit
from vierogen.posts.models import AfterReview, Approval, Comment, Delivery, FoundThing, Media, Post, Version
from vierogen.posts.states import PostState


def state_of(version: Version) -> str:
    return Post.objects.get(pk=version.post_id).state


def test_a_second_person_approves(offered: Version, ben: Member) -> None:
    approve(offered, by=ben, digest=offered.digest)
    assert state_of(offered) == PostState.APPROVED
    delivery = Delivery.objects.get(version=offered)
    assert delivery.cooling_until > timezone.now() + timedelta(seconds=110)


def test_the_author_cannot_approve(offered: Version, anna: Member, town: Organisation) -> None:
    both = make_member(town, "Anna2", Role.WRITER, Role.REVIEWER)
    with pytest.raises(PermissionDenied):
        approve(offered, by=anna, digest=offered.digest)
    version = begin(town, Content(TEXT, tuple(t.channel for t in offered.targets.all())), by=both)
    submit(version, by=both)
    with pytest.raises(PermissionDenied, match="wrote part"):
        approve(version, by=both, digest=version.digest)


def test_no_contributor_can_approve_not_only_the_last(offered: Version, ben: Member, anna: Member) -> None:
    changed = save(offered.post, Content(TEXT + " Let op.", content_of(offered).channels), by=ben)
    again = save(offered.post, Content(TEXT + " Let op!", content_of(offered).channels), by=anna)
    submit(again, by=anna)
    assert changed.number == 2
    with pytest.raises(PermissionDenied, match="wrote part"):
        approve(again, by=ben, digest=again.digest)


def test_an_administrator_cannot_approve(offered: Version, cora: Member) -> None:
    with pytest.raises(PermissionDenied):
        approve(offered, by=cora, digest=offered.digest)


def test_an_outsider_cannot_approve(offered: Version, otto: Member) -> None:
    with pytest.raises(PermissionDenied, match="another organisation"):
        approve(offered, by=otto, digest=offered.digest)


def test_somebody_whose_membership_ended_cannot_approve(offered: Version, ben: Member) -> None:
    Member.objects.filter(pk=ben.pk).update(ends_on=timezone.now().date() - timedelta(days=2))
    with pytest.raises(PermissionDenied):
        approve(offered, by=Member.objects.get(pk=ben.pk), digest=offered.digest)


def test_the_database_refuses_an_own_approval(offered: Version, anna: Member) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(version=offered, digest=offered.digest, by=anna, writer=anna)


def test_an_edit_voids_the_approval(approved: Version, anna: Member) -> None:
    save(approved.post, Content(TEXT + "!", content_of(approved).channels), by=anna)
    assert state_of(approved) == PostState.DRAFT
    assert Delivery.objects.get(version=approved).state == "stopped"


def test_another_digest_is_not_approved(offered: Version, ben: Member) -> None:
    with pytest.raises(WrongStateError):
        approve(offered, by=ben, digest="0" * 64)


def test_text_changed_behind_the_back_is_not_approved(offered: Version, ben: Member) -> None:
    Version.objects.filter(pk=offered.pk).update(text="Iets heel anders")
    with pytest.raises(WrongStateError):
        approve(Version.objects.get(pk=offered.pk), by=ben, digest=offered.digest)


@pytest.mark.parametrize("what", ["text", "channel text", "alt", "picture", "time", "order"])
def test_the_digest_covers(what: str, version: Version, anna: Member, town: Organisation) -> None:
    one, two = (
        Media.objects.create(
            organisation=town,
            data=b"",
            sha256=n * 64,
            mime="image/png",
            width=1,
            height=1,
            name=n,
            uploaded_by=anna,
        )
        for n in "ab"
    )
    channels = content_of(version).channels
    base = Content(TEXT, channels, pictures=((one.pk, "een"), (two.pk, "twee")))
    later = timezone.now() + timedelta(hours=1)
    changed = {
        "text": Content(TEXT + " ", channels, pictures=base.pictures, texts={}),
        "channel text": Content(TEXT, channels, texts={channels[0].pk: "anders"}, pictures=base.pictures),
        "alt": Content(TEXT, channels, pictures=((one.pk, "een!"), (two.pk, "twee"))),
        "picture": Content(TEXT, channels, pictures=((one.pk, "een"),)),
        "time": Content(TEXT, channels, pictures=base.pictures, not_before=later),
        "order": Content(TEXT, channels, pictures=((two.pk, "twee"), (one.pk, "een"))),
    }
    if what == "text":
        changed["text"] = Content(TEXT + " x", channels, pictures=base.pictures)
    assert save(version.post, base, by=anna).digest != save(version.post, changed[what], by=anna).digest


def test_a_second_decision_is_already_decided(offered: Version, ben: Member, town: Organisation) -> None:
    approve(offered, by=ben, digest=offered.digest)
    with pytest.raises(WrongStateError, match="already decided"):
        approve(offered, by=make_member(town, "Bas", Role.REVIEWER), digest=offered.digest)
    with pytest.raises(WrongStateError):
        ask_for_changes(offered, by=ben, text="toch niet")


def test_a_reviewer_asks_for_changes(offered: Version, ben: Member) -> None:
    ask_for_changes(offered, by=ben, text="Noem de omleiding.")
    assert state_of(offered) == PostState.DRAFT
    assert Comment.objects.get().text == "Noem de omleiding."
    assert Message.objects.filter(email="anna@voorbeeld.example").exists()


def test_asking_for_changes_says_what(offered: Version, ben: Member) -> None:
    with pytest.raises(ValidationError):
        ask_for_changes(offered, by=ben, text="  ")


def test_offering_asks_the_reviewers_but_not_the_writer(version: Version, anna: Member, ben: Member) -> None:
    submit(version, by=anna)
    assert [message.email for message in Message.objects.all()] == ["ben@voorbeeld.example"]
    assert TEXT not in Message.objects.get().title


def test_a_stop_needs_a_reason_and_a_second_yes(version: Version, anna: Member, ben: Member) -> None:
    found = FoundThing.objects.create(version=version, check_key="secret", tier="stop", message="A password.")
    with pytest.raises(ValidationError, match="why"):
        submit(version, by=anna)
    submit(version, by=anna, reasons={found.pk: "It is an example."})
    with pytest.raises(ValidationError, match="stop"):
        approve(version, by=ben, digest=version.digest)
    approve(version, by=ben, digest=version.digest, passed=[found.pk])
    found.refresh_from_db()
    assert (found.reason, found.reason_by, found.passed_by) == ("It is an example.", anna, ben)


def test_only_the_reviewer_may_publish_now(approved: Version, ben: Member, town: Organisation) -> None:
    with pytest.raises(PermissionDenied):
        publish_now(approved, by=make_member(town, "Bas", Role.REVIEWER))
    assert publish_now(approved, by=ben) == 1
    assert Delivery.objects.get().due_at <= timezone.now()


def test_publish_now_keeps_the_chosen_time(channel: Channel, anna: Member, ben: Member) -> None:
    later = timezone.now() + timedelta(hours=3)
    version = begin(channel.organisation, Content(TEXT, (channel,), not_before=later), by=anna)
    submit(version, by=anna)
    approve(version, by=ben, digest=version.digest)
    publish_now(version, by=ben)
    assert Delivery.objects.get().due_at == later


def test_what_nobody_approved_in_time_expires(channel: Channel, anna: Member, ben: Member) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    version = begin(channel.organisation, Content(TEXT, (channel,), not_before=soon), by=anna)
    submit(version, by=anna)
    assert expire_due(timezone.now()) == 0
    with time_machine.travel(soon + timedelta(seconds=1), tick=False):
        with pytest.raises(ValidationError, match="passed"):
            approve(version, by=ben, digest=version.digest)
        assert expire_due(timezone.now()) == 1
    assert state_of(version) == PostState.EXPIRED


def test_an_emergency_leaves_a_reason_notices_and_an_open_review(version: Version, dirk: Member, ben: Member) -> None:
    with pytest.raises(ValidationError):
        publish_in_emergency(version, by=dirk, reason=" ")
    publish_in_emergency(version, by=dirk, reason="Evacuatie van de wijk.")
    owed = AfterReview.objects.get()
    assert timedelta(hours=23, minutes=59) < owed.due_at - timezone.now() <= timedelta(hours=24)
    assert Message.objects.filter(email="ben@voorbeeld.example").exists()
    assert Delivery.objects.due(timezone.now()).count() == 1
    with pytest.raises(PermissionDenied):
        look_back(owed, by=dirk, was_right=True, note="ok")
    look_back(owed, by=ben, was_right=True, note="Terecht.")
    assert not AfterReview.objects.all().open().exists()


def test_an_emergency_needs_the_right(version: Version, anna: Member, ben: Member, cora: Member) -> None:
    for member in (anna, ben, cora):
        with pytest.raises(PermissionDenied):
            publish_in_emergency(version, by=member, reason="Haast.")


def test_an_overdue_review_closes_the_emergency_path(
    version: Version, channel: Channel, anna: Member, dirk: Member, ben: Member
) -> None:
    publish_in_emergency(version, by=dirk, reason="Evacuatie.")
    second = begin(channel.organisation, Content("Nog een bericht over de evacuatie.", (channel,)), by=anna)
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        assert remind_of_after_reviews(timezone.now()) == 1
        assert remind_of_after_reviews(timezone.now()) == 0
        with pytest.raises(PermissionDenied, match="closed"):
            publish_in_emergency(second, by=dirk, reason="Weer haast.")
        look_back(AfterReview.objects.get(), by=ben, was_right=False, note="Had kunnen wachten.")
        publish_in_emergency(second, by=dirk, reason="Weer haast.")


def test_what_was_not_checked_yet_is_not_approved(offered: Version, ben: Member) -> None:
    Version.objects.filter(pk=offered.pk).update(checked_at=None)
    with pytest.raises(ValidationError, match="checked"):
        approve(offered, by=ben, digest=offered.digest)


def test_a_check_that_could_not_run_is_shown_and_leaves_the_decision_to_people(
    version: Version, anna: Member, ben: Member
) -> None:
    FoundThing.objects.create(version=version, check_key="links", tier="not_checked", message="Could not run.")
    submit(version, by=anna)
    approve(version, by=ben, digest=version.digest)
    assert state_of(version) == PostState.APPROVED


def test_what_is_checked_twice_at_once_is_found_once(channel: Channel, anna: Member) -> None:
    """A worker that died before it kept what it found, and two who offer it at the same moment."""
    version = begin(channel.organisation, Content("Lorem ipsum dolor sit amet.", (channel,)), by=anna)
    found = version.findings.count()
    Version.objects.filter(pk=version.pk).update(checked_at=None)
    FoundThing.objects.all().delete()
    both = [Version.objects.get(pk=version.pk) for _each in range(2)]
    for each in both:
        writing.check(each)
    assert FoundThing.objects.count() == found > 0


def test_a_stop_that_is_found_late_still_needs_a_reason(channel: Channel, anna: Member) -> None:
    version = begin(channel.organisation, Content("Lorem ipsum dolor sit amet.", (channel,)), by=anna)
    assert version.stops()
    FoundThing.objects.all().delete()
    Version.objects.filter(pk=version.pk).update(checked_at=None)
    old = Post.objects.all().with_latest().get().latest
    assert old.stops() == []  # what a page has read before
    with pytest.raises(ValidationError, match="why"):
        submit(old, by=anna)


def test_who_gave_the_reason_for_a_stop_is_not_the_second_yes(
    version: Version, ben: Member, town: Organisation
) -> None:
    found = FoundThing.objects.create(version=version, check_key="secret", tier="stop", message="A password.")
    submit(version, by=ben, reasons={found.pk: "It is an example."})
    with pytest.raises(PermissionDenied, match="yourself"):
        approve(version, by=ben, digest=version.digest, passed=[found.pk])
    approve(version, by=make_member(town, "Bas", Role.REVIEWER), digest=version.digest, passed=[found.pk])


def test_a_picture_changed_behind_the_back_is_not_approved(channel: Channel, anna: Member, ben: Member) -> None:
    media = writing.add_picture(channel.organisation, png(1), name="straat.png", by=anna)
    version = begin(channel.organisation, Content(TEXT, (channel,), pictures=((media.pk, "Straat"),)), by=anna)
    submit(version, by=anna)
    Media.objects.update(data=b"another picture")
    with pytest.raises(WrongStateError):
        approve(version, by=ben, digest=version.digest)


def test_only_the_newest_version_is_decided_about(offered: Version, anna: Member, ben: Member) -> None:
    newer = save(offered.post, Content(TEXT + " Let op.", content_of(offered).channels), by=anna)
    submit(newer, by=anna)
    with pytest.raises(WrongStateError):
        approve(offered, by=ben, digest=offered.digest)
    with pytest.raises(WrongStateError):
        ask_for_changes(offered, by=ben, text="Anders.")
    with pytest.raises(WrongStateError):
        submit(offered, by=anna)


def test_an_older_version_is_not_decided_about_even_if_it_says_the_same(
    offered: Version, anna: Member, ben: Member
) -> None:
    newer = save(offered.post, content_of(offered), by=anna)
    submit(newer, by=anna)
    assert newer.digest == offered.digest
    with pytest.raises(WrongStateError):
        approve(offered, by=ben, digest=offered.digest)
    with pytest.raises(WrongStateError):
        ask_for_changes(offered, by=ben, text="Anders.")


def test_what_was_approved_once_and_stopped_is_not_offered_again(approved: Version, anna: Member, ben: Member) -> None:
    stop(approved.post, by=anna)
    with pytest.raises(ValidationError, match="Save it again"):
        submit(Version.objects.get(pk=approved.pk), by=anna)


def test_no_other_organisation_decides_writes_or_looks_back(
    offered: Version, version: Version, dirk: Member, otto: Member, channel: Channel, anna: Member
) -> None:
    draft = begin(channel.organisation, Content("Nog een.", (channel,)), by=anna)
    publish_in_emergency(draft, by=dirk, reason="Brand.")
    refused = [
        lambda: ask_for_changes(offered, by=otto, text="Anders."),
        lambda: publish_in_emergency(offered, by=otto, reason="Brand."),
        lambda: look_back(AfterReview.objects.get(), by=otto, was_right=True, note="Goed."),
        lambda: save(offered.post, Content("Van mij.", content_of(offered).channels), by=otto),
        lambda: writing.discard(offered.post, by=otto),
    ]
    for action in refused:
        with pytest.raises(PermissionDenied, match="another organisation"):
            action()
    with pytest.raises(PermissionDenied, match="another organisation"):
        begin(otto.organisation, Content("Van mij.", (channel,)), by=otto)


def test_cooling_off_is_two_minutes_unless_the_organisation_says_otherwise(
    channel: Channel, anna: Member, ben: Member
) -> None:
    assert channel.organisation.cooling_off_seconds == 120
    Organisation.objects.update(cooling_off_seconds=5)
    version = begin(channel.organisation, Content(TEXT, (channel,)), by=anna)
    submit(version, by=anna)
    now = timezone.now()
    approve(Version.objects.get(pk=version.pk), by=ben, digest=version.digest)
    assert now + timedelta(seconds=5) <= Delivery.objects.get().cooling_until < now + timedelta(seconds=8)


def test_who_wrote_part_of_an_emergency_does_not_look_back_at_it(
    version: Version, ben: Member, anna: Member, dirk: Member, town: Organisation
) -> None:
    changed = save(version.post, Content(TEXT + " Let op.", content_of(version).channels), by=ben)
    publish_in_emergency(changed, by=dirk, reason="Evacuatie.")
    owed = AfterReview.objects.get()
    with pytest.raises(PermissionDenied, match="wrote or published"):
        look_back(owed, by=ben, was_right=True, note="Goed.")
    bas = make_member(town, "Bas", Role.REVIEWER)
    with pytest.raises(ValidationError):
        look_back(owed, by=bas, was_right=True, note=" ")
    look_back(owed, by=bas, was_right=True, note="Goed.")
    with pytest.raises(WrongStateError):
        look_back(owed, by=bas, was_right=False, note="Toch niet.")


def test_an_emergency_stands_in_the_ledger_with_its_reason_sealed_in_a_commitment(
    version: Version, dirk: Member
) -> None:
    publish_in_emergency(version, by=dirk, reason="Evacuatie van de Dorpsstraat.")
    entry = Entry.objects.get(verb="publish_in_emergency")
    assert entry.facts["digest"] == version.digest
    assert "Dorpsstraat" not in str(Entry.objects.values_list())
    assert entry.openings.get(name="reason").value == "Evacuatie van de Dorpsstraat."


def test_the_database_refuses_an_emergency_without_a_reason(version: Version, dirk: Member, anna: Member) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(version=version, digest=version.digest, by=dirk, writer=anna, emergency=True)


@pytest.mark.parametrize(("minutes", "waits_for"), [(90, "its time"), (1, "cooling-off")])
def test_it_goes_at_its_time_but_never_before_cooling_off_ends(
    minutes: int, waits_for: str, channel: Channel, anna: Member, ben: Member
) -> None:
    chosen = timezone.now() + timedelta(minutes=minutes)
    version = begin(channel.organisation, Content(TEXT, (channel,), not_before=chosen), by=anna)
    submit(version, by=anna)
    approve(version, by=ben, digest=version.digest)
    delivery = Delivery.objects.get()
    assert delivery.due_at == (chosen if waits_for == "its time" else delivery.cooling_until)


def test_an_emergency_with_a_time_of_its_own_waits_for_it(channel: Channel, anna: Member, dirk: Member) -> None:
    chosen = timezone.now() + timedelta(minutes=5)
    version = begin(channel.organisation, Content(TEXT, (channel,), not_before=chosen), by=anna)
    publish_in_emergency(version, by=dirk, reason="Oefening om tien uur.")
    assert Delivery.objects.get().due_at == chosen


def test_one_that_cannot_expire_holds_up_no_other(
    channel: Channel, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    for number in range(2):
        content = Content(f"Bericht {number} over de Stationsweg.", (channel,), not_before=soon)
        submit(begin(channel.organisation, content, by=anna), by=anna)
    first, expire = Post.objects.order_by("pk")[0].pk, reviewing._expire

    def fails_once(pk: int, now: datetime) -> bool:
        if pk == first:
            raise KeyError("a bug")
        return expire(pk, now)

    monkeypatch.setattr(reviewing, "_expire", fails_once)
    assert expire_due(soon) == 1
    assert sorted(Post.objects.values_list("state", flat=True)) == [PostState.EXPIRED, PostState.IN_REVIEW]


def test_who_published_an_emergency_does_not_look_back_at_it_whatever_they_may(
    version: Version, town: Organisation
) -> None:
    both = make_member(town, "Dora", Role.DUTY_OFFICER, Role.REVIEWER)
    publish_in_emergency(version, by=both, reason="Evacuatie.")
    with pytest.raises(PermissionDenied, match="wrote or published"):
        look_back(AfterReview.objects.get(), by=both, was_right=True, note="Goed.")


def test_after_its_cooling_off_there_is_nothing_to_hurry(approved: Version, ben: Member) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=121)), pytest.raises(WrongStateError):
        publish_now(approved, by=ben)
