"""Every version of reference data begins on a day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Every version of reference data begins on a day."""

    dependencies = [
        ("tariffs", "0001_initial"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="exchangerate",
            constraint=models.CheckConstraint(
                condition=models.Q(("validity__startswith__isnull", False)), name="an_exchange_rate_begins_on_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=models.CheckConstraint(
                condition=models.Q(("validity__startswith__isnull", False)), name="a_measure_begins_on_a_day"
            ),
        ),
    ]
