"""The database itself keeps real accounts out of drills."""

from django.db import migrations

from vierogen.practice import guard


class Migration(migrations.Migration):
    dependencies = [("practice", "0001_initial"), ("channels", "0006_exercise_accounts")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: guard.install(editor.connection),
            lambda apps, editor: guard.remove(editor.connection),
        ),
    ]
