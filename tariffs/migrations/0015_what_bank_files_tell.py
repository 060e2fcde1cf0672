"""What the bank took back is known as such."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """What the bank took back is known as such."""

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
    ]
