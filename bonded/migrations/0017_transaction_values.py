"""Lines of a withdrawal say whether their value is the price agreed on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Lines of a withdrawal say whether their value is the price agreed on."""

    dependencies = [
        ("bonded", "0016_told_and_escalated"),
    ]

    operations = [
        migrations.AddField(
            model_name="withdrawallot",
            name="is_transaction_value",
            field=models.BooleanField(default=False, help_text="Whether the value is the price agreed on."),
        ),
    ]
