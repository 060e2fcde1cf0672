"""What a withdrawal takes out, and what is still missing for it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from bonded.models.lots import Lot
from bonded.models.withdrawals import GrantedClearance, ReleaseToken, Withdrawal, WithdrawalLot
from bonded.queries.lots import goods_of_lots
from bonded.rules.errors import NotFound, Problem
from bonded.rules.lots import CustomsState, GoodsFacts, GoodsState, LotKind
from bonded.rules.money import Money
from bonded.rules.permissions import Actor
from bonded.rules.withdrawals import Clearance, Procedure, token_digest


@dataclass(frozen=True, slots=True)
class WithdrawalFacts:
    """What the upper apps need to know of a withdrawal: whose, what for, which goods as they were when asked for.

    `agreed` are the ids of the lots whose value is the transaction value; the others are worth what was entered.
    """

    withdrawal_id: UUID
    company_id: int
    procedure: Procedure
    lines: tuple[GoodsFacts, ...]
    agreed: frozenset[int]


def is_release_token(text: str) -> bool:
    """Say whether the text is a gate token that was given, good or not."""
    return ReleaseToken.objects.filter(digest=token_digest(text)).exists()


def withdrawal_visible_to(actor: Actor, withdrawal_id: UUID) -> Withdrawal:
    """Give one withdrawal with its company; raises NotFound when it is not there or not this actor's."""
    found = Withdrawal.objects.visible_to(actor).filter(pk=withdrawal_id).select_related("company").first()
    if found is None:
        raise NotFound("There is no such withdrawal.", withdrawal_id=str(withdrawal_id))
    return found


def lines_of_withdrawal(withdrawal: Withdrawal) -> list[WithdrawalLot]:
    """Give the lots of a withdrawal in the order of their ids, each with where it lies now; one SQL statement."""
    return list(withdrawal.lines.select_related("lot__location").order_by("lot_id"))


_VALUE = ("lot_id", "value_minor", "currency")
_GOODS = (
    *("lot_id", "lot__stock_number", "lot__kind", "lot__hs_code", "lot__origin"),
    *("pieces", "weight_carats", "value_minor", "currency", "is_transaction_value"),
)


def goods_of_withdrawal(withdrawal_id: UUID) -> WithdrawalFacts:
    """Give the withdrawal's goods in the order of their ids; runs two SQL statements. Raises NotFound."""
    withdrawal = Withdrawal.objects.filter(pk=withdrawal_id).first()
    if withdrawal is None:
        raise NotFound("There is no such withdrawal.", withdrawal_id=str(withdrawal_id))
    # Rows, not models: a withdrawal may name thousands of lots, and of each only this is wanted.
    rows = list(withdrawal.lines.order_by("lot_id").values_list(*_GOODS))
    lines = tuple(
        GoodsFacts(lot_id, number, LotKind(kind), hs_code, origin, pieces, weight_carats, Money(minor, currency))
        for lot_id, number, kind, hs_code, origin, pieces, weight_carats, minor, currency, _ in rows
    )
    agreed = frozenset(lot_id for lot_id, *_, is_transaction_value in rows if is_transaction_value)
    return WithdrawalFacts(withdrawal.pk, withdrawal.company_id, Procedure(withdrawal.procedure), lines, agreed)


def goods_as_agreed(lot_ids: Collection[int], *, actor: Actor) -> tuple[list[GoodsFacts], frozenset[int]]:
    """Give lots like `goods_of_lots`, those that leave at a price agreed on worth that price, and the ids of these.

    Only what the actor may see of withdrawals counts; runs two SQL statements. Raises NotFound.
    """
    goods = goods_of_lots(lot_ids, actor=actor)
    lines = WithdrawalLot.objects.filter(lot__in=lot_ids, is_live=True, is_transaction_value=True)
    seen = lines.filter(withdrawal__in=Withdrawal.objects.visible_to(actor))
    agreed = {lot_id: Money(minor, currency) for lot_id, minor, currency in seen.values_list(*_VALUE)}
    return [replace(facts, value=agreed.get(facts.lot_id, facts.value)) for facts in goods], frozenset(agreed)


def packet_digest(withdrawal: Withdrawal) -> bytes:
    """Give the SHA-256 of what an officer decides on: the goods and the clearances in force; two SQL statements."""
    goods = withdrawal.lines.order_by("lot_id").values_list(
        "lot_id", "pieces", "weight_carats", "value_minor", "currency", "lot__seal_number"
    )
    granted = GrantedClearance.objects.filter(withdrawal=withdrawal, revoked_at__isnull=True)
    # Custody is looked at anew by each officer, so that its clearance is no part of it.
    settled = granted.exclude(clearance=Clearance.CUSTODY_RECONCILED).order_by("clearance", "pk")
    packet = [*goods, *settled.values_list("pk", "clearance", "evidence")]
    return hashlib.sha256("\n".join("|".join(map(str, row)) for row in packet).encode()).digest()


def granted_clearances(withdrawal_id: UUID) -> frozenset[Clearance]:
    """Give the clearances that are in force for a withdrawal."""
    rows = GrantedClearance.objects.filter(withdrawal_id=withdrawal_id, revoked_at__isnull=True)
    return frozenset(Clearance(name) for name in rows.values_list("clearance", flat=True))


def clearances_in_force(withdrawal_id: UUID) -> list[GrantedClearance]:
    """Give the clearances that are in force for a withdrawal, each with its evidence, the first one first."""
    rows = GrantedClearance.objects.filter(withdrawal_id=withdrawal_id, revoked_at__isnull=True)
    return list(rows.select_related("granted_by").order_by("granted_at", "pk"))


def custody_problems(lots: Iterable[Lot]) -> list[Problem]:
    """Name what keeps lots in the vault: not there, not sealed, on hold, not under customs' eye."""
    checks = (
        ("lot_not_in_vault", "is not at its place in the vault", lambda lot: lot.goods_state == GoodsState.IN_VAULT),
        ("lot_is_not_sealed", "is not sealed", lambda lot: lot.seal_number != ""),
        ("lot_on_hold", "is on hold", lambda lot: not lot.is_on_hold),
        ("lot_not_bonded", "has left bond", lambda lot: lot.customs_state != CustomsState.WRITTEN_OFF),
    )
    return [
        Problem(code, f"{lot.stock_number} {what}.") for lot in lots for code, what, holds in checks if not holds(lot)
    ]
