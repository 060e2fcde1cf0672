"""Measures end, drafts come from numbered feeds or roll back, and a rate may hold within a quota."""

from django.conf import settings
from django.db import migrations, models

import tariffs.rules.schedule
import tariffs.rules.schedule_drafts


class Migration(migrations.Migration):
    """Feeds, rollbacks and quotas."""

    dependencies = [
        ("tariffs", "0008_documents_unlock_measures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="measure",
            name="quota",
            field=models.CharField(
                blank=True, default="", help_text="The order number of the quota within which it holds.", max_length=20
            ),
        ),
        migrations.AddField(
            model_name="scheduledraft",
            name="feed",
            field=models.CharField(blank=True, default="", help_text="Whose numbers it is in.", max_length=40),
        ),
        migrations.AddField(
            model_name="scheduledraft",
            name="file_sha256",
            field=models.CharField(blank=True, default="", help_text="Of the file it was read from.", max_length=64),
        ),
        migrations.AddField(
            model_name="scheduledraft",
            name="from_on",
            field=models.DateField(help_text="A rollback's: the first day for which it does.", null=True),
        ),
        migrations.AddField(
            model_name="scheduledraft",
            name="known_at",
            field=models.DateTimeField(help_text="A rollback's: the moment whose knowledge it brings back.", null=True),
        ),
        migrations.AddField(
            model_name="scheduledraft",
            name="sequence",
            field=models.PositiveIntegerField(help_text="Its number in the feed, from 1.", null=True),
        ),
        migrations.AlterField(
            model_name="measure",
            name="rate",
            field=models.CharField(
                blank=True, help_text="4% + 2/ct, min(max(0.3464%, 31.67), 614.35) …; empty: ended", max_length=200
            ),
        ),
        migrations.AddConstraint(
            model_name="measure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("quota", ""),
                    ("needs_document", tariffs.rules.schedule.Document["QUOTA_CERTIFICATE"]),
                    _connector="OR",
                ),
                name="a_rate_within_a_quota_needs_its_certificate",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledraft",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("feed", ""), _negated=True),
                    models.Q(("state", tariffs.rules.schedule_drafts.DraftState["DISCARDED"]), _negated=True),
                ),
                fields=("feed", "sequence"),
                name="one_draft_for_each_number_of_a_feed",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("feed", ""), ("sequence__isnull", True)),
                    models.Q(
                        models.Q(("feed", ""), _negated=True),
                        ("sequence__gte", 1),
                        ("sequence__isnull", False),
                        models.Q(("file_sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_draft_of_a_feed_has_its_number_and_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="scheduledraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("from_on__isnull", True), ("known_at__isnull", True)),
                    models.Q(("from_on__isnull", False), ("known_at__isnull", False)),
                    _connector="OR",
                ),
                name="a_rollback_says_to_what_and_from_when",
            ),
        ),
    ]
