from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def as_invited(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Whoever still gets started was invited; whoever was here before stays free of it."""
    members = apps.get_model("people", "Member").objects
    members.exclude(arriving_since=None).update(invited_at=F("arriving_since"))


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_arriving'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='invited_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(as_invited, migrations.RunPython.noop),
    ]
