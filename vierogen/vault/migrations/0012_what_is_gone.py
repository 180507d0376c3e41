"""Of a secret that was destroyed here: which version that was, also where something was filled in since."""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def _of_those_from_before(apps: Any, _schema_editor: object) -> None:
    """To destroy one made one version more."""
    apps.get_model("vault", "Kept").objects.filter(key_id="").update(gone_version=F("version") - 1)


class Migration(migrations.Migration):
    dependencies = [("vault", "0011_when_it_opened")]

    operations = [
        migrations.AddField(
            model_name="kept", name="gone_version", field=models.PositiveIntegerField(blank=True, null=True)
        ),
        migrations.RunPython(_of_those_from_before, migrations.RunPython.noop),
    ]
