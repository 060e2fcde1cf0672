"""Money set apart goes back to who paid it, and is known to have gone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Money set apart goes back to who paid it, and is known to have gone."""

    dependencies = [
        ("tariffs", "0013_day_totals"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="journalentry",
            name="an_entry_is_of_a_known_event",
        ),
        migrations.RemoveConstraint(
            model_name="paymentmatch",
            name="a_match_is_by_a_known_rule",
        ),
        migrations.RemoveConstraint(
            model_name="undonematch",
            name="an_undone_match_was_by_a_known_rule",
        ),
        migrations.AddField(
            model_name="dutydebt",
            name="repaid_minor",
            field=models.BigIntegerField(
                db_default=0, default=0, help_text="What was to be given back, and went back to who paid it."
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
                    ("overpaid_repaid", "Overpaid repaid"),
                    ("surcharge_charged", "Surcharge charged"),
                    ("payment_received", "Payment received"),
                    ("customs_paid", "Customs paid"),
                    ("reversed", "Reversed"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="paymentmatch",
            name="rule",
            field=models.CharField(
                choices=[
                    ("reference_and_amount", "Reference and amount"),
                    ("reference_only", "Reference only"),
                    ("payer_and_amount", "Payer and amount"),
                    ("remittance", "Remittance"),
                    ("by_hand", "By hand"),
                    ("repayment", "Repayment"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="undonematch",
            name="rule",
            field=models.CharField(
                choices=[
                    ("reference_and_amount", "Reference and amount"),
                    ("reference_only", "Reference only"),
                    ("payer_and_amount", "Payer and amount"),
                    ("remittance", "Remittance"),
                    ("by_hand", "By hand"),
                    ("repayment", "Repayment"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="dutydebt",
            constraint=models.CheckConstraint(
                condition=models.Q(("repaid_minor__gte", 0)), name="what_is_repaid_is_not_negative"
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
                            "overpaid_repaid",
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
            model_name="paymentmatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rule__in",
                        [
                            "reference_and_amount",
                            "reference_only",
                            "payer_and_amount",
                            "remittance",
                            "by_hand",
                            "repayment",
                        ],
                    )
                ),
                name="a_match_is_by_a_known_rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="undonematch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rule__in",
                        [
                            "reference_and_amount",
                            "reference_only",
                            "payer_and_amount",
                            "remittance",
                            "by_hand",
                            "repayment",
                        ],
                    )
                ),
                name="an_undone_match_was_by_a_known_rule",
            ),
        ),
    ]
