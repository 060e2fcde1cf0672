"""Measures end, drafts come from numbered feeds or roll back, and a rate may hold within a quota."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Feeds, rollbacks and quotas."""

    dependencies = [
        ("tariffs", "0008_documents_unlock_measures"),
    ]

    operations = [
        migrations.AlterField(
            model_name="measure",
            name="rate",
            field=models.CharField(
                blank=True, help_text="4% + 2/ct, min(max(0.3464%, 31.67), 614.35) …; empty: ended", max_length=200
            ),
        ),
    ]
