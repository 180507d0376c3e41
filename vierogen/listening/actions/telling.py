"""The mails: news, no news, and an example. Queued in the caller's transaction, each in the reader's own time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from vierogen.listening.actions.gathering import SPAM, Found, Gathered
from vierogen.listening.actions.links import address_of, hits_address, page_for, unsubscribe_address
from vierogen.listening.actions.timetable import zone_of
from vierogen.listening.actions.wording import author_of, source_of, title_of, words_of
from vierogen.listening.models import Alert, Bulletin, Hit, Reader, Reading, Source
from vierogen.listening.states import AlertState, Mark, Rhythm
from vierogen.notices.actions import tell
from vierogen.notices.letters import absolute
from vierogen.notices.models import Message
from vierogen.people.actions import addressees
from vierogen.people.models import Member

# A bulletin that comes later than this after its hour says so.
LATE_SECONDS = 3_600


@dataclass(frozen=True)
class Entry:
    """One piece of news as a mail shows it. ``more`` counts its copies; ``link`` may be empty."""

    title: str
    link: str
    words: str
    source: str
    author: str
    at: datetime
    language: str = ""
    more: int = 0
    is_spam: bool = False
    is_useful: bool = False

    @classmethod
    def of(cls, hit: Hit, *, member: Member, more: int = 0) -> "Entry":
        """A hit that is read with its item and source, for this member."""
        item = hit.item
        return cls(
            title=title_of(item),
            link=address_of(hit, member=member),
            words=words_of(item),
            source=source_of(hit),
            author=author_of(item),
            at=item.published_at or hit.found_at,
            language=item.language,
            more=more,
            is_spam=hit.spam >= SPAM,
            is_useful=hit.mark == Mark.USEFUL,
        )


@dataclass(frozen=True)
class Section:
    """What one alert found. ``left_out`` does not fit; ``late`` are copies of what was told before."""

    alert: Alert
    entries: list[Entry]
    link: str
    stop_link: str
    left_out: int = 0
    late: int = 0

    @property
    def is_paused(self) -> bool:
        """Does it find nothing for the time being?"""
        return self.alert.state == AlertState.PAUSED

    @property
    def is_ended(self) -> bool:
        """Was this the last of it?"""
        return self.alert.state == AlertState.ENDED


def tell_news(reader: Reader, gathered: Gathered, *, bulletin: Bulletin, next_at: datetime | None) -> Message:
    """Queue the mail with what was found. ``next_at``: when the next may come, where there are too many of them."""
    shown = [group.leader.pk for found in gathered.found for group in found.new[: found.shown]]
    hits = Hit.objects.with_source().in_bulk(shown)
    sections = [_section(reader, found, hits) for found in gathered.found if found.new or found.late]
    values = {
        "sections": sections,
        "lines": gathered.lines,
        "left_out": sum(section.left_out for section in sections),
        "only": _nameable(sections),
        "rhythm": bulletin.rhythm,
        "due_at": bulletin.due_at,
        "is_late": bulletin.rhythm != Rhythm.AT_ONCE and _is_late(bulletin.due_at),
        "next_at": next_at,
    }
    only = sections[0].alert.pk if len(sections) == 1 else 0
    return _queue(reader, "listening/mail/bulletin", values, link=hits_address(alert_id=only))


def tell_no_news(reader: Reader, *, since: datetime) -> Message:
    """Queue the mail that says that nothing was found, and whether anybody listened."""
    alerts = Alert.objects.readable_by(reader.member).filter(state=AlertState.ACTIVE)
    followed = Reading.objects.filter(member_id=reader.member_id, alert__in=alerts)
    sources = Source.objects.heard_by(reader.member.organisation_id)
    values = {
        "since": since,
        "alerts": followed.exclude(rhythm=Rhythm.NEVER).count(),
        "sources": sources.count(),
        "silent": sources.filter(silent_since__isnull=False).count(),
    }
    return _queue(reader, "listening/mail/no_news", values, link=reverse("listening:sources"))


def tell_example(reader: Reader, sections: list[Section]) -> Message:
    """Queue a mail that looks as the next bulletin will; with no sections, one with a hit that was made up."""
    lines = sum(len(section.entries) for section in sections)
    values = {"sections": sections, "lines": lines, "is_example": True, "rhythm": Rhythm.DAILY}
    return _queue(reader, "listening/mail/bulletin", values, link=hits_address())


def section_of(reader: Reader, alert: Alert, entries: list[Entry], **counts: int) -> Section:
    """What stands under an alert's name."""
    link = absolute(page_for(reader.member, hits_address(alert_id=alert.pk)))
    stop_link = unsubscribe_address(reader, alert_id=alert.pk)
    return Section(alert, entries, link=link, stop_link=stop_link, **counts)


def _section(reader: Reader, found: Found, hits: Mapping[int, Hit]) -> Section:
    groups = found.new[: found.shown]
    entries = [Entry.of(hits[group.leader.pk], member=reader.member, more=len(group.rows) - 1) for group in groups]
    return section_of(reader, found.alert, entries, left_out=found.left_out, late=found.late)


def _nameable(sections: list[Section]) -> str:
    """The name of the only alert, for the subject: unless it is about a person, as subjects are seen by others."""
    with_news = [section.alert for section in sections if section.entries]
    return with_news[0].name if len(with_news) == 1 and not with_news[0].is_on_a_person else ""


def _is_late(due_at: datetime) -> bool:
    return (timezone.now() - due_at).total_seconds() > LATE_SECONDS


def _queue(reader: Reader, template: str, values: Mapping[str, Any], *, link: str) -> Message:
    stop_link = unsubscribe_address(reader)
    known = {
        **values,
        "organisation": reader.member.organisation.name,
        "unsubscribe_url": absolute(reverse("listening:bulletins")),
        "why": gettext_lazy("You get this mail because you follow alerts in Vierogen."),
        "stop_link": stop_link,
    }
    with timezone.override(zone_of(reader)):
        (message,) = tell(
            reader.member.organisation_id,
            addressees([reader.member]),
            template=template,
            values=known,
            link=page_for(reader.member, link),
            headers=_headers(stop_link),
        )
    return message


def _headers(stop_link: str) -> dict[str, str]:
    """RFC 2369, 3.2, and RFC 8058, 3.1: one click stops them; the latter wants an address with https."""
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if stop_link.startswith("https:") else {}
    return {"List-Unsubscribe": f"<{stop_link}>", "List-Id": f"<bulletins.{_host()}>", **one_click}


def _host() -> str:
    return settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0]
