"""Bookings say how many changes of the rates they have seen."""

from django.conf import settings
from django.db import migrations, models

import inspections.rules.bookings


class Migration(migrations.Migration):
    """Bookings say how many changes of the rates they have seen."""

    dependencies = [
        ("bonded", "0014_guarantee_events"),
        ("inspections", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RateChanges",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name_plural": "rate changes",
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="rates_seen",
            field=models.BigIntegerField(default=0, help_text="How many changes of the rates its duty takes note of."),
        ),
        migrations.AddField(
            model_name="booking",
            name="shortfall_minor",
            field=models.BigIntegerField(default=0, help_text="What the guarantee lacks of the duty by new rates."),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("state", inspections.rules.bookings.BookingState["BOOKED"])),
                fields=["rates_seen", "id"],
                name="visits_to_come_by_rates_seen",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("shortfall_minor__gte", 0)), name="a_shortfall_is_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="ratechanges",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="rate_changes_are_counted_in_one_row"
            ),
        ),
    ]
