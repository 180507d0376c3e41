"""Who gets which bulletin: each hit in one of them, each of them once, and what a mail says."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.listening.newsroom import make_alert, make_hit, make_source
from tests.plugins.house import SETUP
from tests.servers.smtp import Mailbox, Received
from vierogen.ledger.moves import move
from vierogen.listening.actions import bulletins
from vierogen.listening.actions.gathering import LINES_A_MAIL, Found, Group, Row, share_out
from vierogen.listening.actions.reading import Times, choose, follow, stop_mail
from vierogen.listening.models import Alert, Bulletin, Hit, Line, Reader, Reading
from vierogen.listening.states import About, Mark, Rhythm
from vierogen.notices import jobs as notices
from vierogen.notices.mail import hang_up
from vierogen.notices.models import Message
from vierogen.people.actions import join
from vierogen.people.models import Member, Organisation, RoleHeld
from vierogen.people.roles import Role

pytestmark = pytest.mark.django_db

# Ten o'clock on a Monday morning in the Netherlands, in winter.
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
EIGHT = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still until a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alert(clock: time_machine.Traveller, town: Organisation) -> Alert:
    """An alert on the swimming pool."""
    return make_alert(town)


def mails() -> list[Message]:
    return list(Message.objects.order_by("pk"))


def told(member: Member) -> set[int]:
    return set(Line.objects.filter(member=member).values_list("hit_id", flat=True))


def test_a_new_reader_hears_of_what_is_found_from_now_on(clock: Any, alert: Alert, anna: Member) -> None:
    make_hit(alert, at=NOW - timedelta(minutes=1))
    follow(alert, Rhythm.AT_ONCE, by=anna)
    assert bulletins.make_due() == 0
    clock.shift(1)
    new = make_hit(alert)
    assert bulletins.make_due() == 1
    assert told(anna) == {new.pk}


def test_at_once_comes_at_once_and_then_together(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.AT_ONCE, by=anna)
    first = make_hit(alert)
    clock.shift(1)
    assert bulletins.make_due() == 1
    assert told(anna) == {first.pk}
    later = [make_hit(alert, f"Bericht {number}") for number in range(4)]
    clock.shift(bulletins.GROUPED - timedelta(seconds=1))
    assert bulletins.make_due() == 0
    clock.shift(1)
    assert bulletins.make_due() == 1
    assert told(anna) == {first.pk, *(hit.pk for hit in later)}
    assert [mail.title for mail in mails()] == ["1 new hit: zwembad", "4 new hits: zwembad"]


def test_a_flood_brings_six_mails_an_hour_and_the_sixth_says_so(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.AT_ONCE, by=anna)
    for minute in range(59):
        make_hit(alert, f"Bericht {minute}")
        clock.shift(60)
        bulletins.make_due()
    assert len(mails()) == bulletins.AN_HOUR_AT_MOST
    said = "This was the last mail of this hour"
    assert [said in mail.text for mail in mails()] == [False] * 5 + [True]
    assert [said in mail.html for mail in mails()] == [False] * 5 + [True]
    until = re.search(r"What is found until (\d\d:\d\d)", mails()[-1].text)
    assert until
    assert until[1] == "11:01"
    clock.shift(180)
    bulletins.make_due()
    assert len(mails()) == 7
    assert len(told(anna)) == 59


def test_the_daily_one_comes_at_the_hour_that_the_reader_chose(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    found = make_hit(alert)
    clock.move_to(EIGHT - timedelta(seconds=1))
    assert bulletins.make_due() == 0
    clock.move_to(EIGHT)
    later = make_hit(alert)
    assert bulletins.make_due() == 1
    assert bulletins.make_due() == 0
    bulletin = Bulletin.objects.get()
    assert (bulletin.due_at, bulletin.hits) == (EIGHT, 1)
    assert told(anna) == {found.pk}
    clock.move_to(EIGHT + timedelta(days=1))
    bulletins.make_due()
    assert told(anna) == {found.pk, later.pk}


def test_the_weekly_one_comes_on_the_day_that_the_reader_chose(clock: Any, alert: Alert, anna: Member) -> None:
    choose(anna, Times(hour=17, weekday=4, time_zone="Europe/Amsterdam", no_news=False), {alert: Rhythm.WEEKLY})
    make_hit(alert)
    friday = datetime(2026, 12, 4, 16, 0, tzinfo=UTC)
    clock.move_to(friday - timedelta(seconds=1))
    assert bulletins.make_due() == 0
    clock.move_to(friday)
    assert bulletins.make_due() == 1
    assert Bulletin.objects.get().due_at == friday
    assert "Friday 4 December 17:00" in mails()[0].text


def test_what_was_missed_comes_once_and_late_in_one_bulletin(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    hits = [make_hit(alert, f"Bericht {day}", at=NOW + timedelta(days=day)) for day in range(4)]
    clock.move_to(EIGHT + timedelta(days=4, hours=5))
    assert bulletins.make_due() == 1
    assert bulletins.make_due() == 0
    bulletin = Bulletin.objects.get()
    assert bulletin.due_at == EIGHT + timedelta(days=4)
    assert told(anna) == {hit.pk for hit in hits}
    assert "It comes late, as Vierogen was out of order." in mails()[0].text
    assert Reader.objects.get().daily_at == EIGHT + timedelta(days=5)


def test_without_news_there_is_no_mail(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    clock.move_to(EIGHT)
    assert bulletins.make_due() == 1
    assert not Bulletin.objects.exists()
    assert not mails()


def test_no_news_is_said_once_a_week_to_who_wants_that(clock: Any, alert: Alert, anna: Member) -> None:
    make_source()
    silent = make_source()
    silent.silent_since = NOW
    silent.save()
    choose(anna, Times(hour=8, weekday=0, time_zone="Europe/Amsterdam", no_news=True), {alert: Rhythm.AT_ONCE})
    clock.move_to(EIGHT + timedelta(days=6))
    assert bulletins.make_due() == 1
    assert [mail.title for mail in mails()] == ["No news this week"]
    text = mails()[0].text
    assert "Since Monday 30 November 08:00 nothing new was found for you." in text
    assert "You follow 1 alert. Your organisation listens to 2 sources. 1 of them is silent" in text
    make_hit(alert)
    clock.shift(60)
    bulletins.make_due()
    clock.move_to(EIGHT + timedelta(days=13))
    bulletins.make_due()
    assert [mail.title for mail in mails()] == ["No news this week", "1 new hit: zwembad"]
    clock.move_to(EIGHT + timedelta(days=20))
    bulletins.make_due()
    assert len(mails()) == 3


def test_copies_are_counted_in_the_line_of_the_first(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    first = make_hit(alert)
    copies = [make_hit(alert, copy_of=first) for _ in range(39)]
    clock.move_to(EIGHT)
    bulletins.make_due()
    (mail,) = mails()
    assert mail.title == "1 new hit: zwembad"
    assert "and 39 more" in mail.text
    assert "and 39 more" in mail.html
    assert told(anna) == {first.pk, *(copy.pk for copy in copies)}
    assert Bulletin.objects.get().hits == 40


def test_copies_of_old_news_make_no_mail_and_are_counted_in_the_next(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.AT_ONCE, by=anna)
    first = make_hit(alert)
    clock.shift(1)
    bulletins.make_due()
    copies = [make_hit(alert, copy_of=first) for _ in range(3)]
    clock.shift(3_600)
    assert bulletins.make_due() == 0
    assert len(mails()) == 1
    new = make_hit(alert, "Iets anders")
    clock.shift(1)
    bulletins.make_due()
    assert mails()[1].title == "1 new hit: zwembad"
    assert "Besides 3 copies of what you were told before." in mails()[1].text
    assert told(anna) == {first.pk, new.pk, *(copy.pk for copy in copies)}


@pytest.mark.parametrize("rhythm", [Rhythm.DAILY, Rhythm.AT_ONCE])
def test_a_copy_of_what_was_found_before_the_reader_came_is_news_to_them(
    clock: Any, alert: Alert, anna: Member, rhythm: Rhythm
) -> None:
    first = make_hit(alert, "Oud", at=NOW - timedelta(days=1))
    follow(alert, rhythm, by=anna)
    copy = make_hit(alert, "Nieuw", copy_of=first)
    clock.move_to(EIGHT)
    bulletins.make_due()
    assert told(anna) == {copy.pk}
    assert "* Nieuw" in mails()[0].text
    make_hit(alert, "Nog een", copy_of=first)
    clock.shift(3_600)
    assert bulletins.make_due() == 0


def test_what_nobody_grouped_yet_comes_in_a_later_one(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    make_hit(alert)
    waiting = make_hit(alert, "Wacht", grouped_at=None)
    for day in range(3):
        clock.move_to(EIGHT + timedelta(days=day))
        make_hit(alert, f"Bericht {day}", at=EIGHT + timedelta(days=day, hours=-1))
        bulletins.make_due()
    assert waiting.pk not in told(anna)
    Hit.objects.filter(pk=waiting.pk).update(grouped_at=EIGHT)
    clock.move_to(EIGHT + timedelta(days=3))
    bulletins.make_due()
    assert told(anna) == set(Hit.objects.values_list("pk", flat=True))


def test_ten_thousand_hits_are_cut_and_the_mail_says_so(
    clock: Any, alert: Alert, anna: Member, town: Organisation
) -> None:
    little = make_alert(town, "bibliotheek")
    for one in (alert, little):
        follow(one, Rhythm.DAILY, by=anna)
    make_hit(little, "Bibliotheek dicht")
    template = make_hit(alert)
    kind = type(template.item)
    items = kind.objects.bulk_create(
        kind(key=f"x{number:063x}", title=f"Bericht {number}", link=f"https://a.example/{number}")
        for number in range(9_999)
    )
    Hit.objects.bulk_create(
        Hit(organisation=town, alert=alert, item=item, found_at=NOW, grouped_at=NOW) for item in items
    )
    clock.move_to(EIGHT)
    bulletins.make_due()
    (mail,) = mails()
    assert mail.title == "10001 new hits"
    assert mail.text.count("\n* ") == LINES_A_MAIL
    assert "Bibliotheek dicht" in mail.text
    assert "9951 of the hits do not fit here." in mail.text
    assert f"And 9951 more, which do not fit in a mail:\nhttp://localhost:8000/listening/?alert={alert.pk}" in mail.text
    assert len(mail.html.encode()) < 102_000, "some mail programs show no more than 102 kB"
    assert Bulletin.objects.get().hits == Line.objects.count() == 10_001


def test_an_alert_that_found_much_leaves_room_for_one_that_found_little(alert: Alert) -> None:
    def found(number: int) -> Found:
        groups = [Group([Row(index, 1, None, NOW, "", 0.0, told_before=False)]) for index in range(number)]
        return Found(alert, groups)

    told = [found(1_000), found(3), found(40), found(0)]
    share_out(told, room=50)
    assert [each.shown for each in told] == [24, 3, 23, 0]
    many = [found(5) for _ in range(80)]
    share_out(many, room=50)
    assert {each.shown for each in many} == {1}, "each alert has at least its first line"


def test_news_that_somebody_judged_useless_or_that_looks_like_spam_stands_last_and_is_not_hidden(
    clock: Any, alert: Alert, anna: Member
) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    make_hit(alert, "Nutteloos", mark=Mark.NOT_USEFUL)
    make_hit(alert, "Koop nu", spam=0.9)
    make_hit(alert, "Gewoon")
    clock.move_to(EIGHT)
    bulletins.make_due()
    assert re.findall(r"\* (\w+)", mails()[0].text) == ["Gewoon", "Koop", "Nutteloos"]
    assert "looks like spam" in mails()[0].text


def test_every_line_has_link_title_source_first_words_and_the_name_of_its_alert(
    clock: Any, alert: Alert, anna: Member
) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    hit = make_hit(alert, source=make_source(), author="Jan Bakker", published_at=NOW - timedelta(hours=2))
    clock.move_to(EIGHT)
    bulletins.make_due()
    (mail,) = mails()
    for part in (mail.text, mail.html):
        assert "zwembad" in part
        assert "Zwembad gaat open" in part
        assert hit.item.link in part
        assert "Omroep Voorbeeld" in part
        assert "Jan Bakker" in part
        assert "30 November 08:00" in part
        assert "kan iedereen weer zwemmen" in part


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", "at://did:plc:x/post/1"])
def test_what_has_no_address_on_the_web_leads_to_its_page_here(
    clock: Any, alert: Alert, anna: Member, link: str
) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    hit = make_hit(alert, link=link)
    clock.move_to(EIGHT)
    bulletins.make_due()
    (mail,) = mails()
    for part in (mail.text, mail.html):
        assert f"http://localhost:8000/listening/hits/{hit.pk}/" in part


def test_what_strangers_wrote_is_text_and_no_markup(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    nasty = "<script>alert(1)</script>\u202e\x01 <img src=https://spy.example/x.gif>"
    make_hit(
        alert,
        nasty,
        link="javascript:alert(1)",
        author='"><b>',
        text=f"Hoi\r\n\r\n* Vals\r\nhttps://vals.example {nasty}",
    )
    make_hit(alert, "Goed", link='https://ok.example/"onclick="x', text="")
    clock.move_to(EIGHT)
    bulletins.make_due()
    (mail,) = mails()
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert "<b>" not in mail.html
    assert "javascript:" not in mail.html + mail.text
    assert "onclick=" not in mail.html
    assert "\u202e" not in mail.html + mail.text
    assert "\x01" not in mail.html + mail.text
    assert "\n* Vals" not in mail.text


def test_the_subject_never_names_a_person_who_is_listened_for(clock: Any, town: Organisation, anna: Member) -> None:
    alert = make_alert(town, "Piet Jansen", about=About.PERSON, permitted_by=anna)
    follow(alert, Rhythm.DAILY, by=anna)
    make_hit(alert)
    clock.move_to(EIGHT)
    bulletins.make_due()
    assert mails()[0].title == "1 new hit"
    assert "Piet Jansen" in mails()[0].text


def test_mails_are_in_the_language_and_time_zone_of_the_reader(clock: Any, alert: Alert, anna: Member) -> None:
    anna.user.language = "nl"
    anna.user.save()
    choose(anna, Times(hour=8, weekday=0, time_zone="America/New_York", no_news=False), {alert: Rhythm.DAILY})
    make_hit(alert, published_at=NOW)
    clock.move_to(datetime(2026, 11, 30, 13, 0, tzinfo=UTC))
    bulletins.make_due()
    (mail,) = mails()
    assert (mail.language, "30 november 04:00" in mail.text) == ("nl", True)
    assert "maandag 30 november 08:00" in mail.text
    assert '<html lang="nl"' in mail.html


def test_who_left_gets_nothing_and_no_pile_on_coming_back(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    make_hit(alert)
    Member.objects.filter(pk=anna.pk).update(ends_on=date(2026, 11, 30))
    clock.move_to(EIGHT)
    bulletins.make_due()
    assert not mails()
    clock.move_to(EIGHT + timedelta(days=30))
    make_hit(alert)
    assert bulletins.make_due() == 0
    clock.shift(1)
    bulletins.forget_old()
    Member.objects.filter(pk=anna.pk).update(ends_on=None)
    clock.move_to(EIGHT + timedelta(days=31))
    bulletins.make_due()
    assert not mails()
    make_hit(alert)
    clock.move_to(EIGHT + timedelta(days=32))
    bulletins.make_due()
    assert len(mails()) == 1


def test_who_may_not_see_any_more_gets_nothing(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.AT_ONCE, by=anna)
    make_hit(alert)
    RoleHeld.objects.filter(member=anna).delete()
    clock.shift(1)
    assert bulletins.make_due() == 0
    assert not mails()


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.AUDITOR])
def test_who_only_sees_hears_of_their_own_name_alone(
    clock: Any, alert: Alert, town: Organisation, anna: Member, role: Role
) -> None:
    own = make_alert(town, "Anna Jansen", origin=anna.actor)
    other = make_alert(town, "Ben Jansen", origin=f"member:{anna.pk}0")
    for each in (alert, own, other):
        follow(each, Rhythm.AT_ONCE, by=anna)
    if role == Role.TRAINEE:  # whatever other role they have
        RoleHeld.objects.create(member=anna, role=role)
    else:
        RoleHeld.objects.filter(member=anna).update(role=role)
    make_hit(alert, "Van allen")
    make_hit(other, "Van een ander")
    clock.shift(600)
    assert bulletins.make_due() == 0
    make_hit(own, "Van mij")
    assert bulletins.make_due() == 1
    (mail,) = mails()
    assert mail.title == "1 new hit"
    assert "Van mij" in mail.text
    assert "Van allen" not in mail.text
    assert "Van een ander" not in mail.text
    assert "/listening/bulletins/" in mail.text
    assert "/listening/?alert" not in mail.text
    with pytest.raises(PermissionDenied):
        follow(alert, by=Member.objects.get(pk=anna.pk))


def test_who_could_not_read_an_alert_for_a_while_finds_no_pile(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.AT_ONCE, by=anna)
    RoleHeld.objects.filter(member=anna).update(role=Role.AUDITOR)
    make_hit(alert)
    clock.shift(3_600)
    bulletins.forget_old()
    RoleHeld.objects.filter(member=anna).update(role=Role.WRITER)
    assert bulletins.make_due() == 0
    make_hit(alert, "Nieuw")
    clock.shift(1)
    assert bulletins.make_due() == 1
    assert [mail.title for mail in mails()] == ["1 new hit: zwembad"]


def test_only_members_of_the_organisation_can_follow_its_alerts(alert: Alert, otto: Member) -> None:
    with pytest.raises(PermissionDenied):
        follow(alert, by=otto)
    assert not Reading.objects.exists()


def test_what_an_alert_found_before_it_was_paused_or_ended_is_still_told(
    clock: Any, alert: Alert, anna: Member, town: Organisation
) -> None:
    ended = make_alert(town, "bibliotheek")
    for one, verb in ((alert, "pause"), (ended, "end")):
        follow(one, Rhythm.DAILY, by=anna)
        make_hit(one)
        move(one, verb, by=SETUP)
    clock.move_to(EIGHT)
    bulletins.make_due()
    (mail,) = mails()
    assert "## zwembad (paused)" in mail.text
    assert "## bibliotheek (ended: this is the last of it)" in mail.text


def test_an_alert_that_waits_for_the_privacy_officer_tells_nothing(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    make_hit(alert)
    move(alert, "ask", by=SETUP)
    clock.move_to(EIGHT)
    bulletins.make_due()
    assert not mails()
    move(alert, "activate", by=SETUP)
    clock.move_to(EIGHT + timedelta(days=1))
    bulletins.make_due()
    assert len(mails()) == 1


def test_another_rhythm_neither_repeats_nor_loses_anything(clock: Any, alert: Alert, anna: Member) -> None:
    times = Times(hour=8, weekday=0, time_zone="Europe/Amsterdam", no_news=False)
    choose(anna, times, {alert: Rhythm.WEEKLY})
    hits = [make_hit(alert, "Een")]
    choose(anna, times, {alert: Rhythm.DAILY})
    assert bulletins.make_due() == 0, "saving sends nothing by itself"
    clock.move_to(EIGHT)
    bulletins.make_due()
    choose(anna, times, {alert: Rhythm.AT_ONCE})
    hits.append(make_hit(alert, "Twee"))
    clock.shift(1)
    bulletins.make_due()
    choose(anna, times, {alert: Rhythm.NEVER})
    make_hit(alert, "Nooit")
    clock.shift(1)
    choose(anna, times, {alert: Rhythm.DAILY})
    hits.append(make_hit(alert, "Drie"))
    clock.move_to(EIGHT + timedelta(days=1))
    bulletins.make_due()
    assert told(anna) == {hit.pk for hit in hits}
    assert len(mails()) == 3


def test_another_hour_counts_from_the_next_time_on(clock: Any, alert: Alert, anna: Member) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    make_hit(alert)
    choose(anna, Times(hour=9, weekday=0, time_zone="Europe/Amsterdam", no_news=False), {alert: Rhythm.DAILY})
    assert bulletins.make_due() == 0
    assert Reader.objects.get().daily_at == EIGHT + timedelta(hours=1)


def test_one_reader_s_trouble_does_not_hold_up_the_others(
    clock: Any, alert: Alert, anna: Member, ben: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    for member in (anna, ben):
        follow(alert, Rhythm.DAILY, by=member)
    make_hit(alert)
    clock.move_to(EIGHT)
    usual = bulletins.tell_news

    def broken_for_anna(reader: Reader, *args: Any, **named: Any) -> Message:
        if reader.member_id == anna.pk:
            raise RuntimeError
        return usual(reader, *args, **named)

    monkeypatch.setattr(bulletins, "tell_news", broken_for_anna)
    assert bulletins.make_due() == 1
    assert (told(anna), len(told(ben))) == (set(), 1)
    monkeypatch.undo()
    assert bulletins.make_due() == 0
    clock.shift(bulletins.LATER)
    assert bulletins.make_due() == 1
    assert Bulletin.objects.get(member=anna).due_at == EIGHT


def test_old_bulletins_are_forgotten_and_what_they_told_is_not_told_again(
    clock: Any, alert: Alert, anna: Member
) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    make_hit(alert, at=EIGHT - timedelta(minutes=2))
    clock.move_to(EIGHT)
    bulletins.make_due()
    clock.move_to(EIGHT + timedelta(days=91))
    assert bulletins.forget_old()
    assert not Line.objects.exists()
    bulletins.make_due()
    assert len(mails()) == 1


def test_what_is_asked_of_the_database_does_not_grow_with_hits_and_alerts(
    clock: Any, town: Organisation, anna: Member, ben: Member
) -> None:
    def asked(member: Member, *, alerts: int, hits: int) -> int:
        for number in range(alerts):
            one = make_alert(town, f"{member.name} {number}")
            follow(one, Rhythm.DAILY, by=member)
            for _ in range(hits):
                make_hit(one)
        clock.move_to(EIGHT)
        with CaptureQueriesContext(connection) as queries:
            bulletins.make(Reader.objects.get(member=member).pk, Rhythm.DAILY)
        clock.move_to(NOW)
        return len(queries)

    few, many = asked(anna, alerts=1, hits=1), asked(ben, alerts=6, hits=9)
    assert many - few <= 5, "one small write for each alert, to remember up to when it was told"


def mail_of(mailbox: Mailbox) -> Received:
    notices.send_due("test")
    hang_up()
    return mailbox.wait_for()


@pytest.mark.django_db(transaction=True)
def test_a_bulletin_arrives_with_the_headers_that_stop_it(
    mailbox: Mailbox, settings: Any, alert: Alert, anna: Member, clock: Any
) -> None:
    settings.PUBLIC_URL = "https://vierogen.example.nl"
    follow(alert, Rhythm.DAILY, by=anna)
    make_hit(alert)
    clock.move_to(EIGHT)
    bulletins.make_due()
    mail = mail_of(mailbox)
    link = mail.message["List-Unsubscribe"].strip()
    assert re.fullmatch(r"<https://vierogen\.example\.nl/listening/unsubscribe/[\w.-]+/>", link)
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.message["List-Id"] == "<bulletins.vierogen.example.nl>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert link.strip("<>") in mail.text
    assert mail.subject == "1 new hit: zwembad"
    assert "prefers-color-scheme: dark" in mail.html


@pytest.mark.django_db(transaction=True)
def test_without_https_there_is_no_one_click(mailbox: Mailbox, alert: Alert, anna: Member, clock: Any) -> None:
    follow(alert, Rhythm.DAILY, by=anna)
    make_hit(alert)
    clock.move_to(EIGHT)
    bulletins.make_due()
    mail = mail_of(mailbox)
    assert mail.message["List-Unsubscribe"].strip().startswith("<http://localhost:8000/")
    assert mail.message["List-Unsubscribe-Post"] is None


def test_stopping_one_alert_leaves_the_others(clock: Any, alert: Alert, town: Organisation, anna: Member) -> None:
    other = make_alert(town, "bibliotheek")
    for one in (alert, other):
        follow(one, Rhythm.DAILY, by=anna)
        make_hit(one)
    stop_mail(Reader.objects.get(), alert_id=alert.pk)
    clock.move_to(EIGHT)
    bulletins.make_due()
    assert mails()[0].title == "1 new hit: bibliotheek"
    stop_mail(Reader.objects.get())
    assert Reader.objects.get().daily_at is None
    assert not Reading.objects.exclude(rhythm=Rhythm.NEVER).exists()


def test_somebody_in_two_organisations_has_two_bulletins(
    clock: Any, alert: Alert, anna: Member, elsewhere: Organisation
) -> None:
    there = join(elsewhere, anna.user, roles=[Role.WRITER], by=SETUP)
    other = make_alert(elsewhere, "jeugdzorg")
    follow(alert, Rhythm.DAILY, by=anna)
    follow(other, Rhythm.DAILY, by=there)
    make_hit(alert)
    make_hit(other)
    clock.move_to(EIGHT)
    assert bulletins.make_due() == 2
    assert sorted(mail.title for mail in mails()) == ["1 new hit: jeugdzorg", "1 new hit: zwembad"]
    assert {mail.organisation_id for mail in mails()} == {alert.organisation_id, elsewhere.pk}
