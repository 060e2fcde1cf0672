from django.db import migrations, models

# Statements that were ordered before end with the last entry there is; their moment cuts them as it did.
LAST_ENTRY = """
    UPDATE tariffs_accountstatement SET last_entry_id = (SELECT coalesce(max(id), 0) FROM tariffs_journalentry)
"""


class Migration(migrations.Migration):
    dependencies = [("tariffs", "0010_duty_amendments")]

    operations = [
        migrations.AddField(
            model_name="accountstatement",
            name="last_entry_id",
            field=models.BigIntegerField(
                default=0,
                help_text="Nor are entries after this one, whatever moment they name: they were not committed yet.",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(LAST_ENTRY, migrations.RunSQL.noop),
    ]
