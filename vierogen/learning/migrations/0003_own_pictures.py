"""Cards may have a picture of the organisation's own; the database guards it as it guards the words."""

import django.db.models.deletion
from django.db import migrations, models

from vierogen.learning import guard


class Migration(migrations.Migration):

    dependencies = [
        ('learning', '0002_guard'),
        ('people', '0005_partnership'),
    ]

    operations = [
        migrations.AddField(
            model_name='agreement',
            name='picture_alt',
            field=models.CharField(blank=True, max_length=300, verbose_name='What is on the picture'),
        ),
        migrations.CreateModel(
            name='CardPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('data', models.BinaryField()),
                ('mime', models.CharField(max_length=30)),
                ('sha256', models.CharField(max_length=64)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
            ],
        ),
        migrations.AddField(
            model_name='agreement',
            name='own_picture',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='learning.cardpicture'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('own_picture', None), models.Q(('picture_alt', ''), _negated=True), _connector='OR'), name='an_own_picture_is_told_in_words'),
        ),
        migrations.AddConstraint(
            model_name='cardpicture',
            constraint=models.UniqueConstraint(fields=('organisation', 'sha256'), name='card_picture_once'),
        ),
        # Where SQLite makes a table anew, its triggers are gone; and the new columns never change either.
        migrations.RunPython(
            lambda apps, editor: guard.install(editor.connection),
            lambda apps, editor: guard.remove(editor.connection),
        ),
    ]
