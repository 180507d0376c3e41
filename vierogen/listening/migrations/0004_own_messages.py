import hashlib

from django.db import migrations
from django.db.models import Exists, OuterRef

PORTION = 1_000


def part(apps, schema_editor):
    """Whoever has a hit on a message of a source that they never listened to gets what they saw as their own.

    It stays as it is, without the source: whose words it has is not known any more, and it learns no new ones.
    """
    tables = {name: apps.get_model("listening", name) for name in ("Item", "Hit", "Document", "Subscription")}
    own = tables["Subscription"].objects.filter(
        organisation=OuterRef("organisation"), source=OuterRef("item__source")
    )
    hits = tables["Hit"].objects.filter(item__source__for_everybody=False).exclude(Exists(own))
    for organisation, pk in set(hits.order_by().values_list("organisation_id", "item_id")):
        item = tables["Item"].objects.get(pk=pk)
        item.pk, item.source = None, None
        item.key = hashlib.sha256(f"organisation:{organisation}:{item.key}".encode()).hexdigest()
        item.save(force_insert=True)
        for name in ("Hit", "Document"):
            tables[name].objects.filter(organisation_id=organisation, item_id=pk).update(item=item)


def rename(apps, schema_editor):
    """As ``storing.key_of`` calls them now, so that what comes again after the upgrade is known."""
    items, last = apps.get_model("listening", "Item").objects, 0
    own = items.filter(source__for_everybody=False).order_by("pk")
    while portion := list(own.filter(pk__gt=last).only("key", "source_id")[:PORTION]):
        for item in portion:
            item.key = hashlib.sha256(f"{item.source_id}:{item.key}".encode()).hexdigest()
        items.bulk_update(portion, ["key"])
        last = portion[-1].pk


class Migration(migrations.Migration):
    """The key of a message holds the source it came from, save what comes from a source for everybody."""

    dependencies = [
        ("listening", "0003_later_words"),
    ]

    operations = [
        migrations.RunPython(part, migrations.RunPython.noop),
        migrations.RunPython(rename, migrations.RunPython.noop),
    ]
