"""Days that are near: when storage in bond ends, and when certificates expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from bonded.rules.deadlines import FURTHEST_AHEAD


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day that comes for something of a company; the thing is named as the API names it."""

    company_id: int
    subject_kind: str
    subject_id: str
    ends_on: date


# A consignment's lots have one day, unless they came at different ones: one deadline stands for all of them.
_STORAGE = """
    SELECT DISTINCT unnest(ARRAY[l.supplier_id, l.buyer_id]) company_id, 'consignment', c.reference, b.storage_limit_on
      FROM bonded_bondentry b
      JOIN bonded_lot l ON l.id = b.lot_id
      JOIN bonded_consignment c ON c.id = l.consignment_id
     WHERE b.storage_limit_on BETWEEN %s AND %s AND b.written_off_pieces < b.entered_pieces AND l.goods_state <> 'out'
     ORDER BY 1, 3, 4
"""
_CERTIFICATES = """
    SELECT DISTINCT unnest(ARRAY[l.supplier_id, l.buyer_id]) company_id, 'certificate', k.number, k.expires_on
      FROM bonded_kimberleycertificate k
      JOIN bonded_lot l ON l.consignment_id = k.consignment_id AND l.kimberley_number = k.number
     WHERE k.expires_on BETWEEN %s AND %s AND l.goods_state <> 'out'
     ORDER BY 1, 3, 4
"""


def storage_ends(today: date) -> list[Deadline]:
    """Give the days within two weeks on which goods in bond must have left, for their suppliers and buyers."""
    return _near(_STORAGE, today)


def certificate_ends(today: date) -> list[Deadline]:
    """Give the days within two weeks on which certificates of goods that are still here expire."""
    return _near(_CERTIFICATES, today)


def _near(sql: str, today: date) -> list[Deadline]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [today, today + FURTHEST_AHEAD])
        return [Deadline(*row) for row in cursor.fetchall() if row[0] is not None]
