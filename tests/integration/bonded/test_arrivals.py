"""Weighed at the door lot by lot; nothing is in the books until the whole consignment is received."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from bonded.actions.arrivals import receive_arrival, weigh_arrival
from bonded.models import Activity, ArrivalReading, Company, Consignment, Hold, Location, Lot, Membership, User
from bonded.queries.arrivals import readings_of_arrival
from bonded.queries.parties import actor_of_membership
from bonded.rules.arrivals import (
    LocationKeepsNothing,
    LocationUnknown,
    LotWeighedAlready,
    SealUsedBefore,
    WeighedByAnother,
)
from bonded.rules.consignments import InspectionOpen, WeighingsIncomplete
from bonded.rules.custody import Difference
from bonded.rules.errors import NotFound, NotPermitted
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.locations import LocationKind
from bonded.rules.permissions import Actor, Role
from bonded.rules.seals import SealNumberInvalid
from tests.cast import Cast
from tests.situations.bonded import a_sealed_lot, an_accepted_consignment, an_announced_consignment
from tests.situations.customs import a_declared_consignment, apply_all, message, store


def weighed(one: Consignment, cast: Cast, at: datetime, **changes: Any) -> Difference:
    """Victor weighs the first lot of a consignment as declared, but for what is named."""
    Location.objects.get_or_create(code="V1-T9", defaults={"kind": "tray"})
    first = one.lots.order_by("pk")[0]
    named: dict[str, Any] = {
        "consignment_id": one.pk,
        "stock_number": first.stock_number,
        "weight_carats": first.declared_carats,
        "pieces": first.declared_pieces,
        "seal_number": "SEAL-0001",
        "location_code": "V1-T9",
        "is_again": False,
        "actor": cast.victor,
    }
    return weigh_arrival(**named | changes, at=at)


def received(one: Consignment, cast: Cast, at: datetime, **changes: Any) -> Consignment:
    """Victor takes the consignment in, before Vera, but for what is named."""
    named: dict[str, Any] = {
        "consignment_id": one.pk,
        "readings_seen": readings_of_arrival(one.pk),
        "witness_id": cast.vera.user_id or 0,
        "actor": cast.victor,
    }
    return receive_arrival(**named | changes, scale="BAL-1", at=at)


def a_third_keeper() -> Actor:
    """Vincent keeps the same vault."""
    house = Company.objects.get(registration_number="TEST-platform")
    vincent = User.objects.create(username="vincent")
    return actor_of_membership(Membership.objects.create(user=vincent, company=house, role=Role.VAULT_KEEPER))


def test_weigh_arrival__keeps_the_reading_and_leaves_the_books_alone(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at)

    gap = weighed(one, cast, at, weight_carats=Decimal("1.003"))

    assert gap == Difference(Decimal("0.003"), 0, is_within_tolerance=False)
    reading, lot = ArrivalReading.objects.get(), Lot.objects.get()
    assert (reading.weight_carats, reading.seal_number, reading.read_by_id) == (
        Decimal("1.003"),
        "SEAL-0001",
        cast.victor.user_id,
    )
    assert (lot.goods_state, lot.weight_carats, lot.seal_number) == ("expected", Decimal("1.000"), "")
    act = Activity.objects.get(act="bonded.arrival.weigh")
    assert (act.stream, act.facts["weight_carats"]) == (f"lot:{lot.pk}", "1.003")


def test_receive_arrival__takes_in_what_was_weighed_and_holds_what_differs(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at, lots=[{}, {}])
    first, second = one.lots.order_by("pk")
    weighed(one, cast, at)
    weighed(one, cast, at, stock_number=second.stock_number, seal_number="SEAL-0002", weight_carats=Decimal("0.990"))

    received(one, cast, at)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.goods_state, first.seal_number, first.is_on_hold) == ("in_vault", "SEAL-0001", False)
    assert (second.weight_carats, second.is_on_hold, Hold.objects.count()) == (Decimal("0.990"), True, 1)
    assert not ArrivalReading.objects.exists()


def test_receive_arrival__refuses_what_neither_of_the_two_weighed(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at, lots=[{}, {}])
    second = one.lots.order_by("pk")[1].stock_number
    third = a_third_keeper()
    weighed(one, cast, at)
    weighed(one, cast, at, stock_number=second, seal_number="SEAL-0002", actor=third)

    with pytest.raises(WeighedByAnother) as refused:
        received(one, cast, at)

    assert refused.value.code == "weighed_by_another"
    assert refused.value.facts == {"weighed_by": ["vincent"], "lots": [second], "lots_in_all": 1}
    one.refresh_from_db()
    assert (one.state, ArrivalReading.objects.count()) == ("accepted", 2)
    assert not Activity.objects.filter(act="bonded.consignment.receive").exists()

    received(one, cast, at, witness_id=third.user_id)
    read = Activity.objects.get(act="bonded.consignment.receive").facts["read"]
    assert read == [f"{name}: 1, {at.isoformat()} to {at.isoformat()}" for name in ("victor", "vincent")]


def test_receive_arrival__refuses_while_a_lot_is_not_weighed(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at, lots=[{}, {}])
    missing = one.lots.order_by("pk")[1].stock_number
    weighed(one, cast, at)

    with pytest.raises(WeighingsIncomplete) as refused:
        received(one, cast, at)

    assert [problem.message for problem in refused.value.problems] == [f"{missing} is not weighed."]
    one.refresh_from_db()
    assert (one.state, ArrivalReading.objects.count()) == ("accepted", 1)


def test_weigh_arrival__weighs_a_lot_again_only_on_purpose(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at)
    weighed(one, cast, at)

    with pytest.raises(LotWeighedAlready):
        weighed(one, cast, at, seal_number="SEAL-0002")
    assert ArrivalReading.objects.get().seal_number == "SEAL-0001"
    weighed(one, cast, at, weight_carats=Decimal("1.001"), is_again=True)
    assert ArrivalReading.objects.get().weight_carats == Decimal("1.001")
    assert Activity.objects.filter(act="bonded.arrival.weigh").count() == 2


def test_weigh_arrival__refuses_seals_that_closed_a_packet_before(cast: Cast, at: datetime) -> None:
    used = a_sealed_lot(cast, at).seal_number
    one = an_accepted_consignment(cast, at, lots=[{}, {}])

    with pytest.raises(SealUsedBefore) as refused:
        weighed(one, cast, at, seal_number=used)
    assert refused.value.facts == {"seal_number": used}
    assert not ArrivalReading.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_weigh_arrival__lets_no_seal_wait_for_two_packets(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at, lots=[{}, {}])
    weighed(one, cast, at)

    for other in (one, an_accepted_consignment(cast, at)):
        lot = other.lots.order_by("-pk")[0]
        with pytest.raises(SealUsedBefore) as refused:
            weighed(other, cast, at, stock_number=lot.stock_number)
        assert refused.value.facts == {"seal_number": "SEAL-0001"}
    assert ArrivalReading.objects.count() == 1
    weighed(one, cast, at, is_again=True)
    reading = ArrivalReading.objects.get()
    reading.pk, reading.lot = None, lot
    with pytest.raises(IntegrityError, match="no_seal_waits_for_two_packets"):
        reading.save(force_insert=True)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"seal_number": "no"}, SealNumberInvalid),
        ({"location_code": "NOWHERE"}, LocationUnknown),
        ({"location_code": "DESK-9"}, LocationKeepsNothing),
        ({"location_code": "GATE-9"}, LocationKeepsNothing),
        ({"stock_number": "OTHER"}, NotFound),
    ],
)
def test_weigh_arrival__refuses_what_is_wrong(cast: Cast, at: datetime, wrong: dict[str, Any], refusal: Any) -> None:
    for code, kind in (("DESK-9", LocationKind.DESK), ("GATE-9", LocationKind.GATE)):
        Location.objects.create(code=code, kind=kind)
    with pytest.raises(refusal):
        weighed(an_accepted_consignment(cast, at), cast, at, **wrong)
    assert not ArrivalReading.objects.exists()


def test_weigh_arrival__is_the_keepers_and_of_goods_that_customs_lets_in(cast: Cast, at: datetime) -> None:
    with pytest.raises(NotPermitted):
        weighed(an_accepted_consignment(cast, at), cast, at, actor=cast.sven)
    with pytest.raises(StepNotAllowed):
        weighed(an_announced_consignment(cast, at), cast, at)
    assert not ArrivalReading.objects.exists()


def test_weigh_arrival__leaves_packets_closed_that_customs_wants_to_see(cast: Cast, at: datetime) -> None:
    declaration = a_declared_consignment(cast, at)
    for sequence, status in enumerate("LJC", start=1):
        store(message(declaration, sequence, status, at=at), at=at)
    apply_all(at)

    with pytest.raises(InspectionOpen):
        weighed(Consignment.objects.get(), cast, at)
    assert not ArrivalReading.objects.exists()
