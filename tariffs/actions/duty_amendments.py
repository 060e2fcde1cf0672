"""Assessing released goods once more: the difference becomes a further debt, or is taken off what was charged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from bonded.actions.activity import record_activity
from bonded.actions.client_events import record_client_event
from bonded.actions.deadlocks import retried_after_deadlock
from bonded.actions.locks import lock_withdrawal
from bonded.queries.withdrawals import goods_of_withdrawal
from bonded.rules.client_events import EventKind
from bonded.rules.lifecycle import require_step
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor
from bonded.rules.withdrawals import WithdrawalState
from tariffs.actions.assessments import keep_assessment
from tariffs.actions.duty import charge_debt
from tariffs.actions.ledger import post_entry, post_together, reverse_entries
from tariffs.actions.locks import lock_debts_of_withdrawal
from tariffs.actions.payments import give_back, is_waited_for_by
from tariffs.actions.surcharges import charge_surcharge, surcharge_draft, surcharge_entry_id, surcharge_owed
from tariffs.models.assessments import Assessment
from tariffs.models.debts import DutyDebt
from tariffs.models.duty_amendments import DutyAmendment
from tariffs.queries.assessments import assessment_in_force, evidence_of, goods_as_assessed
from tariffs.queries.duty_amendments import settled_on
from tariffs.queries.landed_costs import landed_cost_of_goods
from tariffs.rules.debts import STEPS, DebtState, NothingOwed
from tariffs.rules.duty_amendments import (
    Correction,
    Part,
    Parts,
    corrected,
    differences,
    reductions,
    require_in_time,
    require_released,
)
from tariffs.rules.ledger import BusinessEvent
from tariffs.rules.payment_terms import PaymentTerm
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day

# What is still owed is lowered before money is set apart, and money here before money that customs has; the debt of
# the latest amendment before earlier ones, and the first debt last.
REDUCED_FIRST = [DebtState.OPEN, DebtState.PAID, DebtState.REMITTED]


# It posts several entries; the house accounts among them are locked crosswise by others who do.
@retried_after_deadlock
@transaction.atomic
def amend_duty(
    *, withdrawal_id: UUID, corrections: Mapping[str, Correction], reason: str, actor: Actor, at: datetime
) -> DutyAmendment:
    """Assess released goods once more with corrections by stock number, and charge or take off the difference.

    By the rates of the day of the assessment in force (Tariff Law, Art. 22), as they are known now. More
    is a further debt by the term of the first, beginning today, and nothing secures it; less lowers the
    debts, and what was paid of it is set apart, to be given back. The goods stay where they are.
    Raises NotFound, WithdrawalNotReleased, AmendedTooLate, NothingOwed, NothingAmended and what assessing raises.
    """
    require(actor, Act.AMEND_DUTY)
    withdrawal, _ = lock_withdrawal(withdrawal_id, actor=actor)
    state = WithdrawalState(withdrawal.state)
    require_released(state)
    assert withdrawal.decided_at is not None
    require_in_time(settled_on(withdrawal_id, released_at=withdrawal.decided_at), today=business_day(at))
    before = assessment_in_force(withdrawal_id)
    if before is None:
        raise NothingOwed("The goods were not assessed.", procedure=withdrawal.procedure)
    after = _assessed_again(before, corrections, at)
    assert actor.user_id is not None
    amendment = DutyAmendment(
        stream=f"withdrawal:{withdrawal_id}",
        withdrawal=withdrawal,
        before=before,
        after=after,
        reason=reason,
        amended_at=at,
        amended_by_id=actor.user_id,
    )
    amendment.save(force_insert=True)
    _settle_difference(amendment, state, at)
    record_activity(
        Act.AMEND_DUTY, after, actor=actor, at=at, reason=reason, currency=after.currency,
        before=str(Money(before.total_minor, before.currency)), after=str(Money(after.total_minor, after.currency)),
    )  # fmt: skip
    record_client_event(
        company_id=after.company_id,
        kind=EventKind.DUTY_ASSESSED,
        subject_kind="withdrawal",
        subject_id=str(withdrawal_id),
        facts={"assessment_id": str(after.pk)},
        at=at,
    )
    return amendment


def _assessed_again(before: Assessment, corrections: Mapping[str, Correction], at: datetime) -> Assessment:
    goods = goods_as_assessed(before)
    facts = replace(goods_of_withdrawal(before.withdrawal_id), lines=corrected(goods, corrections))
    # A value that the officer found stands on the amendment, and no longer on the paper behind the old one.
    unchanged = {was.lot_id for was, now in zip(goods, facts.lines, strict=True) if was.value == now.value}
    evidence = {line.lot_id: evidence_of(line) for line in before.lines.filter(lot__in=unchanged)}
    cost = landed_cost_of_goods(facts.lines, on=before.assessed_on, procedure=facts.procedure, evidence=evidence)
    return keep_assessment(facts, cost, at)


def _settle_difference(amendment: DutyAmendment, state: WithdrawalState, at: datetime) -> None:
    debts = lock_debts_of_withdrawal(amendment.withdrawal_id)
    debts.sort(key=lambda debt: (REDUCED_FIRST.index(DebtState(debt.state)), -(debt.amendment_id or 0)))
    charged = {part: sum(_parts(debt)[part] for debt in debts) for part in Part}
    more, less = differences(charged, _parts(amendment.after))
    for debt, parts in zip(debts, reductions(less, [_parts(debt) for debt in debts]), strict=True):
        if parts:
            _reduce(debt, parts, amendment, state, at)
    if more:
        first = next((debt for debt in debts if debt.amendment_id is None), None)
        term = PaymentTerm(first.term) if first else PaymentTerm.DAYS_AFTER_COMPLETION
        charge_debt(assessment=amendment.after, term=term, amendment=amendment, parts=more, actor=SYSTEM, at=at)


def _parts(row: DutyDebt | Assessment) -> Parts:
    return {part: getattr(row, f"{part}_minor") for part in Part}


def _reduce(debt: DutyDebt, parts: Parts, amendment: DutyAmendment, state: WithdrawalState, at: datetime) -> None:
    """Lower a debt; a surcharge for late money is worked out once more on what is left."""
    on = max(business_day(at), _surcharged_on(debt) or business_day(at))
    if debt.surcharge_minor:
        entry_id = surcharge_entry_id(debt)
        reverse_entries(entry_ids=[entry_id], effective_on=on, reason=amendment.reason, actor=SYSTEM, at=at)
        debt.surcharge_minor = 0
    for part, minor in parts.items():
        setattr(debt, f"{part}_minor", getattr(debt, f"{part}_minor") - minor)
    total = sum(parts.values())
    debt.total_minor -= total
    if 0 < debt.total_minor <= debt.paid_minor:
        _charge_late_money(debt, on=on, at=at)
    surplus = max(debt.paid_minor - debt.owed.minor, 0)
    debt.paid_minor -= surplus
    debt.set_apart_minor += surplus
    is_paid_now = debt.state == DebtState.OPEN and not debt.outstanding.minor
    if is_paid_now:
        require_step(STEPS, DebtState(debt.state), DebtState.PAID)
        debt.state = DebtState.PAID
    debt.save()
    _post(BusinessEvent.DUTY_REDUCED, debt, _named(parts) | {"total": total}, amendment, on=on, at=at)
    if surplus:
        _post(BusinessEvent.OVERPAID_SET_APART, debt, {"set_apart": surplus}, amendment, on=on, at=at)
    if is_paid_now:
        give_back(debt, is_waited_for=is_waited_for_by(debt, state), at=at)


def _charge_late_money(debt: DutyDebt, *, on: date, at: datetime) -> None:
    surcharges = surcharge_owed(debt, paid_on=on)
    debt.surcharge_minor = sum(one.amount.minor for one in surcharges.values())
    entry = None
    if debt.surcharge_minor:
        (entry,) = post_together(drafts=[surcharge_draft(debt, paid_on=on)], actor=SYSTEM, at=at)
    if surcharges:
        charge_surcharge(debt=debt, surcharges=surcharges, entry=entry, paid_on=on, actor=SYSTEM, at=at)


def _named(parts: Parts) -> dict[str, int]:
    return {part.value: minor for part, minor in parts.items()}


def _surcharged_on(debt: DutyDebt) -> date | None:
    """Give the day on which the last surcharge counts, which the bank may have dated ahead."""
    last: date | None = debt.surcharges.aggregate(last=Max("entry__effective_on"))["last"]
    return last


def _post(
    event: BusinessEvent,
    debt: DutyDebt,
    minors: dict[str, int],
    amendment: DutyAmendment,
    *,
    on: date,
    at: datetime,
) -> None:
    post_entry(
        event=event,
        reference=f"duty_debt:{debt.pk}:amendment:{amendment.pk}",
        amounts={name: Money(minor, debt.currency) for name, minor in minors.items()},
        company_id=debt.company_id,
        effective_on=on,
        actor=SYSTEM,
        at=at,
    )
