"""What the bank took back, and in which form a statement came, is known; what was kept before came as camt.053."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """What the bank took back, and in which form a statement came, is known."""

    dependencies = [("tariffs", "0014_repayments")]

    operations = [
        migrations.AddField(
            model_name="bankstatementline",
            name="is_reversal",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The bank took an earlier line back; a person says what it means.",
            ),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="form",
            field=models.CharField(
                choices=[("camt053", "Camt053"), ("mt940", "Mt940"), ("csv", "Csv")],
                db_default="camt053",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="bankstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(("form__in", ["camt053", "mt940", "csv"])), name="a_statement_is_of_a_known_form"
            ),
        ),
    ]
