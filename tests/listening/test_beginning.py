"""There from the first minute: alerts on names, each once."""

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from tests.listening.wishes import again
from tests.plugins.house import make_member
from tests.posts.moments import at_once
from vierogen.channels import actions as channels
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.listening.actions import alerting, beginning, reading
from vierogen.listening.actions.alerting import Wish
from vierogen.listening.actions.reading import Times
from vierogen.listening.models import Alert, Reading
from vierogen.listening.states import About, AlertState, Rhythm
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post
from vierogen.people.actions import end, found
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Role

pytestmark = pytest.mark.django_db


def queries(organisation: Organisation) -> dict[str, str]:
    return {each.origin.partition(":")[2]: each.query for each in beginning.for_organisation(organisation)}


WELFARE = ('"Stichting Welzijn Anders" OR #stichtingwelzijnanders', '"Welzijn Anders" OR #welzijnanders')
PROSECUTION = '"Openbaar Ministerie" OR #openbaarministerie OR ="OM"'
BANK = '"Sociale Verzekeringsbank" OR #socialeverzekeringsbank OR "svb.nl" OR ="SVB"'
ARCHIVE = '"Regionaal Archief Oost" OR #regionaalarchiefoost OR "rao.nl" OR ="RAO"'
TOWN = (
    '"Gemeente Voorbeeld" OR #gemeentevoorbeeld OR "gemeente-voorbeeld.nl"',
    '="Voorbeeld" OR ="VOORBEELD" OR #voorbeeld',
)


@pytest.mark.parametrize(
    ("name", "domains", "expected"),
    [
        ("Gemeente Voorbeeld", "gemeente-voorbeeld.nl\nrijksoverheid.nl", TOWN),
        ("Stichting Welzijn Anders", "", WELFARE),
        ("Sociale Verzekeringsbank (SVB)", "svb.nl", (BANK,)),
        ("Openbaar Ministerie (OM)", "", (PROSECUTION,)),
        ("Regionaal Archief Oost", "www.rao.nl", (ARCHIVE,)),
        ("De", "", ()),
        ('Het "Huis"', "", ('"Het Huis" OR #hethuis',)),
    ],
)
def test_the_usual_spellings_of_a_name(db: None, name: str, domains: str, expected: tuple[str, ...]) -> None:
    organisation = found(name, by=beginning.BEGINNING)
    organisation.own_domains = domains
    assert tuple(queries(organisation).values()) == expected
    assert all(parse(query) for query in expected)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Gemeente Súdwest-Fryslân", "Brand in Sudwest-Fryslan"),
        ("Gemeente Den Haag", "DEN HAAG (ANP) – Brand"),
        ("Gemeente Utrecht", "UTRECHT (ANP) – Brand"),
        ("Stichting Belastingdienst", "De Belasting\u00addienst belt"),
        ("Openbaar Ministerie (OM)", "Het OM eist meer"),
    ],
)
def test_a_name_is_found_as_others_write_it(db: None, name: str, text: str) -> None:
    organisation = found(name, by=beginning.BEGINNING)
    assert any(parse(query).first(Post(text)) is not None for query in queries(organisation).values())


def test_what_an_own_account_on_bluesky_says_is_left_out_of_its_stream_too(channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(
        network_key="bluesky", handle="gemeente.bsky.social", account_id="did:plc:ewvi7nxzyoun6zhxrhs64oiz"
    )
    channel.refresh_from_db()
    query = parse(beginning.for_channel(channel).query)
    said = "Vandaag bij @gemeente.bsky.social"
    for own in ("did:plc:ewvi7nxzyoun6zhxrhs64oiz", "gemeente.bsky.social"):
        assert query.first(Post(said, author=own)) is None
    assert query.first(Post(said, author="did:plc:z72i7hdynmk6r22z27h6tvur")) == 0


def test_alerts_on_own_accounts_on_bluesky_from_before_leave_them_out_unless_somebody_changed_them(
    channel: Channel,
) -> None:
    did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
    Channel.objects.filter(pk=channel.pk).update(network_key="bluesky", handle="@gemeente.bsky.social", account_id=did)
    beginning.begin_all()
    alert = Alert.objects.get(origin=f"channel:{channel.pk}")
    migration = importlib.import_module("vierogen.listening.migrations.0007_own_bluesky")
    for query in ("@gemeente -from:gemeente.bsky.social", "@gemeente -reclame", alert.query):
        Alert.objects.filter(pk=alert.pk).update(query=query)
        migration.leave_out(apps, None)
        changed = f"{query} -from:{did}" if query.endswith("social") else query
        assert again(alert).query == changed
    assert again(alert).revision == alert.revision + 1


def test_an_organisation_is_listened_for_from_the_first_minute_and_its_administrators_read_it_daily(
    town: Organisation, cora: Member, dirk: Member, anna: Member
) -> None:
    assert beginning.begin_all() == 2
    alerts = Alert.objects.filter(organisation=town)
    assert [(alert.origin, alert.about, alert.state) for alert in alerts] == [
        (f"organisation:{town.pk}", About.OURSELVES, AlertState.ACTIVE),
        (f"organisation:{town.pk}:short", About.OURSELVES, AlertState.ACTIVE),
    ]
    readers = Reading.objects.filter(alert=alerts[0]).values_list("member", "rhythm")
    assert sorted(readers) == sorted([(cora.pk, "daily"), (dirk.pk, "daily")])
    assert set(Reading.objects.filter(alert=alerts[1]).values_list("rhythm", flat=True)) == {"weekly"}
    assert beginning.begin_all() == 0
    assert verify()[1] == []


def test_an_ended_one_does_not_come_back(town: Organisation, cora: Member) -> None:
    beginning.begin_all()
    alert = Alert.objects.get(origin=f"organisation:{town.pk}")
    alerting.end(alert, by=cora)
    assert beginning.begin_all() == 0
    assert again(alert).state == AlertState.ENDED


def test_a_channel_is_listened_for_without_what_it_says_itself(channel: Channel) -> None:
    beginning.begin_all()
    alert = Alert.objects.get(origin=f"channel:{channel.pk}")
    handle = channel.handle.lstrip("@")
    assert alert.query == f"@gemeente_voorbeeld -from:{handle}"
    Channel.objects.filter(pk=channel.pk).update(name="Jongerenwerk")
    channel.refresh_from_db()
    assert beginning.for_channel(channel).query == f'(@gemeente_voorbeeld OR "Jongerenwerk") -from:{handle}'


def test_one_account_on_two_networks_is_listened_for_once(channel: Channel) -> None:
    beginning.begin_all()
    alert = Alert.objects.get(origin__startswith="channel:")
    Channel.objects.create(
        organisation=channel.organisation, network_key="x", server="https://x.example", account_id="9",
        handle="@Gemeente_Voorbeeld",
    )  # fmt: skip
    # Also when somebody has made the query better since.
    Alert.objects.filter(pk=alert.pk).update(query="@gemeente_voorbeeld -reclame")
    assert beginning.begin_all() == 0
    Channel.objects.filter(account_id="9").update(handle="@gemeente_voorbeeld_jong")
    assert beginning.begin_all() == 1


def test_a_closed_channel_is_not_begun_for(channel: Channel, cora: Member) -> None:
    channels.close(channel, by=cora)
    beginning.begin_all()
    assert not Alert.objects.filter(origin__startswith="channel:").exists()


def test_an_administrator_who_comes_later_reads_the_same_once(town: Organisation, cora: Member) -> None:
    beginning.begin_all()
    carl = make_member(town, "Carl", Role.ADMINISTRATOR)
    assert beginning.begin_all() == 1
    assert Reading.objects.filter(member=carl).count() == 2
    Reading.objects.filter(member=carl).update(rhythm=Rhythm.NEVER)
    assert beginning.begin_all() == 0
    assert cora.readings.count() == 2


def test_whoever_only_chose_when_bulletins_come_still_reads_the_same(town: Organisation, cora: Member) -> None:
    beginning.begin_all()
    carl = make_member(town, "Carl", Role.ADMINISTRATOR)
    reading.choose(carl, Times(7, 0, "Europe/Amsterdam", no_news=False), {})
    assert beginning.begin_all() == 1
    assert sorted(carl.readings.values_list("rhythm", flat=True)) == ["daily", "weekly"]


def test_whoever_stopped_all_mail_does_not_get_it_back_with_a_new_channel(
    town: Organisation, cora: Member, dirk: Member, request: pytest.FixtureRequest
) -> None:
    beginning.begin_all()
    reading.stop_mail(reading.reader_of(cora))
    reading.stop_mail(reading.reader_of(dirk), alert_id=Alert.objects.get(origin=f"organisation:{town.pk}").pk)
    request.getfixturevalue("channel")
    beginning.begin_all()
    alert = Alert.objects.get(origin__startswith="channel:")
    assert list(alert.readings.values_list("member", flat=True)) == [dirk.pk]
    assert set(cora.readings.values_list("rhythm", flat=True)) == {"never"}


def test_a_renamed_organisation_gets_a_proposal_and_keeps_its_query(town: Organisation, cora: Member) -> None:
    beginning.begin_all()
    alert = Alert.objects.select_related("organisation").get(origin=f"organisation:{town.pk}")
    assert beginning.proposals([alert]) == {}
    Organisation.objects.filter(pk=town.pk).update(name="Gemeente Nieuwland")
    assert beginning.begin_all() == 0
    alert = again(alert)
    proposed = beginning.proposals([alert])[alert.pk]
    assert proposed == '"Gemeente Voorbeeld" OR #gemeentevoorbeeld OR "Gemeente Nieuwland"'
    wish = Wish(proposed, About.OURSELVES, name=alert.name)
    alerting.change(alert, wish, by=cora, revision=alert.revision)
    assert beginning.proposals([again(alert)]) == {}


def test_a_channel_with_another_handle_gets_a_proposal_too(channel: Channel) -> None:
    beginning.begin_all()
    alert = Alert.objects.get(origin=f"channel:{channel.pk}")
    assert beginning.proposals([alert]) == {}
    Channel.objects.filter(pk=channel.pk).update(handle="@nieuw")
    assert beginning.proposals([alert])[alert.pk] == f"{alert.query} OR @nieuw"


def test_members_are_listened_for_only_if_they_want_it_themselves(
    town: Organisation, anna: Member, cora: Member
) -> None:
    anna.user.name = "Anna Jansen"
    anna.user.save()
    beginning.begin_all()
    assert beginning.alert_of(anna) is None
    alert = beginning.listen_for_me(anna)
    assert beginning.listen_for_me(anna) == alert
    assert (alert.query, alert.about, alert.state) == ('"Anna Jansen"', About.OURSELVES, AlertState.ACTIVE)
    assert list(alert.readings.values_list("member", flat=True)) == [anna.pk]
    for act in (alerting.pause, alerting.end):
        with pytest.raises(PermissionDenied, match="name of a colleague"):
            act(again(alert), by=cora)
    with pytest.raises(PermissionDenied):
        alerting.change(again(alert), Wish('"Jan Bot"', About.SUBJECT), by=cora, revision=1)
    beginning.do_not_listen_for_me(anna)
    assert again(alert).state == AlertState.ENDED
    assert beginning.begin_all() == 0
    assert beginning.listen_for_me(anna) != alert


def test_the_alert_on_my_own_name_does_not_become_one_on_somebody_else_s(anna: Member) -> None:
    anna.user.name = "Anna Jansen"
    anna.user.save()
    alert = beginning.listen_for_me(anna)
    with pytest.raises(ValidationError, match="only a name"):
        alerting.change(again(alert), Wish('"Jan Bot"', About.OURSELVES), by=anna, revision=1)


def test_one_word_is_no_name_to_listen_for(anna: Member) -> None:
    with pytest.raises(ValidationError, match="first name and surname"):
        beginning.listen_for_me(anna)


def test_whoever_leaves_is_not_listened_for_any_more(anna: Member, cora: Member) -> None:
    anna.user.name = "Anna Jansen"
    anna.user.save()
    alert = beginning.listen_for_me(anna)
    assert beginning.end_for_those_who_left() == 0
    end(anna, by=cora)
    Member.objects.filter(pk=anna.pk).update(ends_on="2020-01-01")
    assert beginning.end_for_those_who_left() == 1
    assert again(alert).state == AlertState.ENDED


def test_whoever_is_called_otherwise_now_is_not_listened_for_under_the_old_name(anna: Member) -> None:
    anna.user.name = "Jan Bot"
    anna.user.save()
    alert = beginning.listen_for_me(anna)
    mine = Wish('"Jan Bot" OR "stadskantoor"', About.OURSELVES, name="Anna Jansen")
    alerting.change(again(alert), mine, by=anna, revision=alert.revision)
    assert beginning.end_for_those_who_left() == 0
    anna.user.name = "Anna Jansen"
    anna.user.save()
    assert beginning.end_for_those_who_left() == 1
    assert (again(alert).state, again(alert).origin) == (AlertState.ENDED, "")


def test_it_asks_the_database_as_often_however_many_own_names_there_are(
    town: Organisation, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    for number in range(3):
        member = make_member(town, f"Anna{number} Jansen", Role.WRITER)
        beginning.listen_for_me(member)
        with django_assert_num_queries(1):
            assert beginning.end_for_those_who_left() == 0
    Member.objects.filter(user__name__endswith="Jansen").update(ends_on=timezone.localdate() + timedelta(days=9))
    with django_assert_num_queries(2):
        assert beginning.end_for_those_who_left() == 0


def test_an_own_name_that_was_held_is_listened_for_again(anna: Member) -> None:
    anna.user.name = "Anna Jansen"
    anna.user.save()
    alert = beginning.listen_for_me(anna)
    alerting.pause(again(alert), by=anna)
    assert beginning.listen_for_me(anna) == alert
    assert again(alert).state == AlertState.ACTIVE


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_each_once(town: Organisation, elsewhere: Organisation, cora: Member) -> None:
    at_once(beginning.begin_all, beginning.begin_all)
    origins = list(Alert.objects.values_list("origin", flat=True))
    assert len(origins) == len(set(origins)) == 3
    assert verify()[1] == []
