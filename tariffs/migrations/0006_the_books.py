"""The books keep up with many entries at a time; late money is charged, and statements are made."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import tariffs.rules.account_statements
import tariffs.rules.debts
from bonded.models.base import append_only_operations
from tariffs.migrations._postings import POSTING_OPERATIONS


class Migration(migrations.Migration):
    """Shards of accounts, balances that move once for a statement, surcharges, undone matches, statements."""

    dependencies = [
        ("bonded", "0013_waiting_lanes"),
        ("tariffs", "0005_landed_prices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountStatement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("month", models.DateField(help_text="Its first day.")),
                ("known_at", models.DateTimeField(help_text="Entries posted later are not in it.")),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Queued"), ("ready", "Ready")],
                        default=tariffs.rules.account_statements.StatementState["QUEUED"],
                        max_length=6,
                    ),
                ),
                (
                    "attempt",
                    models.IntegerField(
                        default=0, help_text="Which claim counts; a worker with an older one keeps nothing."
                    ),
                ),
                ("claimed_until", models.DateTimeField(null=True)),
                ("entries_done", models.IntegerField(default=0)),
                ("entries_total", models.IntegerField(null=True)),
                ("made_at", models.DateTimeField(null=True)),
                ("pdf", models.BinaryField(null=True)),
                ("pdf_sha256", models.BinaryField(null=True)),
                ("csv", models.BinaryField(null=True)),
                ("csv_sha256", models.BinaryField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DebtSurcharge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                ("charge", models.IntegerField(help_text="Counts from 1 how often the debt was charged a surcharge.")),
                (
                    "tax",
                    models.CharField(
                        choices=[("duty", "Duty"), ("consumption_tax", "Consumption tax"), ("vat", "Vat")],
                        max_length=15,
                    ),
                ),
                ("days", models.IntegerField(help_text="Days that the last payment of taxes was late.")),
                ("base_minor", models.BigIntegerField(help_text="The tax.")),
                ("amount_minor", models.BigIntegerField()),
                ("is_waived", models.BooleanField(help_text="Too small to be charged.")),
                ("rule_version", models.CharField(max_length=20)),
                ("charged_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="UndoneMatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
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
                ("reason", models.CharField(max_length=500)),
                ("undone_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "undone matches",
            },
        ),
        migrations.RemoveConstraint(
            model_name="dutydebt",
            name="a_debt_is_not_overpaid",
        ),
        migrations.RemoveConstraint(
            model_name="dutydebt",
            name="a_debt_is_paid_when_all_of_it_is",
        ),
        migrations.RemoveConstraint(
            model_name="ledgeraccount",
            name="one_account_of_each_kind",
        ),
        migrations.AddField(
            model_name="dutydebt",
            name="surcharge_minor",
            field=models.BigIntegerField(
                db_default=0, default=0, help_text="For late payment; charged when the taxes are paid."
            ),
        ),
        migrations.AddField(
            model_name="ledgeraccount",
            name="shard",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("surcharge_minor", 0),
                    models.Q(("paid_minor__gte", models.F("total_minor")), ("surcharge_minor__gt", 0)),
                    _connector="OR",
                ),
                name="a_surcharge_is_charged_once_the_taxes_are_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "paid_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("total_minor"), "+", models.F("surcharge_minor")
                        ),
                    )
                ),
                name="a_debt_is_not_overpaid",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "paid_minor",
                            django.db.models.expressions.CombinedExpression(
                                models.F("total_minor"), "+", models.F("surcharge_minor")
                            ),
                        ),
                        (
                            "state__in",
                            [tariffs.rules.debts.DebtState["PAID"], tariffs.rules.debts.DebtState["REMITTED"]],
                        ),
                    ),
                    models.Q(
                        (
                            "paid_minor__lt",
                            django.db.models.expressions.CombinedExpression(
                                models.F("total_minor"), "+", models.F("surcharge_minor")
                            ),
                        ),
                        ("state", tariffs.rules.debts.DebtState["OPEN"]),
                    ),
                    ("state", tariffs.rules.debts.DebtState["WITHDRAWN"]),
                    _connector="OR",
                ),
                name="a_debt_is_paid_when_all_of_it_is",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.UniqueConstraint(
                fields=("code", "company", "currency", "shard"), name="one_account_of_each_kind", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shard", 0),
                    models.Q(("company__isnull", True), ("shard__gt", 0), ("shard__lt", 16)),
                    _connector="OR",
                ),
                name="only_an_account_for_all_has_shards",
            ),
        ),
        migrations.AddField(
            model_name="accountstatement",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="account_statements", to="bonded.company"
            ),
        ),
        migrations.AddField(
            model_name="accountstatement",
            name="ordered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="debtsurcharge",
            name="debt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="surcharges", to="tariffs.dutydebt"
            ),
        ),
        migrations.AddField(
            model_name="debtsurcharge",
            name="entry",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tariffs.journalentry"
            ),
        ),
        migrations.AddField(
            model_name="undonematch",
            name="debt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="undone_matches", to="tariffs.dutydebt"
            ),
        ),
        migrations.AddField(
            model_name="undonematch",
            name="entry",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tariffs.journalentry"
            ),
        ),
        migrations.AddField(
            model_name="undonematch",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_matches",
                to="tariffs.bankstatementline",
            ),
        ),
        migrations.AddField(
            model_name="undonematch",
            name="undone_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="accountstatement",
            index=models.Index(
                condition=models.Q(("state", tariffs.rules.account_statements.StatementState["QUEUED"])),
                fields=["id"],
                name="statements_to_be_made",
            ),
        ),
        migrations.AddIndex(
            model_name="accountstatement",
            index=models.Index(fields=["company", "month", "id"], name="statements_of_a_company"),
        ),
        migrations.AddConstraint(
            model_name="accountstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["queued", "ready"])), name="an_account_statement_is_in_a_known_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountstatement",
            constraint=models.UniqueConstraint(
                fields=("company", "currency", "month", "known_at"), name="a_month_is_stated_once_a_moment"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="a_statement_begins_with_its_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("csv__isnull", False),
                        ("csv_sha256__isnull", False),
                        ("made_at__isnull", False),
                        ("pdf__isnull", False),
                        ("pdf_sha256__isnull", False),
                        ("state", tariffs.rules.account_statements.StatementState["READY"]),
                    ),
                    models.Q(
                        ("csv__isnull", True),
                        ("made_at__isnull", True),
                        ("pdf__isnull", True),
                        ("state", tariffs.rules.account_statements.StatementState["QUEUED"]),
                    ),
                    _connector="OR",
                ),
                name="a_ready_statement_has_its_documents",
            ),
        ),
        migrations.AddConstraint(
            model_name="debtsurcharge",
            constraint=models.CheckConstraint(
                condition=models.Q(("tax__in", ["duty", "consumption_tax", "vat"])),
                name="a_surcharge_is_on_a_known_tax",
            ),
        ),
        migrations.AddConstraint(
            model_name="debtsurcharge",
            constraint=models.UniqueConstraint(
                fields=("debt", "charge", "tax"), name="a_tax_is_surcharged_once_a_charge"
            ),
        ),
        migrations.AddConstraint(
            model_name="debtsurcharge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount_minor", 0),
                    models.Q(("amount_minor__gt", 0), ("entry__isnull", False), ("is_waived", False)),
                    _connector="OR",
                ),
                name="a_surcharge_is_in_the_books_unless_waived",
            ),
        ),
        migrations.AddConstraint(
            model_name="undonematch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rule__in",
                        ["reference_and_amount", "reference_only", "payer_and_amount", "remittance", "by_hand"],
                    )
                ),
                name="an_undone_match_was_by_a_known_rule",
            ),
        ),
        *append_only_operations("tariffs_debtsurcharge"),
        *append_only_operations("tariffs_undonematch"),
        *POSTING_OPERATIONS,
    ]
