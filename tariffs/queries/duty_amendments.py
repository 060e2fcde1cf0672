"""The amendments of a withdrawal, and what is charged for it now."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Max

from bonded.queries.withdrawals import withdrawal_visible_to
from bonded.rules.permissions import Actor
from tariffs.models.bank_statements import BankStatementLine
from tariffs.models.debts import DutyDebt
from tariffs.models.duty_amendments import DutyAmendment
from tariffs.rules.debts import DebtState
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day


def amendments_of_withdrawal(withdrawal_id: UUID, *, actor: Actor) -> list[DutyAmendment]:
    """Give the amendments, first made first, each with its two assessments; raises NotFound."""
    require(actor, Act.READ_ASSESSMENT)
    withdrawal_visible_to(actor, withdrawal_id)
    rows = DutyAmendment.objects.filter(withdrawal_id=withdrawal_id).select_related("before", "after")
    return list(rows.order_by("position"))


def settled_on(withdrawal_id: UUID, *, released_at: datetime) -> date:
    """Give the later day of a released withdrawal's release and of the last payment of its duty."""
    lines = BankStatementLine.objects.filter(match__debt__withdrawal=withdrawal_id, match__entry__isnull=False)
    paid_on: date | None = lines.filter(amount_minor__gt=0).aggregate(last=Max("booked_on"))["last"]
    released_on = business_day(released_at)
    return max(released_on, paid_on or released_on)


def debts_of_withdrawal(withdrawal_id: UUID) -> list[DutyDebt]:
    """Give what is charged for a withdrawal, first charged first, without what was withdrawn."""
    debts = DutyDebt.objects.filter(withdrawal_id=withdrawal_id).exclude(state=DebtState.WITHDRAWN)
    return list(debts.prefetch_related("surcharges").order_by(F("amendment_id").asc(nulls_first=True)))
