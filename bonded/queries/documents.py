"""The papers of a consignment."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum

from bonded.models.documents import KimberleyCertificate
from bonded.models.lots import Lot
from bonded.rules.documents import Certificate
from bonded.rules.lots import LotKind
from bonded.rules.validity import Validity


def certificates_of(consignment_id: int) -> list[Certificate]:
    """Give the Kimberley certificates of a consignment, by number."""
    rows = KimberleyCertificate.objects.filter(consignment_id=consignment_id).order_by("number")
    return [Certificate(row.number, Validity(row.issued_on, row.expires_on), row.weight_carats) for row in rows]


def certificates_on_record(consignment_id: int) -> list[KimberleyCertificate]:
    """Give the Kimberley certificates of a consignment as they were recorded, by number."""
    return list(KimberleyCertificate.objects.filter(consignment_id=consignment_id).order_by("number"))


def rough_carats_by_certificate(consignment_id: int) -> dict[str, Decimal]:
    """Give, for each certificate number that rough lots of a consignment name, their declared carats."""
    rough = Lot.objects.filter(consignment_id=consignment_id, kind=LotKind.ROUGH_DIAMOND)
    sums = rough.values("kimberley_number").annotate(carats=Sum("declared_carats"))
    return {row["kimberley_number"]: row["carats"] for row in sums}
