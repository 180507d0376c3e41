"""What an administrator settles about the checks, and that it is in force from then on."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from vierogen.channels.models import Channel
from vierogen.ledger.models import Entry
from vierogen.people.models import Member, Organisation
from vierogen.posts.actions import checking
from vierogen.posts.actions.settling import change_own_details, demote, lower_of, set_levels, weight_of
from vierogen.posts.actions.writing import Content, begin
from vierogen.posts.checks.base import Hours, Level, Tier
from vierogen.posts.checks.running import checks, own_tiers
from vierogen.posts.models import CheckLevel, EarlierText, OwnDetails

UNFINISHED = "Zaterdag is de buurtbarbecue. Begint om [tijd invullen]."


def tiers(channel: Channel, by: Member) -> list[str]:
    version = begin(channel.organisation, Content(UNFINISHED, (channel,)), by=by)
    return [found.tier for found in version.findings.filter(check_key="placeholder")]


def entries(town: Organisation, verb: str) -> list[dict[str, object]]:
    return list(Entry.objects.filter(organisation_id=town.pk, verb=verb).values_list("facts", flat=True))


def test_a_check_weighs_as_the_organisation_chose(channel: Channel, anna: Member, cora: Member) -> None:
    town = channel.organisation
    assert tiers(channel, anna) == [Tier.STOP]
    assert set_levels(town, {"placeholder": Level.LOOK}, by=cora) == 1
    assert tiers(channel, anna) == [Tier.LOOK]
    set_levels(town, {"placeholder": Level.OFF}, by=cora)
    assert tiers(channel, anna) == []
    set_levels(town, {"placeholder": None}, by=cora)
    assert tiers(channel, anna) == [Tier.STOP]


def test_the_ledger_tells_what_it_was_and_what_it_became(town: Organisation, cora: Member) -> None:
    set_levels(town, {"placeholder": Level.LOOK, "links": None}, by=cora)
    set_levels(town, {"placeholder": Level.LOOK}, by=cora)
    set_levels(town, {"placeholder": Level.OFF}, by=cora)
    assert entries(town, "set_check_level") == [
        {"check": "placeholder", "from": None, "to": "look"},
        {"check": "placeholder", "from": "look", "to": "off"},
    ]


def test_only_who_manages_the_organisation_settles_anything(
    town: Organisation, anna: Member, ben: Member, otto: Member
) -> None:
    for member in (anna, ben, otto):
        with pytest.raises(PermissionDenied):
            set_levels(town, {"placeholder": Level.OFF}, by=member)
        with pytest.raises(PermissionDenied):
            change_own_details(town, by=member, phones="112")
    assert not CheckLevel.objects.exists()
    assert not OwnDetails.objects.exists()


@pytest.mark.parametrize("key", ["length", "no_such_check"])
def test_what_the_network_decides_and_what_does_not_exist_is_not_settled(
    town: Organisation, cora: Member, key: str
) -> None:
    with pytest.raises(ValidationError):
        set_levels(town, {"placeholder": Level.OFF, key: Level.OFF}, by=cora)
    with pytest.raises(ValidationError):
        demote(town, key, to=Level.OFF, by=cora)
    assert not CheckLevel.objects.exists()


def test_a_level_of_another_organisation_changes_nothing_here(
    channel: Channel, anna: Member, otto: Member, elsewhere: Organisation
) -> None:
    set_levels(elsewhere, {"placeholder": Level.OFF}, by=otto)
    assert tiers(channel, anna) == [Tier.STOP]


def test_a_check_steps_down_from_stop_to_look_to_off(town: Organisation, cora: Member) -> None:
    assert demote(town, "placeholder", to="look", by=cora) == Level.LOOK
    assert demote(town, "placeholder", to="off", by=cora) == Level.OFF


@pytest.mark.parametrize("to", ["look", "off", "stop", ""])
def test_who_presses_twice_goes_down_one_step(town: Organisation, cora: Member, to: str) -> None:
    set_levels(town, {"placeholder": Level.OFF if to == "off" else Level.LOOK}, by=cora)
    with pytest.raises(ValidationError, match="changed meanwhile"):
        demote(town, "placeholder", to=to, by=cora)


def test_every_check_says_itself_how_much_it_weighs() -> None:
    for check in checks().values():
        # That nothing looked at a picture is neither: it is *not checked*.
        assert own_tiers(check) or not check.passable or check.key == "unseen"
        assert weight_of(check, None) in {Level.STOP, Level.LOOK}
        assert (lower_of(check, None) is None) == (not check.passable)
        assert lower_of(check, Level.OFF) is None


def test_what_is_our_own_reaches_the_checks(channel: Channel, cora: Member) -> None:
    town = channel.organisation
    told = {"phones": "030 123 45 67", "names": "Wim de Vries\nEls Bos", "languages": "nl fy", "days": "135"}
    change_own_details(town, by=cora, **told, opens=time(9), closes=time(17))
    draft = checking.as_draft(Content("Dag", (channel,)), town, follow_links=False)
    assert draft.own.phones == ("030 123 45 67",)
    assert draft.own.names == ("Wim de Vries", "Els Bos")
    assert draft.own.handles == (channel.handle,)
    assert draft.languages == ("nl", "fy")
    assert draft.hours == Hours((1, 3, 5), time(9), time(17))


def test_who_told_nothing_yet_has_what_is_usual(channel: Channel) -> None:
    draft = checking.as_draft(Content("Dag", (channel,)), channel.organisation, follow_links=False)
    assert draft.languages == ("nl", "en")
    assert draft.hours is None
    assert draft.own.phones == ()


def test_the_ledger_names_what_changed_and_not_whom_it_is_about(town: Organisation, cora: Member) -> None:
    change_own_details(town, by=cora, names="Wim de Vries", phones="")
    change_own_details(town, by=cora, names="Wim de Vries", phones="")
    assert entries(town, "change_own_details") == [{"changed": ["names"]}]


def test_the_checks_know_the_newest_texts_of_each_channel_and_no_more(channel: Channel) -> None:
    for number in range(checking.MOST_EARLIER + 3):
        at = timezone.now() + timedelta(seconds=number)
        EarlierText.objects.create(channel=channel, remote_id=str(number), text=f"Tekst {number}.", at=at)
    draft = checking.as_draft(Content("Dag", (channel,)), channel.organisation, follow_links=False)
    [target] = draft.targets
    assert len(target.history) == checking.MOST_EARLIER
    assert target.history[0] == f"Tekst {checking.MOST_EARLIER + 2}."
    assert target.history[-1] == "Tekst 3."
