"""No sequence of calls, by anybody, through any door, publishes what was not approved.

A Hypothesis state machine calls the actions of the gateway, the worker's jobs and the clock in any order, by
members with every role, by an outsider, by people whose rights were taken away while their page stood open, and
with rows forged or damaged in the database. What it may find on the network it knows from the calls that
succeeded, never from the rows: so no row can justify itself.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.machines import play
from tests.plugins.house import SETUP, make_member
from vierogen.channels.models import Channel
from vierogen.ledger.actions import verify
from vierogen.ledger.moves import WrongStateError
from vierogen.notices.models import Message
from vierogen.people.actions import found
from vierogen.people.models import Member
from vierogen.people.roles import Role
from vierogen.posts import jobs
from vierogen.posts.actions import delivering, looking, mourning, reviewing, stopping, writing
from vierogen.posts.actions.writing import Content
from vierogen.posts.models import AfterReview, Approval, Contributor, Delivery, Mourning, Post, Target, Version
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault.actions import connect

# Numbers of the people below: mostly who has the right, always also who has not.
WHO = st.integers(0, 6)
WRITER = st.sampled_from([0, 0, 0, 0, 5, 1, 2, 3, 4, 6])
REVIEWER = st.sampled_from([1, 1, 1, 2, 2, 5, 0, 3, 4, 6])
OFFICER = st.sampled_from([4, 4, 4, 5, 0, 1, 2, 3, 6])
WHICH = st.sampled_from([0, 0, 0, 1, 2])
# What the sequences really did, so that the test cannot pass by doing nothing.
HAPPENED: Counter[str] = Counter()
REFUSALS = (PermissionDenied, ValidationError, WrongStateError)
UNSEEN = "Achter de rug om"


def _forged_approval(version: Version, by: Member, **columns: object) -> Approval:
    """A row that no action made; it lies about the writer, so that the table takes it."""
    writer = Member.objects.filter(organisation=version.post.organisation).exclude(pk=by.pk).first()
    known = {"digest": version.digest, "writer": writer, **columns}
    return Approval.objects.update_or_create(version=version, defaults={"by": by, **known})[0]


def _forged_delivery(version: Version, approval: Approval, channel: Channel, **columns: object) -> Delivery:
    """A row that no action made, due at once."""
    now = timezone.now()
    Post.objects.filter(pk=version.post_id).update(state="approved")
    due = {"approval": approval, "state": "waiting", "dated": now, "cooling_until": now, "due_at": now}
    known = {"organisation": channel.organisation, "key": f"forged {version.pk} {channel.pk}", **due, **columns}
    return Delivery.objects.update_or_create(version=version, channel=channel, defaults=known)[0]


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
        # These objects are never read again: whoever uses them has a page that was opened long ago.
        self.people = [
            make_member(town, "Anna", Role.WRITER),
            make_member(town, "Ben", Role.REVIEWER),
            make_member(town, "Bas", Role.REVIEWER),
            make_member(town, "Cora", Role.ADMINISTRATOR),
            make_member(town, "Dirk", Role.DUTY_OFFICER),
            make_member(town, "Alles", *every),
            make_member(elsewhere, "Otto", *every),
        ]
        self.accounts: list[Account] = []
        self.channel, self.second = self.connected("voorbeeld", 3), self.connected("wijk", 3)
        self.foreign = self.connected("anders", 6)
        self.texts = 0
        # What the machine itself knows of each text, from the calls that succeeded.
        self.wrote: dict[str, set[int]] = {}
        self.written: dict[str, int] = {}
        self.meant_for: dict[str, set[str]] = {}
        # Texts with the accounts that they may appear on; whatever is stopped or changed may not any more.
        self.allowed: set[tuple[str, str]] = set()
        # What was allowed before something grave happened, until a person releases it.
        self.shelved: set[tuple[str, str]] = set()
        self.events: set[int] = set()
        self.again = 0

    def connected(self, name: str, who: int) -> Channel:
        account = self.practice.network.add_account(name, name)
        self.accounts.append(account)
        member = self.people[who]
        credentials = {"token": account.token}
        return connect(member.organisation, "mastodon", server=self.practice.url, credentials=credentials, by=member)

    def teardown(self) -> None:
        if not hasattr(self, "rollback"):
            return
        try:
            assert verify()[1] == []
        finally:
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)
            self.practice.stop()
            self.travel.stop()

    def tried(self, what: str, action: Callable[[], object]) -> object | None:
        """A refusal leaves nothing behind; anything else that goes wrong fails the test."""
        try:
            with transaction.atomic():
                done = action()
        except REFUSALS:
            HAPPENED[f"{what} refused"] += 1
            return None
        HAPPENED[what] += 1
        return done if done is not None else True

    def new_content(self, *, minutes: int | None = None, wide: bool = False) -> Content:
        # Every version has a text of its own, so a post on the network names its version.
        self.texts += 1
        later = timezone.now() + timedelta(minutes=minutes) if minutes else None
        channels = (self.channel, self.second) if wide else (self.channel,)
        return Content(f"Bericht nummer {self.texts} over de Stationsweg.", channels, not_before=later)

    def latest(self, which: int) -> Version | None:
        posts = list(Post.objects.filter(versions__isnull=False).distinct().order_by("-pk"))
        return posts[which % len(posts)].latest if posts else None

    def keep(self, done: object, content: Content, who: int, earlier: set[int]) -> None:
        if isinstance(done, Version):
            self.wrote[content.text] = earlier | {who}
            self.written[content.text] = done.pk
            self.meant_for[content.text] = {channel.handle.split("@")[1] for channel in content.channels}

    def allow(self, text: str) -> None:
        self.allowed |= {(text, account) for account in self.meant_for[text]}

    def shelve(self, event: Mourning) -> None:
        """Something grave happened: nothing that was allowed before may appear, but what stands there already."""
        if event.pk not in self.events:
            self.events.add(event.pk)
            shelved = self.allowed - set(self.standing())
            self.shelved |= shelved
            self.allowed -= shelved

    def take_from_the_shelf(self, delivery: Delivery) -> None:
        """A person let this one go."""
        account = delivery.channel.handle.split("@")[1]
        pairs = {(text, account) for text, version in self.written.items() if version == delivery.version_id}
        self.allowed |= pairs & self.shelved

    def seen(self) -> int | None:
        """What a page says that is opened now."""
        event = mourning.grave_event(self.channel.organisation_id)
        return event.pk if event else None

    def forbid(self, post: Post) -> None:
        """From now on nothing more of this post may appear than what stands there already."""
        versions = set(post.versions.values_list("pk", flat=True))
        texts = {text for text, version in self.written.items() if version in versions}
        self.shelved = {pair for pair in self.shelved if pair[0] not in texts}
        self.allowed -= {pair for pair in self.allowed if pair[0] in texts} - set(self.standing())

    def standing(self) -> list[tuple[str, str]]:
        return [(status.text, status.account.handle) for status in self.practice.network.timeline()]

    @rule(
        who=WRITER,
        minutes=st.sampled_from([None, None, 1, 90]),
        wide=st.booleans(),
        how_far=st.sampled_from([0, 1, 2, 2, 3, 4, 4, 4]),
    )
    def write(self, who: int, minutes: int | None, wide: bool, how_far: int) -> None:
        """Mostly the usual way on, so that much of what follows happens to approved posts."""
        content = self.new_content(minutes=minutes, wide=wide)
        done = self.tried("begin", lambda: writing.begin(self.channel.organisation, content, by=self.people[who]))
        if not isinstance(done, Version):
            return
        self.keep(done, content, who, set())
        if how_far > 0:
            self.tried("submit", lambda: writing.submit(done, by=self.people[who]))
        if how_far > 1:
            self.say_yes(done, 1, digest=done.digest)
        if how_far > 2:
            self.clock.shift(timedelta(seconds=130))
        if how_far > 3:
            self.work()

    @rule(who=WRITER, which=WHICH)
    def change(self, who: int, which: int) -> None:
        if version := self.latest(which):
            content = self.new_content()
            texts = version.post.versions.values_list("text", flat=True)
            earlier = {number for text in texts for number in self.wrote.get(text, ())}
            done = self.tried("save", lambda: writing.save(version.post, content, by=self.people[who]))
            if done:
                self.forbid(version.post)
            self.keep(done, content, who, earlier)

    @rule(who=WRITER, which=WHICH)
    def offer(self, who: int, which: int) -> None:
        if version := self.latest(which):
            self.tried("submit", lambda: writing.submit(version, by=self.people[who]))

    @rule(who=REVIEWER, which=WHICH, older=st.booleans(), wrong=st.booleans(), knows=st.booleans())
    def approve(self, who: int, which: int, older: bool, wrong: bool, knows: bool) -> None:
        version = self.latest(which)
        if version is None:
            return
        if older:
            version = version.post.versions.order_by("number").first()
        assert version is not None
        self.say_yes(version, who, digest="0" * 64 if wrong else version.digest, knows=knows)

    def say_yes(self, version: Version, who: int, *, digest: str, knows: bool = True) -> None:
        seen, goes_on, by = self.seen() if knows else None, self.seen() is not None, self.people[who]
        if self.tried("approve", lambda: reviewing.approve(version, by=by, digest=digest, seen=seen)):
            assert knows or not goes_on
            HAPPENED["approved despite"] += goes_on
            assert self.may_judge(who, version)
            assert Member.objects.get(pk=self.people[who].pk).may("review")
            self.allow(version.text)

    def may_judge(self, who: int, version: Version) -> bool:
        """As far as this machine knows: never somebody who wrote of it."""
        return who not in self.wrote[version.text]

    @rule(who=REVIEWER, which=WHICH)
    def send_back(self, who: int, which: int) -> None:
        if version := self.latest(which):
            self.tried(
                "ask_for_changes", lambda: reviewing.ask_for_changes(version, by=self.people[who], text="Anders.")
            )

    @rule(who=REVIEWER, which=WHICH)
    def publish_now(self, who: int, which: int) -> None:
        if version := self.latest(which):
            self.tried("publish_now", lambda: reviewing.publish_now(version, by=self.people[who]))

    @rule(who=OFFICER, which=WHICH, reason=st.sampled_from(["Brand", "Brand", "Brand", "", " "]), new=st.booleans())
    def emergency(self, who: int, which: int, reason: str, new: bool) -> None:
        if new:
            self.write(who=0, minutes=None, wide=False, how_far=0)
        version = self.latest(0 if new else which)
        if version is None:
            return
        closed, told = AfterReview.objects.overdue(timezone.now()).exists(), Message.objects.count()
        by = self.people[who]
        if self.tried("publish_in_emergency", lambda: reviewing.publish_in_emergency(version, by=by, reason=reason)):
            assert not closed
            assert reason.strip()
            assert Member.objects.get(pk=by.pk).may("emergency")
            owed = AfterReview.objects.get(approval__version=version)
            assert (owed.state, owed.due_at) == ("open", timezone.now() + timedelta(hours=24))
            others = [m for m in by.organisation.members.all().who_may("review") if m.pk != by.pk]
            assert Message.objects.count() - told >= len(others)
            self.allow(version.text)

    @rule(who=REVIEWER, note=st.sampled_from(["", "Gezien."]))
    def look_back(self, who: int, note: str) -> None:
        if owed := AfterReview.objects.open().first():
            done = self.tried(
                "look_back", lambda: reviewing.look_back(owed, by=self.people[who], was_right=True, note=note)
            )
            assert not done or owed.approval.by_id != self.people[who].pk

    @rule(who=WHO, which=WHICH)
    def stop(self, who: int, which: int) -> None:
        version = self.latest(which)
        if version and self.tried("stop", lambda: stopping.stop(version.post, by=self.people[who]) + 1):
            self.forbid(version.post)

    @rule(who=REVIEWER, lifts=st.sampled_from([True, True, True, False]))
    def stop_everything_or_lift_it(self, who: int, lifts: bool) -> None:
        town, by = self.channel.organisation, self.people[who]
        if not lifts:
            self.tried("stop_everything", lambda: stopping.stop_everything(town, by=by))
        elif self.tried("lift", lambda: stopping.lift(town, by=by)):
            # Never in a flood: whatever waited is released one by one.
            assert not Delivery.objects.filter(organisation=town, state="waiting").exists()
            self.release(who)

    @rule(who=REVIEWER, over=st.sampled_from([True, True, False]), sending=st.booleans())
    def something_grave(self, who: int, over: bool, sending: bool) -> None:
        """It begins, sometimes while a post is being sent, or it is over."""
        town, by = self.channel.organisation, self.people[who]
        if over:
            if self.tried("let_the_queue_go", lambda: mourning.let_the_queue_go(town, by=by)):
                self.release(who)
            return
        claimed = delivering.claim("machine") if sending else None
        event = self.tried("hold_the_queue", lambda: mourning.hold_the_queue(town, by=by, reason="Ongeval."))
        if isinstance(event, Mourning):
            self.shelve(event)
            assert not Delivery.objects.disturbed().filter(state="waiting").exists()
        if claimed is not None:
            delivering.send(claimed)

    @rule(who=REVIEWER)
    def release(self, who: int) -> None:
        if held := Delivery.objects.filter(state="held").first():
            seen, by = self.seen(), self.people[who]
            if self.tried("release", lambda: stopping.release(held, by=by, seen=seen, reason="Gezien.")):
                self.take_from_the_shelf(held)

    @rule(who=OFFICER, again=st.booleans())
    def decide(self, who: int, again: bool) -> None:
        if doubtful := Delivery.objects.filter(state="uncertain").first():
            done = self.tried("decide", lambda: looking.decide(doubtful, by=self.people[who], send_it_again=again))
            self.again += bool(done and again)
            if done and again:
                self.take_from_the_shelf(doubtful)

    @rule(who=WHO, back=st.sampled_from([True, True, False]))
    def take_away_or_give_back(self, who: int, back: bool) -> None:
        """Somebody's membership ends, or their roles are taken away, while their page stands open."""
        member = self.people[who]
        ended = timezone.now().date() - timedelta(days=2)
        Member.objects.update(ends_on=None)
        Member.objects.filter(pk=member.pk).update(ends_on=None if back else ended)
        HAPPENED["back" if back else "away"] += 1

    @rule(which=WHICH, what=st.sampled_from(["text", "channel text", "digest", "post"]))
    def change_behind_the_back(self, which: int, what: str) -> None:
        """Somebody with the database in their hands changes what was or will be approved."""
        version = self.latest(which)
        if version is None:
            return
        row, targets = Version.objects.filter(pk=version.pk), Target.objects.filter(version=version)
        if what == "text":
            row.update(text=UNSEEN)
        elif what == "channel text":
            targets.update(text=UNSEEN)
        elif what == "digest":
            # Whoever approves it from now on has seen it: a text of its own, that only they can allow.
            self.texts += 1
            known = f"{UNSEEN} {self.texts}"
            self.wrote[known], self.written[known] = self.wrote.get(version.text, {0}), version.pk
            self.meant_for[known] = {target.channel.handle.split("@")[1] for target in targets}
            targets.update(text="")
            row.update(text=known)
            row.update(digest=Version.objects.get(pk=version.pk).compute_digest())
        elif what == "post" and (other := Post.objects.exclude(pk=version.post_id).first()):
            row.update(post=other, number=1000 + version.pk)

    @rule(which=WHICH)
    def make_the_approver_a_writer(self, which: int) -> None:
        """Before anything of it was tried: from then on it must not leave."""
        version = self.latest(which)
        approval = Approval.objects.filter(version=version, emergency=False).first()
        if version and approval and not version.deliveries.filter(attempts__gt=0).exists():
            Contributor.objects.get_or_create(version=version, member=approval.by)
            self.allowed = {pair for pair in self.allowed if pair[0] != version.text}

    @rule(
        which=WHICH,
        how=st.sampled_from(["by its writer", "by an outsider", "of another", "emergency", "astray", "elsewhere"]),
        new=st.booleans(),
    )
    def forge(self, which: int, how: str, new: bool) -> None:
        """Somebody writes rows that look like a way out."""
        if new:
            self.write(who=0, minutes=None, wide=False, how_far=0)
        version = self.latest(which)
        if version is None or Delivery.objects.filter(version=version).exists():
            return
        approved = Approval.objects.exclude(version=version).filter(emergency=False).first()
        try:
            with transaction.atomic():
                self._forged(version, how, approved)
        except IntegrityError:  # the table itself refuses
            return
        HAPPENED[f"forged {how}"] += 1

    def _forged(self, version: Version, how: str, approved: Approval | None) -> None:
        writer, outsider = self.people[0], self.people[6]
        reviewer = next(m for n, m in enumerate(self.people[1:3], 1) if n not in self.wrote.get(version.text, {1}))
        if how == "by its writer":
            by = next((self.people[number] for number in self.wrote.get(version.text, ())), writer)
            _forged_delivery(version, _forged_approval(version, by), self.channel)
        elif how == "by an outsider":
            _forged_delivery(version, _forged_approval(version, outsider), self.channel)
        elif how == "of another" and approved:
            _forged_delivery(version, approved, self.channel)
        elif how == "emergency":
            urgent = _forged_approval(version, writer, emergency=True, reason="Brand")
            _forged_delivery(version, urgent, self.channel)
        elif how == "astray":
            _forged_delivery(version, _forged_approval(version, reviewer), self.foreign)
        elif how == "elsewhere":
            theirs = _forged_approval(version, outsider)
            _forged_delivery(version, theirs, self.foreign, organisation=outsider.organisation)

    @rule(seconds=st.sampled_from([1, 30, 121, 121, 300, 3_600, 90_000]))
    def wait(self, seconds: int) -> None:
        self.clock.shift(timedelta(seconds=seconds))

    @rule(fault=st.sampled_from(["error_after_accepting", "cut_after_accepting", "error_before", "limited"]))
    def trouble(self, fault: str) -> None:
        self.practice.faults.next(fault)  # type: ignore[arg-type]

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

    @rule(who=OFFICER, again=st.booleans())
    def lose_an_answer(self, who: int, again: bool) -> None:
        """A post whose answer never comes is looked for until a person has to decide; some stop it meanwhile."""
        self.practice.faults.next("cut_before")
        self.write(who=0, minutes=None, wide=False, how_far=4)
        for _look in range(looking.LOOKS):
            self.clock.shift(timedelta(seconds=60))
            jobs.look("machine")
        self.decide(who, again)
        self.work()

    @rule(who=WHO)
    def stop_what_is_being_sent(self, who: int) -> None:
        """Between the claim and the call that publishes, there can be minutes of uploading pictures."""
        self.write(who=0, minutes=None, wide=True, how_far=3)
        claimed = delivering.claim("machine")
        self.stop(who, 0)
        if claimed is not None:
            delivering.send(claimed)
        self.work()

    @invariant()
    def only_what_was_approved_is_out(self) -> None:
        if not hasattr(self, "practice"):
            return
        shown = self.standing()
        assert set(shown) <= self.allowed
        # A second copy only where a person decided to send it again.
        assert len(shown) - len(set(shown)) <= self.again


@pytest.mark.django_db
def test_no_sequence_of_calls_publishes_what_was_not_approved() -> None:
    HAPPENED.clear()
    # Making a failure smaller would take longer than a test may.
    play(Gateway, sequences=40, steps=60, seeds=(1, 4), phases=[Phase.generate])
    wanted = [
        *("begin", "submit", "save", "approve", "approve refused", "published", "stop", "decide"),
        *("publish_in_emergency", "publish_in_emergency refused", "look_back", "stop_everything", "lift", "release"),
        *("hold_the_queue", "approved despite"),
    ]
    assert not [name for name in wanted if not HAPPENED[name]], HAPPENED
    assert HAPPENED["published"] > 30


@pytest.mark.django_db
def test_the_machine_really_does_everything() -> None:
    """One sequence by hand, so that no rule above passes by doing nothing."""
    HAPPENED.clear()
    anna, ben, dirk, nobody = 0, 1, 4, 3
    machine = Gateway()
    machine.begin()
    try:
        machine.write(who=anna, minutes=None, wide=True, how_far=4)
        machine.write(who=anna, minutes=None, wide=True, how_far=2)
        machine.publish_now(who=ben, which=0)
        machine.stop(who=nobody, which=0)
        machine.change(who=anna, which=0)
        machine.offer(who=anna, which=0)
        machine.send_back(who=ben, which=0)
        machine.write(who=anna, minutes=None, wide=False, how_far=3)
        machine.stop_everything_or_lift_it(who=nobody, lifts=False)
        machine.work()
        machine.stop_everything_or_lift_it(who=ben, lifts=True)
        machine.something_grave(who=nobody, over=False, sending=True)
        machine.work()
        machine.something_grave(who=ben, over=True, sending=False)
        machine.trouble("error_before")
        machine.work()
        for _look in range(looking.LOOKS):
            machine.wait(300)
            machine.work()
        machine.decide(who=dirk, again=True)
        machine.emergency(who=dirk, which=0, reason="Brand", new=True)
        machine.look_back(who=ben, note="Gezien.")
        for how in ("by its writer", "by an outsider", "of another", "emergency", "astray", "elsewhere"):
            machine.forge(which=0, how=how, new=True)
        machine.take_away_or_give_back(who=ben, back=False)
        machine.write(who=anna, minutes=None, wide=False, how_far=2)
        machine.work()
        machine.only_what_was_approved_is_out()
    finally:
        machine.teardown()
    wanted = {
        *("begin", "submit", "save", "approve", "approve refused", "ask_for_changes", "publish_now", "stop"),
        *("stop_everything", "lift", "release", "decide", "publish_in_emergency", "look_back", "away"),
        *("hold_the_queue", "let_the_queue_go"),
        *(f"forged {how}" for how in ("by its writer", "by an outsider", "of another")),
        *(f"forged {how}" for how in ("emergency", "astray", "elsewhere")),
    }
    assert not wanted - HAPPENED.keys()
    assert HAPPENED["published"] == 4
