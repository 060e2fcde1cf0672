"""Bookings are held, requested, decided, moved and missed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import inspections.rules.bookings


class Migration(migrations.Migration):
    dependencies = [
        ("bonded", "0014_guarantee_events"),
        ("inspections", "0002_rate_changes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BookingException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("message", models.CharField(max_length=300)),
                (
                    "overridable_by",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=500)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="booking",
            name="a_booking_is_in_a_known_state",
        ),
        migrations.RemoveConstraint(
            model_name="booking",
            name="a_booking_has_ended_when_it_is_done_or_cancelled",
        ),
        migrations.RemoveConstraint(
            model_name="booking",
            name="a_cancelled_booking_gives_its_reason",
        ),
        migrations.AddField(
            model_name="booking",
            name="held_until",
            field=models.DateTimeField(help_text="When a held booking lapses.", null=True),
        ),
        migrations.AddField(
            model_name="booking",
            name="justification",
            field=models.CharField(
                blank=True, default="", help_text="Why what stands against it should be overridden.", max_length=500
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="moved_from",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moved_to",
                to="inspections.booking",
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="was_late",
            field=models.BooleanField(default=False, help_text="It was given up or moved too late before it began."),
        ),
        migrations.AlterField(
            model_name="booking",
            name="state",
            field=models.CharField(
                choices=[
                    ("held", "Held"),
                    ("requested", "Requested"),
                    ("booked", "Booked"),
                    ("in_session", "In session"),
                    ("done", "Done"),
                    ("cancelled", "Cancelled"),
                    ("refused", "Refused"),
                    ("lapsed", "Lapsed"),
                    ("moved", "Moved"),
                    ("no_show", "No show"),
                ],
                default=inspections.rules.bookings.BookingState["BOOKED"],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="booking",
            name="visitors",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), size=None),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("state", inspections.rules.bookings.BookingState["HELD"])),
                fields=["held_until"],
                name="holds_by_their_end",
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                models.Func(models.F("during"), function="upper"),
                condition=models.Q(
                    (
                        "state__in",
                        [
                            inspections.rules.bookings.BookingState["BOOKED"],
                            inspections.rules.bookings.BookingState["REQUESTED"],
                        ],
                    )
                ),
                name="visits_to_come_by_their_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "held",
                            "requested",
                            "booked",
                            "in_session",
                            "done",
                            "cancelled",
                            "refused",
                            "lapsed",
                            "moved",
                            "no_show",
                        ],
                    )
                ),
                name="a_booking_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True),
                        (
                            "state__in",
                            [
                                inspections.rules.bookings.BookingState["BOOKED"],
                                inspections.rules.bookings.BookingState["HELD"],
                                inspections.rules.bookings.BookingState["IN_SESSION"],
                                inspections.rules.bookings.BookingState["REQUESTED"],
                            ],
                        ),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                [
                                    inspections.rules.bookings.BookingState["BOOKED"],
                                    inspections.rules.bookings.BookingState["HELD"],
                                    inspections.rules.bookings.BookingState["IN_SESSION"],
                                    inspections.rules.bookings.BookingState["REQUESTED"],
                                ],
                            ),
                            _negated=True,
                        ),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_booking_has_ended_when_it_is_done_or_cancelled",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                inspections.rules.bookings.BookingState["CANCELLED"],
                                inspections.rules.bookings.BookingState["REFUSED"],
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(("cancellation_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_cancelled_booking_gives_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", inspections.rules.bookings.BookingState["HELD"]), _negated=True),
                    ("held_until__isnull", False),
                    _connector="OR",
                ),
                name="a_hold_ends_by_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", inspections.rules.bookings.BookingState["REQUESTED"]), _negated=True),
                    models.Q(("justification", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_request_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("was_late", False),
                    (
                        "state__in",
                        [
                            inspections.rules.bookings.BookingState["CANCELLED"],
                            inspections.rules.bookings.BookingState["MOVED"],
                        ],
                    ),
                    _connector="OR",
                ),
                name="only_what_was_given_up_or_moved_was_late",
            ),
        ),
        migrations.AddField(
            model_name="bookingexception",
            name="booking",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="exceptions", to="inspections.booking"
            ),
        ),
        migrations.AddField(
            model_name="bookingexception",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="bookingexception",
            constraint=models.UniqueConstraint(fields=("booking", "code"), name="a_booking_asks_for_an_override_once"),
        ),
        migrations.AddConstraint(
            model_name="bookingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("reason", "")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="an_override_carries_its_reason",
            ),
        ),
    ]
