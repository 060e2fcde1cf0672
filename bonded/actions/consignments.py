"""Bringing consignments into bond: announced, accepted by customs, received by the vault."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from bonded.actions.activity import record_activity
from bonded.actions.custody import require_witness
from bonded.actions.holds import hold_for_difference
from bonded.actions.kimberley_confirmations import confirm_certificates
from bonded.actions.locks import lock_consignment
from bonded.models.arrivals import ArrivalReading
from bonded.models.consignments import Consignment
from bonded.models.locations import Location
from bonded.models.lots import Lot
from bonded.queries.arrivals import is_inspection_open
from bonded.rules.consignments import (
    STEPS,
    STORAGE_TERM,
    ConsignmentState,
    InspectionOpen,
    Weighing,
    require_one_weighing_each,
)
from bonded.rules.custody import difference
from bonded.rules.errors import Fact
from bonded.rules.lifecycle import require_step
from bonded.rules.money import currency_decimals
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.seals import require_seal_number
from bonded.signals import consignment_received

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


@transaction.atomic
def announce_consignment(
    *, reference: str, supplier_id: int, origin: str, currency: str, actor: Actor, at: datetime
) -> Consignment:
    """Open a consignment to which lines can be added.

    Origin is the ISO 3166-1 country and currency the ISO 4217 code of lines that say nothing
    else; raises CurrencyUnknown. A reference already used is refused by the database.
    """
    require(actor, Act.ANNOUNCE_CONSIGNMENT)
    currency_decimals(currency)
    consignment = Consignment.objects.create(
        reference=reference, supplier_id=supplier_id, origin=origin, currency=currency, announced_at=at
    )
    record_activity(Act.ANNOUNCE_CONSIGNMENT, consignment, actor=actor, at=at, origin=origin, currency=currency)
    return consignment


def _enter(consignment_id: int, state: ConsignmentState, act: Act, *, actor: Actor, at: datetime) -> Consignment:
    require(actor, act)
    consignment = lock_consignment(consignment_id, actor=actor)
    require_step(STEPS, ConsignmentState(consignment.state), state)
    consignment.state = state
    consignment.save(update_fields=["state"])
    record_activity(act, consignment, actor=actor, at=at)
    return consignment


@transaction.atomic
def mark_consignment_accepted(*, consignment_id: int, actor: Actor, at: datetime) -> Consignment:
    """Note that customs lets the consignment into bond."""
    return _enter(consignment_id, ConsignmentState.ACCEPTED, Act.ACCEPT_CONSIGNMENT, actor=actor, at=at)


@transaction.atomic
def mark_consignment_refused(*, consignment_id: int, actor: Actor, at: datetime) -> Consignment:
    """Note that customs does not let the consignment into bond."""
    return _enter(consignment_id, ConsignmentState.REFUSED, Act.REFUSE_CONSIGNMENT, actor=actor, at=at)


def require_no_inspection(consignment: Consignment) -> None:
    """Refuse to open what customs has not seen yet; raises InspectionOpen."""
    if is_inspection_open(consignment):
        raise InspectionOpen("Customs wants to see these goods first.", reference=consignment.reference)


@transaction.atomic
def receive_consignment(
    *,
    consignment_id: int,
    weighings: Sequence[Weighing],
    read: Sequence[str] = (),
    witness_id: int,
    scale: str,
    actor: Actor,
    at: datetime,
) -> Consignment:
    """Take a whole consignment into the vault: weighed, counted, compared, sealed, stored.

    One weighing for each lot; carats to 0.001; `read` says who weighed, and when, if it was before.
    Lots whose weight or count differ from what was declared by more than the tolerance are taken
    in all the same, and put on hold. Works in sets: the statements are as many for ten thousand
    lots as for ten, but for the holds. Raises StepNotAllowed, TwoKeepersNeeded, SealNumberInvalid,
    InspectionOpen, WeighingsIncomplete (all problems at once).
    """
    require(actor, Act.RECEIVE_CONSIGNMENT)
    require_witness(witness_id, actor=actor)
    consignment = lock_consignment(consignment_id, actor=actor)
    require_step(STEPS, ConsignmentState(consignment.state), ConsignmentState.RECEIVED)
    require_no_inspection(consignment)
    lots = list(Lot.objects.filter(consignment=consignment).locked())
    places = Location.objects.filter(code__in={weighing.location_code for weighing in weighings})
    require_one_weighing_each({lot.stock_number for lot in lots}, weighings, dict(places.values_list("code", "kind")))
    for weighing in weighings:
        require_seal_number(weighing.seal_number)
    _store(consignment, weighings, witness_id=witness_id, scale=scale, actor=actor, at=at)
    _hold_what_differs(lots, weighings, actor=actor, at=at)
    ArrivalReading.objects.filter(lot__consignment=consignment).delete()
    consignment.state, consignment.received_at = ConsignmentState.RECEIVED, at
    consignment.save(update_fields=["state", "received_at"])
    confirm_certificates(consignment, at=at)
    facts: dict[str, Fact] = {"lots": len(lots), "scale": scale}
    if read:
        facts["read"] = read
    record_activity(Act.RECEIVE_CONSIGNMENT, consignment, actor=actor, at=at, **facts)
    consignment_received.send(Consignment, consignment_id=consignment.pk, at=at)
    return consignment


def _store(
    consignment: Consignment,
    weighings: Sequence[Weighing],
    *,
    witness_id: int,
    scale: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Write movements, bond entries and the lots' standing, a statement each."""
    entered_on = at.astimezone(BUSINESS_ZONE).date()
    names = {
        "consignment_id": consignment.pk,
        "witness_id": witness_id,
        "recorded_by_id": actor.user_id,
        "scale": scale,
        "at": at,
        "entered_on": entered_on,
        "storage_limit_on": entered_on + STORAGE_TERM,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE weighing (stock_number text, pieces integer, weight_carats numeric(12, 3),"
            " seal_number text, location_code text) ON COMMIT DROP"
        )
        with cursor.copy("COPY weighing FROM STDIN") as copy:
            for weighing in weighings:
                copy.write_row(
                    (
                        weighing.stock_number,
                        weighing.pieces,
                        weighing.weight_carats,
                        weighing.seal_number,
                        weighing.location_code,
                    )
                )
        for statement in (STORE_LOTS, WRITE_MOVEMENTS, WRITE_BOND_ENTRIES):
            cursor.execute(statement, names)
        cursor.execute("DROP TABLE weighing")


STORE_LOTS = """
    UPDATE bonded_lot lot
       SET goods_state = 'in_vault', customs_state = 'bonded', location_id = place.id, seal_number = w.seal_number,
           pieces = w.pieces, weight_carats = w.weight_carats
      FROM weighing w JOIN bonded_location place ON place.code = w.location_code
     WHERE lot.stock_number = w.stock_number AND lot.consignment_id = %(consignment_id)s
"""
# Three steps each, in their order, so that the chain of a lot reads as it happened.
WRITE_MOVEMENTS = """
    INSERT INTO bonded_custodymovement
           (stream, lot_id, kind, goods_state, location_id, holder_id, pieces, weight_carats, reading_carats,
            counted_pieces, scale, seal_number, witness_id, recorded_by_id, recorded_at)
    SELECT 'lot:' || lot.id, lot.id, step.kind, step.goods_state, lot.location_id, NULL, lot.pieces, lot.weight_carats,
           CASE WHEN step.number = 1 THEN lot.weight_carats END, CASE WHEN step.number = 1 THEN lot.pieces END,
           CASE WHEN step.number = 1 THEN %(scale)s ELSE '' END,
           CASE WHEN step.number > 1 THEN lot.seal_number ELSE '' END,
           %(witness_id)s, %(recorded_by_id)s, %(at)s
      FROM bonded_lot lot
     CROSS JOIN (VALUES (1, 'received', 'received'), (2, 'sealed', 'received'), (3, 'stored', 'in_vault'))
             AS step (number, kind, goods_state)
     WHERE lot.consignment_id = %(consignment_id)s
     ORDER BY lot.id, step.number
"""
WRITE_BOND_ENTRIES = """
    INSERT INTO bonded_bondentry
           (lot_id, entered_on, storage_limit_on, entered_pieces, entered_carats, entered_value_minor,
            written_off_pieces, written_off_carats, written_off_value_minor)
    SELECT id, %(entered_on)s, %(storage_limit_on)s, pieces, weight_carats, value_minor, 0, 0, 0
      FROM bonded_lot WHERE consignment_id = %(consignment_id)s
     ORDER BY id
"""


def _hold_what_differs(lots: Sequence[Lot], weighings: Sequence[Weighing], *, actor: Actor, at: datetime) -> None:
    """Put each lot on hold whose weighing is not what was declared."""
    found = {weighing.stock_number: weighing for weighing in weighings}
    for lot in lots:
        weighing = found[lot.stock_number]
        gap = difference(
            expected_carats=lot.declared_carats,
            expected_pieces=lot.declared_pieces,
            found_carats=weighing.weight_carats,
            found_pieces=weighing.pieces,
        )
        if not gap.is_within_tolerance:
            lot.weight_carats, lot.pieces = lot.declared_carats, lot.declared_pieces
            hold_for_difference(lot, weighing.weight_carats, weighing.pieces, reason="received", actor=actor, at=at)
