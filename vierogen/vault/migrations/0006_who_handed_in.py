"""Who handed in each key that is in use; of those from before, the ledger tells it."""

import django.db.models.deletion
from django.db import migrations, models


def ask_the_ledger(apps, _editor):
    Secret, Entry = apps.get_model("vault", "Secret"), apps.get_model("ledger", "Entry")
    Member = apps.get_model("people", "Member")
    for channel_id in Secret.objects.values_list("channel", flat=True).distinct().order_by():
        rows = Entry.objects.filter(subject=f"channels.channel:{channel_id}", verb="seal").order_by("-number")
        actor = rows.values_list("actor", flat=True).first() or ""
        kind, _colon, number = actor.partition(":")
        if kind == "member" and number.isdigit() and Member.objects.filter(pk=number).exists():
            Secret.objects.filter(channel=channel_id).update(changed_by=number)


def leave(_apps, _editor):
    """The column goes by itself."""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
        ('people', '0006_arriving'),
        ('vault', '0005_old_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='secret',
            name='changed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.member'),
        ),
        migrations.RunPython(ask_the_ledger, leave),
    ]
