"""The first tables of what is owed; five of them are history, two are superseded and never edited."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import tariffs.rules.debts
import tariffs.rules.exchange_rates
import tariffs.rules.guarantees
import tariffs.rules.jurisdictions
import tariffs.rules.ledger
from bonded.models.base import append_only_operations
from tariffs.migrations._ledger import LEDGER_OPERATIONS
from tariffs.migrations._versions import VERSION_OPERATIONS


class Migration(migrations.Migration):
    """The first tables of what is owed."""

    initial = True

    dependencies = [
        ("bonded", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("procedure", models.CharField(max_length=13)),
                ("assessed_on", models.DateField()),
                ("assessed_at", models.DateTimeField()),
                ("rules_version", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("customs_value_minor", models.BigIntegerField()),
                ("duty_minor", models.BigIntegerField()),
                ("consumption_tax_minor", models.BigIntegerField()),
                ("vat_minor", models.BigIntegerField()),
                ("fees_minor", models.BigIntegerField()),
                ("total_minor", models.BigIntegerField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bonded.company"
                    ),
                ),
                (
                    "withdrawal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assessments", to="bonded.withdrawal"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AssessmentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                ("hs_code", models.CharField(max_length=10)),
                ("origin", models.CharField(max_length=2)),
                ("regime", models.CharField(max_length=10)),
                ("pieces", models.IntegerField()),
                ("weight_carats", models.DecimalField(decimal_places=3, max_digits=12)),
                ("value_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("measure_versions", models.JSONField(help_text="Of every measure that was charged or looked at.")),
                ("rate_versions", models.JSONField(help_text="Of every exchange rate that was used.")),
                ("customs_value_minor", models.BigIntegerField()),
                ("duty_minor", models.BigIntegerField()),
                ("consumption_tax_minor", models.BigIntegerField()),
                ("vat_levied_minor", models.BigIntegerField()),
                ("vat_refunded_minor", models.BigIntegerField()),
                ("fees_minor", models.BigIntegerField()),
                (
                    "steps",
                    models.JSONField(help_text="The working: figure, inputs, exact, result, rounding, version, why."),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="tariffs.assessment"
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bonded.lot"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.BinaryField(unique=True)),
                ("name", models.CharField(max_length=200)),
                ("content", models.BinaryField()),
                ("imported_at", models.DateTimeField()),
                (
                    "imported_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=40)),
                ("identification", models.CharField(max_length=40)),
                ("currency", models.CharField(max_length=3)),
                ("opening_minor", models.BigIntegerField(null=True)),
                ("closing_minor", models.BigIntegerField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="tariffs.bankfile"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BankStatementLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                ("number", models.IntegerField(help_text="Counts from 1 within the statement.")),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("booked_on", models.DateField()),
                ("value_on", models.DateField()),
                ("counterparty", models.CharField(blank=True, default="", max_length=200)),
                ("counterparty_account", models.CharField(blank=True, default="", max_length=40)),
                ("remittance", models.TextField(blank=True, default="")),
                ("end_to_end_id", models.CharField(blank=True, default="", max_length=40)),
                ("bank_reference", models.CharField(blank=True, default="", max_length=40)),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="tariffs.bankstatement"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.CharField(default="CN", max_length=2)),
                ("day", models.DateField()),
                ("is_working", models.BooleanField()),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("country", "day"), name="a_day_is_said_once")],
            },
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "validity",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="The days on which it is in force: [from, until)."
                    ),
                ),
                (
                    "known",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        editable=False, help_text="From when until when the platform believed it."
                    ),
                ),
                ("source", models.CharField(max_length=300)),
                (
                    "mark",
                    models.CharField(help_text="S sourced, G general knowledge, D derived, M made up.", max_length=20),
                ),
                ("is_verified", models.BooleanField(default=False)),
                ("local_currency", models.CharField(default="CNY", max_length=3)),
                ("currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=8, max_digits=18)),
                (
                    "quoted",
                    models.CharField(
                        choices=[("local_per_unit", "Local per unit"), ("units_per_local", "Units per local")],
                        default=tariffs.rules.exchange_rates.Quoting["LOCAL_PER_UNIT"],
                        max_length=15,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quoted__in", ["local_per_unit", "units_per_local"])),
                        name="a_rate_is_quoted_in_a_known_way",
                    ),
                    models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="an_exchange_rate_is_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("currency", models.F("local_currency")), _negated=True),
                        name="a_currency_needs_no_rate_to_itself",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("local_currency", "="), ("currency", "="), ("validity", "&&"), ("known", "&&")],
                        name="no_two_exchange_rates_in_force_at_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GuaranteeAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("limit_minor", models.BigIntegerField()),
                ("reserved_minor", models.BigIntegerField(default=0)),
                ("used_minor", models.BigIntegerField(default=0)),
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guarantee_account",
                        to="bonded.company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GuaranteeReservation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(choices=[("viewing", "Viewing"), ("withdrawal", "Withdrawal")], max_length=12),
                ),
                ("reference", models.UUIDField(help_text="The booking or assessment that it is for.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reserved", "Reserved"),
                            ("used", "Used"),
                            ("settled", "Settled"),
                            ("freed", "Freed"),
                            ("expired", "Expired"),
                        ],
                        default=tariffs.rules.guarantees.ReservationState["RESERVED"],
                        max_length=10,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("used_minor", models.BigIntegerField(default=0)),
                ("reserved_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="tariffs.guaranteeaccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DutyDebt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "reference",
                    models.CharField(help_text="Creditor reference that the payer quotes.", max_length=25, unique=True),
                ),
                (
                    "term",
                    models.CharField(
                        choices=[
                            ("days_after_completion", "Days after completion"),
                            ("fifth_working_day", "Fifth working day"),
                            ("fifteenth_of_month", "Fifteenth of month"),
                            ("fifteenth_working_day", "Fifteenth working day"),
                        ],
                        max_length=22,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("paid", "Paid"),
                            ("remitted", "Remitted"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default=tariffs.rules.debts.DebtState["OPEN"],
                        max_length=9,
                    ),
                ),
                ("charged_on", models.DateField()),
                ("due_on", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("duty_minor", models.BigIntegerField()),
                ("consumption_tax_minor", models.BigIntegerField()),
                ("vat_minor", models.BigIntegerField()),
                ("fees_minor", models.BigIntegerField()),
                ("total_minor", models.BigIntegerField()),
                ("paid_minor", models.BigIntegerField(default=0)),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tariffs.assessment"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="duty_debts", to="bonded.company"
                    ),
                ),
                (
                    "withdrawal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="duty_debts", to="bonded.withdrawal"
                    ),
                ),
                (
                    "reservation",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="tariffs.guaranteereservation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("duty_charged", "Duty charged"),
                            ("charge_withdrawn", "Charge withdrawn"),
                            ("surcharge_charged", "Surcharge charged"),
                            ("payment_received", "Payment received"),
                            ("customs_paid", "Customs paid"),
                            ("reversed", "Reversed"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "reference",
                    models.CharField(help_text="What the event happened to, such as duty_debt:UUID.", max_length=80),
                ),
                ("effective_on", models.DateField()),
                ("posted_at", models.DateTimeField()),
                (
                    "posted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="tariffs.journalentry",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "journal entries",
            },
        ),
        migrations.CreateModel(
            name="LedgerAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("1000", "1000"),
                            ("1100", "1100"),
                            ("2000", "2000"),
                            ("2100", "2100"),
                            ("2110", "2110"),
                            ("2120", "2120"),
                            ("2130", "2130"),
                            ("2140", "2140"),
                        ],
                        max_length=4,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("balance_minor", models.BigIntegerField(default=0)),
                (
                    "company",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bonded.company"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "validity",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="The days on which it is in force: [from, until)."
                    ),
                ),
                (
                    "known",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        editable=False, help_text="From when until when the platform believed it."
                    ),
                ),
                ("source", models.CharField(max_length=300)),
                (
                    "mark",
                    models.CharField(help_text="S sourced, G general knowledge, D derived, M made up.", max_length=20),
                ),
                ("is_verified", models.BooleanField(default=False)),
                (
                    "jurisdiction",
                    models.CharField(
                        choices=[("CN", "Cn"), ("UK", "Uk"), ("EU", "Eu"), ("US", "Us")],
                        default=tariffs.rules.jurisdictions.Jurisdiction["CN"],
                        max_length=2,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("duty_general", "Duty general"),
                            ("duty_mfn", "Duty mfn"),
                            ("duty_agreement", "Duty agreement"),
                            ("duty_provisional", "Duty provisional"),
                            ("anti_dumping", "Anti dumping"),
                            ("consumption_tax", "Consumption tax"),
                            ("vat", "Vat"),
                            ("vat_refund_above", "Vat refund above"),
                            ("fee", "Fee"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "hs_code",
                    models.CharField(help_text="Digits; covers every code that begins with them.", max_length=10),
                ),
                (
                    "origin",
                    models.CharField(
                        blank=True, default="", help_text="ISO 3166-1; empty is every origin.", max_length=2
                    ),
                ),
                (
                    "regime",
                    models.CharField(
                        blank=True, default="", help_text="sde, general; empty is every regime.", max_length=10
                    ),
                ),
                ("rate", models.CharField(help_text="4% + 2/ct, min(max(0.3464%, 31.67), 614.35) …", max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "duty_general",
                                    "duty_mfn",
                                    "duty_agreement",
                                    "duty_provisional",
                                    "anti_dumping",
                                    "consumption_tax",
                                    "vat",
                                    "vat_refund_above",
                                    "fee",
                                ],
                            )
                        ),
                        name="a_measure_is_of_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("jurisdiction__in", ["CN", "UK", "EU", "US"])),
                        name="a_measure_is_of_a_known_territory",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hs_code__regex", "^[0-9]{2,10}$")), name="a_measure_has_a_code"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("jurisdiction", "="),
                            ("kind", "="),
                            ("hs_code", "="),
                            ("origin", "="),
                            ("regime", "="),
                            ("validity", "&&"),
                            ("known", "&&"),
                        ],
                        name="no_two_rates_in_force_at_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentMatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("reference_and_amount", "Reference and amount"),
                            ("reference_only", "Reference only"),
                            ("payer_and_amount", "Payer and amount"),
                            ("remittance", "Remittance"),
                            ("by_hand", "By hand"),
                        ],
                        max_length=20,
                    ),
                ),
                ("matched_at", models.DateTimeField()),
                (
                    "debt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="matches", to="tariffs.dutydebt"
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tariffs.journalentry",
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="match",
                        to="tariffs.bankstatementline",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "payment matches",
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="tariffs.ledgeraccount"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="tariffs.journalentry"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("duty_minor"), "+", models.F("consumption_tax_minor")
                                ),
                                "+",
                                models.F("vat_minor"),
                            ),
                            "+",
                            models.F("fees_minor"),
                        ),
                    )
                ),
                name="an_assessment_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("consumption_tax_minor__gte", 0),
                    ("duty_minor__gte", 0),
                    ("fees_minor__gte", 0),
                    ("vat_minor__gte", 0),
                ),
                name="nobody_is_owed_by_an_assessment",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessmentline",
            constraint=models.UniqueConstraint(fields=("assessment", "lot"), name="an_assessment_values_a_lot_once"),
        ),
        migrations.AddConstraint(
            model_name="bankstatement",
            constraint=models.UniqueConstraint(
                fields=("account", "identification"), name="a_statement_is_imported_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankstatementline",
            constraint=models.UniqueConstraint(fields=("statement", "number"), name="a_line_stands_once"),
        ),
        migrations.AddConstraint(
            model_name="guaranteeaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserved_minor__gte", 0), ("used_minor__gte", 0)), name="no_claim_is_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteeaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "limit_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("reserved_minor"), "+", models.F("used_minor")
                        ),
                    )
                ),
                name="no_guarantee_is_overdrawn",
            ),
        ),
        migrations.AddIndex(
            model_name="guaranteereservation",
            index=models.Index(
                condition=models.Q(
                    ("expires_at__isnull", False), ("state", tariffs.rules.guarantees.ReservationState["RESERVED"])
                ),
                fields=["expires_at"],
                name="reservations_that_expire",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteereservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["viewing", "withdrawal"])), name="a_reservation_has_a_known_purpose"
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteereservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["reserved", "used", "settled", "freed", "expired"])),
                name="a_reservation_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteereservation",
            constraint=models.UniqueConstraint(
                fields=("purpose", "reference"), name="headroom_is_reserved_once_for_a_thing"
            ),
        ),
        migrations.AddConstraint(
            model_name="guaranteereservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor__gte", 0), ("used_minor__gte", 0), ("used_minor__lte", models.F("amount_minor"))
                ),
                name="no_more_is_used_than_was_reserved",
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
                            tariffs.rules.guarantees.ReservationState["USED"],
                            tariffs.rules.guarantees.ReservationState["SETTLED"],
                        ],
                    ),
                    _connector="OR",
                ),
                name="only_a_used_reservation_has_used_headroom",
            ),
        ),
        migrations.AddIndex(
            model_name="dutydebt",
            index=models.Index(
                condition=models.Q(("state", tariffs.rules.debts.DebtState["OPEN"])),
                fields=["due_on", "id"],
                name="open_debts_by_due_day",
            ),
        ),
        migrations.AddIndex(
            model_name="dutydebt",
            index=models.Index(fields=["company", "due_on", "id"], name="debts_of_a_company"),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "paid", "remitted", "withdrawn"])),
                name="a_debt_is_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "term__in",
                        ["days_after_completion", "fifth_working_day", "fifteenth_of_month", "fifteenth_working_day"],
                    )
                ),
                name="a_debt_is_due_by_a_known_term",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_minor",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("duty_minor"), "+", models.F("consumption_tax_minor")
                                ),
                                "+",
                                models.F("vat_minor"),
                            ),
                            "+",
                            models.F("fees_minor"),
                        ),
                    )
                ),
                name="a_debt_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(("paid_minor__gte", 0), ("total_minor__gt", 0)), name="a_debt_is_of_an_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(("paid_minor__lte", models.F("total_minor"))), name="a_debt_is_not_overpaid"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("paid_minor", models.F("total_minor")),
                        (
                            "state__in",
                            [tariffs.rules.debts.DebtState["PAID"], tariffs.rules.debts.DebtState["REMITTED"]],
                        ),
                    ),
                    models.Q(
                        ("paid_minor__lt", models.F("total_minor")), ("state", tariffs.rules.debts.DebtState["OPEN"])
                    ),
                    ("state", tariffs.rules.debts.DebtState["WITHDRAWN"]),
                    _connector="OR",
                ),
                name="a_debt_is_paid_when_all_of_it_is",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", tariffs.rules.debts.DebtState["WITHDRAWN"]), _negated=True),
                fields=("withdrawal",),
                name="a_withdrawal_is_charged_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("charged_on"))), name="a_debt_is_due_after_it_is_charged"
            ),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "event__in",
                        [
                            "duty_charged",
                            "charge_withdrawn",
                            "surcharge_charged",
                            "payment_received",
                            "customs_paid",
                            "reversed",
                        ],
                    )
                ),
                name="an_entry_is_of_a_known_event",
            ),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.UniqueConstraint(fields=("event", "reference"), name="an_event_is_posted_once"),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("event", tariffs.rules.ledger.BusinessEvent["REVERSED"]), ("reverses__isnull", False)),
                    models.Q(
                        models.Q(("event", tariffs.rules.ledger.BusinessEvent["REVERSED"]), _negated=True),
                        ("reverses__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_reversal_names_what_it_reverses",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__in", ["1000", "1100", "2000", "2100", "2110", "2120", "2130", "2140"])),
                name="an_account_is_of_the_chart",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.UniqueConstraint(
                fields=("code", "company", "currency"), name="one_account_of_each_kind", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="paymentmatch",
            index=models.Index(
                condition=models.Q(("entry__isnull", True)), fields=["id"], name="matches_not_yet_booked"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rule__in",
                        ["reference_and_amount", "reference_only", "payer_and_amount", "remittance", "by_hand"],
                    )
                ),
                name="a_match_is_by_a_known_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor", 0), _negated=True), name="a_posting_moves_something"
            ),
        ),
        *VERSION_OPERATIONS,
        *append_only_operations("tariffs_assessment"),
        *append_only_operations("tariffs_assessmentline"),
        *append_only_operations("tariffs_journalentry"),
        *append_only_operations("tariffs_posting"),
        *append_only_operations("tariffs_bankstatementline"),
        *LEDGER_OPERATIONS,
    ]
