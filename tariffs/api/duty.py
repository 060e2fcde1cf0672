"""Settling duty over JSON: secure it, pay it, see what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import (
    CURSOR,
    IDEMPOTENCY_KEY,
    LIMIT,
    ApiView,
    Request,
    idempotent,
    json_response,
    page_response,
    read,
)
from bonded.queries.pages import Page, page_by, page_size_from_text
from bonded.rules.money import Money
from tariffs.actions.duty import pay_duty, secure_duty
from tariffs.models.debts import DutyDebt
from tariffs.models.guarantees import GuaranteeReservation
from tariffs.queries.debts import TaxSurcharge, is_running_late, surcharges_of_debts
from tariffs.rules.payment_terms import DAY_COUNT_IN_FORCE, TERM_SOURCES, PaymentTerm
from tariffs.rules.permissions import Act, require
from tariffs.rules.working_days import business_day


class SecureDutyRequest(serializers.Serializer[Any]):
    """Whose guarantee is to stand for the duty; left out, the caller's company's own."""

    guarantee_company_id = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="A principal that lets the caller's company use it."
    )


class ReservationAnswer(serializers.Serializer[Any]):
    """A claim on a guarantee."""

    id = serializers.UUIDField()
    guarantee_company_id = serializers.IntegerField()
    purpose = serializers.CharField()
    reference = serializers.UUIDField()
    state = serializers.CharField()
    amount = serializers.CharField()
    used = serializers.CharField()
    currency = serializers.CharField()
    reserved_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


class DebtSurchargeAnswer(serializers.Serializer[Any]):
    """The late-payment surcharge on one tax."""

    tax = serializers.CharField()
    days = serializers.IntegerField()
    base = serializers.CharField()
    amount = serializers.CharField()
    is_waived = serializers.BooleanField()
    rule_version = serializers.CharField()


class DebtAnswer(serializers.Serializer[Any]):
    """A debt for duty; the payer quotes `reference` at the bank."""

    id = serializers.UUIDField()
    withdrawal_id = serializers.UUIDField()
    company_id = serializers.IntegerField()
    reference = serializers.CharField()
    state = serializers.CharField()
    term = serializers.CharField()
    charged_on = serializers.DateField()
    due_on = serializers.DateField()
    currency = serializers.CharField()
    duty = serializers.CharField()
    consumption_tax = serializers.CharField()
    vat = serializers.CharField()
    fees = serializers.CharField()
    total = serializers.CharField()
    surcharge = serializers.CharField(help_text="For late payment, charged when the taxes were paid.")
    owed = serializers.CharField(help_text="Total and surcharge.")
    outstanding = serializers.CharField()
    set_apart = serializers.CharField(help_text="Paid beyond what is owed since an amendment; to be given back.")
    to_give_back = serializers.CharField(help_text="What is set apart, or was paid of a debt that was withdrawn.")
    repaid = serializers.CharField(help_text="What was to be given back, and went back to who paid it.")
    amendment_id = serializers.IntegerField(allow_null=True, help_text="Which found that this is owed as well.")
    surcharges = DebtSurchargeAnswer(many=True, help_text="Tax by tax: as charged, or as it would be if paid today.")
    surcharge_if_paid_today = serializers.CharField(allow_null=True, help_text="Of an open debt that is late.")
    day_count = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # The name is a column of the answer.


class DebtPage(serializers.Serializer[Any]):
    """A page of debts, by the day on which they are due."""

    results = DebtAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def reservation_json(reservation: GuaranteeReservation, currency: str) -> dict[str, Any]:
    """Give a claim on a guarantee as the API tells it."""
    return {
        "id": reservation.pk,
        "guarantee_company_id": reservation.account.company_id,
        "purpose": reservation.purpose,
        "reference": reservation.reference,
        "state": reservation.state,
        "amount": str(Money(reservation.amount_minor, currency)),
        "used": str(Money(reservation.used_minor, currency)),
        "currency": currency,
        "reserved_at": reservation.reserved_at,
        "expires_at": reservation.expires_at,
    }


def debts_json(debts: Sequence[DutyDebt], *, today: date) -> list[dict[str, Any]]:
    """Give debts as the API tells them; a late one with what its lateness would cost if it were paid today."""
    surcharges = surcharges_of_debts(debts, on=today)
    return [_debt_json(debt, surcharges[debt.pk], today=today) for debt in debts]


def debt_json(debt: DutyDebt, *, today: date) -> dict[str, Any]:
    """Give one debt as the API tells it."""
    return debts_json([debt], today=today)[0]


def _debt_json(debt: DutyDebt, surcharges: Sequence[TaxSurcharge], *, today: date) -> dict[str, Any]:
    is_growing = is_running_late(debt, on=today)
    would_be = sum((one.amount for one in surcharges), Money(0, debt.currency))
    amounts = {name: str(amount) for name, amount in debt.amounts().items()}
    columns = ("withdrawal_id", "company_id", "amendment_id", "reference", "state", "term", "charged_on", "due_on",
               "currency")  # fmt: skip
    plain = {name: getattr(debt, name) for name in columns}
    return {
        "id": debt.pk,
        **plain,
        **amounts,
        "outstanding": str(debt.outstanding),
        "set_apart": str(Money(debt.set_apart_minor, debt.currency)),
        "to_give_back": str(debt.to_give_back),
        "repaid": str(Money(debt.repaid_minor, debt.currency)),
        "surcharges": [
            {
                "tax": one.tax,
                "days": one.days,
                "base": str(one.base),
                "amount": str(one.amount),
                "is_waived": one.is_waived,
                "rule_version": one.rule_version,
            }
            for one in surcharges
        ],
        "surcharge_if_paid_today": str(would_be) if is_growing else None,
        "day_count": DAY_COUNT_IN_FORCE,
        "source": TERM_SOURCES[PaymentTerm(debt.term)],
    }


class SecureDutyView(ApiView):
    """Letting the guarantee stand for a withdrawal's duty."""

    @extend_schema(
        operation_id="secure_duty",
        parameters=[IDEMPOTENCY_KEY],
        request=SecureDutyRequest,
        responses={201: ReservationAnswer},
    )
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Reserve headroom for what a withdrawal owes; a shortfall is told to the fen."""
        asked = read(SecureDutyRequest, request)
        reservation = secure_duty(withdrawal_id=withdrawal_id, **asked, actor=request.actor, at=request.at)
        return json_response(reservation_json(reservation, reservation.account.currency), 201)


class PayDutyView(ApiView):
    """Paying a withdrawal's duty at once."""

    @extend_schema(operation_id="pay_duty", parameters=[IDEMPOTENCY_KEY], request=None, responses={201: DebtAnswer})
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Charge what a withdrawal owes, and give the reference to quote at the bank."""
        debt = pay_duty(withdrawal_id=withdrawal_id, actor=request.actor, at=request.at)
        return json_response(debt_json(debt, today=business_day(request.at)), 201)


class DutyDebtsView(ApiView):
    """What is owed."""

    @extend_schema(operation_id="list_duty_debts", parameters=[CURSOR, LIMIT], responses=DebtPage)
    def get(self, request: Request) -> HttpResponse:
        """List the company's debts, all of them for staff, by due day."""
        require(request.actor, Act.READ_ASSESSMENT)
        page = page_by(
            DutyDebt.objects.visible_to(request.actor).prefetch_related("surcharges"),
            columns=["due_on", "id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(Page(debts_json(page.rows, today=business_day(request.at)), page.next_cursor))
