"""Making the months of the partitioned tables before they begin, and telling the planner of the whole."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

from bonded.rules.permissions import Act, Actor, require

MONTHS_AHEAD = 3


@transaction.atomic
def create_partitions(*, actor: Actor, at: datetime, months_ahead: int = MONTHS_AHEAD) -> list[str]:
    """Make what is missing of this month and the next ones, 12 at most, and of what the net has caught.

    The database's function runs as the owner of the tables, which no worker is: for workers it makes
    no month beyond 24 ahead, and raises DataError. Whoever comes second waits, and finds nothing
    left to do. Returns the names of the partitions made.
    """
    require(actor, Act.CREATE_PARTITIONS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT make_partitions(%s, %s)", [at.astimezone(UTC).date(), months_ahead])
        return [name for (name,) in cursor.fetchall()]


def analyze_partitioned_tables(*, actor: Actor, at: datetime) -> None:
    """Have the planner's figures of whole partitioned tables taken anew; autovacuum takes those of each month alone.

    Not in the transaction that makes months, which keeps readers away from the net until it ends.
    """
    require(actor, Act.CREATE_PARTITIONS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT analyze_partitioned_tables()")
