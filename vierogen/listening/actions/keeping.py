"""Retention: hits are kept for as many days as the organisation says. Numbers stay longer, for they name nobody."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from vierogen.ledger.actions import record
from vierogen.ledger.moves import subject_of
from vierogen.listening.actions.grouping import told
from vierogen.listening.likeness import VERSION, sketches
from vierogen.listening.models import Alert, Count, Hit, Item, Keeping, Sketch
from vierogen.people.actions import insist
from vierogen.people.models import Member, Organisation
from vierogen.people.roles import Right

DAYS = Keeping._meta.get_field("days").default
# Numbers: this year beside the last one.
COUNTS = timedelta(days=400)
# An item that nothing found any more; not one that is being stored at this moment.
ORPHANED = timedelta(days=1)
_PORTION = 500


@transaction.atomic
def keep_for(organisation: Organisation, *, days: int, by: Member) -> Keeping:
    """Keep hits for so many days, from 7 to 3,660. Raises ``PermissionDenied``, ``ValidationError``."""
    insist(by, Right.MANAGE_ORGANISATION, organisation_id=organisation.pk)
    keeping = Keeping.objects.filter(organisation=organisation).first() or Keeping(organisation=organisation)
    keeping.days = days
    keeping.full_clean(validate_unique=False)
    keeping.save()
    record(organisation.pk, "change_keeping", subject_of(organisation), by=by, facts={"days": days})
    return keeping


def days_of(organisation_id: int) -> int:
    """How many days this organisation keeps hits."""
    found = Keeping.objects.filter(organisation_id=organisation_id).values_list("days", flat=True).first()
    return found or DAYS


def forget_old() -> int:
    """Delete one portion of what was kept long enough: hits, then items and numbers; returns how many rows."""
    now = timezone.now()
    days = dict(Keeping.objects.values_list("organisation_id", "days"))
    for organisation_id in Organisation.objects.order_by("pk").values_list("pk", flat=True):
        before = now - timedelta(days=days.get(organisation_id, DAYS))
        old = Hit.objects.filter(organisation_id=organisation_id, found_at__lt=before).order_by("found_at")
        if portion := list(old.values_list("pk", "alert_id")[:_PORTION]):
            return _forget(portion)
    return _forget_items() or _forget_counts()


@transaction.atomic
def _forget(portion: Iterable[tuple[int, int]]) -> int:
    """Delete these hits. Of a group that is younger in part, the first that is left leads from then on."""
    hits, alerts = [hit for hit, _alert in portion], {alert for _hit, alert in portion}
    # Nobody groups meanwhile: a new copy would point to what goes.
    list(Alert.objects.select_for_update(no_key=True).filter(pk__in=alerts).order_by("pk").only("pk"))
    heirs: dict[int, Hit] = {}
    left = Hit.objects.filter(copy_of__in=hits).exclude(pk__in=hits).select_related("item", "copy_of")
    for copy in left.order_by("found_at", "pk"):
        heirs.setdefault(copy.copy_of_id or 0, copy)
    for former, heir in heirs.items():
        _lead(heir, after=former)
    count, _by_model = Hit.objects.filter(pk__in=hits).delete()
    return count


def _lead(heir: Hit, *, after: int) -> None:
    """This copy leads what is left of the group, with what was thought of the former one."""
    former = heir.copy_of
    Hit.objects.filter(copy_of=after).exclude(pk=heir.pk).update(copy_of=heir)
    heir.copy_of = None
    if former and not heir.mark:
        heir.mark, heir.marked_by_id, heir.marked_at = former.mark, former.marked_by_id, former.marked_at
    heir.save(update_fields=["copy_of", "mark", "marked_by", "marked_at"])
    words = told(heir).words
    values = {"alert_id": heir.alert_id, "found_at": heir.found_at, "version": VERSION, "bands": sketches([words])[0]}
    if words:
        Sketch.objects.update_or_create(hit=heir, defaults=values)


def _held(rows: QuerySet[Item]) -> QuerySet[Item]:
    """Locked so that no hit can be attached to them meanwhile; SQLite has one writer anyway."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True)
    return rows


@transaction.atomic
def _forget_items() -> int:
    found = Item.objects.filter(~Exists(Hit.objects.filter(item=OuterRef("pk"))), seen_at__lt=timezone.now() - ORPHANED)
    held = [item.pk for item in _held(found.order_by("pk").only("pk"))[:_PORTION]]
    # Asked once more, now that nobody else can attach a hit to them.
    gone = Item.objects.filter(pk__in=held).exclude(hits__isnull=False)
    count, _by_model = gone.delete() if held else (0, {})
    return count


def _forget_counts() -> int:
    old = Count.objects.filter(hour__lt=timezone.now() - COUNTS).order_by("hour").values_list("pk", flat=True)
    count, _by_model = Count.objects.filter(pk__in=list(old[:_PORTION])).delete()
    return count
