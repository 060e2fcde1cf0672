"""A digest is mailed although the notice that carries it is taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bonded", "0023_facts_of_evidence"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="notice",
            name="mails_to_send",
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                models.F("mail_not_before"),
                models.F("id"),
                condition=models.Q(
                    ("mail_state__in", ["queued", "sending"]),
                    models.Q(("taken_back_at__isnull", True), ("is_digest", True), _connector="OR"),
                ),
                name="mails_to_send",
            ),
        ),
    ]
