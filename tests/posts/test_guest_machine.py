"""No sequence of calls lets a colleague organisation judge what it was not asked, or lets out what two did not see.

The machine of the gateway with neighbours besides: Gijs, and two colleagues who are reviewers there too: Ben, who is
one at home, and Anna, who only writes there. What they were asked it knows from the calls that succeeded.
"""

from collections.abc import Callable

import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.machines import play
from tests.plugins.house import SETUP, make_member
from tests.posts.test_gateway_machine import HAPPENED, WHICH, Gateway, _forged_approval, _forged_delivery
from vierogen.people import partnering
from vierogen.people.actions import found, join
from vierogen.people.models import Partnership
from vierogen.people.roles import Role
from vierogen.posts.actions import guests, looking, reviewing, stopping, writing
from vierogen.posts.models import Delivery, GuestReview, Post, Version

ANNA, BEN, CORA, OTTO, GIJS, ANNA_THERE, BEN_THERE = 0, 1, 3, 6, 7, 8, 9
# Mostly who was asked; also a writer under her other membership, and somebody of a third organisation.
GUEST = st.sampled_from([GIJS, GIJS, GIJS, BEN_THERE, ANNA_THERE, OTTO])
WRITER = st.sampled_from([ANNA, ANNA, ANNA, 1, OTTO, GIJS])
# What a guest never may, whatever roles they hold at home.
BEYOND = ("stop", "stop everything", "publish now", "emergency", "save", "submit", "ask", "release", "decide")


class Neighbours(Gateway):
    """Everybody may try everything, and guests too."""

    # These happen often enough in the other machine, and would leave few steps for guests.
    emergency = look_back = trouble = lose_an_answer = decide = make_the_approver_a_writer = None
    forge = stop_what_is_being_sent = stop_everything_or_lift_it = publish_now = None

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.near = found("Buren", by=SETUP)
        every = [role for role in Role if role != Role.TRAINEE]
        self.people.append(make_member(self.near, "Gijs", *every))
        for who in (ANNA, BEN):
            self.people.append(join(self.near, self.people[who].user, roles=every, by=SETUP))
        # Versions that the neighbours may judge, and whether they are partners at all.
        self.asked: set[int] = set()
        self.are_partners = False
        self.agree()

    def is_at_home(self, who: int) -> bool:
        return self.people[who].organisation_id == self.channel.organisation_id

    def may_judge(self, who: int, version: Version) -> bool:
        """Here, or where they were asked; never who wrote of it, nor who may not judge at home either."""
        is_asked = who in (GIJS, BEN_THERE) and self.are_partners and version.pk in self.asked
        users = {self.people[number].user_id for number in self.wrote[version.text]}
        if not self.is_at_home(who):
            HAPPENED["judged by a guest"] += 1
            # A second answer to the same question is none.
            self.asked.discard(version.pk)
        return (self.is_at_home(who) or is_asked) and self.people[who].user_id not in users

    @rule(
        who=WRITER,
        which=WHICH,
        guest=GUEST,
        between=st.sampled_from(["", "", "", "end", "take back", "change"]),
        answer=st.sampled_from(["yes", "yes", "no", ""]),
    )
    def ask_along(self, who: int, which: int, guest: int, between: str, answer: str) -> None:
        """They are asked, and one of them answers, also where the question is off again."""
        if which == 0:
            self.write(who=ANNA, minutes=None, wide=False, how_far=1)
        version = self.latest(which)
        if version is None:
            return
        asked = self.tried("ask", lambda: guests.ask_partner(version, self.near, by=self.people[who]))
        if isinstance(asked, GuestReview):
            assert self.are_partners
            assert self.is_at_home(who)
            self.asked.add(version.pk)
            self.think_again(asked, between, which)
        if answer:
            self.answer(guest, version, is_yes=answer == "yes")

    def think_again(self, asked: GuestReview, how: str, which: int) -> None:
        if how == "end":
            self.end_it_or_agree(who=GIJS, ends=True)
        elif how == "take back" and self.tried("take_back", lambda: guests.take_back(asked, by=self.people[ANNA])):
            self.asked.discard(asked.version_id)
        elif how == "change":
            self.change(who=ANNA, which=which)
            self.asked.discard(asked.version_id)

    def answer(self, who: int, version: Version, *, is_yes: bool) -> None:
        by = self.people[who]
        if is_yes:
            self.say_yes(version, who, digest=version.digest)
        elif self.tried("send_back", lambda: reviewing.ask_for_changes(version, by=by, text="Anders.")):
            assert self.may_judge(who, version)
            HAPPENED["sent back by a guest"] += 1

    @rule(who=GUEST, which=WHICH, is_yes=st.booleans())
    def answer_unasked(self, who: int, which: int, is_yes: bool) -> None:
        """Perhaps asked long ago."""
        if version := self.latest(which):
            self.answer(who, version, is_yes=is_yes)

    @rule(who=st.sampled_from([CORA, GIJS, ANNA, OTTO]), ends=st.booleans())
    def end_it_or_agree(self, who: int, ends: bool) -> None:
        """What was asked before it ended stays off when they become partners again."""
        agreed, by = Partnership.objects.agreed().first(), self.people[who]
        if agreed is None:
            self.agree()
        elif ends and self.tried("end", lambda: partnering.end(agreed, by=by)):
            assert who in (CORA, GIJS)
            self.are_partners = False
            self.asked.clear()

    def agree(self) -> None:
        wish = self.tried("wish", lambda: partnering.ask("Buren", by=self.people[CORA]))
        if isinstance(wish, Partnership):
            self.are_partners = bool(self.tried("agree", lambda: partnering.agree(wish, by=self.people[GIJS])))

    @rule(who=st.sampled_from([GIJS, ANNA_THERE, BEN_THERE]), which=WHICH, what=st.sampled_from(BEYOND))
    def go_too_far(self, who: int, which: int, what: str) -> None:
        """Being asked for one's eyes is no more than that."""
        version, by = self.latest(which), self.people[who]
        if version is None:
            return
        post, town = Post.objects.get(pk=version.post_id), self.channel.organisation
        delivery = Delivery.objects.filter(version=version).first()
        tries: dict[str, Callable[[], object]] = {
            "stop": lambda: stopping.stop(post, by=by),
            "stop everything": lambda: stopping.stop_everything(town, by=by),
            "publish now": lambda: reviewing.publish_now(version, by=by),
            "emergency": lambda: reviewing.publish_in_emergency(version, by=by, reason="Brand"),
            "save": lambda: writing.save(post, self.new_content(), by=by),
            "submit": lambda: writing.submit(version, by=by),
            "ask": lambda: guests.ask_partner(version, self.near, by=by),
        }
        if delivery:
            tries["release"] = lambda: stopping.release(delivery, by=by, seen=None, reason="Gezien.")
            tries["decide"] = lambda: looking.decide(delivery, by=by, send_it_again=True)
        assert not Post.objects.visible_to(by).filter(pk=post.pk).exists()
        if what in tries:
            assert self.tried(f"guest: {what}", tries[what]) is None

    @rule(which=WHICH)
    def forge_for_a_guest(self, which: int) -> None:
        """A row of somebody who was not asked."""
        version = self.latest(which)
        if version and version.pk not in self.asked and not Delivery.objects.filter(version=version).exists():
            decided = GuestReview.objects.filter(version=version, decided_by=self.people[GIJS])
            if not decided.exists():
                _forged_delivery(version, _forged_approval(version, self.people[GIJS]), self.channel)
                HAPPENED["forged"] += 1


@pytest.mark.django_db
def test_no_sequence_of_calls_makes_a_guest_more_than_a_guest() -> None:
    HAPPENED.clear()
    play(Neighbours, sequences=60, steps=40, seeds=(4, 2), phases=[Phase.generate])
    wanted = ["ask", "ask refused", "end", "judged by a guest", "approve refused", "published"]
    assert not [name for name in wanted if not HAPPENED[name]], HAPPENED
    assert HAPPENED["judged by a guest"] > 5, HAPPENED
    assert sum(HAPPENED[f"guest: {what} refused"] for what in BEYOND) > 5, HAPPENED


@pytest.mark.django_db
def test_the_machine_really_lets_guests_judge_and_loses_them() -> None:
    """One sequence by hand, so that no rule above passes by doing nothing."""
    HAPPENED.clear()
    machine = Neighbours()
    machine.begin()
    try:
        ask, shown = machine.ask_along, machine.practice.network.timeline
        ask(who=ANNA, which=0, guest=ANNA_THERE, between="", answer="yes")
        ask(who=ANNA, which=0, guest=GIJS, between="end", answer="yes")
        machine.end_it_or_agree(who=CORA, ends=False)
        for which in (0, 1):
            machine.answer_unasked(who=GIJS, which=which, is_yes=True)
        machine.forge_for_a_guest(which=0)
        machine.wait(130)
        machine.work()
        assert (HAPPENED["judged by a guest"], shown()) == (0, [])
        for how in BEYOND:
            machine.go_too_far(who=GIJS, which=0, what=how)
            assert HAPPENED[f"guest: {how} refused"] == 1
        ask(who=ANNA, which=0, guest=GIJS, between="take back", answer="yes")
        ask(who=ANNA, which=0, guest=GIJS, between="", answer="no")
        ask(who=ANNA, which=0, guest=BEN_THERE, between="", answer="yes")
        machine.wait(130)
        machine.work()
        assert (HAPPENED["judged by a guest"], len(shown())) == (2, 1)
        machine.only_what_was_approved_is_out()
    finally:
        machine.teardown()
