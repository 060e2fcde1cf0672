"""Entries are posted in sets, and the accounts that everybody posts to are kept in shards."""

from django.db import migrations, models

from tariffs.migrations._ledger import BALANCE
from tariffs.migrations._postings import posting_operations


class Migration(migrations.Migration):
    """Balances move once for an account and statement."""

    dependencies = [
        ("tariffs", "0005_landed_prices"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="ledgeraccount", name="one_account_of_each_kind"),
        migrations.AddField(
            model_name="ledgeraccount",
            name="shard",
            field=models.SmallIntegerField(
                default=0, help_text="Its part, where companies post side by side to one account."
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.UniqueConstraint(
                fields=("code", "company", "currency", "shard"),
                name="one_account_of_each_kind",
                nulls_distinct=False,
            ),
        ),
        *posting_operations(before=BALANCE),
    ]
