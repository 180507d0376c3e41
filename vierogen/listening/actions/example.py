"""A bulletin to look at, for whoever wonders what they will get. It tells nothing that counts as told."""

from itertools import groupby

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from vierogen.listening.actions.gathering import TELLING
from vierogen.listening.actions.reading import kept
from vierogen.listening.actions.telling import Entry, Section, section_of, tell_example
from vierogen.listening.models import Alert, Hit, Reader
from vierogen.listening.states import About
from vierogen.notices.models import Message
from vierogen.people.actions import insist
from vierogen.people.models import Member
from vierogen.people.roles import Right

HITS = 5


@transaction.atomic
def send_example(member: Member) -> Message:
    """Mail ``member`` the newest hits of what they follow, or one that is made up. Raises ``PermissionDenied``."""
    insist(member, Right.SEE, organisation_id=member.organisation_id)
    reader = kept(member)  # links in the mail are signed for it
    hits = (
        Hit.objects.visible_to(member)
        .leading()
        .filter(alert__in=Alert.objects.readable_by(member), alert__readings__member=member, alert__state__in=TELLING)
    )
    newest = list(hits.with_source().select_related("alert").order_by("-found_at", "-pk")[:HITS])
    return tell_example(reader, _sections(reader, newest) or [_made_up(member)])


def _sections(reader: Reader, hits: list[Hit]) -> list[Section]:
    hits = sorted(hits, key=lambda hit: (hit.alert.name.casefold(), hit.alert_id))
    by_alert = groupby(hits, key=lambda hit: hit.alert)
    member = reader.member
    return [section_of(reader, alert, [Entry.of(hit, member=member) for hit in found]) for alert, found in by_alert]


def _made_up(member: Member) -> Section:
    with override(member.user.language):
        entry = Entry(
            title=_("Swimming pool opens a week earlier"),
            link="",
            words=_("An example of what may be found: here stand the first words of the message."),
            source=_("A newspaper"),
            author="",
            at=timezone.now(),
            more=2,
        )
        return Section(Alert(name=_("swimming pool"), about=About.SUBJECT), [entry], link="", stop_link="")
