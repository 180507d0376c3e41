"""A sealed export can be stopped."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0007_servers_of_secrets")]

    operations = [
        migrations.AlterField(
            model_name="export",
            name="state",
            field=models.CharField(
                choices=[
                    ("asked", "Waits for a custodian"),
                    ("allowed", "Agreed: it can be taken once"),
                    ("made", "Taken"),
                    ("lapsed", "Lapsed: not used in time"),
                    ("vetoed", "Stopped"),
                ],
                default="asked",
                max_length=8,
            ),
        ),
    ]
