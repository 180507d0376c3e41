"""For which server each kept secret and each key from before was put in; of what is there, the one in use."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def take_the_one_in_use(apps, _editor):
    Channel, Takeover = apps.get_model("channels", "Channel"), apps.get_model("channels", "Takeover")
    servers = Channel.objects.filter(pk=OuterRef("channel")).values("server")
    apps.get_model("vault", "Kept").objects.update(server=Subquery(servers))
    servers = Takeover.objects.filter(pk=OuterRef("takeover")).values("channel__server")
    apps.get_model("vault", "OldKey").objects.update(server=Subquery(servers))


def leave(_apps, _editor):
    """The columns go by themselves."""


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0007_exercises_are_here'),
        ('vault', '0006_who_handed_in'),
    ]

    operations = [
        migrations.AddField(
            model_name='kept',
            name='server',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='oldkey',
            name='server',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.RunPython(take_the_one_in_use, leave),
    ]
