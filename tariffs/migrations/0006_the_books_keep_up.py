"""The books keep up with many entries at a time."""

from django.db import migrations, models

from tariffs.migrations._postings import POSTING_OPERATIONS


class Migration(migrations.Migration):
    """Shards, and balances that move once for a statement."""

    dependencies = [
        ("bonded", "0013_waiting_lanes"),
        ("tariffs", "0002_versions_begin_on_a_day"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="ledgeraccount",
            name="one_account_of_each_kind",
        ),
        migrations.AddField(
            model_name="ledgeraccount",
            name="shard",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.UniqueConstraint(
                fields=("code", "company", "currency", "shard"), name="one_account_of_each_kind", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shard", 0),
                    models.Q(("company__isnull", True), ("shard__gt", 0), ("shard__lt", 16)),
                    _connector="OR",
                ),
                name="only_an_account_for_all_has_shards",
            ),
        ),
        *POSTING_OPERATIONS,
    ]
