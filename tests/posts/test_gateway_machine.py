"""No sequence of calls, by anybody, through any door, publishes what was not approved.

A Hypothesis state machine calls the actions of the gateway, the worker's jobs and the clock in any order, by
members with every role, by an outsider, and with damaged data; after each step it compares the network with
what may stand there.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.plugins.house import SETUP, make_member
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.ledger.moves import WrongStateError
from vierogen.people.actions import found
from vierogen.people.roles import Role
from vierogen.posts import jobs
from vierogen.posts.actions import looking, reviewing, stopping, writing
from vierogen.posts.actions.writing import Content
from vierogen.posts.models import AfterReview, Approval, Delivery, Post, Version
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect

# Numbers of the people below: mostly who has the right, always also who has not.
WHO = st.integers(0, 6)
WRITER = st.sampled_from([0, 0, 0, 0, 5, 1, 2, 3, 4, 6])
REVIEWER = st.sampled_from([1, 1, 1, 2, 2, 5, 0, 3, 4, 6])
OFFICER = st.sampled_from([4, 4, 4, 5, 0, 1, 2, 3, 6])
# What the sequences really did, so that the test cannot pass by doing nothing.
HAPPENED: Counter[str] = Counter()
REFUSALS = (PermissionDenied, ValidationError, WrongStateError)


class Gateway(RuleBasedStateMachine):
    """Everybody may try everything."""

    practice: PracticeServer

    @initialize()
    def begin(self) -> None:
        self.travel = time_machine.travel(timezone.now(), tick=False)
        self.clock = self.travel.start()
        self.practice = PracticeServer(None).start()
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        town, elsewhere = found("Voorbeeld", by=SETUP), found("Anders", by=SETUP)
        every = [role for role in Role if role != Role.TRAINEE]
        self.people = [
            make_member(town, "Anna", Role.WRITER),
            make_member(town, "Ben", Role.REVIEWER),
            make_member(town, "Bas", Role.REVIEWER),
            make_member(town, "Cora", Role.ADMINISTRATOR),
            make_member(town, "Dirk", Role.DUTY_OFFICER),
            make_member(town, "Alles", *every),
            make_member(elsewhere, "Otto", *every),
        ]
        account = self.practice.network.add_account("voorbeeld", "Voorbeeld")
        credentials = {"token": account.token}
        self.channel: Channel = connect(
            town, "mastodon", server=self.practice.url, credentials=credentials, by=self.people[3]
        )
        self.texts = 0
        self.written: dict[str, int] = {}

    def teardown(self) -> None:
        if hasattr(self, "rollback"):
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)
            self.practice.stop()
            self.travel.stop()

    def tried(self, what: str, action: Callable[[], object]) -> None:
        """A refusal leaves nothing behind; anything else that goes wrong fails the test."""
        try:
            with transaction.atomic():
                done = action()
        except REFUSALS:
            HAPPENED[f"{what} refused"] += 1
            return
        HAPPENED[what] += 1
        if isinstance(done, Version):
            self.written[done.text] = done.pk

    def new_content(self, *, minutes: int | None = None) -> Content:
        # Every version has a text of its own, so a post on the network names its version.
        self.texts += 1
        later = timezone.now() + timedelta(minutes=minutes) if minutes else None
        return Content(f"Bericht nummer {self.texts} over de Stationsweg.", (self.channel,), not_before=later)

    def latest(self, which: int) -> Version | None:
        posts = list(Post.objects.order_by("-pk"))
        return posts[which % len(posts)].latest if posts else None

    @rule(who=WRITER, minutes=st.sampled_from([None, 1, 90]))
    def write(self, who: int, minutes: int | None) -> None:
        self.tried(
            "begin",
            lambda: writing.begin(self.channel.organisation, self.new_content(minutes=minutes), by=self.people[who]),
        )

    @rule(who=WRITER, which=st.sampled_from([0, 0, 0, 1, 2]))
    def change(self, who: int, which: int) -> None:
        if version := self.latest(which):
            self.tried("save", lambda: writing.save(version.post, self.new_content(), by=self.people[who]))

    @rule(who=WRITER, which=st.sampled_from([0, 0, 0, 1, 2]))
    def offer(self, who: int, which: int) -> None:
        if version := self.latest(which):
            self.tried("submit", lambda: writing.submit(version, by=self.people[who]))

    @rule(who=REVIEWER, which=st.sampled_from([0, 0, 0, 1, 2]), older=st.booleans(), wrong=st.booleans())
    def approve(self, who: int, which: int, older: bool, wrong: bool) -> None:
        version = self.latest(which)
        if version is None:
            return
        if older:
            version = version.post.versions.order_by("number").first()
        assert version is not None
        digest = "0" * 64 if wrong else version.digest
        self.tried("approve", lambda: reviewing.approve(version, by=self.people[who], digest=digest))

    @rule(who=REVIEWER, which=st.sampled_from([0, 0, 0, 1, 2]))
    def send_back(self, who: int, which: int) -> None:
        if version := self.latest(which):
            self.tried(
                "ask_for_changes", lambda: reviewing.ask_for_changes(version, by=self.people[who], text="Anders.")
            )

    @rule(who=REVIEWER, which=st.sampled_from([0, 0, 0, 1, 2]))
    def publish_now(self, who: int, which: int) -> None:
        if version := self.latest(which):
            self.tried("publish_now", lambda: reviewing.publish_now(version, by=self.people[who]))

    @rule(who=OFFICER, which=st.sampled_from([0, 0, 0, 1, 2]), reason=st.sampled_from(["", " ", "Brand"]))
    def emergency(self, who: int, which: int, reason: str) -> None:
        if version := self.latest(which):
            closed = AfterReview.objects.overdue(timezone.now()).exists()
            before = Approval.objects.filter(emergency=True).count()
            self.tried(
                "publish_in_emergency",
                lambda: reviewing.publish_in_emergency(version, by=self.people[who], reason=reason),
            )
            assert not closed or Approval.objects.filter(emergency=True).count() == before

    @rule(who=REVIEWER, note=st.sampled_from(["", "Gezien."]))
    def look_back(self, who: int, note: str) -> None:
        if owed := AfterReview.objects.open().first():
            self.tried("look_back", lambda: reviewing.look_back(owed, by=self.people[who], was_right=True, note=note))

    @rule(who=REVIEWER)
    def write_offer_and_look(self, who: int) -> None:
        """The usual way, so that much of what follows happens to approved posts."""
        self.tried("begin", lambda: writing.begin(self.channel.organisation, self.new_content(), by=self.people[0]))
        if version := self.latest(0):
            self.tried("submit", lambda: writing.submit(version, by=self.people[0]))
            self.tried("approve", lambda: reviewing.approve(version, by=self.people[who], digest=version.digest))

    @rule(who=WHO, which=st.sampled_from([0, 0, 0, 1, 2]))
    def stop(self, who: int, which: int) -> None:
        if version := self.latest(which):
            self.tried("stop", lambda: stopping.stop(version.post, by=self.people[who]))

    @rule(who=WHO, really=st.sampled_from([True, False, False, False, False, False]))
    def stop_everything(self, who: int, really: bool) -> None:
        if not really:
            return
        self.tried("stop_everything", lambda: stopping.stop_everything(self.channel.organisation, by=self.people[who]))

    @rule(who=REVIEWER)
    def lift(self, who: int) -> None:
        self.tried("lift", lambda: stopping.lift(self.channel.organisation, by=self.people[who]))

    @rule(who=REVIEWER)
    def release(self, who: int) -> None:
        if held := Delivery.objects.filter(state="held").first():
            self.tried("release", lambda: stopping.release(held, by=self.people[who]))

    @rule(who=OFFICER, again=st.booleans())
    def decide(self, who: int, again: bool) -> None:
        if doubtful := Delivery.objects.filter(state="uncertain").first():
            self.tried("decide", lambda: looking.decide(doubtful, by=self.people[who], send_it_again=again))

    @rule(which=st.sampled_from([0, 0, 0, 1, 2]))
    def change_behind_the_back(self, which: int) -> None:
        """Somebody with the database in their hands changes a text after it was approved."""
        if version := self.latest(which):
            Version.objects.filter(pk=version.pk).update(text="Achter de rug om")

    @rule(seconds=st.sampled_from([1, 30, 121, 121, 300, 3_600, 90_000]))
    def wait(self, seconds: int) -> None:
        self.clock.shift(timedelta(seconds=seconds))

    @rule(fault=st.sampled_from(["error_after_accepting", "cut_after_accepting", "error_before", "limited"]))
    def trouble(self, fault: str) -> None:
        self.practice.faults.next(fault)

    @rule()
    def work(self) -> None:
        halted = stopping.is_halted(self.channel.organisation_id)
        before = len(self.practice.network.timeline())
        jobs.keep_time("machine")
        while jobs.deliver("machine"):
            pass
        assert not halted or len(self.practice.network.timeline()) == before
        jobs.look("machine")
        jobs.verify("machine")
        HAPPENED["published"] += len(self.practice.network.timeline()) - before

    @invariant()
    def only_what_was_approved_is_out(self) -> None:
        if not hasattr(self, "practice"):
            return
        shown = [status.text for status in self.practice.network.timeline()]
        assert "Achter de rug om" not in shown
        for delivery in Delivery.objects.filter(attempts__gt=0).select_related("approval", "version"):
            _justified(delivery)
        again = Delivery.objects.exclude(released_by=None).count()
        assert len(shown) <= Delivery.objects.filter(attempts__gt=0).count() + again
        for text in set(shown):
            # A second copy only where a person decided to send it again.
            assert shown.count(text) <= 1 + again
            assert Delivery.objects.filter(version=self.written[text], attempts__gt=0).exists()

    @invariant()
    def the_ledger_holds(self) -> None:
        if hasattr(self, "practice"):
            assert verify()[1] == []


def _justified(delivery: Delivery) -> None:
    """It was attempted, so somebody may have: approved by a non-contributor, or an emergency with all it owes."""
    approval = delivery.approval
    contributors = set(delivery.version.contributors.values_list("member__user_id", flat=True))
    if approval.emergency:
        assert approval.reason.strip()
        assert AfterReview.objects.filter(approval=approval).exists()
        return
    assert approval.by.user_id not in contributors
    assert approval.by.may("review")
    assert approval.by.organisation_id == delivery.organisation_id


@pytest.mark.django_db
def test_no_sequence_of_calls_publishes_what_was_not_approved() -> None:
    run_state_machine_as_test(
        Gateway,
        settings=settings(
            max_examples=30,
            stateful_step_count=60,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
    wanted = [
        "begin",
        "approve",
        "approve refused",
        "publish_in_emergency",
        "publish_in_emergency refused",
        "published",
    ]
    assert not [name for name in [*wanted, "stop", "stop_everything", "release", "save"] if not HAPPENED[name]], (
        HAPPENED
    )
