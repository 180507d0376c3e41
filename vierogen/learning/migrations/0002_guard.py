"""The database itself refuses to change an agreement in force."""

from django.db import migrations

from vierogen.learning import guard


class Migration(migrations.Migration):
    dependencies = [("learning", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: guard.install(editor.connection),
            lambda apps, editor: guard.remove(editor.connection),
        ),
    ]
