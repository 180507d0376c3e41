"""Copies are one line; nothing is hidden; two workers make the same groups as one."""

import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from tests.listening.found import heard, listening_for
from vierogen.listening.actions.grouping import WINDOW, group, group_the_rest
from vierogen.listening.models import Hit, Sketch, Source
from vierogen.people.models import Organisation

NEWS = "De brand in een loods op het industrieterrein van Moerdijk is onder controle, meldt de veiligheidsregio."


def feed(number: int) -> Source:
    return Source.objects.create(kind="feed", address=f"https://site{number}.example/rss")


def leading(alert: object) -> list[str]:
    return list(Hit.objects.filter(alert=alert).leading().order_by("pk").values_list("item__text", flat=True))


def test_the_same_news_on_forty_sites_is_one_line_and_39_more(town: Organisation) -> None:
    alert = listening_for(town, "brand")
    for number in range(40):
        heard(alert, f"{NEWS} Lees meer.", title=f"Brand onder controle - Site{number}", author=f"site {number}")
    assert group([alert.pk]) == 40
    (first,) = Hit.objects.filter(alert=alert).leading()
    assert first.pk == Hit.objects.order_by("pk")[0].pk
    assert first.copies.count() == 39
    assert Sketch.objects.count() == 1


def test_what_comes_later_joins_its_group_without_the_text_being_sketched_again(town: Organisation) -> None:
    alert = listening_for(town, "brand")
    first = heard(alert, NEWS, author="a")
    group([alert.pk])
    later = [heard(alert, f"{NEWS} {word}", author=word) for word in ("Update", "Foto", "Video")]
    assert group([alert.pk]) == 3
    assert set(Hit.objects.filter(copy_of=first)) == set(later)


def test_vacancies_in_other_places_stay_apart(town: Organisation) -> None:
    alert = listening_for(town, "vacature")
    for place in ("Almere", "Breda", "Zwolle"):
        heard(alert, f"Vacature: boa in {place}. Solliciteer voor 1 december via de site.", author=f"jobs {place}")
    group([alert.pk])
    assert len(leading(alert)) == 3


def test_copies_are_looked_for_within_one_alert_and_some_days(town: Organisation, elsewhere: Organisation) -> None:
    ours, theirs, now = listening_for(town, "brand"), listening_for(elsewhere, "brand"), timezone.now()
    for alert in (ours, theirs):
        heard(alert, NEWS, author="a", at=now - WINDOW - timedelta(minutes=1))
        heard(alert, NEWS, author="b", at=now)
    assert group([ours.pk, theirs.pk]) == 4
    assert Hit.objects.leading().count() == 4


def test_one_address_in_two_sources_is_one_message_whatever_the_words(town: Organisation) -> None:
    alert, link = listening_for(town, "brand"), "https://nos.example/artikel/1"
    one = heard(alert, "Brand in Moerdijk", link=link, source=feed(1))
    heard(alert, "Heel andere woorden over een brand", link=link, source=feed(2))
    group([alert.pk])
    third = heard(alert, "Nog een kop, later op de dag", link=link, source=feed(3))
    group([alert.pk])
    assert leading(alert) == ["Brand in Moerdijk"]
    third.refresh_from_db()
    assert third.copy_of == one


def test_a_page_that_says_something_new_at_one_address_is_news(town: Organisation) -> None:
    alert, page = listening_for(town, "brand"), feed(1)
    for text in ("Brand in Moerdijk, weg dicht", "De school blijft morgen gesloten na de brand"):
        heard(alert, text, link="https://site1.example/liveblog", source=page)
    group([alert.pk])
    assert len(leading(alert)) == 2


def test_the_front_page_of_a_site_is_no_message(town: Organisation) -> None:
    alert = listening_for(town, "brand")
    for number, text in enumerate(("Brand in Moerdijk, weg dicht", "De school blijft morgen gesloten")):
        heard(alert, text, link="https://site.example/", source=feed(number))
    group([alert.pk])
    assert len(leading(alert)) == 2


def test_a_hit_is_weighed_when_it_is_grouped(town: Organisation) -> None:
    alert = listening_for(town, "gemeente")
    for _ in range(5):
        heard(alert, "Gemeente? Bestel nu met 25% korting, gratis verzending!", author="shop")
    group([alert.pk])
    told = list(Hit.objects.order_by("pk").values_list("spam_why", flat=True))
    assert told == ["shop more_shop"] * 3 + ["shop more_shop repeats"] * 2
    heard(alert, "Gemeente? Bestel nu met 25% korting, gratis verzending!", author="shop")
    group([alert.pk])
    assert Hit.objects.latest("pk").spam_why == "shop more_shop repeats"
    assert Hit.objects.count() == 6


def test_hits_without_words_are_grouped_too(town: Organisation) -> None:
    alert = listening_for(town, "from:nos")
    for text in ("", "😀", "https://a.example/1"):
        heard(alert, text)
    assert group_the_rest() == 3
    assert group_the_rest() == 0
    assert Hit.objects.filter(grouped_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_the_same_groups_as_one(town: Organisation) -> None:
    alerts = [listening_for(town, f"brand{number}") for number in range(3)]
    for number in range(60):
        for alert in alerts:
            heard(alert, f"{NEWS} Nummer{number % 2} {'x' * (number % 2)}", author=f"a{number}")
    done: list[int] = []

    def work() -> None:
        close_old_connections()
        try:
            done.append(group([alert.pk for alert in alerts]))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 180
    assert not Hit.objects.filter(grouped_at=None).exists()
    assert not Hit.objects.filter(copy_of__copy_of__isnull=False).exists()
    groups = [Hit.objects.filter(alert=alert).leading().count() for alert in alerts]
    assert groups == [2, 2, 2]
