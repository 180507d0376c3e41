"""The database itself refuses to change an agreement in force."""

from django.db import migrations

from vierogen.learning import guard
from vierogen.learning.models.agreements import FIXED

# What came later.
COLUMNS = [column for column in FIXED if column not in {"own_picture_id", "picture_alt"}]


class Migration(migrations.Migration):
    dependencies = [("learning", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: guard.install(editor.connection, columns=COLUMNS, with_pictures=False),
            lambda apps, editor: guard.remove(editor.connection, with_pictures=False),
        ),
    ]
