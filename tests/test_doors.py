"""Every address, as everybody: nobody, each role, a member of another organisation, and somebody who left.

The addresses are read from the house itself, so a new page is tested before its author wrote a line. A page with
something in its address (a number, a name) needs a line in ``WHAT``; without it this file fails.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from tests.learning.conftest import WORDS
from tests.learning.test_teaching import VALUES, done
from tests.listening.found import heard
from tests.plugins.house import PASSWORD, SETUP, make_member
from vierogen.channels.models import Channel, Takeover
from vierogen.core.pictures import Cleaned
from vierogen.incidents.actions import open_incident
from vierogen.incidents.models import Incident
from vierogen.learning.actions import teaching
from vierogen.learning.actions.agreeing import draft, draft_anew, put_in_force
from vierogen.learning.models import Agreement, Certificate, Lesson
from vierogen.ledger.models import Head
from vierogen.listening.actions.alerting import Wish, save
from vierogen.listening.actions.links import FEED, UNSUBSCRIBE, token
from vierogen.listening.actions.sourcing import add_webhook
from vierogen.listening.models import Alert, Hit, Reader, Spike, Subscription
from vierogen.listening.states import About
from vierogen.networks.base import Profile, Shown
from vierogen.notices.models import Alarm, PushSubscription
from vierogen.people import departing
from vierogen.people.actions import _entrance, invite, join
from vierogen.people.actions import found as found_organisation
from vierogen.people.adapters import MFAAdapter
from vierogen.people.log_in import absent
from vierogen.people.models import Absence, Departure, Member, Organisation, Partnership, User
from vierogen.people.roles import Right, Role, rights_of
from vierogen.people.standing_in import plan
from vierogen.people.states import PartnershipState
from vierogen.posts.actions import consenting, moments
from vierogen.posts.actions.removing import take_down
from vierogen.posts.actions.reviewing import approve, publish_in_emergency
from vierogen.posts.actions.writing import Content, begin, submit
from vierogen.posts.models import Consent, Delivery, Evidence, GuestReview, Media, Post, QuietMoment, TakeDown, Version
from vierogen.posts.states import PostState
from vierogen.practice.models import Drill
from vierogen.practice.network import Account
from vierogen.practice.server import PracticeServer
from vierogen.vault import keeping, taking_over
from vierogen.vault.actions import opened, seal_handshake
from vierogen.vault.models import Export, Handshake, Reveal
from vierogen.vault.revealing import break_glass
from vierogen.watch.actions.looking import look
from vierogen.watch.actions.minding import enrol
from vierogen.watch.models import Stray, Watched
from vierogen.web.proof import Proof

RIGHTS = {"everybody", "logged_in", *Right.values}
SECRET_WORDS = "Zwembad Quispelweg"

# Pages of allauth for people who are not logged in; all others ask them to log in first.
OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "openid_connect_login",
    "openid_connect_callback",
    "socialaccount_login_cancelled",
}
# Pages of allauth that do not exist here, whoever asks (people/log_in.py).
ABSENT = {
    "account_signup",
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_set_password",
    "socialaccount_signup",
    "socialaccount_connections",
}
# What shows a secret, or leads to one: only a passkey or the app with codes counts there.
STRONG = {
    "vault:see",
    "vault:emergency",
    "vault:agree",
    "vault:show",
    "vault:export_ask",
    "vault:export_agree",
    "vault:export_take",
    "vault:takeover_begin",
    "vault:takeover_do",
    "vault:takeover_skip",
}
# What asks once more who somebody is: what cannot be undone (with its POST), and where a secret is typed (always).
FRESH = {
    "people:invite",
    "people:member",
    "people:end",
    "people:leaving",
    "people:settings",
    "people:partner_ask",
    "people:partner_agree",
    "posts:guest_approve",
    "posts:approve",
    "posts:publish_now",
    "posts:emergency",
    "posts:withdraw",
    "watch:take_down",
    "channels:close",
    "vault:ended",
    "vault:connect_to",
    "vault:reconnect",
    "vault:choose_account",
    "vault:keep",
    "vault:remove",
    *STRONG,
}
SECRET = {"vault:connect_to", "vault:reconnect", "vault:keep", *STRONG}
# What GETs may write: sessions, and how often somebody tried.
NOBODY_S_BUSINESS = ("django_session", settings.CACHES["default"]["LOCATION"])


NONE: frozenset[str] = frozenset()


# The addresses


@dataclass(frozen=True)
class Door:
    """An address of the house. ``things`` are the names of what stands in it."""

    name: str
    route: str
    view: Callable[..., HttpResponse] = field(repr=False)
    things: frozenset[str]

    @property
    def right(self) -> str:
        """What its view declares; nothing for allauth's."""
        return str(getattr(self.view, "right", ""))

    @property
    def is_ours(self) -> bool:
        """Not one of allauth's."""
        return not self.route.startswith("log-in/")

    def path(self, world: "World") -> str:
        """A real address."""
        if not self.name:
            return f"/{self.route}"
        return reverse(self.name, kwargs=WHAT[self.name](world) if self.things else None)


def doors(resolver: URLResolver, route: str = "", namespace: str = "", things: frozenset[str] = NONE) -> Iterator[Door]:
    """Every address of the house, save those that only say that there is nothing."""
    for pattern in resolver.url_patterns:
        here, inside = f"{route}{pattern.pattern}", things | frozenset(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            yield from doors(
                pattern, here, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace, inside
            )
        elif pattern.callback is not absent:
            yield Door(f"{namespace}{pattern.name}" if pattern.name else "", here, pattern.callback, inside)


DOORS = list(doors(get_resolver()))
OURS = [door for door in DOORS if door.is_ours]
ALLAUTH = [door for door in DOORS if not door.is_ours]


# What stands in them


@dataclass
class World:
    """One of everything, all of it of the town."""

    town: Organisation
    member: Member
    invited: Member
    channel: Channel
    offered: Version
    approved: Version
    emergency: Version
    delivery: Delivery
    picture: Media
    alarm: Alarm
    stray: Stray
    evidence: Evidence
    take_down: TakeDown
    device: PushSubscription
    authenticator: Authenticator
    incident: Incident
    handshake: Handshake
    asked: Reveal
    export: Export
    moment: QuietMoment
    consent: Consent
    subscription: Subscription
    alert: Alert
    hit: Hit
    spike: Spike
    reader: Reader
    card: Agreement
    next_card: Agreement
    lesson: Lesson
    next_lesson: Lesson
    certificate: Certificate
    absence: Absence
    departure: Departure
    takeover: Takeover
    partnership: Partnership
    guest: GuestReview
    sent_out: GuestReview
    drill: Drill


def post(world: World) -> dict[str, Any]:
    """A post that waits for review."""
    return {"pk": world.offered.post_id}


def approved(world: World) -> dict[str, Any]:
    """A post in cooling-off."""
    return {"pk": world.approved.post_id}


def delivery(world: World) -> dict[str, Any]:
    """A delivery."""
    return {"pk": world.delivery.pk}


def stray(world: World) -> dict[str, Any]:
    """A stray."""
    return {"pk": world.stray.pk}


def incident(world: World) -> dict[str, Any]:
    """An incident."""
    return {"pk": world.incident.pk}


def channel(world: World) -> dict[str, Any]:
    """A channel."""
    return {"pk": world.channel.pk}


def alert(world: World) -> dict[str, Any]:
    """An alert about a person, which waits for the privacy officer."""
    return {"pk": world.alert.pk}


def hit(world: World) -> dict[str, Any]:
    """Something that an alert found."""
    return {"pk": world.hit.pk}


def card(world: World) -> dict[str, Any]:
    """An agreement in force."""
    return {"key": world.card.key}


def drafted(world: World) -> dict[str, Any]:
    """The draft of its next version."""
    return {"pk": world.next_card.pk}


def lesson(world: World) -> dict[str, Any]:
    """A lesson in use."""
    return {"key": world.lesson.key}


def drafted_lesson(world: World) -> dict[str, Any]:
    """The draft of its next version."""
    return {"pk": world.next_lesson.pk}


def passkey(world: World) -> dict[str, Any]:
    """Somebody's passkey."""
    return {"pk": world.authenticator.pk}


def invitation(world: World) -> dict[str, Any]:
    """Both halves of an invitation's link."""
    _root, _join, code, token, _end = _entrance(world.invited.user).split("/")
    return {"code": code, "token": token}


def kept(world: World) -> dict[str, Any]:
    """A secret of an account."""
    return {"pk": world.channel.pk, "field": "password"}


def partnership(world: World) -> dict[str, Any]:
    """An agreement with another organisation."""
    return {"pk": world.partnership.pk}


def guest(world: World) -> dict[str, Any]:
    """A post that another organisation asks the town to judge."""
    return {"pk": world.guest.pk}


def asked(world: World) -> dict[str, Any]:
    """Somebody's wish to see it in an emergency."""
    return {"pk": world.asked.pk}


def takeover(world: World) -> dict[str, Any]:
    """An account that gets into other hands."""
    return {"pk": world.takeover.pk}


def takeover_step(world: World) -> dict[str, Any]:
    """The first step of it."""
    return {"pk": world.takeover.pk, "key": "new_key"}


def drill(world: World) -> dict[str, Any]:
    """An exercise that is being prepared."""
    return {"pk": world.drill.pk}


WHAT: dict[str, Callable[[World], dict[str, Any]]] = {
    "drills:begin": lambda _world: {"key": "stray_post"},
    "drills:drill": drill,
    "drills:live": drill,
    "drills:statement": drill,
    "drills:measure": lambda world: {**drill(world), "key": "changed"},
    "drills:end": drill,
    "people:setup": lambda _world: {"token": "x"},
    "people:accept": invitation,
    "people:member": lambda world: {"pk": world.member.pk},
    "people:invite_again": lambda world: {"pk": world.invited.pk},
    "people:end": lambda world: {"pk": world.member.pk},
    "people:leaving": lambda world: {"pk": world.member.pk},
    "people:guide": lambda world: {"pk": world.member.pk},
    "people:absence": lambda world: {"pk": world.member.pk},
    "people:absence_end": lambda world: {"pk": world.absence.pk},
    "people:departure": lambda world: {"pk": world.departure.pk},
    "people:departure_give": lambda world: {"pk": world.departure.pk},
    "people:departure_close": lambda world: {"pk": world.departure.pk},
    "people:departure_report": lambda world: {"pk": world.departure.pk},
    "posts:picture_consents": lambda world: {"pk": world.picture.pk},
    "posts:moment": lambda world: {"pk": world.moment.pk},
    "posts:moment_remove": lambda world: {"pk": world.moment.pk},
    "posts:consent": lambda world: {"pk": world.consent.pk},
    "posts:consent_withdraw": lambda world: {"pk": world.consent.pk},
    "posts:picture": lambda world: {"pk": world.picture.pk},
    "posts:seen": lambda world: {"pk": world.picture.pk},
    "posts:offered": lambda _world: {"token": "1-1-1.x.y", "name": "picture.jpg"},
    "people:partner_agree": partnership,
    "people:partner_end": partnership,
    "posts:guest": guest,
    "posts:guest_picture": lambda world: {
        "pk": world.guest.pk,
        "media": world.guest.version.attachments.get().media_id,
    },
    "posts:guest_approve": guest,
    "posts:guest_changes": guest,
    "posts:guest_take_back": lambda world: {"pk": world.sent_out.pk},
    "posts:ask_partner": post,
    "posts:detail": post,
    "posts:live": post,
    "posts:edit": post,
    "posts:submit": post,
    "posts:discard": post,
    "posts:review": post,
    "posts:approve": post,
    "posts:changes": post,
    "posts:emergency": post,
    "posts:stop": approved,
    "posts:publish_now": approved,
    "posts:look_back": lambda world: {"pk": world.emergency.post_id},
    "posts:release": delivery,
    "posts:decide": delivery,
    "posts:withdraw": delivery,
    "watch:stray": stray,
    "watch:stray_live": stray,
    "watch:acknowledge": stray,
    "watch:take_down": stray,
    "watch:adopt": stray,
    "watch:by_hand": lambda world: {"pk": world.take_down.pk},
    "watch:evidence": lambda world: {"pk": world.evidence.pk},
    "learning:card": card,
    "learning:picture": lambda world: {"pk": world.card.own_picture_id},
    "learning:change": card,
    "learning:retire": card,
    "learning:history": card,
    "learning:draft": drafted,
    "learning:put_in_force": drafted,
    "learning:throw_away": drafted,
    "learning:lesson": lesson,
    "learning:change_lesson": lesson,
    "learning:oblige": lesson,
    "learning:retire_lesson": lesson,
    "learning:scorm": lesson,
    "learning:lesson_draft": drafted_lesson,
    "learning:use_lesson": drafted_lesson,
    "learning:throw_lesson_away": drafted_lesson,
    "learning:certificate": lambda world: {"number": world.certificate.number},
    "listening:source": lambda world: {"pk": world.subscription.pk},
    "listening:source_change": lambda world: {"pk": world.subscription.pk},
    "listening:source_renew": lambda world: {"pk": world.subscription.pk},
    "listening:hook": lambda _world: {"token": "1-1.x"},
    "incidents:detail": incident,
    "incidents:note": incident,
    "incidents:close": incident,
    "incidents:reopen": incident,
    "listening:alert": alert,
    "listening:alert_edit": alert,
    "listening:alert_rhythm": alert,
    "listening:alert_pause": alert,
    "listening:alert_resume": alert,
    "listening:alert_end": alert,
    "listening:alert_permit": alert,
    "listening:noise": alert,
    "listening:hit": hit,
    "listening:mark": hit,
    "listening:hand_on": hit,
    "listening:spike": lambda world: {"pk": world.spike.pk},
    "vault:connect_to": lambda _world: {"network": "mastodon"},
    "vault:reconnect": channel,
    "vault:secrets": channel,
    "vault:keep": kept,
    "vault:remove": kept,
    "vault:ended": kept,
    "vault:see": kept,
    "vault:emergency": kept,
    "vault:asked": asked,
    "vault:agree": asked,
    "vault:stop": asked,
    "vault:show": asked,
    "vault:look_back": asked,
    "vault:export": lambda world: {"pk": world.export.pk},
    "vault:export_agree": lambda world: {"pk": world.export.pk},
    "vault:export_stop": lambda world: {"pk": world.export.pk},
    "vault:export_take": lambda world: {"pk": world.export.pk},
    "vault:back": lambda _world: {"network": "mastodon"},
    "vault:choose_account": lambda world: {"pk": world.handshake.pk},
    "listening:unsubscribe": lambda world: {"secret": token(world.reader, UNSUBSCRIBE)},
    "listening:feed": lambda world: {"secret": token(world.reader, FEED)},
    "channels:channel": channel,
    "channels:close": channel,
    "channels:hygiene": channel,
    "channels:declare": lambda world: {"pk": world.channel.pk, "key": "mfa"},
    "channels:handover": channel,
    "channels:handover_refresh": channel,
    "channels:handover_paper": channel,
    "vault:takeover": channel,
    "vault:takeover_begin": channel,
    "vault:takeover_practise": channel,
    "vault:taking_over": takeover,
    "vault:takeover_stop": takeover,
    "vault:takeover_do": takeover_step,
    "vault:takeover_exercise": takeover_step,
    "vault:takeover_skip": takeover_step,
    "notices:alarm": lambda world: {"pk": world.alarm.pk},
    "notices:acknowledge": lambda world: {"pk": world.alarm.pk},
    "notices:unsubscribe": lambda world: {"device": world.device.pk},
    "practice:edit": lambda _world: {"pk": 1},
    "practice:delete": lambda _world: {"pk": 1},
    "practice:like": lambda _world: {"pk": 1},
    "practice:repost": lambda _world: {"pk": 1},
    "practice:story": lambda _world: {"pk": 1},
    "practice:album": lambda _world: {"key": "hall"},
    "practice:picture": lambda _world: {"path": "media/1.png"},
    "practice:photo_story": lambda _world: {"pk": 1},
    "practice:photo_delete": lambda _world: {"pk": 1},
    "practice:photo_picture": lambda _world: {"pk": 1},
    "practice:photo_avatar": lambda _world: {"handle": "anna_thuis"},
    "practice:mail": lambda _world: {"number": 1},
    "account_confirm_email": lambda _world: {"key": "x"},
    "account_reset_password_from_key": lambda _world: {"uidb36": "1", "key": "x-y"},
    "mfa_edit_webauthn": passkey,
    "mfa_remove_webauthn": passkey,
    "openid_connect_login": lambda _world: {"provider_id": "sso"},
    "openid_connect_callback": lambda _world: {"provider_id": "sso"},
}
# What is not there even for those who may: the wizard is over, no organisation was chosen to switch to,
# the device is somebody else's, there is no network to practise on, nothing is being sent, nobody logs in at this
# network, and a log-in there belongs to the browser in which it was begun.
NOT_THERE = {
    "vault:back",
    "vault:choose_account",
    "posts:offered",
    "listening:hook",
    "people:setup",
    "people:switch",
    "notices:unsubscribe",
    *(door.name for door in DOORS if door.name.startswith("practice:")),
}


@pytest.fixture
def world(channel: Channel, official: Account, practice: PracticeServer, town: Organisation, cora: Member) -> World:
    """One of everything."""
    writer, reviewer = make_member(town, "Wim", Role.WRITER), make_member(town, "Bea", Role.REVIEWER)
    duty, leaver = make_member(town, "Dora", Role.DUTY_OFFICER), make_member(town, SECRET_WORDS, Role.WRITER)
    offered, cooling, urgent = (
        begin(town, Content(f"{SECRET_WORDS} {number} gaat dicht.", (channel,)), by=writer) for number in range(3)
    )
    submit(offered, by=writer)
    submit(cooling, by=writer)
    approve(cooling, by=reviewer, digest=cooling.digest)
    publish_in_emergency(urgent, by=duty, reason="Er is brand.")
    picture = Media.objects.create(
        organisation=town, data=b"", sha256="0" * 64, mime="image/png", width=1, height=1, name="x", uploaded_by=writer
    )
    enrol()
    with opened(channel) as network:
        row = Watched.objects.select_related("channel__organisation").get(channel=channel)
        look(row, network)
        practice.network.post_by_phone(official, SECRET_WORDS)
        (found,) = look(row, network)
    assert found.alarm
    assert found.evidence
    now = timezone.now()
    listening = save(town, Wish(SECRET_WORDS, About.PERSON, reason=SECRET_WORDS), by=writer)
    heard_of = heard(listening, SECRET_WORDS)
    return World(
        town=town,
        member=writer,
        invited=invite(town, f"{SECRET_WORDS} jr.", "nora@voorbeeld.example", roles=[Role.WRITER], by=cora),
        channel=channel,
        offered=offered,
        approved=cooling,
        emergency=urgent,
        delivery=Delivery.objects.get(version=cooling),
        picture=picture,
        alarm=found.alarm,
        stray=found,
        evidence=found.evidence,
        take_down=take_down(channel, Shown("gone by hand", SECRET_WORDS), by=duty, reason=SECRET_WORDS),
        device=PushSubscription.objects.create(user_id=writer.user_id, endpoint="https://push.example/1"),
        incident=open_incident(SECRET_WORDS, by=duty),
        authenticator=Authenticator.objects.create(user=writer.user, type="webauthn", data={"name": "x"}),
        handshake=answered_log_in(channel, by=cora),
        asked=wished(channel, by=duty, put_in_by=cora),
        export=Export.objects.create(
            organisation=town, recipients=["age1x"], asked_by=cora, ends_at=now + timedelta(hours=1)
        ),
        moment=moments.add(SECRET_WORDS, starts=now, ends=now + timedelta(days=1), by=cora),
        subscription=add_webhook(town, SECRET_WORDS, by=writer),
        alert=listening,
        hit=heard_of,
        spike=Spike.objects.create(organisation=town, alert=listening, hour=now, number=9, expected=1, top=heard_of),
        consent=consenting.keep([picture], who=SECRET_WORDS, how=SECRET_WORDS, until=None, by=writer),
        reader=Reader.objects.get_or_create(member=writer)[0],
        card=(card := agreed(town, by=cora)),
        next_card=draft_anew(card, by=cora),
        lesson=(lesson := taught(town, by=cora)),
        next_lesson=teaching.draft_lesson_anew(lesson, by=cora),
        certificate=done(lesson, by=writer),
        absence=plan(writer, stand_in=reviewer, starts=town.today(), ends=date(2199, 1, 1), by=cora),
        departure=departing.begin(leaver, last_day=date(2199, 1, 1), by=cora),
        drill=Drill.objects.create(organisation=town, scenario="leaked_password", led_by=cora),
        takeover=taking_over.begin(channel, by=cora, proof=Proof(cora.user_id, "totp", now.timestamp())),
        **partnered(offered, writer, picture),
    )


def partnered(offered: Version, writer: Member, picture: Media) -> dict[str, Any]:
    """An agreement with a third organisation: it asks the town to look at a post, and the town asks it."""
    third = found_organisation("Derde", by=SETUP)
    agreement = Partnership.objects.create(
        organisation=writer.organisation,
        partner=third,
        state=PartnershipState.AGREED,
        asked_by=writer,
    )
    there = make_member(third, "Tess", Role.WRITER)
    version = Version.objects.create(
        post=Post.objects.create(organisation=third, state=PostState.IN_REVIEW, created_by=there),
        number=1,
        text=SECRET_WORDS,
        written_by=there,
    )
    told = {"organisation": third, "uploaded_by": there, "sha256": "1" * 64, "mime": picture.mime, "name": "y"}
    shown = Media.objects.create(data=b"", width=1, height=1, **told)
    version.attachments.create(media=shown)
    guest = GuestReview.objects.create(
        organisation=third, partner=writer.organisation, partnership=agreement, version=version, asked_by=there
    )
    asked_there = {"organisation": writer.organisation, "partner": third, "partnership": agreement, "version": offered}
    sent_out = GuestReview.objects.create(asked_by=writer, **asked_there)
    return {"partnership": agreement, "guest": guest, "sent_out": sent_out}


def wished(channel: Channel, *, by: Member, put_in_by: Member) -> Reveal:
    """A secret, and somebody who wants to see it in an emergency."""
    secret = keeping.keep(channel, "password", SECRET_WORDS, by=put_in_by)
    proof = Proof(by.user_id, "totp", timezone.now().timestamp())
    return break_glass(secret, by=by, reason=f"{SECRET_WORDS} is locked", proof=proof)


def agreed(town: Organisation, *, by: Member) -> Agreement:
    """An agreement in force, with time to confirm it."""
    picture = Cleaned(b"\xff\xd8\xff", "image/jpeg", 1, 1, has_place=False, taken_at="", sha256="1" * 64)
    shown = {"own_picture": picture, "picture_alt": SECRET_WORDS}
    card = draft(town, {**WORDS, "title": SECRET_WORDS, **shown}, by=by)
    put_in_force(card, material=True, days=14, by=by)
    return card


def taught(town: Organisation, *, by: Member) -> Lesson:
    """A lesson in use."""
    lesson = teaching.draft_lesson(town, {**VALUES, "title": "Een les"}, by=by)
    teaching.use(lesson, by=by)
    return lesson


def answered_log_in(channel: Channel, *, by: Member) -> Handshake:
    """A log-in at a network that was answered, with an account to choose."""
    known = {"network_key": channel.network_key, "server": channel.server, "state_hash": "0" * 64}
    handshake = Handshake(member=by, answered_at=timezone.now(), **known)
    profile = Profile("1", SECRET_WORDS, SECRET_WORDS)
    seal_handshake(handshake, [{"profile": asdict(profile), "credentials": {}, "picture": ""}])
    handshake.save()
    return handshake


# Calling


@dataclass(frozen=True)
class Answer:
    """What came back, and what was written meanwhile (nobody's business left out)."""

    status: int
    goes_to: str
    body: str
    written: tuple[str, ...]

    @property
    def asks_to_log_in(self) -> bool:
        """Is it the way to the log-in page?"""
        return self.status == 302 and self.goes_to.startswith(reverse("account_login"))


@contextmanager
def watched_writes() -> Iterator[list[str]]:
    """Every statement that writes something."""
    written: list[str] = []

    def see(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        verb = sql.split(None, 1)[0].upper()
        if verb not in {"SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "SET"}:
            written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(see):
        yield written


def call(method: str, path: str, session: str, *, browser: Client | None = None) -> Answer:
    """Open ``path`` in a browser with this session and no other cookie; whatever follows is undone."""
    browser = browser or Client()
    browser.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: session} if session else {})
    before = transaction.savepoint()
    with watched_writes() as written:
        answer = getattr(browser, method)(path)
        body = answer.getvalue().decode(errors="replace")
    transaction.savepoint_rollback(before)
    ours = tuple(sql for sql in written if not any(f'"{table}"' in sql for table in NOBODY_S_BUSINESS))
    return Answer(answer.status_code, answer.headers.get("Location", ""), body, ours)


def session_of(user: User, *, seconds: float = 0) -> str:
    """A session in which ``user`` proved so long ago who they are; at once, no page asks for it again."""
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    record = {"at": timezone.now().timestamp() - seconds, "reauthenticated": True}
    ways = [{"method": "mfa", "type": "totp", **record}, {"method": "password", **record}]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = ways
    session.save()
    return str(session.session_key)


def visits(among: list[Door], world: World, session: str) -> Iterator[tuple[Door, str, Answer]]:
    """Each door, by GET and by an empty POST."""
    browser = Client()
    for door in among:
        path = door.path(world)
        for method in ("get", "post"):
            try:
                yield door, method, call(method, path, session, browser=browser)
            except Exception as error:
                raise AssertionError(f"{method} {path} ({door.name}) fails") from error


# The tests


def test_every_page_of_ours_declares_a_known_right() -> None:
    assert [door.route for door in OURS if door.right not in RIGHTS] == []


def test_only_what_is_declared_for_everybody_opens_without_logging_in() -> None:
    without = {door.name for door in OURS if not getattr(door.view, "login_required", True)}
    assert without == {door.name for door in OURS if door.right == "everybody"}


def test_what_stands_open_is_known_by_name() -> None:
    """A page for everybody is added here on purpose, or not at all."""
    assert {door.name for door in OURS if door.right == "everybody"} == {
        "set_language",
        "home:livez",
        "home:readyz",
        "people:setup",
        "people:accept",
        "notices:push_worker",
        # Signed, and only while a post is being sent: a network has no log-in here.
        "posts:offered",
        # A secret address: other programs have no log-in here.
        "listening:hook",
        # Signed with a number that their owner can make void: mail programs and feed readers have no log-in.
        "listening:unsubscribe",
        "listening:feed",
        # Whoever was given the number of a certificate looks whether it is valid; it shows initials, no name.
        "learning:certificate",
        "practice:people",
        "practice:enter",
    }
    named = {door.name for door in ALLAUTH if door.name}
    without = {door.name for door in ALLAUTH if not getattr(door.view, "login_required", True)}
    assert without - ABSENT == OPEN
    assert named >= ABSENT


def test_every_address_has_something_real_in_it() -> None:
    assert {door.name for door in DOORS if door.things} - WHAT.keys() == set()
    assert WHAT.keys() - {door.name for door in DOORS} == set()


def test_the_walk_finds_every_room() -> None:
    assert {"home", "people", "posts", "watch", "channels", "vault", "ledger", "notices"} <= {
        door.name.partition(":")[0] for door in OURS
    }


def test_nobody_opens_nothing_but_what_stands_open(world: World) -> None:
    wrong = []
    for door, method, answer in visits(DOORS, world, session=""):
        stands_open = door.right == "everybody" or door.name in OPEN
        fits = answer.status == 404 if _is_absent(door) else stands_open or answer.asks_to_log_in
        if not fits or SECRET_WORDS in answer.body or (answer.written and not _may_write(door, method)):
            wrong.append((method, door.name or door.route, answer.status, answer.goes_to, answer.written))
    assert wrong == []


def _is_absent(door: Door) -> bool:
    """One of allauth's that is closed here; its former addresses have no name."""
    return door.name in ABSENT or (not door.is_ours and not door.name)


def _may_write(door: Door, method: str) -> bool:
    """An empty POST writes where there is nothing to fill in."""
    return method == "post" and door.right != "everybody" and door.is_ours


def _roles() -> Iterator[object]:
    """On PostgreSQL those suffice that together may do everything: who may what is no business of the database."""
    theirs = {role: rights_of({role}) for role in Role}
    for role in Role:
        others = set[Right]().union(*(theirs[other] for other in theirs if other != role))
        if theirs[role] <= others:
            theirs.pop(role)
            yield pytest.param(role, marks=pytest.mark.once)
        else:
            yield role


@pytest.mark.parametrize("role", list(_roles()))
def test_each_role_opens_what_its_rights_say_and_nothing_else(world: World, role: Role) -> None:
    member = make_member_with(world.town, role)
    wrong = []
    for door, method, answer in visits(OURS, world, session_of(member.user)):
        may = door.right in {"everybody", "logged_in"} or member.may(door.right)
        if not _fits(door, answer, may=may) or (answer.written and (method == "get" or not may)):
            wrong.append((method, door.name, door.right, answer.status, answer.goes_to, answer.written))
    assert wrong == []


def _fits(door: Door, answer: Answer, *, may: bool) -> bool:
    if answer.status == 405:
        return True
    if not may:
        return answer.status == 403
    if door.name in NOT_THERE and answer.status in {403, 404, 503}:
        return True
    return answer.status in {200, 201, 204, 302, 400, 410, 422} and not answer.asks_to_log_in


def make_member_with(town: Organisation, role: Role) -> Member:
    """Somebody with this role alone."""
    user = User.objects.create_user(f"{role}@voorbeeld.example", PASSWORD, name=str(role.label))
    return join(town, user, roles=[role], by=SETUP, ends_on=date(2199, 1, 1) if role == Role.TRAINEE else None)


def test_what_asks_for_fresh_proof_is_known_by_name() -> None:
    """A page stops asking on purpose, or not at all."""
    assert {door.name for door in OURS if getattr(door.view, "fresh", False)} == FRESH


def test_who_proved_it_ten_minutes_ago_is_asked_again_there_and_nowhere_else(world: World) -> None:
    able = make_member(world.town, "Nel", *[role for role in Role if role != Role.TRAINEE])
    Authenticator.objects.create(user=able.user, type="totp", data={"secret": MFAAdapter().encrypt("A" * 32)})
    wrong = []
    for door, method, answer in visits(OURS, world, session_of(able.user, seconds=600)):
        asks = answer.status == 302 and answer.goes_to.startswith(reverse("account_reauthenticate"))
        asks = asks or (answer.status == 302 and answer.goes_to.startswith(reverse("mfa_reauthenticate")))
        if asks != (door.name in (FRESH if method == "post" else SECRET)) or (asks and answer.written):
            wrong.append((method, door.name, answer.status, answer.goes_to, answer.written))
    assert wrong == []


def test_a_member_of_another_organisation_finds_nothing_of_ours(world: World, otto: Member) -> None:
    head = Head.objects.get(organisation_id=world.town.pk)
    shared = {"people:setup", "people:accept", "vault:connect_to", "listening:unsubscribe", "listening:feed"}
    shared |= {"learning:certificate", "drills:begin"}
    wrong = []
    for door, method, answer in visits(OURS, world, session_of(otto.user)):
        of_ours = bool(door.things) and door.name not in shared and not door.name.startswith("practice:")
        fits = answer.status in {404, 405} if of_ours else _fits(door, answer, may=True)
        if not fits or SECRET_WORDS in answer.body or (answer.written and (of_ours or method == "get")):
            wrong.append((method, door.name, answer.status, answer.goes_to, answer.written))
    assert wrong == []
    head.refresh_from_db()
    assert head.hash == Head.objects.get(organisation_id=world.town.pk).hash


def test_somebody_whose_membership_ended_opens_nothing(world: World) -> None:
    member = make_member_with(world.town, Role.ADMINISTRATOR)
    session = session_of(member.user)
    Member.objects.filter(pk=member.pk).update(ends_on=date(2020, 1, 1))
    wrong = []
    for door, method, answer in visits(OURS, world, session):
        fits = answer.status in {403, 405} if door.right in Right.values else answer.status != 403 or method == "post"
        if not fits or SECRET_WORDS in answer.body:
            wrong.append((method, door.name, door.right, answer.status, answer.goes_to))
    assert wrong == []
    assert call("get", reverse("home:today"), session).goes_to == reverse("people:nowhere")


def test_allauth_shows_nobody_somebody_else_s(world: World, otto: Member, ben: Member) -> None:
    for member in (otto, ben):
        wrong = []
        for door, method, answer in visits(ALLAUTH, world, session_of(member.user)):
            is_absent = _is_absent(door) or WHAT.get(door.name) is passkey
            fits = answer.status == 404 if is_absent else answer.status < 500
            if not fits or (answer.written and method == "get"):
                wrong.append((method, door.name or door.route, answer.status, answer.goes_to, answer.written))
        assert wrong == []


def test_the_search_for_writes_finds_some(world: World, cora: Member) -> None:
    assert call("post", reverse("people:end", args=[world.member.pk]), session_of(cora.user)).written
    assert Member.objects.get(pk=world.member.pk).is_current
