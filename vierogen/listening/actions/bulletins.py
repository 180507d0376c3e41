"""Bulletins: who is due, and making one in one transaction, so that each is made once and tells each hit once.

The reader's row is the lock. The bulletin, its lines, the mail and the next moment are committed together or not at
all: whoever is killed half way leaves nothing, and the next worker makes it. What the database forbids besides
(``one_bulletin_each``, ``told_once``) holds whatever the code does.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from logging import getLogger

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from vierogen.core.leases import lock
from vierogen.listening.actions.gathering import Gathered, gather, has_news, move_on
from vierogen.listening.actions.reading import entitled, readable
from vierogen.listening.actions.telling import tell_news, tell_no_news
from vierogen.listening.actions.timetable import Clock
from vierogen.listening.models import Alert, Bulletin, Line, Reader, Reading
from vierogen.listening.states import Rhythm
from vierogen.notices.models import Message
from vierogen.people.roles import Right

log = getLogger(__name__)

# At once means: the first mail right away, and what is found in the minutes after it together in the next.
GROUPED = timedelta(minutes=3)
# Who gets so many within an hour gets the rest in one mail after it.
AN_HOUR_AT_MOST = 6
AN_HOUR = timedelta(hours=1)
# After a failure that is no crash, so that one reader's trouble does not fill the log.
LATER = timedelta(minutes=5)
# As long as notices keep the mail itself.
KEPT = timedelta(days=90)

AT = {Rhythm.DAILY: "daily_at", Rhythm.WEEKLY: "weekly_at", Rhythm.AT_ONCE: "quiet_until"}


def make_due() -> int:
    """Make every bulletin that is due; returns how many readers had their turn."""
    return sum(_attempted(reader_id, rhythm) for reader_id, rhythm in list(_due(timezone.now())))


def forget_old() -> int:
    """Delete bulletins of more than 90 days ago; what they told is not told again. Returns how many.

    Whoever left, or may not read an alert for a while, does not find a pile of old news on coming back either.
    """
    now = timezone.now()
    Reading.objects.filter(since__lt=now - KEPT).update(since=now - KEPT)
    Reading.objects.filter(~readable(), since__lt=now).update(since=now)
    return Bulletin.objects.filter(due_at__lt=now - KEPT).delete()[0]


def _due(now: datetime) -> Iterator[tuple[int, Rhythm]]:
    for rhythm in (Rhythm.AT_ONCE, Rhythm.DAILY, Rhythm.WEEKLY):
        for pk in _readers(rhythm, now).values_list("pk", flat=True):
            yield pk, rhythm


def _readers(rhythm: Rhythm, now: datetime) -> QuerySet[Reader]:
    """Readers whose turn it is."""
    rows = Reader.objects.filter(member__in=entitled())
    if rhythm != Rhythm.AT_ONCE:
        return rows.filter(**{f"{AT[rhythm]}__lte": now})
    news = Reading.objects.filter(has_news(), readable(), rhythm=Rhythm.AT_ONCE)
    return rows.filter(Q(quiet_until=None) | Q(quiet_until__lte=now), member__in=news.values("member"))


def _attempted(reader_id: int, rhythm: Rhythm) -> bool:
    try:
        return make(reader_id, rhythm)
    except IntegrityError:
        log.info("Reader %s: another worker made the %s bulletin", reader_id, rhythm)
    except Exception:
        log.exception("Reader %s: the %s bulletin failed; it is tried again", reader_id, rhythm)
    _put_off(reader_id, rhythm)
    return False


def _put_off(reader_id: int, rhythm: Rhythm) -> None:
    now = timezone.now()
    still_due = Q(**{f"{AT[rhythm]}__lte": now}) | (Q(quiet_until=None) if rhythm == Rhythm.AT_ONCE else Q())
    Reader.objects.filter(still_due, pk=reader_id).update(**{AT[rhythm]: now + LATER})


@transaction.atomic
def make(reader_id: int, rhythm: Rhythm) -> bool:
    """Make one reader's bulletin, if it is still their turn; False if it is not, or if somebody is at it."""
    now = timezone.now()
    rows = _readers(rhythm, now).filter(pk=reader_id).select_related("member__user", "member__organisation")
    reader = lock(rows).first()
    if reader is None:
        return False
    due = now if rhythm == Rhythm.AT_ONCE else Clock.of(reader).latest(now, rhythm)
    made = Bulletin.objects.filter(member_id=reader.member_id, rhythm=rhythm, due_at=due)
    if reader.member.may(Right.SEE) and not made.exists():
        _tell(reader, rhythm, due=due)
    _plan_next(reader, rhythm, now=now)
    return True


def _tell(reader: Reader, rhythm: Rhythm, *, due: datetime) -> None:
    alerts = Alert.objects.readable_by(reader.member)
    rows = Reading.objects.filter(member_id=reader.member_id, rhythm=rhythm, alert__in=alerts)
    readings = list(rows.select_related("alert"))
    gathered = gather(readings, until=None if rhythm == Rhythm.AT_ONCE else due)
    if gathered.lines:
        bulletin = Bulletin.objects.create(member_id=reader.member_id, rhythm=rhythm, due_at=due)
        _write_lines(bulletin, gathered)
        _keep(bulletin, tell_news(reader, gathered, bulletin=bulletin, next_at=_rest(reader, rhythm)))
    elif rhythm == Rhythm.WEEKLY and reader.no_news and not _had_news(reader, due=due):
        bulletin = Bulletin.objects.create(member_id=reader.member_id, rhythm=rhythm, due_at=due)
        _keep(bulletin, tell_no_news(reader, since=_week_before(reader, due=due)))
    if gathered.lines or not gathered.hit_ids:
        move_on(readings, until=due)


def _write_lines(bulletin: Bulletin, gathered: Gathered) -> None:
    lines = (Line(bulletin=bulletin, member_id=bulletin.member_id, hit_id=pk) for pk in gathered.hit_ids)
    Line.objects.bulk_create(lines, batch_size=500)
    bulletin.hits = len(gathered.hit_ids)


def _keep(bulletin: Bulletin, message: Message) -> None:
    bulletin.message = message
    bulletin.save(update_fields=["message", "hits"])


def _had_news(reader: Reader, *, due: datetime) -> bool:
    """Did this week bring them any bulletin?"""
    bulletins = Bulletin.objects.filter(member_id=reader.member_id, hits__gt=0)
    return bulletins.filter(made_at__gt=_week_before(reader, due=due)).exists()


def _week_before(reader: Reader, *, due: datetime) -> datetime:
    return Clock.of(reader).latest(due - timedelta(seconds=1), Rhythm.WEEKLY)


def _plan_next(reader: Reader, rhythm: Rhythm, *, now: datetime) -> None:
    following = _rest(reader, rhythm) or now + GROUPED
    if rhythm != Rhythm.AT_ONCE:
        following = Clock.of(reader).after(now, rhythm)
    Reader.objects.filter(pk=reader.pk).update(**{AT[rhythm]: following})


def _rest(reader: Reader, rhythm: Rhythm) -> datetime | None:
    """Until when nothing more is mailed at once, as there was so much this hour; None: no longer than usual."""
    if rhythm != Rhythm.AT_ONCE:
        return None
    made = Bulletin.objects.filter(member_id=reader.member_id, rhythm=rhythm, made_at__gt=timezone.now() - AN_HOUR)
    moments = list(made.order_by("-made_at").values_list("made_at", flat=True)[:AN_HOUR_AT_MOST])
    return moments[-1] + AN_HOUR if len(moments) == AN_HOUR_AT_MOST else None
