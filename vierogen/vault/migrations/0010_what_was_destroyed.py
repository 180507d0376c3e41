"""Of a secret that was destroyed here: who had put it in, when, and who said that it is ended at the network too."""

import django.db.models.deletion
from django.db import migrations, models


def _somebody() -> "models.ForeignKey[object, object]":
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.member"
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0008_invited_by"), ("vault", "0009_who_was_told")]

    operations = [
        migrations.AddField(model_name="kept", name="ended_by", field=_somebody()),
        migrations.AddField(model_name="kept", name="filled_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(model_name="kept", name="filled_by", field=_somebody()),
    ]
