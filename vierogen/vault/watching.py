"""Who watches over the secrets of an account: hears of an emergency, can stop it, and looks back at it.

Whoever gives roles could take everybody else's away first. So who had one until lately hears of it too, and where
nobody else is left who could stop it or look back, it waits a day and everybody who reads the ledger hears of it. Nor
does anybody count whom they just gave such a role: it may be themself once more. It is not refused: the last one who is
left has to get in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.channels.actions import keepers
from vierogen.channels.models import Channel
from vierogen.ledger.actions import record
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import subject_of
from vierogen.notices.actions import tell
from vierogen.people.actions import addressees, away
from vierogen.people.granting import LATELY, POWER, lost_lately
from vierogen.people.holding import number_of
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right
from vierogen.vault.actions import VAULT
from vierogen.vault.models import Reveal


@dataclass(frozen=True)
class Others:
    """Those beside one member who have to do with an emergency of theirs.

    ``told`` hear of it and ``able`` can stop it, to the button. On ``stopping`` and ``looking`` one can count: they are
    not of the member's own making.
    """

    told: list[Member]
    able: list[Member]
    stopping: list[Member]
    looking: list[Member]

    @property
    def nobody_stops(self) -> bool:
        """Is nobody left who could stop it?"""
        return not self.stopping

    @property
    def nobody_looks_back(self) -> bool:
        """Is nobody left who could look back at it?"""
        return not self.looking

    @property
    def is_alone(self) -> bool:
        """Is one of the two so?"""
        return self.nobody_stops or self.nobody_looks_back

    @property
    def why(self) -> str:
        """Why somebody who could stop it does not count, "" where all do."""
        if len(self.stopping) == len(self.able):
            return ""
        return _(
            "People who let each other in within the last thirty days do not count for each other, nor does who still "
            "gets started."
        )

    @property
    def count(self) -> int:
        """How many are told, without whoever was invited and never came in: nobody knows whether they read it."""
        return sum(not one.is_awaited for one in self.told)

    @property
    def lacks(self) -> list[str]:
        """What nobody is left for, as the ledger has it."""
        return ["stop"] * self.nobody_stops + ["look_back"] * self.nobody_looks_back


def others(channel: Channel, *, but: Member) -> Others:
    """Who watches over an emergency of ``but``: custodians and administrators, also who was one until lately.

    And whoever can look back at it; where ``but`` is alone, who reads the ledger.
    """
    members = channel.organisation.members.all()
    in_charge = _without(but, [*keepers(channel), *members.who_may(Right.MANAGE_ORGANISATION)])
    able = [one for one in in_charge if one.may(Right.SEE_VAULT) and not one.is_awaited]
    theirs = _given_by(but, able)
    stopping = [one for one in able if one.pk not in theirs and one.arriving_since is None]
    looking = who_can_look_back(channel.organisation, but=but)
    everybody = [*in_charge, *(row.member for row in channel.custodians.with_members()), *looking]
    everybody += [*lost_lately(channel.organisation_id), *_taken_off_lately(channel)]
    if not stopping or not looking:
        everybody += members.who_may(Right.READ_LEDGER)
    told = [one for one in _without(but, everybody) if one.is_current]
    return Others(told, able, stopping, looking)


def _without(but: Member, members: Iterable[Member]) -> list[Member]:
    return list({one.pk: one for one in members if one.pk != but.pk}.values())


def _taken_off_lately(channel: Channel) -> Iterable[Member]:
    """Who was taken off as custodian of this account."""
    entries = Entry.objects.filter(subject=subject_of(channel), verb="entrust", at__gte=timezone.now() - LATELY)
    told = entries.filter(facts__has_key="removed").values_list("facts", flat=True)
    numbers = {number_of(actor) for facts in told for actor in facts["removed"]}
    return channel.organisation.members.filter(pk__in=numbers).select_related("user", "organisation").order_by("pk")


def who_can_look_back(organisation: Organisation, *, but: Member) -> list[Member]:
    """Those who can look back at an emergency of ``but``: others with the right who came in, arrived and stay.

    And who did not get that right from ``but`` a moment ago.
    """
    able = organisation.members.exclude(pk=but.pk).who_can(Right.BREAK_GLASS)
    able = [one for one in able if one.ends_on is None and one.arriving_since is None]
    theirs = _given_by(but, able)
    return [one for one in able if one.pk not in theirs]


def is_given_by(but: Member, member: Member) -> bool:
    """Can the two do what they can only since one gave it to the other lately, or somebody to both?"""
    return bool(_given_by(but, [member]))


def _given_by(but: Member, members: Iterable[Member]) -> set[int]:
    """The numbers of those who may be the same person as ``but``, once more.

    Who had none of these roles until ``but`` gave them one, or somebody who has it from ``but``; and the other way
    round: whoever lets a second self in may let that one break the glass, and look back.
    """
    found = list(members)
    givers: dict[str, str] = {}
    asked = {but.actor, *(one.actor for one in found)}
    while asked:
        givers |= _givers(asked)
        asked = {giver for giver in givers.values() if giver} - givers.keys()
    theirs = _line(but.actor, givers)
    return {one.pk for one in found if theirs & _line(one.actor, givers)}


def _line(actor: str, givers: Mapping[str, str]) -> set[str]:
    """These, who gave it to them, who gave it to those, and so on."""
    line: set[str] = set()
    while actor and actor not in line:
        line.add(actor)
        actor = givers.get(actor, "")
    return line


def _givers(actors: Iterable[str]) -> dict[str, str]:
    """Which member gave each of these their first such role, "" where that is long ago or it was nobody of here."""
    subjects = {f"people.member:{number_of(actor)}": actor for actor in actors}
    rows = Entry.objects.filter(subject__in=subjects, verb__in=("join", "change_roles")).order_by("number")
    since, had = timezone.now() - LATELY, dict.fromkeys(subjects, False)
    givers = dict.fromkeys(subjects.values(), "")
    for row in rows:
        has = bool(POWER.intersection(row.facts.get("roles", ())))
        if has and (row.verb == "join" or not had[row.subject]):
            is_lately = row.at >= since and row.actor.startswith("member:")
            givers[subjects[row.subject]] = row.actor if is_lately else ""
        had[row.subject] = has
    return givers


def here_today(members: Iterable[Member]) -> list[Member]:
    """Those who are not away."""
    found = list(members)
    absent = away(found)
    return [one for one in found if one.pk not in absent]


def in_words(count: int) -> str:
    """That so many were told, or plainly that nobody was."""
    if not count:
        return _("Nobody else could be told: nobody else is left who watches over this account.")
    return ngettext("%(count)d person was told.", "%(count)d people were told.", count) % {"count": count}


def lonely_words(around: Others, *, to_able: bool) -> str:
    """What nobody else is left for and what follows, "" where there is somebody; ``to_able``: who can stop it reads."""
    told = []
    if around.nobody_stops and not to_able:
        told.append(_("Nobody else is left who could stop this."))
    if around.nobody_looks_back:
        told.append(_("Nobody else is left who could look back at this."))
    if not told:
        return ""
    why = [around.why] if around.why else []
    return " ".join([*told, *why, _("So it waits a day, and who reads the ledger hears of it.")])


def facts_of(asked: Reveal, *, around: Others | None = None) -> dict[str, object]:
    """What the ledger holds of it; ``around`` tells whether nobody else could stop it or look back."""
    facts = {"channel": asked.kept.channel_id, "field": asked.kept.field, "version": asked.version}
    return {**facts, "alone": True, "lacks": around.lacks} if around and around.is_alone else facts


def tell_of(  # noqa: PLR0913 - each of these is part of what is told
    asked: Reveal,
    members: Iterable[Member],
    template: str,
    *,
    urgent: bool = False,
    is_able: bool = True,
    around: Others | None = None,
) -> None:
    """Tell these of a wish to see a secret; ``is_able``: they can do something about it."""
    channel = asked.kept.channel
    values = {
        "organisation": channel.organisation.name,
        "account": channel.handle,
        "network": channel.network_name,
        "who": asked.by.name,
        "reason": asked.reason,
        "opens_at": asked.opens_at,
        "ends_at": asked.ends_at,
        "review_due_at": asked.review_due_at,
        "is_able": is_able,
        "nobody_stops": around is not None and around.nobody_stops and not is_able,
        "nobody_looks_back": around is not None and around.nobody_looks_back,
    }
    with timezone.override(channel.organisation.zone):
        link = reverse("vault:asked", args=[asked.pk])
        tell(asked.organisation_id, addressees(members), template=template, values=values, link=link, urgent=urgent)


def tell_watchers(asked: Reveal, template: str, around: Others) -> None:
    """Tell everybody who watches over it, at once."""
    able = {one.pk for one in around.able}
    for is_able in (True, False):
        some = [one for one in around.told if (one.pk in able) == is_able]
        tell_of(asked, some, template, urgent=True, is_able=is_able, around=around)


def tell_of_open(now: datetime) -> int:
    """Tell whoever waited the longest delay, once, that it can be seen now. Returns how many were told."""
    return sum(_say_open(asked) for asked in Reveal.objects.opened(now).with_all() if asked.waits_longest)


@transaction.atomic
def _say_open(asked: Reveal) -> bool:
    rows = Reveal.objects.opened(timezone.now()).filter(pk=asked.pk, opens_at=asked.opens_at)
    if not rows.update(open_told_at=timezone.now()):  # another worker was faster, or it was seen or stopped
        return False
    tell_of(asked, [asked.by], "vault/mail/open", urgent=True)
    return True


def remind_of_reviews(now: datetime) -> int:
    """Record once, visibly, that nobody looked back at an emergency in time. Returns how many."""
    return sum(_say_overdue(asked) for asked in Reveal.objects.overdue(now).filter(reminded_at=None).with_all())


@transaction.atomic
def _say_overdue(asked: Reveal) -> bool:
    rows = Reveal.objects.owed().filter(pk=asked.pk, reminded_at=None)
    if not rows.update(reminded_at=timezone.now()):  # another worker was faster, or somebody looked back
        return False
    channel = asked.kept.channel
    around = others(channel, but=asked.by)
    tell_of(asked, around.told, "vault/mail/review_overdue", urgent=True, around=around)
    record(asked.organisation_id, "overdue", subject_of(asked), by=VAULT, facts=facts_of(asked))
    return True
