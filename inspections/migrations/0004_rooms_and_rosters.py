"""Rosters, officers, instruments, closures, and what visits need by the kind of their lots."""

import datetime as dt

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0003_booking_lifecycle"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AttendingOfficer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_on_duty", models.BooleanField(default=True)),
                (
                    "works_by_roster",
                    models.BooleanField(default=False, help_text="There only on shifts; else whenever rooms open."),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("reason", models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Instrument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("loupe", "Loupe"),
                            ("microscope", "Microscope"),
                            ("uv_lamp", "Uv lamp"),
                            ("daylight_lamp", "Daylight lamp"),
                        ],
                        max_length=13,
                    ),
                ),
                ("is_in_service", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
            ],
        ),
        migrations.CreateModel(
            name="ViewingTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lot_kind",
                    models.CharField(
                        choices=[
                            ("polished_diamond", "Polished diamond"),
                            ("rough_diamond", "Rough diamond"),
                            ("coloured_gem", "Coloured gem"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "slot_minutes",
                    models.SmallIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(480),
                        ],
                    ),
                ),
                (
                    "changeover_minutes",
                    models.SmallIntegerField(
                        default=15,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(240),
                        ],
                    ),
                ),
                ("needs_officer", models.BooleanField(default=False)),
                (
                    "instruments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("loupe", "Loupe"),
                                ("microscope", "Microscope"),
                                ("uv_lamp", "Uv lamp"),
                                ("daylight_lamp", "Daylight lamp"),
                            ],
                            max_length=13,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "viewing terms",
            },
        ),
        migrations.RemoveConstraint(
            model_name="claim",
            name="a_claim_is_on_a_known_kind",
        ),
        migrations.AddField(
            model_name="escort",
            name="works_by_roster",
            field=models.BooleanField(default=False, help_text="There only on shifts; else whenever rooms open."),
        ),
        migrations.AddField(
            model_name="viewingroom",
            name="opens_on_holidays",
            field=models.BooleanField(default=False, help_text="Open on public holidays that have hours, too."),
        ),
        migrations.AlterField(
            model_name="claim",
            name="resource_kind",
            field=models.CharField(
                choices=[
                    ("desk", "Desk"),
                    ("escort", "Escort"),
                    ("instrument", "Instrument"),
                    ("lot", "Lot"),
                    ("officer", "Officer"),
                    ("scale", "Scale"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("resource_kind__in", ["desk", "escort", "instrument", "lot", "officer", "scale"])),
                name="a_claim_is_on_a_known_kind",
            ),
        ),
        migrations.AddField(
            model_name="attendingofficer",
            name="officer",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="attends", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="officer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bookings",
                to="inspections.attendingofficer",
            ),
        ),
        migrations.AddField(
            model_name="closure",
            name="room",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="closures",
                to="inspections.viewingroom",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrument",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["loupe", "microscope", "uv_lamp", "daylight_lamp"])),
                name="what_is_looked_with_is_of_a_known_kind",
            ),
        ),
        migrations.AddField(
            model_name="booking",
            name="instruments",
            field=models.ManyToManyField(related_name="bookings", to="inspections.instrument"),
        ),
        migrations.AddField(
            model_name="shift",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="shifts", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="viewingterms",
            name="desk",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="viewing_terms",
                to="inspections.desk",
            ),
        ),
        migrations.AddConstraint(
            model_name="closure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("during__isempty", False), ("during__lower_inf", False), ("during__upper_inf", False)
                ),
                name="a_closure_begins_and_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("person", "="), ("during", "&&")], name="nobody_has_two_shifts_at_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "during__endswith__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("during__startswith"), "+", models.Value(dt.timedelta(days=1))
                        ),
                    ),
                    ("during__isempty", False),
                ),
                name="a_shift_lasts_at_most_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="viewingterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("lot_kind__in", ["polished_diamond", "rough_diamond", "coloured_gem"])),
                name="viewing_terms_are_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="viewingterms",
            constraint=models.UniqueConstraint(
                fields=("lot_kind", "desk"), name="a_kind_has_one_set_of_terms_at_a_desk", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="viewingterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("changeover_minutes__range", (0, 240)), ("slot_minutes__range", (5, 480))),
                name="a_visit_by_terms_lasts_5_to_480_minutes",
            ),
        ),
        migrations.AddConstraint(
            model_name="viewingterms",
            constraint=models.CheckConstraint(
                condition=models.Q(("instruments__contained_by", ["loupe", "microscope", "uv_lamp", "daylight_lamp"])),
                name="a_visit_needs_known_instruments",
            ),
        ),
    ]
