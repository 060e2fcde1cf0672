"""What late money costs, charged with the last of the taxes."""

import django.db.models.expressions
from django.db import migrations, models

import tariffs.rules.debts


class Migration(migrations.Migration):
    """Late payment."""

    dependencies = [
        ("bonded", "0013_waiting_lanes"),
        ("tariffs", "0008_documents_unlock_measures"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="dutydebt",
            name="a_debt_is_not_overpaid",
        ),
        migrations.RemoveConstraint(
            model_name="dutydebt",
            name="a_debt_is_paid_when_all_of_it_is",
        ),
        migrations.AddField(
            model_name="dutydebt",
            name="surcharge_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dutydebt",
            name="surcharges",
            field=models.JSONField(default=list, help_text="By tax: days, amount, whether it is waived, and the rule."),
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
                    ("surcharge_minor", 0),
                    models.Q(("paid_minor__gte", models.F("total_minor")), ("surcharge_minor__gt", 0)),
                    ("state", tariffs.rules.debts.DebtState["WITHDRAWN"]),
                    _connector="OR",
                ),
                name="a_surcharge_is_charged_when_the_taxes_have_come",
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
    ]
