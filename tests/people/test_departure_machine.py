"""After a departure nothing is reachable with anything the leaver had, and none closes with something left.

A Hypothesis state machine lets people join, hold things of many kinds, open sessions, get secret addresses, leave at
once or at the end of a day, hand over and come back, in any order. What somebody holds it knows from the calls that
succeeded, never from the rows that the departure itself reads.

Secret addresses are those of bulletins, unsubscribing, forgotten passwords, invitations and webhooks. Addresses of
calendars are not among them: the product gives out none.
"""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.account.forms import default_token_generator as resets
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.contrib.auth.tokens import default_token_generator as invitations
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.machines import play
from tests.plugins.house import PASSWORD, SETUP, make_member
from vierogen.channels.actions import entrust
from vierogen.channels.hygiene import declare_phone, end_phone
from vierogen.channels.models import AppOnPhone, Channel, Takeover
from vierogen.incidents.actions import open_incident
from vierogen.listening.actions.alerting import Wish, save
from vierogen.listening.actions.bringing import renew_address
from vierogen.listening.actions.handing import hand_on
from vierogen.listening.actions.links import FEED, UNSUBSCRIBE, token
from vierogen.listening.actions.reading import kept
from vierogen.listening.actions.sourcing import add_webhook
from vierogen.listening.models import Hit, Item, Subscription
from vierogen.listening.states import About
from vierogen.networks.base import Profile
from vierogen.notices.actions import subscribe
from vierogen.notices.models import PushSubscription
from vierogen.people import departing
from vierogen.people.actions import change_roles, end, found, invite, invite_again, join
from vierogen.people.holding import number_of
from vierogen.people.models import Departure, Member
from vierogen.people.roles import Role
from vierogen.people.standing_in import plan
from vierogen.people.states import DepartureState
from vierogen.posts.actions.consenting import keep as keep_consent
from vierogen.posts.actions.content import Content
from vierogen.posts.actions.writing import begin, discard
from vierogen.posts.models import Media
from vierogen.vault import log_in, taking_over
from vierogen.vault.actions import Proved, take
from vierogen.vault.keeping import keep
from vierogen.vault.models import Handshake, Kept
from vierogen.vault.revealing import reveal
from vierogen.web.proof import Proof

REFUSALS = (PermissionDenied, ValidationError)
EVERY = [role for role in Role if role != Role.TRAINEE]
WHO = st.integers(0, 2)
KINDS = (
    "posts.unfinished",
    "listening.alerts",
    "listening.handed",
    "listening.webhooks",
    "incidents.led",
    "channels.custody",
    "channels.phones",
    "channels.takeovers",
    "people.stands_in",
    "people.invited",
    "posts.consents",
    "vault.secrets_known",
    "vault.secrets_typed",
    "vault.keys_handed_in",
)
# What is listed under another name than the kind has here.
KEYS = {
    "vault.secrets_known": "secrets_known",
    "vault.secrets_typed": "secrets_known",
    "vault.keys_handed_in": "keys_handed_in",
}
NEEDS_PLACE = {"people.stands_in", "channels.custody", "channels.takeovers", "vault.secrets_known"}
# The only network of the product at which one logs in and that is connected so.
APP = {"instagram": ("our-app", "its secret")}
# What the sequences really did, so that the test cannot pass by doing nothing.
HAPPENED: Counter[str] = Counter()


@dataclass
class Had:
    """What somebody had in hands before they left: browsers, and secret addresses of every sort."""

    browsers: list[Client] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)
    unsubscribes: list[str] = field(default_factory=list)
    resets: list[str] = field(default_factory=list)
    invitations: list[str] = field(default_factory=list)
    passkeys: list[int] = field(default_factory=list)
    log_ins: list[tuple[int, str]] = field(default_factory=list)


class Leaving(RuleBasedStateMachine):
    """Three people come, hold things and go; Cora administers, and Sem and Rik stay."""

    @initialize()
    def begin(self) -> None:
        self.travel = time_machine.travel(timezone.now(), tick=False)
        self.clock = self.travel.start()
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.town = found("Voorbeeld", by=SETUP, language="en")
        self.cora = make_member(self.town, "Cora", Role.ADMINISTRATOR)
        self.stays = make_member(self.town, "Sem", *EVERY)
        make_member(self.town, "Rik", Role.REVIEWER)
        self.people = [make_member(self.town, name, *EVERY) for name in ("Anna", "Ben", "Dirk")]
        self.holds: dict[int, Counter[str]] = defaultdict(Counter)
        self.had: dict[int, Had] = defaultdict(Had)
        self.lost: dict[int, Had] = defaultdict(Had)
        self.numbers = 0

    def now(self, who: int) -> Member:
        return Member.objects.select_related("user", "organisation").get(pk=self.people[who].pk)

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    # Holding

    @rule(who=WHO, kind=st.sampled_from(KINDS))
    def holds_something(self, who: int, kind: str) -> None:
        member = self.now(who)
        made = getattr(self, f"_{kind.partition('.')[2]}")
        inner = transaction.atomic()
        inner._from_testcase = True  # type: ignore[attr-defined]  # as in any test that is rolled back
        try:
            with inner:
                made(member)
        except REFUSALS:
            assert not member.is_current or (member.ends_on and kind in NEEDS_PLACE), kind
            return
        assert member.is_current, f"{kind} was taken by somebody who left"
        self.holds[who][KEYS.get(kind, kind)] += 1
        if kind in {"channels.takeovers", "vault.secrets_known"}:  # only custodians can
            self.holds[who]["channels.custody"] += 1
        HAPPENED[kind] += 1

    def _channel(self) -> Channel:
        name = f"@a{self.number()}"
        known = {"network_key": "mastodon", "server": "https://social.example", "realm": "social.example"}
        return Channel.objects.create(organisation=self.town, account_id=name, handle=name, name=name, **known)

    def _unfinished(self, member: Member) -> None:
        begin(self.town, Content(f"Bericht {self.number()}", (self._channel(),)), by=member)

    def _alerts(self, member: Member) -> None:
        save(self.town, Wish(f"zwembad{self.number()}", About.SUBJECT), by=member)

    def _handed(self, member: Member) -> None:
        alert = save(self.town, Wish(f"zwembad{self.number()}", About.SUBJECT), by=self.stays)
        item = Item.objects.create(key=f"{self.number():064}", title="Zwembad")
        hit = Hit.objects.create(organisation=self.town, alert=alert, item=item)
        hand_on(hit, reason="Answer it", owner=member, by=self.stays)

    def _webhooks(self, member: Member) -> None:
        add_webhook(self.town, f"Program {self.number()}", by=member)

    def _led(self, member: Member) -> None:
        open_incident(f"Incident {self.number()}", by=member)

    def _custody(self, member: Member) -> None:
        entrust(self._channel(), to=[member, self.cora], by=self.cora)

    def _stands_in(self, member: Member) -> None:
        colleague = make_member(self.town, f"Away{self.number()}", Role.WRITER)
        day = self.town.today() + timedelta(days=30)
        plan(colleague, stand_in=member, starts=day, ends=day, by=self.cora)

    def _invited(self, member: Member) -> None:
        name = f"Friend{self.number()}"
        invite(self.town, name, f"{name}@elsewhere.example", roles=[Role.WRITER], by=member)

    def _entrusted(self, member: Member) -> Channel:
        channel = self._channel()
        entrust(channel, to=[member, self.cora], by=self.cora)
        return channel

    def _phones(self, member: Member) -> None:
        declare_phone(self._channel(), is_on=True, by=member)

    def _takeovers(self, member: Member) -> None:
        taking_over.begin(self._entrusted(member), by=member, proof=Proof(member.user_id, "totp", time.time()))

    def _consents(self, member: Member) -> None:
        told = {"sha256": f"{self.number():064}", "mime": "image/png", "width": 1, "height": 1, "name": "x"}
        picture = Media.objects.create(organisation=self.town, data=b"", uploaded_by=self.stays, **told)
        keep_consent([picture], who="Bram", how="On paper", until=None, by=member)

    def _secrets_known(self, member: Member) -> None:
        secret = keep(self._entrusted(member), "password", f"secret {self.number()}", by=self.cora)
        reveal(secret, by=member, reason="The new phone asks for it", proof=Proof(member.user_id, "totp", time.time()))

    def _secrets_typed(self, member: Member) -> None:
        keep(self._channel(), "notes", f"secret {self.number()}", by=member)

    def _keys_handed_in(self, member: Member) -> None:
        name = f"@k{self.number()}"
        self._hand_in(name, by=member)

    def _hand_in(self, name: str, *, by: Member) -> None:
        told = {"token": f"key {self.number()}"}
        profile = Profile(account_id=name, handle=name, name=name)
        take(self.town, Proved("mastodon", "https://social.example", profile, told, may_delete=True), by=by)

    # Ways in

    @rule(who=WHO)
    def opens_a_session(self, who: int) -> None:
        browser = Client()
        if browser.login(email=self.people[who].user.email, password=PASSWORD):
            assert self.now(who).is_current or not self.now(who).let_go_at
            self.had[who].browsers.append(browser)
            HAPPENED["session"] += 1

    @rule(who=WHO)
    def gets_addresses(self, who: int) -> None:
        member = self.now(who)
        if not member.is_current:
            return
        reader, had = kept(member), self.had[who]
        had.feeds.append(token(reader, FEED))
        had.unsubscribes.append(token(reader, UNSUBSCRIBE))
        had.resets.append(resets.make_token(member.user))
        had.invitations.append(invitations.make_token(member.user))
        passkey = Authenticator.objects.create(user=member.user, type=Authenticator.Type.WEBAUTHN, data={})
        had.passkeys.append(passkey.pk)
        subscribe(member.user_id, endpoint=f"https://push.example/{who}", p256dh="k", auth="a")
        HAPPENED["addresses"] += 1

    @rule(who=WHO)
    def begins_a_log_in_at_a_network(self, who: int) -> None:
        member = self.now(who)
        if member.is_current and Handshake.objects.filter(member=member).count() < log_in.MOST:
            with override_settings(NETWORK_CLIENTS=APP):
                begun = log_in.begin(member, "instagram")
            (sent,) = parse_qs(urlsplit(begun.address).query)["state"]
            self.had[who].log_ins.append((begun.handshake.pk, sent))
            HAPPENED["log-in under way"] += 1

    # Leaving and coming back

    @rule(who=WHO, days=st.sampled_from([None, None, 0, 1]))
    def leaves(self, who: int, days: int | None) -> None:
        last_day = None if days is None else self.town.today() + timedelta(days=days)
        was = self.now(who)
        if was.is_current:
            departing.begin(was, last_day=last_day, by=self.cora)
            HAPPENED["at once" if days is None else "planned"] += 1
        self._settle()

    @rule()
    def a_night_passes(self) -> None:
        self.clock.shift(timedelta(days=1))
        HAPPENED["by itself"] += departing.end_those_who_left()
        self._settle()

    def _settle(self) -> None:
        """Whatever somebody who is gone had, is what nobody may use any more."""
        for who in range(len(self.people)):
            if not self.now(who).is_current:
                had, lost = self.had.pop(who, Had()), self.lost[who]
                for name, values in vars(had).items():
                    getattr(lost, name).extend(values)

    @rule(who=WHO)
    def comes_back(self, who: int) -> None:
        member = self.now(who)
        if not member.is_current:
            join(self.town, member.user, roles=EVERY, by=self.cora)
            HAPPENED["back"] += 1

    @rule(who=WHO, days=st.sampled_from([None, 0, 1]))
    def is_wanted_back_by_another_door(self, who: int, days: int | None) -> None:
        """By a last day, or by none, nobody comes back who left; of who is here the day moves."""
        member = self.now(who)
        day = None if days is None else self.town.today() + timedelta(days=days)
        planned = Departure.objects.open().filter(member=member).first()
        doors = [lambda: change_roles(member, roles=EVERY, ends_on=day, by=self.cora)]
        doors += [lambda: departing.begin(member, last_day=day, by=self.cora)] * (not member.is_current)
        was = member.is_current
        for door in doors:
            try:
                with transaction.atomic():
                    door()
            except ValidationError:
                assert not was
                HAPPENED["not back"] += 1
            else:
                assert was, "somebody who left came back"
        assert self.now(who).is_current == was
        if planned:
            planned.refresh_from_db()
            assert (planned.state == DepartureState.OPEN) == (not was or day is not None)

    # Handing over and closing

    @rule(who=WHO, kind=st.sampled_from(KINDS).map(lambda kind: KEYS.get(kind, kind)))
    def hands_over(self, who: int, kind: str) -> None:
        departure = Departure.objects.open().filter(member=self.people[who]).first()
        if departure is None:
            return
        held = {one.holding.key: one for one in departing.left_with(self.now(who))}
        found_there = len(held[kind].held) if kind in held else 0
        assert found_there == self.holds[who][kind], kind
        if kind in held and held[kind].holding.can_hand_over:
            subjects = [each.subject for each in held[kind].held]
            departing.hand_over(departure, kind, subjects, to=self.stays, by=self.cora)
            HAPPENED["handed over"] += len(subjects)
        elif kind in held:
            self._done_there(kind, [number_of(each.subject) for each in held[kind].held], self.now(who))
            HAPPENED["done there"] += found_there
        self.holds[who][kind] = 0

    def _done_there(self, kind: str, numbers: list[int], leaver: Member) -> None:
        """What no hand takes over ends in its own way, each on its own page."""
        done = {
            "listening.webhooks": self._renewed,
            "secrets_known": self._changed,
            "keys_handed_in": self._connected_again,
            "channels.takeovers": self._stopped,
            "channels.phones": self._logged_out,
            "people.invited": self._invited_again_or_ended,
        }
        done[kind](numbers, leaver)

    def _renewed(self, _numbers: list[int], leaver: Member) -> None:
        for row in Subscription.objects.filter(made_by=leaver, source__kind="webhook"):
            renew_address(row, by=self.stays)

    def _changed(self, numbers: list[int], _leaver: Member) -> None:
        for secret in Kept.objects.filter(pk__in=numbers).select_related("channel"):
            keep(secret.channel, secret.field, f"changed {self.number()}", by=self.stays)

    def _connected_again(self, numbers: list[int], _leaver: Member) -> None:
        for channel in Channel.objects.filter(pk__in=numbers):
            self._hand_in(channel.account_id, by=self.stays)

    def _stopped(self, numbers: list[int], _leaver: Member) -> None:
        for takeover in Takeover.objects.filter(pk__in=numbers).select_related("channel__organisation"):
            taking_over.stop(takeover, by=self.cora)

    def _logged_out(self, numbers: list[int], leaver: Member) -> None:
        for phone in AppOnPhone.objects.filter(channel__in=numbers, member=leaver).select_related("channel"):
            if leaver.is_current:
                declare_phone(phone.channel, is_on=False, by=leaver)
            else:
                end_phone(phone, by=self.stays)

    def _invited_again_or_ended(self, numbers: list[int], _leaver: Member) -> None:
        for place, friend in enumerate(Member.objects.filter(pk__in=numbers)):
            settle = [invite_again, end][place % 2]
            settle(friend, by=self.stays)

    @rule(who=WHO)
    def throws_a_draft_away(self, who: int) -> None:
        """Done by hand, on the post's own page."""
        departure = Departure.objects.open().filter(member=self.people[who]).first()
        kept_ = departing.left_with(self.now(who)) if departure else []
        for one in kept_:
            if one.holding.key == "posts.unfinished":
                post = self.town.posts.get(pk=one.held[0].subject.rpartition(":")[2])
                discard(post, by=self.stays)
                self.holds[who]["posts.unfinished"] -= 1
                HAPPENED["thrown away"] += 1

    @rule(who=WHO)
    def closes(self, who: int) -> None:
        departure = Departure.objects.open().filter(member=self.people[who]).first()
        if departure is None:
            return
        may = not self.holds[who].total() and not self.now(who).is_current
        try:
            with transaction.atomic():
                departing.close(departure, by=self.cora)
        except ValidationError:
            assert not may
            HAPPENED["not closed"] += 1
        else:
            assert may
            HAPPENED["closed"] += 1

    # What must hold

    @rule()
    def nothing_works_any_more(self) -> None:
        for who, lost in self.lost.items():
            self._try_everything(self.now(who), lost)

    def _try_everything(self, member: Member, lost: Had) -> None:
        for browser in lost.browsers:
            for page in ("home:today", "posts:list", "people:list", "people:my_absence"):
                assert browser.get(reverse(page)).status_code == 302, "an old session opens a page"
        for secret in lost.feeds:
            assert Client().get(reverse("listening:feed", args=[secret])).status_code == 404
        for secret in lost.unsubscribes:
            assert Client().get(reverse("listening:unsubscribe", args=[secret])).status_code == 410
        assert not [each for each in lost.resets if resets.check_token(member.user, each)]
        assert not [each for each in lost.invitations if invitations.check_token(member.user, each)]
        assert not Authenticator.objects.filter(pk__in=lost.passkeys).exists()
        for pk, sent in lost.log_ins:
            with pytest.raises(ValidationError):
                log_in.waiting(member, "instagram", sent=sent, among=[pk])
        if not member.is_current:
            assert authenticate(None, email=member.user.email, password=PASSWORD) is None
            assert not PushSubscription.objects.filter(user_id=member.user_id).exists()
            assert not Authenticator.objects.filter(user=member.user_id).exists()
            assert not Handshake.objects.filter(member=member).exists()
            HAPPENED["tried"] += 1

    def teardown(self) -> None:
        if not hasattr(self, "rollback"):
            return
        try:
            self.nothing_works_any_more()
            for departure in Departure.objects.filter(state=DepartureState.CLOSED).select_related("member"):
                if not departure.member.is_current:
                    assert not departing.left_with(departure.member)
        finally:
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)
            self.travel.stop()


@pytest.mark.django_db(transaction=True)
def test_nobody_takes_anything_along() -> None:
    play(Leaving, sequences=40, steps=25)


@pytest.mark.django_db(transaction=True)
def test_the_machine_can_do_all_of_it() -> None:
    """One sequence with everything in it, so that the test above does not pass by doing nothing."""
    HAPPENED.clear()
    kinds = list(dict.fromkeys(KEYS.get(kind, kind) for kind in KINDS))
    machine = Leaving()
    machine.begin()
    try:
        for kind in KINDS:
            machine.holds_something(who=0, kind=kind)
        machine.holds_something(who=0, kind="posts.unfinished")
        machine.opens_a_session(who=0)
        machine.gets_addresses(who=0)
        machine.begins_a_log_in_at_a_network(who=0)
        machine.leaves(who=0, days=0)
        machine.closes(who=0)
        machine.a_night_passes()
        machine.nothing_works_any_more()
        machine.is_wanted_back_by_another_door(who=0, days=None)
        machine.throws_a_draft_away(who=0)
        for kind in kinds:
            machine.closes(who=0)
            machine.hands_over(who=0, kind=kind)
        machine.closes(who=0)
        machine.comes_back(who=0)
        machine.nothing_works_any_more()
        machine.leaves(who=0, days=None)
        machine.closes(who=0)
    finally:
        machine.teardown()
    assert (HAPPENED["closed"], HAPPENED["not closed"]) == (2, 1 + len(kinds))
    # One of each kind, and two accounts more for which they answer: those of the secret seen and of the takeover.
    assert (HAPPENED["by itself"], HAPPENED["handed over"], HAPPENED["thrown away"]) == (1, 9, 1)
    assert (HAPPENED["done there"], HAPPENED["log-in under way"]) == (7, 1)
    assert (HAPPENED["tried"] > 0, HAPPENED["not back"]) == (True, 2)
