"""The table of Django's database cache: how often somebody tried to log in has to be known to every process."""

from django.core.management import call_command
from django.db import migrations


def make(_apps, editor):
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
