"""What a withdrawal owes, settled: secured on the guarantee and charged on release, or paid at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop

from bonded.actions.activity import record_activity
from bonded.actions.clearances import grant_clearance
from bonded.actions.client_events import record_client_event
from bonded.actions.locks import lock_withdrawal
from bonded.rules.client_events import EventKind
from bonded.rules.lifecycle import require_step
from bonded.rules.money import Money
from bonded.rules.permissions import SYSTEM, Actor
from bonded.rules.withdrawals import LIVE_STATES, Clearance, Procedure, WithdrawalNotLive, WithdrawalState
from tariffs.actions.assessments import assess_withdrawal
from tariffs.actions.guarantee_uses import use_headroom
from tariffs.actions.guarantees import free_headroom, reserve_headroom
from tariffs.actions.ledger import post_entry
from tariffs.actions.locks import lock_debts
from tariffs.models.assessments import Assessment
from tariffs.models.debts import DutyDebt
from tariffs.models.duty_amendments import DutyAmendment
from tariffs.models.guarantees import GuaranteeReservation
from tariffs.queries.calendars import working_days_after
from tariffs.rules.debts import STEPS, DebtState, DutyAlreadySettled, NothingOwed
from tariffs.rules.duty_amendments import Part, Parts
from tariffs.rules.guarantee_authorities import principal_of
from tariffs.rules.guarantees import ReservationPurpose, ReservationState
from tariffs.rules.ledger import BusinessEvent
from tariffs.rules.payment_references import payment_reference
from tariffs.rules.payment_terms import PaymentTerm, due_on
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day


@transaction.atomic
def secure_duty(
    *, withdrawal_id: UUID, guarantee_company_id: int | None = None, actor: Actor, at: datetime
) -> GuaranteeReservation:
    """Let a guarantee stand for what a withdrawal owes, so that it is paid next month.

    It is the company's own, or that of a principal who has given the company an authority to use it; the
    debt is the company's in both cases. Assesses by the rates of today. Grants DUTY_SECURED. Raises
    NotFound (also without an authority in force), WithdrawalNotLive, NothingOwed, DutyAlreadySettled,
    GuaranteeMissing, AuthorityExceeded and HeadroomMissing with the exact shortfall.
    """
    require(actor, Act.SECURE_DUTY)
    assessment = _assessment_to_settle(withdrawal_id, actor, at)
    total = Money(assessment.total_minor, assessment.currency)
    reservation = reserve_headroom(
        company_id=assessment.company_id,
        amount=total,
        purpose=ReservationPurpose.WITHDRAWAL,
        reference=assessment.pk,
        expires_at=None,
        principal_id=principal_of(assessment.company_id, guarantee_company_id),
        actor=actor,
        at=at,
    )
    record_activity(
        Act.SECURE_DUTY,
        assessment,
        actor=actor,
        at=at,
        total=str(total),
        currency=total.currency,
        guarantee_company_id=reservation.account.company_id,
    )
    grant_clearance(
        withdrawal_id=withdrawal_id,
        clearance=Clearance.DUTY_SECURED,
        evidence=gettext_noop("%(amount)s %(currency)s reserved on the guarantee"),
        facts={"amount": str(total), "currency": total.currency},
        actor=SYSTEM,
        at=at,
    )
    return reservation


@transaction.atomic
def pay_duty(*, withdrawal_id: UUID, actor: Actor, at: datetime) -> DutyDebt:
    """Choose to pay a withdrawal's duty now: it is charged, and the reference to quote at the bank is given.

    Due within 15 days. DUTY_PAID is granted when the money has come, not before. Raises as `secure_duty` does.
    """
    require(actor, Act.PAY_DUTY)
    assessment = _assessment_to_settle(withdrawal_id, actor, at)
    debt = charge_debt(assessment=assessment, term=PaymentTerm.DAYS_AFTER_COMPLETION, actor=SYSTEM, at=at)
    record_activity(Act.PAY_DUTY, assessment, actor=actor, at=at, reference=debt.reference)
    return debt


@transaction.atomic
def charge_duty(*, withdrawal_id: UUID, actor: Actor, at: datetime) -> DutyDebt | None:
    """Turn what secures a released withdrawal into debt, due on the fifth working day of the next month.

    None when nothing was secured: the duty was paid, or there was none.
    """
    require(actor, Act.CHARGE_DUTY)
    lock_withdrawal(withdrawal_id, actor=actor)
    assessment = _secured_assessment(withdrawal_id)
    if assessment is None:
        return None
    reservation = use_headroom(
        purpose=ReservationPurpose.WITHDRAWAL,
        reference=assessment.pk,
        amount=Money(assessment.total_minor, assessment.currency),
        actor=actor,
        at=at,
    )
    return charge_debt(
        assessment=assessment, term=PaymentTerm.FIFTH_WORKING_DAY, reservation=reservation, actor=SYSTEM, at=at
    )


@transaction.atomic
def withdraw_duty(*, withdrawal_id: UUID, actor: Actor, at: datetime) -> None:
    """Undo what was secured or charged for a withdrawal that came to nothing.

    Money that had come for it is kept apart, to be given back. What was sent on to customs stays as it is.
    """
    require(actor, Act.WITHDRAW_ASSESSMENT)
    lock_withdrawal(withdrawal_id, actor=actor)
    for assessment_id in Assessment.objects.filter(withdrawal_id=withdrawal_id).values_list("pk", flat=True):
        free_headroom(purpose=ReservationPurpose.WITHDRAWAL, reference=assessment_id, actor=actor, at=at)
    live = DutyDebt.objects.filter(withdrawal_id=withdrawal_id, state__in=[DebtState.OPEN, DebtState.PAID])
    for debt in lock_debts(list(live.values_list("pk", flat=True))):
        _withdraw(debt, actor=actor, at=at)


def _assessment_to_settle(withdrawal_id: UUID, actor: Actor, at: datetime) -> Assessment:
    """Lock the withdrawal and give today's assessment of it, if it owes something that nothing settles yet."""
    withdrawal, _ = lock_withdrawal(withdrawal_id, actor=actor)
    if WithdrawalState(withdrawal.state) not in LIVE_STATES:
        raise WithdrawalNotLive("The withdrawal has ended.", state=withdrawal.state)
    is_charged = DutyDebt.objects.filter(withdrawal_id=withdrawal_id).exclude(state=DebtState.WITHDRAWN).exists()
    if is_charged or _secured_assessment(withdrawal_id):
        raise DutyAlreadySettled("The duty is secured or charged already.", withdrawal_id=str(withdrawal_id))
    if withdrawal.procedure != Procedure.HOME_USE:
        raise NothingOwed("Only goods for home use owe duty.", procedure=withdrawal.procedure)
    assessment = assess_withdrawal(withdrawal_id=withdrawal_id, actor=SYSTEM, at=at)
    if assessment.total_minor == 0:
        raise NothingOwed("The goods owe nothing.", assessment_id=str(assessment.pk))
    return assessment


def _secured_assessment(withdrawal_id: UUID) -> Assessment | None:
    """Give the assessment whose amount is reserved on the guarantee now."""
    assessments = Assessment.objects.filter(withdrawal_id=withdrawal_id)
    reserved = GuaranteeReservation.objects.filter(
        purpose=ReservationPurpose.WITHDRAWAL,
        state=ReservationState.RESERVED,
        reference__in=assessments.values("pk"),
    )
    return assessments.filter(pk__in=reserved.values("reference")).first()


def charge_debt(
    *,
    assessment: Assessment,
    term: PaymentTerm,
    reservation: GuaranteeReservation | None = None,
    amendment: DutyAmendment | None = None,
    parts: Parts | None = None,
    actor: Actor,
    at: datetime,
) -> DutyDebt:
    """Charge what an assessment says, or only some parts of it, as a debt due by a term that begins today."""
    require(actor, Act.CHARGE_DUTY)
    charged_on, debt_id = business_day(at), uuid4()
    parts = parts or {part: getattr(assessment, f"{part}_minor") for part in Part}
    debt = DutyDebt.objects.create(
        pk=debt_id,
        company_id=assessment.company_id,
        withdrawal_id=assessment.withdrawal_id,
        assessment=assessment,
        reservation=reservation,
        amendment=amendment,
        reference=payment_reference(debt_id),
        term=term,
        charged_on=charged_on,
        due_on=due_on(term, charged_on=charged_on, is_working_day=working_days_after(charged_on)),
        currency=assessment.currency,
        total_minor=sum(parts.values()),
        **{f"{part}_minor": parts.get(part, 0) for part in Part},
    )
    _post(BusinessEvent.DUTY_CHARGED, debt, debt.amounts(), actor=SYSTEM, at=at)
    record_activity(
        Act.CHARGE_DUTY, debt, actor=SYSTEM, at=at, reference=debt.reference, due_on=debt.due_on.isoformat()
    )
    record_client_event(
        company_id=debt.company_id,
        kind=EventKind.CHARGE_DUE,
        subject_kind="duty_debt",
        subject_id=str(debt.pk),
        facts={"withdrawal_id": str(debt.withdrawal_id), "status": debt.state, "due_on": debt.due_on.isoformat()},
        at=at,
    )
    return debt


def _withdraw(debt: DutyDebt, *, actor: Actor, at: datetime) -> None:
    require_step(STEPS, DebtState(debt.state), DebtState.WITHDRAWN)
    debt.matches.filter(entry__isnull=True).delete()
    paid = Money(debt.paid_minor, debt.currency)
    amounts = debt.amounts() | {"outstanding": debt.outstanding, "paid": paid}
    debt.state = DebtState.WITHDRAWN
    debt.save(update_fields=["state"])
    _post(BusinessEvent.CHARGE_WITHDRAWN, debt, amounts, actor=actor, at=at)
    record_activity(Act.WITHDRAW_ASSESSMENT, debt, actor=actor, at=at, paid=str(paid), currency=debt.currency)


def _post(event: BusinessEvent, debt: DutyDebt, amounts: dict[str, Money], *, actor: Actor, at: datetime) -> None:
    post_entry(
        event=event,
        reference=f"duty_debt:{debt.pk}",
        amounts=amounts,
        company_id=debt.company_id,
        effective_on=business_day(at),
        actor=actor,
        at=at,
    )
