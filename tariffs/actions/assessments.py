"""Assessing what a withdrawal owes, and keeping it with everything that it was made of."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from bonded.actions.activity import record_activity
from bonded.actions.clearances import grant_clearance, revoke_clearance
from bonded.actions.client_events import record_client_event
from bonded.actions.locks import lock_withdrawal
from bonded.queries.withdrawals import WithdrawalFacts, goods_of_withdrawal
from bonded.rules.client_events import EventKind
from bonded.rules.permissions import SYSTEM, Actor
from bonded.rules.withdrawals import Clearance
from tariffs.actions.assessment_lines import write_assessment_lines
from tariffs.models.assessments import Assessment
from tariffs.queries.assessments import assessment_in_force
from tariffs.queries.landed_costs import LandedCost, landed_cost_of_goods
from tariffs.queries.valuations import evidence_of_withdrawal
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day


@transaction.atomic
def assess_withdrawal(*, withdrawal_id: UUID, actor: Actor, at: datetime) -> Assessment:
    """Assess a withdrawal by the schedule and rates of the business day, unless that was done on that day.

    Goods whose price was agreed on here are worth that price; others what was entered (Tariff Law, Art. 24).

    Bonded goods sold at home pay by the rates of the day of the tax formalities (Tariff Law, Art. 21), so an
    assessment of another day is followed by a new one. Grants DUTY_ASSESSED, and DUTY_PAID when nothing is owed.
    Raises MeasureMissing, ExchangeRateMissing.
    """
    require(actor, Act.ASSESS_WITHDRAWAL)
    lock_withdrawal(withdrawal_id, actor=actor)
    today = business_day(at)
    before = assessment_in_force(withdrawal_id)
    if before is not None and before.assessed_on == today:
        return before
    facts = goods_of_withdrawal(withdrawal_id)
    evidence = evidence_of_withdrawal(facts)
    cost = landed_cost_of_goods(facts.lines, on=today, procedure=facts.procedure, evidence=evidence)
    assessment = keep_assessment(facts, cost, at)
    record_activity(
        Act.ASSESS_WITHDRAWAL, assessment, actor=actor, at=at, total=str(cost.total), currency=assessment.currency
    )
    record_client_event(
        company_id=assessment.company_id,
        kind=EventKind.DUTY_ASSESSED,
        subject_kind="withdrawal",
        subject_id=str(withdrawal_id),
        facts={"assessment_id": str(assessment.pk)},
        at=at,
    )
    owed = {"assessment": str(assessment.pk), "amount": str(cost.total), "currency": assessment.currency}
    grant_clearance(
        withdrawal_id=withdrawal_id,
        clearance=Clearance.DUTY_ASSESSED,
        evidence=gettext_noop("%(amount)s %(currency)s by assessment %(assessment)s"),
        facts=owed,
        actor=actor,
        at=at,
    )
    if cost.total.minor == 0:
        grant_clearance(
            withdrawal_id=withdrawal_id,
            clearance=Clearance.DUTY_PAID,
            evidence=gettext_noop("nothing is owed by assessment %(assessment)s"),
            facts=owed,
            actor=SYSTEM,
            at=at,
        )
    elif before is not None and before.total_minor == 0:
        reason = "by the rates of another day something is owed"
        revoke_clearance(withdrawal_id=withdrawal_id, clearance=Clearance.DUTY_PAID, reason=reason, actor=SYSTEM, at=at)
    return assessment


def keep_assessment(facts: WithdrawalFacts, cost: LandedCost, at: datetime) -> Assessment:
    """Keep what a withdrawal owes as the next assessment of its stream; the withdrawal is locked."""
    charges = cost.charges
    assessment = Assessment(
        stream=f"withdrawal:{facts.withdrawal_id}",
        withdrawal_id=facts.withdrawal_id,
        company_id=facts.company_id,
        procedure=facts.procedure,
        assessed_on=cost.on,
        assessed_at=at,
        rules_version=cost.assessment.rules_version,
        currency=charges.total.currency,
        customs_value_minor=charges.customs_value.minor,
        duty_minor=charges.duty.minor,
        consumption_tax_minor=charges.consumption_tax.minor,
        vat_minor=charges.vat.minor,
        fees_minor=charges.fees.minor,
        total_minor=charges.total.minor,
    )
    assessment.save(force_insert=True)
    write_assessment_lines(assessment, facts.lines, cost)
    return assessment
