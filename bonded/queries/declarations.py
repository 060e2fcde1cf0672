"""Reads declarations: what there is to declare, what an actor may see, how one came to its state."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from bonded.models.declarations import CustomsStatusChange, Declaration
from bonded.models.lots import Lot
from bonded.models.withdrawals import WithdrawalLot
from bonded.queries.invariants import rows_of
from bonded.rules.declarations import DeclaredGoods
from bonded.rules.errors import NotFound
from bonded.rules.money import Money
from bonded.rules.permissions import Actor


def goods_of_consignment(consignment_id: int) -> list[DeclaredGoods]:
    """Sum a consignment's lots, as declared by the supplier, by HS code, origin and currency, in that order."""
    lots = Lot.objects.filter(consignment=consignment_id)
    return _summed(lots, by=("hs_code", "origin", "currency"), pieces="declared_pieces", weight="declared_carats")


def goods_of_declared_withdrawal(withdrawal_id: UUID) -> list[DeclaredGoods]:
    """Sum a withdrawal's lots, as they were when it was requested, by HS code, origin and currency, in that order."""
    lines = WithdrawalLot.objects.filter(withdrawal=withdrawal_id)
    return _summed(lines, by=("lot__hs_code", "lot__origin", "currency"), pieces="pieces", weight="weight_carats")


def _summed(rows: QuerySet[Any], *, by: tuple[str, str, str], pieces: str, weight: str) -> list[DeclaredGoods]:
    """Sum carats to 0.001 and minor units; nothing is rounded."""
    sums = rows.values_list(*by).annotate(Sum(pieces), Sum(weight), Sum("value_minor")).order_by(*by)
    return [
        DeclaredGoods(hs_code, origin, pieces_sum, weight_sum, Money(value_sum, currency))
        for hs_code, origin, currency, pieces_sum, weight_sum, value_sum in sums
    ]


def declaration_by_number(number: str, *, actor: Actor) -> Declaration:
    """Give one declaration that the actor may see; raises NotFound."""
    for declaration in Declaration.objects.visible_to(actor).filter(number=number):
        return declaration
    raise NotFound("There is no such declaration.", number=number[:40])


def declarations_of_consignment(consignment_id: int) -> list[Declaration]:
    """Give the declarations of a consignment, the first one first."""
    return list(Declaration.objects.filter(consignment=consignment_id).order_by("pk"))


def declarations_of_withdrawal(withdrawal_id: UUID) -> list[Declaration]:
    """Give the declarations of a withdrawal, the first one first."""
    return list(Declaration.objects.filter(withdrawal=withdrawal_id).order_by("pk"))


def history_of_declaration(declaration: Declaration) -> list[CustomsStatusChange]:
    """Give the steps of a declaration in their order."""
    return list(CustomsStatusChange.objects.filter(stream=f"declaration:{declaration.pk}").order_by("position"))


def declarations_that_differ_from_their_history() -> list[str]:
    """Find declarations whose state or sequence is not what their last step says; must be empty."""
    return rows_of("""
        SELECT d.number, d.state, last.after, d.last_sequence, last.sequence
          FROM bonded_declaration d
          LEFT JOIN LATERAL (SELECT c.after, max(c.sequence) OVER () AS sequence FROM bonded_customsstatuschange c
                              WHERE c.stream = 'declaration:' || d.id ORDER BY c.position DESC LIMIT 1) last ON true
         WHERE d.state <> coalesce(last.after, 'draft') OR d.last_sequence < coalesce(last.sequence, 0)
    """)
