"""Putting customs messages away once their legal term is over."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction
from psycopg import sql

from bonded.actions.activity import record_activity_on
from bonded.queries.partitions import InboxMonth, inbox_months, is_month_open
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.retention import require_out_of_term


@transaction.atomic
def put_away_customs_messages(*, before: date, kept_years: int, actor: Actor, at: datetime) -> list[InboxMonth]:
    """Drop the whole months of the inbox before a month that hold nothing unsettled or parked.

    Only the owner of the tables can. The ids stay, so that an old message is still known when it
    comes again, and so do the steps that were taken. `before` is the first day of the first month
    that stays. Returns the months dropped, the oldest first. Raises StillInTerm.
    """
    require(actor, Act.PUT_AWAY_CUSTOMS_MESSAGES)
    require_out_of_term(before, kept_years=kept_years, at=at)
    with connection.cursor() as cursor:
        months = inbox_months(before=before)
        # The whole table before any of its months: a worker locks so, and the other way would meet it crosswise.
        cursor.execute("LOCK TABLE bonded_incomingcustomsmessage IN ACCESS EXCLUSIVE MODE")
        gone = [one for one in months if not one.open and not is_month_open(one.table)]
        for one in gone:
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(one.table)))
            record_activity_on(
                Act.PUT_AWAY_CUSTOMS_MESSAGES,
                "inboxmonth",
                f"{one.month:%Y-%m}",
                actor=actor,
                at=at,
                messages=one.messages,
                kept_years=kept_years,
            )
    return gone
