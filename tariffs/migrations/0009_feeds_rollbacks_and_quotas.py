"""Measures end, drafts come from numbered feeds or roll back, and a rate may hold within a quota."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Feeds, rollbacks and quotas."""

    dependencies = [
        ("tariffs", "0008_documents_unlock_measures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
        migrations.AlterField(
            model_name="measure",
            name="rate",
            field=models.CharField(
                blank=True, help_text="4% + 2/ct, min(max(0.3464%, 31.67), 614.35) …; empty: ended", max_length=200
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
