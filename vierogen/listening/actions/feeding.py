"""What was found, for other programs: Atom feeds at secret addresses, and a table for a spreadsheet."""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from vierogen.listening.actions.gathering import TELLING
from vierogen.listening.actions.links import Bearer, address_of, feed_address, hits_address
from vierogen.listening.actions.wording import author_of, clean, source_of, title_of, web_address, words_of
from vierogen.listening.models import Alert, Hit
from vierogen.listening.models.alerts import AlertQuerySet
from vierogen.listening.models.hits import HitQuerySet
from vierogen.notices.letters import absolute
from vierogen.people.models import Member
from vierogen.people.roles import Right

ENTRIES = 100
# What a spreadsheet takes for a formula when a cell begins with it, and the full-width forms of the same.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = tuple("=+-@\t\r\n＝＋－＠")


class Feed(Atom1Feed):
    """An Atom feed (RFC 4287) that says when something last changed in it, also while it is empty."""

    def __init__(self, *, changed_at: datetime, title: str, address: str, language: str, identity: str) -> None:
        self.changed_at = changed_at
        link = absolute(hits_address())
        super().__init__(
            title, link, None, language=language, feed_url=address, feed_guid=identity, author_name="Vierogen"
        )

    def latest_post_date(self) -> datetime:
        """Atom's ``updated``."""
        return self.changed_at


@dataclass(frozen=True)
class Selection:
    """Which hits a table holds: of one alert or all, found from and until which days (both included)."""

    alert: Alert | None = None
    first: date | None = None
    last: date | None = None
    with_copies: bool = True


def may_read(bearer: Bearer) -> bool:
    """Is whoever the address was made for still there, may they see, and is the alert theirs to see?"""
    member = bearer.reader.member
    if not member.may(Right.SEE):
        return False
    return not bearer.alert_id or _alerts(bearer).exists()


def _alerts(bearer: Bearer) -> AlertQuerySet:
    member = bearer.reader.member
    rows = Alert.objects.readable_by(member).filter(state__in=TELLING)
    return rows.filter(pk=bearer.alert_id) if bearer.alert_id else rows.filter(readings__member=member)


def fed(bearer: Bearer) -> HitQuerySet:
    """What stands in the feed, newest first: one of each group of copies."""
    hits = Hit.objects.visible_to(bearer.reader.member).filter(alert__in=_alerts(bearer), grouped_at__isnull=False)
    return hits.leading().order_by("-found_at", "-pk")[:ENTRIES]


@dataclass(frozen=True)
class Edition:
    """A feed at one moment: ``tag`` differs when anything in it does; ``changed_at``: when one was found or edited."""

    tag: str
    changed_at: datetime


def edition(bearer: Bearer) -> Edition:
    """What a client that has an older copy has to compare; one small query."""
    known = list(fed(bearer).values_list("found_at", "item__edited_at", "pk", "alert__name", "item__later"))
    told = repr([row[2:] for row in known])
    changed_at = max(
        (moment for row in known for moment in row[:2] if moment), default=datetime(2020, 1, 1, tzinfo=UTC)
    )
    return Edition(hashlib.sha256(told.encode()).hexdigest()[:32], changed_at)


def atom(bearer: Bearer, *, changed_at: datetime) -> str:
    """The feed as XML."""
    reader, member = bearer.reader, bearer.reader.member
    alert = _alerts(bearer).first() if bearer.alert_id else None
    what = alert.name if alert else _("What I follow")
    feed = Feed(
        changed_at=changed_at,
        title=clean(f"{what} · {member.organisation.name}"),
        address=feed_address(reader, alert_id=bearer.alert_id),
        language=member.user.language,
        identity=_identity(f"reader-{member.pk}-{bearer.alert_id}"),
    )
    for hit in fed(bearer).with_source().select_related("alert"):
        _add(feed, hit, member=member)
    return str(feed.writeString("utf-8"))


def _add(feed: Feed, hit: Hit, *, member: Member) -> None:
    item = hit.item
    feed.add_item(
        title=title_of(item) or _("Without words"),
        link=address_of(hit, member=member),
        description=escape(words_of(item) or title_of(item)),
        unique_id=_identity(f"hit-{hit.pk}"),
        pubdate=item.published_at or hit.found_at,
        updateddate=max(hit.found_at, item.edited_at or hit.found_at),
        author_name=author_of(item) or source_of(hit) or "?",
        categories=[clean(hit.alert.name)],
    )


def _identity(of: str) -> str:
    """A name that stays when the address of the installation's pages does not (RFC 4151)."""
    return f"tag:{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'},2026:{of}"


def selected(member: Member, selection: Selection, *, zone: ZoneInfo) -> HitQuerySet:
    """The hits of the member's organisation that the table holds, oldest first. Days are those of ``zone``."""
    hits = Hit.objects.visible_to(member).filter(alert__state__in=TELLING)
    if selection.alert:
        hits = hits.filter(alert=selection.alert)
    if selection.first:
        hits = hits.since(datetime.combine(selection.first, time(), tzinfo=zone))
    if selection.last:
        hits = hits.filter(found_at__lt=datetime.combine(selection.last + timedelta(days=1), time(), tzinfo=zone))
    return hits.order_by("found_at", "pk") if selection.with_copies else hits.leading().order_by("found_at", "pk")


def table(hits: HitQuerySet, *, zone: ZoneInfo, separator: str) -> Iterator[str]:
    """The table, line by line (RFC 4180), however long it is. All words are translated before the first line leaves.

    It begins with a byte order mark, without which Excel takes the letters for others.
    """
    head = [
        _("Found"),
        _("Published"),
        _("Alert"),
        _("Title"),
        _("Text"),
        _("Link"),
        _("Author"),
        _("Source"),
        _("Network"),
        _("Language"),
        _("Found by"),
        _("Copy of"),
        _("Number"),
        _("Spam (0 to 1)"),
        _("Judged"),
    ]
    return _lines(head, hits, zone=zone, separator=separator)


def _lines(head: list[str], hits: HitQuerySet, *, zone: ZoneInfo, separator: str) -> Iterator[str]:
    write = csv.writer(_Echo(), delimiter=separator, quoting=csv.QUOTE_ALL).writerow
    yield "\ufeff" + str(write(head))
    for hit in hits.with_source().select_related("alert").iterator(chunk_size=500):
        yield str(write([harmless(cell) for cell in _cells(hit, zone)]))


def _cells(hit: Hit, zone: ZoneInfo) -> Iterable[str]:
    item = hit.item
    published = item.published_at and item.published_at.astimezone(zone)
    return (
        f"{hit.found_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        f"{published:%Y-%m-%d %H:%M:%S}" if published else "",
        hit.alert.name,
        item.title,
        item.words,
        web_address(item),
        item.author,
        source_of(hit),
        item.network,
        item.language,
        hit.clause,
        str(hit.copy_of_id or ""),
        str(hit.pk),
        f"{hit.spam:.2f}",
        hit.mark,
    )


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: OWASP, CSV injection."""
    cell = clean(cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) or cell.startswith(FORMULA) else cell


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line
