"""Weighing a consignment in at the door, a lot at a time, and receiving it once every lot is weighed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bonded.actions.activity import record_activity
from bonded.actions.consignments import receive_consignment, require_no_inspection
from bonded.actions.locks import lock_consignment, lock_lot
from bonded.models.arrivals import ArrivalReading
from bonded.models.consignments import Consignment
from bonded.models.custody import CustodyMovement
from bonded.models.locations import Location
from bonded.models.lots import Lot
from bonded.queries.arrivals import readings_of_arrival
from bonded.rules.arrivals import (
    LocationKeepsNothing,
    LocationUnknown,
    LotWeighedAlready,
    SealUsedBefore,
    WeighedByAnother,
    WeighedSince,
)
from bonded.rules.consignments import STEPS, ConsignmentState, Weighing
from bonded.rules.custody import Difference, MovementKind, difference
from bonded.rules.errors import NotFound
from bonded.rules.lifecycle import require_step
from bonded.rules.locations import KEEPS_GOODS
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.seals import require_seal_number


@transaction.atomic
def weigh_arrival(
    *,
    consignment_id: int,
    stock_number: str,
    weight_carats: Decimal,
    pieces: int,
    seal_number: str,
    location_code: str,
    is_again: bool,
    actor: Actor,
    at: datetime,
) -> Difference:
    """Write down what one lot of a consignment weighs at the door, its seal and its place; the books wait.

    Carats to 0.001. Gives the difference from what was declared. A lot that is weighed already is weighed anew only
    when `is_again` says so. Raises NotFound, StepNotAllowed, InspectionOpen, SealNumberInvalid, SealUsedBefore,
    LocationUnknown, LocationKeepsNothing, LotWeighedAlready.
    """
    require(actor, Act.WEIGH_ARRIVAL)
    consignment = lock_consignment(consignment_id, actor=actor)
    require_step(STEPS, ConsignmentState(consignment.state), ConsignmentState.RECEIVED)
    require_no_inspection(consignment)
    lot = _lock_lot_of(consignment, stock_number, actor=actor)
    place = _require_place(location_code)
    _require_new_seal(seal_number, lot)
    columns = {
        "weight_carats": weight_carats,
        "pieces": pieces,
        "seal_number": seal_number,
        "location": place,
        "read_by_id": actor.user_id,
        "read_at": at,
    }
    if is_again:
        ArrivalReading.objects.filter(lot=lot).delete()
    elif ArrivalReading.objects.filter(lot=lot).exists():
        raise LotWeighedAlready("This lot is weighed already; weigh it again only on purpose.", lot=lot.stock_number)
    ArrivalReading.objects.create(lot=lot, **columns)
    record_activity(
        Act.WEIGH_ARRIVAL,
        lot,
        actor=actor,
        at=at,
        weight_carats=str(weight_carats),
        pieces=pieces,
        seal_number=seal_number,
        location=place.code,
    )
    return difference(
        expected_carats=lot.declared_carats,
        expected_pieces=lot.declared_pieces,
        found_carats=weight_carats,
        found_pieces=pieces,
    )


def _lock_lot_of(consignment: Consignment, stock_number: str, *, actor: Actor) -> Lot:
    found = Lot.objects.filter(consignment=consignment, stock_number=stock_number)
    for lot_id in found.values_list("pk", flat=True):
        return lock_lot(lot_id, actor=actor)
    raise NotFound("There is no such lot in this consignment.", stock_number=stock_number[:40])


def _require_place(code: str) -> Location:
    place = Location.objects.filter(code=code).first()
    if place is None:
        raise LocationUnknown("This is no place of the vault.", location=code[:40])
    if place.kind not in KEEPS_GOODS:
        raise LocationKeepsNothing(
            f"{place.code} is a {place.kind}, where goods do not stay: name a tray, drawer, safe or vault.",
            location=place.code,
            kind=place.kind,
        )
    return place


def _require_new_seal(seal_number: str, lot: Lot) -> None:
    """Refuse a number that is none, and one of another packet, at once and not when all are weighed."""
    require_seal_number(seal_number)
    if CustodyMovement.objects.filter(kind=MovementKind.SEALED, seal_number=seal_number).exists():
        raise SealUsedBefore("This seal has closed a packet before; take a new one.", seal_number=seal_number)
    # Of two at the same moment, at two consignments, the database refuses the later.
    if ArrivalReading.objects.filter(seal_number=seal_number).exclude(lot=lot).exists():
        raise SealUsedBefore("This seal is on another packet at the door; take a new one.", seal_number=seal_number)


@transaction.atomic
def receive_arrival(
    *,
    consignment_id: int,
    readings_seen: tuple[int, int],
    witness_id: int,
    scale: str,
    actor: Actor,
    at: datetime,
) -> Consignment:
    """Take a consignment into the vault by what was weighed of it at the door.

    `readings_seen` is what `readings_of_arrival` gave when both keepers looked. Raises WeighedSince when a lot was
    weighed after that, WeighedByAnother when neither of the two weighed a lot, and as `receive_consignment`.
    """
    require(actor, Act.RECEIVE_CONSIGNMENT)
    consignment = lock_consignment(consignment_id, actor=actor)
    _require_seen(consignment, readings_seen)
    found = ArrivalReading.objects.filter(lot__consignment=consignment).select_related("lot", "location", "read_by")
    readings = list(found.order_by("lot_id"))
    _require_read_by(readings, {actor.user_id, witness_id})
    weighings = [
        Weighing(one.lot.stock_number, one.pieces, one.weight_carats, one.seal_number, one.location.code)
        for one in readings
    ]
    return receive_consignment(
        consignment_id=consignment_id,
        weighings=weighings,
        read=_who_read(readings),
        witness_id=witness_id,
        scale=scale,
        actor=actor,
        at=at,
    )


def _require_seen(consignment: Consignment, readings_seen: tuple[int, int]) -> None:
    if ConsignmentState(consignment.state) is ConsignmentState.ACCEPTED and readings_seen != (
        now := readings_of_arrival(consignment.pk)
    ):
        raise WeighedSince(
            "A lot was weighed since you opened the page: look at the readings again, then both confirm.",
            lots_seen=readings_seen[0],
            lots_weighed=now[0],
        )


def _require_read_by(readings: Sequence[ArrivalReading], keepers: Collection[int | None]) -> None:
    others = [one for one in readings if one.read_by_id not in keepers]
    if others:
        names = sorted({one.read_by.username for one in others})
        raise WeighedByAnother(
            f"{', '.join(names)} weighed some of these lots: receive them together with who did, or weigh them again.",
            weighed_by=names,
            lots=[one.lot.stock_number for one in others[:100]],
            lots_in_all=len(others),
        )


def _who_read(readings: Sequence[ArrivalReading]) -> list[str]:
    """Say for each keeper how many lots they read and from when until when; each lot's own history has its reading."""
    moments: dict[str, list[datetime]] = {}
    for one in readings:
        moments.setdefault(one.read_by.username, []).append(one.read_at)
    return [
        f"{name}: {len(read)}, {min(read).isoformat()} to {max(read).isoformat()}"
        for name, read in sorted(moments.items())
    ]
