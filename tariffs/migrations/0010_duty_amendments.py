"""What released goods owe can be amended: a further debt, or less of the debts that there are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tariffs.rules.debts
from bonded.models.base import append_only_operations


class Migration(migrations.Migration):
    """Amendments, what is set apart of a debt, and the two events that lower one."""

    dependencies = [
        ("bonded", "0014_guarantee_events"),
        ("tariffs", "0009_feeds_rollbacks_and_quotas"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyAmendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField(db_default=0, editable=False)),
                ("previous_hash", models.BinaryField(db_default=b"")),
                ("hash", models.BinaryField(db_default=b"")),
                ("reason", models.CharField(max_length=500)),
                ("amended_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="dutydebt",
            name="a_debt_is_of_an_amount",
        ),
        migrations.RemoveConstraint(
            model_name="dutydebt",
            name="a_withdrawal_is_charged_once",
        ),
        migrations.RemoveConstraint(
            model_name="journalentry",
            name="an_entry_is_of_a_known_event",
        ),
        migrations.AddField(
            model_name="dutydebt",
            name="set_apart_minor",
            field=models.BigIntegerField(
                db_default=0, default=0, help_text="Paid beyond what is owed since an amendment; to be given back."
            ),
        ),
        migrations.AlterField(
            model_name="journalentry",
            name="event",
            field=models.CharField(
                choices=[
                    ("duty_charged", "Duty charged"),
                    ("charge_withdrawn", "Charge withdrawn"),
                    ("duty_reduced", "Duty reduced"),
                    ("overpaid_set_apart", "Overpaid set apart"),
                    ("surcharge_charged", "Surcharge charged"),
                    ("payment_received", "Payment received"),
                    ("customs_paid", "Customs paid"),
                    ("reversed", "Reversed"),
                ],
                max_length=20,
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
                            "duty_reduced",
                            "overpaid_set_apart",
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
        migrations.AddField(
            model_name="dutyamendment",
            name="after",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tariffs.assessment"
            ),
        ),
        migrations.AddField(
            model_name="dutyamendment",
            name="amended_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="dutyamendment",
            name="before",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tariffs.assessment"
            ),
        ),
        migrations.AddField(
            model_name="dutyamendment",
            name="withdrawal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bonded.withdrawal"
            ),
        ),
        migrations.AddField(
            model_name="dutydebt",
            name="amendment",
            field=models.ForeignKey(
                help_text="Which found that more is owed than was charged; the debt is of the difference.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="debts",
                to="tariffs.dutyamendment",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(("paid_minor__gte", 0), ("total_minor__gte", 0)), name="a_debt_is_of_an_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(("set_apart_minor__gte", 0)), name="what_is_set_apart_is_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("state", tariffs.rules.debts.DebtState["WITHDRAWN"]), _negated=True),
                    ("amendment__isnull", True),
                ),
                fields=("withdrawal",),
                name="a_withdrawal_is_charged_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyamendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="an_amendment_gives_its_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyamendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("before", models.F("after")), _negated=True),
                name="an_amendment_is_another_assessment",
            ),
        ),
        *append_only_operations("tariffs_dutyamendment"),
    ]
