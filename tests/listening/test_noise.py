"""A proposal removes noise, says how much, never what was useful, and is accepted with one click."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tests.listening.found import heard, listening_for
from vierogen.listening.actions.beginning import listen_for_me
from vierogen.listening.actions.compiling import compiled
from vierogen.listening.actions.noise import accept, proposals
from vierogen.listening.actions.previewing import as_post
from vierogen.listening.models import Alert, Hit
from vierogen.listening.states import About, AlertState, Mark
from vierogen.people.models import Member, Organisation


@pytest.fixture
def noisy(town: Organisation) -> Alert:
    """Ten hits on a game, four of them marked; and twenty others, five of them useful."""
    alert = listening_for(town, "belastingdienst")
    for number in range(10):
        found = heard(alert, f"Speel het belastingdienst spelletje nu, ronde {number}")
        Hit.objects.filter(pk=found.pk).update(mark=Mark.NOT_USEFUL if number < 8 else "")
    for number in range(20):
        found = heard(alert, f"De belastingdienst stuurt brieven over toeslagen aan ouders, ronde {number}")
        Hit.objects.filter(pk=found.pk).update(mark=Mark.USEFUL if number < 5 else "")
    return alert


def test_what_bad_hits_share_and_useful_ones_lack_is_proposed_with_its_figures(noisy: Alert) -> None:
    (first, *_others) = proposals(noisy)
    assert (first.words, first.removes, first.bad) == ("belastingdienst spelletje", 10, 8)
    assert first.query == '(belastingdienst) -"belastingdienst spelletje"'


def test_what_was_edited_is_proposed_by_what_it_says_now(noisy: Alert) -> None:
    for hit in Hit.objects.filter(alert=noisy, mark=Mark.NOT_USEFUL).select_related("item"):
        later = hit.item.text.replace("spelletje", "prijsvraag")
        type(hit.item).objects.filter(pk=hit.item_id).update(later=later)
    assert proposals(noisy)[0].words == "belastingdienst prijsvraag"


def test_an_accepted_proposal_changes_the_query_and_does_what_it_said(noisy: Alert, anna: Member) -> None:
    before = Hit.objects.filter(alert=noisy).select_related("item")
    accept(noisy, words="belastingdienst spelletje", by=anna)
    noisy.refresh_from_db()
    query = compiled(noisy.query, inside_words=False)
    kept = [hit for hit in before if query.first(as_post(hit)) is not None]
    assert len(kept) == 20
    assert sum(hit.mark == Mark.USEFUL for hit in kept) == 5
    assert noisy.revision == 2


def test_noise_is_left_out_of_the_alert_on_my_own_name_again_and_again(anna: Member) -> None:
    anna.user.name = "Anna Jansen"
    anna.user.save()
    alert = listen_for_me(anna)
    for number in range(20):
        heard(alert, f"Anna Jansen opent het nieuwe stadskantoor, ronde {number}")
    for noise in ("marathon", "kookboek"):
        for number in range(5):
            found = heard(alert, f"Anna Jansen {noise} {number}")
            Hit.objects.filter(pk=found.pk).update(mark=Mark.NOT_USEFUL)
        accept(alert, words=proposals(alert)[0].words, by=anna)
        alert.refresh_from_db()
        assert noise in alert.query
        assert (alert.about, alert.state) == (About.OURSELVES, AlertState.ACTIVE)
        Hit.objects.filter(item__text__contains=noise).delete()


def test_nothing_is_proposed_that_would_remove_what_was_useful(noisy: Alert) -> None:
    found = heard(noisy, "Handig: het belastingdienst spelletje uitgelegd, speel het nu, ronde 3")
    Hit.objects.filter(pk=found.pk).update(mark=Mark.USEFUL)
    told = [each.words for each in proposals(noisy)]
    assert "belastingdienst spelletje" not in told
    assert "spelletje" not in told


def test_spam_counts_as_bad_unless_somebody_found_it_useful(town: Organisation) -> None:
    alert = listening_for(town, "gemeente")
    for number in range(6):
        found = heard(alert, f"Gemeente gevelborden bestellen {number}")
        Hit.objects.filter(pk=found.pk).update(spam=0.8)
        heard(alert, f"Gemeente vergadert over {number}")
    assert proposals(alert)[0].removes == 6
    Hit.objects.filter(spam__gt=0.5).update(mark=Mark.USEFUL)
    assert proposals(alert) == []


def test_two_bad_hits_or_old_ones_are_not_enough(noisy: Alert) -> None:
    Hit.objects.filter(mark=Mark.NOT_USEFUL).update(found_at=timezone.now() - timedelta(days=31))
    assert proposals(noisy) == []


def test_only_what_is_proposed_is_accepted(noisy: Alert, anna: Member) -> None:
    with pytest.raises(ValidationError):
        accept(noisy, words="toeslagen", by=anna)
    noisy.refresh_from_db()
    assert noisy.query == "belastingdienst"


def test_a_query_with_or_is_kept_as_a_whole(noisy: Alert) -> None:
    Alert.objects.filter(pk=noisy.pk).update(query="belastingdienst OR toeslagen")
    noisy.refresh_from_db()
    assert proposals(noisy)[0].query.startswith("(belastingdienst OR toeslagen) -")
