"""The instruments of a guarantee, and its headroom in the days to come, over JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from bonded.api.base import IDEMPOTENCY_KEY, ApiView, Request, idempotent, json_response, read
from bonded.rules.errors import InputInvalid
from bonded.rules.money import Money
from bonded.rules.validity import Validity
from tariffs.actions.guarantee_instruments import add_instrument, withdraw_instrument
from tariffs.api.guarantees import InstrumentAnswer, instrument_json
from tariffs.models.guarantee_instruments import GuaranteeInstrument
from tariffs.queries.guarantee_positions import forecast_of, position_of
from tariffs.queries.guarantees import own_guarantee_of
from tariffs.rules.guarantee_forecasts import USUAL_DAYS, ForecastDay
from tariffs.rules.guarantee_instruments import InstrumentKind
from tariffs.rules.working_days import business_day

DAYS = OpenApiParameter("days", OpenApiTypes.INT, description="How many days from today on: 1 to 366, else 60.")
# An opening limit is set as the guarantee's limit and is no paper that anybody brings.
KINDS = [kind.value for kind in InstrumentKind if kind is not InstrumentKind.OPENING_LIMIT]


class InstrumentRequest(serializers.Serializer[Any]):
    """An instrument in yuan; `valid_until` is the first day on which it counts no more."""

    kind = serializers.ChoiceField(choices=KINDS)
    number = serializers.CharField(max_length=60)
    guarantor = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    amount = serializers.CharField(max_length=24)
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    order_of_use = serializers.IntegerField(min_value=1, max_value=1000, required=False, default=1)


class InstrumentChangeAnswer(serializers.Serializer[Any]):
    """One reason why a day differs from the one before; `amount` is added to the headroom."""

    kind = serializers.CharField()
    reference = serializers.CharField()
    amount = serializers.CharField()


class ForecastDayAnswer(serializers.Serializer[Any]):
    """One day's figures."""

    on = serializers.DateField()
    limit = serializers.CharField()
    claimed = serializers.CharField()
    available = serializers.CharField()
    uncovered = serializers.CharField()
    changes = InstrumentChangeAnswer(many=True)


class ForecastAnswer(serializers.Serializer[Any]):
    """The headroom of the days to come, if nothing new is claimed and what is due is paid on its day."""

    company_id = serializers.IntegerField()
    currency = serializers.CharField()
    days = ForecastDayAnswer(many=True)


def _answer(instrument: GuaranteeInstrument, request: Request, status: int = 200) -> HttpResponse:
    account = instrument.account
    position = position_of(account, on=business_day(request.at))
    return json_response(instrument_json(instrument, position, account.currency), status)


class InstrumentsView(ApiView):
    """The instruments of one company."""

    @extend_schema(
        operation_id="add_guarantee_instrument",
        parameters=[IDEMPOTENCY_KEY],
        request=InstrumentRequest,
        responses={201: InstrumentAnswer},
    )
    @idempotent
    def post(self, request: Request, company_id: int) -> HttpResponse:
        """Let an instrument count for a company on its days."""
        fields = read(InstrumentRequest, request)
        instrument = add_instrument(
            company_id=company_id,
            kind=InstrumentKind(fields["kind"]),
            number=fields["number"],
            guarantor=fields["guarantor"],
            amount=Money.from_text(fields["amount"], "CNY"),
            validity=Validity(fields["valid_from"], fields["valid_until"]),
            order_of_use=fields["order_of_use"],
            actor=request.actor,
            at=request.at,
        )
        return _answer(instrument, request, 201)


class WithdrawInstrumentView(ApiView):
    """Ending one instrument before its time."""

    @extend_schema(
        operation_id="withdraw_guarantee_instrument",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses=InstrumentAnswer,
    )
    @idempotent
    def post(self, request: Request, company_id: int, instrument_id: int) -> HttpResponse:
        """Let an instrument count no more."""
        instrument = withdraw_instrument(
            company_id=company_id, instrument_id=instrument_id, actor=request.actor, at=request.at
        )
        return _answer(instrument, request)


class ForecastView(ApiView):
    """One company's headroom in the days to come."""

    @extend_schema(operation_id="forecast_guarantee", parameters=[DAYS], responses=ForecastAnswer)
    def get(self, request: Request, company_id: int) -> HttpResponse:
        """Give each day's figures, and what changes them, from today on."""
        account = own_guarantee_of(company_id, actor=request.actor)
        days = forecast_of(account, on=business_day(request.at), days=_asked_days(request))
        rows = [_day_json(day, account.currency) for day in days]
        return json_response({"company_id": account.company_id, "currency": account.currency, "days": rows})


def _asked_days(request: Request) -> int:
    text = request.GET.get("days", str(USUAL_DAYS))
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise InputInvalid("Write a number of days, such as 60.", days=text[:20])
    return int(text)


def _day_json(day: ForecastDay, currency: str) -> dict[str, Any]:
    figures = ("limit", "claimed", "available", "uncovered")
    changes = [
        {"kind": one.kind, "reference": one.reference, "amount": str(Money(one.minor, currency))} for one in day.changes
    ]
    amounts = {name: str(Money(getattr(day, f"{name}_minor"), currency)) for name in figures}
    return {"on": day.on, **amounts, "changes": changes}
