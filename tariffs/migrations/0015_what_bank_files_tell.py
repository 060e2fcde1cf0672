"""What the bank took back, and in which form a statement came, is known."""

from django.db import migrations, models

# Text of MT940 and CSV begins with these, behind marks of the character set and blanks; all else was camt.053.
SET_FORM = r"""
UPDATE tariffs_bankstatement AS statement
   SET form = CASE WHEN begins ~ '^account,' THEN 'csv' ELSE 'mt940' END
  FROM (SELECT id, ltrim(encode(ltrim(substring(content FROM 1 FOR 64), '\xefbbbf'::bytea), 'escape'), E' \t\r\n') AS begins
          FROM tariffs_bankfile) AS file
 WHERE file.id = statement.file_id AND begins ~ '^(account,|:20:|[{]1:)'
"""


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
        migrations.RunSQL(SET_FORM, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="bankstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(("form__in", ["camt053", "mt940", "csv"])), name="a_statement_is_of_a_known_form"
            ),
        ),
    ]
