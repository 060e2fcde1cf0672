"""Since when messages wait in a lane, when one first had its turn, and the number that is only provisional."""

from django.db import migrations, models
from django.db.models import F, Q

# One statement for what waits at this moment; a lane without a waiting message says so by NULL.
FILL = """
UPDATE bonded_declaration d SET waiting_since = w.since
  FROM (SELECT declaration_id, min(received_at) AS since FROM bonded_incomingcustomsmessage
         WHERE state = 'waiting' GROUP BY declaration_id) AS w
 WHERE d.id = w.declaration_id
"""


class Migration(migrations.Migration):
    dependencies = [("bonded", "0012_partitions_near_now")]

    operations = [
        migrations.AddField(
            model_name="declaration",
            name="provisional_number",
            field=models.CharField(
                help_text="Where an office numbers twice, what it goes by until the office's own is told.",
                max_length=40,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="declaration",
            name="waiting_since",
            field=models.DateTimeField(
                help_text="When the oldest of the messages came that wait in its lane; a lower bound.", null=True
            ),
        ),
        migrations.AddField(
            model_name="incomingcustomsmessage",
            name="first_settled_at",
            field=models.DateTimeField(
                help_text="When it had its turn, where a person had it settled otherwise after that.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="declaration",
            index=models.Index(
                F("provisional_number"),
                condition=Q(("provisional_number__isnull", False)),
                name="declarations_by_provisional",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
