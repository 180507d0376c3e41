"""The table of channels was remade, and SQLite drops what hangs on a table with it."""

from django.db import migrations

from vierogen.practice import guard


class Migration(migrations.Migration):
    dependencies = [("practice", "0002_guard"), ("channels", "0007_exercises_are_here")]

    operations = [
        migrations.RunPython(lambda apps, editor: guard.install(editor.connection), migrations.RunPython.noop),
    ]
