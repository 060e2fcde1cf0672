"""Guarantee accounts over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, idempotent, json_response, read
from bonded.rules.money import Money
from tariffs.actions.guarantees import set_guarantee
from tariffs.api.duty import ReservationAnswer, reservation_json
from tariffs.models.guarantee_instruments import GuaranteeInstrument
from tariffs.models.guarantees import GuaranteeAccount
from tariffs.queries.guarantee_positions import Position, position_of
from tariffs.queries.guarantees import guarantee_of, live_claims
from tariffs.rules.working_days import business_day


class LimitRequest(serializers.Serializer[Any]):
    """How much a company may owe beside what its instruments are good for, in yuan."""

    limit = serializers.CharField(max_length=24)


class BackingAnswer(serializers.Serializer[Any]):
    """So much of a claim, by its id, stands behind an instrument, or behind none."""

    claim_id = serializers.UUIDField()
    amount = serializers.CharField()


class InstrumentAnswer(serializers.Serializer[Any]):
    """An instrument and what stands behind it today; `valid_until` is the first day on which it counts no more."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    number = serializers.CharField()
    guarantor = serializers.CharField()
    amount = serializers.CharField()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    order_of_use = serializers.IntegerField()
    state = serializers.CharField()
    backs = BackingAnswer(many=True)


class WarningAnswer(serializers.Serializer[Any]):
    """What to look after: `low_headroom`, `ends_too_early` with the instrument's id, or `uncovered`."""

    kind = serializers.CharField()
    instrument_id = serializers.IntegerField(allow_null=True)


class GuaranteeAnswer(serializers.Serializer[Any]):
    """A guarantee and everything that counts against it; an agent is told of its own claims only."""

    company_id = serializers.IntegerField()
    currency = serializers.CharField()
    limit = serializers.CharField()
    reserved = serializers.CharField()
    used = serializers.CharField()
    available = serializers.CharField()
    uncovered = serializers.CharField()
    percent_used = serializers.IntegerField(allow_null=True)
    claims = ReservationAnswer(many=True)
    instruments = InstrumentAnswer(many=True)
    warnings = WarningAnswer(many=True)


def instrument_json(instrument: GuaranteeInstrument, position: Position, currency: str) -> dict[str, Any]:
    """Give an instrument as the API tells it, with what stands behind it."""
    columns = ("id", "kind", "number", "guarantor", "order_of_use", "state")
    return {
        **{name: getattr(instrument, name) for name in columns},
        "amount": str(Money(instrument.amount_minor, currency)),
        "valid_from": instrument.validity.lower,
        "valid_until": instrument.validity.upper,
        "backs": [
            {"claim_id": part.claim_id, "amount": str(Money(part.amount_minor, currency))}
            for part in position.parts
            if part.instrument_id == instrument.pk
        ],
    }


def guarantee_json(account: GuaranteeAccount, request: Request) -> dict[str, Any]:
    """Give a guarantee account as the API tells it, its instruments and warnings only to its company and staff."""
    figures = ("limit", "reserved", "used", "available", "uncovered")
    actor, currency = request.actor, account.currency
    is_ours = actor.is_staff or account.company_id in actor.company_ids
    position = position_of(account, on=business_day(request.at)) if is_ours else Position((), (), ())
    return {
        "company_id": account.company_id,
        "currency": currency,
        **{name: str(getattr(account.headroom, name)) for name in figures},
        "percent_used": account.headroom.percent_used,
        "claims": [reservation_json(claim, currency) for claim in live_claims(account, actor=actor)],
        "instruments": [instrument_json(one, position, currency) for one in position.instruments],
        "warnings": [{"kind": cause.kind, "instrument_id": cause.instrument_id} for cause in position.causes],
    }


class GuaranteeView(ApiView):
    """One company's guarantee."""

    @extend_schema(operation_id="get_guarantee", responses=GuaranteeAnswer)
    def get(self, request: Request, company_id: int) -> HttpResponse:
        """Give a company's guarantee, and what claims it."""
        return json_response(guarantee_json(guarantee_of(company_id, actor=request.actor, at=request.at), request))

    @extend_schema(
        operation_id="set_guarantee", parameters=[IDEMPOTENCY_KEY], request=LimitRequest, responses=GuaranteeAnswer
    )
    @idempotent
    def put(self, request: Request, company_id: int) -> HttpResponse:
        """Open a company's guarantee account, or change its opening limit."""
        limit = Money.from_text(read(LimitRequest, request)["limit"], "CNY")
        account = set_guarantee(company_id=company_id, limit=limit, actor=request.actor, at=request.at)
        return json_response(guarantee_json(account, request))
