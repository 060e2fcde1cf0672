"""The first tables of looking at goods."""

import uuid
from datetime import time, timedelta

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import inspections.rules.bookings
import inspections.rules.sessions


class Migration(migrations.Migration):
    """The first tables of looking at goods."""

    initial = True

    dependencies = [
        ("bonded", "0003_consignment_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Scale",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True)),
                ("calibrated_until", models.DateField()),
                ("is_in_service", models.BooleanField(default=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ViewingRoom",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Desk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot_minutes", models.SmallIntegerField(default=60)),
                ("changeover_minutes", models.SmallIntegerField(default=15)),
                ("is_in_use", models.BooleanField(default=True)),
                (
                    "location",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="desk", to="bonded.location"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="desks", to="inspections.viewingroom"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Escort",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_on_duty", models.BooleanField(default=True)),
                (
                    "keeper",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="escort", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("booked_at", models.DateTimeField()),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "visitors",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), size=2),
                ),
                ("duty_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("booked", "Booked"),
                            ("in_session", "In session"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                        ],
                        default=inspections.rules.bookings.BookingState["BOOKED"],
                        max_length=10,
                    ),
                ),
                ("cancellation_reason", models.CharField(blank=True, default="", max_length=200)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="bonded.company"
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="inspections.desk"
                    ),
                ),
                (
                    "escort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="inspections.escort"
                    ),
                ),
                (
                    "scale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="inspections.scale"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SessionLot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seal_out", models.CharField(max_length=32)),
                ("out_carats", models.DecimalField(decimal_places=3, max_digits=12)),
                ("out_pieces", models.IntegerField()),
                ("is_viewable", models.BooleanField()),
                ("seal_in", models.CharField(blank=True, default="", max_length=32)),
                ("in_carats", models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ("in_pieces", models.IntegerField(null=True)),
                ("is_within_tolerance", models.BooleanField(help_text="Of the weigh-in.", null=True)),
                (
                    "home",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bonded.location"
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="session_lots", to="bonded.lot"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "intent",
                    models.CharField(
                        choices=[("buy", "Buy"), ("decline", "Decline"), ("second_look", "Second look")], max_length=11
                    ),
                ),
                ("agreed_carats", models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ("remarks", models.CharField(blank=True, default="", max_length=1000)),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "session_lot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="finding", to="inspections.sessionlot"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoomHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "weekday",
                    models.SmallIntegerField(
                        help_text="1 is Monday, 7 Sunday.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(7),
                        ],
                    ),
                ),
                ("opens_at", models.TimeField(default=time(9, 0))),
                ("closes_at", models.TimeField(default=time(18, 0))),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hours", to="inspections.viewingroom"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "room hours",
            },
        ),
        migrations.CreateModel(
            name="ViewingSession",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checked_in", "Checked in"),
                            ("open", "Open"),
                            ("weighed_in", "Weighed in"),
                            ("closed", "Closed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default=inspections.rules.sessions.SessionState["CHECKED_IN"],
                        max_length=10,
                    ),
                ),
                (
                    "identity_note",
                    models.CharField(help_text="Which papers were seen, never their whole numbers.", max_length=200),
                ),
                ("checked_in_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("weighed_in_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="session", to="inspections.booking"
                    ),
                ),
                (
                    "checked_in_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="sessionlot",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lots", to="inspections.viewingsession"
            ),
        ),
        migrations.CreateModel(
            name="BookedLot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("turn", models.SmallIntegerField()),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="booked_lots", to="bonded.lot"
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lots", to="inspections.booking"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("booking", "lot"), name="a_booking_names_a_lot_once"),
                    models.UniqueConstraint(fields=("booking", "turn"), name="lots_are_viewed_one_after_the_other"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "resource_kind",
                    models.CharField(
                        choices=[("desk", "Desk"), ("escort", "Escort"), ("lot", "Lot"), ("scale", "Scale")],
                        max_length=6,
                    ),
                ),
                ("resource_id", models.BigIntegerField()),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("is_active", models.BooleanField(default=True)),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="inspections.booking"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("resource_kind"),
                        models.F("resource_id"),
                        models.Func(models.F("during"), function="lower"),
                        condition=models.Q(("is_active", True)),
                        name="claims_by_beginning",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("resource_kind__in", ["desk", "escort", "lot", "scale"])),
                        name="a_claim_is_on_a_known_kind",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("is_active", True)),
                        expressions=[("resource_kind", "="), ("resource_id", "="), ("during", "&&")],
                        name="nothing_is_claimed_twice_at_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "during__endswith__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("during__startswith"), "+", models.Value(timedelta(days=1))
                                ),
                            ),
                            ("during__isempty", False),
                        ),
                        name="a_claim_lasts_at_most_a_day",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["company", "-booked_at", "-id"], name="bookings_of_a_company"),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["booked", "in_session", "done", "cancelled"])),
                name="a_booking_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("during__isempty", False)), name="a_visit_takes_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("duty_minor__gte", 0)), name="the_duty_of_a_booking_is_not_negative"
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
                                inspections.rules.bookings.BookingState["IN_SESSION"],
                            ],
                        ),
                    ),
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                [
                                    inspections.rules.bookings.BookingState["BOOKED"],
                                    inspections.rules.bookings.BookingState["IN_SESSION"],
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
                    models.Q(("state", inspections.rules.bookings.BookingState["CANCELLED"]), _negated=True),
                    models.Q(("cancellation_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_cancelled_booking_gives_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("intent__in", ["buy", "decline", "second_look"])),
                name="a_finding_has_a_known_intent",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("agreed_carats__isnull", True), ("agreed_carats__gt", 0), _connector="OR"),
                name="an_agreed_weight_is_a_weight",
            ),
        ),
        migrations.AddConstraint(
            model_name="roomhours",
            constraint=models.UniqueConstraint(fields=("room", "weekday"), name="a_room_opens_once_a_weekday"),
        ),
        migrations.AddConstraint(
            model_name="roomhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__range", (1, 7))), name="a_week_has_seven_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="roomhours",
            constraint=models.CheckConstraint(
                condition=models.Q(("opens_at__lt", models.F("closes_at"))), name="a_room_closes_after_it_opens"
            ),
        ),
        migrations.AddConstraint(
            model_name="desk",
            constraint=models.CheckConstraint(
                condition=models.Q(("slot_minutes__range", (5, 480))), name="a_slot_lasts_5_to_480_minutes"
            ),
        ),
        migrations.AddConstraint(
            model_name="desk",
            constraint=models.CheckConstraint(
                condition=models.Q(("changeover_minutes__range", (0, 240))), name="a_changeover_lasts_up_to_240_minutes"
            ),
        ),
        migrations.AddConstraint(
            model_name="viewingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["checked_in", "open", "weighed_in", "closed", "cancelled"])),
                name="a_session_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="viewingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("identity_note", ""), _negated=True), name="nobody_comes_in_without_papers"
            ),
        ),
        migrations.AddConstraint(
            model_name="viewingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("opened_at__isnull", True),
                        (
                            "state__in",
                            [
                                inspections.rules.sessions.SessionState["CHECKED_IN"],
                                inspections.rules.sessions.SessionState["CANCELLED"],
                            ],
                        ),
                    ),
                    models.Q(
                        ("opened_at__isnull", False),
                        (
                            "state__in",
                            [
                                inspections.rules.sessions.SessionState["OPEN"],
                                inspections.rules.sessions.SessionState["WEIGHED_IN"],
                                inspections.rules.sessions.SessionState["CLOSED"],
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="stones_lie_open_only_after_they_were_weighed_out",
            ),
        ),
        migrations.AddConstraint(
            model_name="viewingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                inspections.rules.sessions.SessionState["WEIGHED_IN"],
                                inspections.rules.sessions.SessionState["CLOSED"],
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(("weighed_in_at__gte", models.F("opened_at")), ("weighed_in_at__isnull", False)),
                    _connector="OR",
                ),
                name="a_session_ends_only_after_the_weigh_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionlot",
            constraint=models.UniqueConstraint(fields=("session", "lot"), name="a_session_weighs_a_lot_once"),
        ),
        migrations.AddConstraint(
            model_name="sessionlot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("in_carats__isnull", True), ("in_pieces__isnull", True), ("seal_in", "")),
                    models.Q(
                        models.Q(("seal_in", ""), _negated=True),
                        ("in_carats__isnull", False),
                        ("in_pieces__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_lot_that_is_back_is_weighed_and_sealed",
            ),
        ),
    ]
