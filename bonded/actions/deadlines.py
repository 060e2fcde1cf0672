"""Telling people of days that come: the end of storage, and of a Kimberley certificate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from bonded.actions.notices import write_notices
from bonded.queries.deadlines import Deadline, certificate_ends, storage_ends
from bonded.queries.parties import people_of_companies
from bonded.rules.deadlines import DEADLINE_ZONE, threshold_days
from bonded.rules.notices import NoticeKind
from bonded.rules.permissions import Act, Actor, require


@transaction.atomic
def tell_goods_deadlines(*, actor: Actor, at: datetime) -> int:
    """Tell companies whose goods must leave bond soon, or whose certificate expires; gives the number of deadlines.

    Each is said once per threshold, however often this runs. Runs a fixed number of SQL statements for each deadline.
    """
    require(actor, Act.TELL_DEADLINES)
    today = at.astimezone(DEADLINE_ZONE).date()
    return tell_deadlines(NoticeKind.STORAGE_ENDS, storage_ends(today), today=today, at=at) + tell_deadlines(
        NoticeKind.CERTIFICATE_ENDS, certificate_ends(today), today=today, at=at
    )


def tell_deadlines(kind: NoticeKind, deadlines: Collection[Deadline], *, today: date, at: datetime) -> int:
    """Note deadlines for the buyers and suppliers of their companies; the notice says the day, and how near it is."""
    people = people_of_companies({one.company_id for one in deadlines})
    told: dict[tuple[str, str, date], set[int]] = defaultdict(set)
    for one in deadlines:
        told[one.subject_kind, one.subject_id, one.ends_on] |= people[one.company_id]
    for (subject_kind, subject_id, ends_on), user_ids in sorted(told.items()):
        days = threshold_days(ends_on, today=today)
        assert days is not None, "the questions ask for deadlines that are near"
        write_notices(
            user_ids=user_ids,
            kind=kind,
            subject_kind=subject_kind,
            subject_id=subject_id,
            occasion=f"{ends_on}/{days}",
            facts={"ends_on": ends_on.isoformat(), "days": str(days)},
            due_at=at,
            at=at,
        )
    return len(told)
