"""The amendments of a withdrawal, and what is charged for it now."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from bonded.queries.withdrawals import withdrawal_visible_to
from bonded.rules.permissions import Actor
from tariffs.models.debts import DutyDebt
from tariffs.models.duty_amendments import DutyAmendment
from tariffs.rules.debts import DebtState
from tariffs.rules.permissions import Act, require


def amendments_of_withdrawal(withdrawal_id: UUID, *, actor: Actor) -> list[DutyAmendment]:
    """Give the amendments, first made first, each with its two assessments; raises NotFound."""
    require(actor, Act.READ_ASSESSMENT)
    withdrawal_visible_to(actor, withdrawal_id)
    rows = DutyAmendment.objects.filter(withdrawal_id=withdrawal_id).select_related("before", "after")
    return list(rows.order_by("position"))


def debts_of_withdrawal(withdrawal_id: UUID) -> list[DutyDebt]:
    """Give what is charged for a withdrawal, first charged first, without what was withdrawn."""
    debts = DutyDebt.objects.filter(withdrawal_id=withdrawal_id).exclude(state=DebtState.WITHDRAWN)
    return list(debts.prefetch_related("surcharges").order_by(F("amendment_id").asc(nulls_first=True)))
