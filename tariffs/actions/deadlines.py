"""Telling companies of days that come for their money: the end of a guarantee's instrument, duty that is due."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bonded.actions.deadlines import tell_deadlines
from bonded.rules.deadlines import DEADLINE_ZONE
from bonded.rules.notices import NoticeKind
from bonded.rules.permissions import Actor
from tariffs.queries.deadlines import duty_due, guarantee_ends
from tariffs.rules.permissions import Act, require


@transaction.atomic
def tell_money_deadlines(*, actor: Actor, at: datetime) -> int:
    """Tell companies whose guarantee ends or whose duty is due soon; gives the number of deadlines.

    Each is said once per threshold, however often this runs.
    """
    require(actor, Act.TELL_DEADLINES)
    today = at.astimezone(DEADLINE_ZONE).date()
    return tell_deadlines(NoticeKind.GUARANTEE_ENDS, guarantee_ends(today), today=today, at=at) + tell_deadlines(
        NoticeKind.DUTY_DUE, duty_due(today), today=today, at=at
    )
