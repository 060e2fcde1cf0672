"""Days that are near: when instruments of guarantees end, and when duty is due."""

from __future__ import annotations

from datetime import date, timedelta

from bonded.queries.deadlines import Deadline
from bonded.rules.deadlines import FURTHEST_AHEAD
from tariffs.models.debts import DutyDebt
from tariffs.models.guarantee_instruments import GuaranteeInstrument


def guarantee_ends(today: date) -> list[Deadline]:
    """Give the last days, within two weeks, of instruments in force."""
    # The range is half-open: it ends on the day after the last one.
    first, last = today + timedelta(days=1), today + FURTHEST_AHEAD + timedelta(days=1)
    near = GuaranteeInstrument.objects.in_force().filter(validity__endswith__range=(first, last))
    rows = near.order_by("pk").values_list("account__company_id", "pk", "validity")
    return [
        Deadline(company_id, "guarantee_instrument", str(instrument_id), days.upper - timedelta(days=1))
        for company_id, instrument_id, days in rows
    ]


def duty_due(today: date) -> list[Deadline]:
    """Give the due days, within two weeks, of debts that are still open."""
    near = DutyDebt.objects.open().filter(due_on__range=(today, today + FURTHEST_AHEAD)).order_by("due_on", "pk")
    rows = near.values_list("company_id", "reference", "due_on")
    return [Deadline(company_id, "duty_debt", reference, due_on) for company_id, reference, due_on in rows]
