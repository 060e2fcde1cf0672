"""What the guarantee lacks for a visit to come, and the publications after which visits are priced again."""

import uuid

from django.conf import settings
from django.db import migrations, models

import inspections.rules.bookings


class Migration(migrations.Migration):
    """Visits to come follow the rates."""

    dependencies = [
        ("bonded", "0013_waiting_lanes"),
        ("inspections", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Repricing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("published_at", models.DateTimeField()),
                ("after_id", models.UUIDField(default=uuid.UUID("00000000-0000-0000-0000-000000000000"))),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="booking",
            name="missing_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("state", inspections.rules.bookings.BookingState["BOOKED"])),
                fields=["id"],
                name="bookings_to_come",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("missing_minor__gte", 0)), name="the_missing_duty_is_not_negative"
            ),
        ),
    ]
