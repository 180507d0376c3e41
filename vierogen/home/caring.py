"""What accounts ask of who may connect them: custodians, takeovers under way, a handover file, the next best step."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.channels.hygiene import Care
from vierogen.channels.minding import problem_among
from vierogen.channels.models import Channel, Takeover
from vierogen.channels.models.care import FRESH_FOR
from vierogen.home.asking import Attention
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.web.templatetags.vierogen import moment

# A new account has enough to ask on its first day.
SETTLED = timedelta(days=1)
Cared = Sequence[tuple[Channel, Care]]
# So many of one kind are enough to know what to do first.
MOST = 10


def caring(member: Member, cared: Cared) -> Iterator[Attention]:
    """Everything of this kind that asks for this member; ``cared`` are the watched channels, with how they are kept."""
    if not member.may(Right.CONNECT):
        return
    yield from _custody(cared)
    yield from _takeovers(member)
    mine = [(channel, care) for channel, care in cared if member in care.keepers and not channel.is_exercise]
    yield from _hygiene(mine)
    yield from _never_asked(mine)
    yield from _files(member)


def _custody(cared: Cared) -> Iterator[Attention]:
    """What the nightly look found and is still so; said as it is now, so that what was mended is gone at once."""
    noticed = [one for one in cared if (found := getattr(one[0], "custody_check", None)) and found.problem]
    known = [(channel, problem_among(care.keepers)) for channel, care in noticed]
    for channel, problem in [one for one in known if one[1]][:MOST]:
        text, url = _("If nobody is left who can get into it, it is lost."), _page("channels:channel", channel)
        yield Attention("look", _(problem), text, url, _("Choose custodians"), channel)


def _takeovers(member: Member) -> Iterator[Attention]:
    rows = Takeover.objects.visible_to(member).running().filter(is_drill=False)
    for row in rows.select_related("channel", "begun_by__user")[:MOST]:
        text = _("Begun by %(name)s, %(at)s.") % {"name": row.begun_by.name, "at": moment(row.begun_at)}
        url = reverse("vault:taking_over", args=[row.pk])
        yield Attention("look", _("A takeover is under way"), text, url, _("Go on with it"), row.channel)


def _hygiene(mine: Cared) -> Iterator[Attention]:
    """The next best step, of accounts that were looked at before."""
    for channel, care in [one for one in mine if one[1].was_asked][:MOST]:
        if following := care.next_step():
            title = _("%(score)d of %(total)d are well") % {"score": care.score, "total": care.total}
            yield Attention("info", title, following, _page("channels:hygiene", channel), _("Look"), channel)


def _never_asked(mine: Cared) -> Iterator[Attention]:
    """Once for all accounts of which nobody ever said how they are kept; not on the first day."""
    settled = timezone.now() - SETTLED
    channels = [channel for channel, care in mine if not care.was_asked and channel.connected_at < settled][:MOST]
    if channels:
        told = {"accounts": ", ".join(channel.handle for channel in channels)}
        text = _("A few questions about %(accounts)s. Not today? Another day will do.") % told
        url = _page("channels:hygiene", channels[0])
        yield Attention("info", _("Shall we look together at how your accounts are kept?"), text, url, _("Begin"))


def _files(member: Member) -> Iterator[Attention]:
    """Handover files that are old, of accounts of which this member is custodian."""
    rows = Channel.objects.visible_to(member).watched().filter(custodians__member=member)
    old = rows.annotate(refreshed_at=Max("handovers__at")).filter(refreshed_at__lt=timezone.now() - FRESH_FOR)
    for channel in old[:MOST]:
        text, url = _("Is everything written down for whoever comes after you?"), _page("channels:handover", channel)
        yield Attention("info", _("Handover file is old, or not there"), text, url, _("Look"), channel)


def _page(name: str, channel: Channel) -> str:
    return reverse(name, args=[channel.pk])
