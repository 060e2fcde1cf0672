"""Passes of bookings, and secret addresses of calendars."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Passes of bookings, and secret addresses of calendars."""

    dependencies = [
        ("bonded", "0015_notices"),
        ("inspections", "0005_visitors_and_papers"),
    ]

    operations = [
        migrations.CreateModel(
            name="BookingPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(unique=True)),
                ("issued_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="admission", to="inspections.booking"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "booking passes",
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "sort",
                    models.CharField(
                        choices=[("company", "Company"), ("escort", "Escort"), ("room", "Room")], max_length=7
                    ),
                ),
                ("digest", models.BinaryField(unique=True)),
                ("made_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "membership",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="bonded.membership",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inspections.viewingroom",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sort__in", ["company", "escort", "room"])),
                        name="a_feed_is_of_a_known_sort",
                    ),
                    models.UniqueConstraint(
                        fields=("membership", "sort", "room"),
                        name="a_person_has_a_feed_of_a_sort_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("room__isnull", False), ("sort", "room")),
                            models.Q(
                                models.Q(("sort", "room"), _negated=True),
                                ("room__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="a_feed_of_a_room_names_it",
                    ),
                ],
            },
        ),
    ]
