"""The organisation's quiet moments: who looks after the settings keeps them, everybody sees them, the checks know."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.people.models import Member
from vierogen.posts.actions import checking, moments
from vierogen.posts.actions.content import content_of
from vierogen.posts.models import OwnDetails, QuietMoment, Version


@pytest.fixture
def moment(cora: Member) -> QuietMoment:
    """From an hour ago until in an hour."""
    now = timezone.now()
    return moments.add("Uitvaart", starts=now - timedelta(hours=1), ends=now + timedelta(hours=1), by=cora)


def test_only_who_looks_after_the_settings_changes_them(moment: QuietMoment, anna: Member, otto: Member) -> None:
    times = {"starts": moment.starts, "ends": moment.ends}
    for somebody in (anna, otto):
        with pytest.raises(PermissionDenied):
            moments.change(moment, title="Anders", **times, by=somebody)
        with pytest.raises(PermissionDenied):
            moments.remove(moment, by=somebody)
    with pytest.raises(PermissionDenied):
        moments.add("Anders", **times, by=anna)


def test_it_has_a_title_and_lasts(moment: QuietMoment, cora: Member) -> None:
    with pytest.raises(ValidationError):
        moments.add(" ", starts=moment.starts, ends=moment.ends, by=cora)
    with pytest.raises(ValidationError):
        moments.change(moment, title="Uitvaart", starts=moment.ends, ends=moment.starts, by=cora)


def test_the_ledger_keeps_each_change(moment: QuietMoment, cora: Member) -> None:
    moments.change(moment, title="Stille tocht", starts=moment.starts, ends=moment.ends, by=cora)
    moments.remove(moment, by=cora)
    with pytest.raises(ValidationError):
        moments.remove(moment, by=cora)
    verbs = Entry.objects.filter(verb__endswith="_moment").values_list("verb", flat=True)
    assert list(verbs) == ["add_moment", "change_moment", "remove_moment"]
    assert verify()[1] == []


def test_the_checks_know_it_and_the_office_hours(moment: QuietMoment, version: Version, cora: Member) -> None:
    organisation = version.post.organisation
    draft = checking.as_draft(content_of(version), organisation, follow_links=False)
    assert [one.title for one in draft.moments] == ["Uitvaart"]
    assert draft.hours is None
    assert [one.check for one in checking.preview_findings(content_of(version), organisation)] == ["timing"]
    OwnDetails.objects.create(organisation=organisation, days="125", opens="08:30", closes="17:00")
    draft = checking.as_draft(content_of(version), organisation, follow_links=False)
    assert draft.hours
    assert draft.hours.days == (1, 2, 5)


def test_everybody_sees_them_and_only_some_have_the_buttons(
    moment: QuietMoment, anna: Member, otto: Member, enter: Callable[[Member], Client]
) -> None:
    page = enter(anna).get("/posts/moments/").content.decode()
    assert "Uitvaart" in page
    assert f"/posts/moments/{moment.pk}/" not in page
    assert "Uitvaart" not in enter(otto).get("/posts/moments/").content.decode()


def test_the_pages_add_change_and_remove(cora: Member, enter: Callable[[Member], Client]) -> None:
    browser = enter(cora)
    told = {"title": "Herdenking", "starts": "2030-05-02T10:00", "ends": "2030-05-02T12:00"}
    assert browser.post("/posts/moments/new/", told | {"ends": told["starts"]}).status_code == 422
    assert browser.post("/posts/moments/new/", told).status_code == 302
    moment = QuietMoment.objects.get()
    assert moment.starts.isoformat() == "2030-05-02T08:00:00+00:00"
    page = browser.get(f"/posts/moments/{moment.pk}/").content.decode()
    assert 'value="2030-05-02T10:00"' in page
    browser.post(f"/posts/moments/{moment.pk}/", told | {"title": "Stille tocht"})
    assert "Stille tocht" in browser.get("/posts/moments/").content.decode()
    browser.post(f"/posts/moments/{moment.pk}/remove/")
    assert not QuietMoment.objects.exists()
