"""The pages of notices."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from vierogen.ledger.actions import Machine
from vierogen.notices import actions
from vierogen.notices.actions import Addressee, ring
from vierogen.notices.models import Alarm, Message, PushSubscription
from vierogen.notices.states import State
from vierogen.people import departing
from vierogen.people.models import Member, Organisation

Enter = Callable[[Member], Client]
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
BROWSER = {"endpoint": "https://push.example/1", "expirationTime": None, "keys": KEYS}
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"


@pytest.fixture
def alarm(town: Organisation, dirk: Member, as_addressee: Callable[[Member], Addressee]) -> Alarm:
    return ring(
        town.pk,
        subject="watch.stray:1",
        ladder=[as_addressee(dirk)],
        template="notices/mail/test",
        values={},
        link="/notices/",
        by=Machine("watch"),
    )


def subscribe(client: Client, told: Any) -> int:
    answer = client.post(
        "/notices/push/", json.dumps(told), content_type="application/json", headers={"user-agent": FIREFOX}
    )
    return answer.status_code


def test_a_browser_subscribes_as_browsers_do(enter: Enter, anna: Member) -> None:
    assert subscribe(enter(anna), BROWSER) == 201
    device = PushSubscription.objects.get()
    assert (device.user_id, device.label) == (anna.user_id, "Firefox, Android")


def test_a_form_subscribes_too(enter: Enter, anna: Member) -> None:
    answer = enter(anna).post("/notices/push/", {"endpoint": "https://push.example/1", **KEYS})
    assert answer.status_code == 302
    assert PushSubscription.objects.get().user_id == anna.user_id


@pytest.mark.parametrize(
    "told",
    [
        [],
        "x",
        {"endpoint": "https://push.example/1"},
        BROWSER | {"endpoint": "file:///etc/passwd"},
        BROWSER | {"endpoint": ""},
        BROWSER | {"keys": KEYS | {"auth": "AAAA"}},
        BROWSER | {"keys": 3},
    ],
)
def test_nonsense_is_no_subscription(enter: Enter, anna: Member, told: Any) -> None:
    assert subscribe(enter(anna), told) == 400
    assert not PushSubscription.objects.exists()


def test_a_person_has_at_most_ten_devices(enter: Enter, anna: Member) -> None:
    client = enter(anna)
    answers = [subscribe(client, BROWSER | {"endpoint": f"https://push.example/{n}"}) for n in range(11)]
    assert answers == [201] * 10 + [400]


def test_nobody_subscribes_without_logging_in(client: Client, db: None) -> None:
    assert subscribe(client, BROWSER) == 302
    assert not PushSubscription.objects.exists()


def test_only_ones_own_device_can_be_removed(enter: Enter, anna: Member, ben: Member) -> None:
    device = actions.subscribe(anna.user_id, endpoint="https://push.example/1", **KEYS)
    assert enter(ben).post(f"/notices/push/{device.pk}/remove/").status_code == 404
    assert PushSubscription.objects.exists()
    assert enter(anna).post(f"/notices/push/{device.pk}/remove/").status_code == 302
    assert not PushSubscription.objects.exists()


def test_a_get_changes_nothing(enter: Enter, dirk: Member, alarm: Alarm) -> None:
    client = enter(dirk)
    device = actions.subscribe(dirk.user_id, endpoint="https://push.example/1", **KEYS)
    before = Message.objects.count()
    for address in (
        f"/notices/alarms/{alarm.pk}/acknowledge/",
        f"/notices/push/{device.pk}/remove/",
        "/notices/push/",
        "/notices/test/",
    ):
        assert client.get(address).status_code == 405
    assert client.get(f"/notices/alarms/{alarm.pk}/").status_code == 200
    assert Alarm.objects.get().state == State.RINGING
    assert Message.objects.count() == before
    assert PushSubscription.objects.exists()


def test_how_i_am_reached_shows_my_devices_and_what_became_of_my_mails(enter: Enter, anna: Member, ben: Member) -> None:
    client = enter(anna)
    actions.subscribe(anna.user_id, endpoint="https://push.example/1", label="Firefox, Android", **KEYS)
    actions.subscribe(ben.user_id, endpoint="https://push.example/2", label="Edge, Windows", **KEYS)
    client.post("/notices/test/")
    Message.objects.update(failed_at=timezone.now(), next_at=None, problem="550 No such user")
    page = client.get("/notices/").content.decode()
    assert "Firefox, Android" in page
    assert "Edge, Windows" not in page
    assert "550 No such user" in page
    assert "data-push-key" in page


def test_a_person_without_an_organisation_can_look_and_not_test(enter: Enter, anna: Member) -> None:
    Member.objects.update(ends_on=timezone.now() - timedelta(days=2))
    client = enter(anna)
    assert client.get("/notices/").status_code == 200
    assert client.post("/notices/test/").status_code == 403
    assert not Message.objects.exists()


def test_a_duty_officer_answers_and_goes_on_to_what_it_is_about(enter: Enter, dirk: Member, alarm: Alarm) -> None:
    answer = enter(dirk).post(f"/notices/alarms/{alarm.pk}/acknowledge/")
    assert (answer.status_code, answer["Location"]) == (302, "/notices/")
    alarm.refresh_from_db()
    assert (alarm.state, alarm.answered_by) == (State.ACKNOWLEDGED, "Dirk")
    assert "Dirk" in enter(dirk).get(f"/notices/alarms/{alarm.pk}/").content.decode()


def test_answering_twice_is_no_error(enter: Enter, dirk: Member, alarm: Alarm) -> None:
    client = enter(dirk)
    client.post(f"/notices/alarms/{alarm.pk}/acknowledge/")
    page = client.post(f"/notices/alarms/{alarm.pk}/acknowledge/", follow=True)
    assert page.status_code == 200
    assert Alarm.objects.get().state == State.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("wanted", "got"), [("/push-worker.js", "/push-worker.js"), ("https://evil.example/", "/notices/")]
)
def test_after_answering_one_stays_on_our_pages(
    enter: Enter, dirk: Member, alarm: Alarm, wanted: str, got: str
) -> None:
    answer = enter(dirk).post(f"/notices/alarms/{alarm.pk}/acknowledge/", {"next": wanted})
    assert answer["Location"] == got


def test_a_writer_cannot_answer_an_alarm(enter: Enter, anna: Member, alarm: Alarm) -> None:
    client = enter(anna)
    assert client.get(f"/notices/alarms/{alarm.pk}/").status_code == 403
    assert client.post(f"/notices/alarms/{alarm.pk}/acknowledge/").status_code == 403
    assert Alarm.objects.get().is_ringing


def test_another_organisations_alarm_does_not_exist(enter: Enter, otto: Member, alarm: Alarm) -> None:
    client = enter(otto)
    assert client.get(f"/notices/alarms/{alarm.pk}/").status_code == 404
    assert client.post(f"/notices/alarms/{alarm.pk}/acknowledge/").status_code == 404
    assert Alarm.objects.get().is_ringing


def test_the_push_worker_is_at_the_root_for_everybody(client: Client) -> None:
    answer = client.get("/push-worker.js")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert b"showNotification" in answer.content


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/605", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36", "Chrome, Linux"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_called_what_people_call_it(enter: Enter, anna: Member, agent: str, label: str) -> None:
    enter(anna).post("/notices/push/", {"endpoint": "https://push.example/1", **KEYS}, headers={"user-agent": agent})
    assert PushSubscription.objects.get().label == label


def test_who_left_reads_no_titles_of_mails_any_more(
    enter: Enter, anna: Member, cora: Member, as_addressee: Callable[[Member], Addressee]
) -> None:
    actions.test(anna.organisation_id, by=as_addressee(anna))
    title = Message.objects.get().title
    Message.objects.update(next_at=None)  # it was sent, so it stays
    assert title in enter(anna).get("/notices/").content.decode()
    departing.begin(anna, last_day=None, by=cora)
    anna.user.refresh_from_db()
    client = Client()
    client.force_login(anna.user, backend="django.contrib.auth.backends.ModelBackend")  # as by single sign-on
    page = client.get("/notices/")
    assert (page.status_code, title in page.content.decode()) == (200, False)
