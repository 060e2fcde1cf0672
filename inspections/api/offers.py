"""Offers over JSON: made by a buyer who has looked, answered by the supplier and the buyer in turn."""

from __future__ import annotations

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
from bonded.queries.lots import lot_ids_by_stock_numbers
from bonded.queries.pages import page_by, page_size_from_text
from bonded.rules.money import Money
from bonded.rules.permissions import Actor, Role
from bonded.rules.withdrawals import Procedure
from inspections.actions.offers import accept_offer, counter_offer, make_offer, refuse_offer, withdraw_offer
from inspections.models.offers import Offer
from inspections.queries.offers import offer_visible_to, offers_visible_to


class PriceRequest(serializers.Serializer[Any]):
    """A price for one carat, and until when it stands: at most seven days, else 48 hours."""

    price_per_carat = serializers.CharField(max_length=24)
    currency = serializers.CharField(max_length=3)
    ends_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class OfferRequest(PriceRequest):
    """The lot, the price, what the lot is to leave bond for, and the number of the cachet's seal if it has one."""

    stock_number = serializers.CharField(max_length=40)
    procedure = serializers.ChoiceField(choices=[(one.value, one.value) for one in Procedure], default="home_use")
    cachet_number = serializers.CharField(max_length=32, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class RefusalRequest(serializers.Serializer[Any]):
    """Why, if somebody wants to say so."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class NothingRequest(serializers.Serializer[Any]):
    """Nothing more is to be said."""


class OfferAnswer(serializers.Serializer[Any]):
    """An offer; amounts and carats are decimal strings, totals are for all carats.

    A supplier is not told what the buyer does with the goods: `procedure` and `withdrawal_id` are null.
    """

    id = serializers.UUIDField()
    stock_number = serializers.CharField()
    company = serializers.CharField()
    state = serializers.CharField()
    weight_carats = serializers.CharField()
    currency = serializers.CharField()
    price_per_carat = serializers.CharField()
    total = serializers.CharField()
    counter_price_per_carat = serializers.CharField(allow_null=True)
    counter_total = serializers.CharField(allow_null=True)
    cachet_number = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    refusal_reason = serializers.CharField(allow_blank=True)
    made_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    procedure = serializers.CharField(allow_null=True)
    withdrawal_id = serializers.UUIDField(allow_null=True)


class OfferPage(serializers.Serializer[Any]):
    """A page of offers, the newest first."""

    results = OfferAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


_PLAIN = (
    "state",
    "weight_carats",
    "currency",
    "cachet_number",
    "note",
    "refusal_reason",
    "made_at",
    "ends_at",
    "ended_at",
)


def offer_json(offer: Offer, actor: Actor) -> dict[str, Any]:
    """Give an offer as the API tells it to this actor."""
    is_told = actor.role is not Role.SUPPLIER

    def amount(minor: int | None) -> str | None:
        return None if minor is None else str(Money(minor, offer.currency))

    return {
        "id": offer.pk,
        "stock_number": offer.lot.stock_number,
        "company": offer.company.name,
        **{name: getattr(offer, name) for name in _PLAIN},
        "price_per_carat": amount(offer.price_minor),
        "total": amount(offer.total_minor),
        "counter_price_per_carat": amount(offer.counter_price_minor),
        "counter_total": amount(offer.counter_total_minor),
        "procedure": offer.procedure if is_told else None,
        "withdrawal_id": offer.withdrawal_id if is_told else None,
    }


def _told(offer_id: UUID, request: Request, status: int = 200) -> HttpResponse:
    return json_response(offer_json(offer_visible_to(request.actor, offer_id), request.actor), status)


def _price(fields: dict[str, Any]) -> Money:
    return Money.from_text(fields.pop("price_per_carat"), fields.pop("currency"))


class OffersView(ApiView):
    """The company's offers, or those on the supplier's lots; all of them for staff."""

    @extend_schema(operation_id="list_offers", parameters=[CURSOR, LIMIT], responses=OfferPage)
    def get(self, request: Request) -> HttpResponse:
        """List offers, the newest first."""
        page = page_by(
            offers_visible_to(request.actor),
            columns=["-made_at", "-id"],
            cursor=request.GET.get("cursor"),
            limit=page_size_from_text(request.GET.get("limit")),
        )
        return page_response(page, lambda offer: offer_json(offer, request.actor))

    @extend_schema(
        operation_id="make_offer", parameters=[IDEMPOTENCY_KEY], request=OfferRequest, responses={201: OfferAnswer}
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        """Offer a price on a lot that the company has looked at; the lot is sealed for the offer until it ends."""
        fields = read(OfferRequest, request)
        (lot_id,) = lot_ids_by_stock_numbers([fields.pop("stock_number")], actor=request.actor)
        procedure = Procedure(fields.pop("procedure"))
        price = _price(fields)
        offer = make_offer(
            lot_id=lot_id, price=price, procedure=procedure, **fields, actor=request.actor, at=request.at
        )
        return _told(offer.pk, request, 201)


class OfferView(ApiView):
    """One offer."""

    @extend_schema(operation_id="get_offer", responses=OfferAnswer)
    def get(self, request: Request, offer_id: UUID) -> HttpResponse:
        """Give one offer."""
        return _told(offer_id, request)


class CounterOfferView(ApiView):
    """Another price."""

    @extend_schema(
        operation_id="counter_offer", parameters=[IDEMPOTENCY_KEY], request=PriceRequest, responses=OfferAnswer
    )
    @idempotent
    def post(self, request: Request, offer_id: UUID) -> HttpResponse:
        """Name another price, once; the buyer accepts or refuses it."""
        fields = read(PriceRequest, request)
        price = _price(fields)
        counter_offer(offer_id=offer_id, price=price, **fields, actor=request.actor, at=request.at)
        return _told(offer_id, request)


class AcceptOfferView(ApiView):
    """Agreement."""

    @extend_schema(
        operation_id="accept_offer", parameters=[IDEMPOTENCY_KEY], request=NothingRequest, responses=OfferAnswer
    )
    @idempotent
    def post(self, request: Request, offer_id: UUID) -> HttpResponse:
        """Accept the offer as its supplier, or the counter as its buyer; the lot's withdrawal is asked for."""
        read(NothingRequest, request)
        accept_offer(offer_id=offer_id, actor=request.actor, at=request.at)
        return _told(offer_id, request)


class RefuseOfferView(ApiView):
    """No."""

    @extend_schema(
        operation_id="refuse_offer", parameters=[IDEMPOTENCY_KEY], request=RefusalRequest, responses=OfferAnswer
    )
    @idempotent
    def post(self, request: Request, offer_id: UUID) -> HttpResponse:
        """Refuse the offer as its supplier, or the counter as its buyer; the lot is free."""
        reason = read(RefusalRequest, request)["reason"]
        refuse_offer(offer_id=offer_id, reason=reason, actor=request.actor, at=request.at)
        return _told(offer_id, request)


class WithdrawOfferView(ApiView):
    """Taking back."""

    @extend_schema(
        operation_id="withdraw_offer", parameters=[IDEMPOTENCY_KEY], request=NothingRequest, responses=OfferAnswer
    )
    @idempotent
    def post(self, request: Request, offer_id: UUID) -> HttpResponse:
        """Take back an offer that is not answered; the lot is free."""
        read(NothingRequest, request)
        withdraw_offer(offer_id=offer_id, actor=request.actor, at=request.at)
        return _told(offer_id, request)
