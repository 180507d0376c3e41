"""Whoever still gets started offers nothing, and arrives with the last step, whichever that is, in any order; once.

A Hypothesis state machine invites people, lets them read, learn, practise, leave and come back, while the organisation
changes what it asks and which roles they hold. How far somebody is it knows from the calls that succeeded, never from
the rows that the steps themselves read.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.learning.conftest import RIGHT, WORDS
from tests.learning.test_teaching import VALUES, done
from tests.machines import play
from tests.plugins.house import PASSWORD, SETUP, make_member
from vierogen.channels.models import Channel
from vierogen.learning.actions import agreeing, teaching
from vierogen.learning.models import Agreement
from vierogen.learning.standing import Suspended
from vierogen.ledger.models import Entry
from vierogen.people.actions import accept, change_roles, end, found, invite
from vierogen.people.arriving import settle_all
from vierogen.people.models import Member
from vierogen.people.roles import Role
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.practising import hand_in
from vierogen.posts.actions.writing import begin, submit

WHO = st.integers(0, 1)
ROLES = st.sampled_from([Role.WRITER, Role.WRITER, Role.REVIEWER, Role.DUTY_OFFICER, Role.AUDITOR])
WRITES = {Role.WRITER, Role.REVIEWER}
# What the sequences really did, so that the test cannot pass by doing nothing.
HAPPENED: Counter[str] = Counter()


@dataclass
class Newcomer:
    """What the calls that succeeded make of somebody; moments are numbers of steps of the machine."""

    name: str
    member: Member | None = None
    role: Role = Role.WRITER
    is_here: bool = False
    came_in: bool = False
    is_new: bool = False
    joined: int = 0
    has_practised: bool = False
    has_learned: bool = False
    agreed: set[int] = field(default_factory=set)
    arrivals: int = 0


class Arriving(RuleBasedStateMachine):
    """Two people come and go; Cora administers."""

    @initialize()
    def begin(self) -> None:
        self.travel = time_machine.travel(timezone.now(), tick=False)
        self.clock = self.travel.start()
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.moment = 0
        self.town = found("Voorbeeld", by=SETUP, language="en")
        self.cora = make_member(self.town, "Cora", Role.ADMINISTRATOR)
        known = {"network_key": "mastodon", "server": "https://x.example", "realm": "x.example"}
        self.channel = Channel.objects.create(organisation=self.town, account_id="1", handle="@a", **known)
        self.people = [Newcomer("Nora"), Newcomer("Kim")]
        self.asked: dict[int, int] = {}
        self.lesson = teaching.draft_lesson(self.town, VALUES, by=self.cora)
        teaching.use(self.lesson, by=self.cora)
        self.obliged: int | None = None
        self.puts_a_card_in_force()
        self.invited(0, Role.WRITER, comes=True)

    def passes(self) -> None:
        self.moment += 1
        self.clock.shift(timedelta(seconds=1))

    def now(self, one: Newcomer) -> Member:
        assert one.member
        return Member.objects.select_related("user", "organisation").get(pk=one.member.pk)

    # What the machine knows

    def lacks(self, one: Newcomer) -> list[int]:
        """When each thing was asked that they did not read or learn yet."""
        cards = [moment for pk, moment in self.asked.items() if pk not in one.agreed]
        learns = self.obliged is not None and one.role != Role.AUDITOR and not one.has_learned
        return [*cards, self.obliged] if learns and self.obliged is not None else cards

    def settle(self, one: Newcomer) -> None:
        practises = one.role in WRITES and not one.has_practised
        if one.is_here and one.came_in and one.is_new and not self.lacks(one) and not practises:
            one.is_new = False
            one.arrivals += 1
            HAPPENED["arrived"] += 1

    # People

    @rule(who=WHO, role=ROLES, comes=st.sampled_from([True, True, False]))
    def invited(self, who: int, role: Role, comes: bool) -> None:
        self.passes()
        one = self.people[who]
        try:
            with transaction.atomic():
                member = invite(self.town, one.name, f"{one.name}@x.example", roles=[role], by=self.cora)
        except ValidationError:
            assert one.is_here
            return
        assert not one.is_here
        HAPPENED["came back" if one.member else "invited"] += 1
        one.joined = one.joined or self.moment
        one.member, one.role, one.is_here, one.is_new, one.has_practised = member, role, True, True, False
        if comes:
            self.comes_in(who)

    @rule(who=WHO)
    def comes_in(self, who: int) -> None:
        self.passes()
        one = self.people[who]
        if one.is_here:
            accept(self.now(one).user, password=PASSWORD)
            one.came_in = True

    @rule(who=WHO)
    def leaves(self, who: int) -> None:
        self.passes()
        one = self.people[who]
        if one.is_here:
            end(self.now(one), by=self.cora)
            one.is_here = False

    @rule(who=WHO, role=ROLES)
    def leaves_and_comes_back(self, who: int, role: Role) -> None:
        self.leaves(who)
        self.invited(who, role, comes=True)

    @rule(who=WHO, role=ROLES)
    def gets_another_role(self, who: int, role: Role) -> None:
        self.passes()
        one = self.people[who]
        if one.is_here:
            change_roles(self.now(one), roles=[role], ends_on=None, by=self.cora)
            practises = role in WRITES and one.role not in WRITES and not one.has_practised
            learns = one.role == Role.AUDITOR != role and self.obliged is not None and not one.has_learned
            if not one.is_new and (practises or learns):
                one.is_new = True
                HAPPENED["started again"] += 1
            one.role = role

    @rule(who=WHO)
    def loses_a_role_for_a_moment(self, who: int) -> None:
        """The way to pass the practice post over, if there is one."""
        self.gets_another_role(who, Role.AUDITOR)
        for which in range(len(self.asked)):
            self.agrees(who, which)
        self.a_moment_later()
        self.gets_another_role(who, Role.WRITER)
        self.offers(who)

    # Steps

    @rule(who=WHO, which=st.integers(0, 3))
    def agrees(self, who: int, which: int) -> None:
        self.passes()
        one, cards = self.people[who], sorted(self.asked)
        if not cards or one.member is None:
            return
        card = Agreement.objects.get(pk=cards[which % len(cards)])
        if not self.does(one, lambda: agreeing.confirm(card, answer=RIGHT, by=self.now(one))):
            return
        if card.pk not in one.agreed:
            one.agreed.add(card.pk)
            self.settle(one)

    @rule(who=WHO)
    def learns(self, who: int) -> None:
        self.passes()
        one = self.people[who]
        if one.member is not None and self.does(one, lambda: done(self.lesson, by=self.now(one))):
            one.has_learned = True
            self.settle(one)

    @rule(who=WHO, clean=st.sampled_from([True, True, False]))
    def practises(self, who: int, clean: bool) -> None:
        self.passes()
        one = self.people[who]
        text = "The library is closed." if clean else "Her number is BSN 123456782."
        if one.member is None or not self.does(one, lambda: hand_in(text, by=self.now(one)), may=one.role in WRITES):
            return
        assert clean
        one.has_practised = True
        self.settle(one)

    @rule(who=WHO)
    def does_everything(self, who: int) -> None:
        for which in range(len(self.asked)):
            self.agrees(who, which)
        self.learns(who)
        self.practises(who, clean=True)

    def does(self, one: Newcomer, act: object, *, may: bool = True) -> bool:
        """Whether it succeeded; refused only to who is not here, whose role it is not, or whose text has a stop."""
        try:
            with transaction.atomic():
                act()  # type: ignore[operator]
        except PermissionDenied:
            assert not (one.is_here and may)
            return False
        except ValidationError:
            return False
        assert one.is_here
        assert may
        return True

    # What is asked

    @rule()
    def puts_a_card_in_force(self) -> None:
        self.passes()
        if len(self.asked) < 3:
            card = agreeing.draft(self.town, WORDS, by=self.cora)
            agreeing.put_in_force(card, material=True, days=14, by=self.cora)
            self.asked[card.pk] = self.moment

    @rule(which=st.integers(0, 3))
    def withdraws_a_card(self, which: int) -> None:
        self.passes()
        if cards := sorted(self.asked):
            card = Agreement.objects.get(pk=cards[which % len(cards)])
            agreeing.retire(card, by=self.cora)
            del self.asked[card.pk]

    @rule()
    def obliges_or_frees_the_lesson(self) -> None:
        self.passes()
        teaching.oblige(self.lesson, mandatory=self.obliged is None, days=14, by=self.cora)
        self.obliged = self.moment if self.obliged is None else None

    @rule()
    def a_moment_later(self) -> None:
        self.passes()
        settle_all()
        for one in self.people:
            self.settle(one)

    # What counts

    @rule(who=WHO)
    def offers_after_all(self, who: int) -> None:
        self.does_everything(who)
        self.offers(who)

    @rule(who=WHO)
    def offers(self, who: int) -> None:
        self.passes()
        one = self.people[who]
        if one.member is None:
            return
        writes = one.is_here and one.role in WRITES
        try:
            with transaction.atomic():
                content = Content(f"The library is closed on day {self.moment}.", (self.channel,))
                version = begin(self.town, content, by=self.now(one))
        except PermissionDenied:
            assert not writes
            return
        assert writes  # drafting is open to them
        late = any(asked < one.joined for asked in self.lacks(one))
        try:
            with transaction.atomic():
                submit(version, by=self.now(one), reasons={stop.pk: "So." for stop in version.stops()})
        except Suspended:
            assert one.is_new or late
            HAPPENED["refused"] += 1
            return
        assert not one.is_new
        assert not late
        HAPPENED["offered"] += 1

    @invariant()
    def they_are_as_far_as_their_steps_made_them(self) -> None:
        for one in getattr(self, "people", []):
            if one.member is None:
                continue
            member = self.now(one)
            assert (member.arriving_since is not None) == one.is_new, one
            assert Entry.objects.filter(verb="arrive", subject=f"people.member:{member.pk}").count() == one.arrivals

    def teardown(self) -> None:
        if hasattr(self, "rollback"):
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)
            self.travel.stop()


@pytest.mark.django_db(transaction=True)
def test_nobody_offers_before_they_arrived_and_everybody_arrives_once() -> None:
    HAPPENED.clear()
    play(Arriving, sequences=60, steps=30)
    assert {"arrived", "refused", "offered", "came back", "started again"} <= set(HAPPENED), HAPPENED
