"""Debts for duty: the money that came for them, and what it costs that it came late."""

from __future__ import annotations

from datetime import date

from bonded.rules.money import Money
from tariffs.models.debts import DutyDebt
from tariffs.rules.surcharges import PARTS, Surcharge, surcharges_of


def receipts_of(debt: DutyDebt) -> list[tuple[Money, date]]:
    """Give the money booked for a debt, each with the day on which the bank booked it, in that order.

    Runs two SQL statements, or none where `matches__line` is prefetched.
    """
    booked = [match for match in debt.matches.all() if match.entry_id and match.line.amount_minor > 0]
    booked.sort(key=lambda match: (match.line.booked_on, match.entry_id or 0))
    return [(Money(match.line.amount_minor, debt.currency), match.line.booked_on) for match in booked]


def late_surcharges(
    debt: DutyDebt, *, until: date, receipts: list[tuple[Money, date]] | None = None
) -> dict[str, Surcharge]:
    """Work out the surcharge on each tax of a debt from the money that came for it, the rest counted until a day.

    `receipts` are given where one of them is not booked yet; else runs as `receipts_of` does.
    """
    amounts = debt.amounts()
    came = receipts_of(debt) if receipts is None else receipts
    return surcharges_of({name: amounts[name] for name in PARTS}, came, due=debt.due_on, until=until)
