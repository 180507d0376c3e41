"""Declarations of consent: kept with a picture, found again, withdrawn, and minded until they end."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone
from PIL import Image

from tests.plugins.house import make_member
from tests.posts.moments import at_once, later, refusals
from tests.posts.steps import doubtful, fresh, shown_texts
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry, Opening
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role
from vierogen.posts import jobs
from vierogen.posts.actions import checking, consenting, delivering, looking, mourning, reviewing, stopping, writing
from vierogen.posts.actions.content import content_of
from vierogen.posts.actions.writing import Content
from vierogen.posts.models import Consent, Delivery, Media, Version
from vierogen.posts.states import DeliveryState
from vierogen.practice.server import PracticeServer

WHO, HOW = "Noor Voorbeeld", "Formulier van 12 mei"


def png(shade: int = 90) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), (shade, 120, 60)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def media(channel: Channel, anna: Member) -> Media:
    """A picture."""
    return writing.add_picture(channel.organisation, png(), name="buurtfeest.png", by=anna)


@pytest.fixture
def pia(town: Organisation) -> Member:
    """Looks after privacy."""
    return make_member(town, "Pia", Role.PRIVACY_OFFICER)


@pytest.fixture
def consent(media: Media, anna: Member) -> Consent:
    """Noor may be seen in it, without a last day."""
    return consenting.keep([media], who=WHO, how=HOW, until=None, by=anna)


@pytest.fixture
def shown(channel: Channel, media: Media, consent: Consent, anna: Member) -> Version:
    """A draft with the picture."""
    content = Content("Zo was het buurtfeest.", (channel,), pictures=((media.pk, "Twee mensen aan een tafel"),))
    return writing.begin(channel.organisation, content, by=anna)


@pytest.fixture
def planned(shown: Version, anna: Member, ben: Member) -> Delivery:
    """The same, approved and about to go out."""
    writing.submit(shown, by=anna)
    reviewing.approve(shown, by=ben, digest=shown.digest)
    reviewing.publish_now(shown, by=ben)
    return Delivery.objects.get(version=shown)


def facts_of(version: Version) -> list[int]:
    draft = checking.as_draft(content_of(version), version.post.organisation, follow_links=False)
    return [picture.consents for picture in draft.pictures]


def until(consent: Consent, day: date) -> Consent:
    Consent.objects.filter(pk=consent.pk).update(until=day)
    consent.refresh_from_db()
    return consent


def today(member: Member) -> date:
    return member.organisation.today()


def test_the_checks_know_how_many_hold_on_the_day_that_it_goes_out(shown: Version, consent: Consent) -> None:
    assert facts_of(shown) == [1]
    until(consent, today(shown.written_by))
    assert facts_of(shown) == [1]
    Version.objects.filter(pk=shown.pk).update(not_before=timezone.now() + timedelta(days=2))
    assert facts_of(Version.objects.get(pk=shown.pk)) == [0]


def test_the_same_picture_under_another_name_is_the_same_picture(
    shown: Version, channel: Channel, anna: Member
) -> None:
    again = writing.add_picture(channel.organisation, png(), name="ander.png", by=anna)
    version = writing.begin(
        channel.organisation, Content("Nog eens.", (channel,), pictures=((again.pk, "x"),)), by=anna
    )
    assert facts_of(version) == [1]


def test_another_organisation_keeps_nothing_with_it(media: Media, otto: Member) -> None:
    with pytest.raises(PermissionDenied):
        consenting.keep([media], who=WHO, how=HOW, until=None, by=otto)


@pytest.mark.parametrize(("who", "how", "days"), [(" ", HOW, None), (WHO, "", None), (WHO, HOW, -1)])
def test_half_a_declaration_is_none(who: str, how: str, days: int | None, media: Media, anna: Member) -> None:
    last = None if days is None else today(anna) + timedelta(days=days)
    with pytest.raises(ValidationError):
        consenting.keep([media], who=who, how=how, until=last, by=anna)
    assert not Consent.objects.exists()


def test_the_ledger_names_nobody_where_it_cannot_be_forgotten(consent: Consent) -> None:
    entry = Entry.objects.get(verb="keep_consent")
    assert WHO not in str(entry.facts)
    assert entry.openings.get(name="member").value == WHO
    assert verify()[1] == []


# Taking it back


def test_what_is_planned_is_held_at_once(
    planned: Delivery, consent: Consent, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    assert consenting.withdraw(consent, by=ben) == 1
    assert (fresh(planned).state, fresh(planned).problem) == (DeliveryState.HELD, consenting.NO_CONSENT)
    assert not jobs.deliver("test")
    assert shown_texts(practice) == []
    assert Message.objects.filter(email=anna.user.email, title__startswith="Consent for a picture").exists()


def test_a_person_who_looked_can_release_it_all_the_same(
    planned: Delivery, consent: Consent, ben: Member, practice: PracticeServer
) -> None:
    consenting.withdraw(consent, by=ben)
    stopping.release(fresh(planned), by=ben, ended=[consent.pk])
    assert jobs.deliver("test")
    assert len(shown_texts(practice)) == 1


def test_who_did_not_read_of_it_cannot_release_what_is_held_for_something_else(
    planned: Delivery, consent: Consent, anna: Member, ben: Member, visit: Callable[[Member], Client]
) -> None:
    mourning.hold_the_queue(anna.organisation, by=anna, reason="Ongeval.")
    mourning.let_the_queue_go(anna.organisation, by=ben)
    assert consenting.withdraw(consent, by=anna) == 0
    with pytest.raises(ValidationError):
        stopping.release(fresh(planned), by=ben)
    assert fresh(planned).state == DeliveryState.HELD
    with pytest.raises(ValidationError):
        stopping.release(fresh(planned), by=ben, ended=[consent.pk + 1])
    page = visit(ben).get(f"/posts/{planned.version.post_id}/").content.decode()
    assert f"{WHO} does not want to be seen any more" in page
    assert f'name="ended" value="{consent.pk}"' in page
    visit(ben).post(f"/posts/deliveries/{planned.pk}/release/", {"ended": consent.pk})
    assert fresh(planned).state == DeliveryState.WAITING


def test_who_did_not_read_of_it_cannot_approve(
    shown: Version, consent: Consent, anna: Member, ben: Member, visit: Callable[[Member], Client]
) -> None:
    writing.submit(shown, by=anna)
    consenting.withdraw(consent, by=anna)
    with pytest.raises(ValidationError):
        reviewing.approve(shown, by=ben, digest=shown.digest)
    assert not Delivery.objects.exists()
    page = visit(ben).get(f"/posts/{shown.post_id}/review/").content.decode()
    assert f"{WHO} does not want to be seen any more" in page
    assert f'name="ended" value="{consent.pk}"' in page
    visit(ben).post(f"/posts/{shown.post_id}/approve/", {"digest": shown.digest, "ended": consent.pk})
    assert Delivery.objects.exists()


def test_who_did_not_read_of_it_sends_nothing_again(
    planned: Delivery, consent: Consent, dirk: Member, practice: PracticeServer
) -> None:
    doubtful(planned, practice)
    Delivery.objects.update(next_look_at=None)
    consenting.withdraw(consent, by=dirk)
    with pytest.raises(ValidationError):
        looking.decide(fresh(planned), by=dirk, send_it_again=True)
    assert fresh(planned).state == DeliveryState.UNCERTAIN
    looking.decide(fresh(planned), by=dirk, send_it_again=True, ended=[consent.pk])
    assert fresh(planned).state == DeliveryState.WAITING


def test_who_publishes_in_an_emergency_reads_of_it(
    shown: Version, consent: Consent, dirk: Member, visit: Callable[[Member], Client]
) -> None:
    consenting.withdraw(consent, by=dirk)
    page = visit(dirk).get(f"/posts/{shown.post_id}/emergency/").content.decode()
    assert f"{WHO} does not want to be seen any more" in page


def test_a_declaration_for_another_picture_stands_for_none_of_this_one(
    channel: Channel, media: Media, consent: Consent, anna: Member, ben: Member
) -> None:
    other = writing.add_picture(channel.organisation, png(30), name="ander.png", by=anna)
    consenting.keep([other], who=WHO, how=HOW, until=None, by=anna)
    pictures = ((media.pk, "Twee mensen aan een tafel"), (other.pk, "Drie mensen op straat"))
    version = writing.begin(channel.organisation, Content("Twee foto's.", (channel,), pictures=pictures), by=anna)
    writing.submit(version, by=anna)
    reviewing.approve(version, by=ben, digest=version.digest)
    assert consenting.withdraw(consent, by=anna) == 1


def test_what_still_uploads_is_held_at_the_last_moment(
    planned: Delivery, consent: Consent, ben: Member, practice: PracticeServer
) -> None:
    claimed = delivering.claim("test")
    assert claimed is not None
    consenting.withdraw(consent, by=ben)
    before = Message.objects.count()
    delivering.send(claimed)
    assert shown_texts(practice) == []
    assert fresh(planned).state == DeliveryState.HELD
    (mail,) = Message.objects.order_by("pk")[before:]
    assert (mail.email, mail.title.startswith("Held")) == (planned.version.written_by.user.email, True)


def test_what_failed_and_is_tried_again_is_held(
    planned: Delivery, consent: Consent, ben: Member, practice: PracticeServer
) -> None:
    claimed = delivering.claim("test")
    assert claimed is not None
    consenting.withdraw(consent, by=ben)
    delivering._end(claimed, "defer", problem="Later.")
    assert not jobs.deliver("test")
    assert fresh(planned).state == DeliveryState.HELD


def test_what_is_out_is_found_and_who_can_take_it_down_is_told(
    planned: Delivery, consent: Consent, ben: Member, dirk: Member, pia: Member
) -> None:
    jobs.deliver("test")
    consenting.withdraw(consent, by=ben)
    assert consenting.uses_of(consent).out == [fresh(planned)]
    told = set(Message.objects.filter(title__startswith="Consent for").values_list("email", flat=True))
    assert {dirk.user.email, pia.user.email} <= told
    assert not Message.objects.filter(text__contains=WHO).exists()


def test_it_is_taken_back_once(consent: Consent, ben: Member, otto: Member) -> None:
    with pytest.raises(PermissionDenied):
        consenting.withdraw(consent, by=otto)
    consenting.withdraw(consent, by=ben)
    with pytest.raises(ValidationError):
        consenting.withdraw(consent, by=ben)


def test_drafts_with_it_are_found(shown: Version, consent: Consent) -> None:
    assert consenting.uses_of(consent).drafts == [shown.post]


# Its last day


def test_people_are_told_two_weeks_before_and_on_the_day(consent: Consent, anna: Member, pia: Member) -> None:
    until(consent, today(anna) + timedelta(days=15))
    now = timezone.now()
    told = Message.objects.all()
    assert not consenting.mind(now)
    for days, title in ((1, "A consent ends on"), (2, ""), (15, "Today"), (16, "")):
        before = told.count()
        consenting.mind(now + timedelta(days=days))
        new = told.order_by("pk")[before:]
        assert {message.email for message in new} == ({anna.user.email, pia.user.email} if title else set())
        assert all(message.title.startswith(title) and WHO not in message.text for message in new)


def test_where_whoever_kept_it_left_the_administrators_are_told(
    consent: Consent, anna: Member, town: Organisation
) -> None:
    until(consent, today(anna))
    administrator = make_member(town, "Ada", Role.ADMINISTRATOR)
    Member.objects.filter(pk=anna.pk).update(ends_on=today(anna) - timedelta(days=2))
    consenting.mind(timezone.now())
    assert administrator.user.email in Message.objects.values_list("email", flat=True)


def test_after_its_last_day_what_was_planned_is_held(planned: Delivery, consent: Consent, anna: Member) -> None:
    until(consent, today(anna))
    consenting.mind(timezone.now())
    assert fresh(planned).state == DeliveryState.WAITING
    for _again in range(2):
        consenting.mind(timezone.now() + timedelta(days=1))
    assert (fresh(planned).state, fresh(planned).problem) == (DeliveryState.HELD, consenting.NO_CONSENT)
    assert Message.objects.filter(email=anna.user.email, title__startswith="Held").count() == 1


def test_the_claim_asks_for_its_last_day_too(planned: Delivery, consent: Consent, anna: Member) -> None:
    until(consent, today(anna))
    Delivery.objects.update(due_at=timezone.now() + timedelta(days=1, minutes=-1))
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert not jobs.deliver("test")
    assert fresh(planned).problem == consenting.NO_CONSENT


def test_a_new_declaration_of_the_same_person_takes_its_place(
    planned: Delivery, consent: Consent, media: Media, anna: Member, practice: PracticeServer
) -> None:
    until(consent, today(anna))
    consenting.keep([media], who=WHO.upper(), how="Opnieuw gevraagd", until=None, by=anna)
    consenting.mind(timezone.now() + timedelta(days=1))
    assert fresh(planned).state == DeliveryState.WAITING


# How long it is kept


def test_a_year_after_its_end_the_name_is_forgotten(consent: Consent, ben: Member) -> None:
    consenting.withdraw(consent, by=ben)
    assert consenting.forget_old(timezone.now() + timedelta(days=364)) == 0
    assert consenting.forget_old(timezone.now() + timedelta(days=366)) == 1
    assert not Consent.objects.exists()
    assert not Opening.objects.filter(value__contains=WHO).exists()
    assert verify()[1] == []


def test_not_while_a_picture_still_stands_there(planned: Delivery, consent: Consent, anna: Member, ben: Member) -> None:
    jobs.deliver("test")
    consenting.withdraw(consent, by=ben)
    assert consenting.forget_old(timezone.now() + timedelta(days=366)) == 0


def test_one_without_an_end_is_kept(consent: Consent) -> None:
    assert consenting.forget_old(timezone.now() + timedelta(days=3650)) == 0


# Pages


def test_a_writer_writes_it_down_on_the_page_of_the_picture(
    shown: Version, media: Media, anna: Member, enter: Callable[[Member], Client]
) -> None:
    browser, address = enter(anna), f"/posts/pictures/{media.pk}/consents/"
    assert address in browser.get(f"/posts/{shown.post_id}/").content.decode()
    assert address in browser.get(f"/posts/{shown.post_id}/edit/").content.decode()
    assert WHO in browser.get(address).content.decode()
    assert browser.post(address, {"who": "Kim", "how": ""}).status_code == 422
    assert browser.post(address, {"who": "Kim", "how": "Mail", "until": "2001-01-01"}).status_code == 422
    assert browser.post(address, {"who": "Kim", "how": "Mail", "until": ""}).status_code == 302
    assert Consent.objects.get(who="Kim").kept_by == anna


def test_a_name_is_found_and_its_page_leads_to_every_post(
    planned: Delivery, consent: Consent, dirk: Member, enter: Callable[[Member], Client]
) -> None:
    jobs.deliver("test")
    browser = enter(dirk)
    assert WHO in browser.get("/posts/consents/", {"q": "noor"}).content.decode()
    assert WHO not in browser.get("/posts/consents/", {"q": "kim"}).content.decode()
    page = browser.get(f"/posts/consents/{consent.pk}/").content.decode()
    assert f"/posts/deliveries/{planned.pk}/withdraw/" in page
    browser.post(f"/posts/consents/{consent.pk}/withdraw/")
    consent.refresh_from_db()
    assert consent.withdrawn_by == dirk
    assert "Taken back" in browser.get(f"/posts/consents/{consent.pk}/").content.decode()


def test_whoever_writes_down_that_it_was_taken_back_hears_what_is_held(
    planned: Delivery, consent: Consent, anna: Member, enter: Callable[[Member], Client]
) -> None:
    page = enter(anna).post(f"/posts/consents/{consent.pk}/withdraw/", follow=True).content.decode()
    assert "1 planned post is held." in page


def test_the_list_of_what_is_held_leads_to_where_it_can_be_read(
    planned: Delivery, consent: Consent, ben: Member, enter: Callable[[Member], Client]
) -> None:
    consenting.withdraw(consent, by=ben)
    page = enter(ben).get("/posts/grave/").content.decode()
    assert f"/posts/deliveries/{planned.pk}/release/" not in page
    assert "Look and decide" in page


# Races


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("head_start", [0.0, 0.03, 0.08])
def test_taking_it_back_while_a_worker_claims_and_sends(
    head_start: float, planned: Delivery, consent: Consent, ben: Member, practice: PracticeServer
) -> None:
    results = at_once(lambda: jobs.deliver("a"), later(head_start, lambda: consenting.withdraw(consent, by=ben)))
    end = fresh(planned)
    if end.state == DeliveryState.HELD:
        assert shown_texts(practice) == []
        assert end.problem == consenting.NO_CONSENT
    else:  # it was faster; then whoever took it back finds it
        assert results[0] is True
        assert consenting.uses_of(consent).out == [end]
    assert not Delivery.objects.filter(state=DeliveryState.WAITING).exists()
    assert verify()[1] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("head_start", [0.0, 0.02, 0.05])
def test_taking_it_back_while_somebody_approves(
    head_start: float, shown: Version, consent: Consent, anna: Member, ben: Member, practice: PracticeServer
) -> None:
    writing.submit(shown, by=anna)
    at_once(
        lambda: reviewing.approve(shown, by=ben, digest=shown.digest),
        later(head_start, lambda: consenting.withdraw(consent, by=anna)),
    )
    Delivery.objects.update(cooling_until=timezone.now(), due_at=timezone.now())
    jobs.deliver("test")
    assert shown_texts(practice) == []
    assert not Delivery.objects.exclude(state=DeliveryState.HELD).exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_write_down_that_it_was_taken_back(
    planned: Delivery, consent: Consent, anna: Member, ben: Member
) -> None:
    results = at_once(*[lambda by=by: consenting.withdraw(consent, by=by) for by in (anna, ben)])
    assert len(refusals(results)) == 1
    assert Entry.objects.filter(verb="withdraw_consent").count() == 1
    assert fresh(planned).state == DeliveryState.HELD
