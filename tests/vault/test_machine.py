"""No sequence of calls, by anybody, shows a secret to somebody who may not see it, and none withholds it from who may.

A Hypothesis state machine over the vault and membership: people come and go, change roles and custody; secrets are put
in, asked for, agreed to, stopped and seen, by people whose pages were opened long ago. What may be seen it knows from
the calls that succeeded, never from the rows, and by rules written down here once more.

Nor does the last custodian but one leave, or is taken away, unnoticed: whoever has to know is told.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.machines import play
from tests.plugins.house import SETUP, make_member
from vierogen.channels import minding
from vierogen.channels.actions import entrust
from vierogen.channels.jobs import check as look_at_custodians
from vierogen.channels.models import Channel, CustodyCheck
from vierogen.ledger.actions import verify
from vierogen.ledger.models import Entry
from vierogen.ledger.moves import WrongStateError
from vierogen.notices.models import Message
from vierogen.people.actions import change_roles, end, found
from vierogen.people.models import Member
from vierogen.people.roles import Role
from vierogen.vault import jobs, revealing
from vierogen.vault.keeping import keep
from vierogen.vault.models import Kept, Reveal
from vierogen.vault.revealing import Revealed
from vierogen.web.proof import Proof

# Mostly custodians, always also everybody else.
WHO = st.sampled_from([0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8])
WHICH = st.sampled_from([0, 0, 0, 1, 2])
FIELD = st.sampled_from(["password", "password", "notes"])
PROOF = st.sampled_from(["good", "good", "good", "good", "good", "none", "password", "stale", "of another"])
WHY = "The new phone asks for it"
REASON = st.sampled_from([WHY, WHY, WHY, "", "x"])
ROLES = st.sampled_from([{Role.CUSTODIAN}, {Role.CUSTODIAN, Role.DUTY_OFFICER}, {Role.WRITER}, {Role.DUTY_OFFICER}])
CUSTODY = st.sampled_from([{0, 1}, {0, 1}, {0, 1, 2}, {0, 2}, {1}, {0, 5}, {0, 6}, set()])
REFUSALS = (PermissionDenied, ValidationError, WrongStateError)
HAPPENED: Counter[str] = Counter()
KEEPERS = {Role.CUSTODIAN, Role.ADMINISTRATOR}
BREAKERS = {Role.CUSTODIAN, Role.DUTY_OFFICER, Role.ADMINISTRATOR}


@dataclass
class Person:
    """What the machine knows of somebody; ``member`` is never read again."""

    member: Member
    roles: set[Role]
    stays: bool = True
    is_ours: bool = True
    is_here: bool = True
    # Has such a role only since Cora gave one.
    is_new: bool = False


@dataclass
class Wish:
    """What it knows of a wish to see a secret."""

    row: Reveal
    by: int
    name: str
    is_emergency: bool
    opens: datetime
    ends: datetime
    asked: datetime = field(default_factory=timezone.now)
    allowed_by: int | None = None
    is_over: bool = False
    keepers: set[int] = field(default_factory=set)


class Vault(RuleBasedStateMachine):
    """Everybody may try everything."""

    @initialize()
    def begin(self) -> None:
        self.travel = time_machine.travel(timezone.now(), tick=False)
        self.clock = self.travel.start()
        self.rollback = transaction.atomic()
        # As in any test that is rolled back: what is durable here would be committed in the house.
        self.rollback._from_testcase = True  # type: ignore[attr-defined]
        self.rollback.__enter__()
        self.town, elsewhere = found("Voorbeeld", by=SETUP), found("Anders", by=SETUP)
        every = {role for role in Role if role != Role.TRAINEE}
        made = [
            ("Kees", {Role.CUSTODIAN}),
            ("Kim", {Role.CUSTODIAN}),
            ("Cora", {Role.ADMINISTRATOR}),
            ("Dirk", {Role.DUTY_OFFICER}),
            ("Anna", {Role.WRITER}),
            ("Tim", {Role.CUSTODIAN}),
            ("Otto", every),
        ]
        self.people = [
            Person(make_member(elsewhere if name == "Otto" else self.town, name, *roles), set(roles))
            for name, roles in made
        ]
        self.people[6].is_ours = False
        # Tim is here for a while; whoever has his page knows it not.
        Member.objects.filter(pk=self.people[5].member.pk).update(ends_on=self.town.today() + timedelta(days=300))
        self.people[5].stays = False
        known = {"network_key": "mastodon", "server": "https://x.example", "account_id": "1", "handle": "@x"}
        self.channel = Channel.objects.create(organisation=self.town, **known)
        self.custody: set[int] = set()
        self.values: dict[str, str] = {}
        self.careful: dict[str, bool] = {}
        self.wishes: list[Wish] = []
        self.seen = 0
        self.entrusted({0, 1})
        self.put(2, "password", careful=False)
        self.put(2, "notes", careful=True)

    def teardown(self) -> None:
        if not hasattr(self, "rollback"):
            return
        try:
            assert verify()[1] == []
            # Whatever was seen stands in the ledger, and nothing else.
            assert Entry.objects.filter(verb__in=["reveal", "break_glass"]).count() == self.seen
        finally:
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)
            self.travel.stop()

    # What the machine knows

    def tried(self, what: str, action: Callable[[], object]) -> object | None:
        inner = transaction.atomic()
        inner._from_testcase = True  # type: ignore[attr-defined]
        try:
            with inner:
                done = action()
        except REFUSALS:
            HAPPENED[f"{what} refused"] += 1
            return None
        HAPPENED[what] += 1
        return done if done is not None else True

    def person(self, who: int) -> Person:
        return self.people[who % len(self.people)]

    def is_there(self, who: int) -> bool:
        person = self.person(who)
        return person.is_ours and person.is_here and person.stays

    def is_keeper(self, who: int) -> bool:
        is_custodian = Role.CUSTODIAN in self.person(who).roles
        return self.is_there(who) and is_custodian and who % len(self.people) in self.custody

    def may_break(self, who: int) -> bool:
        return self.is_there(who) and bool(self.person(who).roles & BREAKERS)

    def is_alone(self, who: int) -> bool:
        """Is nobody else left who could stop what ``who`` does in an emergency, or who could look back at it?"""
        others = [one for one in range(len(self.people)) if one != who % len(self.people)]
        if who % len(self.people) == 2 or self.person(who).is_new:  # whom Cora just gave such a role may be Cora
            others = [one for one in others if one != 2 and not self.person(one).is_new]
        ours = [one for one in range(len(self.people)) if self.person(one).is_ours and self.person(one).is_here]
        able = {one for one in ours if self.person(one).roles & KEEPERS}
        stop = (able & self.custody or able) | {2}
        return not stop & set(others) or not any(map(self.may_break, others))

    def proof(self, who: int, kind: str) -> Proof | None:
        user = self.person(who).member.user_id
        return {
            "good": Proof(user, "totp", time.time()),
            "none": None,
            "password": Proof(user, "password", time.time()),
            "stale": Proof(user, "webauthn", time.time() - 301),
            "of another": Proof(user + 1, "totp", time.time()),
        }[kind]

    def wish(self, which: int) -> Wish | None:
        return self.wishes[-1 - which % len(self.wishes)] if self.wishes else None

    def kept(self, name: str) -> Kept | None:
        return Kept.objects.select_related("channel__organisation").filter(field=name).first()

    # Membership

    def entrusted(self, to: set[int], *, knowing: bool = False) -> None:
        members, cora = [self.people[who].member for who in to], self.people[2].member
        before = {who for who in self.custody if self.is_there(who) and self.person(who).roles & KEEPERS}
        mails = Message.objects.count()
        if self.tried("entrust", lambda: entrust(self.channel, to=members, by=cora, knowing=knowing)):
            is_fewer = len(to) < 2 and len(to) < len(before)
            assert knowing or not is_fewer
            self.custody = to
            if is_fewer and before - {2}:
                assert Message.objects.count() > mails, "nobody who answered for it hears of it"
                HAPPENED["told at once"] += 1
        self.at_night()

    def at_night(self) -> None:
        """What the nightly look finds, as if the night came now; whoever has to know is told when it gets worse."""
        staying = [who for who in self.custody if self.is_there(who) and self.person(who).roles & KEEPERS]
        known = CustodyCheck.objects.filter(channel=self.channel).values_list("problem", flat=True).first() or ""
        mails = Message.objects.count()
        CustodyCheck.objects.update(checked_on=date.min)
        assert look_at_custodians("machine")
        found = CustodyCheck.objects.get(channel=self.channel)
        assert bool(found.problem) == (len(staying) < 2), "fewer than two can take it over, and nobody notices"
        assert not found.problem or found.told_on
        if found.problem and found.problem != known:
            assert Message.objects.count() > mails
            HAPPENED[found.problem] += 1

    @rule(to=CUSTODY)
    def entrust_others(self, to: set[int]) -> None:
        self.entrusted(set(to))

    @rule(to=st.sampled_from([{0}, {1}, set()]))
    def entrust_too_few(self, to: set[int]) -> None:
        """For a moment: with too few for long nothing else would happen."""
        before = self.custody
        self.entrusted(set(to), knowing=True)
        self.entrusted(before)

    @rule(who=st.sampled_from([0, 1, 3, 4, 7, 8]), roles=ROLES)
    def change_roles(self, who: int, roles: set[Role]) -> None:
        person, cora = self.person(who), self.people[2].member
        if not person.is_ours or not person.is_here or not person.stays or person is self.people[2]:
            return
        if self.tried("roles", lambda: change_roles(person.member, roles=roles, ends_on=None, by=cora)):
            person.is_new |= bool(roles & BREAKERS) and not person.roles & BREAKERS
            person.roles = set(roles)
            self.at_night()

    @precondition(lambda self: len(self.people) > 7)
    @rule(who=st.sampled_from([1, 3, 7, 8]))
    def leave(self, who: int) -> None:
        person, cora = self.person(who), self.people[2].member
        if person.is_here and person.is_ours and self.tried("leave", lambda: end(person.member, by=cora)):
            person.is_here = False
            self.at_night()

    @rule(role=st.sampled_from([Role.CUSTODIAN, Role.DUTY_OFFICER]))
    def arrive(self, role: Role) -> None:
        if len(self.people) < 9:
            self.people.append(Person(make_member(self.town, f"Nieuw{len(self.people)}", role), {role}))
            self.entrusted({*self.custody, len(self.people) - 1})

    # Secrets

    @rule(who=st.sampled_from([0, 2, 2, 4, 6]), name=FIELD, careful=st.booleans())
    def put(self, who: int, name: str, careful: bool) -> None:
        value = f"secret {len(self.values)} {HAPPENED['put']}"
        member = self.person(who).member
        if self.tried("put", lambda: keep(self.channel, name, value, by=member, needs_second=careful)):
            self.values[name], self.careful[name] = value, careful

    @rule(who=WHO, name=FIELD, reason=REASON, kind=PROOF)
    def ask(self, who: int, name: str, reason: str, kind: str) -> None:
        kept, member, proof = self.kept(name), self.person(who).member, self.proof(who, kind)
        if kept is None:
            return
        done = self.tried("reveal", lambda: revealing.reveal(kept, by=member, reason=reason, proof=proof))
        may = self.is_keeper(who) and kind == "good" and len(reason) > 9
        others = [one for one in range(len(self.people)) if one != who % len(self.people)]
        if may and self.careful[name] and not any(map(self.is_keeper, others)):
            assert done is None, "nobody can agree, and it says that they were asked"
        elif may and self.careful[name]:
            assert isinstance(done, Reveal)
            now = timezone.now()
            self.wishes.append(Wish(done, who % len(self.people), name, False, now, now + timedelta(hours=24)))
        elif may:
            self.saw(done, name)
        else:
            assert done is None

    def saw(self, done: object, name: str) -> None:
        assert isinstance(done, Revealed)
        assert done.value == self.values[name]
        self.seen += 1

    @precondition(lambda self: self.wishes)
    @rule(who=WHO, which=WHICH, kind=PROOF)
    def agree(self, who: int, which: int, kind: str) -> None:
        wish, member, proof = self.wish(which), self.person(who).member, self.proof(who, kind)
        if wish is None:
            return
        done = self.tried("allow", lambda: revealing.allow(wish.row, by=member, proof=proof))
        is_open = not wish.is_emergency and not wish.is_over and wish.allowed_by is None and timezone.now() < wish.ends
        may = self.is_keeper(who) and who % len(self.people) != wish.by and kind == "good" and is_open
        assert bool(done) == may
        if may:
            wish.allowed_by, wish.ends = who % len(self.people), timezone.now() + timedelta(minutes=10)

    @precondition(lambda self: self.wishes)
    @rule(who=WHO, which=WHICH)
    def stop(self, who: int, which: int) -> None:
        wish, member = self.wish(which), self.person(who).member
        if wish and self.tried("veto", lambda: revealing.veto(wish.row, by=member)):
            assert self.person(who).is_ours
            assert self.person(who).is_here
            wish.is_over = True

    @precondition(lambda self: self.wishes)
    @rule(mine=st.sampled_from([True, True, False]), who=WHO, which=WHICH, kind=PROOF)
    def look(self, mine: bool, who: int, which: int, kind: str) -> None:
        wish = self.wish(which)
        if wish is None:
            return
        who = wish.by if mine else who
        member, proof = self.person(who).member, self.proof(who, kind)
        done = self.tried("show", lambda: revealing.show(wish.row, by=member, proof=proof))
        in_time = wish.opens <= timezone.now() < wish.ends and not wish.is_over
        if wish.is_emergency:
            waited = timezone.now() >= wish.asked + timedelta(days=1)
            able = self.may_break(who) and (waited or not self.is_alone(who))
        else:
            able = self.is_keeper(who) and wish.allowed_by is not None and self.is_keeper(wish.allowed_by)
        if not (in_time and able and kind == "good" and who % len(self.people) == wish.by):
            assert done is None
            return
        HAPPENED["emergency seen" if wish.is_emergency else "seen with a second"] += 1
        wish.is_over = True
        self.saw(done, wish.name)

    # What people do most, one after the other

    @rule(who=st.sampled_from([0, 1, 7]), name=FIELD)
    def ask_well(self, who: int, name: str) -> None:
        self.ask(who, name, WHY, "good")

    @precondition(lambda self: self.wishes)
    @rule(who=st.sampled_from([0, 1]))
    def agree_and_look(self, who: int) -> None:
        self.agree(who, 0, "good")
        self.look(True, who, 0, "good")

    @rule(who=st.sampled_from([0, 2, 3]), name=FIELD, minutes=st.sampled_from([59, 60, 60, 119, 120]))
    def break_and_wait(self, who: int, name: str, minutes: int) -> None:
        self.break_glass(who, name, WHY, "good")
        self.wait(minutes)
        if self.wishes:
            self.look(True, who, 0, "good")

    @rule(who=WHO, name=FIELD, reason=REASON, kind=PROOF)
    def break_glass(self, who: int, name: str, reason: str, kind: str) -> None:
        kept, member, proof = self.kept(name), self.person(who).member, self.proof(who, kind)
        if kept is None:
            return
        done = self.tried("glass", lambda: revealing.break_glass(kept, by=member, reason=reason, proof=proof))
        if not (self.may_break(who) and kind == "good" and len(reason) > 9):
            assert done is None
        elif isinstance(done, Reveal):
            opens = timezone.now() + (timedelta(days=1) if self.is_alone(who) else timedelta(minutes=60))
            HAPPENED["alone"] += self.is_alone(who)
            ends = opens + timedelta(hours=12 if self.is_alone(who) else 1)
            self.wishes.append(Wish(done, who % len(self.people), name, True, opens, ends))

    @rule(minutes=st.sampled_from([1, 4, 9, 30, 59, 60, 60, 61]))
    def wait(self, minutes: int) -> None:
        self.clock.shift(timedelta(minutes=minutes))

    @rule()
    def tidy(self) -> None:
        jobs.lapse("machine")


@pytest.mark.django_db
def test_nobody_sees_what_they_may_not_whatever_happens_in_whatever_order() -> None:
    HAPPENED.clear()
    play(Vault, sequences=56, steps=40, seeds=(3, 6), phases=[Phase.generate])
    for what in ("reveal", "reveal refused", "allow", "glass", "veto", "roles", "leave", "show refused", "show"):
        assert HAPPENED[what], HAPPENED
    for problem in (minding.NOBODY, minding.ONLY_ONE, "told at once"):
        assert HAPPENED[problem], HAPPENED
    assert HAPPENED["emergency seen"], HAPPENED
    assert HAPPENED["seen with a second"], HAPPENED
