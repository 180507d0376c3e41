"""How many heard of an emergency, and when it was said that nobody looked back at it in time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0008_exports_can_be_stopped")]

    operations = [
        migrations.AddField(
            model_name="reveal", name="told", field=models.PositiveSmallIntegerField(blank=True, null=True)
        ),
        migrations.AddField(model_name="reveal", name="reminded_at", field=models.DateTimeField(blank=True, null=True)),
    ]
