"""Goods in the vault: two keepers, seals that match, weights compared with the books."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from bonded.actions.consignments import receive_consignment
from bonded.actions.custody import check_out_lot, return_lot
from bonded.actions.holds import lift_hold, place_hold
from bonded.actions.seals import affix_seal, break_seal
from bonded.models import BondEntry, CustodyMovement, Hold, Lot
from bonded.rules.consignments import Weighing, WeighingsIncomplete
from bonded.rules.custody import LotNotAtDesk, TwoKeepersNeeded
from bonded.rules.errors import NotPermitted
from bonded.rules.holds import HoldKind, LotOnHold
from bonded.rules.lifecycle import StepNotAllowed
from bonded.rules.seals import LotIsSealed, SealDiffers
from tests.factories import LocationFactory
from tests.situations.bonded import a_sealed_lot, an_accepted_consignment, weighings_as_declared


def test_receive_consignment__takes_every_lot_in_and_holds_what_differs(cast, at):
    consignment = an_accepted_consignment(
        cast, at, lots=[{}, {"weight_carats": Decimal("2.500")}, {"pieces": 10, "weight_carats": Decimal("9.000")}]
    )
    as_declared = weighings_as_declared(consignment)
    light = Weighing(
        as_declared[1].stock_number, 1, Decimal("2.497"), as_declared[1].seal_number, as_declared[1].location_code
    )

    receive_consignment(
        consignment_id=consignment.pk,
        weighings=[as_declared[0], light, as_declared[2]],
        witness_id=cast.vera.user_id,
        scale="BAL-1",
        actor=cast.victor,
        at=at,
    )

    lots = list(consignment.lots.order_by("pk"))
    assert [(lot.goods_state, lot.customs_state, lot.is_on_hold, lot.is_on_offer) for lot in lots] == [
        ("in_vault", "bonded", False, True),
        ("in_vault", "bonded", True, False),
        ("in_vault", "bonded", False, True),
    ]
    hold = Hold.objects.get()
    assert (hold.kind, hold.expected_carats, hold.found_carats) == ("discrepancy", Decimal("2.500"), Decimal("2.497"))
    assert [entry.entered_carats for entry in BondEntry.objects.order_by("lot_id")] == [
        Decimal("1.000"),
        Decimal("2.497"),
        Decimal("9.000"),
    ]
    assert str(BondEntry.objects.first().storage_limit_on) == "2027-11-23"
    assert CustodyMovement.objects.count() == 9


def test_receive_consignment__names_every_problem_and_takes_nothing_in(cast, at):
    consignment = an_accepted_consignment(cast, at, lots=[{}, {}])
    first, second = weighings_as_declared(consignment)

    with pytest.raises(WeighingsIncomplete) as refused:
        receive_consignment(
            consignment_id=consignment.pk,
            weighings=[
                first,
                Weighing("X-1", 1, Decimal("1.000"), first.seal_number, "NOWHERE"),
                Weighing("X-2", 1, Decimal("1.000"), "S-999999", LocationFactory(kind="desk").code),
            ],
            witness_id=cast.vera.user_id,
            scale="BAL-1",
            actor=cast.victor,
            at=at,
        )

    assert [problem.code for problem in refused.value.problems] == [
        "lot_not_weighed",
        "lot_unknown",
        "lot_unknown",
        "seal_used_twice",
        "location_unknown",
        "location_keeps_nothing",
    ]
    consignment.refresh_from_db()
    assert consignment.state == "accepted"
    assert set(consignment.lots.values_list("goods_state", flat=True)) == {"expected"}
    assert second.stock_number in refused.value.problems[0].message
    assert CustodyMovement.objects.count() == 0


@pytest.mark.parametrize("who", ["alice", "sven", "olga", "ada", "audrey"])
def test_receive_consignment__is_for_keepers_only(cast, at, who):
    consignment = an_accepted_consignment(cast, at)

    with pytest.raises(NotPermitted):
        receive_consignment(
            consignment_id=consignment.pk,
            weighings=weighings_as_declared(consignment),
            witness_id=cast.vera.user_id,
            scale="BAL-1",
            actor=getattr(cast, who),
            at=at,
        )

    consignment.refresh_from_db()
    assert consignment.state == "accepted"


def _look(cast, at, lot: Lot, *, out: str = "1.000", back: str = "1.000", pieces: int = 1) -> Lot:
    """Take a lot to a desk, open it, and weigh it in again."""
    keepers = {"witness_id": cast.vera.user_id, "actor": cast.victor, "at": at}
    desk, tray = LocationFactory(kind="desk"), lot.location_id or 0
    check_out_lot(lot_id=lot.pk, weight_carats=Decimal(out), pieces=1, to_location_id=desk.pk, scale="BAL-1", **keepers)
    break_seal(lot_id=lot.pk, seal_number=lot.seal_number, **keepers)
    return_lot(lot_id=lot.pk, weight_carats=Decimal(back), pieces=pieces, to_location_id=tray, scale="BAL-1", **keepers)
    affix_seal(lot_id=lot.pk, seal_number=f"N-{lot.pk:05d}", **keepers)
    lot.refresh_from_db()
    return lot


def test_return_lot__within_tolerance_keeps_the_books_and_the_reading(cast, at):
    lot = _look(cast, at, a_sealed_lot(cast, at), back="0.998")

    assert (lot.goods_state, lot.is_on_hold, lot.weight_carats) == ("in_vault", False, Decimal("1.000"))
    returned = lot.movements.get(kind="returned")
    assert (returned.reading_carats, returned.weight_carats, returned.witness_id) == (
        Decimal("0.998"),
        Decimal("1.000"),
        cast.vera.user_id,
    )


@pytest.mark.parametrize(("back", "pieces"), [("0.997", 1), ("1.003", 1), ("1.000", 2)])
def test_return_lot__holds_the_lot_when_weight_or_count_differs(cast, at, back, pieces):
    lot = _look(cast, at, a_sealed_lot(cast, at), back=back, pieces=pieces)

    assert (lot.is_on_hold, lot.is_on_offer) == (True, False)
    hold = Hold.objects.get(lot=lot)
    assert (hold.kind, hold.found_carats, hold.found_pieces) == ("discrepancy", Decimal(back), pieces)


def test_small_losses__cannot_add_up_inside_the_tolerance(cast, at):
    lot = a_sealed_lot(cast, at)
    _look(cast, at, lot, back="0.998")
    lot.seal_number = f"N-{lot.pk:05d}"
    keepers = {"witness_id": cast.vera.user_id, "actor": cast.victor, "at": at}
    desk = LocationFactory(kind="desk")
    gap = check_out_lot(
        lot_id=lot.pk, weight_carats=Decimal("0.996"), pieces=1, to_location_id=desk.pk, scale="BAL-1", **keepers
    )

    assert (gap.weight_carats, gap.is_within_tolerance) == (Decimal("-0.004"), False)


def test_check_out_lot__refuses_one_keeper_a_hold_and_a_lot_that_is_out(cast, at):
    lot = a_sealed_lot(cast, at)
    desk = LocationFactory(kind="desk")
    out = {
        "lot_id": lot.pk,
        "weight_carats": Decimal("1.000"),
        "pieces": 1,
        "to_location_id": desk.pk,
        "scale": "BAL-1",
        "at": at,
    }

    with pytest.raises(TwoKeepersNeeded):
        check_out_lot(witness_id=cast.victor.user_id, actor=cast.victor, **out)
    hold = place_hold(lot_id=lot.pk, kind=HoldKind.CUSTOMS, reason="papers", actor=cast.olga, at=at)
    with pytest.raises(LotOnHold):
        check_out_lot(witness_id=cast.vera.user_id, actor=cast.victor, **out)
    lift_hold(hold_id=hold.pk, reason="papers came", actor=cast.oscar, at=at)
    check_out_lot(witness_id=cast.vera.user_id, actor=cast.victor, **out)
    with pytest.raises(StepNotAllowed):
        check_out_lot(witness_id=cast.vera.user_id, actor=cast.victor, **out)

    assert [movement.kind for movement in lot.movements.order_by("position")][3:] == ["checked_out"]


def test_return_lot__refuses_a_sealed_packet_and_a_lot_in_the_vault(cast, at):
    lot = a_sealed_lot(cast, at)
    keepers = {"witness_id": cast.vera.user_id, "actor": cast.victor, "at": at}
    back = {"lot_id": lot.pk, "weight_carats": Decimal("1.000"), "pieces": 1, "to_location_id": lot.location_id}

    with pytest.raises(LotNotAtDesk):
        return_lot(scale="BAL-1", **back, **keepers)
    check_out_lot(scale="BAL-1", **{**back, "to_location_id": LocationFactory(kind="desk").pk}, **keepers)
    with pytest.raises(LotIsSealed):
        return_lot(scale="BAL-1", **back, **keepers)


def test_break_seal__refuses_another_number_and_affix_seal_a_used_one(cast, at):
    lot, other = a_sealed_lot(cast, at), a_sealed_lot(cast, at)
    keepers = {"witness_id": cast.vera.user_id, "actor": cast.victor, "at": at}

    with pytest.raises(SealDiffers) as refused:
        break_seal(lot_id=lot.pk, seal_number="S-OTHER", **keepers)
    assert refused.value.facts == {"seal_on_record": lot.seal_number, "seal_in_hand": "S-OTHER"}
    break_seal(lot_id=lot.pk, seal_number=lot.seal_number, **keepers)
    with pytest.raises(IntegrityError, match="a_seal_closes_one_packet"), transaction.atomic():
        affix_seal(lot_id=lot.pk, seal_number=other.seal_number, **keepers)
    affix_seal(lot_id=lot.pk, seal_number="S-NEW-1", **keepers)

    lot.refresh_from_db()
    assert lot.seal_number == "S-NEW-1"


def test_affix_seal__refuses_a_number_that_was_broken(cast, at):
    lot = a_sealed_lot(cast, at)
    keepers = {"witness_id": cast.vera.user_id, "actor": cast.victor, "at": at}
    old = lot.seal_number
    break_seal(lot_id=lot.pk, seal_number=old, **keepers)

    with pytest.raises(IntegrityError, match="a_seal_is_affixed_once"), transaction.atomic():
        affix_seal(lot_id=lot.pk, seal_number=old, **keepers)

    lot.refresh_from_db()
    assert lot.seal_number == ""
    affix_seal(lot_id=lot.pk, seal_number="S-FRESH", **keepers)


def test_break_seal__takes_no_witness_who_keeps_no_vault(cast, at):
    lot = a_sealed_lot(cast, at)

    with pytest.raises(TwoKeepersNeeded):
        break_seal(
            lot_id=lot.pk, seal_number=lot.seal_number, witness_id=cast.charlie.user_id, actor=cast.victor, at=at
        )

    lot.refresh_from_db()
    assert lot.seal_number != ""
