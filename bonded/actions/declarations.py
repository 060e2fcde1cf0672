"""Declaring goods to customs: the declaration and the message that carries it are written in one act."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from bonded.actions.activity import record_activity
from bonded.actions.locks import lock_consignment, lock_withdrawal
from bonded.actions.outbox import queue_for_office
from bonded.models.consignments import Consignment
from bonded.models.declarations import CustomsStatusChange, Declaration
from bonded.models.parties import Company
from bonded.queries.declarations import goods_of_consignment, goods_of_declared_withdrawal
from bonded.queries.documents import certificates_of, rough_carats_by_certificate
from bonded.rules.consignment_files import UNDER_WAY, FileState
from bonded.rules.consignments import (
    LARGEST_CONSIGNMENT_LOTS,
    ConsignmentState,
    ConsignmentTooLarge,
    FilesUnfinished,
)
from bonded.rules.consignments import STEPS as CONSIGNMENT_STEPS
from bonded.rules.customs_messages import OutgoingKind
from bonded.rules.customs_offices import SIMULATOR, office_of
from bonded.rules.declarations import (
    STEPS,
    AlreadyDeclared,
    DeclarationKind,
    DeclarationState,
    DeclaredGoods,
    NothingToDeclare,
    declaration_number,
)
from bonded.rules.documents import require_certificates_cover
from bonded.rules.lifecycle import require_step
from bonded.rules.permissions import Act, Actor, require
from bonded.rules.withdrawals import STEPS as WITHDRAWAL_STEPS
from bonded.rules.withdrawals import WithdrawalState
from bonded.signals import declaration_statuses_changed


@transaction.atomic
def declare_consignment(*, consignment_id: int, office: str = SIMULATOR, actor: Actor, at: datetime) -> Declaration:
    """Declare a consignment into bond, as the supplier announced it; its lines are fixed from now on.

    Raises NotFound, OfficeUnknown, StepNotAllowed, AlreadyDeclared, NothingToDeclare, and
    KimberleyCertificatesDoNotCover for rough diamonds without their papers.
    """
    require(actor, Act.DECLARE_CONSIGNMENT)
    consignment = lock_consignment(consignment_id, actor=actor)
    _require_undeclared(Declaration.objects.filter(consignment=consignment).live().first())
    require_step(CONSIGNMENT_STEPS, ConsignmentState(consignment.state), ConsignmentState.DECLARED)
    _require_complete(consignment)
    require_certificates_cover(
        rough_carats_by_certificate(consignment.pk), certificates_of(consignment.pk), localdate(at)
    )
    declaration = _draft(office, company_id=consignment.supplier_id, at=at, consignment_id=consignment.pk)
    _lodge(declaration, goods_of_consignment(consignment.pk), procedure=DeclarationKind.INTO_BOND, at=at)
    consignment.state = ConsignmentState.DECLARED
    consignment.save(update_fields=["state"])
    record_activity(Act.DECLARE_CONSIGNMENT, consignment, actor=actor, at=at, declaration=declaration.number)
    return declaration


@transaction.atomic
def lodge_declaration(*, withdrawal_id: UUID, office: str = SIMULATOR, actor: Actor, at: datetime) -> Declaration:
    """Declare a withdrawal: the first time, or again after the office returned the first declaration.

    Raises NotFound, OfficeUnknown, StepNotAllowed, AlreadyDeclared.
    """
    require(actor, Act.LODGE_DECLARATION)
    withdrawal, _ = lock_withdrawal(withdrawal_id, actor=actor)
    _require_undeclared(Declaration.objects.filter(withdrawal=withdrawal).live().first())
    if withdrawal.state != WithdrawalState.DECLARED:
        require_step(WITHDRAWAL_STEPS, WithdrawalState(withdrawal.state), WithdrawalState.DECLARED)
    declaration = _draft(office, company_id=withdrawal.company_id, at=at, withdrawal_id=withdrawal.pk)
    _lodge(declaration, goods_of_declared_withdrawal(withdrawal.pk), procedure=withdrawal.procedure, at=at)
    withdrawal.state = WithdrawalState.DECLARED
    withdrawal.save(update_fields=["state"])
    record_activity(Act.LODGE_DECLARATION, withdrawal, actor=actor, at=at, declaration=declaration.number)
    return declaration


def change_status(declaration: Declaration, state: DeclarationState, *, at: datetime) -> None:
    """Move a locked declaration by our own hand, not by a message of its office, and keep the step in its history."""
    before = DeclarationState(declaration.state)
    require_step(STEPS, before, state)
    declaration.state, declaration.status_changed_at = state, at
    declaration.save(update_fields=["state", "status_changed_at", "lodged_at"])
    CustomsStatusChange.objects.create(
        stream=f"declaration:{declaration.pk}", declaration=declaration, before=before, after=state, changed_at=at
    )
    declaration_statuses_changed.send(Declaration, changes=[(declaration.pk, state.value)], at=at)


def _require_complete(consignment: Consignment) -> None:
    """Refuse while lines may still come, and what the vault could not receive together."""
    if consignment.files.filter(state__in=UNDER_WAY).exists():
        raise FilesUnfinished("A file of this consignment is still being imported.", reference=consignment.reference)
    if consignment.files.filter(state=FileState.PROPOSED).exists():
        raise FilesUnfinished(
            "A file of this consignment waits to be looked at: store its lines or cancel it first.",
            reference=consignment.reference,
        )
    lots = consignment.lots.count()
    if lots > LARGEST_CONSIGNMENT_LOTS:
        raise ConsignmentTooLarge(
            f"A consignment has at most {LARGEST_CONSIGNMENT_LOTS} lots; announce it in parts.", lots=lots
        )


def _require_undeclared(declaration: Declaration | None) -> None:
    if declaration is not None:
        raise AlreadyDeclared(
            f"These goods are declared under {declaration.number}.",
            declaration_id=declaration.pk,
            number=declaration.number,
            state=declaration.state,
        )


def _draft(
    office: str,
    *,
    company_id: int,
    at: datetime,
    consignment_id: int | None = None,
    withdrawal_id: UUID | None = None,
) -> Declaration:
    return Declaration.objects.create(
        number=declaration_number(serial=secrets.randbelow(10**10), on=localdate(at)),
        kind=DeclarationKind.INTO_BOND if consignment_id else DeclarationKind.WITHDRAWAL,
        office=office_of(office).code,
        company_id=company_id,
        consignment_id=consignment_id,
        withdrawal_id=withdrawal_id,
        status_changed_at=at,
    )


def _lodge(declaration: Declaration, goods: Sequence[DeclaredGoods], *, procedure: str, at: datetime) -> None:
    if not goods:
        raise NothingToDeclare("There are no goods to declare.", declaration=declaration.number)
    company = Company.objects.get(pk=declaration.company_id)
    declaration.lodged_at = at
    change_status(declaration, DeclarationState.LODGED, at=at)
    document = {
        "procedure": procedure,
        "declarant": {"name": company.name, "registration_number": company.registration_number},
        "lodged_at": at.isoformat(),
        "goods": goods_stated(goods),
    }
    queue_for_office(declaration, OutgoingKind.LODGE, document, at=at)


def goods_stated(goods: Sequence[DeclaredGoods]) -> list[dict[str, str | int]]:
    """Give the goods as a message to an office states them: carats and values as decimal text."""
    return [
        {
            "hs_code": line.hs_code,
            "origin": line.origin,
            "pieces": line.pieces,
            "weight_carats": str(line.weight_carats),
            "value": str(line.value),
            "currency": line.value.currency,
        }
        for line in goods
    ]
