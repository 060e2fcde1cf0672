"""The price agreed on is what goods are worth from then on: declared, assessed and secured."""

from __future__ import annotations

from datetime import datetime

import pytest

from bonded.actions.withdrawals import cancel_withdrawal, request_withdrawal
from bonded.models import Withdrawal
from bonded.queries.declarations import goods_of_declared_withdrawal
from bonded.queries.withdrawals import goods_as_agreed, goods_of_withdrawal
from bonded.rules.errors import NotFound
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from bonded.rules.withdrawals import Procedure
from inspections.actions.offers import accept_offer, counter_offer
from inspections.models import Offer
from inspections.queries.invariants import INVARIANTS
from tariffs.actions.duty import secure_duty
from tariffs.models import Assessment
from tariffs.queries.assessments import differences_when_run_again, evidence_of
from tests.api.tariffs.test_tariffs import get
from tests.cast import Cast
from tests.situations.inspections import an_offer

AGREED = "transaction_value: price agreed on with the supplier"


def agreed_on(offer: Offer, *, actor: Actor, at: datetime) -> Withdrawal:
    """Alice's or Sven's yes, and the withdrawal that it asks for."""
    withdrawal = accept_offer(offer_id=offer.pk, actor=actor, at=at).withdrawal
    assert withdrawal is not None
    return withdrawal


def assessed(withdrawal: Withdrawal) -> tuple[int, int, str]:
    """The customs value and the total in fen, and what the value stands on."""
    assessment = Assessment.objects.get(withdrawal=withdrawal)
    assert list(differences_when_run_again(assessment)) == []
    return assessment.customs_value_minor, assessment.total_minor, evidence_of(assessment.lines.get())


@pytest.mark.parametrize(
    ("price", "currency", "customs_value", "total"),
    [("4000.00", "USD", 28_400_00, 3_692_00), ("30000.00", "CNY", 30_000_00, 3_900_00)],
)
def test_accept_offer__the_duty_is_on_the_agreed_price(
    cast: Cast, at: datetime, price: str, currency: str, customs_value: int, total: int
) -> None:
    offer = an_offer(cast, at, price=Money.from_text(price, currency))
    withdrawal = agreed_on(offer, actor=cast.sven, at=at)
    assert assessed(withdrawal) == (customs_value, total, AGREED)
    reservation = secure_duty(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    assert reservation.amount_minor == total
    (declared,) = goods_of_declared_withdrawal(withdrawal.pk)
    assert declared.value == Money.from_text(price, currency)


def test_accept_offer__the_counter_is_what_was_agreed_on(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    counter_offer(offer_id=offer.pk, price=Money(4_500_00, "USD"), actor=cast.sven, at=at)
    withdrawal = agreed_on(offer, actor=cast.bob, at=at)
    assert assessed(withdrawal) == (31_950_00, 4_153_50, AGREED)


def test_request_withdrawal__after_an_agreement_that_came_to_nothing_is_worth_what_was_entered(
    cast: Cast, at: datetime
) -> None:
    offer = an_offer(cast, at)
    withdrawal = agreed_on(offer, actor=cast.sven, at=at)
    cancel_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    again = request_withdrawal(lot_ids=[offer.lot_id], procedure=Procedure.HOME_USE, actor=cast.alice, at=at)
    assert assessed(again) == (35_500_00, 4_615_00, "")
    assert goods_of_withdrawal(again.pk).agreed == frozenset()


def test_goods_as_agreed__are_worth_that_to_those_who_see_the_withdrawal(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    before = [goods_as_agreed([offer.lot_id], actor=actor) for actor in (cast.alice, cast.charlie)]
    assert [(goods[0].value.minor, agreed) for goods, agreed in before] == [(5_000_00, frozenset())] * 2
    withdrawal = agreed_on(offer, actor=cast.sven, at=at)
    for actor, value in ((cast.alice, 4_000_00), (cast.bob, 4_000_00), (cast.olga, 4_000_00), (cast.sven, 5_000_00)):
        goods, agreed = goods_as_agreed([offer.lot_id], actor=actor)
        assert (goods[0].value.minor, bool(agreed)) == (value, value == 4_000_00)
    with pytest.raises(NotFound):
        goods_as_agreed([offer.lot_id], actor=cast.charlie)
    cancel_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)
    assert goods_as_agreed([offer.lot_id], actor=cast.alice)[1] == frozenset()


def test_get_landed_cost__is_on_the_agreed_price(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    agreed_on(offer, actor=cast.sven, at=at)
    path = f"/lots/{offer.lot.stock_number}/landed-cost?on=2026-11-23"
    told = {who: get(cast, who, path).json() for who in ("alice", "sven")}
    assert {who: (cost["customs_value"], cost["landed"]) for who, cost in told.items()} == {
        "alice": ("28400.00", "32092.00"), "sven": ("35500.00", "40115.00"),
    }  # fmt: skip
    assert told["alice"]["steps"][0]["inputs"]["evidence"] == AGREED
    dates = get(cast, "alice", f"/tariffs/withdrawal-dates?lot={offer.lot.stock_number}").json()
    assert dates["cheapest"]["landed"] == "32092.00"


def test_offers_that_are_not_as_agreed__a_line_at_another_price_is_found(cast: Cast, at: datetime) -> None:
    offer = an_offer(cast, at)
    withdrawal = agreed_on(offer, actor=cast.sven, at=at)
    ask = INVARIANTS["An offer comes to its price for its carats, and its goods leave bond at it."]
    assert ask() == []
    withdrawal.lines.update(value_minor=1)
    assert len(ask()) == 1
    withdrawal.lines.update(value_minor=offer.total_minor)
