"""What an offer comes to, until when it stands, and who answers next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.money import AmountInvalid, Money
from bonded.rules.permissions import Role
from inspections.rules.offers import (
    NotYourTurn,
    OfferLapsed,
    OfferState,
    OfferTermInvalid,
    offer_end,
    offer_total,
    require_open,
    require_turn,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("price", "currency", "carats", "total"),
    [
        ("4000.00", "USD", "1.000", "4000.00"),
        ("4000.00", "USD", "1.768", "7072.00"),
        ("0.50", "USD", "0.010", "0.01"),  # Half a cent goes up.
        ("0.49", "USD", "1.010", "0.49"),
        ("333.33", "CNY", "3.333", "1110.99"),
        ("1", "JPY", "1.500", "2"),
        ("999999999.99", "USD", "9999.999", "9999998999900.00"),
    ],
)
def test_offer_total__rounds_half_up_to_the_minor_unit(price: str, currency: str, carats: str, total: str) -> None:
    assert str(offer_total(Money.from_text(price, currency), Decimal(carats))) == total


@pytest.mark.parametrize(("price", "carats"), [("0.00", "1.000"), ("-1.00", "1.000"), ("0.01", "0.001")])
def test_offer_total__refuses_what_comes_to_nothing(price: str, carats: str) -> None:
    with pytest.raises(AmountInvalid):
        offer_total(Money.from_text(price, "USD"), Decimal(carats))


def test_offer_total__refuses_what_no_amount_may_be() -> None:
    assert offer_total(Money(10**15, "USD"), Decimal(1)) == Money(10**15, "USD")
    with pytest.raises(AmountInvalid):
        offer_total(Money(10**15, "USD"), Decimal("1.001"))


def test_offer_end__is_in_48_hours_unless_another_is_named() -> None:
    assert offer_end(None, at=AT) == AT + timedelta(hours=48)
    for allowed in (INSTANT, timedelta(days=7)):
        assert offer_end(AT + allowed, at=AT) == AT + allowed
    for refused in (timedelta(0), -INSTANT, timedelta(days=7) + INSTANT):
        with pytest.raises(OfferTermInvalid):
            offer_end(AT + refused, at=AT)


def test_require_open__until_the_very_end() -> None:
    require_open(OfferState.OFFERED, OfferState.ACCEPTED, ends_at=AT, at=AT - INSTANT)
    with pytest.raises(OfferLapsed):
        require_open(OfferState.OFFERED, OfferState.ACCEPTED, ends_at=AT, at=AT)
    with pytest.raises(StepNotAllowed):
        require_open(OfferState.REFUSED, OfferState.ACCEPTED, ends_at=AT, at=AT)


def test_require_turn__asks_the_other_side() -> None:
    require_turn(OfferState.OFFERED, Role.SUPPLIER)
    require_turn(OfferState.COUNTERED, Role.BUYER)
    for state, role in ((OfferState.OFFERED, Role.BUYER), (OfferState.COUNTERED, Role.SUPPLIER)):
        with pytest.raises(NotYourTurn) as refusal:
            require_turn(state, role)
        assert refusal.value.facts == {"turn": "supplier" if role is Role.BUYER else "buyer"}
