"""Two keepers at one door: a lot is weighed once, and what is received is what was read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest

from bonded.actions.arrivals import receive_arrival, weigh_arrival
from bonded.models import Activity, ArrivalReading, Consignment
from bonded.queries.arrivals import readings_of_arrival
from bonded.rules.arrivals import LotWeighedAlready
from bonded.rules.custody import Difference
from bonded.rules.errors import RuleViolation
from tests.cast import make_cast
from tests.factories import LocationFactory
from tests.situations.bonded import an_accepted_consignment
from tests.situations.threads import outcomes_at_once

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ROUNDS = 10

pytestmark = pytest.mark.django_db(transaction=True)


def test_weigh_arrival__of_one_lot_by_two_keepers_at_once_is_one_reading() -> None:
    cast, place = make_cast(), LocationFactory().code
    for number in range(ROUNDS):
        one = an_accepted_consignment(cast, AT)
        weigh = partial(
            weigh_arrival,
            consignment_id=one.pk,
            stock_number=one.lots.get().stock_number,
            pieces=1,
            location_code=place,
            is_again=False,
            at=AT,
        )

        outcomes = outcomes_at_once(
            partial(weigh, weight_carats=Decimal("1.000"), seal_number=f"A-{number:04d}", actor=cast.victor),
            partial(weigh, weight_carats=Decimal("1.001"), seal_number=f"B-{number:04d}", actor=cast.vera),
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == [
            Difference.__name__,
            LotWeighedAlready.__name__,
        ]
        reading = ArrivalReading.objects.get(lot__consignment=one)
        first = isinstance(outcomes[0], Difference)
        assert reading.seal_number == (f"A-{number:04d}" if first else f"B-{number:04d}")
        assert Activity.objects.filter(act="bonded.arrival.weigh").count() == number + 1


def test_receive_arrival__while_a_lot_is_weighed_again_takes_in_what_was_seen_or_nothing() -> None:
    cast, place = make_cast(), LocationFactory().code
    for number in range(ROUNDS):
        one = an_accepted_consignment(cast, AT)
        weigh = partial(
            weigh_arrival,
            consignment_id=one.pk,
            stock_number=one.lots.get().stock_number,
            pieces=1,
            seal_number=f"A-{number:04d}",
            location_code=place,
            actor=cast.victor,
            at=AT,
        )
        weigh(weight_carats=Decimal("1.000"), is_again=False)
        receive = partial(
            receive_arrival,
            consignment_id=one.pk,
            readings_seen=readings_of_arrival(one.pk),
            witness_id=cast.vera.user_id or 0,
            scale="BAL-1",
            actor=cast.victor,
            at=AT,
        )

        received, again = outcomes_at_once(receive, partial(weigh, weight_carats=Decimal("1.001"), is_again=True))

        lot = one.lots.get()
        if isinstance(received, Consignment):
            assert (isinstance(again, RuleViolation) and again.code) == "step_not_allowed", again
            assert (lot.goods_state, lot.weight_carats) == ("in_vault", Decimal("1.000"))
        else:
            assert (isinstance(received, RuleViolation) and received.code) == "weighed_since", received
            assert isinstance(again, Difference), again
            assert lot.goods_state == "expected"
            assert ArrivalReading.objects.get(lot=lot).weight_carats == Decimal("1.001")
