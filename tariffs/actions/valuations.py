"""Recording what a lot's value stands on."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_lot
from bonded.queries.lots import lot_by_stock_number
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from tariffs.models.valuations import Valuation
from tariffs.rules.permissions import Act, require
from tariffs.rules.valuations import EvidenceKind, ValuationMethod, require_evidence
from tariffs.rules.working_days import business_day


@transaction.atomic
def record_valuation(
    *,
    stock_number: str,
    method: ValuationMethod,
    evidence: EvidenceKind,
    document: str,
    amount: Money,
    documented_on: date,
    actor: Actor,
    at: datetime,
) -> Valuation:
    """Record the paper that a lot's value stands on from now on; what was recorded before stays.

    Assessments made from now on name it; the value itself is the lot's own, and is not changed by it.
    Raises NotFound and what `require_evidence` raises.
    """
    require(actor, Act.RECORD_VALUATION)
    lot = lock_lot(lot_by_stock_number(stock_number, actor=actor).pk, actor=actor)
    require_evidence(method, evidence, amount_minor=amount.minor, documented_on=documented_on, today=business_day(at))
    assert actor.user_id is not None
    valuation = Valuation(
        stream=f"lot:{lot.pk}",
        lot=lot,
        method=method,
        evidence=evidence,
        document=document,
        amount_minor=amount.minor,
        currency=amount.currency,
        documented_on=documented_on,
        recorded_at=at,
        recorded_by_id=actor.user_id,
    )
    valuation.save(force_insert=True)
    record_activity(
        Act.RECORD_VALUATION, valuation, actor=actor, at=at, stock_number=stock_number, method=method.value,
        evidence=evidence.value, document=document,
    )  # fmt: skip
    return valuation
