from django.db import migrations
from django.db.models import F
from django.utils import timezone

PORTION = 1_000


def leave_out(apps, schema_editor):
    """Alerts on own channels that nobody changed leave out the number, too, by which Bluesky's stream calls them."""
    channels, alerts = apps.get_model("channels", "Channel").objects, apps.get_model("listening", "Alert").objects
    on_bluesky = channels.filter(account_id__startswith="did:").only("account_id", "handle", "organisation_id")
    for channel in on_bluesky.order_by("pk").iterator(chunk_size=PORTION):
        own = alerts.filter(organisation_id=channel.organisation_id, origin=f"channel:{channel.pk}")
        alert = own.exclude(state="ended").first()
        if alert is not None and alert.query.endswith(f" -from:{channel.handle.lstrip('@')}"):
            own.filter(pk=alert.pk).update(
                query=f"{alert.query} -from:{channel.account_id}", revision=F("revision") + 1, changed_at=timezone.now()
            )


class Migration(migrations.Migration):
    """An account on Bluesky is told by its number."""

    dependencies = [
        ("channels", "0007_exercises_are_here"),
        ("listening", "0006_backlog"),
    ]

    operations = [migrations.RunPython(leave_out, migrations.RunPython.noop)]
