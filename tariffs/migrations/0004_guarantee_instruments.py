"""Instruments, authorities and part uses of guarantees, and what companies were warned of."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

import tariffs.rules.guarantee_authorities
import tariffs.rules.guarantee_instruments
import tariffs.rules.guarantees
from tariffs.migrations._guarantees import GUARANTEE_OPERATIONS, SETTLED_OPERATION


class Migration(migrations.Migration):
    """Instruments, authorities and part uses of guarantees, and what companies were warned of."""

    dependencies = [
        ("bonded", "0014_guarantee_events"),
        ("tariffs", "0002_versions_begin_on_a_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuaranteeAuthority",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("validity", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("sub_limit_minor", models.BigIntegerField()),
                ("claimed_minor", models.BigIntegerField(default=0)),
                ("sees_balance", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("granted", "Granted"), ("revoked", "Revoked")],
                        default=tariffs.rules.guarantee_authorities.AuthorityState["GRANTED"],
                        max_length=7,
                    ),
                ),
                ("granted_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "guarantee authorities",
            },
        ),
        migrations.CreateModel(
            name="GuaranteeInstrument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bank_guarantee", "Bank guarantee"),
                            ("insurance", "Insurance"),
                            ("cash_deposit", "Cash deposit"),
                            ("opening_limit", "Opening limit"),
                        ],
                        max_length=14,
                    ),
                ),
                ("number", models.CharField(help_text="As its guarantor numbers it.", max_length=60)),
                (
                    "guarantor",
                    models.CharField(blank=True, help_text="The bank or insurer; empty for cash.", max_length=120),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("validity", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("order_of_use", models.SmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("in_force", "In force"), ("withdrawn", "Withdrawn")],
                        default=tariffs.rules.guarantee_instruments.InstrumentState["IN_FORCE"],
                        max_length=9,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="GuaranteeUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        blank=True, help_text="What was used; empty when the claim is used as one.", max_length=60
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("used_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="GuaranteeWarning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("low_headroom", "Low headroom"),
                            ("ends_too_early", "Ends too early"),
                            ("uncovered", "Uncovered"),
                        ],
                        max_length=14,
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="guaranteeaccount",
            name="no_guarantee_is_overdrawn",
        ),
        migrations.RemoveConstraint(
            model_name="guaranteereservation",
            name="a_reservation_is_in_a_known_state",
        ),
        migrations.RemoveConstraint(
            model_name="guaranteereservation",
            name="only_a_used_reservation_has_used_headroom",
        ),
        migrations.RemoveIndex(
            model_name="guaranteereservation",
            name="reservations_that_expire",
        ),
        migrations.AddField(
            model_name="guaranteereservation",
            name="settled_minor",
            field=models.BigIntegerField(default=0),
        ),
        SETTLED_OPERATION,
        migrations.AlterField(
            model_name="guaranteereservation",
            name="state",
            field=models.CharField(
                choices=[
                    ("reserved", "Reserved"),
                    ("partly_used", "Partly used"),
                    ("used", "Used"),
                    ("settled", "Settled"),
                    ("freed", "Freed"),
                    ("expired", "Expired"),
                ],
                default=tariffs.rules.guarantees.ReservationState["RESERVED"],
                max_length=11,
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeaccount",
            constraint=models.CheckConstraint(condition=models.Q(("limit_minor__gte", 0)), name="no_limit_is_negative"),
        ),
        migrations.AddField(
            model_name="guaranteeauthority",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="authorities", to="tariffs.guaranteeaccount"
            ),
        ),
        migrations.AddField(
            model_name="guaranteeauthority",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="guarantee_authorities", to="bonded.company"
            ),
        ),
        migrations.AddField(
            model_name="guaranteereservation",
            name="authority",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reservations",
                to="tariffs.guaranteeauthority",
            ),
        ),
        migrations.AddIndex(
            model_name="guaranteereservation",
            index=models.Index(
                condition=models.Q(
                    ("expires_at__isnull", False),
                    (
                        "state__in",
                        [
                            tariffs.rules.guarantees.ReservationState["PARTLY_USED"],
                            tariffs.rules.guarantees.ReservationState["RESERVED"],
                        ],
                    ),
                ),
                fields=["expires_at"],
                name="reservations_that_expire",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteereservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["reserved", "partly_used", "used", "settled", "freed", "expired"])),
                name="a_reservation_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteereservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("used_minor", 0),
                    (
                        "state__in",
                        [
                            tariffs.rules.guarantees.ReservationState["PARTLY_USED"],
                            tariffs.rules.guarantees.ReservationState["USED"],
                            tariffs.rules.guarantees.ReservationState["SETTLED"],
                        ],
                    ),
                    _connector="OR",
                ),
                name="only_a_used_reservation_has_used_headroom",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteereservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("settled_minor__gte", 0), ("settled_minor__lte", models.F("used_minor"))),
                name="no_more_is_settled_than_was_used",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteereservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", tariffs.rules.guarantees.ReservationState["SETTLED"]), _negated=True),
                    ("settled_minor", models.F("used_minor")),
                    _connector="OR",
                ),
                name="a_settled_reservation_owes_nothing",
            ),
        ),
        migrations.AddField(
            model_name="guaranteeinstrument",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="instruments", to="tariffs.guaranteeaccount"
            ),
        ),
        migrations.AddField(
            model_name="guaranteeuse",
            name="reservation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="tariffs.guaranteereservation"
            ),
        ),
        migrations.AddField(
            model_name="guaranteewarning",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="warnings", to="tariffs.guaranteeaccount"
            ),
        ),
        migrations.AddField(
            model_name="guaranteewarning",
            name="instrument",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="warnings",
                to="tariffs.guaranteeinstrument",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["granted", "revoked"])), name="an_authority_is_in_a_known_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(("claimed_minor__gte", 0), ("claimed_minor__lte", models.F("sub_limit_minor"))),
                name="no_authority_is_overdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(("sub_limit_minor__gt", 0)), name="an_authority_is_of_an_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(("validity__isempty", False), ("validity__startswith__isnull", False)),
                name="an_authority_begins_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("revoked_at__isnull", True),
                        ("state", tariffs.rules.guarantee_authorities.AuthorityState["GRANTED"]),
                    ),
                    models.Q(
                        ("revoked_at__isnull", False),
                        ("state", tariffs.rules.guarantee_authorities.AuthorityState["REVOKED"]),
                    ),
                    _connector="OR",
                ),
                name="a_revoked_authority_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeauthority",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state", tariffs.rules.guarantee_authorities.AuthorityState["GRANTED"])),
                expressions=[("account", "="), ("agent", "="), ("validity", "&&")],
                name="an_agent_has_one_authority_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeinstrument",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["bank_guarantee", "insurance", "cash_deposit", "opening_limit"])),
                name="an_instrument_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeinstrument",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["in_force", "withdrawn"])), name="an_instrument_is_in_a_known_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeinstrument",
            constraint=models.UniqueConstraint(fields=("account", "kind", "number"), name="an_instrument_counts_once"),
        ),
        migrations.AddConstraint(
            model_name="guaranteeinstrument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gt", 0),
                    models.Q(
                        ("amount_minor", 0),
                        ("kind", tariffs.rules.guarantee_instruments.InstrumentKind["OPENING_LIMIT"]),
                    ),
                    _connector="OR",
                ),
                name="an_instrument_is_of_an_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeinstrument",
            constraint=models.CheckConstraint(
                condition=models.Q(("order_of_use__gte", 1)), name="instruments_are_used_in_an_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeinstrument",
            constraint=models.CheckConstraint(
                condition=models.Q(("validity__isempty", False), ("validity__startswith__isnull", False)),
                name="an_instrument_begins_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeinstrument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", tariffs.rules.guarantee_instruments.InstrumentState["IN_FORCE"]),
                        ("withdrawn_at__isnull", True),
                    ),
                    models.Q(
                        ("state", tariffs.rules.guarantee_instruments.InstrumentState["WITHDRAWN"]),
                        ("withdrawn_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_withdrawn_instrument_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeuse",
            constraint=models.UniqueConstraint(fields=("reservation", "key"), name="a_part_is_used_once"),
        ),
        migrations.AddConstraint(
            model_name="guaranteeuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="a_part_is_of_an_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteewarning",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["low_headroom", "ends_too_early", "uncovered"])),
                name="a_warning_is_of_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteewarning",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("account", "kind", "instrument"),
                name="a_company_is_warned_once_of_one_cause",
                nulls_distinct=False,
            ),
        ),
        *GUARANTEE_OPERATIONS,
    ]
