"""Of an emergency that waited a day: when whoever asked was told that it opened."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0010_what_was_destroyed")]

    operations = [
        migrations.AddField(
            model_name="reveal", name="open_told_at", field=models.DateTimeField(blank=True, null=True)
        ),
    ]
