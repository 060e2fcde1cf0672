"""The one lock order of the platform, and the only place that locks rows of bonded.

party → consignment → its files → lot → declaration → withdrawal → rows of tariffs (account → assessment →
ledger) → rows of inspections (slot → booking) → notice → webhook endpoint → its deliveries. Rows of one
kind are locked by primary key, in ascending order. Who needs rows of two kinds locks them in this
order, or is refused by review.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection

from bonded.models.consignment_files import ConsignmentFile
from bonded.models.consignments import Consignment
from bonded.models.lots import Lot
from bonded.models.parties import Company
from bonded.models.webhooks import WebhookEndpoint
from bonded.models.withdrawals import Withdrawal
from bonded.rules.consignment_files import FileState
from bonded.rules.errors import NotFound
from bonded.rules.permissions import Actor
from bonded.rules.withdrawals import WithdrawalState


def lock_company(company_id: int, *, actor: Actor) -> Company:
    """Lock one company; raises NotFound when it is not there or not the actor's."""
    for company in Company.objects.visible_to(actor).filter(pk=company_id).locked():
        return company
    raise NotFound("There is no such company.", company_id=company_id)


def lock_consignment(consignment_id: int, *, actor: Actor) -> Consignment:
    """Lock one consignment; raises NotFound when it is not there or not the actor's."""
    for consignment in Consignment.objects.visible_to(actor).filter(pk=consignment_id).locked():
        return consignment
    raise NotFound("There is no such consignment.", consignment_id=consignment_id)


def lock_consignment_file(file_id: int, *, actor: Actor) -> tuple[Consignment, ConsignmentFile]:
    """Lock the consignment of a file and then the file, read without its bytes; raises NotFound as above."""
    files = ConsignmentFile.objects.defer("content").filter(pk=file_id)
    for consignment in Consignment.objects.visible_to(actor).filter(files__in=files).locked():
        return consignment, files.locked().get()
    raise NotFound("There is no such file.", file_id=file_id)


def lock_old_proposals(*, stored_before: datetime, limit: int) -> list[ConsignmentFile]:
    """Lock the consignments of up to so many files that were proposed before a moment, and then those files.

    Without the files of consignments that somebody is at: they are for a later sweep. Read without their bytes.
    """
    old = ConsignmentFile.objects.filter(state=FileState.PROPOSED, stored_at__lt=stored_before)
    found = dict(old.order_by("stored_at", "pk").values_list("pk", "consignment_id")[:limit])
    free = Consignment.objects.filter(pk__in=found.values()).select_for_update(of=("self",), skip_locked=True)
    consignments = list(free.order_by("pk"))
    return list(old.filter(pk__in=found, consignment__in=consignments).defer("content", "preview").locked())


def lock_lots(lot_ids: Collection[int], *, actor: Actor) -> list[Lot]:
    """Lock lots in id order; raises NotFound, naming those that are not there or not for the actor."""
    lots = list(Lot.objects.visible_to(actor).filter(pk__in=set(lot_ids)).locked())
    missing = set(lot_ids) - {lot.pk for lot in lots}
    if missing:
        raise NotFound("There is no such lot.", lot_ids=[str(lot_id) for lot_id in sorted(missing)])
    return lots


def lock_lot(lot_id: int, *, actor: Actor) -> Lot:
    """Lock one lot; raises NotFound when it is not there or not for the actor."""
    return lock_lots([lot_id], actor=actor)[0]


def lock_withdrawal(withdrawal_id: UUID, *, actor: Actor) -> tuple[Withdrawal, list[Lot]]:
    """Lock the lots of a withdrawal and then the withdrawal itself; raises NotFound as above.

    Its lots never change, so their ids may be read before the lock.
    """
    visible = Withdrawal.objects.visible_to(actor).filter(pk=withdrawal_id)
    lots = list(Lot.objects.filter(withdrawal_lines__withdrawal__in=visible).locked())
    for withdrawal in visible.locked():
        return withdrawal, lots
    raise NotFound("There is no such withdrawal.", withdrawal_id=str(withdrawal_id))


def lock_unheld_withdrawals(withdrawal_ids: Collection[UUID]) -> dict[UUID, WithdrawalState]:
    """Lock those of the withdrawals that nobody else holds, without waiting; give the state of each."""
    with connection.cursor() as cursor:
        # By hand, because the ORM resolves every id for itself, at ten times what the database takes for it.
        cursor.execute(
            "SELECT id, state FROM bonded_withdrawal WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            [list(withdrawal_ids)],
        )
        return {withdrawal_id: WithdrawalState(state) for withdrawal_id, state in cursor.fetchall()}


def lock_webhook(endpoint_id: UUID, *, actor: Actor) -> WebhookEndpoint:
    """Lock one webhook endpoint; raises NotFound when it is not there or not the actor's."""
    for endpoint in WebhookEndpoint.objects.visible_to(actor).filter(pk=endpoint_id).locked():
        return endpoint
    raise NotFound("There is no such webhook.", endpoint_id=str(endpoint_id))
