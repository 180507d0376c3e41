"""There from the first minute: alerts on the organisation's name, its channels and, if they want it, its members.

Each is made once. One that was ended does not come back by itself, and one that people changed stays as it is: where a
name changed since, only a proposal is made (``proposal``).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat, StrIndex
from django.utils import translation
from django.utils.translation import gettext as _

from vierogen.channels.models import Channel
from vierogen.ledger.actions import Actor, Machine, record
from vierogen.ledger.moves import WrongStateError, move, subject_of
from vierogen.listening.actions import ours
from vierogen.listening.actions.permitting import touched
from vierogen.listening.actions.reading import follow
from vierogen.listening.models import Alert, Reading
from vierogen.listening.states import About, AlertState, Rhythm
from vierogen.matching.errors import QueryError
from vierogen.matching.parsing import parse
from vierogen.people.actions import demand
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right, Role

BEGINNING = Machine("beginning")
# Who hears of the organisation's name without having asked.
READERS = {Role.ADMINISTRATOR.value, Role.DUTY_OFFICER.value}
# So many are begun in one go, and so many channels looked through for that.
PORTION, AT_ONCE = 100, 2_000
_PLAIN_WORD = re.compile(r"[A-Za-z]+")
# What Bluesky's stream calls an author (https://www.w3.org/TR/did-core/).
_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]+$")


@dataclass(frozen=True)
class Beginning:
    """An alert that makes itself. ``rhythm`` is how often it is mailed."""

    origin: str
    name: str
    query: str
    rhythm: Rhythm = Rhythm.DAILY


def for_organisation(organisation: Organisation) -> list[Beginning]:
    """Its full name, abbreviation, domains and tag; apart from those its short name, which says other things too."""
    full, short = ours.full_name(organisation), ours.short_name(organisation)
    terms = [_phrase(full), _tag(full), *map(_phrase, ours.own_domains(organisation))]
    if abbreviated := ours.abbreviation(organisation):
        terms.append(f"={_phrase(abbreviated)}")
    found = [Beginning(f"organisation:{organisation.pk}", full, _any(terms))]
    if short:
        about_short = _any([*_as_a_name(short), _tag(short)])
        found.append(Beginning(f"organisation:{organisation.pk}:short", short, about_short, Rhythm.WEEKLY))
    return [each for each in found if each.query]


def _as_a_name(word: str) -> list[str]:
    """With its capitals: "Voorbeeld" is a place, "voorbeeld" a word; also as "VOORBEELD (ANP) -".

    Of several words, or with accents and hyphens that people leave out, it is nothing else in any spelling.
    """
    exact = f"={_phrase(word)}"
    return [exact, exact.upper()] if _PLAIN_WORD.fullmatch(word) else [_phrase(word)]


def for_channel(channel: Channel) -> Beginning:
    """Its account and its name, without what it says itself."""
    mention, handle = _mention(channel), channel.handle.lstrip("@")
    is_ours = channel.name.strip().casefold() in ours.names_of(channel.organisation)  # that is listened for already
    either = _any([mention, "" if is_ours else _phrase(channel.name)])
    wanted = f"({either})" if " OR " in either else either
    own = [handle, channel.account_id] if _DID.match(channel.account_id) else [handle]
    query = " ".join([wanted, *(f"-from:{each}" for each in own)])
    return Beginning(f"channel:{channel.pk}", _mention(channel)[:120], query)


def _mention(channel: Channel) -> str:
    """As people write it: mostly without its server, and so it is found with it too."""
    return f"@{channel.handle.lstrip('@').partition('@')[0]}"


def for_member(member: Member) -> Beginning:
    """Their name as it stands in their profile."""
    return Beginning(f"member:{member.pk}", member.name[:120], _phrase(member.name))


def _phrase(words: str) -> str:
    bare = " ".join(words.translate(dict.fromkeys(map(ord, '"“”„*'), " ")).split())
    return f'"{bare}"' if any(map(str.isalnum, bare)) else ""


def _tag(words: str) -> str:
    tag = ours.squeezed(words)
    return f"#{tag}" if len(tag) > 2 else ""


def _any(terms: Iterable[str]) -> str:
    """Those terms of which each can be searched for by itself, with OR between."""
    return " OR ".join(dict.fromkeys(term for term in terms if term.strip("=") and _is_readable(term)))


def _is_readable(query: str) -> bool:
    try:
        parse(query)
    except QueryError:  # for example a name of words that every text has
        return False
    return True


# What is missing


def begin_all() -> int:
    """Make every alert that should have been there; returns how many. Safe with two workers."""
    made = 0
    for organisation in _without_alert(Organisation.objects.all(), "organisation:")[:PORTION]:
        made += begin_listening(organisation)
    channels = Channel.objects.watched().official().select_related("organisation")
    unheard = _unheard(list(_without_alert(channels, "channel:", organisation="organisation_id")[:AT_ONCE]))
    for channel in islice(unheard, PORTION):
        made += _begin(channel.organisation, [for_channel(channel)])
    return made + _begin_readers()


def _unheard(channels: Sequence[Channel]) -> Iterator[Channel]:
    """Those whose account no alert mentions: one of the same name on two networks is listened for once."""
    alerts = Alert.objects.filter(organisation_id__in={channel.organisation_id for channel in channels})
    known = defaultdict[int, str](str)
    for organisation_id, query in alerts.filter(origin__startswith="channel:").values_list("organisation_id", "query"):
        known[organisation_id] += f"{query}\n"
    for channel in channels:
        mention = rf"{re.escape(_mention(channel))}(?!\w)"
        if not re.search(mention, known[channel.organisation_id], re.IGNORECASE):
            known[channel.organisation_id] += f"{_mention(channel)}\n"
            yield channel


def begin_listening(organisation: Organisation) -> int:
    """The alerts on the organisation's own name; returns how many are new."""
    return _begin(organisation, for_organisation(organisation))


def _without_alert(rows: QuerySet, kind: str, *, organisation: str = "pk") -> QuerySet:  # type: ignore[type-arg]
    origin = Concat(Value(kind), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    known = Alert.objects.order_by().filter(organisation_id=OuterRef(organisation), origin=origin)
    return rows.filter(~Exists(known)).order_by("pk")


def _begin(organisation: Organisation, wanted: Iterable[Beginning]) -> int:
    readers = _readers(organisation)
    return sum(_make(organisation, each, readers=readers, by=BEGINNING) is not None for each in wanted)


def _readers(organisation: Organisation) -> list[Member]:
    able = organisation.members.all().who_may(Right.LISTEN)
    readings = Reading.objects.filter(member__organisation=organisation)
    # Whoever wanted no mail at all is not asked again.
    stopped = set(readings.values_list("member_id", flat=True)) - set(
        readings.exclude(rhythm=Rhythm.NEVER).values_list("member_id", flat=True)
    )
    return [member for member in able if member.roles & READERS and member.pk not in stopped]


def _make(
    organisation: Organisation,
    wanted: Beginning,
    *,
    readers: Iterable[Member],
    by: Actor,
    made_by: Member | None = None,
) -> Alert | None:
    """The alert, None where it is there already, or was."""
    values = {"name": wanted.name, "query": wanted.query, "about": About.OURSELVES, "origin": wanted.origin}
    # No duty officer is called because a colleague is in the news.
    spikes = not wanted.origin.startswith("member:")
    try:
        with transaction.atomic():
            alert = Alert.objects.create(organisation=organisation, made_by=made_by, spikes=spikes, **values)
            for member in readers:
                follow(alert, wanted.rhythm, by=member)
            facts, personal = {"about": About.OURSELVES.value}, {"query": wanted.query}
            record(organisation.pk, "save", subject_of(alert), by=by, facts=facts, personal=personal)
    except IntegrityError:  # another worker was faster
        return None
    return alert


def _begin_readers() -> int:
    """Administrators and duty officers who came later read the same alerts. Once: then it is theirs to change."""
    members = Member.objects.current().filter(readings=None, held__role__in=READERS).distinct()
    rows = members.select_related("user", "organisation").prefetch_related("held").order_by("pk")
    return sum(map(_begin_reader, rows[:PORTION]))


@transaction.atomic
def _begin_reader(member: Member) -> bool:
    own = Alert.objects.kept().filter(organisation_id=member.organisation_id).exclude(origin="")
    alerts = own.exclude(origin__startswith="member:")
    if not member.may(Right.LISTEN) or not alerts:
        return False
    for alert in alerts:
        follow(alert, _usual(alert), by=member)
    return True


def _usual(alert: Alert) -> Rhythm:
    return Rhythm.WEEKLY if alert.origin.endswith(":short") else Rhythm.DAILY


# Members


def alert_of(member: Member) -> Alert | None:
    """The alert on this member's own name, if they want it."""
    return Alert.objects.kept().filter(organisation_id=member.organisation_id, origin=member.actor).first()


def has_whole_name(member: Member) -> bool:
    """Does their profile have more than a first name, which many share?"""
    return len(member.name.split()) > 1 and _is_readable(for_member(member).query)


@transaction.atomic
def listen_for_me(member: Member) -> Alert:
    """Listen for the member's own name, because they want it; nobody can want it for somebody else.

    Raises ``PermissionDenied``, and ``ValidationError`` for a name of one word.
    """
    _insist_on_oneself(member)
    if not has_whole_name(member):
        raise ValidationError(_("Write your first name and surname in your profile first: one word finds everybody."))
    known = alert_of(member)
    if known and known.state == AlertState.PAUSED:
        move(known, "resume", by=member, changes=touched(known.revision), only_if={"revision": known.revision})
    made = known or _make(member.organisation, for_member(member), readers=[member], by=member, made_by=member)
    return made or Alert.objects.get(organisation_id=member.organisation_id, origin=member.actor)


@transaction.atomic
def do_not_listen_for_me(member: Member) -> None:
    """End it; the member can want it again later."""
    _insist_on_oneself(member)
    if (alert := alert_of(member)) is not None:
        _end(alert, by=member)


def _insist_on_oneself(member: Member) -> None:
    demand(Member.objects.select_related("user", "organisation").get(pk=member.pk), Right.SEE)


def _end(alert: Alert, *, by: Actor) -> None:
    # Without its origin, so that the same person can begin again; and without the name, which titles of mails show.
    with translation.override(alert.organisation.language):
        changes = {"origin": "", "name": _("Own name of a member"), **touched(alert.revision)}
    move(alert, "end", by=by, changes=changes, only_if={"revision": alert.revision})


def end_for_somebody(member: Member) -> bool:
    """End the alert on the name of somebody who left; was there one?"""
    alert = alert_of(member)
    return alert is not None and _end_outdated(alert)


def end_for_those_who_left() -> int:
    """End the alerts on the names of members who are not here any more, or are called otherwise; returns how many."""
    suspects = list(_suspects())
    ids = {_member_id(alert) for alert in suspects}
    members = Member.objects.select_related("user", "organisation").in_bulk(ids)
    outdated = [alert for alert in suspects if not _is_up_to_date(alert, members.get(_member_id(alert)))]
    return sum(map(_end_outdated, outdated[:PORTION]))


def _suspects() -> QuerySet[Alert]:
    """Those whose member is not surely here for good, and their name in the query."""
    actor = Concat(Value("member:"), Cast("pk", CharField()), output_field=CharField())
    place = StrIndex(OuterRef("query"), Concat(Value('"'), "user__name", Value('"')))
    here = Member.objects.current().filter(ends_on=None).annotate(own=actor, place=place)
    same = here.filter(own=OuterRef("origin"), place__gt=0)
    rows = Alert.objects.kept().filter(~Exists(same), origin__startswith="member:")
    return rows.select_related("organisation").order_by("pk")


def _member_id(alert: Alert) -> int:
    return int(alert.origin.partition(":")[2])


def _is_up_to_date(alert: Alert, member: Member | None) -> bool:
    return member is not None and member.is_current and has_name_of(alert, member)


def has_name_of(alert: Alert, member: Member) -> bool:
    """Does it listen for the member's name as it is now?"""
    name = for_member(member).query
    return bool(name) and name in alert.query


def _end_outdated(alert: Alert) -> bool:
    try:
        with transaction.atomic():
            _end(alert, by=BEGINNING)
    except WrongStateError:  # somebody changes it in this moment
        return False
    return True


# Names that changed


def proposals(alerts: Iterable[Alert]) -> dict[int, str]:
    """For alerts that made themselves and miss a name as it is now: the query that has it too, by ``pk``."""
    rows = [alert for alert in alerts if alert.origin]
    ids = [alert.origin.partition(":")[2] for alert in rows if alert.origin.startswith("channel:")]
    channels = {f"channel:{row.pk}": row for row in Channel.objects.filter(pk__in=ids).select_related("organisation")}
    return {alert.pk: query for alert in rows if (query := _proposal(alert, channels.get(alert.origin)))}


def _proposal(alert: Alert, channel: Channel | None) -> str:
    known = set(_terms(alert.query))
    missing = [term for term in _wanted_now(alert, channel) if term not in known]
    return f"{alert.query} OR {' OR '.join(missing)}" if missing else ""


def _wanted_now(alert: Alert, channel: Channel | None) -> Iterator[str]:
    """What it would be made of today, as far as that is a name."""
    if alert.origin == f"organisation:{alert.organisation_id}":
        yield _phrase(ours.full_name(alert.organisation))
    elif channel is not None:
        yield _mention(channel)


def _terms(query: str) -> Iterator[str]:
    """The parts between OR, outside and inside brackets."""
    for part in query.replace("(", " ").replace(")", " ").split(" OR "):
        yield from (part.strip(), part.strip().partition(" -from:")[0].strip())
