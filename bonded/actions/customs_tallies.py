"""Adding a set of settled messages to its day's count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import connection

from bonded.rules.customs_messages import MessageState
from bonded.rules.customs_tallies import Tally

ADD = """
    INSERT INTO bonded_customstally AS tally (office, day, applied, superseded, parked, lags, lag_seconds)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (office, day) DO UPDATE
       SET applied = tally.applied + excluded.applied,
           superseded = tally.superseded + excluded.superseded,
           parked = tally.parked + excluded.parked,
           lags = ARRAY(SELECT a + b FROM unnest(tally.lags, excluded.lags) AS sums (a, b)),
           lag_seconds = tally.lag_seconds + excluded.lag_seconds
"""


def count_settled(settled: Iterable[tuple[str, MessageState, datetime | None]], *, at: datetime) -> None:
    """Count messages by (office, what became of it, when it was issued if it was applied).

    The last statement of its transaction, because every worker writes the same few rows.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    for office, became, issued_at in settled:
        tally = tallies[office]
        tally.applied += became is MessageState.APPLIED
        tally.superseded += became is MessageState.SUPERSEDED
        tally.parked += became is MessageState.PARKED
        if issued_at is not None:
            tally.count_lag((at - issued_at).total_seconds())
    if not tallies:
        return
    with connection.cursor() as cursor:
        # Whoever is in front of us is about to commit.
        cursor.execute("SET LOCAL lock_timeout = '3s'")
        for office, tally in sorted(tallies.items()):
            day = at.astimezone(UTC).date()
            counts = (tally.applied, tally.superseded, tally.parked)
            cursor.execute(ADD, (office, day, *counts, list(tally.lags), tally.lag_seconds))
