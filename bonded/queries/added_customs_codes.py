"""Reads the codes that people have mapped."""

from __future__ import annotations

from bonded.models.added_customs_codes import AddedCustomsCode
from bonded.rules.customs_codes import AddedCode, Meaning
from bonded.rules.customs_tasks import TaskKind
from bonded.rules.declarations import DebtState, DeclarationState
from bonded.rules.validity import Validity


def added_codes() -> list[AddedCode]:
    """Give every mapped code, the latest known first; a handful, read in one statement."""
    return [
        AddedCode(
            office=row.office,
            code_list=row.code_list,
            code=row.code,
            valid=Validity(row.valid_from, row.valid_until),
            recorded_at=row.recorded_at,
            meaning=Meaning(
                DeclarationState(row.goods) if row.goods else None,
                DebtState(row.debt) if row.debt else None,
                TaskKind(row.task) if row.task else None,
            ),
        )
        for row in AddedCustomsCode.objects.order_by("-recorded_at")
    ]
