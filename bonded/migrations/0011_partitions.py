"""The inbox and the activity records in months, so that the hundredth million costs what the first did."""

from django.db import migrations, models

from bonded.migrations._partitions import PARTITION_OPERATIONS


class Migration(migrations.Migration):
    """What must hold for all months at once, the ids of messages and the heads of chains, stands beside them."""

    dependencies = [
        ("bonded", "0010_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomsMessageId",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "office", "message_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("office", models.CharField(max_length=12)),
                ("message_id", models.CharField(help_text="The office's own; never used twice.", max_length=80)),
                ("sha256", models.BinaryField()),
                ("incoming_message_id", models.BigIntegerField()),
                ("received_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StreamHead",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "table_name", "stream", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("table_name", models.CharField(max_length=63)),
                ("stream", models.CharField(max_length=80)),
                ("position", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.RemoveConstraint(model_name="incomingcustomsmessage", name="an_office_uses_a_message_id_once"),
        *PARTITION_OPERATIONS,
    ]
