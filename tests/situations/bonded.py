"""States of the bonded floor, reached through real acts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bonded.actions.clearances import grant_clearance
from bonded.actions.consignments import announce_consignment, mark_consignment_accepted, receive_consignment
from bonded.actions.withdrawals import release_withdrawal, request_withdrawal
from bonded.models import Consignment, Location, Lot, Withdrawal
from bonded.rules.consignments import ConsignmentState, Weighing
from bonded.rules.locations import LocationKind
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Clearance, Procedure, WithdrawalState
from tests.cast import Cast
from tests.factories import LocationFactory, make_lot


def an_announced_consignment(cast: Cast, at: datetime, *, lots: Sequence[dict[str, Any]] = ({},)) -> Consignment:
    """A consignment of Sven's with its lots, by default one polished diamond."""
    consignment = announce_consignment(
        reference=f"CON-{Consignment.objects.count():05d}",
        supplier_id=cast.stones.pk,
        origin="BW",
        currency="USD",
        actor=cast.sven,
        at=at,
    )
    for columns in lots:
        make_lot(consignment, **columns)
    return consignment


def an_accepted_consignment(cast: Cast, at: datetime, *, lots: Sequence[dict[str, Any]] = ({},)) -> Consignment:
    """A consignment that customs has let into bond."""
    consignment = an_announced_consignment(cast, at, lots=lots)
    Consignment.objects.filter(pk=consignment.pk).update(state=ConsignmentState.DECLARED)
    return mark_consignment_accepted(consignment_id=consignment.pk, actor=SYSTEM, at=at)


def weighings_as_declared(consignment: Consignment) -> list[Weighing]:
    """One weighing for each lot, finding what was declared."""
    return [
        Weighing(lot.stock_number, lot.declared_pieces, lot.declared_carats, f"S-{lot.pk:06d}", LocationFactory().code)
        for lot in consignment.lots.order_by("pk")
    ]


def lots_in_the_vault(cast: Cast, at: datetime, *, lots: Sequence[dict[str, Any]] = ({},)) -> list[Lot]:
    """Sealed lots under bond, free for everybody to look at."""
    consignment = an_accepted_consignment(cast, at, lots=lots)
    receive_consignment(
        consignment_id=consignment.pk,
        weighings=weighings_as_declared(consignment),
        witness_id=cast.vera.user_id or 0,
        scale="BAL-1",
        actor=cast.victor,
        at=at,
    )
    return list(consignment.lots.order_by("pk"))


def a_sealed_lot(cast: Cast, at: datetime, **columns: Any) -> Lot:
    """One sealed lot under bond, free for everybody to look at."""
    return lots_in_the_vault(cast, at, lots=[columns])[0]


def a_requested_withdrawal(cast: Cast, at: datetime, *, procedure: Procedure = Procedure.HOME_USE) -> Withdrawal:
    """Alice has asked for one lot."""
    lot = a_sealed_lot(cast, at)
    return request_withdrawal(lot_ids=[lot.pk], procedure=procedure, actor=cast.alice, at=at)


def a_withdrawal_ready_to_leave(cast: Cast, at: datetime) -> Withdrawal:
    """Alice's withdrawal is declared, and everything but the officer's decision is settled."""
    withdrawal = a_requested_withdrawal(cast, at)
    Withdrawal.objects.filter(pk=withdrawal.pk).update(state=WithdrawalState.DECLARED)
    for clearance in (
        Clearance.DUTY_ASSESSED,
        Clearance.DUTY_PAID,
        Clearance.CUSTOMS_ACCEPTED,
        Clearance.CUSTOMS_RELEASED,
    ):
        grant_clearance(withdrawal_id=withdrawal.pk, clearance=clearance, evidence="situation", actor=SYSTEM, at=at)
    withdrawal.refresh_from_db()
    return withdrawal


def a_released_withdrawal(cast: Cast, at: datetime) -> Withdrawal:
    """Olga has let Alice's lot go."""
    withdrawal = a_withdrawal_ready_to_leave(cast, at)
    return release_withdrawal(withdrawal_id=withdrawal.pk, actor=cast.olga, at=at)


def a_vault_around_the_trays() -> Location:
    """The trays that there are lie in one vault."""
    vault = Location.objects.create(code="V1", kind=LocationKind.VAULT)
    Location.objects.filter(kind=LocationKind.TRAY).update(parent=vault)
    return vault
