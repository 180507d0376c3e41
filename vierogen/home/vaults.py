"""What the vault asks of somebody: to agree, to stop what should not be, to look back at an emergency."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from vierogen.home.asking import Attention
from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.vault.models import Export, Reveal
from vierogen.vault.revealing import is_keeper, may_review, may_stop
from vierogen.vault.sharing import may_agree
from vierogen.vault.states import ExportState, RevealState
from vierogen.web.templatetags.vierogen import moment

# So many of one kind are enough to know what to do first.
MOST = 10


def vaults(member: Member) -> Iterator[Attention]:
    """Everything of the vault that asks for this member."""
    if not member.may(Right.SEE_VAULT):
        return
    rows = Reveal.objects.visible_to(member).with_all()
    for row in rows.owed().order_by("review_due_at")[:MOST]:
        if may_review(member, row):
            yield _owed(row)
    for row in rows.pending().filter(ends_at__gt=timezone.now()).order_by("asked_at")[:MOST]:
        yield from _mine(row) if row.by_id == member.pk else _of_others(row, member)
    yield from _exports(member)


def _exports(member: Member) -> Iterator[Attention]:
    """A sealed export that waits for this custodian, or for one of the two to take it."""
    rows = Export.objects.visible_to(member).pending().filter(ends_at__gt=timezone.now())
    for row in rows.select_related("asked_by__user")[:MOST]:
        url, name = reverse("vault:export", args=[row.pk]), row.asked_by.name
        if row.state == ExportState.ASKED and may_agree(member, row):
            title = _("%(name)s asks for a sealed export of all secrets") % {"name": name}
            text = _("Agree only if you know whose keys these are: who has one of them can open everything.")
            yield Attention("look", title, text, url, _("Look and decide"))
        elif row.state == ExportState.ALLOWED and member.pk in {row.asked_by_id, row.allowed_by_id}:
            text = _("Once, until %(at)s.") % {"at": moment(row.ends_at)}
            yield Attention("look", _("The sealed export can be taken"), text, url, _("Take the file"))


def _owed(row: Reveal) -> Attention:
    is_late = row.review_due_at is not None and row.review_due_at < timezone.now()
    told = {"name": row.by.name, "at": moment(row.review_due_at)}
    text = _("%(name)s saw it alone. Somebody else looks back before %(at)s.") % told
    return _ask(row, "stop" if is_late else "look", _("A secret was seen in an emergency"), text, _("Look back"))


def _mine(row: Reveal) -> Iterator[Attention]:
    if row.state == RevealState.ALLOWED or (row.is_emergency and row.opens_at <= timezone.now()):
        text = _("Once, until %(at)s.") % {"at": moment(row.ends_at)}
        yield _ask(row, "look", _("You can see the secret that you asked for"), text, _("See it"))


def _of_others(row: Reveal, member: Member) -> Iterator[Attention]:
    told = {"name": row.by.name, "reason": row.reason, "at": moment(row.opens_at)}
    if row.is_emergency and may_stop(member, row):
        title = _("%(name)s wants to see a secret in an emergency") % told
        text = _("“%(reason)s” It opens at %(at)s. Is it not right? Then stop it.") % told
        yield _ask(row, "stop", title, text, _("Look and stop it"))
    elif row.state == RevealState.ASKED and is_keeper(member, row.kept.channel):
        title = _("%(name)s needs your yes to see a secret") % told
        yield _ask(row, "look", title, _("“%(reason)s”") % told, _("Look and decide"))


def _ask(row: Reveal, state: str, title: str, text: str, action: str) -> Attention:
    return Attention(state, title, text, reverse("vault:asked", args=[row.pk]), action, row.kept.channel)
