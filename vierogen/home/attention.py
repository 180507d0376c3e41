"""What asks for somebody now: gathered from the rooms, each kind in one query or two, the worst first."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from textwrap import shorten

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vierogen.channels.hygiene import Care
from vierogen.home.asking import Attention
from vierogen.home.caring import caring
from vierogen.home.vaults import vaults
from vierogen.learning.standing import standing_of
from vierogen.listening.models import HandOver
from vierogen.notices.models import Message
from vierogen.people.models import Departure, Member, Partnership
from vierogen.people.roles import Right, Role
from vierogen.people.standing_in import stands_in_for
from vierogen.people.steps import steps_of
from vierogen.posts.actions.mourning import grave_event
from vierogen.posts.models import AfterReview, Comment, Delivery, GuestReview, Post, TakeDown, Version
from vierogen.posts.states import IN_HANDS, DeliveryState, PostState
from vierogen.posts.views.reading import may_judge, may_look_back
from vierogen.vault.models import KeyLife
from vierogen.vault.renewing import WARNINGS
from vierogen.watch.board import Tile
from vierogen.watch.models import Stray
from vierogen.watch.states import State as StrayState
from vierogen.web.templatetags.vierogen import moment

WORST_FIRST = ("stop", "look", "info")
# So many of one kind are enough to know what to do first.
MOST = 10
# A post that did not go out asks its writer for so long.
FAILED_FOR = timedelta(days=1)
# A mail that failed for good asks for so long; the ones that still wait ask until they have left.
MAIL_FAILED_FOR = timedelta(days=1)
# A grave event that goes on longer asks whether it is over.
GRAVE_FOR = timedelta(days=3)


def attention(
    member: Member, watched: list[Tile], waiting: list[Post], cared: dict[int, Care], ending: list[KeyLife]
) -> list[Attention]:
    """Everything that asks for this member. ``waiting`` are the posts in review, with their latest versions.

    ``cared`` says of each watched channel, by its number, how it is kept; ``ending`` are the keys that end soon, in
    that order.
    """
    found = [
        *_strays(member),
        *_by_hand(member),
        *_unseen(member, watched),
        *_keys(member, ending),
        *vaults(member),
        *caring(member, [(tile.channel, cared[tile.channel.pk]) for tile in watched]),
        *_mail(member),
        *_grave(member),
        *_doubts(member),
        *_owed(member),
        *_reviews(member, waiting),
        *_guests(member),
        *_own(member),
        *_arriving(member),
        *_learning(member),
        *_standing_in(member),
        *_guiding(member),
        *_unguided(member),
        *_unmanned(member),
        *_leaving(member),
    ]
    return sorted(found, key=lambda one: WORST_FIRST.index(one.state))


def _strays(member: Member) -> Iterator[Attention]:
    rows = Stray.objects.visible_to(member).asking().on_show().order_by("-seen_at")[:MOST]
    usual = _("Look and take down") if member.may(Right.TAKE_DOWN) else _("Look")
    for row in rows:
        by_hand = row.take_down is not None and row.take_down.state in IN_HANDS
        action = _("Show me how to remove it") if by_hand else usual
        text = _("Nobody here prepared it. Seen at %(time)s. Evidence is kept.") % {"time": _clock(row.seen_at)}
        title = _("Exercise: %(what)s") if row.channel.is_exercise else "%(what)s"
        what = {"what": row.get_what_display()}
        yield Attention("stop", title % what, text, reverse("watch:stray", args=[row.pk]), action, row.channel)


def _by_hand(member: Member) -> Iterator[Attention]:
    """What somebody has to remove in the network's own app; open strays are there already."""
    rows = (
        TakeDown.objects.visible_to(member).in_hands().exclude(strays__state__in=[StrayState.OPEN, StrayState.ADOPTED])
    )
    for row in rows.select_related("channel")[:MOST]:
        text = _("Vierogen cannot remove it there now. Asked at %(time)s.") % {"time": _clock(row.asked_at)}
        title, url = _("Somebody has to remove this in the app"), reverse("watch:by_hand", args=[row.pk])
        yield Attention("stop", title, text, url, _("Show me how to remove it"), row.channel)


def _unseen(member: Member, watched: list[Tile]) -> Iterator[Attention]:
    for tile in watched:
        if not tile.channel.is_connected and member.may(Right.CONNECT):
            url, action = reverse("vault:reconnect", args=[tile.channel.pk]), _("Connect it again")
        else:
            url, action = tile.url, _("To the watch")
        if not tile.channel.is_connected:
            text = _("The network refuses our key. Nothing goes out there, and a stray could go unnoticed.")
            yield Attention("stop", _("An account is disconnected"), text, url, action, tile.channel)
        elif tile.is_silent:
            text = _("The watch hears nothing. A stray could go unnoticed.")
            yield Attention("stop", _("We cannot see an account at the moment"), text, url, action, tile.channel)


def _keys(member: Member, ending: list[KeyLife]) -> Iterator[Attention]:
    """Keys that end soon and are not renewed by themselves, for who can connect the account again."""
    if not member.may(Right.CONNECT):
        return
    for row in ending[:MOST]:
        is_over = row.ends_at <= timezone.now()
        title = _("The key of an account ended: %(at)s") if is_over else _("The key of an account ends: %(at)s")
        text = _("Afterwards nothing goes out there, and a stray could go unnoticed. Connect it again before then.")
        url = reverse("vault:reconnect", args=[row.channel_id])
        state = "stop" if row.warned == WARNINGS[-1] else "look"
        told = {"at": moment(row.ends_at)}
        yield Attention(state, title % told, text, url, _("Connect it again"), row.channel)


def _mail(member: Member) -> Iterator[Attention]:
    """Mails that the mail server does not take, for who answers alarms and who can mend it."""
    if not (member.may(Right.ANSWER_ALARM) or member.may(Right.MANAGE_PEOPLE)):
        return
    lately = Q(failed_at=None) | Q(failed_at__gte=timezone.now() - MAIL_FAILED_FOR)
    # A mail in a sender's hands for the first time has had no refusal yet.
    rows = Message.objects.visible_to(member).troubled().filter(lately).exclude(problem="")
    if latest := rows.first():
        told = {"count": rows.count(), "name": latest.name, "said": latest.problem}
        text = _("Mails not taken: %(count)d, the latest to %(name)s. The mail server said: %(said)s") % told
        title = _("Mail does not leave: alarms may reach nobody")
        yield Attention("stop", title, text, reverse("notices:mine"), _("How I am reached"))


def _grave(member: Member) -> Iterator[Attention]:
    """A grave event that goes on for days, for who can say that it is over: posts wait for that."""
    event = grave_event(member.organisation_id) if member.may(Right.RELEASE) else None
    if event and event.at < timezone.now() - GRAVE_FOR:
        title = _("What was approved before is held since %(at)s") % {"at": moment(event.at)}
        text = _("“%(reason)s” Is it over? Then say so, and release what may still go out.") % {"reason": event.reason}
        yield Attention("look", title, text, reverse("posts:grave"), _("Look"))


def _doubts(member: Member) -> Iterator[Attention]:
    doubtful = Q(state=DeliveryState.UNCERTAIN, next_look_at=None)
    rows = Delivery.objects.visible_to(member).filter(doubtful | Q(state=DeliveryState.HELD))
    for row in rows.select_related("version", "channel")[:MOST]:
        held = row.state == DeliveryState.HELD
        may = member.may(Right.RELEASE if held else Right.DECIDE)
        yield Attention(
            "look" if held else "stop",
            _("A post waits to be released") if held else _("Is this post there? Somebody has to look"),
            _summary(row.version),
            reverse("posts:detail", args=[row.version.post_id]),
            _("Look and decide") if may else _("Look"),
            row.channel,
            row.version.language,
        )


def _owed(member: Member) -> Iterator[Attention]:
    for row in AfterReview.objects.open().visible_to(member).with_post():
        if may_look_back(member, row):
            yield Attention(
                "stop" if row.due_at < timezone.now() else "look",
                _("An emergency waits for a second pair of eyes"),
                _("Somebody else looks back before %(time)s.") % {"time": moment(row.due_at)},
                reverse("posts:look_back", args=[row.approval.version.post_id]),
                _("Look back"),
                row.approval.version.targets.all()[0].channel,
            )


def _reviews(member: Member, waiting: list[Post]) -> Iterator[Attention]:
    for version in (post.latest for post in waiting):
        if may_judge(member, version):
            yield Attention(
                "look",
                _("%(name)s asks for your eyes") % {"name": version.written_by.name},
                _summary(version),
                reverse("posts:review", args=[version.post_id]),
                _("Review it"),
                version.targets.all()[0].channel,
                version.language,
            )


def _guests(member: Member) -> Iterator[Attention]:
    """What a colleague organisation asks."""
    if not member.may(Right.REVIEW):
        return
    rows = GuestReview.objects.open().visible_to(member).select_related("organisation", "version")
    for row in rows[:MOST]:
        title = _("%(name)s asks for your eyes") % {"name": row.organisation.name}
        url = reverse("posts:guest", args=[row.pk])
        yield Attention("look", title, _summary(row.version), url, _("Review it"), None, row.version.language)


def _own(member: Member) -> Iterator[Attention]:
    """What came back to its writer: remarks, a time that passed, a network that refused."""
    for remark in Comment.objects.to_answer(member)[:MOST]:
        title = _("%(name)s asks you to change something") % {"name": remark.by.name}
        url = reverse("posts:detail", args=[remark.version.post_id])
        yield Attention("look", title, shorten(remark.text, 160, placeholder="…"), url, _("Read and change it"))
    for post in Post.objects.visible_to(member).looked_after_by(member).filter(state=PostState.EXPIRED)[:MOST]:
        text = _("It did not go out. Choose a new time, or throw it away.")
        url = reverse("posts:detail", args=[post.pk])
        yield Attention("info", _("The time of your post passed without approval"), text, url, _("Look"))
    failed = Delivery.objects.visible_to(member).filter(state=DeliveryState.FAILED, version__written_by=member)
    for row in failed.filter(due_at__gte=timezone.now() - FAILED_FOR).select_related("version", "channel")[:MOST]:
        text, url = _summary(row.version), reverse("posts:detail", args=[row.version.post_id])
        yield Attention(
            "stop", _("Your post did not go out"), text, url, _("See why"), row.channel, row.version.language
        )


def _arriving(member: Member) -> Iterator[Attention]:
    """The steps of somebody who gets started, in one line."""
    left = [step for step in steps_of(member) if not step.is_done] if member.arriving_since else []
    if left:
        title = ngettext("Welcome! %(number)d step is left", "Welcome! %(number)d steps are left", len(left))
        text = _("Next: %(step)s. With the last step you can do everything that your role allows.")
        url, told = reverse("people:arriving"), {"number": len(left), "step": left[0].title}
        yield Attention("look", title % told, text % told, url, _("Go on"))


def _learning(member: Member) -> Iterator[Attention]:
    """Agreements to confirm and lessons to do, together in one line; of who gets started they are steps."""
    standing = standing_of(member)
    if not standing.open or standing.arrival:
        return
    number = len(standing.open)
    if all(one.what == "agreement" for one in standing.open):
        title = ngettext("%(number)d agreement waits for you", "%(number)d agreements wait for you", number)
    else:
        title = ngettext("%(number)d thing to learn waits for you", "%(number)d things to learn wait for you", number)
    if standing.missing:
        state, text = "stop", _("Until it is done you can offer, approve or publish nothing. It takes two minutes.")
    else:
        state, at = "look", moment(standing.waiting[0].due_at)
        text = _("Read it and answer one question. You have time until %(at)s.") % {"at": at}
    yield Attention(state, title % {"number": number}, text, reverse("learning:missing"), _("Do it now"))


def _standing_in(member: Member) -> Iterator[Attention]:
    """What was asked of a colleague who is away, for who stands in and may do it themselves: rights do not travel."""
    for absence in stands_in_for(member):
        who = {"name": absence.member.name, "day": date_format(absence.ends, "j F")}
        handed = HandOver.objects.filter(owner=absence.member, taken_up_at=None)
        count = handed.count() if member.may(Right.LISTEN) else 0
        text = _("Until %(day)s you get their notices too, and see here what was asked of them.") % who
        if count:
            text += " " + ngettext("%(n)d hit was handed to them.", "%(n)d hits were handed to them.", count) % {
                "n": count
            }
        url, action = (
            (reverse("listening:handed"), _("Look")) if count else (reverse("people:list"), _("To the people"))
        )
        yield Attention("look" if count else "info", _("You stand in for %(name)s") % who, text, url, action)
        for one in _own(absence.member) if member.may(Right.WRITE) else ():
            yield replace(one, title=_("For %(name)s: %(title)s") % {"name": absence.member.name, "title": one.title})


def _unmanned(member: Member) -> Iterator[Attention]:
    """A place that nobody fills, for who can fill it."""
    if not member.may(Right.MANAGE_PEOPLE):
        return
    rows = member.organisation.members.all().current().select_related("user", "organisation").prefetch_related("held")
    # Who still gets started approves nothing yet, but does answer alarms.
    held = {right for other in rows for right in other.rights if right != Right.REVIEW or not other.arriving_since}
    review = _("No post can go out. Make somebody a reviewer.")
    if any(other.may(Right.REVIEW) for other in rows):
        review = _("No post can go out until the new reviewer has done the first steps.")
    places = {
        Right.REVIEW: (_("Nobody can review"), review),
        Right.ANSWER_ALARM: (_("Nobody is on duty"), _("Alarms go to custodians. Make somebody a duty officer.")),
    }
    for right, (title, text) in places.items():
        if right not in held and not (right == Right.REVIEW and _has_partner(member)):
            yield Attention("look", title, text, reverse("people:list"), _("To the people"))


def _has_partner(member: Member) -> bool:
    """Can somebody of a colleague organisation be asked?"""
    return Partnership.objects.visible_to(member).agreed().exists()


def _guiding(member: Member) -> Iterator[Attention]:
    """What came back to a trainee, for who guides them: a trainee is never the only one who knows."""
    for trainee in member.guides.all().current().select_related("user", "organisation"):
        for one in _own(trainee) if trainee.is_current else ():
            yield replace(one, title=_("For %(name)s: %(title)s") % {"name": trainee.name, "title": one.title})


def _unguided(member: Member) -> Iterator[Attention]:
    """Trainees of whom nobody knows what they are busy with, for who can say who does."""
    rows = member.organisation.members.all().current().filter(held__role=Role.TRAINEE, guide=None)
    for trainee in rows.select_related("user", "organisation") if member.may(Right.MANAGE_PEOPLE) else ():
        if trainee.is_current:
            text, url = (
                _("Choose somebody who knows what they are busy with."),
                reverse("people:member", args=[trainee.pk]),
            )
            yield Attention("info", _("%(name)s has no guide") % {"name": trainee.name}, text, url, _("Choose a guide"))


def _leaving(member: Member) -> Iterator[Attention]:
    """Departures that are not closed, for who can close them. How much is left stands there: asked anew each time."""
    if not member.may(Right.MANAGE_PEOPLE):
        return
    rows = Departure.objects.visible_to(member).open().select_related("member__user").order_by("last_day")
    for row in rows[:MOST]:
        is_over = row.ended_at is not None
        title = _("%(name)s has left") if is_over else _("%(name)s leaves on %(day)s")
        text = _("Give what is theirs to somebody who stays, and close the departure.")
        told = {"name": row.member.name, "day": date_format(row.last_day, "j F")}
        url = reverse("people:departure", args=[row.pk])
        yield Attention("look" if is_over else "info", title % told, text, url, _("Hand over"))


def _summary(version: Version) -> str:
    return version.summary() or _("only a picture")


def _clock(at: datetime) -> str:
    """To the second if it was today; the day otherwise."""
    local = timezone.localtime(at)
    return date_format(local, "H:i:s") if local.date() == timezone.localdate() else moment(at)
