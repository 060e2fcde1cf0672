"""Declarations and messages of the customs office, reached through real acts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bonded.actions.customs_messages import Stored, store_customs_message
from bonded.actions.declarations import declare_consignment, lodge_declaration
from bonded.actions.lane_settlements import apply_customs_messages
from bonded.gateways.customs_message_forms import read_stored_message
from bonded.models import CustomsStatusChange, Declaration, IncomingCustomsMessage, Withdrawal
from bonded.rules.customs_offices import SIMULATOR
from bonded.rules.declarations import DeclarationKind, DeclarationState
from bonded.rules.permissions import SYSTEM
from bonded.rules.withdrawals import Procedure, WithdrawalState
from tests.cast import Cast
from tests.situations.bonded import a_requested_withdrawal, an_announced_consignment


def a_declared_withdrawal(cast: Cast, at: datetime) -> Declaration:
    """Alice has declared the withdrawal of one lot for home use."""
    withdrawal = a_requested_withdrawal(cast, at)
    return lodge_declaration(withdrawal_id=withdrawal.pk, actor=cast.alice, at=at)


def declared_withdrawals(cast: Cast, at: datetime, *, count: int) -> list[Declaration]:
    """Many bare declarations of withdrawals without goods, for tests of lanes; written as rows, not by acts."""
    withdrawals = Withdrawal.objects.bulk_create(
        Withdrawal(
            company=cast.alder,
            procedure=Procedure.HOME_USE,
            state=WithdrawalState.DECLARED,
            requested_by_id=cast.alice.user_id or 0,
            requested_at=at,
        )
        for _ in range(count)
    )
    return Declaration.objects.bulk_create(
        Declaration(
            number=f"T{number:09d}",
            kind=DeclarationKind.WITHDRAWAL,
            office=SIMULATOR,
            company=cast.alder,
            withdrawal=withdrawal,
            state=DeclarationState.LODGED,
            lodged_at=at,
            status_changed_at=at,
        )
        for number, withdrawal in enumerate(withdrawals)
    )


def a_declared_consignment(cast: Cast, at: datetime) -> Declaration:
    """Sven has declared a consignment of one lot into bond."""
    consignment = an_announced_consignment(cast, at)
    return declare_consignment(consignment_id=consignment.pk, actor=cast.sven, at=at)


def message(declaration: Declaration, sequence: int, status: str, *, at: datetime, **changes: Any) -> bytes:
    """The office's message about a declaration; changes overwrite its fields."""
    fields = {
        "message_id": f"{declaration.number}-{sequence}",
        "office": SIMULATOR,
        "declaration_number": declaration.number,
        "mrn": "530100000000000001",
        "sequence": sequence,
        "issued_at": at.isoformat(),
        "status": status,
        "facts": {},
    }
    return json.dumps(fields | changes).encode()


def store(raw: bytes, *, at: datetime, office: str = SIMULATOR, message_id: str | None = None) -> Stored:
    """Store a message as the door does, under the id that it says."""
    name = message_id or json.loads(raw)["message_id"]
    return store_customs_message(office=office, message_id=name, raw=raw, headers={}, actor=SYSTEM, at=at)


def apply_all(at: datetime) -> int:
    """Apply until nothing is left to do."""
    count = 0
    while settled := apply_customs_messages(read=read_stored_message, limit=100, actor=SYSTEM, at=at):
        count += settled
    return count


def steps_of(declaration: Declaration) -> list[tuple[int | None, str, str]]:
    """The history of a declaration as (sequence, before, after), in its order."""
    changes = CustomsStatusChange.objects.filter(declaration=declaration).order_by("position")
    return [(change.sequence, change.before, change.after) for change in changes]


def inbox() -> list[tuple[int | None, str, str | None]]:
    """All messages as (sequence, state, cause), in the order of their arrival."""
    rows: Iterable[IncomingCustomsMessage] = IncomingCustomsMessage.objects.order_by("pk")
    return [(row.sequence, row.state, row.cause) for row in rows]
