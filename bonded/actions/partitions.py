"""Making the months of the partitioned tables before they begin."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

from bonded.rules.permissions import Act, Actor, require

MONTHS_AHEAD = 3


@transaction.atomic
def create_partitions(*, actor: Actor, at: datetime, months_ahead: int = MONTHS_AHEAD) -> list[str]:
    """Make what is missing of this month and the next ones, 12 at most, and of whatever the net has caught.

    The database's function runs as the owner of the tables, which no worker is. Whoever comes
    second waits, and finds nothing left to do. Returns the names of the partitions made.
    """
    require(actor, Act.CREATE_PARTITIONS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT make_partitions(%s, %s)", [at.astimezone(UTC).date(), months_ahead])
        return [name for (name,) in cursor.fetchall()]
