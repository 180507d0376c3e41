"""Saving and changing alerts, and who permits one about a person."""

import hashlib
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from tests.listening.wishes import NAME, WHY, again, find, make
from tests.plugins.house import make_member
from tests.posts.moments import at_once, refusals
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.listening.actions import alerting, permitting
from vierogen.listening.actions.alerting import Wish
from vierogen.listening.actions.beginning import listen_for_me
from vierogen.listening.models import Alert, Reading, Wanted
from vierogen.listening.states import About, AlertState, Rhythm
from vierogen.notices.models import Message
from vierogen.people.models import Member, Organisation, RoleHeld, User
from vierogen.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def fleur(town: Organisation) -> Member:
    """Guards privacy."""
    return make_member(town, "Fleur", Role.PRIVACY_OFFICER)


@pytest.fixture
def asked(anna: Member, fleur: Member) -> Alert:
    """About a person; it waits for fleur."""
    return make(anna, NAME, about=About.PERSON, reason=WHY)


def verbs(alert: Alert) -> list[str]:
    entries = Entry.objects.filter(subject=f"listening.alert:{alert.pk}").order_by("number")
    return list(entries.values_list("verb", flat=True))


def test_an_alert_on_a_subject_is_active_at_once_and_read_daily_by_its_maker(anna: Member) -> None:
    alert = make(anna, "zwembad  OR  sporthal")
    assert (alert.state, alert.name, alert.made_by) == (AlertState.ACTIVE, "zwembad OR sporthal", anna)
    assert Reading.objects.get(alert=alert).rhythm == Rhythm.DAILY
    assert verbs(alert) == ["save"]
    assert not Message.objects.exists()


def test_what_is_wrong_with_a_query_is_told_with_what_to_do(anna: Member) -> None:
    with pytest.raises(ValidationError) as caught:
        make(anna, "(brand OR rook")
    assert caught.value.message_dict["query"] == [
        "The bracket that opens here is not closed. Put a closing bracket where this part ends."
    ]
    with pytest.raises(ValidationError, match="nearly every message"):
        make(anna, "de")
    assert not Alert.objects.exists()


def test_an_alert_about_a_person_waits_and_the_privacy_officer_gets_a_mail_without_the_name(asked: Alert) -> None:
    assert (asked.state, asked.about, asked.reason) == (AlertState.WAITING, About.PERSON, WHY)
    assert verbs(asked) == ["save", "ask"]
    (mail,) = Message.objects.all()
    assert mail.email == "fleur@voorbeeld.example"
    assert f"/listening/alerts/{asked.pk}/permit/" in mail.text
    assert "Yilmaz" not in mail.title + mail.text + mail.html


@pytest.mark.parametrize("query", [NAME, '"fatima yilmaz"', "Fatima Yilmaz", f"zwembad OR {NAME}", '"de heer Jansen"'])
def test_a_query_of_only_a_name_is_about_a_person_whatever_its_maker_says(
    anna: Member, fleur: Member, query: str
) -> None:
    with pytest.raises(ValidationError, match="only a name"):
        make(anna, query, about=About.OURSELVES)
    assert make(anna, query, about=About.OURSELVES, reason=WHY).state == AlertState.WAITING


def test_a_name_beside_a_word_of_our_work_is_about_a_subject(anna: Member) -> None:
    assert make(anna, f"{NAME} zwembad").state == AlertState.ACTIVE


def test_a_name_of_the_organisation_is_no_person(anna: Member, town: Organisation) -> None:
    Organisation.objects.filter(pk=town.pk).update(name="Anna Paulowna")
    town.refresh_from_db()
    anna.organisation = town
    assert make(anna, '"Anna Paulowna"', about=About.OURSELVES).state == AlertState.ACTIVE


def test_nobody_is_listened_for_whatever_code_forgets(anna: Member) -> None:
    alert = make(anna)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(about=About.PERSON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(about=About.PERSON, asked_by=anna, permitted_by=anna)


def test_the_privacy_officer_permits_with_a_reason_and_the_asker_hears_of_it(asked: Alert, fleur: Member) -> None:
    with pytest.raises(ValidationError):
        permitting.permit(asked, by=fleur, reason="  ", revision=asked.revision)
    permitting.permit(asked, by=fleur, reason="Nodig, tot 1 maart.", revision=asked.revision)
    now = again(asked)
    assert (now.state, now.permitted_by, now.permit_reason) == (AlertState.ACTIVE, fleur, "Nodig, tot 1 maart.")
    assert now.revision == 3
    assert verbs(asked) == ["save", "ask", "permit"]
    assert Message.objects.order_by("-pk")[0].email == "anna@voorbeeld.example"


def test_the_privacy_officer_refuses_and_the_asker_can_ask_again(asked: Alert, anna: Member, fleur: Member) -> None:
    permitting.refuse(asked, by=fleur, reason="Niet nodig.", revision=asked.revision)
    refused = again(asked)
    assert refused.state == AlertState.REFUSED
    with pytest.raises(WrongStateError):
        permitting.permit(refused, by=fleur, reason="Toch wel.", revision=refused.revision)
    alerting.change(refused, Wish(NAME, About.PERSON, reason="Nu wel."), by=anna, revision=refused.revision)
    assert again(asked).state == AlertState.WAITING
    assert Message.objects.filter(email="fleur@voorbeeld.example").count() == 2


def test_nobody_permits_their_own_request(town: Organisation, fleur: Member) -> None:
    gust = make_member(town, "Gust", Role.PRIVACY_OFFICER)
    alert = make(fleur, NAME, about=About.PERSON, reason=WHY)
    assert list(Message.objects.values_list("email", flat=True)) == ["gust@voorbeeld.example"]
    with pytest.raises(PermissionDenied, match="yourself"):
        permitting.permit(alert, by=fleur, reason="Nodig.", revision=alert.revision)
    permitting.permit(alert, by=gust, reason="Nodig.", revision=alert.revision)


@pytest.mark.parametrize("decide", [permitting.permit, permitting.refuse])
def test_nobody_else_decides(asked: Alert, cora: Member, otto: Member, decide: Callable[..., None]) -> None:
    for member in (cora, otto):
        with pytest.raises(PermissionDenied):
            decide(asked, by=member, reason="Nodig.", revision=asked.revision)
    assert again(asked).state == AlertState.WAITING


def test_what_was_changed_after_the_page_was_opened_is_not_permitted(asked: Alert, anna: Member, fleur: Member) -> None:
    alerting.change(asked, Wish('"Jan Bot"', About.PERSON, reason=WHY), by=anna, revision=asked.revision)
    with pytest.raises(WrongStateError):
        permitting.permit(asked, by=fleur, reason="Nodig.", revision=2)
    assert again(asked).state == AlertState.WAITING


def test_another_query_about_a_person_is_asked_for_anew_and_another_name_for_it_is_not(
    asked: Alert, anna: Member, fleur: Member
) -> None:
    permitting.permit(asked, by=fleur, reason="Nodig.", revision=asked.revision)
    alert = again(asked)
    alerting.change(alert, Wish(NAME, About.PERSON, name="Dreiging", reason=WHY), by=anna, revision=alert.revision)
    alert = again(asked)
    assert (alert.state, alert.name, alert.permitted_by) == (AlertState.ACTIVE, "Dreiging", fleur)
    wider = Wish(f'{NAME} OR "Jan Bot"', About.PERSON, reason=WHY)
    alerting.change(alert, wider, by=anna, revision=alert.revision)
    alert = again(asked)
    assert (alert.state, alert.permitted_by, alert.permit_reason) == (AlertState.WAITING, None, "")


def test_an_alert_that_becomes_one_about_a_person_stops_and_waits(anna: Member, fleur: Member) -> None:
    alert = make(anna)
    alerting.change(alert, Wish(NAME, About.SUBJECT, reason=WHY), by=anna, revision=alert.revision)
    assert (again(alert).state, again(alert).about) == (AlertState.WAITING, About.PERSON)


def test_an_alert_that_is_about_nobody_any_more_needs_no_permission(asked: Alert, anna: Member) -> None:
    alerting.change(asked, Wish("zwembad", About.SUBJECT), by=anna, revision=asked.revision)
    alert = again(asked)
    assert (alert.state, alert.reason, alert.asked_by) == (AlertState.ACTIVE, "", None)
    assert verbs(alert)[-1] == "activate"


@pytest.mark.parametrize(
    ("query", "inside_words"),
    [(" Yilmaz ", False), ("Yilmaz", True), ("yilmaz", False), ('"Yilmaz"', False), ("Yilmaz OR yilmaz", False)],
)
def test_the_same_words_do_not_become_a_subject_because_somebody_says_so(
    asked: Alert, anna: Member, fleur: Member, *, query: str, inside_words: bool
) -> None:
    wish = Wish("Yilmaz", About.PERSON, reason=WHY)
    alerting.change(asked, wish, by=anna, revision=asked.revision)
    permitting.refuse(again(asked), by=fleur, reason="Niet nodig.", revision=again(asked).revision)
    refused = again(asked)
    with pytest.raises(ValidationError, match="Only the privacy officer") as refusal:
        alerting.change(
            refused, Wish(query, About.SUBJECT, inside_words=inside_words), by=anna, revision=refused.revision
        )
    assert list(refusal.value.message_dict) == ["about"]
    assert (again(asked).state, again(asked).about) == (AlertState.REFUSED, About.PERSON)


def refused_then_changed(asked: Alert, anna: Member, fleur: Member) -> None:
    """Anna asks for a person, is refused, and makes something else of that alert."""
    alerting.change(asked, Wish("Yilmaz", About.PERSON, reason=WHY), by=anna, revision=asked.revision)
    permitting.refuse(again(asked), by=fleur, reason="Niet nodig.", revision=again(asked).revision)
    alerting.change(again(asked), Wish("zwembad", About.SUBJECT), by=anna, revision=again(asked).revision)


def test_what_was_refused_does_not_become_a_subject_by_a_detour(asked: Alert, anna: Member, fleur: Member) -> None:
    refused_then_changed(asked, anna, fleur)
    back = Wish("yilmaz", About.SUBJECT)
    with pytest.raises(ValidationError, match="Only the privacy officer"):
        alerting.change(again(asked), back, by=anna, revision=again(asked).revision)
    with pytest.raises(ValidationError, match="Only the privacy officer"):
        alerting.save(anna.organisation, back, by=anna)
    assert alerting.save(anna.organisation, Wish("sporthal", About.SUBJECT), by=anna).state == AlertState.ACTIVE


@pytest.mark.parametrize(
    "query",
    [
        "zeldzame_Naam", "naam-zeldzame", "Zeld\u00adzame naam", "zeldzamé/naam", '"zeldzame naam" is',
        "~naam zeldzame", "zeldzame naam lang:nl", "zwembad OR zeldzame.naam", "zeldzame naam -voetbal",
        "zeldzame NEAR/3 naam",
    ],
)  # fmt: skip
def test_what_was_refused_is_recognised_by_the_words_that_the_matcher_sees(
    asked: Alert, anna: Member, fleur: Member, query: str
) -> None:
    wish = Wish("zeldzame naam", About.PERSON, reason=WHY)
    alerting.change(asked, wish, by=anna, revision=asked.revision)
    permitting.refuse(again(asked), by=fleur, reason="Niet nodig.", revision=again(asked).revision)
    with pytest.raises(ValidationError, match="Only the privacy officer"):
        alerting.save(anna.organisation, Wish(query, About.SUBJECT), by=anna)
    for other in ("zeldzame vogel", "zeldzame naam brandweer"):
        assert alerting.save(anna.organisation, Wish(other, About.SUBJECT), by=anna).state == AlertState.ACTIVE


@pytest.mark.parametrize(
    "query",
    [
        "fatimayilmaz", "#fatimayilmaz", "@fatimayilmaz", "yilmazfatima", "=FatimaYilmaz", "~fatimayilmaz",
        "(fatimayilmaz OR xqzwv)", "fatimayilmaz ~yilm", 'brand OR "fatimayilmaz is"', "from:fatimayilmaz",
    ],
)  # fmt: skip
def test_what_was_asked_for_is_recognised_joined_together(asked: Alert, anna: Member, query: str) -> None:
    with pytest.raises(ValidationError):
        make(anna, query)
    assert permitting.was_wanted(anna.organisation, query)
    assert not permitting.was_wanted(anna.organisation, "fatimayildiz")


@pytest.mark.parametrize(
    "query",
    ["(zeldzame naam OR xqzwv)", "zeldzame (naam OR xqzwv)", "zeldzame naam ~zeldz", "zeldzamenaam", "#naamzeldzame"],
)
def test_what_was_refused_is_no_subject_as_one_of_several_choices(
    asked: Alert, anna: Member, fleur: Member, query: str
) -> None:
    wish = Wish("zeldzame naam", About.PERSON, reason=WHY)
    alerting.change(asked, wish, by=anna, revision=asked.revision)
    with pytest.raises(ValidationError, match="Only the privacy officer"):
        make(anna, query)
    assert make(anna, "zeldzame (vogel OR vis)").state == AlertState.ACTIVE


def test_the_own_name_is_no_way_round_what_was_asked_for(asked: Alert, anna: Member, fleur: Member) -> None:
    wish = Wish("paarse krokodil zwembad", About.PERSON, reason=WHY)
    alerting.change(asked, wish, by=anna, revision=asked.revision)
    User.objects.filter(pk=anna.user_id).update(name="Anna Bakker")
    me = Member.objects.select_related("user", "organisation").get(pk=anna.pk)
    make(fleur, '"Anna Bakker"', about=About.PERSON, reason=WHY)
    own = again(listen_for_me(me))
    for query in ('"Anna Bakker" OR (paarse krokodil zwembad)', '("Anna Bakker" OR paarse krokodil zwembad) -x'):
        with pytest.raises(ValidationError, match="Only the privacy officer"):
            alerting.change(own, Wish(query, About.SUBJECT), by=me, revision=own.revision)
    for query in ('"Anna Bakker" OR zwembad', '("Anna Bakker") -voetbal', '"Anna Bakker"'):
        now = again(own)
        alerting.change(now, Wish(query, About.SUBJECT), by=me, revision=now.revision)
        assert (again(own).state, again(own).query) == (AlertState.ACTIVE, query)


def test_what_was_refused_before_signs_between_words_were_seen_through_stays_refused(anna: Member) -> None:
    for words in ("van vries", "jan_vries", "zeldzame"):
        told = hashlib.sha256(words.encode()).hexdigest()
        Wanted.objects.create(organisation=anna.organisation, words=told)
    for query in ("vries van", "Vries_van", "Jan_Vries", "zeldzame zo"):
        assert permitting.was_wanted(anna.organisation, query), query
    assert not permitting.was_wanted(anna.organisation, "zeldzame vries")


def test_a_privacy_officer_can_say_that_it_is_no_person(asked: Alert, anna: Member, fleur: Member) -> None:
    refused_then_changed(asked, anna, fleur)
    alert = alerting.save(anna.organisation, Wish("yilmaz", About.SUBJECT), by=fleur)
    assert (alert.state, alert.about) == (AlertState.ACTIVE, About.SUBJECT)


def test_another_organisation_is_asked_nothing_of_it(asked: Alert, anna: Member, fleur: Member, otto: Member) -> None:
    refused_then_changed(asked, anna, fleur)
    assert alerting.save(otto.organisation, Wish("yilmaz", About.SUBJECT), by=otto).state == AlertState.ACTIVE


def test_every_change_raises_the_revision_and_says_when(anna: Member) -> None:
    alert = make(anna)
    seen = [(alert.revision, alert.changed_at)]
    for step in (
        lambda now: alerting.change(now, Wish("sporthal", About.SUBJECT), by=anna, revision=now.revision),
        lambda now: alerting.pause(now, by=anna),
        lambda now: alerting.resume(now, by=anna),
        lambda now: alerting.end(now, by=anna),
    ):
        step(again(alert))
        now = again(alert)
        seen.append((now.revision, now.changed_at))
    assert [revision for revision, _at in seen] == [1, 2, 3, 4, 5]
    assert sorted(seen) == seen
    assert verbs(alert) == ["save", "change", "pause", "resume", "end"]


def test_another_name_or_reader_s_wish_is_a_new_revision_and_no_new_beginning(anna: Member, fleur: Member) -> None:
    alert = make(anna)
    for wish in (Wish("zwembad", About.SUBJECT, name="Bad"), Wish("zwembad", About.OURSELVES, spikes=False)):
        before = again(alert).revision
        alerting.change(again(alert), wish, by=anna, revision=before)
        assert (again(alert).revision, again(alert).changed_at) == (before + 1, alert.changed_at)
    about_her = Wish("zwembad", About.PERSON, reason=WHY)
    for wish in (Wish("zwembad", About.SUBJECT, inside_words=True), about_her, Wish("zwembad", About.SUBJECT)):
        before = again(alert)
        alerting.change(again(alert), wish, by=fleur, revision=before.revision)
        assert again(alert).changed_at > before.changed_at


def test_what_was_ended_stays_ended(anna: Member) -> None:
    alert = make(anna)
    alerting.end(alert, by=anna)
    with pytest.raises(WrongStateError):
        alerting.resume(alert, by=anna)
    with pytest.raises(WrongStateError):
        alerting.change(alert, Wish("sporthal", About.SUBJECT), by=anna, revision=alert.revision)


def test_ending_an_alert_keeps_what_it_found(anna: Member) -> None:
    alert = make(anna)
    find(alert, "Het zwembad is dicht")
    alerting.end(alert, by=anna)
    assert alert.hits.count() == 1


def test_somebody_whose_page_is_old_changes_nothing(anna: Member, ben: Member) -> None:
    alert = make(anna)
    alerting.change(again(alert), Wish("sporthal", About.SUBJECT), by=ben, revision=1)
    with pytest.raises(WrongStateError):
        alerting.change(again(alert), Wish("bibliotheek", About.SUBJECT), by=anna, revision=1)
    assert again(alert).query == "sporthal"


def test_queries_stay_out_of_what_the_ledger_keeps_for_good(asked: Alert) -> None:
    for entry in Entry.objects.filter(subject=f"listening.alert:{asked.pk}"):
        assert "Yilmaz" not in str(entry.facts)
    told = {opening.name: opening.value for opening in Entry.objects.get(verb="ask").openings.all()}
    assert (told["query"], told["reason"]) == (NAME, WHY)
    assert verify()[1] == []


@pytest.mark.parametrize(
    "act",
    [
        lambda alert, by: make(by),
        lambda alert, by: alerting.change(alert, Wish("a b c d", About.SUBJECT), by=by, revision=alert.revision),
        lambda alert, by: alerting.pause(alert, by=by),
        lambda alert, by: alerting.end(alert, by=by),
    ],
)
def test_rights_are_asked_for_when_it_is_decided(anna: Member, ben: Member, act: Callable[..., object]) -> None:
    alert = make(ben)
    assert anna.may("listen")
    RoleHeld.objects.filter(member=anna).update(role=Role.AUDITOR)
    with pytest.raises(PermissionDenied):
        act(alert, anna)
    assert again(alert).revision == 1


def test_another_organisation_s_alert_is_not_ours_to_change(anna: Member, otto: Member) -> None:
    alert = make(anna)
    for act in (alerting.pause, alerting.end):
        with pytest.raises(PermissionDenied):
            act(alert, by=otto)


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts(town: Organisation, asked: Alert, fleur: Member) -> None:
    gust = make_member(town, "Gust", Role.PRIVACY_OFFICER)
    results = at_once(
        lambda: permitting.permit(again(asked), by=fleur, reason="Nodig.", revision=2),
        lambda: permitting.refuse(again(asked), by=gust, reason="Niet nodig.", revision=2),
    )
    assert len(refusals(results)) == 1
    assert verbs(asked)[2:] in (["permit"], ["refuse"])
    assert verify()[1] == []
