"""Amending what released goods owe, over JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Reason, Request, idempotent, json_response, read
from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money
from tariffs.actions.duty_amendments import amend_duty
from tariffs.api.duty import DebtAnswer, debt_json
from tariffs.models.duty_amendments import DutyAmendment
from tariffs.queries.duty_amendments import amendments_of_withdrawal, debts_of_withdrawal
from tariffs.rules.duty_amendments import Correction
from tariffs.rules.working_days import business_day


class CorrectionRequest(serializers.Serializer[Any]):
    """What was found of one lot; what is left out stays as it was assessed."""

    stock_number = serializers.CharField(max_length=40)
    customs_value = serializers.CharField(max_length=30, required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, help_text="Of the customs value; CNY if left out.")
    hs_code = serializers.RegexField(r"^[0-9]{6,10}$", required=False)
    origin = serializers.RegexField(r"^[A-Z]{2}$", required=False, help_text="ISO 3166-1 alpha-2.")


class AmendmentRequest(Reason):
    """The corrections, lot by lot, and why."""

    lines = CorrectionRequest(many=True, allow_empty=False)


class AmendmentAnswer(serializers.Serializer[Any]):
    """One amendment: the assessment that gave way, the one that follows it, and what each comes to."""

    id = serializers.IntegerField()
    withdrawal_id = serializers.UUIDField()
    before_id = serializers.UUIDField()
    after_id = serializers.UUIDField()
    reason = serializers.CharField()
    amended_at = serializers.DateTimeField()
    currency = serializers.CharField()
    total_before = serializers.CharField()
    total_after = serializers.CharField()


class AmendmentsAnswer(serializers.Serializer[Any]):
    """The amendments of a withdrawal, first made first, and what is charged for it now."""

    results = AmendmentAnswer(many=True)
    debts = DebtAnswer(many=True)


def amendment_json(amendment: DutyAmendment) -> dict[str, Any]:
    """Give an amendment as the API tells it."""
    currency = amendment.after.currency
    columns = ("withdrawal_id", "before_id", "after_id", "reason", "amended_at")
    return {
        "id": amendment.pk,
        **{name: getattr(amendment, name) for name in columns},
        "currency": currency,
        "total_before": str(Money(amendment.before.total_minor, currency)),
        "total_after": str(Money(amendment.after.total_minor, currency)),
    }


class DutyAmendmentsView(ApiView):
    """What of a released withdrawal was assessed once more."""

    @extend_schema(operation_id="list_duty_amendments", responses=AmendmentsAnswer)
    def get(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """List the amendments of a withdrawal and its debts."""
        amendments = amendments_of_withdrawal(withdrawal_id, actor=request.actor)
        today = business_day(request.at)
        return json_response(
            {
                "results": [amendment_json(amendment) for amendment in amendments],
                "debts": [debt_json(debt, today=today) for debt in debts_of_withdrawal(withdrawal_id)],
            }
        )

    @extend_schema(
        operation_id="amend_duty",
        parameters=[IDEMPOTENCY_KEY],
        request=AmendmentRequest,
        responses={201: AmendmentAnswer},
    )
    @idempotent
    def post(self, request: Request, withdrawal_id: UUID) -> HttpResponse:
        """Assess released goods once more: more is a further debt, less is taken off what was charged."""
        body = read(AmendmentRequest, request)
        amendment = amend_duty(
            withdrawal_id=withdrawal_id,
            corrections=_corrections(body["lines"]),
            reason=body["reason"],
            actor=request.actor,
            at=request.at,
        )
        return json_response(amendment_json(amendment), 201)


def _corrections(lines: list[dict[str, Any]]) -> dict[str, Correction]:
    found = {line["stock_number"]: _correction(line) for line in lines}
    if len(found) < len(lines):
        raise InputInvalid("Each lot is corrected once.")
    return found


def _correction(line: dict[str, Any]) -> Correction:
    value = line.get("customs_value")
    return Correction(
        customs_value=None if value is None else Money.from_text(value, line.get("currency", "CNY")),
        hs_code=line.get("hs_code"),
        origin=line.get("origin"),
    )
