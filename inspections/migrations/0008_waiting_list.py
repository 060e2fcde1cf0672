"""Companies wait for places, which are offered to them in turn."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bonded", "0014_guarantee_events"),
        ("inspections", "0007_offers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FreedPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("freed_at", models.DateTimeField()),
                ("looked_at", models.DateTimeField(null=True)),
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inspections.booking"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("looked_at__isnull", True)), fields=["id"], name="places_to_offer")
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitingEntry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("lot_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("party_size", models.SmallIntegerField()),
                ("priority", models.SmallIntegerField(default=0)),
                ("priority_reason", models.CharField(blank=True, default="", max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("offered", "Offered"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("lapsed", "Lapsed"),
                            ("left", "Left"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("entered_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "passed_over_for",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Why the last place that was free could not be offered.",
                        max_length=500,
                    ),
                ),
                ("link_digest", models.BinaryField(null=True, unique=True)),
                (
                    "booking",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wait",
                        to="inspections.booking",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bonded.company"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["-priority", "entered_at", "id"],
                        name="waits_in_turn",
                    ),
                    models.Index(fields=["company", "-entered_at", "-id"], name="waits_of_a_company"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "offered", "accepted", "declined", "lapsed", "left"])
                        ),
                        name="a_wait_is_in_a_known_state",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["offered", "waiting"])),
                        fields=("company", "lot_ids"),
                        name="a_company_waits_once_for_a_set_of_lots",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("during__isempty", False)), name="a_wait_is_for_some_time"
                    ),
                    models.CheckConstraint(condition=models.Q(("lot_ids__len__gte", 1)), name="a_wait_names_a_lot"),
                    models.CheckConstraint(
                        condition=models.Q(("party_size__gte", 1), ("party_size__lte", 20)),
                        name="somebody_waits_but_no_crowd",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("priority", 0),
                            models.Q(
                                ("priority__gte", 1),
                                ("priority__lte", 9),
                                models.Q(("priority_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_raised_priority_carries_its_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("booking__isnull", True), ("state", "waiting")),
                            models.Q(("booking__isnull", False), ("state__in", ["offered", "accepted", "declined"])),
                            ("state__in", ["lapsed", "left"]),
                            _connector="OR",
                        ),
                        name="an_offer_has_its_booking_and_a_wait_has_none",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state__in", ["offered", "waiting"])),
                            models.Q(
                                models.Q(("state__in", ["offered", "waiting"]), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_wait_has_ended_when_nothing_is_offered_to_it",
                    ),
                ],
            },
        ),
    ]
