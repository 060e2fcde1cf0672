"""What accounts were moved by on each day, so that balances of earlier days need not add every posting up."""

import django.db.models.deletion
from django.db import migrations, models

from tariffs.migrations._day_totals import DAY_TOTAL_OPERATIONS


class Migration(migrations.Migration):
    """What accounts were moved by on each day."""

    dependencies = [("tariffs", "0012_valuations")]

    operations = [
        migrations.CreateModel(
            name="DayTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="day_totals",
                        to="tariffs.ledgeraccount",
                    ),
                ),
                ("effective_on", models.DateField()),
                ("posted_on", models.DateField()),
                ("moved_minor", models.BigIntegerField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="daytotal",
            constraint=models.UniqueConstraint(
                fields=["account", "effective_on", "posted_on"], name="an_account_has_one_total_for_its_days"
            ),
        ),
        migrations.AddIndex(
            model_name="journalentry",
            index=models.Index(fields=["posted_at"], name="entries_by_their_posting"),
        ),
        *DAY_TOTAL_OPERATIONS,
    ]
