"""May this member publish, as far as agreements and lessons go? Reckoned from rows each time: there is no state to age.

Nothing is asked where the organisation has nothing in force. What is asked has a term; who came later has none: first
read, then publish. Who still gets started (people/arriving.py) publishes nothing yet. Only what makes a post go out
asks for it. *Stop*, taking down and the emergency path never do: what is done there without it, the ledger says
(``without_standing``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vierogen.learning.models import Agreement, Certificate, Confirmation, Lesson
from vierogen.people.models import Member, MemberQuerySet, Organisation
from vierogen.people.roles import Right

# Lessons are asked of whoever makes something go out.
PUBLISHING = frozenset({Right.WRITE, Right.REVIEW, Right.RELEASE, Right.EMERGENCY})
# So long before a certificate ends it is asked for again.
AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Lacking:
    """One thing that a member still has to do. ``sentence`` says what, in plain words; ``url`` is where it is done.

    ``what`` is "agreement", "lesson" or "arrival", ``pk`` the row (of an arrival the member). ``since`` is when it was
    asked of this member, ``due_at`` when it has to be done. ``was_late``: with the version before of an agreement,
    so the new one gave no new term.
    """

    what: str
    pk: int
    title: str
    sentence: str
    url: str
    since: datetime
    due_at: datetime
    was_late: bool = False


@dataclass(frozen=True)
class Standing:
    """``missing`` takes the right to publish away now; ``waiting`` will, once its time is over.

    ``arrival`` takes it away too, from who still gets started: their steps count ``missing`` and ``waiting`` in.
    """

    missing: tuple[Lacking, ...] = ()
    waiting: tuple[Lacking, ...] = ()
    arrival: Lacking | None = None

    @property
    def ok(self) -> bool:
        """May they publish?"""
        return not self.refuses

    @property
    def refuses(self) -> tuple[Lacking, ...]:
        """Why they may not."""
        return (self.arrival,) if self.arrival else self.missing

    @property
    def open(self) -> tuple[Lacking, ...]:
        """Everything to read and to learn that is still to be done, the most urgent first."""
        return self.missing + self.waiting

    @property
    def url(self) -> str:
        """Where what refuses is mended."""
        return self.arrival.url if self.arrival else reverse("learning:missing")

    @property
    def action(self) -> str:
        """The words on the way there."""
        return _("See what is left") if self.arrival else _("Do it now, it takes two minutes")


class Suspended(PermissionDenied):
    """Something is missing; the text says what. ``url`` and ``action`` lead to where it is mended."""

    def __init__(self, standing: Standing) -> None:
        named = "; ".join(lacking.sentence for lacking in standing.refuses)
        super().__init__(_("First something short, then you can go on. %(what)s.") % {"what": named})
        self.url, self.action = standing.url, standing.action


def standing_of(member: Member) -> Standing:
    """How this member stands now. Two queries, however much there is."""
    # What is done is left out by the database: mostly there is nothing to read.
    versions = Agreement.objects.visible_to(member).ever_in_force().unconfirmed_by(member)
    asked: list[Lacking | None] = [_of_agreement(unread, member) for unread in _by_card(versions.defer(*_LONG))]
    if publishes(member):
        lessons = Lesson.objects.visible_to(member).in_use().filter(mandatory=True)
        due = lessons.due_for(member, timezone.now() + AHEAD)
        asked += [_of_lesson(row, member, row.mine_until) for row in due.defer(*_TOLD)]  # type: ignore[attr-defined]
    return _weighed(member, asked)


def require(member: Member) -> None:
    """Raise ``Suspended``, a ``PermissionDenied``, unless ``member`` may publish as far as this goes."""
    standing = _standing_now(member)
    if not standing.ok:
        raise Suspended(standing)


def facts_of(member: object) -> dict[str, Any]:
    """For the ledger, where somebody acts who may not publish at the moment; empty for everybody else."""
    if not isinstance(member, Member):
        return {}
    standing = _standing_now(member)
    lacked = [*filter(None, [standing.arrival]), *standing.missing]
    return {"without_standing": [f"{lacking.what}:{lacking.pk}" for lacking in lacked]} if lacked else {}


def _standing_now(member: Member) -> Standing:
    """By what the database says at this moment: whoever came back arrives anew."""
    member.refresh_from_db(fields=["arriving_since"])
    return standing_of(member)


def standings_of(organisation: Organisation) -> dict[int, Standing]:
    """How every current member stands, by their id. Few queries, however many there are."""
    return standings_among(organisation.members.all())


def standings_among(rows: MemberQuerySet) -> dict[int, Standing]:
    """How those of ``rows`` stand who are members now, of one organisation or of several; as few queries."""
    found = rows.current().select_related("user", "organisation").prefetch_related("held")
    members = [member for member in found if member.is_current]
    owners = {member.organisation_id for member in members}
    agreements = _by_card(Agreement.objects.filter(organisation__in=owners).ever_in_force().defer(*_LONG))
    lessons = list(Lesson.objects.filter(organisation__in=owners).in_use().filter(mandatory=True).defer(*_TOLD))
    confirmed = newest_confirmed(rows) if agreements else {}
    ends = _ends(rows) if lessons else {}
    return {member.pk: _weighed(member, _asked(member, agreements, lessons, confirmed, ends)) for member in members}


def _by_card(rows: Iterable[Agreement]) -> list[list[Agreement]]:
    """Of each card that is in force its versions, of which the last is that; the cards in their order."""
    cards = [list(versions) for _key, versions in groupby(rows, key=lambda row: (row.organisation_id, row.key))]
    return sorted(
        (versions for versions in cards if versions[-1].is_in_force),
        key=lambda versions: (versions[-1].position, versions[-1].pk),
    )


def titles_in_force(organisation_id: int) -> dict[str, str]:
    """The titles of the agreements in force, by card: for a link to the one behind a finding."""
    rows = Agreement.objects.filter(organisation_id=organisation_id).in_force()
    return dict(rows.values_list("key", "title"))


def newest_confirmed(members: MemberQuerySet) -> dict[tuple[int, str], tuple[int, datetime]]:
    """The newest version that each of these members confirmed of each card, and when: by member's id and card."""
    rows = Confirmation.objects.filter(member__in=members.values("pk")).order_by("agreement__number")
    values = rows.values_list("member_id", "agreement__key", "agreement__number", "at")
    return {(member, key): (number, at) for member, key, number, at in values}


def _ends(members: MemberQuerySet) -> dict[tuple[int, str], datetime]:
    rows = Certificate.objects.filter(member__in=members.values("pk")).order_by("valid_until")
    return {(member, key): end for member, key, end in rows.values_list("member_id", "lesson__key", "valid_until")}


# What nobody needs in order to know how somebody stands.
_LONG = ("does", "does_not", "why", "example", "question")
_TOLD = ("story", "wrong", "helps", "questions")


def publishes(member: Member) -> bool:
    """Can this member make something go out, by their roles?"""
    return bool(member.rights & PUBLISHING)


def _asked(
    member: Member,
    agreements: Iterable[Sequence[Agreement]],
    lessons: Iterable[Lesson],
    confirmed: Mapping[tuple[int, str], tuple[int, datetime]],
    ends: Mapping[tuple[int, str], datetime],
) -> list[Lacking | None]:
    found: list[Lacking | None] = [
        _of_agreement(unread, member)
        for versions in agreements
        if (unread := _unread(versions, member, confirmed.get((member.pk, versions[-1].key), (0, None))[0]))
    ]
    if publishes(member):
        mine = [row for row in lessons if row.organisation_id == member.organisation_id]
        found += [_of_lesson(row, member, ends.get((member.pk, row.key))) for row in mine]
    return found


def _unread(versions: Sequence[Agreement], member: Member, confirmed: int) -> list[Agreement]:
    """The versions of a card that this member did not confirm; ``confirmed``: the number of the last that they did."""
    if versions[-1].organisation_id != member.organisation_id:
        return []
    return [row for row in versions if confirmed < row.counts_from]


def _weighed(member: Member, asked: Iterable[Lacking | None]) -> Standing:
    now = timezone.now()
    open_ = sorted((one for one in asked if one is not None), key=lambda one: one.due_at)
    missing = tuple(one for one in open_ if one.due_at <= now)
    return Standing(missing, tuple(one for one in open_ if one.due_at > now), _arrival(member))


def _arrival(member: Member) -> Lacking | None:
    since = member.arriving_since
    if since is None:
        return None
    title, sentence, url = _("Get started"), _("Get started: a few short steps"), reverse("people:arriving")
    return Lacking("arrival", member.pk, title, sentence, url, since, since)


def _of_agreement(unread: Sequence[Agreement], member: Member) -> Lacking:
    """``unread``: the versions of a card that this member did not confirm, in their order; the last is in force.

    A new version gives a new term, but not to who was late with the one before: that would give back a right to who
    read nothing.
    """
    row, was_late = unread[-1], False
    since, due_at = _asked_of(member, unread[0])
    for before, after in pairwise(unread):
        if after.counts_from == before.counts_from:  # only words changed: the term goes on
            continue
        replaced_at = before.ended_at if before.ended_at == after.in_force_at else None
        was_late = replaced_at is not None and due_at <= replaced_at
        if not was_late:
            since, due_at = _asked_of(member, after)
    sentence, url = _("Read and confirm: %(title)s") % {"title": row.title}, reverse("learning:card", args=[row.key])
    return Lacking("agreement", row.pk, row.title, sentence, url, since, due_at, was_late)


def _asked_of(member: Member, row: Agreement) -> tuple[datetime, datetime]:
    assert row.asked_at  # noqa: S101 - the database says so of what is in force
    assert row.due_at  # noqa: S101 - as above
    return _term(member, row.asked_at, row.due_at)


def _of_lesson(row: Lesson, member: Member, until: datetime | None) -> Lacking | None:
    """None while a certificate lasts longer than we look ahead."""
    url, told = reverse("learning:lesson", args=[row.key]), {"title": row.title}
    assert row.asked_at  # noqa: S101 - the database says so of what is mandatory
    assert row.due_at  # noqa: S101 - as above
    since, due_at = _term(member, row.asked_at, row.due_at)
    if until is None:
        return Lacking("lesson", row.pk, row.title, _("Do the lesson: %(title)s") % told, url, since, due_at)
    if until - timezone.now() > AHEAD:
        return None
    # Translators: a day and a month, as Django date format letters.
    day = {"day": date_format(timezone.localtime(until), _("j F"))}
    is_over = until <= timezone.now()
    words = _("Your certificate ended on %(day)s: %(title)s") if is_over else _("Your certificate ends: %(title)s")
    # Who did it long ago, when nobody had to, has as much time as who never did.
    since, due_at = max(since, until - AHEAD), max(due_at, until)
    return Lacking("lesson", row.pk, row.title, words % {**told, **day}, url, since, due_at)


def _term(member: Member, asked_at: datetime, due_at: datetime) -> tuple[datetime, datetime]:
    """Since when it is asked of this member, and until when there is time."""
    if member.joined_at > asked_at:
        return member.joined_at, member.joined_at
    return asked_at, due_at
