"""Mapping a code of a customs office that no list has."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from bonded.actions.activity import record_activity
from bonded.models.added_customs_codes import AddedCustomsCode
from bonded.rules.customs_codes import CodeKnown, CodeListName, Meaning
from bonded.rules.customs_offices import office_of
from bonded.rules.permissions import Act, Actor, require


@transaction.atomic
def add_customs_code(
    *,
    office: str,
    code_list: CodeListName,
    code: str,
    meaning: Meaning,
    valid_from: date,
    source: str,
    actor: Actor,
    at: datetime,
) -> AddedCustomsCode:
    """Say what a code means from a day on, and where that was found; messages parked for it may then be read again.

    Raises OfficeUnknown, CodeKnown when a list or an earlier mapping has it on that day.
    """
    require(actor, Act.ADD_CUSTOMS_CODE)
    known = office_of(office).meaning_of(code_list, code, on=valid_from, at=at)
    if known is not None:
        raise CodeKnown("A list of this office has the code.", code=code, code_list=code_list.value)
    assert actor.user_id is not None
    try:
        with transaction.atomic():
            row = AddedCustomsCode.objects.create(
                office=office,
                code_list=code_list,
                code=code,
                goods=meaning.goods,
                debt=meaning.debt,
                task=meaning.task,
                valid_from=valid_from,
                source=source,
                recorded_by_id=actor.user_id,
                recorded_at=at,
            )
    except IntegrityError:
        raise CodeKnown("The code was mapped from this day on before.", code=code, code_list=code_list.value) from None
    record_activity(Act.ADD_CUSTOMS_CODE, row, actor=actor, at=at, code=code, code_list=code_list.value, source=source)
    return row
